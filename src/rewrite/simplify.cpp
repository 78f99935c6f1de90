// A light simplification for reading: like terms collected, δ eliminated, constants folded; products stay products.
#include <algorithm>

#include "expr/elementary.h"
#include "rewrite/normal.h"

namespace gradus {
namespace {

class Simplifier {
 public:
  Expr run(Expr e) {
    const auto known = memo_.find(e);
    if (known != memo_.end()) return known->second;
    Expr result = e;
    for (int round = 0; round < 4; ++round) {
      const Expr next = step(rebuild(result, [&](Expr child) { return run(child); }));
      if (next == result) break;
      result = next;
    }
    return memo_[e] = result;
  }

 private:
  static Expr step(Expr e) {
    switch (e->kind) {
      case Kind::reduce: return e->reduce_op() == ReduceOp::sum ? sum(e) : e;
      case Kind::mul: return product(e);
      case Kind::add: return common_factor(e);
      case Kind::delta: {
        const auto equal = compare(Relation::eq, e->kids[0], e->kids[1]);
        return equal ? make::number(*equal ? 1 : 0) : e;
      }
      case Kind::func: return function(e);
      default: return e;
    }
  }

  static bool inside(Expr e, const IndexVar* var) {
    return std::find(e->free.begin(), e->free.end(), var) != e->free.end();
  }

  /// Σ over a sum term by term where a δ is in reach, constants moved out, δ eliminated.
  static Expr sum(Expr e) {
    const IndexVar* var = e->var;
    const Expr body = e->kids[0];
    if (!var->lo || !var->hi) return e;
    if (!inside(body, var) && compare(Relation::ge, make::add({var->hi, make::number(1)}), var->lo).value_or(false)) {
      return make::mul({make::add({var->hi, make::neg(var->lo), make::number(1)}), body});
    }
    if (body->kind == Kind::delta) return pick(e, body, {});
    if (body->kind == Kind::mul) {
      for (Expr factor : body->kids) {
        if (factor->kind != Kind::delta || !inside(factor, var)) continue;
        std::vector<Expr> rest;
        for (Expr other : body->kids) {
          if (other != factor) rest.push_back(other);
        }
        const Expr picked = pick(e, factor, rest);
        if (picked != e) return picked;
      }
      std::vector<Expr> in, out;
      for (Expr factor : body->kids) (inside(factor, var) ? in : out).push_back(factor);
      if (!out.empty() && !in.empty()) {
        out.push_back(make::sum(var, make::mul(in)));
        return make::mul(out);
      }
    }
    if (body->kind == Kind::add) {
      const bool has_delta = std::any_of(body->kids.begin(), body->kids.end(), [&](Expr term) {
        if (term->kind == Kind::delta) return true;
        return term->kind == Kind::mul &&
               std::any_of(term->kids.begin(), term->kids.end(), [](Expr f) { return f->kind == Kind::delta; });
      });
      if (has_delta) {
        std::vector<Expr> terms;
        for (Expr term : body->kids) {
          const IndexVar* fresh = make::fresh(var);
          terms.push_back(sum(make::sum(fresh, substitute(term, {{var, make::index(fresh)}}))));
        }
        return make::add(terms);
      }
    }
    return e;
  }

  static Expr pick(Expr e, Expr delta, const std::vector<Expr>& rest) {
    const IndexVar* var = e->var;
    for (int side = 0; side < 2; ++side) {
      const Expr own = delta->kids[side], value = delta->kids[1 - side];
      if (own->kind != Kind::index || own->var != var || inside(value, var)) continue;
      if (!surely_within(value, var->lo, var->hi)) continue;
      return substitute(make::mul(rest), {{var, value}});
    }
    return e;
  }

  /// δ_ab f(a) = δ_ab f(b) for a product: the later variable goes.
  static Expr product(Expr e) {
    for (Expr factor : e->kids) {
      if (factor->kind != Kind::delta || factor->kids[0]->kind != Kind::index || factor->kids[1]->kind != Kind::index)
        continue;
      const Expr keep = factor->kids[0], gone = factor->kids[1];
      std::vector<Expr> rest{factor};
      bool changed = false;
      for (Expr other : e->kids) {
        if (other == factor) continue;
        const bool divides = other->kind == Kind::pow;
        rest.push_back(divides ? other : substitute(other, {{gone->var, keep}}));
        changed = changed || rest.back() != other;
      }
      if (changed) return make::mul(rest);
    }
    return e;
  }

  /// a·b + a·c = a·(b + c), where every term has the factor.
  static Expr common_factor(Expr e) {
    const auto factors = [](Expr term) { return term->kind == Kind::mul ? term->kids : std::vector<Expr>{term}; };
    std::vector<Expr> common;
    for (Expr factor : factors(e->kids[0])) {
      if (factor->is_number()) continue;
      const bool everywhere = std::all_of(e->kids.begin(), e->kids.end(), [&](Expr term) {
        const auto all = factors(term);
        return std::find(all.begin(), all.end(), factor) != all.end();
      });
      if (everywhere) common.push_back(factor);
    }
    if (common.empty()) return e;
    std::vector<Expr> terms;
    for (Expr term : e->kids) {
      auto rest = factors(term);
      for (Expr factor : common) rest.erase(std::find(rest.begin(), rest.end(), factor));
      terms.push_back(make::mul(rest));
    }
    common.push_back(make::add(terms));
    return make::mul(common);
  }

  static Expr function(Expr e) {
    const auto f = static_cast<Elementary>(e->op);
    const Expr u = e->kids[0];
    const auto is = [](Expr x, Elementary g) { return x->kind == Kind::func && static_cast<Elementary>(x->op) == g; };
    if (f == Elementary::log && is(u, Elementary::exp)) return u->kids[0];
    if (f == Elementary::exp && is(u, Elementary::log)) return u->kids[0];
    return e;
  }

  std::unordered_map<Expr, Expr> memo_;
};

}  // namespace

Expr simplify(Expr e) { return Simplifier().run(e); }

}  // namespace gradus
