#include "check/hypotheses.h"

#include <algorithm>

#include "check/problem.h"

namespace gradus {

namespace {

bool same_range(const Range& a, const Range& b) { return a.lo == b.lo && a.hi == b.hi; }

bool has_shape(const Symbol* symbol) {
  return std::all_of(symbol->indices.begin(), symbol->indices.end(), [](const Range& r) { return r.lo && r.hi; });
}

bool is_square(const Symbol* symbol) {
  return symbol->rank() == 2 && has_shape(symbol) &&
         same_range(symbol->indices[symbol->family], symbol->indices[symbol->family + 1]);
}

/// Weights: a vector, or a matrix by its rows.
bool has_rows(const Symbol* symbol) {
  return has_shape(symbol) && !symbol->indices.empty() && symbol->indices.size() <= 2;
}

bool same_shape(const Symbol* a, const Symbol* b) {
  return std::equal(a->indices.begin(), a->indices.end(), b->indices.begin(), b->indices.end(), same_range);
}

}  // namespace

std::vector<Hypothesis> hypotheses_for(const Case& side, const Claim& claim) {
  const Problem problem(side, claim, nullptr);
  std::vector<const Symbol*> symbols;
  for (const Symbol* symbol : problem.symbols)
    if (symbol->clauses.empty() && (symbol->role == Role::variable || symbol->role == Role::function))
      symbols.push_back(symbol);

  std::vector<Hypothesis> table;
  const auto assume = [&](const Symbol* symbol, const std::string& text, bool Traits::* trait) {
    Traits traits;
    traits.*trait = true;
    Hypothesis hypothesis;
    hypothesis.text = text;
    hypothesis.assumed.push_back({symbol, traits});
    table.push_back(std::move(hypothesis));
  };
  const auto traits = [&](const Symbol* symbol) { return problem.traits_of(symbol); };

  for (const Symbol* s : symbols)
    if (is_square(s) && !traits(s).symmetric && !traits(s).positive_definite && !traits(s).diagonal)
      assume(s, s->name + " symmetric", &Traits::symmetric);
  for (const Symbol* s : symbols) {
    const bool exchangeable =
        s->role == Role::function && s->formals.size() >= 2 &&
        std::all_of(s->formals.begin(), s->formals.end(), [&](auto f) { return same_shape(f, s->formals[0]); });
    if (exchangeable && !traits(s).symmetric_arguments)
      assume(s, s->name + " symmetric in its arguments", &Traits::symmetric_arguments);
  }
  for (std::size_t a = 0; a < symbols.size(); ++a)
    for (std::size_t b = a + 1; b < symbols.size(); ++b) {
      const Symbol *first = symbols[a], *second = symbols[b];
      if (first->role != Role::variable || second->role != Role::variable || !is_square(first) || !is_square(second))
        continue;
      if (!same_range(first->indices[first->family], second->indices[second->family])) continue;
      // The one that is drawn freely carries the stronger traits.
      const auto strength = [&](const Symbol* s) {
        return traits(s).positive_definite ? 2 : traits(s).symmetric ? 1 : 0;
      };
      if (strength(second) > strength(first)) std::swap(first, second);
      Hypothesis hypothesis;
      hypothesis.text = first->name + " and " + second->name + " commute";
      hypothesis.commuting.emplace_back(first, second);
      table.push_back(std::move(hypothesis));
    }
  for (const Symbol* s : symbols)
    if (s->role == Role::function && s->formals.size() == 1 && is_square(s)) {
      Hypothesis hypothesis;
      hypothesis.text = s->name + " commutes with its derivative";
      hypothesis.commutes_with_derivative = s;
      table.push_back(std::move(hypothesis));
    }
  for (const Symbol* s : symbols)
    if (s->role == Role::variable && has_rows(s) && !is_square(s) && !traits(s).sums_to_one && !traits(s).one_hot &&
        !traits(s).unit_norm)
      assume(s,
             s->indices.size() == 1 ? "the entries of " + s->name + " sum to one"
                                    : "each row of " + s->name + " sums to one",
             &Traits::sums_to_one);
  // An affine function has no second derivatives. It excuses a side that leaves them out, but not one that has them
  // wrong; and with first derivatives only it would hide at which point they are taken.
  if (std::max(problem.left_order, problem.right_order) >= 2 && std::min(problem.left_order, problem.right_order) < 2)
    for (const Symbol* s : symbols)
      if (s->role == Role::function && !traits(s).affine) assume(s, s->name + " affine", &Traits::affine);
  for (const Symbol* s : symbols)
    if (s->role == Role::variable && is_square(s) && !traits(s).orthogonal && !traits(s).positive_definite)
      assume(s, s->name + " orthogonal", &Traits::orthogonal);
  return table;
}

}  // namespace gradus
