#include "sheet/names_apart.h"

#include <algorithm>
#include <map>

#include "sheet/prescan.h"
#include "sheet/scope.h"

namespace gradus {

namespace {

/// How a name is used in the whole document.
struct Uses {
  bool bare = false;
  bool numeral_before = false;  ///< 2π
  bool letters = false;         ///< some script is an index that runs
  bool called = false;
  bool transposed = false;                ///< K' stands where it is no left side
  bool defined = false;                   ///< K = …
  std::set<std::string> letters_defined;  ///< letters s where K_s = … is a left side
  std::set<std::string> through;          ///< numerals j where K_j = … holds K alone
  bool prime_defined = false;
  bool prime_trivial = false;  ///< K' = K, K' = −K
  bool prime_bound = false;    ///< Σ_{k'=1}^K
  std::set<std::string> numerals;
  std::set<std::string> above;  ///< numerals in brackets above, with the bracket: "[1"
  bool letters_above = false;
  std::set<std::string> arguments;   ///< numerals j where K_j alone is handed to a function
  int rank = -1;                     ///< of K ∈ …, −1 if that is not said
  int member_rank = -1;              ///< of K_i ∈ …
  std::map<std::string, int> ranks;  ///< of K_j ∈ …
};

bool is_mark(const Syn& sup) {
  return sup.kind == SynKind::name &&
         (sup.text == "⊤" || sup.text == "T" || sup.text == "*" || sup.text == "+" || sup.text == "'");
}

/// Names that mean something by themselves, whatever script they have.
bool has_meaning(const Syn& name) {
  static const std::set<std::string> kKnown = {"e", "δ", "I", "1", "𝟏", "0", "∇", "∂", "D",
                                               "J", "d", "π", "…", "∞", "σ", "Φ", "Γ"};
  return name.style == "op" || name.style == "bb" || kKnown.contains(name.text);
}

/// Whether the name stands there without a script.
bool holds_alone(const Syn& s, const std::string& key) {
  if (s.kind == SynKind::name) return name_key(s) == key;
  if (s.kind == SynKind::scripts && s.sub && s.kids[0]->kind == SynKind::name) return false;
  return std::any_of(s.kids.begin(), s.kids.end(), [&](const SynPtr& kid) { return kid && holds_alone(*kid, key); });
}

/// W^{[1]}, W^{(2)}
bool is_number_in_brackets(const SynPtr& sup) {
  return sup && sup->kind == SynKind::group && (sup->open == "[" || sup->open == "(") && sup->kids.size() == 1 &&
         sup->kids[0]->kind == SynKind::number;
}

class Collector {
 public:
  void document(const Document& d) {
    for (const Piece& piece : d.pieces) {
      dots_ = false;
      for (const Chain& chain : piece.chains)
        for (const SynPtr& side : chain.sides)
          if (side) find_dots(*side);
      for (std::size_t k = 0; k < piece.chains.size(); ++k) chain(piece, k);
    }
  }
  std::map<std::string, Uses> names;
  /// Whether the letter stands below this name and nowhere else: x_s is no component of x.
  bool is_label(const std::string& letter, const std::string& key) const {
    const auto found = below_.find(letter);
    return found != below_.end() && found->second == std::set<std::string>{key} && !elsewhere_.contains(letter);
  }

 private:
  void find_dots(const Syn& s) {
    if (s.kind == SynKind::name && s.text == "…") dots_ = true;
    for (const SynPtr& kid : s.kids)
      if (kid) find_dots(*kid);
  }

  void chain(const Piece& piece, std::size_t k) {
    const Chain& c = piece.chains[k];
    if (c.sides.size() > 1 && c.sides[0] && c.rels[0] == "∈" && c.sides[1]) {
      const int rank = rank_of_set(*c.sides[1]);
      declare(*c.sides[0], rank);
      for (std::size_t i = k; i-- > 0;) {  // "x, x_i ∈ …" may arrive as two statements
        const Chain& before = piece.chains[i];
        if (!before.rels.empty() || piece.chains[i + 1].separator != "," || before.sides.empty() || !before.sides[0])
          break;
        declare(*before.sides[0], rank);
      }
    }
    for (std::size_t i = 0; i < c.sides.size(); ++i) {
      if (!c.sides[i]) continue;
      const bool head = i == 0 && c.sides.size() > 1 && (c.rels[0] == "=" || c.rels[0] == ":=");
      if (head && c.sides[1]) left_side(*c.sides[0], *c.sides[1]);
      look(*c.sides[i], head);
    }
  }

  static int rank_of_set(const Syn& set) {
    const SynPtr& sup = set.kind == SynKind::scripts ? set.sup : nullptr;
    if (!sup || is_mark(*sup)) return 0;
    const Syn* power = sup.get();
    while (power->kind == SynKind::group && power->kids.size() == 1) power = power->kids[0].get();
    if (power->kind != SynKind::product) return 1;
    const auto times = std::count_if(power->kids.begin(), power->kids.end(),
                                     [](auto& kid) { return kid->kind == SynKind::op && kid->text == "×"; });
    return 1 + static_cast<int>(times);
  }

  void declare(const Syn& what, int rank) {
    if (what.kind == SynKind::group && what.open.empty()) {
      for (const SynPtr& kid : what.kids) declare(*kid, rank);
      return;
    }
    const Syn& base = base_of(what);
    if (base.kind != SynKind::name) return;
    Uses& u = names[name_key(base)];
    if (what.kind == SynKind::name) u.rank = rank;
    if (what.kind != SynKind::scripts || !what.sub || what.sup) return;
    const auto items = script_items(what.sub);
    if (items.size() != 1) return;
    if (items[0]->kind == SynKind::number && !dots_)
      u.ranks[items[0]->text] = rank;
    else
      u.member_rank = rank;
  }

  void left_side(const Syn& left, const Syn& right) {
    const Syn& base = base_of(left);
    if (base.kind != SynKind::name) return;
    Uses& u = names[name_key(base)];
    if (left.kind == SynKind::name) u.defined = true;
    if (left.kind == SynKind::scripts && left.sub && left.sub->kind == SynKind::number && !left.sup &&
        holds_alone(right, name_key(base)))
      u.through.insert(left.sub->text);
    if (left.kind == SynKind::scripts && left.sub && left.sub->kind == SynKind::name && !left.sup)
      u.letters_defined.insert(name_key(*left.sub));
    if (left.kind != SynKind::scripts || !left.primes || left.sup) return;
    u.prime_defined = true;
    const Syn* other = &right;
    if (other->kind == SynKind::sum && other->kids.size() == 1) other = other->kids[0].get();
    const Syn& again = base_of(*other);
    u.prime_trivial |= again.kind == SynKind::name && name_key(again) == name_key(base);
  }

  void look(const Syn& s, bool head = false) {
    if (s.kind == SynKind::name) {
      names[name_key(s)].bare = true;
      elsewhere_.insert(name_key(s));
    }
    if (s.kind == SynKind::scripts && s.kids[0]->kind == SynKind::name) {
      Uses& u = names[name_key(*s.kids[0])];
      const auto items = script_items(s.sub);
      if (!s.sub)
        u.bare = true;
      else if (items.size() == 1 && items[0]->kind == SynKind::number && !dots_)
        u.numerals.insert(items[0]->text);
      else if (!(items.size() == 1 && items[0]->kind == SynKind::text))
        u.letters = true;
      if (is_number_in_brackets(s.sup))
        u.above.insert(flat(*s.sup));
      else if (s.sup && s.sup->kind != SynKind::number && !is_mark(*s.sup))
        u.letters_above = true;
      if (s.sup && !is_mark(*s.sup) && (s.sup->kind == SynKind::group || s.sup->kind == SynKind::name))
        u.letters = true;
      if (s.primes && !head) u.transposed = true;
    } else if (s.kind == SynKind::scripts) {
      look(*s.kids[0]);
    } else if (s.kind == SynKind::bigop && s.sub) {
      const Syn& letter = s.sub->kind == SynKind::chain ? *s.sub->kids[0] : *s.sub;
      if (letter.kind == SynKind::scripts && letter.primes && !letter.sub && !letter.sup &&
          letter.kids[0]->kind == SynKind::name)
        names[name_key(*letter.kids[0])].prime_bound = true;
    } else {
      for (std::size_t i = 0; i < s.kids.size(); ++i)
        if (s.kids[i]) look(*s.kids[i]);
    }
    if (s.kind == SynKind::product) calls(s);
    if (s.kind == SynKind::product)
      for (std::size_t i = 1; i < s.kids.size(); ++i)
        if (s.kids[i]->kind == SynKind::name && s.kids[i - 1]->kind == SynKind::number)
          names[name_key(*s.kids[i])].numeral_before = true;
    if (s.sup) look(*s.sup);
    if (s.kind == SynKind::scripts && s.kids[0]->kind == SynKind::name && s.sub && s.sub->kind == SynKind::name) {
      names[name_key(*s.sub)].bare = true;
      below_[name_key(*s.sub)].insert(name_key(*s.kids[0]));
    } else if (s.sub)
      look(*s.sub);
  }

  void calls(const Syn& product) {
    for (std::size_t i = 0; i + 1 < product.kids.size(); ++i) {
      const Syn& name = base_of(*product.kids[i]);
      const Syn& group = base_of(*product.kids[i + 1]);
      if (name.kind != SynKind::name || group.kind != SynKind::group || group.open != "(") continue;
      names[name_key(name)].called = true;
      for (const SynPtr& arg : group.kids)
        if (arg->kind == SynKind::scripts && arg->sub && arg->sub->kind == SynKind::number &&
            arg->kids[0]->kind == SynKind::name)
          names[name_key(*arg->kids[0])].arguments.insert(arg->sub->text);
    }
  }

  std::map<std::string, std::set<std::string>> below_;  ///< what a letter stands below of alone
  std::set<std::string> elsewhere_;                     ///< names that stand anywhere else
  bool dots_ = false;                                   ///< the formula has an ellipsis: its numerals begin a list
};

SynPtr name_like(const Syn& base, const Syn& whole, const std::string& text, const std::string& latex) {
  auto name = std::make_shared<Syn>(base);
  name->text += text;
  name->latex = (base.latex.empty() ? base.text : base.latex) + latex;
  name->span = whole.span;
  return name;
}

}  // namespace

Apart names_apart(const Document& document) {
  Collector collector;
  collector.document(document);
  Apart apart;
  // Where ' transposes, it does so in the whole sheet.
  const bool transposes = std::any_of(collector.names.begin(), collector.names.end(), [](const auto& item) {
    const Uses& u = item.second;
    return u.transposed && !u.called && !u.prime_defined && u.rank > 0;
  });
  for (const auto& [key, u] : collector.names) {
    if (u.prime_defined && !u.prime_trivial && !u.called && !u.defined && u.rank >= 0 && !transposes)
      apart.primed.insert(key);
    if (u.prime_bound && !u.called) apart.primed.insert(key);
    if (u.rank >= 0 && u.member_rank >= u.rank) apart.families.insert(key);
    if (key == "π" && u.letters && u.numeral_before) apart.families.insert(key);  // weights π_k beside 2π
    if (!u.letters_above && !u.called)
      for (const std::string& j : u.above) apart.literal.insert(key + "^" + j);
    for (const std::string& s : u.letters_defined)
      if (u.bare && !u.called && collector.is_label(s, key)) apart.literal.insert(key + "_" + s);
    for (const std::string& j : u.numerals) {
      auto said = u.ranks.find(j);
      bool own = !u.letters && (!u.bare || u.rank == 0 || !u.through.empty());
      // A point beside x: x_0 can be no component where these are counted from 1.
      if (u.bare && !u.letters && !u.called && u.numerals == std::set<std::string>{"0"})
        own = own || u.rank < 0 || u.arguments.contains(j) || said != u.ranks.end();
      if (u.bare && said != u.ranks.end() && u.rank >= 0 && said->second >= u.rank) own = true;
      if (own) apart.literal.insert(key + "_" + j);
    }
  }
  return apart;
}

SynPtr told_apart(const SynPtr& syn, const Apart& apart) {
  if (!syn) return syn;
  auto out = std::make_shared<Syn>(*syn);
  bool changed = false;
  auto part = [&](SynPtr& child) {
    SynPtr now = told_apart(child, apart);
    changed = changed || now != child;
    child = now;
  };
  for (SynPtr& kid : out->kids) part(kid);
  part(out->sub);
  part(out->sup);
  if (syn->kind == SynKind::scripts && syn->kids[0]->kind == SynKind::name &&
      (!has_meaning(*syn->kids[0]) || apart.families.contains(name_key(*syn->kids[0])))) {
    const Syn& base = *syn->kids[0];
    const std::string key = name_key(base);
    if (is_number_in_brackets(syn->sup) && apart.literal.contains(literal_key(*syn, false, true))) {
      const std::string script = flat(*syn->sup) + (syn->sup->open == "[" ? "]" : ")");
      out->kids[0] = name_like(base, *syn, "^" + script, "^{" + script + "}");
      out->sup = nullptr;
      changed = true;
    } else if (out->primes && apart.primed.contains(key)) {
      const std::string primes(static_cast<std::size_t>(out->primes), '\'');
      out->kids[0] = name_like(base, *syn, primes, primes);
      out->primes = 0;
      changed = true;
    } else if (out->sub && apart.literal.contains(literal_key(*syn, true, false))) {
      const std::string script = flat(*syn->sub);
      out->kids[0] = name_like(base, *syn, "_" + script, "_{" + script + "}");
      out->sub = nullptr;
      changed = true;
    } else if (out->sub && apart.families.contains(key)) {
      auto member = std::make_shared<Syn>(base);
      member->accent += member->accent.empty() ? "family" : "+family";
      out->kids[0] = member;
      changed = true;
    }
    if (!out->sub && !out->sup && !out->primes) return out->kids[0];
  }
  return changed ? out : syn;
}

Document told_apart(const Document& document, const Apart& apart) {
  Document out = document;
  if (apart.primed.empty() && apart.literal.empty() && apart.families.empty()) return out;
  for (Piece& piece : out.pieces)
    for (Chain& chain : piece.chains)
      for (SynPtr& side : chain.sides) side = told_apart(side, apart);
  return out;
}

}  // namespace gradus
