// Random typed expressions: sums, abstract functions, definitions, matrices, with indices that fit.
#pragma once

#include "build.h"
#include "check/random.h"

namespace gradus::test {

class RandomExpression {
 public:
  explicit RandomExpression(std::uint64_t seed) : random_(seed) {
    n_ = symbol("n", Role::size);
    m_ = symbol("m", Role::size);
    s_ = symbol("s", Role::variable);
    r_ = symbol("r", Role::variable);
    x_ = symbol("x", Role::variable, {make::ref(n_)});
    y_ = symbol("y", Role::variable, {make::ref(m_)});
    A_ = symbol("A", Role::variable, {make::ref(m_), make::ref(n_)});
    S_ = symbol("S", Role::variable, {make::ref(n_), make::ref(n_)});
    S_->traits.positive_definite = true;
    f_ = symbol("f", Role::function, {make::ref(m_)});
    f_->formals = {symbol("u", Role::parameter, {make::ref(n_)})};
    g_ = symbol("g", Role::function);
    g_->formals = {symbol("u", Role::parameter), symbol("v", Role::parameter)};
    for (int k = 0; k < 3; ++k) define_one(k);
  }

  /// A scalar expression in which these index variables may occur free.
  Expr scalar(int depth, const IndexVars& scope = {}) {
    using namespace make;
    if (depth <= 0) return leaf(scope);
    switch (random_.within(0, 17)) {
      case 0:
      case 1: return add({scalar(depth - 1, scope), scalar(depth - 1, scope)});
      case 2:
      case 3: return mul({scalar(depth - 1, scope), scalar(depth - 1, scope)});
      case 4: return pow(scalar(depth - 1, scope), number(random_.within(2, 3)));
      case 5: return sub(scalar(depth - 1, scope), mul({number(random_.within(2, 5)), scalar(depth - 1, scope)}));
      case 6: {
        const Elementary smooth[] = {Elementary::sin,      Elementary::cos,  Elementary::tanh, Elementary::sigmoid,
                                     Elementary::softplus, Elementary::atan, Elementary::erf,  Elementary::exp};
        return func(smooth[random_.within(0, 7)], scalar(depth - 1, scope));
      }
      case 7: return func(Elementary::log, add({number(1), sq(scalar(depth - 1, scope))}));
      case 8: return div(scalar(depth - 1, scope), add({number(2), sq(scalar(depth - 1, scope))}));
      case 9:
      case 10:
      case 11: {
        const IndexVar* var = axis(random_.within(0, 1) ? n_ : m_);
        IndexVars inner = scope;
        inner.push_back(var);
        return sum(var, scalar(depth - 1, inner));
      }
      case 12: return apply(g_, {}, {{{}, scalar(depth - 1, scope)}, {{}, scalar(depth - 1, scope)}});
      case 13: {
        const IndexVar* param = axis(n_);
        IndexVars inner = scope;
        inner.push_back(param);
        const IndexVar* of = pick(scope, m_);
        if (!of) return leaf(scope);
        return apply(f_, {index(of)}, {{{param}, scalar(depth - 1, inner)}});
      }
      case 14: {
        if (scope.size() < 2) return leaf(scope);
        const IndexVar *a = scope[scope.size() - 1], *b = scope[scope.size() - 2];
        if (random_.within(0, 1)) return mul({delta(index(a), index(b)), scalar(depth - 1, scope)});
        return select(Relation::lt, index(a), index(b), scalar(depth - 1, scope), scalar(depth - 1, scope));
      }
      case 15: {
        const IndexVar* var = axis(n_);
        IndexVars inner = scope;
        inner.push_back(var);
        return reduce(ReduceOp::product, var, scalar(std::min(depth - 1, 2), inner));
      }
      case 16: {
        const IndexVar *a = axis(n_), *b = axis(n_);
        const Lambda matrix{{a, b},
                            add({ref(S_, {index(a), index(b)}), mul({ref(s_), delta(index(a), index(b)), ref(s_)})})};
        const IndexVar *i = pick(scope, n_), *j = pick(scope, n_);
        return i && j ? inverse(matrix, index(i), index(j)) : func(Elementary::log, det(matrix));
      }
      default: return defined(scope);
    }
  }

  /// A component to differentiate by; its indices are free.
  Expr variable(IndexVars& free) {
    using namespace make;
    const auto with = [&](const Symbol* symbol, std::vector<const Symbol*> lengths) {
      std::vector<Expr> at;
      for (const Symbol* length : lengths) {
        free.push_back(axis(length));
        at.push_back(index(free.back()));
      }
      return ref(symbol, at);
    };
    switch (random_.within(0, 7)) {
      case 0: return ref(s_);
      case 1: return with(y_, {m_});
      case 2: return with(A_, {m_, n_});
      case 3: return with(S_, {n_, n_});
      case 4: return with(vector_, {n_});
      case 5: return ref(scalar_);
      default: return with(x_, {n_});
    }
  }

  const IndexVar* axis(const Symbol* length) {
    return make::fresh(length == n_ ? "i" : "j", make::number(1), make::ref(length));
  }
  Random& random() { return random_; }
  const Symbol* n() const { return n_; }
  const Symbol* m() const { return m_; }

 private:
  Symbol* symbol(const std::string& name, Role role, std::vector<Expr> lengths = {}) {
    Symbol* s = Pool::current().new_symbol(name);
    s->role = role;
    for (Expr length : lengths) s->indices.push_back({make::number(1), length}), s->places.push_back(Place::axis);
    return s;
  }

  const IndexVar* pick(const IndexVars& scope, const Symbol* length) {
    for (std::size_t k = scope.size(); k-- > 0;)
      if (scope[k]->hi == make::ref(length) && random_.within(0, 3)) return scope[k];
    return nullptr;
  }

  Expr leaf(const IndexVars& scope) {
    using namespace make;
    const IndexVar *i = pick(scope, n_), *j = pick(scope, m_);
    switch (random_.within(0, 6)) {
      case 0: return ref(s_);
      case 1: return random_.within(0, 1) ? ref(r_) : number(random_.within(1, 3));
      case 2: return j ? ref(y_, {index(j)}) : ref(s_);
      case 3: return i && j ? ref(A_, {index(j), index(i)}) : ref(r_);
      case 4: return i ? ref(S_, {index(i), index(i)}) : ref(s_);
      default: return i ? ref(x_, {index(i)}) : ref(s_);
    }
  }

  Expr defined(const IndexVars& scope) {
    const IndexVar* i = pick(scope, n_);
    if (i && vector_) return make::ref(vector_, {make::index(i)});
    return scalar_ ? make::ref(scalar_) : leaf(scope);
  }

  void define_one(int k) {
    Clause clause;
    if (k % 2 == 0) {
      Symbol* v = symbol("v" + std::to_string(k), Role::variable, {make::ref(n_)});
      clause.vars = {axis(n_)};
      clause.pattern = {make::index(clause.vars[0])};
      clause.body = scalar(2, clause.vars);
      v->clauses.push_back(clause);
      vector_ = v;
    } else {
      Symbol* z = symbol("z" + std::to_string(k), Role::variable);
      clause.body = scalar(3);
      z->clauses.push_back(clause);
      scalar_ = z;
    }
  }

  Random random_;
  Symbol *n_, *m_, *s_, *r_, *x_, *y_, *A_, *S_, *f_, *g_;
  const Symbol *vector_ = nullptr, *scalar_ = nullptr;
};

}  // namespace gradus::test
