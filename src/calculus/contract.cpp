// Elimination of δ from sums: the variable is solved for, where its value surely lies in the range.
#include "calculus/contract.h"

#include <algorithm>

namespace gradus {
namespace {

bool mentions(Expr e, const IndexVar* var) { return std::find(e->free.begin(), e->free.end(), var) != e->free.end(); }

/// The value of var that makes the two terms equal, if var stands in them once, with weight ±1, and only there.
std::optional<Expr> solve(Expr a, Expr b, const IndexVar* var) {
  auto left = affine(a);
  const auto right = affine(b);
  if (!left || !right) return std::nullopt;
  left->constant -= right->constant;
  for (const auto& [term, weight] : right->terms) left->terms[term] -= weight;
  const auto own = left->terms.find(make::index(var));
  if (own == left->terms.end() || abs(own->second) != 1) return std::nullopt;
  const Rational sign = own->second;
  std::vector<Expr> terms{make::number(-left->constant * sign)};
  for (const auto& [term, weight] : left->terms) {
    if (term == own->first) continue;
    if (mentions(term, var)) return std::nullopt;
    terms.push_back(make::mul({make::number(-weight * sign), term}));
  }
  return make::add(std::move(terms));
}

std::vector<Expr> factors_of(Expr e) { return e->kind == Kind::mul ? e->kids : std::vector<Expr>{e}; }

/// One product under the sum.
Expr contract_product(const IndexVar* var, Expr product) {
  std::vector<Expr> inside = factors_of(product), outside;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i]->kind != Kind::delta || !mentions(inside[i], var)) continue;
    const auto value = solve(inside[i]->kids[0], inside[i]->kids[1], var);
    if (!value || !surely_within(*value, var->lo, var->hi)) continue;
    inside.erase(inside.begin() + static_cast<std::ptrdiff_t>(i));
    return substitute(make::mul(std::move(inside)), {{var, *value}});
  }
  for (std::size_t i = inside.size(); i-- > 0;) {
    if (inside[i]->kind != Kind::delta || mentions(inside[i], var)) continue;
    outside.push_back(inside[i]);
    inside.erase(inside.begin() + static_cast<std::ptrdiff_t>(i));
  }
  outside.push_back(make::sum(var, make::mul(std::move(inside))));
  return make::mul(std::move(outside));
}

bool has_delta(Expr e) {
  const std::vector<Expr> factors = factors_of(e);
  return std::any_of(factors.begin(), factors.end(), [](Expr f) { return f->kind == Kind::delta; });
}

/// A product with a sum among its factors that holds a δ of var, as a sum of products; null if there is none.
Expr distribute(const IndexVar* var, Expr product) {
  if (product->kind != Kind::mul) return nullptr;
  for (std::size_t i = 0; i < product->kids.size(); ++i) {
    const Expr factor = product->kids[i];
    const auto has_own_delta = [&](Expr term) {
      const std::vector<Expr> factors = factors_of(term);
      return std::any_of(factors.begin(), factors.end(),
                         [&](Expr f) { return f->kind == Kind::delta && mentions(f, var); });
    };
    if (factor->kind != Kind::add || std::none_of(factor->kids.begin(), factor->kids.end(), has_own_delta)) continue;
    std::vector<Expr> rest = product->kids;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    const auto times_rest = [&](Expr term) {
      std::vector<Expr> factors = rest;
      factors.push_back(term);
      return make::mul(std::move(factors));
    };
    std::vector<Expr> terms, others;
    for (Expr term : factor->kids) {
      if (has_own_delta(term)) {
        terms.push_back(times_rest(term));
      } else {
        others.push_back(term);
      }
    }
    if (!others.empty()) terms.push_back(times_rest(make::add(std::move(others))));
    return make::add(std::move(terms));
  }
  return nullptr;
}

}  // namespace

Expr contract(const IndexVar* var, Expr body) {
  if (body->is_zero()) return body;
  if (const Expr distributed = distribute(var, body)) return contract(var, distributed);
  if (body->kind != Kind::add) return contract_product(var, body);
  // Only terms with a δ are taken out of the sum; the others stay together.
  std::vector<Expr> apart, together;
  for (Expr term : body->kids) {
    if (distribute(var, term)) {
      apart.push_back(contract(var, term));
    } else if (has_delta(term)) {
      apart.push_back(contract_product(var, term));
    } else {
      together.push_back(term);
    }
  }
  if (!together.empty()) apart.push_back(make::sum(var, make::add(std::move(together))));
  return make::add(std::move(apart));
}

}  // namespace gradus
