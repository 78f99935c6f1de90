#include "sheet/prescan.h"

#include <algorithm>

#include "sheet/scope.h"

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
    // i = 1, …, m  arrives as separate chains; the first is a plain letter set to a numeral.
    if (c.sides.size() == 2 && c.rels[0] == "=" && c.sides[0] && c.sides[0]->kind == SynKind::name && c.sides[1] &&
        c.sides[1]->kind == SynKind::number && kConventional.contains(c.sides[0]->text))
      quantified_ = c.sides[0]->text;
    else if (c.sides.size() == 1 && is_name(c.sides[0], "…") && !quantified_.empty())
      out_.index_letters.insert(quantified_);
  }

 private:
  void head_sups(const Syn& s) {
    if (!s.sup || is_transpose(s.sup) || s.kids[0]->kind != SynKind::name) return;
    Usage& u = out_.names[name_key(*s.kids[0])];
    if (s.sup->kind == SynKind::name && s.sup->text != "*" && s.sup->text != "+")
      u.sup_index = true, u.sups = std::max(u.sups, 1);
  }

  void set_sizes(const Syn& s) {
    if (s.kind == SynKind::scripts && s.kids[0]->kind == SynKind::name && s.kids[0]->text == "R" && s.sup)
      sizes(*s.sup);
    for (const SynPtr& kid : s.kids)
      if (kid) set_sizes(*kid);
  }

  void sizes(const Syn& s) {
    if (s.kind == SynKind::name) out_.size_letters.insert(name_key(s));
    if (s.kind == SynKind::scripts && s.kids[0]->kind == SynKind::name)
      out_.size_letters.insert(name_key(*s.kids[0]));
    else
      for (const SynPtr& kid : s.kids)
        if (kid) sizes(*kid);
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
          u.letter_script |= index && item->kind != SynKind::number;
          u.shifted |= index && item->kind == SynKind::sum;
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
        if (is_transpose(s.sup))
          u.transposed = true;
        else if (s.sup->kind == SynKind::group && s.sup->open == "(") {
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
        const Syn& next = kids[i + 1]->kind == SynKind::scripts ? *kids[i + 1]->kids[0] : *kids[i + 1];
        if (next.kind == SynKind::group && (next.open == "(" || next.open == "[")) {
          Usage& u = out_.names[name_key(name)];
          u.called = true;
          u.call_arity.insert(static_cast<int>(next.kids.size()));
          std::vector<std::string> names;
          for (const SynPtr& a : next.kids)
            if (a->kind == SynKind::name) names.push_back(name_key(*a));
          bool distinct = std::set<std::string>(names.begin(), names.end()).size() == names.size();
          if (u.call_names.empty() && names.size() == next.kids.size() && distinct) u.call_names = names;
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
        u.bare = true;
        if (s.style == "bold") u.bold = true;
        return;
      }
      case SynKind::bigop: limits(s); break;
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
  std::string quantified_;
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
  Scanner(section).chain(chain);
  if (into.sections.empty()) into.sections.emplace_back();
  into.sections.back() = section.names;
  Scanner(into).chain(chain);
}

Prescan prescan(const Document& document) {
  Prescan out;
  // Twice: which letters are indices is known only after the first time.
  for (int pass = 0; pass < 2; ++pass) {
    Scanner scanner(out);
    for (const Piece& piece : document.pieces)
      for (const Chain& chain : piece.chains) scanner.chain(chain);
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
