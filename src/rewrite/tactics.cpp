#include <algorithm>

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
  switch (e->kind) {
    case Kind::add:
    case Kind::mul:
      for (Expr kid : e->kids) collect_positive(kid, positive);
      break;
    case Kind::pow:
      collect_positive(e->kids[0], positive);
      if (e->kids[1]->is_number() && e->kids[1]->number.get_den() != 1) note(e->kids[0]);
      break;
    case Kind::func:
      collect_positive(e->kids[0], positive);
      if (static_cast<Elementary>(e->op) == Elementary::log) note(e->kids[0]);
      break;
    case Kind::reduce:
      if (compare(Relation::le, e->var->lo, e->var->hi).value_or(false)) collect_positive(e->kids[0], positive);
      break;
    default: break;
  }
}

}  // namespace gradus
