// Polynomials in atoms: the data of the normal form. A term is a rational coefficient and a sorted product of
// atom^exponent with rational exponents, so that x^{1/2}, 1/x and e^{-x} are all monomials. An atom is an expression
// that no rule takes further apart; a sum over indices is an atom as well, with canonically named indices. Internal to
// rewrite.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "expr/expr.h"

namespace gradus {

struct Factor {
  Expr atom = nullptr;
  Rational exponent = 1;
  friend bool operator==(const Factor&, const Factor&) = default;
};

/// Sorted by the atoms' ids, no atom twice, no exponent zero.
using Monomial = std::vector<Factor>;

struct MonomialLess {
  bool operator()(const Monomial& a, const Monomial& b) const;
};

Monomial operator*(const Monomial& a, const Monomial& b);
/// Every exponent multiplied by q.
Monomial scaled(const Monomial& m, const Rational& q);
/// The exponent of the atom, 0 if it does not occur.
Rational exponent_of(const Monomial& m, Expr atom);
Monomial without(const Monomial& m, Expr atom);
bool has_variable(Expr e, const IndexVar* var);
bool has_variable(const Monomial& m, const IndexVar* var);

class Poly {
 public:
  using Terms = std::map<Monomial, Rational, MonomialLess>;
  Poly() = default;
  Poly(const Rational& constant);
  Poly(long constant) : Poly(Rational(constant)) {}
  static Poly atom(Expr e, const Rational& exponent = 1);

  const Terms& terms() const { return terms_; }
  std::size_t size() const { return terms_.size(); }
  bool is_zero() const { return terms_.empty(); }
  bool is_constant() const { return terms_.empty() || (terms_.size() == 1 && terms_.begin()->first.empty()); }
  bool is_monomial() const { return terms_.size() == 1; }
  /// The value of a constant polynomial, the constant term of any other.
  Rational constant() const;

  void add(const Monomial& m, const Rational& coefficient);
  Poly& operator+=(const Poly& other);
  Poly& operator-=(const Poly& other);
  friend Poly operator+(Poly a, const Poly& b) { return a += b; }
  friend Poly operator-(Poly a, const Poly& b) { return a -= b; }
  Poly times(const Rational& q) const;
  Poly negated() const { return times(-1); }
  friend bool operator==(const Poly&, const Poly&) = default;

 private:
  Terms terms_;
};

/// δ, or [d > 0], or [d = 0]: an atom with the values 0 and 1.
bool is_indicator(Expr atom);
/// An indicator that occurs in the polynomial, or null.
Expr indicator_in(const Poly& poly);
/// The polynomial where the indicator is 1, and where it is 0.
std::pair<Poly, Poly> cases_of(const Poly& poly, Expr indicator);

}  // namespace gradus
