// Which equalities define a name: fresh ones, by the forms of their left side.
#include "sheet/heads.h"

#include <algorithm>
#include <set>

#include "sheet/reader.h"

namespace gradus {

bool pattern_item(const Syn& s) {
  if (s.kind == SynKind::name || s.kind == SynKind::number) return true;
  if (s.kind != SynKind::sum || s.kids.size() != 2) return false;
  return s.kids[0]->kind == SynKind::name && (s.kids[1]->kind == SynKind::number || s.kids[1]->kind == SynKind::name);
}

bool application_head(const Syn& s, const Syn*& name, const Syn*& group) {
  if (s.kind != SynKind::product || s.kids.size() != 2) return false;
  const Syn& last = *s.kids[1];
  if (last.kind != SynKind::group || (last.open != "(" && last.open != "[")) return false;
  name = s.kids[0].get();
  group = &last;
  if (base_of(*name).kind != SynKind::name || (name->kind == SynKind::scripts && name->primes)) return false;
  std::set<std::string> seen;
  for (const SynPtr& arg : group->kids) {
    const Syn& base = base_of(*arg);
    if (base.kind != SynKind::name) return false;
    if (arg->kind == SynKind::scripts && (arg->primes || arg->sup)) return false;
    std::string key = arg->kind == SynKind::scripts ? literal_key(*arg, true, false) : name_key(base);
    if (key.empty() || !seen.insert(key).second) return false;
  }
  return !group->kids.empty();
}

namespace {

bool mentions(const Syn& s, const std::string& key) {
  if (s.kind == SynKind::name) return name_key(s) == key;
  if (s.kind == SynKind::scripts && s.sub && s.kids[0]->kind == SynKind::name)
    return false;  // n = Σ_s n_s: another thing
  for (const SynPtr& kid : s.kids)
    if (kid && mentions(*kid, key)) return true;
  return false;
}

}  // namespace

bool SheetReader::is_fresh(const Syn& head) const {
  const Syn* name = &head;
  const Syn* group = nullptr;
  bool function = application_head(head, name, group);
  const Syn& base = base_of(*name);
  if (base.kind != SynKind::name) return false;
  if (function && name->kind == SynKind::name && base.style == "op" &&
      (elementary_named(base.text) || base.text == "softmax" || base.text == "lse" || base.text == "LSE" ||
       base.text == "logsumexp") &&
      !scope_->find(name_key(base)) && !seen_functions_.contains(base.text))
    return true;  // tanh(x) = …, where nothing was said with tanh before
  if (base.text == "∇" || base.text == "∂" || base.text == "…" || (base.text == "π" && head.kind == SynKind::name) ||
      (base.style == "op" && base.text.size() > 1 && e_.is_named_function(base.text)))
    return false;
  std::string key = name_key(base);
  if (function && (base.text == "J" || base.text == "H" || base.text == "D") && name->kind == SynKind::scripts &&
      name->sub && !scope_->find(key)) {
    // J_f(x) of a known function is its Jacobian, no new name.
    Context c = context();
    if (const_cast<Elaborator&>(e_).is_function(*name->sub, c)) return false;
  }
  if ((base.accent == "dot" || base.accent == "ddot") && !scope_->find(key)) {
    Entry* moving = scope_->find(base.text);
    if (moving && moving->callable) return false;
  }
  if (!e_.adjoint_accent.empty() && base.accent == e_.adjoint_accent) return false;
  if (name->kind == SynKind::scripts) {
    if (name->primes) return false;
    if (name->sup && base_of(*name->sup).kind == SynKind::name && (name->sup->text == "⊤" || name->sup->text == "T"))
      return false;
    if (name->sup && name->sup->kind == SynKind::sum && name->sup->kids.size() == 1) return false;  // A^{-1}
    for (auto [sub, sup] : {std::pair{true, true}, {true, false}, {false, true}}) {
      if ((sub && !name->sub) || (sup && !name->sup)) continue;
      if (Entry* entry = scope_->find(literal_key(*name, sub, sup))) {
        const Symbol* symbol = function ? entry->callable : entry->symbol;
        return (!symbol || !symbol->defined()) && entry->composition.empty();
      }
    }
    if (name->sub && e_.labelled(base, name->sub, context())) return true;
    if (name->sup && !e_.usage(key).letter_above && (e_.usage(key).sup_paren || e_.usage(key).sup_bracket) &&
        name->sup->kind == SynKind::group && name->sup->kids.size() == 1 && name->sup->kids[0]->kind == SynKind::number)
      return true;
    // A power of something known is no new name.
    if (name->sup && name->sup->kind == SynKind::number && !e_.usage(key).sup_index) {
      if (scope_->find(key)) return false;
      return true;
    }
    if (function && name->sub && !name->sup) {
      // h_θ(x), s_β(x): a parameter below the function is part of its name.
      auto items = script_items(name->sub);
      bool index = std::all_of(items.begin(), items.end(), [&](auto& i) {
        return e_.scan().index_like(*i) && (i->kind != SynKind::name || ranges_.contains(name_key(*i)) ||
                                            e_.scan().index_letters.contains(i->text));
      });
      if (!index) return true;
    }
    for (const SynPtr& script : {name->sub, name->sup})
      for (const SynPtr& item : script_items(script))
        if (!pattern_item(*item) && item->kind != SynKind::text) return false;
  }
  Entry* entry = scope_->find(key);
  if (!entry) return true;
  if (entry->broken) return false;
  bool here = false;
  for (Scope* s = scope_; s; s = s->parent) {
    if (s->here(key)) here = true;
    if (s->heading || here) break;
  }
  if (function) {
    if (!entry->composition.empty()) return !here;
    if (!entry->callable) return entry->symbol && e_.inferred.contains(entry->symbol);
    if (!entry->callable->defined()) return true;
    // The same name with other arguments, or under another heading, is a new one.
    return !here || entry->callable->formals.size() != group->kids.size();
  }
  if (entry->alias) return false;
  if (!entry->symbol) return entry->callable && e_.inferred.contains(entry->callable) && !entry->callable->defined();
  if (!entry->symbol->defined()) {
    if (name->kind != SynKind::scripts && !entry->symbol->indices.empty() && entry->symbol->family > 0 &&
        !e_.inferred.contains(entry->symbol))
      return true;
    return true;
  }
  if (!here) return true;
  if (name->kind == SynKind::scripts) {
    // Another member of a family: fresh where no clause reaches it.
    Context c = context();
    try {
      Elaborator& e = const_cast<Elaborator&>(e_);
      SynPtr left_sub, left_sup;
      Val v = e.load_scripted(entry->symbol, base, name->sub, name->sup, left_sub, left_sup, c);
      for (Expr kid : v.body->kids)
        if (!kid->is_number()) {
          bool some_numeral = false;
          for (Expr other : v.body->kids) some_numeral |= other->is_number();
          if (!some_numeral) {
            // h_t beside h_0: the clause for the letter may still be missing.
            for (const Clause& clause : entry->symbol->clauses)
              for (std::size_t i = 0; i < clause.pattern.size(); ++i)
                if (!clause.pattern[i]->is_number() && entry->symbol->places[i] != Place::axis)
                  return false;
                else if (!clause.pattern[i]->is_number() && v.body->kids[i]->kind != Kind::number &&
                         clause.pattern[i]->kind != Kind::number && i < name_slots(*name))
                  return false;
            return true;
          }
        }
      return !unfold(v.body).has_value();
    } catch (const Fit&) {
      return false;
    }
  }
  return false;
}

std::size_t SheetReader::name_slots(const Syn& name) {
  return script_items(name.sub).size() + script_items(name.sup).size();
}

bool SheetReader::is_definition(const Chain& chain) const {
  if (chain.sides.size() < 2 || !chain.sides[0] || !chain.sides[1]) return false;
  const std::string& rel = chain.rels[0];
  const Syn& head = *chain.sides[0];
  bool marked = rel == ":=" || rel == "≜";
  if (!marked && rel != "=" && rel != "≡") return false;
  const Syn* name = nullptr;
  const Syn* group = nullptr;
  bool head_form = base_of(head).kind == SynKind::name || application_head(head, name, group);
  if (!head_form) return false;
  if (marked) return true;
  const Syn& rhs = *chain.sides[1];
  if (head.kind == SynKind::name && rhs.kind == SynKind::product &&
      std::any_of(rhs.kids.begin(), rhs.kids.end(), [](auto& k) { return k->kind == SynKind::op && k->text == "∘"; })) {
    // h = g ∘ f between functions gives h its meaning, whatever it was before.
    Context c = context();
    if (const_cast<Elaborator&>(e_).is_function(*rhs.kids[0], c)) return true;
  }
  if (!is_fresh(head)) return false;
  // x = x + 1 defines nothing; a recurrence h_t = f(h_{t-1}) does.
  const Syn& base = base_of(name ? *name : head);
  if (head.kind == SynKind::name && mentions(*chain.sides[1], name_key(base))) return false;
  return true;
}

}  // namespace gradus
