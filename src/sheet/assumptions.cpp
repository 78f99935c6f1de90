// Assumptions: conditions on indices and sizes, traits of names, expressions that are zero.
#include <algorithm>

#include "sheet/describe.h"
#include "sheet/reader.h"
#include "sheet/words.h"

namespace gradus {

bool SheetReader::assumption(const Chain& chain, bool scoped) {
  if (chain.sides.size() < 2 || !chain.sides[0] || !chain.sides[1]) return false;
  Context c = context();
  c.statement = {&chain};
  std::string text(source_.text(chain.span));
  auto remember = [&](bool lasting) {
    (lasting ? lasting_texts_ : pending_.texts).push_back(text);
    note(Statement::Kind::assumption, chain.span, text);
  };
  // 0 < p < 1 and the like: take the relations one by one.
  bool all_order = std::all_of(chain.rels.begin(), chain.rels.end(), [](const std::string& r) {
    return r == "<" || r == "≤" || r == ">" || r == "≥" || r == "≻" || r == "≽";
  });
  const std::string& rel = chain.rels[0];
  const Syn& left = *chain.sides[0];
  const Syn& right = *chain.sides[1];
  auto trait_of = [&](const Syn& name, const Traits& t) {
    const Syn& base = base_of(name);
    if (base.kind != SynKind::name) return false;
    Entry* entry = name.kind == SynKind::scripts ? scope_->find(literal_key(name, true, false)) : nullptr;
    if (!entry) entry = scope_->find(name_key(base));
    if (!entry && e_.dims().has(name_key(base))) return true;
    if (!entry) {
      SynPtr none_sub, none_sup;
      e_.value(name, c);
      entry = scope_->find(name_key(base));
      if (!entry && name.kind == SynKind::scripts) entry = scope_->find(literal_key(name, true, false));
    }
    if (!entry || !entry->symbol) return entry != nullptr;
    merge(entry->symbol->traits, t);
    entry->declared = true;
    return true;
  };
  if (all_order) {
    bool index_only = true;
    auto is_letter = [&](const Syn& s) {
      if (s.kind == SynKind::number) return true;
      if (s.kind == SynKind::sum)
        return std::all_of(s.kids.begin(), s.kids.end(), [&](auto& k) {
          return k->kind == SynKind::number || (k->kind == SynKind::name && !is_quantity(name_key(*k)));
        });
      return s.kind == SynKind::name && !is_quantity(name_key(s)) &&
             (e_.scan().index_letters.contains(s.text) || e_.dims().has(name_key(s)) || ranges_.contains(name_key(s)) ||
              e_.scan().size_letters.contains(name_key(s)));
    };
    for (const SynPtr& side : chain.sides) index_only &= side && is_letter(*side);
    if (index_only) {
      bool some_letter = std::any_of(chain.sides.begin(), chain.sides.end(), [&](const SynPtr& side) {
        return side->kind == SynKind::name && !e_.dims().has(name_key(*side)) &&
               !e_.scan().size_letters.contains(name_key(*side));
      });
      if (some_letter) {
        pending_.index_conditions.push_back(chain);
        remember(false);
        return true;
      }
      for (std::size_t k = 0; k < chain.rels.size(); ++k) {
        Relation r = chain.rels[k] == "<"   ? Relation::lt
                     : chain.rels[k] == "≤" ? Relation::le
                     : chain.rels[k] == ">" ? Relation::gt
                                            : Relation::ge;
        Condition condition{r, e_.index_value(*chain.sides[k], c), e_.index_value(*chain.sides[k + 1], c)};
        bool sizes = condition.a->free.empty() && condition.b->free.empty();
        (sizes ? lasting_conditions_ : pending_.conditions).push_back(condition);
      }
      remember(false);
      return true;
    }
    for (std::size_t k = 0; k < chain.rels.size(); ++k) {
      if (!chain.sides[k] || !chain.sides[k + 1]) continue;
      const Syn& a = *chain.sides[k];
      const Syn& b = *chain.sides[k + 1];
      bool greater = chain.rels[k] == ">" || chain.rels[k] == "≻" || chain.rels[k] == "≥" || chain.rels[k] == "≽";
      const Syn& big = greater ? a : b;
      const Syn& small = greater ? b : a;
      bool above_zero = small.kind == SynKind::number && small.text.find_first_not_of("0.") == std::string::npos;
      if (!above_zero && small.kind == SynKind::number && base_of(big).kind == SynKind::name) above_zero = true;
      if (!above_zero) continue;
      Traits t;
      if (chain.rels[k] == "≻" || chain.rels[k] == "≽")
        t.symmetric = t.positive_definite = true;
      else
        t.positive = true;
      const Syn* target = &big;
      // det X > 0, |X| > 0
      if (big.kind == SynKind::product && big.kids.size() == 2 && big.kids[0]->kind == SynKind::name &&
          big.kids[0]->text == "det") {
        t = Traits{};
        t.positive_det = t.invertible = true;
        target = base_of(*big.kids[1]).kind == SynKind::group && base_of(*big.kids[1]).kids.size() == 1
                     ? base_of(*big.kids[1]).kids[0].get()
                     : big.kids[1].get();
      }
      if (base_of(*target).kind == SynKind::name) trait_of(*target, t);
    }
    remember(true);
    return true;
  }
  if (rel == "≠" && chain.sides.size() == 2) {
    bool letters = (left.kind == SynKind::name && !is_quantity(name_key(left))) &&
                   (right.kind == SynKind::number || (right.kind == SynKind::name && !is_quantity(name_key(right))));
    bool known_letter =
        left.kind == SynKind::name && (e_.scan().index_letters.contains(left.text) || e_.dims().has(name_key(left)) ||
                                       e_.scan().size_letters.contains(name_key(left)) ||
                                       ranges_.contains(name_key(left)) || e_.scan().index_like(left));
    if (letters && known_letter) {
      bool sizes = (e_.dims().has(name_key(left)) || e_.scan().size_letters.contains(name_key(left))) &&
                   !e_.scan().index_letters.contains(left.text);
      if (sizes) {
        lasting_conditions_.push_back({Relation::ne, e_.size_value(left, c), e_.size_value(right, c)});
        remember(true);
      } else {
        // The letters get their ranges from the claims that use them.
        pending_.index_conditions.push_back(chain);
        remember(false);
      }
      return true;
    }
    Traits t;
    t.nonzero = true;
    if (right.kind == SynKind::number && right.text == "0") {
      if (base_of(left).kind == SynKind::name) trait_of(left, t);
      remember(true);
      return true;
    }
    remember(true);
    return true;  // two quantities that differ: generic points do
  }
  if (rel != "=" || chain.sides.size() != 2) return false;
  // K = 1
  if (left.kind == SynKind::name && right.kind == SynKind::number && !is_quantity(name_key(left)) &&
      (e_.dims().has(name_key(left)) || e_.scan().size_letters.contains(name_key(left)))) {
    Condition condition{Relation::eq, e_.size_value(left, c), e_.size_value(right, c)};
    (scoped ? pending_.conditions : lasting_conditions_).push_back(condition);
    remember(!scoped);
    return true;
  }
  if (left.kind == SynKind::name && !is_quantity(name_key(left)) && e_.scan().index_like(left) &&
      (right.kind == SynKind::number || right.kind == SynKind::name) && !e_.usage(name_key(left)).differentiated_by &&
      (e_.scan().index_letters.contains(left.text) || ranges_.contains(name_key(left)) ||
       (right.kind == SynKind::name && e_.scan().index_letters.contains(right.text)))) {
    pending_.index_conditions.push_back(chain);
    remember(false);
    return true;
  }
  // f_1 = f_2: two uses of one function.
  if (left.kind == SynKind::scripts && right.kind == SynKind::scripts && e_.is_function(left, c) &&
      e_.is_function(right, c)) {
    remember(false);
    return true;
  }
  Val a = e_.value(left, c), b = e_.value(right, c);
  if (a.function || b.function) return false;
  // y_o = 1 for a one-hot y.
  if (a.scalar() && a.body->kind == Kind::ref && a.body->symbol->traits.one_hot && b.body->is_one() &&
      a.body->kids.size() == 1) {
    const_cast<Symbol*>(a.body->symbol)->traits.hot = a.body->kids[0];
    remember(true);
    return true;
  }
  Expr difference = nullptr;
  IndexVars axes;
  if (b.numeral && b.scalar())
    difference = make::sub(a.body, b.body), axes = a.axes;
  else if (e_.algebra().same_shape(a, b))
    difference = make::sub(a.body, e_.algebra().on_axes(b, a.axes)), axes = a.axes;
  if (!difference) return false;
  // Σ_i y_i = 1 over a whole vector, ‖u‖ = 1, A = Aᵀ, UᵀU = I.
  if (a.scalar() && b.body->is_one()) {
    const Symbol* found = nullptr;
    Traits t;
    if (a.body->kind == Kind::reduce && a.body->reduce_op() == ReduceOp::sum && a.body->kids[0]->kind == Kind::ref &&
        a.body->kids[0]->kids.size() == 1 && a.body->kids[0]->kids[0] == make::index(a.body->var)) {
      found = a.body->kids[0]->symbol;
      t.sums_to_one = true;
    } else {
      Expr square =
          a.body->kind == Kind::pow && a.body->kids[1]->is_number() && a.body->kids[1]->number == Rational(1, 2)
              ? a.body->kids[0]
              : a.body;
      if (square->kind == Kind::reduce && square->reduce_op() == ReduceOp::sum && square->kids[0]->kind == Kind::pow &&
          square->kids[0]->kids[0]->kind == Kind::ref)
        found = square->kids[0]->kids[0]->symbol, t.unit_norm = true;
      else if (square->kind == Kind::reduce && square->kids[0]->kind == Kind::mul &&
               square->kids[0]->kids.size() == 2 && square->kids[0]->kids[0] == square->kids[0]->kids[1] &&
               square->kids[0]->kids[0]->kind == Kind::ref)
        found = square->kids[0]->kids[0]->symbol, t.unit_norm = true;
    }
    if (found && !found->defined()) {
      if (scoped && in_display_)
        pending_.assumed.push_back({found, t});
      else
        merge(const_cast<Symbol*>(found)->traits, t);
      remember(!in_display_);
      return true;
    }
  }
  if (a.rank() == 2 && a.body->kind == Kind::ref && b.body->kind == Kind::ref && a.body->symbol == b.body->symbol &&
      !a.body->symbol->defined()) {
    Traits t;
    t.symmetric = true;
    merge(const_cast<Symbol*>(a.body->symbol)->traits, t);
    remember(true);
    return true;
  }
  if (a.rank() == 2 && b.body->kind == Kind::delta && a.body->kind == Kind::reduce &&
      a.body->kids[0]->kind == Kind::mul) {
    const auto& factors = a.body->kids[0]->kids;
    if (factors.size() == 2 && factors[0]->kind == Kind::ref && factors[1]->kind == Kind::ref &&
        factors[0]->symbol == factors[1]->symbol && !factors[0]->symbol->defined() &&
        e_.dims().unify(factors[0]->symbol->indices[0], factors[0]->symbol->indices[1])) {
      Traits t;
      t.orthogonal = true;
      merge(const_cast<Symbol*>(factors[0]->symbol)->traits, t);
      remember(true);
      return true;
    }
  }
  if (axes.empty()) {
    (scoped ? pending_.vanishing : lasting_vanishing_).push_back(difference);
    remember(!scoped);
    return true;
  }
  return false;
}

void SheetReader::extra_assumption(const std::string& text) {
  // `--assume 'A symmetric'`: a name and a trait, as a sheet would say it.
  std::string low = lower(text);
  Traits t = traits_in(low);
  std::size_t space = text.find(' ');
  if (!any(t) || space == std::string::npos) {
    sheet_.diagnostics.push_back({Severity::error,
                                  "assumption",
                                  {},
                                  "the assumption `" + text + "` is not understood",
                                  "write it as 'A symmetric'"});
    return;
  }
  std::string name = text.substr(0, space);
  bool found = false;
  for (auto& scope : scopes_)
    for (auto& [key, entry] : scope->entries)
      for (Symbol* symbol : {entry.symbol, entry.callable})
        if (symbol && (symbol->name == name || symbol->latex == name || key == name))
          merge(symbol->traits, t), found = true;
  if (!found)
    sheet_.diagnostics.push_back({Severity::error, "assumption", {}, "`" + name + "` is not known in this sheet", ""});
  else
    for (Claim& claim : sheet_.claims) claim.assumptions.push_back(text);
}

}  // namespace gradus
