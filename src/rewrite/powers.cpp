// Powers: of numbers, of products, of sums; primitive parts of sums; what is known about signs.
#include <algorithm>

#include "rewrite/normalizer.h"

namespace gradus {
namespace {

bool is_integer(const Rational& q) { return q.get_den() == 1; }
bool even(const mpz_class& n) { return mpz_even_p(n.get_mpz_t()) != 0; }

/// Prime factors up to a bound; what is left counts as one factor.
std::vector<std::pair<mpz_class, long>> factorised(mpz_class n) {
  std::vector<std::pair<mpz_class, long>> factors;
  for (unsigned long p = 2; p < 2000 && n > 1; p += p == 2 ? 1 : 2) {
    long k = 0;
    while (mpz_divisible_ui_p(n.get_mpz_t(), p)) n /= p, ++k;
    if (k) factors.push_back({mpz_class(p), k});
  }
  if (n > 1) factors.push_back({n, 1});
  return factors;
}

}  // namespace

// ---- numbers

Poly Normalizer::power_of_number(const Rational& base, const Rational& exponent) {
  if (exponent == 0) return 1;
  if (base == 0) {
    if (exponent < 0) throw Undefined{};
    return 0;
  }
  if (base == 1) return 1;
  if (is_integer(exponent)) {
    if (abs(exponent) > 2000) return Poly::atom(make::pow(make::number(base), make::number(exponent)));
    const unsigned long k = mpz_class(abs(exponent.get_num())).get_ui();
    mpz_class num, den;
    mpz_pow_ui(num.get_mpz_t(), base.get_num().get_mpz_t(), k);
    mpz_pow_ui(den.get_mpz_t(), base.get_den().get_mpz_t(), k);
    Rational value = exponent > 0 ? Rational(num, den) : Rational(den, num);
    value.canonicalize();
    return Poly(value);
  }
  if (base < 0) throw Undefined{};
  Poly result = 1;
  const auto times = [&](const mpz_class& prime, const Rational& e) {
    result = product_of(1, {{make::number(Rational(prime)), e}}, result);
  };
  for (const auto& [p, k] : factorised(base.get_num())) times(p, exponent * k);
  for (const auto& [p, k] : factorised(base.get_den())) times(p, -exponent * k);
  return result;
}

// ---- powers

/// f(s·a + b) = s·f(a + b) + (1 − s)·f(b) for an indicator s. A case where f is undefined does not happen where the
/// whole is defined, so that the other case is all there is.
Poly Normalizer::by_cases(const Poly& u, Expr indicator, const std::function<Poly(const Poly&)>& f) {
  const auto [on, off] = cases_of(u, indicator);
  std::optional<Poly> value_on, value_off;
  try {
    value_on = f(on);
  } catch (const Undefined&) {
  }
  try {
    value_off = f(off);
  } catch (const Undefined&) {
  }
  if (!value_on && !value_off) throw Undefined{};
  if (!value_on) return *value_off;
  if (!value_off) return *value_on;
  const Poly s = Poly::atom(indicator);
  return multiply(s, *value_on) + multiply(Poly(1) - s, *value_off);
}

Poly Normalizer::power(const Poly& base, const Rational& exponent, bool wide) {
  if (exponent == 0) return 1;
  if (exponent == 1) return base;
  if (base.is_constant()) return power_of_number(base.constant(), exponent);
  const bool grows = is_integer(exponent) && exponent > 0;
  if (const Expr s = grows ? nullptr : indicator_in(base)) {
    return by_cases(base, s, [&](const Poly& u) { return power(u, exponent, true); });
  }
  if (base.is_monomial())
    return power_of_monomial(base.terms().begin()->second, base.terms().begin()->first, exponent, wide);
  if (grows && settings_.expand_products) {
    if (exponent > 64) throw OverBudget{"exponent of a sum (64)"};
    Poly result = 1, square = base;
    for (unsigned long k = exponent.get_num().get_ui(); k; k >>= 1) {
      if (k & 1) result = multiply(result, square);
      if (k > 1) square = multiply(square, square);
    }
    return result;
  }
  Primitive p = primitive(base);
  if (p.rest.size() == 1) return power_of_monomial(p.coefficient, p.common, exponent, wide);
  const auto& [square, c] = as_power(p.rest);
  return power_of_monomial(p.coefficient * c, p.common * square, exponent, wide);
}

/// (c·Π a^e)^q. For fractional q the signs matter: what is not known to be positive keeps an absolute value, `wide`
/// even where one factor's sign follows from the base being positive.
Poly Normalizer::power_of_monomial(const Rational& c, const Monomial& m, const Rational& q, bool wide) {
  if (is_integer(q)) {
    Poly result;
    if (c == 0) return power_of_number(c, q);
    if (abs(q) > 10000) throw OverBudget{"exponent of a product"};
    const Poly number = power_of_number(c, q);
    for (const auto& [n, d] : number.terms()) settle(d, n * scaled(m, q), result);
    return result;
  }
  Poly result = 1;
  Monomial plain, odd;
  for (const Factor& factor : m) {
    if (sign_of_factor({factor.atom, 1}) != Sign::unknown) {
      plain.push_back({factor.atom, factor.exponent * q});
    } else if (!is_integer(factor.exponent) && !even(factor.exponent.get_num())) {
      plain.push_back({factor.atom, factor.exponent * q});  // x^{1/2} is there, so x ≥ 0
    } else if (even(factor.exponent.get_num())) {
      result = multiply(result, absolute_power(factor.atom, factor.exponent * q));
    } else {
      odd.push_back(factor);
    }
  }
  if (odd.empty()) {
    if (c < 0) {
      // Something of a known sign below a root of a negative number: left alone.
      Poly inner;
      inner.add(m, c);
      return Poly::atom(make::pow(to_expr(inner), make::number(q)));
    }
    result = multiply(result, power_of_number(c, q));
  } else {
    result = multiply(result, power_of_number(abs(c), q));
    if (odd.size() == 1 && !wide && (c > 0 || (odd[0].atom->kind == Kind::add && settings_.expand_products))) {
      if (c < 0) odd[0].atom = to_expr(normal(odd[0].atom).negated());
      plain = plain * scaled(odd, q);
    } else {
      for (const Factor& factor : odd) result = multiply(result, absolute_power(factor.atom, factor.exponent * q));
    }
  }
  return product_of(1, plain, result);
}

/// |a|^e. Odd integer powers are a^e·(2[a > 0] − 1); a root keeps |a| as an atom.
Poly Normalizer::absolute_power(Expr atom, const Rational& exponent) {
  if (exponent == 0) return 1;
  const Poly a = normal(atom);
  if (sign_of(a) != Sign::unknown) return power(a, exponent);
  if (is_integer(exponent)) {
    const Poly value = power(a, exponent);
    if (even(exponent.get_num())) return value;
    return multiply(positive_indicator(a).times(2) - Poly(1), value);
  }
  Poly result;
  settle(1, {{make::func(Elementary::abs, atom), exponent}}, result);
  return result;
}

Poly Normalizer::absolute(const Poly& u) {
  if (u.is_constant()) return Poly(abs(u.constant()));
  if (sign_of(u) != Sign::unknown) return u;
  if (sign_of(u.negated()) != Sign::unknown) return u.negated();
  const Primitive p = primitive(u);
  Poly result(abs(p.coefficient));
  Monomial m = p.common;
  if (p.rest.size() > 1) m = m * Monomial{{atom_of_sum(p.rest), 1}};
  for (const Factor& factor : m) {
    if (sign_of_factor(factor) != Sign::unknown) {
      result = multiply(result, power(normal(factor.atom), factor.exponent));
    } else {
      result = multiply(result, absolute_power(factor.atom, factor.exponent));
    }
  }
  return result;
}

/// base^exponent with an exponent that is no number. base^{c·m} = (base^m)^c where base is positive, or c an integer.
Poly Normalizer::symbolic_power(const Poly& base, const Poly& exponent) {
  if (base == Poly(1)) return 1;
  if (base.is_zero()) return Poly::atom(make::pow(make::number(0), to_expr(exponent)));
  const bool integer = is_integer_valued(exponent);
  const bool positive = sign_of(base) == Sign::positive;
  // (b^u)^v = b^(uv) for a positive b.
  if (base.is_monomial() && base.terms().begin()->second == 1 && base.terms().begin()->first.size() == 1) {
    const Factor& only = base.terms().begin()->first[0];
    if (only.atom->kind == Kind::pow) {
      const Poly inner = normal(only.atom->kids[0]);
      if (sign_of(inner) == Sign::positive) {
        return symbolic_or_plain_power(inner, multiply(normal(only.atom->kids[1]).times(only.exponent), exponent));
      }
    }
  }
  // e^u: the base is a power of e.
  if (base.is_monomial()) {
    const auto& [m, c] = *base.terms().begin();
    const bool apart = positive ? std::all_of(m.begin(), m.end(),
                                              [&](const Factor& f) { return sign_of_factor(f) == Sign::positive; }) &&
                                      c > 0
                                : integer;
    if (apart && (m.size() + (c == 1 ? 0 : 1) > 1 || (m.size() == 1 && m[0].exponent != 1) ||
                  (m.size() == 1 && m[0].atom->kind == Kind::func &&
                   static_cast<Elementary>(m[0].atom->op) == Elementary::exp))) {
      Poly result = 1;
      for (const Factor& factor : m) {
        const Poly e = exponent.times(factor.exponent);
        if (factor.atom->kind == Kind::func && static_cast<Elementary>(factor.atom->op) == Elementary::exp) {
          result = multiply(result, exponential(multiply(e, normal(factor.atom->kids[0]))));
        } else if (factor.exponent.get_den() == 1 || positive) {
          result = multiply(result, symbolic_power(normal(factor.atom), e));
        } else {
          result = multiply(
              result, Poly::atom(make::pow(to_expr(Poly::atom(factor.atom, factor.exponent)), to_expr(exponent))));
        }
      }
      return c == 1 ? result : multiply(result, symbolic_power(Poly(c), exponent));
    }
  }
  if (base.is_constant() && base.constant() > 0) {
    // A number by its primes: 4^n = (2^n)², (1/2)^n = (2^n)^{-1}.
    Poly result = 1;
    const auto times = [&](const mpz_class& prime, const Rational& k) {
      for (const auto& [m, c] : exponent.terms()) {
        if (m.empty()) {
          result = multiply(result, power_of_number(Rational(prime), c * k));
          continue;
        }
        Poly unit;
        unit.add(m, 1);
        result = product_of(1, {{make::pow(make::number(Rational(prime)), to_expr(unit)), c * k}}, result);
      }
    };
    for (const auto& [p, k] : factorised(base.constant().get_num())) times(p, k);
    for (const auto& [p, k] : factorised(base.constant().get_den())) times(p, -k);
    return result;
  }
  Poly result = 1;
  const Expr b = to_expr(base);
  for (const auto& [m, c] : exponent.terms()) {
    if (m.empty()) {
      result = multiply(result, power(base, c));
      continue;
    }
    // Without a known sign only integer multiples come out: (x^{n/2})² is x^n, but (x^n)^{1/2} is not x^{n/2}.
    const Rational outer = positive ? c : Rational(c.get_num());
    Poly unit;
    unit.add(m, c / outer);
    Poly next;
    settle(1, {{make::pow(b, to_expr(unit)), outer}}, next);
    result = multiply(result, next);
  }
  return result;
}

/// A sum as a product of powers where it is one: a perfect square, or cos² u − 1 = −sin² u; else itself as an atom.
std::pair<Monomial, Rational> Normalizer::as_power(const Poly& sum) {
  if (sum.size() == 2 && abs(sum.constant()) == 1) {
    for (const auto& [m, c] : sum.terms()) {
      if (m.size() != 1 || m[0].exponent != 2 || c != -sum.constant()) continue;
      if (m[0].atom->kind != Kind::func || static_cast<Elementary>(m[0].atom->op) != Elementary::cos) continue;
      return {{{make::func(Elementary::sin, m[0].atom->kids[0]), 2}}, -c};
    }
  }
  if (const auto root = square_root(sum)) {
    const Primitive p = primitive(*root);
    if (p.common.empty() && p.rest.size() > 1) return {{{atom_of_sum(p.rest), 2}}, p.coefficient * p.coefficient};
  }
  return {{{atom_of_sum(sum), 1}}, 1};
}

/// The polynomial whose square it is, term by term from the leading one.
std::optional<Poly> Normalizer::square_root(const Poly& square) {
  if (square.size() < 3 || square.size() > 60) return std::nullopt;
  const auto leading_term = [&](const Poly& p) {
    const Monomial m = leading(p);
    return std::pair(m, p.terms().at(m));
  };
  const auto [m, c] = leading_term(square);
  if (c < 0 || !mpz_perfect_square_p(c.get_num().get_mpz_t()) || !mpz_perfect_square_p(c.get_den().get_mpz_t()))
    return std::nullopt;
  const Monomial first = scaled(m, Rational(1, 2));
  for (const Factor& factor : first) {
    if (!is_integer(factor.exponent)) return std::nullopt;
  }
  const Rational weight(sqrt(c.get_num()), sqrt(c.get_den()));
  Poly root, rest = square;
  root.add(first, weight);
  rest -= multiply(root, root);
  while (!rest.is_zero()) {
    if (root.size() > 12) return std::nullopt;
    const auto [n, d] = leading_term(rest);
    const Monomial quotient = n * scaled(first, -1);
    for (const Factor& factor : quotient) {
      if (factor.exponent < 0) return std::nullopt;
    }
    if (!precedes(quotient, first)) return std::nullopt;
    Poly term;
    term.add(quotient, d / (2 * weight));
    rest -= multiply(term, root.times(2) + term);
    root += term;
  }
  return root;
}

// ---- primitive parts

/// A monomial order for the leading terms of sums: by degree, then by atoms in an order that does not look at names of
/// indices first, so that renaming rarely changes it.
bool Normalizer::precedes(const Monomial& a, const Monomial& b) {
  Rational degree_a, degree_b;
  for (const Factor& f : a) degree_a += f.exponent;
  for (const Factor& f : b) degree_b += f.exponent;
  if (degree_a != degree_b) return degree_a < degree_b;
  const auto key = [&](Expr atom) { return std::pair(shape_of_atom(atom), atom->id); };
  std::map<std::pair<std::size_t, std::uint32_t>, Rational, std::greater<>> difference;
  for (const Factor& f : a) difference[key(f.atom)] += f.exponent;
  for (const Factor& f : b) difference[key(f.atom)] -= f.exponent;
  for (const auto& [k, d] : difference) {
    if (d != 0) return d < 0;
  }
  return false;
}

bool Normalizer::precedes_by_shape(const Monomial& a, const Monomial& b) {
  const auto key = [&](const Monomial& m) {
    std::size_t sums = 0;
    for (const Factor& f : m) sums += f.atom->kind == Kind::reduce;
    return std::pair(sums, m.empty() ? 0 : shape_of_atom(m[0].atom));
  };
  return key(a) < key(b);
}

const Monomial& Normalizer::leading(const Poly& poly) {
  const Monomial* best = nullptr;
  for (const auto& [m, c] : poly.terms()) {
    if (!best || precedes(*best, m)) best = &m;
  }
  static const Monomial none;
  return best ? *best : none;
}

Normalizer::Primitive Normalizer::primitive(const Poly& poly) {
  Primitive p;
  // Atoms in every term, or with a negative exponent in one.
  std::map<std::uint32_t, std::pair<Expr, Rational>> least;
  for (const auto& [m, c] : poly.terms()) {
    for (const Factor& factor : m) {
      if (!is_indicator(factor.atom)) least.try_emplace(factor.atom->id, factor.atom, factor.exponent);
    }
  }
  for (auto& [id, entry] : least) {
    for (const auto& [m, c] : poly.terms()) entry.second = std::min(entry.second, exponent_of(m, entry.first));
    if (entry.second != 0) p.common.push_back({entry.first, entry.second});
  }
  Poly rest = poly;
  if (!p.common.empty()) {
    rest = Poly();
    const Monomial inverse = scaled(p.common, -1);
    for (const auto& [m, c] : poly.terms()) settle(c, m * inverse, rest);
    if (rest.is_zero()) throw Undefined{};
    if (rest.size() == 1 || std::any_of(rest.terms().begin(), rest.terms().end(), [](const auto& t) {
          return std::any_of(t.first.begin(), t.first.end(), [](const Factor& f) { return f.exponent < 0; });
        })) {
      const Primitive inner = primitive(rest);
      return {inner.coefficient, p.common * inner.common, inner.rest};
    }
  }
  mpz_class numerators = 0, denominators = 1;
  for (const auto& [m, c] : rest.terms()) {
    numerators = gcd(numerators, c.get_num());
    denominators = lcm(denominators, c.get_den());
  }
  p.coefficient = Rational(numerators, denominators);
  p.coefficient.canonicalize();
  if (rest.terms().at(leading(rest)) < 0) p.coefficient = -p.coefficient;
  p.rest = rest.times(1 / p.coefficient);
  if (p.rest.size() == 1) {
    p.common = p.common * p.rest.terms().begin()->first;
    p.rest = Poly(1);
  }
  return p;
}

Expr Normalizer::atom_of_sum(const Poly& rest) { return to_expr(rest); }

// ---- signs

bool Normalizer::is_integer_valued(const Poly& poly) const {
  return std::all_of(poly.terms().begin(), poly.terms().end(), [this](const auto& term) {
    if (!is_integer(term.second)) return false;
    return std::all_of(term.first.begin(), term.first.end(), [this](const Factor& f) {
      if (!is_integer(f.exponent) || f.exponent < 0) return false;
      if (f.atom->kind == Kind::index || f.atom->kind == Kind::delta) return true;
      return f.atom->kind == Kind::ref && (f.atom->symbol->role == Role::size || traits_of(f.atom->symbol).integer);
    });
  });
}

Sign Normalizer::sign_of_atom(Expr atom) {
  const auto known = signs_.find(atom);
  if (known != signs_.end()) return known->second;
  Sign sign = Sign::unknown;
  const auto if_positive = [&](Expr e) { return sign_of(normal(e)) == Sign::positive; };
  switch (atom->kind) {
    case Kind::number:
      sign = atom->number > 0 ? Sign::positive : atom->number == 0 ? Sign::nonnegative : Sign::unknown;
      break;
    case Kind::index:
      if (atom->var->lo && compare(Relation::ge, atom, make::number(0)).value_or(false)) {
        sign = compare(Relation::gt, atom, make::number(0)).value_or(false) ? Sign::positive : Sign::nonnegative;
      }
      break;
    case Kind::ref: {
      const Symbol* symbol = atom->symbol;
      const Traits& traits = traits_of(symbol);
      const bool diagonal_entry = traits.positive_definite && symbol->rank() == 2 && atom->slots.empty() &&
                                  atom->kids[symbol->family] == atom->kids[symbol->family + 1];
      if (symbol->role == Role::size || settings_.positive.count(atom) || (atom->slots.empty() && traits.positive) ||
          diagonal_entry || (symbol->role == Role::constant && traits.positive)) {
        sign = Sign::positive;
      }
      break;
    }
    case Kind::add:
      if (settings_.expand_products) {
        sign = sign_of(normal(atom));
      } else if (std::all_of(atom->kids.begin(), atom->kids.end(),
                             [&](Expr kid) { return sign_of(normal(kid)) != Sign::unknown; })) {
        sign = std::any_of(atom->kids.begin(), atom->kids.end(), if_positive) ? Sign::positive : Sign::nonnegative;
      }
      break;
    case Kind::pow:
      if (if_positive(atom->kids[0])) sign = Sign::positive;
      break;
    case Kind::func: {
      const auto f = static_cast<Elementary>(atom->op);
      if (f == Elementary::exp || f == Elementary::gamma || f == Elementary::trigamma) sign = Sign::positive;
      if (f == Elementary::abs || f == Elementary::acosh) sign = Sign::nonnegative;
      break;
    }
    case Kind::reduce: {
      const Sign body = sign_of(normal(atom->kids[0]));
      if (atom->reduce_op() == ReduceOp::sum) {
        const bool nonempty = compare(Relation::le, atom->var->lo, atom->var->hi).value_or(false);
        sign = body == Sign::positive && !nonempty ? Sign::nonnegative : body;
      } else {
        sign = body;
      }
      break;
    }
    case Kind::delta: sign = Sign::nonnegative; break;
    case Kind::select: sign = Sign::nonnegative; break;
    case Kind::det: {
      const Expr body = atom->args[0].body;
      if (body->kind == Kind::ref && body->slots.empty() &&
          (traits_of(body->symbol).positive_definite || traits_of(body->symbol).positive_det)) {
        sign = Sign::positive;
      }
      break;
    }
    default: break;
  }
  return signs_[atom] = sign;
}

Sign Normalizer::sign_of_factor(const Factor& factor) {
  const Sign sign = sign_of_atom(factor.atom);
  const bool by_exponent = even(factor.exponent.get_num()) || even(factor.exponent.get_den());
  if (sign == Sign::positive) return sign;
  if (sign == Sign::unknown && !by_exponent) return sign;
  if (factor.exponent < 0) return Sign::positive;
  if (factor.atom->kind == Kind::ref && traits_of(factor.atom->symbol).nonzero && factor.atom->symbol->rank() == 0)
    return Sign::positive;
  return Sign::nonnegative;
}

Sign Normalizer::sign_of_monomial(const Monomial& m) {
  Sign sign = Sign::positive;
  for (const Factor& factor : m) sign = std::min(sign, sign_of_factor(factor));
  return sign;
}

Sign Normalizer::sign_of(const Poly& poly) {
  if (poly.is_zero()) return Sign::nonnegative;
  Sign best = Sign::nonnegative;
  for (const auto& [m, c] : poly.terms()) {
    const Sign sign = c > 0 ? sign_of_monomial(m) : Sign::unknown;
    if (sign == Sign::unknown) return Sign::unknown;
    best = std::max(best, sign);
  }
  return best;
}

}  // namespace gradus
