#include "backend/reference/evaluate.h"

#include <cmath>
#include <numeric>

#include "expr/elementary.h"

namespace gradus {

void cannot_run(std::string message, std::string help) {
  throw CannotRun{{Severity::error, "compile", {}, std::move(message), std::move(help)}};
}

namespace {

long double elementary(Elementary function, long double x) {
  switch (function) {
    case Elementary::exp: return std::exp(x);
    case Elementary::log: return std::log(x);
    case Elementary::sin: return std::sin(x);
    case Elementary::cos: return std::cos(x);
    case Elementary::tan: return std::tan(x);
    case Elementary::asin: return std::asin(x);
    case Elementary::acos: return std::acos(x);
    case Elementary::atan: return std::atan(x);
    case Elementary::sinh: return std::sinh(x);
    case Elementary::cosh: return std::cosh(x);
    case Elementary::tanh: return std::tanh(x);
    case Elementary::asinh: return std::asinh(x);
    case Elementary::acosh: return std::acosh(x);
    case Elementary::atanh: return std::atanh(x);
    case Elementary::acot: return std::atan(1 / x);
    case Elementary::asec: return std::acos(1 / x);
    case Elementary::acsc: return std::asin(1 / x);
    case Elementary::acoth: return std::atanh(1 / x);
    case Elementary::sigmoid: return 1 / (1 + std::exp(-x));
    case Elementary::softplus: return std::fmax(x, 0.0L) + std::log1p(std::exp(-std::fabs(x)));
    case Elementary::erf: return std::erf(x);
    case Elementary::lgamma: return std::lgamma(x);
    case Elementary::gamma: return std::tgamma(x);
    case Elementary::abs: return std::fabs(x);
    case Elementary::sign: return x > 0 ? 1 : x < 0 ? -1 : x;
    case Elementary::relu: return x > 0 ? x : 0;
    case Elementary::step: return x > 0 ? 1 : 0;
    default: cannot_run("no value of " + std::string(row_of(function).name));
  }
}

template <class T>
bool related(Relation relation, T a, T b) {
  switch (relation) {
    case Relation::eq: return a == b;
    case Relation::ne: return a != b;
    case Relation::lt: return a < b;
    case Relation::le: return a <= b;
    case Relation::gt: return a > b;
    case Relation::ge: return a >= b;
  }
  return false;
}

long double quotient(const Rational& number) {
  if (!number.get_num().fits_slong_p() || !number.get_den().fits_slong_p()) return number.get_d();
  return static_cast<long double>(number.get_num().get_si()) / static_cast<long double>(number.get_den().get_si());
}

long double power(long double base, const Rational& exponent) {
  if (exponent == Rational(1, 2)) return std::sqrt(base);
  if (exponent == -1) return 1 / base;
  if (exponent == 2) return base * base;
  if (exponent.get_den() == 2) return power(std::sqrt(base), Rational(exponent.get_num()));
  return std::pow(base, quotient(exponent));
}

}  // namespace

long Evaluator::integer(Expr term) {
  const Fraction result = fraction(term);
  if (result.above % result.below != 0) cannot_run("an index is no whole number: " + dump(term));
  return result.above / result.below;
}

/// j·(j + 1)·1/2 is whole in the end, not factor by factor.
Evaluator::Fraction Evaluator::fraction(Expr term) {
  switch (term->kind) {
    case Kind::number: return {term->number.get_num().get_si(), term->number.get_den().get_si()};
    case Kind::index: {
      const auto found = at.find(term->var);
      if (found == at.end()) cannot_run("index " + term->var->name + " has no loop around it");
      return {found->second, 1};
    }
    case Kind::ref: return {std::lround(place_(term)), 1};
    case Kind::add: {
      Fraction sum;
      for (Expr kid : term->kids) {
        const Fraction one = fraction(kid);
        const long below = std::lcm(sum.below, one.below);
        sum = {sum.above * (below / sum.below) + one.above * (below / one.below), below};
      }
      return sum;
    }
    case Kind::mul: {
      Fraction product{1, 1};
      for (Expr kid : term->kids) {
        const Fraction one = fraction(kid);
        product = {product.above * one.above, product.below * one.below};
      }
      return product;
    }
    case Kind::pow: {
      const long exponent = integer(term->kids[1]);
      const Fraction base = fraction(term->kids[0]);
      if (exponent < 0) break;
      Fraction result{1, 1};
      for (long i = 0; i < exponent; ++i) result = {result.above * base.above, result.below * base.below};
      return result;
    }
    default: break;
  }
  cannot_run("no index term: " + dump(term));
}

bool Evaluator::is_integer(Expr e) const {
  switch (e->kind) {
    case Kind::number: return e->number.get_den() == 1 && e->number.get_num().fits_slong_p();
    case Kind::index: return true;
    case Kind::ref: return e->symbol->traits.integer;
    case Kind::add:
    case Kind::mul:
      for (Expr kid : e->kids) {
        if (!is_integer(kid)) return false;
      }
      return true;
    default: return false;
  }
}

bool Evaluator::holds(Expr e) {
  const Relation relation = e->kind == Kind::delta ? Relation::eq : e->relation();
  const Expr a = e->kids[0], b = e->kids[1];
  if (e->kind == Kind::delta || (is_integer(a) && is_integer(b))) return related(relation, integer(a), integer(b));
  return related(relation, value(a), value(b));
}

long double Evaluator::value(Expr e) {
  if (const auto found = values_.find(e); found != values_.end()) return found->second;
  const long double result = computed(e);
  values_.emplace(e, result);
  return result;
}

long double Evaluator::computed(Expr e) {
  switch (e->kind) {
    case Kind::number: return quotient(e->number);
    case Kind::index: return static_cast<long double>(integer(e));
    case Kind::ref:
      if (e->symbol->role == Role::constant) return 3.14159265358979323846264338327950288L;
      return place_(e);
    case Kind::add: {
      long double sum = 0;
      for (Expr kid : e->kids) sum += value(kid);
      return sum;
    }
    case Kind::mul: {
      long double product = 1;
      for (Expr kid : e->kids) product *= value(kid);
      return product;
    }
    case Kind::pow:
      if (e->kids[1]->is_number()) return power(value(e->kids[0]), e->kids[1]->number);
      return std::pow(value(e->kids[0]), value(e->kids[1]));
    case Kind::func: return elementary(static_cast<Elementary>(e->op), value(e->kids[0]));
    case Kind::delta: return holds(e) ? 1 : 0;
    case Kind::select: return value(holds(e) ? e->kids[2] : e->kids[3]);
    default: cannot_run("no value of " + dump(e));
  }
}

void Evaluator::run(const Assignment& statement) {
  values_.clear();
  const double result = static_cast<double>(value(statement.body));
  double& place = place_(statement.target);
  switch (statement.update) {
    case Update::set: place = result; break;
    case Update::add: place += result; break;
    case Update::max: place = result > place || std::isnan(result) ? result : place; break;
    case Update::min: place = result < place || std::isnan(result) ? result : place; break;
  }
}

}  // namespace gradus
