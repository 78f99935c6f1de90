#include "backend/reference/evaluate.h"

#include <cmath>
#include <numeric>

#include "expr/relation.h"
#include "program/lowering.h"

namespace gradus {

void cannot_run(std::string message, std::string help) {
  throw CannotRun{{Severity::error, "compile", {}, std::move(message), std::move(help)}};
}

namespace {

using Function = long double (*)(long double);

/// The C library's functions by name, in extended precision.
Function libm_function(std::string_view name) {
  static const std::unordered_map<std::string_view, Function> known = {
      {"exp", std::exp},       {"log", std::log},     {"sin", std::sin},     {"cos", std::cos},
      {"tan", std::tan},       {"asin", std::asin},   {"acos", std::acos},   {"atan", std::atan},
      {"sinh", std::sinh},     {"cosh", std::cosh},   {"tanh", std::tanh},   {"asinh", std::asinh},
      {"acosh", std::acosh},   {"atanh", std::atanh}, {"erf", std::erf},     {"erfc", std::erfc},
      {"lgamma", std::lgamma}, {"fabs", std::fabs},   {"cbrt", std::cbrt},   {"exp2", std::exp2},
      {"tgamma", std::tgamma}, {"expm1", std::expm1}, {"log1p", std::log1p}, {"log2", std::log2},
  };
  const auto found = known.find(name);
  return found == known.end() ? nullptr : found->second;
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

long BodyEvaluator::integer(Expr term) {
  const Fraction result = fraction(term);
  if (result.above % result.below != 0) cannot_run("an index is no whole number: " + dump(term));
  return result.above / result.below;
}

/// j·(j + 1)·1/2 is whole in the end, not factor by factor.
BodyEvaluator::Fraction BodyEvaluator::fraction(Expr term) {
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

bool BodyEvaluator::is_integer(Expr e) const {
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

bool BodyEvaluator::holds(Expr e) {
  const Relation relation = e->kind == Kind::delta ? Relation::eq : e->relation();
  const Expr a = e->kids[0], b = e->kids[1];
  if (e->kind == Kind::delta || (is_integer(a) && is_integer(b)))
    return gradus::holds(relation, integer(a), integer(b));
  return gradus::holds(relation, value(a), value(b));
}

long double BodyEvaluator::value(Expr e) {
  if (const auto found = values_.find(e); found != values_.end()) return found->second;
  const long double result = computed(e);
  values_.emplace(e, result);
  return result;
}

long double BodyEvaluator::computed(Expr e) {
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
    case Kind::func: {
      const Function function = libm_function(libm_name(static_cast<Elementary>(e->op)));
      if (!function) cannot_run("no value of " + std::string(row_of(static_cast<Elementary>(e->op)).name));
      return function(value(e->kids[0]));
    }
    case Kind::delta: return holds(e) ? 1 : 0;
    case Kind::select: return value(holds(e) ? e->kids[2] : e->kids[3]);
    default: cannot_run("no value of " + dump(e));
  }
}

void BodyEvaluator::run(const Assignment& statement) {
  if (statement.algebra != MatrixStep::none) return whole_matrices(statement);
  values_.clear();
  Expr& body = in_libm_[statement.body];
  if (!body) body = in_libm(statement.body);
  const double result = static_cast<double>(value(body));
  double& place = place_(statement.target);
  switch (statement.update) {
    case Update::set: place = result; break;
    case Update::add: place += result; break;
    case Update::max: place = result > place || std::isnan(result) ? result : place; break;
    case Update::min: place = result < place || std::isnan(result) ? result : place; break;
  }
}

}  // namespace gradus
