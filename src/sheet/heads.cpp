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

bool unread_in(const Syn& s) {
  if (s.kind == SynKind::bad) return true;
  for (const auto* part : {&s.sub, &s.sup})
    if (*part && unread_in(**part)) return true;
  return std::any_of(s.kids.begin(), s.kids.end(), [](const SynPtr& kid) { return kid && unread_in(*kid); });
}

/// Whether a name stands in LaTeX or plain text, outside of the names of commands.
bool written_in(std::string_view text, std::string_view name) {
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i).starts_with(name)) return true;
    if (text[i++] == '\\')
      while (i < text.size() && ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z'))) ++i;
  }
  return false;
}

}  // namespace

/// An exponent that is no index: x+y, 2, but not l, (i) or l+1.
bool SheetReader::names_no_member(const Syn& sup) const {
  if (sup.kind == SynKind::group && !sup.open.empty()) return false;
  if (sup.kind == SynKind::name) return scope_->find(name_key(sup)) || !e_.scan().index_like(sup);
  if (sup.kind == SynKind::number || sup.kind == SynKind::frac) return true;
  return std::any_of(sup.kids.begin(), sup.kids.end(),
                     [&](const SynPtr& kid) { return kid && kid->kind != SynKind::number && names_no_member(*kid); });
}

namespace {

/// Whether a clause for a letter holds for the member at these terms, if only its range is long enough: h_2 beside
/// h_t = …, t = 1, …, T.
bool may_reach(const Symbol& symbol, const std::vector<Expr>& at) {
  return std::any_of(symbol.clauses.begin(), symbol.clauses.end(), [&](const Clause& clause) {
    for (std::size_t i = 0; i < at.size() && i < clause.pattern.size(); ++i) {
      const Expr pattern = clause.pattern[i];
      if (pattern == at[i]) continue;
      if (pattern->kind != Kind::index || !pattern->var->lo || !pattern->var->hi) return false;
      if (!at[i]->is_number()) continue;
      if (!compare(Relation::ge, at[i], pattern->var->lo).value_or(false)) return false;
      if (!compare(Relation::le, at[i], pattern->var->hi).value_or(true)) return false;
    }
    return true;
  });
}

}  // namespace

bool SheetReader::is_fresh(const Syn& head) const {
  const Syn* name = &head;
  const Syn* group = nullptr;
  bool function = application_head(head, name, group);
  const Syn& base = base_of(*name);
  if (base.kind != SynKind::name) return false;
  if (base.text == "e" && name->kind == SynKind::scripts && name->sup && !name->sub && !scope_->find("e") &&
      names_no_member(*name->sup))
    return false;  // e^{x+y} has its meaning
  if (function && name->kind == SynKind::name && base.style == "op" && base.text != "factorial" &&
      (e_.is_number_function(base.text) || base.text == "softmax" || base.text == "lse" || base.text == "LSE" ||
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
    if (Entry* entry = scope_->find(key); entry && entry->callable && name->sub && !name->sup &&
                                          !e_.argument_slots(*entry->callable, key, script_items(name->sub)).empty())
      return false;  // f_x of f(x, y) is its derivative
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
  bool here = false;
  for (Scope* s = scope_; s; s = s->parent) {
    if (s->here(key)) here = true;
    if (s->heading || here) break;
  }
  if (entry->broken) return !here;
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
  if (is_other_case(*entry->symbol, *name)) return true;
  if (name->kind == SynKind::scripts) {
    // Another member of a family: fresh where no clause reaches it.
    Context c = context();
    try {
      Elaborator& e = const_cast<Elaborator&>(e_);
      SynPtr left_sub, left_sup;
      const Symbol& symbol = *entry->symbol;
      const Val v = e.load_scripted(&symbol, base, name->sub, name->sup, left_sub, left_sup, c);
      const std::vector<Expr>& at = v.body->kids;
      if (std::any_of(at.begin(), at.end(), [](Expr kid) { return kid->is_number(); }))
        return !unfold(v.body).has_value() && !may_reach(symbol, at);
      // h_t beside h_0, h_{t,j}^{(l)} beside h_{0,j}^{(l)}: the clause for all letters may still be missing.
      return std::none_of(symbol.clauses.begin(), symbol.clauses.end(), [&](const Clause& clause) {
        for (std::size_t i = 0; i < clause.pattern.size(); ++i)
          if ((symbol.places[i] != Place::axis || i < name_slots(*name)) && clause.pattern[i]->is_number())
            return false;
        return true;
      });
    } catch (const Fit&) {
      return false;
    }
  }
  return false;
}

std::size_t SheetReader::name_slots(const Syn& name) {
  return script_items(name.sub).size() + script_items(name.sup).size();
}

/// \bar y = … where \bar y_i was defined, and the shapes do not fit: the members are no components of it.
void SheetReader::part_from_members(const Chain& chain) {
  const Syn& head = *chain.sides[0];
  if (head.kind != SynKind::name || !chain.sides[1]) return;
  Entry* entry = scope_->find(name_key(head));
  if (!entry || !entry->symbol || !entry->symbol->defined() || entry->symbol->rank() != 1 || entry->declared) return;
  if (e_.usage(name_key(head)).subs != 1) return;
  Context c = context();
  c.statement = {&chain};
  try {
    const Val v = e_.value(*chain.sides[1], c);
    if (v.scalar() && !v.numeral) e_.knowledge().part_family(name_key(head));
  } catch (const Fit&) {
    // The claim tells why.
  }
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
    const bool itself = std::any_of(rhs.kids.begin(), rhs.kids.end(), [&](auto& k) {
      return k->kind == SynKind::name && name_key(*k) == name_key(head);
    });
    if (is_fresh(head) && !itself) return true;
    Context c = context();
    if (const_cast<Elaborator&>(e_).is_function(*rhs.kids[0], c)) return true;
  }
  if (!is_fresh(head)) return false;
  // relu(z) = z is a step, and no meaning of relu.
  if (group && base_of(*name).style == "op" && e_.is_named_function(base_of(*name).text) &&
      (rhs.kind == SynKind::number || (rhs.kind == SynKind::name && mentions(*group, name_key(rhs)))))
    return false;
  // x = x + 1 defines nothing; a recurrence h_t = f(h_{t-1}) does.
  const Syn& base = base_of(name ? *name : head);
  if (head.kind == SynKind::name && mentions(rhs, name_key(base))) return false;
  // What was not read may mention the name as well.
  if (head.kind == SynKind::name && unread_in(rhs) && chain.side_spans.size() > 1 &&
      written_in(source_.text(chain.side_spans[1]), source_.text(head.span)))
    return false;
  return true;
}

}  // namespace gradus
