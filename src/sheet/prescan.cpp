#include "sheet/prescan.h"

#include <algorithm>

#include "sheet/scope.h"
#include "sheet/words.h"

namespace gradus {

namespace {

bool is_name(const SynPtr& syn, const char* text) { return syn && syn->kind == SynKind::name && syn->text == text; }

bool is_transpose(const SynPtr& sup) { return is_name(sup, "⊤") || is_name(sup, "T"); }

/// A letter, a numeral, or a letter plus or minus something.
bool index_shape(const Syn& syn) {
  if (syn.kind == SynKind::number) return syn.text.find('.') == std::string::npos;
  if (syn.kind == SynKind::name) return syn.style != "op" && syn.text != "⊤" && syn.text != "*";
  if (syn.kind == SynKind::sum)
    return syn.kids.size() >= 2 &&
           std::all_of(syn.kids.begin(), syn.kids.end(), [](auto& k) { return index_shape(*k); });
  if (syn.kind == SynKind::product)
    return std::all_of(syn.kids.begin(), syn.kids.end(), [](auto& k) { return index_shape(*k); });
  return false;
}

const std::set<std::string> kConventional = {"i", "j", "k", "l", "m", "n", "p", "q",
                                             "r", "s", "t", "ℓ", "μ", "ν", "a", "b"};

class Scanner {
 public:
  explicit Scanner(Prescan& out) : out_(out) {}

  void chain(const Chain& c) {
    if (c.sides.size() > 2 && c.sides[0] && c.rels[0] == ":" && c.rels[1] == "→" &&
        base_of(*c.sides[0]).kind == SynKind::name)
      out_.functions.insert(name_key(base_of(*c.sides[0])));
    for (std::size_t i = 0; i < c.sides.size(); ++i) {
      if (!c.sides[i]) continue;
      if (i + 1 < c.sides.size() && (c.rels[i] == "=" || c.rels[i] == ":=") && c.sides[i]->kind == SynKind::scripts)
        head_sups(*c.sides[i]);
      bool set = i > 0 && (c.rels[i - 1] == "∈" || c.rels[i - 1] == "→" || c.rels[i - 1] == ":");
      if (set) {
        set_sizes(*c.sides[i]);
        if (c.sides[0] && c.sides[0]->kind == SynKind::scripts) head_sups(*c.sides[0]);
      }
      syn(*c.sides[i]);
    }
    if (c.sides.size() > 1 && c.rels[0] == "=" && c.sides[0] && c.sides[0]->kind == SynKind::product &&
        c.sides[0]->kids.size() == 2 && is_name(c.sides[0]->kids[0], "d"))
      out_.given_differentials.insert(name_key(base_of(*c.sides[0]->kids[1])));
    list(c);
    ordered(c);
  }

  /// The letters that are only limits of sums, and stand below names: h_t = Σ_{k=1}^t … runs over t.
  void running_limits() {
    for (auto it = out_.size_letters.begin(); it != out_.size_letters.end();)
      if (kConventional.contains(*it) && out_.script_letters.contains(*it) && !out_.fixed_sizes.contains(*it)) {
        out_.index_letters.insert(*it);
        it = out_.size_letters.erase(it);
      } else
        ++it;
  }

 private:
  /// i = 1, …, m and x_1, …, x_m arrive as separate chains: a letter set to a numeral, dots, the end; i, j = 1, …, m
  /// has more letters before.
  void list(const Chain& c) {
    const SynPtr first = c.sides.empty() ? nullptr : c.sides[0];
    const bool alone = c.sides.size() == 1 && first;
    if (after_dots_ && first) sizes(*first, &out_.fixed_sizes), sizes(*first, &out_.list_ends);
    after_dots_ = alone && is_name(first, "…");
    if (c.sides.size() == 2 && c.rels[0] == "=" && first && first->kind == SynKind::name && c.sides[1] &&
        c.sides[1]->kind == SynKind::number && kConventional.contains(first->text)) {
      if (c.separator != ",") letters_.clear();
      quantified_ = letters_;
      quantified_.insert(first->text);
    } else if (after_dots_) {
      out_.index_letters.insert(quantified_.begin(), quantified_.end());
    } else if (!alone || first->kind != SynKind::number)
      quantified_.clear();
    if (c.separator != ",") letters_.clear();
    if (alone && first->kind == SynKind::name && kConventional.contains(first->text))
      letters_.insert(first->text);
    else
      letters_.clear();
  }

  /// 1 ≤ k ≤ t between letters that stand below names: indices.
  void ordered(const Chain& c) {
    const bool order = !c.rels.empty() && std::all_of(c.rels.begin(), c.rels.end(), [](const std::string& r) {
      return r == "<" || r == "≤" || r == ">" || r == "≥";
    });
    auto simple = [&](const SynPtr& s) {
      return s &&
             (s->kind == SynKind::number || (s->kind == SynKind::name && (out_.script_letters.contains(name_key(*s)) ||
                                                                          out_.size_letters.contains(name_key(*s)) ||
                                                                          out_.fixed_sizes.contains(name_key(*s)))));
    };
    if (!order || !std::all_of(c.sides.begin(), c.sides.end(), simple)) return;
    for (const SynPtr& s : c.sides)
      if (kConventional.contains(s->text) && !out_.size_letters.contains(s->text) &&
          !out_.fixed_sizes.contains(s->text))
        out_.index_letters.insert(s->text);
  }

  void head_sups(const Syn& s) {
    if (!s.sup || is_transpose(s.sup) || s.kids[0]->kind != SynKind::name) return;
    Usage& u = out_.names[name_key(*s.kids[0])];
    if (s.sup->kind == SynKind::name && s.sup->text != "*" && s.sup->text != "+")
      u.sup_index = true, u.sups = std::max(u.sups, 1);
  }

  void set_sizes(const Syn& s) {
    if (s.kind == SynKind::scripts && s.kids[0]->kind == SynKind::name && s.kids[0]->text == "R" && s.sup)
      sizes(*s.sup), sizes(*s.sup, &out_.fixed_sizes);
    for (const SynPtr& kid : s.kids)
      if (kid) set_sizes(*kid);
  }

  void sizes(const Syn& s) { sizes(s, &out_.size_letters); }

  void sizes(const Syn& s, std::set<std::string>* to) {
    if (s.kind == SynKind::name) to->insert(name_key(s));
    if (s.kind == SynKind::scripts && s.kids[0]->kind == SynKind::name && to == &out_.size_letters)
      to->insert(name_key(*s.kids[0]));
    else if (s.kind == SynKind::scripts && to == &out_.fixed_sizes) {
      for (const SynPtr& part : {s.sub, s.sup})
        if (part) sizes(*part, to);
    } else
      for (const SynPtr& kid : s.kids)
        if (kid) sizes(*kid, to);
  }

  void limits(const Syn& big) {
    if (big.sub) limit(*big.sub);
    if (big.sup) sizes(*big.sup), syn(*big.sup);
  }

  void limit(const Syn& s) {
    if (s.kind == SynKind::name) out_.index_letters.insert(s.text);
    if (s.kind == SynKind::group || s.kind == SynKind::product)
      for (const SynPtr& kid : s.kids) limit(*kid);
    if (s.kind == SynKind::chain && !s.kids.empty()) {
      for (std::size_t i = 0; i < s.kids.size() && i < 3; ++i)
        if (s.kids[i]->kind == SynKind::name && (i == 0 || s.rels[0] != "=")) {
          if (s.rels[0] == "=" || s.rels[0] == "≠" || s.rels[0] == "∈" || kConventional.contains(s.kids[i]->text)) {
            if (i == 0 || s.kids.size() == 3) out_.index_letters.insert(s.kids[i]->text);
          }
        }
      if (s.kids[0]->kind == SynKind::group) limit(*s.kids[0]);
      if (s.kids.size() == 3 && (s.rels[0] == "≤" || s.rels[0] == "<")) sizes(*s.kids[2]);
    }
  }

  void scripted(const Syn& s) {
    const Syn& base = *s.kids[0];
    if (base.kind != SynKind::name) {
      syn(base);
    } else {
      Usage& u = out_.names[name_key(base)];
      if (base.style == "bold") u.bold = true;
      if (s.primes) u.primed = true;
      if (s.sub) {
        auto items = script_items(s.sub);
        bool index = std::all_of(items.begin(), items.end(), [&](auto& i) { return out_.index_like(*i); });
        for (auto& item : items) {
          for (const SynPtr& part : item->kind == SynKind::sum ? item->kids : std::vector<SynPtr>{item})
            if (part->kind == SynKind::name) out_.script_letters.insert(name_key(*part));
          u.letter_script |= index && item->kind != SynKind::number;
          const bool from_size = item->kind == SynKind::sum && item->kids[0]->kind == SynKind::name &&
                                 out_.fixed_sizes.contains(name_key(*item->kids[0]));  // the last one, y_{n-1}
          u.shifted |= index && item->kind == SynKind::sum && !from_size;
        }
        if (index)
          u.subs = std::max(u.subs, static_cast<int>(items.size()));
        else
          u.labels.insert(flat(*s.sub));
      }
      if (s.sup) {
        if (!is_transpose(s.sup))
          for (auto& item : script_items(s.sup)) {
            u.letter_script |= item->kind == SynKind::name && out_.index_like(*item);
            u.letter_above |= (item->kind == SynKind::name && out_.index_like(*item)) ||
                              (item->kind == SynKind::sum && item->kids.size() == 2);
            u.shifted |= item->kind == SynKind::sum && item->kids.size() == 2;
          }
        if (is_transpose(s.sup)) {
          // says nothing of the name's indices
          u.transposed |= s.sup->text == "⊤" || (!out_.fixed_sizes.contains("T") && !out_.size_letters.contains("T"));
        } else if (s.sup->kind == SynKind::group && s.sup->open == "(") {
          u.sup_paren = true, u.sups = std::max<int>(u.sups, static_cast<int>(s.sup->kids.size()));
        } else if (s.sup->kind == SynKind::group && s.sup->open == "[")
          u.sup_bracket = true, u.sups = std::max<int>(u.sups, static_cast<int>(s.sup->kids.size()));
        else if (s.sup->kind == SynKind::group && s.sup->open.empty() && s.sup->kids.size() > 1)
          u.sup_index = true, u.sups = std::max<int>(u.sups, static_cast<int>(s.sup->kids.size()));
        else if (s.sup->kind == SynKind::sum && s.sup->kids.size() == 2 && s.sup->kids[0]->kind == SynKind::name &&
                 (s.sup->kids[0]->text == "l" || s.sup->kids[0]->text == "ℓ" || s.sup->kids[0]->text == "L"))
          u.sup_index = true, u.sups = std::max(u.sups, 1);
      }
    }
    if (s.sub) syn(*s.sub);
    if (s.sup) syn(*s.sup);
  }

  void sequence(const std::vector<SynPtr>& kids) {
    for (std::size_t i = 0; i < kids.size(); ++i) {
      const Syn& kid = *kids[i];
      const Syn& name = kid.kind == SynKind::scripts ? *kid.kids[0] : kid;
      if (name.kind == SynKind::name && i + 1 < kids.size()) {
        if (kids[i + 1]->kind != SynKind::op) out_.names[name_key(name)].leads = true;
        const Syn& next = kids[i + 1]->kind == SynKind::scripts ? *kids[i + 1]->kids[0] : *kids[i + 1];
        if (next.kind == SynKind::group && (next.open == "(" || next.open == "[")) {
          Usage& u = out_.names[name_key(name)];
          u.called = true;
          u.call_arity.insert(static_cast<int>(next.kids.size()));
          u.call_parameters |= std::find(next.seps.begin(), next.seps.end(), ";") != next.seps.end();
          std::vector<std::string> names;
          for (const SynPtr& a : next.kids)
            if (a->kind == SynKind::name) names.push_back(name_key(*a));
          bool distinct = std::set<std::string>(names.begin(), names.end()).size() == names.size();
          const bool plain = names.size() == next.kids.size() && distinct;
          if (u.call_names.empty() && plain) u.call_names = names;
          u.called_apart |= !plain || names != u.call_names;
        }
        if ((name.text == "d") && name.accent.empty() && name.style != "op" &&
            (next.kind == SynKind::name || next.kind == SynKind::scripts))
          out_.differentials.insert(name_key(next.kind == SynKind::scripts ? *next.kids[0] : next));
      }
    }
  }

  void syn(const Syn& s) {
    switch (s.kind) {
      case SynKind::scripts: scripted(s); return;
      case SynKind::name: {
        Usage& u = out_.names[name_key(s)];
        if (s.style == "bold") u.bold = true;
        return;
      }
      case SynKind::bigop: limits(s); break;
      case SynKind::group:
        for (std::size_t i = 1; i < s.kids.size(); ++i)
          if (is_name(s.kids[i - 1], "…") && s.kids[i]) sizes(*s.kids[i], &out_.fixed_sizes);
        break;
      case SynKind::product: sequence(s.kids); break;
      case SynKind::deriv:
        for (std::size_t i = 1; i < s.kids.size(); ++i) {
          const Syn& by = *s.kids[i];
          const Syn& name = by.kind == SynKind::scripts ? *by.kids[0] : by;
          if (name.kind == SynKind::name) out_.names[name_key(name)].differentiated_by = true;
        }
        break;
      default: break;
    }
    if (s.sub && s.kind != SynKind::bigop) syn(*s.sub);
    for (const SynPtr& kid : s.kids)
      if (kid) syn(*kid);
  }

  Prescan& out_;
  std::set<std::string> letters_;     ///< of a list that may go on "= 1, …"
  std::set<std::string> quantified_;  ///< letters that run if dots follow
  bool after_dots_ = false;
};

}  // namespace

std::vector<SynPtr> script_items(const SynPtr& script) {
  if (!script) return {};
  if (script->kind == SynKind::group) {
    std::vector<SynPtr> items;
    for (const SynPtr& kid : script->kids)
      for (SynPtr& item : script_items(kid)) items.push_back(item);
    return items;
  }
  if (script->kind == SynKind::product && std::all_of(script->kids.begin(), script->kids.end(), [](auto& k) {
        return k->kind == SynKind::name || k->kind == SynKind::number || k->kind == SynKind::scripts;
      })) {
    // "ij" is two indices, "2k" is one.
    if (script->kids[0]->kind == SynKind::number) return {script};
    return script->kids;
  }
  return {script};
}

bool Prescan::index_like(const Syn& script) const {
  if (!index_shape(script)) return false;
  if (script.kind == SynKind::name)
    return index_letters.contains(script.text) || size_letters.contains(script.text) ||
           kConventional.contains(script.text);
  return true;
}

const Usage& Prescan::usage(const std::string& key, std::size_t section) const {
  static const Usage kNone;
  if (section < sections.size())
    if (auto it = sections[section].find(key); it != sections[section].end()) return it->second;
  auto it = names.find(key);
  return it == names.end() ? kNone : it->second;
}

void prescan_formula(const Chain& chain, Prescan& into) {
  Prescan section = into;
  section.names = into.sections.empty() ? std::map<std::string, Usage>{} : into.sections.back();
  section.names.insert(into.names.begin(), into.names.end());  // a name of an earlier section is inherited
  Scanner(section).chain(chain);
  if (into.sections.empty()) into.sections.emplace_back();
  into.sections.back() = section.names;
  Scanner(into).chain(chain);
}

namespace {

/// "f_1, f_2 denote the partial derivatives of f"
void find_numbered_partials(const Document& document, std::set<std::string>& names) {
  std::vector<std::string> listed;  // in the present sentence
  for (const Piece& piece : document.pieces) {
    if (piece.kind == Piece::Kind::words) {
      const std::string text = lower(piece.text);
      const std::size_t stop = text.find_first_of(".;"), said = text.find("partial derivative");
      if (said != std::string::npos && (stop == std::string::npos || said < stop))
        names.insert(listed.begin(), listed.end());
      if (stop != std::string::npos) listed.clear();
    } else if (piece.kind != Piece::Kind::inline_math) {
      listed.clear();
    }
    if (piece.kind != Piece::Kind::inline_math) continue;
    for (const Chain& chain : piece.chains)
      if (chain.rels.empty() && chain.sides.size() == 1 && chain.sides[0] && chain.sides[0]->kind == SynKind::scripts &&
          chain.sides[0]->kids[0]->kind == SynKind::name && chain.sides[0]->sub &&
          chain.sides[0]->sub->kind == SynKind::number)
        listed.push_back(name_key(*chain.sides[0]->kids[0]));
  }
}

}  // namespace

Prescan prescan(const Document& document) {
  Prescan out;
  find_numbered_partials(document, out.numbered_partials);
  // Twice: which letters are indices is known only after the first time.
  for (int pass = 0; pass < 2; ++pass) {
    Scanner scanner(out);
    for (const Piece& piece : document.pieces)
      for (const Chain& chain : piece.chains) scanner.chain(chain);
    scanner.running_limits();
    if (pass == 0)
      for (auto& [key, use] : out.names) use.shifted = use.transposed = false;
  }
  Prescan section = out;
  section.names.clear();
  Scanner scanner(section);
  auto close = [&] {
    out.sections.push_back(std::move(section.names));
    section.names.clear();
  };
  for (const Piece& piece : document.pieces) {
    if (piece.kind == Piece::Kind::heading) close();
    for (const Chain& chain : piece.chains) scanner.chain(chain);
  }
  close();
  return out;
}

}  // namespace gradus
