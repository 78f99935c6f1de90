// A plain evaluator for tests: doubles, all sizes concrete, definitions opened, abstract functions as fixed quadratics.
// Pending derivatives are taken by central differences, so that it shares nothing with the engine.
#pragma once

#include <cmath>
#include <map>

#include "expr/symbol.h"
#include "expr/walk.h"

namespace gradus {

class Evaluator {
 public:
  std::map<const Symbol*, long> sizes;
  std::map<std::pair<const Symbol*, std::vector<long>>, double> overridden;
  std::map<const IndexVar*, long> indices;

  double operator()(Expr e) { return value(e); }

  /// ∂e/∂wrt by central differences.
  double slope(Expr e, Expr wrt) {
    const auto key = std::make_pair(wrt->symbol, terms(wrt->kids));
    const double at = value(wrt), step = 1e-5;
    const auto before = overridden;
    overridden[key] = at + step;
    const double up = value(e);
    overridden[key] = at - step;
    const double down = value(e);
    overridden = before;
    return (up - down) / (2 * step);
  }

 private:
  static double noise(std::size_t seed) {
    seed = (seed ^ (seed >> 31)) * 0x9e3779b97f4a7c15ull;
    seed = (seed ^ (seed >> 29)) * 0xbf58476d1ce4e5b9ull;
    return 0.3 + 0.9 * static_cast<double>((seed >> 12) & 0xFFFF) / 65536.0;
  }
  long integer(Expr e) { return std::lround(value(e)); }
  std::vector<long> terms(const std::vector<Expr>& es) {
    std::vector<long> out;
    for (Expr e : es) out.push_back(integer(e));
    return out;
  }
  template <class F>
  void each(const IndexVars& vars, std::size_t from, const F& f) {
    if (from == vars.size()) return f();
    const auto saved = indices;
    const long lo = integer(vars[from]->lo), hi = integer(vars[from]->hi);
    for (long i = lo; i <= hi; ++i) {
      indices[vars[from]] = i;
      each(vars, from + 1, f);
      indices = saved;
    }
  }
  std::vector<std::vector<double>> matrix(const Lambda& m) {
    const long rows = integer(m.params[0]->hi), columns = integer(m.params[1]->hi);
    std::vector<double> flat;
    each(m.params, 0, [&] { flat.push_back(value(m.body)); });
    std::vector<std::vector<double>> out;
    for (long r = 0; r < rows; ++r) out.emplace_back(flat.begin() + r * columns, flat.begin() + (r + 1) * columns);
    return out;
  }
  static double minor_det(std::vector<std::vector<double>> a, std::size_t row, std::size_t column) {
    a.erase(a.begin() + static_cast<std::ptrdiff_t>(row));
    for (auto& r : a) r.erase(r.begin() + static_cast<std::ptrdiff_t>(column));
    return det(a);
  }
  static double det(const std::vector<std::vector<double>>& a) {
    if (a.empty()) return 1;
    double sum = 0;
    for (std::size_t c = 0; c < a.size(); ++c) sum += (c % 2 ? -1 : 1) * a[0][c] * minor_det(a, 0, c);
    return sum;
  }

  double reference(Expr e) {
    if (e->symbol->role == Role::size) return static_cast<double>(sizes.at(e->symbol));
    if (e->symbol->role == Role::constant) return M_PI;
    const auto key = std::make_pair(e->symbol, terms(e->kids));
    const auto known = overridden.find(key);
    if (known != overridden.end() && e->args.empty()) return known->second;
    if (e->symbol->defined()) {
      // Clauses match on concrete indices.
      std::vector<Expr> at;
      for (long i : key.second) at.push_back(make::number(i));
      std::vector<Lambda> args = e->args;
      if (const auto body = unfold(make::apply(e->symbol, at, args, e->slots))) return value(*body);
    }
    std::size_t seed = 17 + e->symbol->id * 1000003u;
    for (long i : key.second) seed = seed * 31 + static_cast<std::size_t>(i + 7);
    if (e->args.empty()) return noise(seed);
    return quadratic(e, seed);
  }

  /// f(z) = Σ a_k z_k + Σ b_kl z_k z_l + Σ c_k z_k³ over all components of all arguments.
  double quadratic(Expr e, std::size_t seed) {
    std::vector<double> z;
    std::map<std::pair<std::size_t, std::vector<long>>, std::size_t> number;
    for (std::size_t a = 0; a < e->args.size(); ++a) {
      each(e->args[a].params, 0, [&] {
        std::vector<long> component;
        for (const IndexVar* p : e->args[a].params) component.push_back(indices.at(p));
        number[{a, component}] = z.size();
        z.push_back(value(e->args[a].body));
      });
    }
    std::vector<std::size_t> by;
    for (const Slot& slot : e->slots) by.push_back(number.at({slot.arg, terms(slot.at)}));
    const auto a = [&](std::size_t k) { return noise(seed + 101 * k); };
    const auto b = [&](std::size_t k, std::size_t l) { return noise(seed + 1009 * (k + 1) * (l + 1)); };
    const auto c = [&](std::size_t k) { return noise(seed + 7919 * (k + 3)); };
    double sum = 0;
    if (by.empty()) {
      for (std::size_t k = 0; k < z.size(); ++k) {
        sum += a(k) * z[k] + c(k) * z[k] * z[k] * z[k];
        for (std::size_t l = 0; l < z.size(); ++l) sum += b(k, l) * z[k] * z[l];
      }
    } else if (by.size() == 1) {
      sum = a(by[0]) + 3 * c(by[0]) * z[by[0]] * z[by[0]];
      for (std::size_t l = 0; l < z.size(); ++l) sum += (b(by[0], l) + b(l, by[0])) * z[l];
    } else if (by.size() == 2) {
      sum = b(by[0], by[1]) + b(by[1], by[0]) + (by[0] == by[1] ? 6 * c(by[0]) * z[by[0]] : 0);
    }
    return sum;
  }

  double function(Elementary f, double x) {
    switch (f) {
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
      case Elementary::sigmoid: return 1 / (1 + std::exp(-x));
      case Elementary::softplus: return std::log1p(std::exp(x));
      case Elementary::erf: return std::erf(x);
      case Elementary::lgamma: return std::lgamma(x);
      case Elementary::gamma: return std::tgamma(x);
      case Elementary::abs: return std::abs(x);
      case Elementary::sign: return x > 0 ? 1 : x < 0 ? -1 : 0;
      case Elementary::relu: return x > 0 ? x : 0;
      case Elementary::step: return x > 0 ? 1 : 0;
      default: return NAN;
    }
  }

  double value(Expr e) {
    switch (e->kind) {
      case Kind::number: return e->number.get_d();
      case Kind::index: return static_cast<double>(indices.at(e->var));
      case Kind::ref: return reference(e);
      case Kind::add: {
        double sum = 0;
        for (Expr kid : e->kids) sum += value(kid);
        return sum;
      }
      case Kind::mul: {
        double product = 1;
        for (Expr kid : e->kids) product *= value(kid);
        return product;
      }
      case Kind::pow: return std::pow(value(e->kids[0]), value(e->kids[1]));
      case Kind::func: return function(static_cast<Elementary>(e->op), value(e->kids[0]));
      case Kind::reduce: {
        double sum = 0, product = 1, most = -INFINITY, least = INFINITY;
        each({e->var}, 0, [&] {
          const double term = value(e->kids[0]);
          sum += term, product *= term, most = std::max(most, term), least = std::min(least, term);
        });
        switch (e->reduce_op()) {
          case ReduceOp::sum: return sum;
          case ReduceOp::product: return product;
          case ReduceOp::max: return most;
          case ReduceOp::min: return least;
        }
        return NAN;
      }
      case Kind::delta: return value(e->kids[0]) == value(e->kids[1]) ? 1 : 0;
      case Kind::select: {
        const double d = value(e->kids[0]) - value(e->kids[1]);
        const bool holds[] = {d == 0, d != 0, d < 0, d <= 0, d > 0, d >= 0};
        return value(holds[e->op] ? e->kids[2] : e->kids[3]);
      }
      case Kind::inverse: {
        const auto a = matrix(e->args[0]);
        const auto r = static_cast<std::size_t>(integer(e->kids[0]) - 1),
                   c = static_cast<std::size_t>(integer(e->kids[1]) - 1);
        return ((r + c) % 2 ? -1 : 1) * minor_det(a, c, r) / det(a);
      }
      case Kind::det: return det(matrix(e->args[0]));
      case Kind::deriv: return slope(e->kids[0], e->kids[1]);
      case Kind::at: {
        const auto before = overridden;
        std::map<std::pair<const Symbol*, std::vector<long>>, double> point;
        for (std::size_t i = 0; i < e->bound.size(); ++i) {
          each(e->args[i].params, 0, [&] {
            std::vector<long> component;
            for (const IndexVar* p : e->args[i].params) component.push_back(indices.at(p));
            point[{e->bound[i], component}] = value(e->args[i].body);
          });
        }
        for (const auto& [key, number] : point) overridden[key] = number;
        const double result = value(e->kids[0]);
        overridden = before;
        return result;
      }
    }
    return NAN;
  }
};

}  // namespace gradus
