// Elementary functions in one algebraic base: exp and log, sine and cosine, and indicators for what has cases.
#include <algorithm>

#include "rewrite/normalizer.h"

namespace gradus {
namespace {

bool is_integer(const Rational& q) { return q.get_den() == 1; }
bool is_func(Expr atom, Elementary f) { return atom->kind == Kind::func && static_cast<Elementary>(atom->op) == f; }
bool even(const mpz_class& n) { return mpz_even_p(n.get_mpz_t()) != 0; }

constexpr int kMaxAngles = 5;

/// The rule by which the function leaves the normal form, if it does.
std::optional<Rule> rule_of(Elementary f) {
  switch (f) {
    case Elementary::sigmoid: return Rule::sigmoid_exp;
    case Elementary::softplus: return Rule::softplus_log;
    case Elementary::tanh: return Rule::tanh_exp;
    case Elementary::sinh: return Rule::sinh_exp;
    case Elementary::cosh: return Rule::cosh_exp;
    case Elementary::tan: return Rule::tan_quotient;
    case Elementary::atanh: return Rule::atanh_log;
    case Elementary::asinh: return Rule::asinh_log;
    case Elementary::acosh: return Rule::acosh_log;
    case Elementary::acos: return Rule::acos_asin;
    default: return std::nullopt;
  }
}

}  // namespace

Poly Normalizer::function(Elementary f, const Poly& u, bool wide) {
  switch (f) {
    case Elementary::relu: return multiply(u, positive_indicator(u));
    case Elementary::step: return positive_indicator(u);
    case Elementary::sign: return positive_indicator(u).times(2) + zero_indicator(u) - Poly(1);
    case Elementary::abs: return absolute(u);
    default: break;
  }
  if (const Expr s = indicator_in(u)) {
    return by_cases(u, s, [&](const Poly& v) { return function(f, v, true); });
  }
  if (f == Elementary::log) return logarithm(u, wide);
  const Poly value = function_of_smooth(f, u);
  if (const auto rule = rule_of(f)) used(*rule, make::func(f, to_expr(u)), to_expr(value));
  return value;
}

Poly Normalizer::function_of_smooth(Elementary f, const Poly& u) {
  const auto odd = [&](auto make_value) {
    if (u.is_zero()) return Poly();
    const bool flip = primitive(u).coefficient < 0;
    const Poly value = make_value(flip ? u.negated() : u);
    return flip ? value.negated() : value;
  };
  switch (f) {
    case Elementary::exp: return exponential(u);
    case Elementary::sigmoid: {
      const Poly e = exponential(u);
      return multiply(e, power(Poly(1) + e, -1));
    }
    case Elementary::softplus: return logarithm(Poly(1) + exponential(u));
    case Elementary::tanh: {
      const Poly e = exponential(u.times(2));
      return multiply(e - Poly(1), power(e + Poly(1), -1));
    }
    case Elementary::sinh: return (exponential(u) - exponential(u.negated())).times(Rational(1, 2));
    case Elementary::cosh: return (exponential(u) + exponential(u.negated())).times(Rational(1, 2));
    case Elementary::sin: return sine_or_cosine(true, u);
    case Elementary::cos: return sine_or_cosine(false, u);
    case Elementary::tan: return multiply(sine_or_cosine(true, u), power(sine_or_cosine(false, u), -1));
    case Elementary::atanh:
      return (function(Elementary::log, Poly(1) + u) - function(Elementary::log, Poly(1) - u)).times(Rational(1, 2));
    case Elementary::acosh: return function(Elementary::log, u + power(multiply(u, u) - Poly(1), Rational(1, 2)));
    case Elementary::asinh:
      return odd([&](const Poly& v) {
        return function(Elementary::log, v + power(multiply(v, v) + Poly(1), Rational(1, 2)));
      });
    case Elementary::asin:
    case Elementary::atan:
    case Elementary::erf: return odd([&](const Poly& v) { return function_atom(f, v); });
    case Elementary::acos:
      return normal(make::pi()).times(Rational(1, 2)) -
             odd([&](const Poly& v) { return function_atom(Elementary::asin, v); });
    default: return function_atom(f, u);
  }
}

/// exp(Σ c·m) = Π exp(m)^c; exp(c·log u) = u^c.
Poly Normalizer::exponential(const Poly& u) {
  Poly result = 1;
  for (const auto& [m, c] : u.terms()) {
    const Factor* log = nullptr;
    for (const Factor& factor : m) {
      if (is_func(factor.atom, Elementary::log) && factor.exponent == 1) log = &factor;
    }
    if (log) {
      const Expr inner = log->atom->kids[0];
      Poly rest;
      rest.add(without(m, log->atom), c);
      const bool absolute_value = is_func(inner, Elementary::abs);
      if (rest.is_constant()) {
        const Rational e = rest.constant();
        result = multiply(result, absolute_value ? absolute_power(inner->kids[0], e) : power(normal(inner), e));
      } else {
        result = multiply(result, symbolic_power(normal(inner), rest));
      }
      used(Rule::exp_log, make::func(Elementary::exp, log->atom), inner);
      continue;
    }
    Poly unit;
    unit.add(m, 1);
    Poly next;
    settle(1, {{make::func(Elementary::exp, m.empty() ? make::number(1) : to_expr(unit)), c}}, next);
    result = multiply(result, next);
  }
  return result;
}

Poly Normalizer::log_of_factor(Expr atom, bool wide) {
  if (is_func(atom, Elementary::exp)) return normal(atom->kids[0]);
  if (atom->kind == Kind::pow && sign_of(normal(atom->kids[0])) == Sign::positive) {
    return multiply(normal(atom->kids[1]), logarithm(normal(atom->kids[0])));
  }
  if (atom->kind == Kind::number && atom->number == 1) return {};
  if (atom->kind == Kind::reduce && atom->reduce_op() == ReduceOp::product &&
      sign_of(normal(atom->kids[0])) == Sign::positive) {
    return sum_over({atom->var}, logarithm(normal(atom->kids[0])));
  }
  if (is_func(atom, Elementary::abs)) atom = atom->kids[0], wide = true;
  const bool plain = !wide || sign_of_atom(atom) != Sign::unknown;
  return Poly::atom(make::func(Elementary::log, plain ? atom : make::func(Elementary::abs, atom)));
}

/// log(c·Π a^e) = log|c| + Σ e·log|a|. The bars are needed only where the signs of several factors are unknown; with
/// one such factor of odd exponent its sign is known, because the argument is positive.
Poly Normalizer::logarithm(const Poly& u, bool wide) {
  if (u.is_zero()) throw Undefined{};
  Poly result;
  const auto log_of_number = [&](const mpz_class& n, const Rational& weight) {
    mpz_class rest = n;
    for (unsigned long p = 2; p < 2000 && rest > 1; p += p == 2 ? 1 : 2) {
      long k = 0;
      while (mpz_divisible_ui_p(rest.get_mpz_t(), p)) rest /= p, ++k;
      if (k) result.add({{make::func(Elementary::log, make::number(static_cast<long>(p))), 1}}, weight * k);
    }
    if (rest > 1) result.add({{make::func(Elementary::log, make::number(Rational(rest))), 1}}, weight);
  };
  const Primitive p =
      u.is_monomial() ? Primitive{u.terms().begin()->second, u.terms().begin()->first, Poly(1)} : primitive(u);
  Monomial m = p.common;
  if (p.rest.size() > 1) m = m * Monomial{{atom_of_sum(p.rest), 1}};
  std::size_t unknown = 0;
  bool even_power = false;
  for (const Factor& factor : m) {
    if (sign_of_factor({factor.atom, 1}) != Sign::unknown) continue;
    if (!is_integer(factor.exponent) && !even(factor.exponent.get_num())) continue;
    ++unknown;
    even_power = even_power || even(factor.exponent.get_num());
  }
  if (p.coefficient < 0 && unknown == 0) {
    if (m.empty()) throw Undefined{};
    return function_atom(Elementary::log, u);
  }
  wide = wide || settings_.wide_logs || unknown > 1 || even_power;
  // An indicator among the factors: log of something that vanishes in one case. Left alone.
  if (std::any_of(m.begin(), m.end(), [](const Factor& f) { return is_indicator(f.atom); }))
    return function_atom(Elementary::log, u);
  const Rational c = abs(p.coefficient);
  log_of_number(c.get_num(), 1);
  log_of_number(c.get_den(), -1);
  for (const Factor& factor : m) {
    if (p.coefficient < 0 && !wide && sign_of_factor({factor.atom, 1}) == Sign::unknown) {
      // The one factor whose sign decides is negative.
      if (factor.atom->kind == Kind::add && settings_.expand_products) {
        result += log_of_factor(to_expr(normal(factor.atom).negated()), false).times(factor.exponent);
      } else {
        result += log_of_factor(factor.atom, true).times(factor.exponent);
      }
      continue;
    }
    const bool by_root = !is_integer(factor.exponent) && !even(factor.exponent.get_num());
    if (factor.atom->kind == Kind::number) {
      log_of_number(factor.atom->number.get_num(), factor.exponent);
    } else {
      result += log_of_factor(factor.atom, wide && !by_root).times(factor.exponent);
    }
  }
  return result;
}

/// sin and cos of sums by the addition theorems, of multiples by the multiple-angle ones; sin is odd.
Poly Normalizer::sine_or_cosine(bool sine, const Poly& u) {
  if (u.is_zero()) return sine ? 0 : 1;
  const Elementary own = sine ? Elementary::sin : Elementary::cos;
  if (u.size() > 1) {
    if (u.size() > kMaxAngles) {
      const bool flip = primitive(u).coefficient < 0;
      const Poly value = function_atom(own, flip ? u.negated() : u);
      return flip && sine ? value.negated() : value;
    }
    Poly first, rest = u;
    first.add(u.terms().begin()->first, u.terms().begin()->second);
    rest -= first;
    const Poly sa = sine_or_cosine(true, first), ca = sine_or_cosine(false, first);
    const Poly sb = sine_or_cosine(true, rest), cb = sine_or_cosine(false, rest);
    return sine ? multiply(sa, cb) + multiply(ca, sb) : multiply(ca, cb) - multiply(sa, sb);
  }
  const auto& [m, c] = *u.terms().begin();
  if (m.size() == 1 && m[0].exponent == 1 && m[0].atom == make::pi() && is_integer(Rational(c * 2))) {
    // Multiples of π/2.
    const mpz_class quarter = mpz_class(Rational(c * 2).get_num() % 4 + 4) % 4;
    const long q = (sine ? quarter : mpz_class((quarter + 1) % 4)).get_si();
    return q == 1 ? 1 : q == 3 ? -1 : 0;
  }
  const mpz_class times = abs(c.get_num());
  if (times > 1 && times <= kMaxAngles) {
    Poly one, rest;
    one.add(m, c / times);
    rest.add(m, c - c / times);
    const Poly sa = sine_or_cosine(true, one), ca = sine_or_cosine(false, one);
    const Poly sb = sine_or_cosine(true, rest), cb = sine_or_cosine(false, rest);
    return sine ? multiply(sa, cb) + multiply(ca, sb) : multiply(ca, cb) - multiply(sa, sb);
  }
  const Poly value = function_atom(own, c < 0 ? u.negated() : u);
  return sine && c < 0 ? value.negated() : value;
}

// ---- indicators

Poly Normalizer::positive_indicator(const Poly& d) {
  budget_.spend();
  if (d.is_constant()) return d.constant() > 0 ? 1 : 0;
  if (sign_of(d) == Sign::positive) return 1;
  if (sign_of(d.negated()) != Sign::unknown) return 0;
  if (const Expr s = indicator_in(d)) {
    return by_cases(d, s, [&](const Poly& u) { return positive_indicator(u); });
  }
  const Primitive p = primitive(d);
  // The sign of a product is the product of the signs.
  std::vector<Poly> factors;
  for (const Factor& factor : p.common) {
    if (sign_of_factor(factor) == Sign::positive) continue;
    if (is_integer(factor.exponent) && !even(factor.exponent.get_num())) {
      factors.push_back(Poly::atom(factor.atom));
    } else {
      factors.push_back(Poly::atom(factor.atom, factor.exponent));
    }
  }
  if (p.rest.size() > 1) factors.push_back(p.rest);
  if (p.coefficient < 0) factors.push_back(-1);
  if (factors.empty()) return 1;
  if (factors.size() > 1) {
    Poly positive = 1, negative = 0;
    for (const Poly& factor : factors) {
      const Poly up = positive_indicator(factor), down = Poly(1) - up - zero_indicator(factor);
      const Poly both = multiply(positive, up) + multiply(negative, down);
      negative = multiply(positive, down) + multiply(negative, up);
      positive = both;
    }
    return positive;
  }
  const Poly& one = factors[0];
  if (sign_of(one) == Sign::positive) return 1;
  if (sign_of(one) == Sign::nonnegative) return Poly(1) - zero_indicator(one);
  const Expr e = to_expr(one);
  for (const Condition& condition : settings_.options.conditions) {
    const Poly c = normal(condition.a) - normal(condition.b);
    const Relation r = condition.relation;
    if (c == one && r == Relation::gt) return 1;
    if (c == one && (r == Relation::lt || r == Relation::le)) return 0;
    if (c.negated() == one && r == Relation::lt) return 1;
    if (c.negated() == one && (r == Relation::gt || r == Relation::ge)) return 0;
  }
  return Poly::atom(make::select(Relation::gt, e, make::number(0), make::number(1), make::number(0)));
}

Poly Normalizer::zero_indicator(const Poly& d) {
  budget_.spend();
  if (d.is_constant()) return d.constant() == 0 ? 1 : 0;
  if (sign_of(d) == Sign::positive || sign_of(d.negated()) == Sign::positive) return 0;
  if (const Expr s = indicator_in(d)) {
    return by_cases(d, s, [&](const Poly& u) { return zero_indicator(u); });
  }
  const Primitive p = primitive(d);
  std::vector<Poly> factors;
  for (const Factor& factor : p.common) {
    if (sign_of_factor(factor) != Sign::positive && factor.exponent > 0) factors.push_back(Poly::atom(factor.atom));
  }
  if (p.rest.size() > 1) factors.push_back(p.rest);
  if (factors.size() != 1) {
    Poly nonzero = 1;
    for (const Poly& factor : factors) nonzero = multiply(nonzero, Poly(1) - zero_indicator(factor));
    return Poly(1) - nonzero;
  }
  const Poly& one = factors[0];
  if (sign_of(one) == Sign::positive || zero_set_is_thin(one)) return 0;
  for (const Condition& condition : settings_.options.conditions) {
    const Relation r = condition.relation;
    if (r != Relation::ne && r != Relation::lt && r != Relation::gt) continue;
    const Poly c = normal(condition.a) - normal(condition.b);
    if (c == one || c.negated() == one) return 0;
  }
  return Poly::atom(make::select(Relation::eq, to_expr(one), make::number(0), make::number(1), make::number(0)));
}

/// Whether d = 0 is a thin set for certain: d is c·x^k + rest in an independent variable x that the rest knows only in
/// other powers. There both sides of a claim, being differentiable, are limits of their values beside it.
bool Normalizer::zero_set_is_thin(const Poly& d) {
  for (const auto& [m, c] : d.terms()) {
    if (m.size() != 1) continue;
    const auto& [x, k] = m[0];
    if (x->kind != Kind::ref || x->symbol->role != Role::variable || x->symbol->defined() || !x->args.empty() ||
        !x->slots.empty() || k <= 0 || !is_integer(k)) {
      continue;
    }
    const Traits& traits = traits_of(x->symbol);  // what is declared must leave x free
    if (traits.integer || traits.one_hot || traits.sums_to_one || traits.unit_norm || traits.orthogonal ||
        traits.diagonal)
      continue;
    bool thin = true;
    for (const auto& [n, e] : d.terms()) {
      if (n == m) continue;
      for (const Factor& factor : n) {
        if (factor.atom == x) {
          thin = thin && factor.exponent != k && factor.exponent > 0 && is_integer(factor.exponent);
        } else {
          thin = thin && !depends_on(factor.atom, x->symbol);
        }
      }
    }
    if (thin) return true;
  }
  return false;
}

// ---- relations between indices

namespace {

/// What is known of n = Σ k·t (no constant) from one condition.
struct Bounds {
  std::optional<Rational> low, high, not_equal;
};

std::optional<Bounds> bounds_from(const Condition& condition, const std::map<Expr, Rational>& terms) {
  const auto difference = affine(make::sub(condition.a, condition.b));
  if (!difference) return std::nullopt;
  Relation relation = condition.relation;
  Rational constant = difference->constant;
  if (difference->terms != terms) {
    auto flipped = difference->terms;
    for (auto& [t, k] : flipped) k = -k;
    if (flipped != terms) return std::nullopt;
    constant = -constant;
    relation = relation == Relation::lt   ? Relation::gt
               : relation == Relation::gt ? Relation::lt
               : relation == Relation::le ? Relation::ge
               : relation == Relation::ge ? Relation::le
                                          : relation;
  }
  // n + constant  relation  0, over the integers
  Bounds bounds;
  switch (relation) {
    case Relation::eq: bounds.low = bounds.high = -constant; break;
    case Relation::ne: bounds.not_equal = -constant; break;
    case Relation::lt: bounds.high = -constant - 1; break;
    case Relation::le: bounds.high = -constant; break;
    case Relation::gt: bounds.low = -constant + 1; break;
    case Relation::ge: bounds.low = -constant; break;
  }
  return bounds;
}

}  // namespace

std::optional<bool> Normalizer::decide(Relation relation, Expr a, Expr b) {
  if (const auto fact = compare(relation, a, b)) return fact;
  if (settings_.options.conditions.empty()) return std::nullopt;
  const auto difference = affine(make::sub(a, b));
  if (!difference || difference->terms.empty()) return std::nullopt;
  for (const Condition& condition : settings_.options.conditions) {
    const auto bounds = bounds_from(condition, difference->terms);
    if (!bounds) continue;
    const Rational zero = -difference->constant;  // a − b compares with 0 as n with this
    const bool below = bounds->high && *bounds->high < zero, above = bounds->low && *bounds->low > zero;
    const bool at_most = bounds->high && *bounds->high <= zero, at_least = bounds->low && *bounds->low >= zero;
    const bool apart = below || above || (bounds->not_equal && *bounds->not_equal == zero);
    switch (relation) {
      case Relation::eq:
        if (apart) return false;
        break;
      case Relation::ne:
        if (apart) return true;
        break;
      case Relation::gt:
        if (above) return true;
        if (at_most) return false;
        break;
      case Relation::ge:
        if (at_least) return true;
        if (below) return false;
        break;
      case Relation::lt:
        if (below) return true;
        if (at_least) return false;
        break;
      case Relation::le:
        if (at_most) return true;
        if (above) return false;
        break;
    }
  }
  return std::nullopt;
}

Poly Normalizer::normal_delta(Expr a, Expr b) {
  if (const auto fact = decide(Relation::eq, a, b)) return *fact ? 1 : 0;
  const auto difference = affine(make::sub(a, b));
  if (!difference) return Poly::atom(make::delta(a, b));
  // One orientation: the latest variable of weight ±1 alone on one side.
  Expr alone = nullptr;
  Rational weight;
  for (const auto& [term, k] : difference->terms) {
    if (abs(k) == 1 && (!alone || term->id > alone->id)) alone = term, weight = k;
  }
  if (!alone) return Poly::atom(make::delta(a, b));
  std::vector<Expr> other{make::number(-difference->constant / weight)};
  for (const auto& [term, k] : difference->terms) {
    if (term != alone) other.push_back(make::mul({make::number(-k / weight), term}));
  }
  return Poly::atom(make::delta(alone, make::add(std::move(other))));
}

/// [d > 0] for an integer d: constants are moved out through δ, and the sign of the leading variable is positive.
Poly Normalizer::integer_indicator(Expr d) {
  if (const auto fact = decide(Relation::gt, d, make::number(0))) return *fact ? 1 : 0;
  const auto form = affine(d);
  const auto atom = [](Expr e) {
    return Poly::atom(make::select(Relation::gt, e, make::number(0), make::number(1), make::number(0)));
  };
  if (!form || form->terms.empty() || abs(form->constant) > 4 || !is_integer(form->constant)) return atom(d);
  Expr first = nullptr;
  for (const auto& [term, k] : form->terms) {
    if (!is_integer(k)) return atom(d);
    if (!first || term->id < first->id) first = term;
  }
  std::vector<Expr> parts;
  for (const auto& [term, k] : form->terms) parts.push_back(make::mul({make::number(k), term}));
  const Expr n = make::add(std::move(parts));
  if (form->constant != 0) {
    Poly result = integer_indicator(n);
    const long c = form->constant.get_num().get_si();
    for (long k = 0; k < c; ++k) result += normal_delta(n, make::number(-k));
    for (long k = 1; k <= -c; ++k) result -= normal_delta(n, make::number(k));
    return result;
  }
  if (form->terms.at(first) < 0) {
    const Expr flipped = make::neg(n);
    return Poly(1) - integer_indicator(flipped) - normal_delta(flipped, make::number(0));
  }
  return atom(n);
}

Poly Normalizer::index_relation(Relation relation, Expr a, Expr b) {
  if (const auto fact = decide(relation, a, b)) return *fact ? 1 : 0;
  switch (relation) {
    case Relation::eq: return normal_delta(a, b);
    case Relation::ne: return Poly(1) - normal_delta(a, b);
    case Relation::gt: return integer_indicator(make::sub(a, b));
    case Relation::lt: return integer_indicator(make::sub(b, a));
    case Relation::ge: return Poly(1) - integer_indicator(make::sub(b, a));
    case Relation::le: return Poly(1) - integer_indicator(make::sub(a, b));
  }
  return 0;
}

}  // namespace gradus
