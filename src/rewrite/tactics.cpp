#include <algorithm>
#include <tuple>

#include "rewrite/prove.h"

namespace gradus {
namespace {

bool is_sum(Expr atom) { return atom->kind == Kind::reduce && atom->reduce_op() == ReduceOp::sum; }

/// The product of all atoms that stand in denominators, each to its largest power there.
Monomial denominators(const Poly& poly) {
  std::map<std::uint32_t, Factor> least;
  for (const auto& [m, c] : poly.terms()) {
    for (const Factor& factor : m) {
      if (factor.exponent >= 0 || is_indicator(factor.atom)) continue;
      const auto [it, fresh] = least.try_emplace(factor.atom->id, Factor{factor.atom, -factor.exponent});
      if (!fresh && it->second.exponent < -factor.exponent) it->second.exponent = -factor.exponent;
    }
  }
  Monomial product;
  for (auto& [id, factor] : least) product.push_back(std::move(factor));
  return product;
}

/// Takes out the sums over one index that, put together by what they are multiplied with, have bodies that vanish.
bool cancel_sums(Normalizer& normalizer, Poly& poly) {
  struct Group {
    const IndexVar* var = nullptr;
    Poly body;
    std::vector<Monomial> members;
  };
  std::map<Monomial, std::map<std::pair<Expr, Expr>, Group>, MonomialLess> groups;
  for (const auto& [m, c] : poly.terms()) {
    for (const Factor& factor : m) {
      if (!is_sum(factor.atom) || factor.exponent != 1) continue;
      const IndexVar* own = factor.atom->var;
      Group& group = groups[without(m, factor.atom)][{own->lo, own->hi}];
      if (!group.var) group.var = make::fresh(own);
      const Poly body = normalizer.normal(factor.atom->kids[0]);
      group.body += normalizer.substituted(body, {{own, make::index(group.var)}}).times(c);
      group.members.push_back(m);
    }
  }
  for (auto& [cofactor, ranges] : groups) {
    for (auto& [range, group] : ranges) {
      if (group.members.size() < 2) continue;
      if (!without_denominators(normalizer, group.body).is_zero()) continue;
      Poly rest;
      for (const auto& [m, c] : poly.terms()) {
        if (std::find(group.members.begin(), group.members.end(), m) == group.members.end()) rest.add(m, c);
      }
      poly = std::move(rest);
      return true;
    }
  }
  return false;
}

}  // namespace

Poly without_denominators(Normalizer& normalizer, Poly poly) {
  for (int round = 0; round < 8 && !poly.is_zero(); ++round) {
    const Monomial product = denominators(poly);
    if (product.empty()) break;
    Poly factor;
    factor.add(product, 1);
    poly = normalizer.multiply(poly, factor);
  }
  return poly;
}

bool vanishes(Normalizer& normalizer, const Poly& poly) {
  if (poly.is_zero()) return true;
  Poly rest = without_denominators(normalizer, poly);
  while (!rest.is_zero()) {
    if (!cancel_sums(normalizer, rest)) break;
  }
  if (rest.is_zero()) return true;
  rest = poly;
  while (!rest.is_zero()) {
    if (!cancel_sums(normalizer, rest)) return false;
    if (without_denominators(normalizer, rest).is_zero()) return true;
  }
  return true;
}

namespace {

/// Every inverse in the expression whose row (or column) is the free variable.
void find_inverses(Expr e, std::vector<std::pair<Expr, bool>>& found) {
  visit(e, [&](Expr node) {
    if (node->kind != Kind::inverse) return;
    for (const bool by_row : {true, false}) {
      const Expr end = node->kids[by_row ? 0 : 1];
      if (end->kind != Kind::index || has_variable(node->kids[by_row ? 1 : 0], end->var)) continue;
      if (std::find(e->free.begin(), e->free.end(), end->var) != e->free.end()) found.push_back({node, by_row});
    }
  });
}

/// Σ_r B_tr (or B_rt) times one monomial; where B^{-1} itself has the index r, and it alone, the two make δ.
Poly times_matrix(Normalizer& normalizer, const Rational& c, const Monomial& m, const Lambda& matrix, const IndexVar* r,
                  Expr t, bool by_row) {
  const auto is_it = [&](const Factor& f) {
    return f.exponent == 1 && f.atom->kind == Kind::inverse && f.atom->args[0] == matrix &&
           f.atom->kids[by_row ? 0 : 1] == make::index(r);
  };
  const auto contracted = [&](const Monomial& n) -> std::optional<Poly> {
    for (const Factor& factor : n) {
      if (!is_it(factor)) continue;
      const Expr other = factor.atom->kids[by_row ? 1 : 0];
      const Monomial rest = without(n, factor.atom);
      if (has_variable(rest, r) || has_variable(other, r)) continue;
      Poly body;
      body.add(rest, 1);
      return normalizer.multiply(body, normalizer.normal(make::delta(t, other)));
    }
    return std::nullopt;
  };
  Poly single;
  single.add(m, 1);
  if (auto direct = contracted(m)) return direct->times(c);
  for (const Factor& factor : m) {
    if (!is_sum(factor.atom) || factor.exponent != 1 || !has_variable(factor.atom, r)) continue;
    const Monomial rest = without(m, factor.atom);
    if (has_variable(rest, r)) break;
    IndexVars vars;
    IndexMap map;
    Expr e = factor.atom;
    for (; is_sum(e); e = e->kids[0]) {
      const IndexVar* fresh = make::fresh(e->var->name, substitute(e->var->lo, map), substitute(e->var->hi, map));
      map[e->var] = make::index(fresh);
      vars.push_back(fresh);
    }
    const Poly body = normalizer.substituted(normalizer.normal(e), map);
    if (!body.is_monomial()) break;
    if (auto inside = contracted(body.terms().begin()->first)) {
      Poly outside;
      outside.add(rest, c * body.terms().begin()->second);
      return normalizer.multiply(outside, normalizer.sum_over(vars, *inside));
    }
  }
  const IndexVar* sum = make::fresh(r);
  const Expr k = make::index(sum);
  const Poly entry = normalizer.substituted(normalizer.normal(matrix.body),
                                            by_row ? IndexMap{{matrix.params[0], t}, {matrix.params[1], k}}
                                                   : IndexMap{{matrix.params[0], k}, {matrix.params[1], t}});
  return normalizer.sum_over({sum}, normalizer.multiply(entry, normalizer.substituted(single, {{r, k}}))).times(c);
}

}  // namespace

bool vanishes_times_matrix(Normalizer& normalizer, const Poly& poly, int depth) {
  if (depth == 0) return false;
  std::vector<std::pair<Expr, bool>> found;
  for (const auto& [m, c] : poly.terms()) {
    for (const Factor& factor : m) find_inverses(factor.atom, found);
  }
  std::set<std::tuple<Expr, const IndexVar*, bool>> tried;
  for (const auto& [inverse, by_row] : found) {
    const Lambda& matrix = inverse->args[0];
    const IndexVar* r = inverse->kids[by_row ? 0 : 1]->var;
    if (r->lo != matrix.params[0]->lo || r->hi != matrix.params[0]->hi ||
        !tried.insert({matrix.body, r, by_row}).second)
      continue;
    // What is known of r alone (i ≠ k) would not hold for every r.
    const auto& conditions = normalizer.settings().options.conditions;
    if (std::any_of(conditions.begin(), conditions.end(),
                    [&](const Condition& c) { return has_variable(c.a, r) || has_variable(c.b, r); }))
      continue;
    const Expr t = make::index(make::fresh(r));
    Poly product;
    for (const auto& [m, c] : poly.terms()) product += times_matrix(normalizer, c, m, matrix, r, t, by_row);
    if (vanishes(normalizer, product) || vanishes_times_matrix(normalizer, product, depth - 1)) return true;
  }
  return false;
}

std::set<const Symbol*> defined_symbols(Expr e) {
  std::set<const Symbol*> found;
  std::vector<Expr> todo{e};
  while (!todo.empty()) {
    const Expr next = todo.back();
    todo.pop_back();
    for (const Symbol* symbol : symbols_in(next)) {
      if (!symbol->defined() || !found.insert(symbol).second) continue;
      for (const Clause& clause : symbol->clauses) {
        if (clause.body) todo.push_back(clause.body);
      }
    }
  }
  return found;
}

void collect_positive(Expr e, std::unordered_set<Expr>& positive) {
  const auto note = [&](Expr u) {
    if (u->kind == Kind::ref && u->kids.empty() && u->args.empty() && u->slots.empty()) positive.insert(u);
  };
  std::unordered_set<Expr> seen;
  std::vector<Expr> todo{e};
  while (!todo.empty()) {
    const Expr node = todo.back();
    todo.pop_back();
    if (!seen.insert(node).second) continue;
    switch (node->kind) {
      case Kind::add:
      case Kind::mul: todo.insert(todo.end(), node->kids.begin(), node->kids.end()); break;
      case Kind::pow:
        todo.push_back(node->kids[0]);
        if (node->kids[1]->is_number() && node->kids[1]->number.get_den() != 1) note(node->kids[0]);
        break;
      case Kind::func:
        todo.push_back(node->kids[0]);
        if (static_cast<Elementary>(node->op) == Elementary::log) note(node->kids[0]);
        break;
      case Kind::reduce:
        if (node->var->lo && node->var->hi && compare(Relation::le, node->var->lo, node->var->hi).value_or(false))
          todo.push_back(node->kids[0]);
        break;
      default: break;
    }
  }
}

}  // namespace gradus
