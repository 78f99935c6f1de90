// A small evaluator in doubles for tests: sizes and variables take values derived from a seed.
#pragma once

#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "expr/elementary.h"
#include "expr/symbol.h"
#include "expr/walk.h"

namespace gradus {

class Evaluator {
 public:
  explicit Evaluator(std::uint64_t seed) : seed_(seed) {}

  std::map<const IndexVar*, long> indices;

  /// NaN where undefined. An indicator that is zero wins over whatever it is multiplied with.
  double operator()(Expr e) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    switch (e->kind) {
      case Kind::number: return e->number.get_d();
      case Kind::index: return static_cast<double>(indices.at(e->var));
      case Kind::ref: return value_of(e);
      case Kind::add: {
        double sum = 0;
        for (Expr kid : e->kids) sum += (*this)(kid);
        return sum;
      }
      case Kind::mul: {
        for (Expr kid : e->kids) {
          if ((kid->kind == Kind::delta || kid->kind == Kind::select) && (*this)(kid) == 0) return 0;
        }
        double product = 1;
        for (Expr kid : e->kids) product *= (*this)(kid);
        return product;
      }
      case Kind::pow: {
        const double base = (*this)(e->kids[0]), exponent = (*this)(e->kids[1]);
        if (base == 0 && exponent <= 0) return nan;
        if (base < 0 && exponent != std::floor(exponent)) return nan;
        return std::pow(base, exponent);
      }
      case Kind::func: return function(static_cast<Elementary>(e->op), (*this)(e->kids[0]));
      case Kind::reduce: return reduction(e);
      case Kind::delta: return (*this)(e->kids[0]) == (*this)(e->kids[1]) ? 1 : 0;
      case Kind::select: {
        const double a = (*this)(e->kids[0]), b = (*this)(e->kids[1]);
        if (std::isnan(a) || std::isnan(b)) return nan;
        bool holds = false;
        switch (e->relation()) {
          case Relation::eq: holds = a == b; break;
          case Relation::ne: holds = a != b; break;
          case Relation::lt: holds = a < b; break;
          case Relation::le: holds = a <= b; break;
          case Relation::gt: holds = a > b; break;
          case Relation::ge: holds = a >= b; break;
        }
        return (*this)(e->kids[holds ? 2 : 3]);
      }
      case Kind::inverse: return inverse(e);
      case Kind::det: {
        auto rows = entries(e->args[0]);
        return rows.empty() ? nan : eliminate(rows);
      }
      default: return nan;
    }
  }

 private:
  using Rows = std::vector<std::vector<double>>;

  Rows entries(const Lambda& matrix) {
    const long n = std::lround((*this)(matrix.params[0]->hi));
    const auto saved = indices;
    Rows rows(static_cast<std::size_t>(n), std::vector<double>(static_cast<std::size_t>(n)));
    for (long i = 1; i <= n; ++i) {
      for (long j = 1; j <= n; ++j) {
        indices[matrix.params[0]] = i;
        indices[matrix.params[1]] = j;
        rows[static_cast<std::size_t>(i - 1)][static_cast<std::size_t>(j - 1)] = (*this)(matrix.body);
      }
    }
    indices = saved;
    return rows;
  }

  /// Gauss-Jordan in place on [A | …]; the determinant of the left square part.
  static double eliminate(Rows& rows) {
    double det = 1;
    const std::size_t n = rows.size();
    for (std::size_t k = 0; k < n; ++k) {
      std::size_t pivot = k;
      for (std::size_t i = k + 1; i < n; ++i) {
        if (std::fabs(rows[i][k]) > std::fabs(rows[pivot][k])) pivot = i;
      }
      if (!(std::fabs(rows[pivot][k]) > 1e-3)) return std::numeric_limits<double>::quiet_NaN();
      if (pivot != k) std::swap(rows[pivot], rows[k]), det = -det;
      det *= rows[k][k];
      for (std::size_t j = rows[k].size(); j-- > k;) rows[k][j] /= rows[k][k];
      for (std::size_t i = 0; i < n; ++i) {
        if (i == k) continue;
        const double factor = rows[i][k];
        for (std::size_t j = k; j < rows[i].size(); ++j) rows[i][j] -= factor * rows[k][j];
      }
    }
    return det;
  }

  double inverse(Expr e) {
    const long row = std::lround((*this)(e->kids[0])), column = std::lround((*this)(e->kids[1]));
    Rows rows = entries(e->args[0]);
    const std::size_t n = rows.size();
    for (std::size_t i = 0; i < n; ++i) {
      rows[i].resize(2 * n);
      rows[i][n + i] = 1;
    }
    const double det = eliminate(rows);
    if (!std::isfinite(det)) return det;
    return rows[static_cast<std::size_t>(row - 1)][n + static_cast<std::size_t>(column - 1)];
  }

  static std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
    h ^= v + 0x9e3779b97f4a7c15ull + (h << 6) + (h >> 2);
    h *= 0xff51afd7ed558ccdull;
    return h ^ (h >> 29);
  }

  double value_of(Expr e) {
    const Symbol* symbol = e->symbol;
    if (symbol->role == Role::constant) return 3.14159265358979323846;
    std::uint64_t h = mix(seed_, symbol->id);
    if (symbol->role == Role::size) return static_cast<double>(1 + mix(h, 3) % 3);
    for (Expr kid : e->kids) h = mix(h, static_cast<std::uint64_t>(static_cast<long>((*this)(kid)) + 100));
    const double unit = static_cast<double>(mix(h, 5) % 10007) / 10007.0;
    if (symbol->traits.positive) return 0.3 + 1.5 * unit;
    return 3 * unit - 1.5;
  }

  double reduction(Expr e) {
    const long lo = std::lround((*this)(e->var->lo)), hi = std::lround((*this)(e->var->hi));
    const ReduceOp op = e->reduce_op();
    double result = op == ReduceOp::sum ? 0 : op == ReduceOp::product ? 1 : std::numeric_limits<double>::quiet_NaN();
    for (long i = lo; i <= hi; ++i) {
      indices[e->var] = i;
      const double value = (*this)(e->kids[0]);
      if (std::isnan(value)) return value;
      if (op == ReduceOp::sum) {
        result += value;
      } else if (op == ReduceOp::product) {
        result *= value;
      } else {
        result = i == lo ? value : op == ReduceOp::max ? std::max(result, value) : std::min(result, value);
      }
    }
    return result;
  }

  static double function(Elementary f, double x) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    if (std::isnan(x)) return nan;
    switch (f) {
      case Elementary::exp: return x < 12 ? std::exp(x) : nan;  // what grows beyond is not compared
      case Elementary::log: return x > 0 ? std::log(x) : nan;
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
      case Elementary::sigmoid: return 1 / (1 + std::exp(-x));
      case Elementary::softplus: return std::log1p(std::exp(x));
      case Elementary::erf: return std::erf(x);
      case Elementary::abs: return std::fabs(x);
      case Elementary::sign: return x > 0 ? 1 : x < 0 ? -1 : 0;
      case Elementary::relu: return x > 0 ? x : 0;
      case Elementary::step: return x > 0 ? 1 : 0;
      default: return nan;
    }
  }

  std::uint64_t seed_;
};

}  // namespace gradus
