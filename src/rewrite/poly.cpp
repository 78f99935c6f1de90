#include "rewrite/poly.h"

#include <algorithm>

namespace gradus {

bool MonomialLess::operator()(const Monomial& a, const Monomial& b) const {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](const Factor& x, const Factor& y) {
    if (x.atom != y.atom) return x.atom->id < y.atom->id;
    return x.exponent < y.exponent;
  });
}

Monomial operator*(const Monomial& a, const Monomial& b) {
  Monomial product;
  product.reserve(a.size() + b.size());
  auto i = a.begin(), j = b.begin();
  while (i != a.end() || j != b.end()) {
    if (j == b.end() || (i != a.end() && i->atom->id < j->atom->id)) {
      product.push_back(*i++);
    } else if (i == a.end() || j->atom->id < i->atom->id) {
      product.push_back(*j++);
    } else {
      Rational exponent = i->exponent + j->exponent;
      if (exponent != 0) product.push_back({i->atom, std::move(exponent)});
      ++i, ++j;
    }
  }
  return product;
}

Monomial scaled(const Monomial& m, const Rational& q) {
  if (q == 0) return {};
  Monomial result = m;
  for (Factor& factor : result) factor.exponent *= q;
  return result;
}

Rational exponent_of(const Monomial& m, Expr atom) {
  for (const Factor& factor : m) {
    if (factor.atom == atom) return factor.exponent;
  }
  return 0;
}

Monomial without(const Monomial& m, Expr atom) {
  Monomial rest;
  rest.reserve(m.size());
  for (const Factor& factor : m) {
    if (factor.atom != atom) rest.push_back(factor);
  }
  return rest;
}

bool has_variable(Expr e, const IndexVar* var) {
  return e && std::binary_search(e->free.begin(), e->free.end(), var,
                                 [](const IndexVar* a, const IndexVar* b) { return a->id < b->id; });
}

bool has_variable(const Monomial& m, const IndexVar* var) {
  return std::any_of(m.begin(), m.end(), [&](const Factor& factor) { return has_variable(factor.atom, var); });
}

Poly::Poly(const Rational& constant) {
  if (constant != 0) terms_.emplace(Monomial{}, constant);
}

Poly Poly::atom(Expr e, const Rational& exponent) {
  Poly poly;
  poly.terms_.emplace(Monomial{{e, exponent}}, 1);
  return poly;
}

Rational Poly::constant() const {
  const auto it = terms_.find(Monomial{});
  return it == terms_.end() ? Rational(0) : it->second;
}

void Poly::add(const Monomial& m, const Rational& coefficient) {
  if (coefficient == 0) return;
  const auto [it, fresh] = terms_.try_emplace(m, coefficient);
  if (fresh) return;
  it->second += coefficient;
  if (it->second == 0) terms_.erase(it);
}

Poly& Poly::operator+=(const Poly& other) {
  for (const auto& [m, c] : other.terms_) add(m, c);
  return *this;
}

Poly& Poly::operator-=(const Poly& other) {
  for (const auto& [m, c] : other.terms_) add(m, -c);
  return *this;
}

Poly Poly::times(const Rational& q) const {
  Poly result;
  if (q == 0) return result;
  result = *this;
  for (auto& [m, c] : result.terms_) c *= q;
  return result;
}

bool is_indicator(Expr atom) { return atom->kind == Kind::delta || atom->kind == Kind::select; }

Expr indicator_in(const Poly& poly) {
  for (const auto& [m, c] : poly.terms()) {
    for (const Factor& factor : m) {
      if (is_indicator(factor.atom) && factor.exponent == 1) return factor.atom;
    }
  }
  return nullptr;
}

std::pair<Poly, Poly> cases_of(const Poly& poly, Expr indicator) {
  Poly on, off;
  for (const auto& [m, c] : poly.terms()) {
    const Monomial rest = without(m, indicator);
    on.add(rest, c);
    if (rest.size() == m.size()) off.add(m, c);
  }
  return {on, off};
}

}  // namespace gradus
