#include "calculus/differentiate.h"

#include <chrono>

#include "../expr/fixture.h"
#include "evaluate.h"

namespace gradus {
namespace {

using namespace make;

class Differentiate : public WithPool {
 protected:
  Expr n = size("n"), m = size("m");
  Symbol* x = symbol("x");
  Symbol* y = symbol("y");
  Symbol* v = array("v", {n});
  Symbol* a = array("a", {n, n});
  const IndexVar* i = var("i", n);
  const IndexVar* j = var("j", n);
  const IndexVar* k = var("k", n);
  const IndexVar* l = var("l", n);

  /// The derivative against central differences, at sizes 3 and 4 and every value of the free indices.
  void expect_right(Expr body, Expr wrt) {
    const Expr derivative = differentiate(body, wrt);
    for (const long size : {3, 4}) {
      Evaluator evaluate;
      evaluate.sizes = {{n->symbol, size}, {m->symbol, size + 2}};
      IndexVars free = wrt->free;
      for (const IndexVar* var : body->free) {
        if (std::find(free.begin(), free.end(), var) == free.end()) free.push_back(var);
      }
      each(free, 0, evaluate, [&] {
        const double expected = evaluate.slope(body, wrt), found = evaluate(derivative);
        EXPECT_NEAR(found, expected, 1e-6 * (1 + std::abs(expected))) << dump(body) << "\n by " << dump(wrt) << "\n"
                                                                      << dump(derivative);
      });
    }
  }
  template <class F>
  void each(const IndexVars& free, std::size_t from, Evaluator& evaluate, const F& f) {
    if (from == free.size()) return f();
    for (long value = 1; value <= 3; ++value) {
      evaluate.indices[free[from]] = value;
      each(free, from + 1, evaluate, f);
    }
  }
  std::vector<std::string> rules(Expr body, Expr wrt) {
    Derivation trace;
    differentiate(body, wrt, {DerivMode::total, &trace});
    std::vector<std::string> names;
    for (const Step& step : trace.steps) names.push_back(step.rule);
    return names;
  }
  static bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  Expr sub_exp(Expr e) { return func(Elementary::exp, e); }
};

TEST_F(Differentiate, Basics) {
  const Expr X = ref(x), Y = ref(y);
  EXPECT_EQ(differentiate(X, X), number(1));
  EXPECT_EQ(differentiate(Y, X), number(0));
  EXPECT_EQ(differentiate(gradus::make::pow(X, number(3)), X), mul({number(3), sq(X)}));
  EXPECT_EQ(differentiate(mul({X, Y}), X), Y);
  EXPECT_EQ(differentiate(inv(X), X), neg(gradus::make::pow(X, number(-2))));
  expect_right(gradus::make::pow(X, Y), Y);
  expect_right(gradus::make::pow(X, X), X);
  expect_right(div(func(Elementary::sin, X), add({X, Y})), X);
  expect_right(select(Relation::gt, X, Y, sq(X), mul({X, Y})), X);
}

TEST_F(Differentiate, EveryRowOfTheTable) {
  for (const ElementaryRow& row : elementary_table()) {
    const Expr X = ref(x);
    const Expr e = func(row.id, row.domain == Domain::above_one ? add({X, number(1)}) : div(X, number(2)));
    const Expr derivative = differentiate(e, X);
    EXPECT_EQ(derivative->kind == Kind::deriv, row.derivative == nullptr) << row.name;
    Evaluator evaluate;
    if (row.derivative && !std::isnan(evaluate(derivative)) && !std::isnan(evaluate(e))) expect_right(e, X);
  }
}

TEST_F(Differentiate, ComponentsGiveDeltas) {
  const Expr wrt = ref(v, {ix(k)});
  EXPECT_EQ(differentiate(ref(v, {ix(i)}), wrt), delta(ix(i), ix(k)));
  EXPECT_EQ(differentiate(sum(i, sq(ref(v, {ix(i)}))), wrt), mul({number(2), wrt}));
  EXPECT_EQ(differentiate(ref(v, {number(1)}), ref(v, {number(2)})), number(0));
  // The sum's own variable stands in wrt.
  EXPECT_EQ(differentiate(sum(i, sq(ref(v, {ix(i)}))), ref(v, {ix(i)})), mul({number(2), ref(v, {ix(i)})}));
  // A range that may not hold the component keeps the δ.
  const IndexVar* other = var("p", m);
  EXPECT_EQ(differentiate(sum(other, ref(v, {ix(other)})), wrt)->kind, Kind::reduce);
  const Expr quadratic = sum(i, sum(j, mul({ref(v, {ix(i)}), ref(a, {ix(i), ix(j)}), ref(v, {ix(j)})})));
  expect_right(quadratic, wrt);
  expect_right(quadratic, ref(a, {ix(k), ix(l)}));
  expect_right(sum(i, sub_exp(mul({ref(v, {ix(i)}), sum(j, ref(v, {ix(j)}))}))), wrt);
  expect_right(sum(i, mul({ref(v, {ix(i)}), ref(v, {add({n, number(1), neg(ix(i))})})})), wrt);
}

TEST_F(Differentiate, Products) {
  const Expr wrt = ref(v, {ix(k)});
  expect_right(reduce(ReduceOp::product, i, add({ref(v, {ix(i)}), number(1)})), wrt);
  const Expr nested = reduce(ReduceOp::product, i, sum(j, mul({ref(a, {ix(i), ix(j)}), ref(v, {ix(j)})})));
  expect_right(nested, wrt);
  expect_right(nested, ref(a, {ix(k), ix(l)}));
  EXPECT_EQ(differentiate(reduce(ReduceOp::max, i, ref(v, {ix(i)})), wrt)->kind, Kind::deriv);
}

TEST_F(Differentiate, LinearAlgebra) {
  const Lambda matrix{{i, j}, add({ref(a, {ix(i), ix(j)}), mul({number(3), delta(ix(i), ix(j))})})};
  const Lambda shifted{{i, j}, add({mul({ref(x), ref(a, {ix(i), ix(j)})}), mul({number(3), delta(ix(i), ix(j))})})};
  expect_right(inverse(matrix, number(1), number(2)), ref(a, {ix(k), ix(l)}));
  expect_right(det(matrix), ref(a, {ix(k), ix(l)}));
  expect_right(det(shifted), ref(x));
  expect_right(inverse(shifted, number(2), number(1)), ref(x));
  expect_right(func(Elementary::log, sq(det(matrix))), ref(a, {ix(i), ix(j)}));
}

TEST_F(Differentiate, AbstractFunctionsByEverySlotAndComponent) {
  Symbol* f = array("f", {m});
  f->role = Role::function;
  Symbol* g = symbol("g", Role::function);
  const IndexVar* p = var("p", m);
  const Expr fx = apply(f, {ix(p)}, {{{j}, ref(v, {ix(j)})}});
  const Expr gf = apply(g, {}, {{{p}, fx}, {{p}, mul({fx, fx})}, {{}, sum(i, ref(v, {ix(i)}))}});
  expect_right(gf, ref(v, {ix(k)}));
  EXPECT_TRUE(has(rules(gf, ref(v, {ix(k)})), "chain rule, fan-out: contributions add"));
  EXPECT_EQ(differentiate(fx, ref(v, {ix(k)})), apply(f, {ix(p)}, {{{j}, ref(v, {ix(j)})}}, {{0, {ix(k)}}}));
  // Second derivatives, in two orders.
  const Expr by_k = differentiate(gf, ref(v, {ix(k)}));
  expect_right(by_k, ref(v, {number(1)}));
}

TEST_F(Differentiate, FanOut) {
  for (int uses = 1; uses <= 50; ++uses) {
    Symbol* g = symbol("g", Role::function);
    const Expr shared = func(Elementary::tanh, mul({ref(x), ref(x)}));
    std::vector<Expr> terms;
    std::vector<Lambda> args;
    for (int use = 0; use < uses; ++use) {
      terms.push_back(mul({number(use + 1), gradus::make::pow(shared, number(use + 1))}));
      args.push_back({{}, shared});
    }
    expect_right(add(terms), ref(x));
    const Expr derivative = differentiate(apply(g, {}, args), ref(x));
    std::size_t slots = 0;
    visit(derivative, [&](Expr node) { slots += node->kind == Kind::ref && !node->slots.empty(); });
    EXPECT_EQ(slots, static_cast<std::size_t>(uses));
    expect_right(apply(g, {}, args), ref(x));
  }
}

TEST_F(Differentiate, TowersAreLinear) {
  Symbol* bottom = symbol("x_0");
  Expr nodes = ref(bottom), defined = ref(bottom);
  for (int level = 1; level <= 60; ++level) {
    nodes = add({mul({nodes, nodes}), nodes});
    Symbol* s = symbol("x_" + std::to_string(level));
    s->clauses.push_back({{}, {}, {}, add({mul({defined, defined}), defined})});
    defined = ref(s);
  }
  const auto start = std::chrono::steady_clock::now();
  const std::size_t before = pool.node_count();
  differentiate(nodes, ref(bottom));
  Derivation trace;
  const Expr derivative = differentiate(defined, ref(bottom), {DerivMode::total, &trace});
  EXPECT_LT(pool.node_count() - before, 4000u);
  EXPECT_FALSE(trace.steps.empty());
  std::size_t pending = 0;
  visit(derivative, [&](Expr node) { pending += node->kind == Kind::deriv; });
  EXPECT_EQ(pending, 0u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST_F(Differentiate, DepthDoesNotOverflow) {
  Expr e = ref(x);
  for (int depth = 0; depth < 10'000; ++depth) e = func(depth % 2 ? Elementary::sin : Elementary::tanh, e);
  EXPECT_EQ(differentiate(e, ref(x))->kind, Kind::mul);
}

TEST_F(Differentiate, DefinedQuantitiesAreCutWhenTheyAreTheVariable) {
  Symbol* z = symbol("z");
  z->clauses.push_back({{}, {}, {}, sq(ref(x))});
  Symbol* loss = symbol("L");
  loss->clauses.push_back({{}, {}, {}, add({mul({ref(z), ref(z)}), ref(x)})});
  EXPECT_EQ(differentiate(ref(loss), ref(z)), mul({number(2), ref(z)}));
  EXPECT_EQ(differentiate(ref(loss), ref(x)), add({mul({number(4), ref(z), ref(x)}), number(1)}));
  EXPECT_EQ(differentiate(ref(loss), ref(x), {DerivMode::local, nullptr}), number(1));
  EXPECT_EQ(differentiate(ref(z), ref(x), {DerivMode::local, nullptr}), mul({number(2), ref(x)}));
}

TEST_F(Differentiate, FunctionOfADefinedTensor) {
  Symbol* out = array("y", {n});
  out->clauses.push_back({{i}, {ix(i)}, {}, sum(j, mul({ref(a, {ix(i), ix(j)}), ref(v, {ix(j)})}))});
  Symbol* tilde = symbol("L", Role::function);
  const Lambda whole{{i}, ref(out, {ix(i)})};
  const Expr loss = apply(tilde, {}, {whole});
  EXPECT_EQ(differentiate(loss, ref(out, {ix(k)})), apply(tilde, {}, {whole}, {{0, {ix(k)}}}));
  expect_right(loss, ref(v, {ix(k)}));
  expect_right(loss, ref(a, {ix(k), ix(l)}));
}

TEST_F(Differentiate, RecurrencesStayWhereTheyCannotEnd) {
  Symbol* h = family("h", number(0), n);
  Symbol* f = symbol("f", Role::function);
  const IndexVar* t = var("t", n);
  const auto step = [&](Expr time) { return apply(f, {}, {{{}, ref(h, {plus(time, -1)})}, {{}, ref(x)}}); };
  h->clauses.push_back({{t}, {ix(t)}, {}, step(ix(t))});
  const IndexVar* s = var("s", n);
  const Expr hs = ref(h, {ix(s)}), X = ref(x);
  EXPECT_EQ(differentiate(hs, X), deriv(hs, X));
  // Opened once, what is before stays pending.
  const Expr previous = ref(h, {plus(ix(s), -1)});
  const Expr opened = differentiate(*unfold(hs), X);
  bool keeps = false;
  visit(opened, [&](Expr node) { keeps = keeps || node == deriv(previous, X); });
  EXPECT_TRUE(keeps) << dump(opened);
  // One round back the family itself is the variable.
  EXPECT_EQ(differentiate(hs, previous), apply(f, {}, {{{}, previous}, {{}, X}}, {{0, {}}}));
  EXPECT_EQ(differentiate(previous, hs), number(0));
  EXPECT_EQ(differentiate(ref(h, {number(0)}), X), number(0));
  EXPECT_EQ(differentiate(ref(h, {number(3)}), ref(h, {ix(s)}))->kind, Kind::deriv);
  EXPECT_EQ(differentiate(hs, ref(h, {ix(t)}))->kind, Kind::deriv);
  EXPECT_EQ(carry_out(differentiate(hs, X)), deriv(hs, X));
  expect_right(apply(f, {}, {{{}, ref(h, {number(3)})}, {{}, X}}), X);
  EXPECT_EQ(differentiate(ref(h, {number(1'000'000'000)}), X)->kind, Kind::deriv);
}

TEST_F(Differentiate, LayersRunOneWay) {
  // z^l_j = Σ_k w^l_jk a^{l-1}_k,  a^l_j = tanh z^l_j
  Symbol* z = array("z", {m, n});
  Symbol* act = array("a", {m, n});
  Symbol* w = array("w", {m, n, n});
  z->family = act->family = w->family = 1;
  act->indices[0].lo = number(0);
  const IndexVar* layer = var("l", m);
  const auto define = [&](Symbol* s, Expr body) { s->clauses.push_back({{layer, j}, {ix(layer), ix(j)}, {}, body}); };
  define(z, sum(k, mul({ref(w, {ix(layer), ix(j), ix(k)}), ref(act, {plus(ix(layer), -1), ix(k)})})));
  define(act, func(Elementary::tanh, ref(z, {ix(layer), ix(j)})));
  const IndexVar* q = make::fresh("q", number(1), plus(m, -1));
  const Expr next = ref(z, {plus(ix(q), 1), ix(i)}), here = ref(z, {ix(q), ix(k)});
  EXPECT_EQ(differentiate(next, here),
            mul({ref(w, {plus(ix(q), 1), ix(i), ix(k)}), row_of(Elementary::tanh).derivative(here)}));
  EXPECT_EQ(differentiate(here, next), number(0));
  EXPECT_EQ(differentiate(ref(z, {ix(q), ix(i)}), here), delta(ix(i), ix(k)));
  // A weight of this layer is not in the layer below.
  EXPECT_EQ(differentiate(ref(z, {ix(q), ix(i)}), ref(w, {ix(q), ix(k), ix(l)})),
            mul({delta(ix(i), ix(k)), ref(act, {plus(ix(q), -1), ix(l)})}));
}

TEST_F(Differentiate, CyclesEnd) {
  Symbol* p = symbol("p");
  Symbol* q = symbol("q");
  p->clauses.push_back({{}, {}, {}, add({deriv(ref(q), ref(x)), ref(x)})});
  q->clauses.push_back({{}, {}, {}, mul({deriv(ref(p), ref(x)), ref(x)})});
  EXPECT_EQ(differentiate(ref(p), ref(x)), deriv(ref(p), ref(x)));
  Symbol* u = family("u", number(0), n);
  const IndexVar* t = var("t", n);
  u->clauses.push_back({{t}, {ix(t)}, {}, mul({deriv(ref(u, {ix(t)}), ref(x)), deriv(ref(u, {ix(t)}), ref(y))})});
  EXPECT_NE(differentiate(ref(u, {number(2)}), ref(x)), nullptr);
}

TEST_F(Differentiate, CarriesOutAtThePoint) {
  const Expr X = ref(x), Y = ref(y);
  const Expr slope = deriv(func(Elementary::sin, X), X);
  EXPECT_EQ(carry_out(at(slope, {x}, {{{}, sq(Y)}})), func(Elementary::cos, sq(Y)));
  // The point reaches through definitions.
  Symbol* z = symbol("z");
  z->clauses.push_back({{}, {}, {}, sq(X)});
  EXPECT_EQ(carry_out(at(add({ref(z), X}), {x}, {{{}, number(3)}})), number(12));
  EXPECT_EQ(carry_out(at(ref(z), {y}, {{{}, number(3)}})), ref(z));
  // Innermost first: a second derivative, and a derivative of a point.
  EXPECT_EQ(carry_out(deriv(deriv(gradus::make::pow(X, number(3)), X), X)), mul({number(6), X}));
  EXPECT_EQ(carry_out(deriv(at(slope, {x}, {{{}, sq(Y)}}), Y)), mul({number(-2), Y, func(Elementary::sin, sq(Y))}));
  EXPECT_EQ(carry_out(add({X, Y})), add({X, Y}));
}

TEST_F(Differentiate, StepsAreNamedAndFollowOneAnother) {
  const Expr X = ref(x);
  Derivation trace;
  const Expr result = differentiate(mul({X, func(Elementary::sin, sq(X))}), X, {DerivMode::total, &trace});
  ASSERT_FALSE(trace.steps.empty());
  EXPECT_EQ(trace.start->kind, Kind::deriv);
  EXPECT_EQ(trace.steps.front().before, trace.start);
  EXPECT_EQ(trace.steps.front().rule, "product rule");
  EXPECT_EQ(trace.result, result);
  for (const Step& step : trace.steps) EXPECT_NE(step.before, step.after) << step.rule;
  const auto names = rules(sum(i, mul({ref(v, {ix(i)}), ref(a, {ix(i), ix(j)})})), ref(v, {ix(k)}));
  EXPECT_TRUE(has(names, "δ eliminates Σ"));
  EXPECT_TRUE(has(names, "∂x_i/∂x_j = δ_ij"));
  Symbol* z = symbol("z");
  z->clauses.push_back({{}, {}, {}, sq(X)});
  EXPECT_TRUE(has(rules(ref(z), X), "definition of z"));
}

}  // namespace
}  // namespace gradus
