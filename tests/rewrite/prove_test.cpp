// Identities that the normal form must prove, and near-identities that it must not.
#include "calculus/differentiate.h"
#include "fixture.h"

namespace gradus {
namespace {

class Prove : public RewriteTest {};

TEST_F(Prove, Polynomials) {
  const Expr x = scalar("x"), y = scalar("y");
  PROVES(make::sq(add({x, y})), add({make::sq(x), mul({num(2), x, y}), make::sq(y)}));
  PROVES(mul({sub(x, y), add({x, y})}), sub(make::sq(x), make::sq(y)));
  PROVES(div(sub(make::sq(x), make::sq(y)), sub(x, y)), add({x, y}));
  PROVES(add({div(num(1), x), div(num(1), y)}), div(add({x, y}), mul({x, y})));
  DOES_NOT_PROVE(make::sq(add({x, y})), add({make::sq(x), make::sq(y)}));
  DOES_NOT_PROVE(div(num(1), add({x, y})), add({div(num(1), x), div(num(1), y)}));
}

TEST_F(Prove, Sigmoid) {
  const Expr x = scalar("x");
  const auto s = [&](Expr u) { return fn(Elementary::sigmoid, u); };
  PROVES(s(x), div(num(1), add({num(1), exp(make::neg(x))})));
  PROVES(s(x), div(exp(x), add({num(1), exp(x)})));
  PROVES(sub(num(1), s(x)), s(make::neg(x)));
  PROVES(mul({s(x), sub(num(1), s(x))}), div(exp(make::neg(x)), make::sq(add({num(1), exp(make::neg(x))}))));
  PROVES(fn(Elementary::tanh, x), sub(mul({num(2), s(mul({num(2), x}))}), num(1)));
  PROVES(differentiate(s(x), x), mul({s(x), sub(num(1), s(x))}));
  PROVES(fn(Elementary::softplus, x), add({x, fn(Elementary::softplus, make::neg(x))}));
  PROVES(log(s(x)), make::neg(fn(Elementary::softplus, make::neg(x))));
  PROVES(differentiate(fn(Elementary::tanh, x), x), sub(num(1), make::sq(fn(Elementary::tanh, x))));
  PROVES(sub(make::sq(fn(Elementary::cosh, x)), make::sq(fn(Elementary::sinh, x))), num(1));
  DOES_NOT_PROVE(differentiate(s(x), x), mul({s(x), sub(s(x), num(1))}));
  DOES_NOT_PROVE(fn(Elementary::tanh, x), s(mul({num(2), x})));
}

TEST_F(Prove, Trigonometry) {
  const Expr x = scalar("x"), y = scalar("y");
  const auto sin = [&](Expr u) { return fn(Elementary::sin, u); };
  const auto cos = [&](Expr u) { return fn(Elementary::cos, u); };
  PROVES(add({make::sq(sin(x)), make::sq(cos(x))}), num(1));
  PROVES(sin(mul({num(2), x})), mul({num(2), sin(x), cos(x)}));
  PROVES(sin(add({x, y})), add({mul({sin(x), cos(y)}), mul({cos(x), sin(y)})}));
  PROVES(sin(sub(x, y)), make::neg(sin(sub(y, x))));
  PROVES(add({num(1), make::sq(fn(Elementary::tan, x))}), make::pow(cos(x), num(-2)));
  PROVES(sin(make::pi()), num(0));
  DOES_NOT_PROVE(sin(mul({num(2), x})), mul({num(2), sin(x)}));
  DOES_NOT_PROVE(cos(sub(x, y)), sub(mul({cos(x), cos(y)}), mul({sin(x), sin(y)})));
}

TEST_F(Prove, Roots) {
  const Expr x = scalar("x"), y = scalar("y"), p = scalar("p", true);
  PROVES(mul({make::sqrt(num(2)), make::sqrt(num(2))}), num(2));
  PROVES(make::sqrt(num(8)), mul({num(2), make::sqrt(num(2))}));
  PROVES(div(num(1), make::sqrt(num(2))), div(make::sqrt(num(2)), num(2)));
  PROVES(make::sqrt(make::sq(x)), fn(Elementary::abs, x));
  PROVES(make::sqrt(make::sq(p)), p);
  PROVES(mul({make::sqrt(add({x, y})), make::sqrt(add({x, y}))}), add({x, y}));
  PROVES(div(add({x, y}), make::sqrt(add({x, y}))), make::sqrt(add({x, y})));
  PROVES(make::sqrt(mul({p, make::sq(x)})), mul({make::sqrt(p), fn(Elementary::abs, x)}));
  DOES_NOT_PROVE(make::sqrt(make::sq(x)), x);
  DOES_NOT_PROVE(make::sqrt(make::sq(sub(x, y))), sub(x, y));
  DOES_NOT_PROVE(make::sqrt(mul({make::sq(x), make::sq(y)})), mul({x, y}));
  DOES_NOT_PROVE(make::sqrt(add({make::sq(x), make::sq(y)})), add({x, y}));
}

TEST_F(Prove, Logarithms) {
  const Expr x = scalar("x"), y = scalar("y"), p = scalar("p", true), q = scalar("q", true);
  PROVES(log(mul({p, q})), add({log(p), log(q)}));
  PROVES(log(div(p, q)), sub(log(p), log(q)));
  PROVES(log(make::sq(p)), mul({num(2), log(p)}));
  PROVES(log(mul({x, y})), add({log(x), log(y)}));
  PROVES(log(make::sq(x)), mul({num(2), log(x)}));
  PROVES(log(exp(x)), x);
  PROVES(exp(log(x)), x);
  PROVES(exp(mul({make::number(Rational(1, 2)), log(x)})), make::sqrt(x));
  PROVES(log(num(6)), add({log(num(2)), log(num(3))}));
  DOES_NOT_PROVE(log(add({p, q})), add({log(p), log(q)}));
  DOES_NOT_PROVE(exp(mul({make::number(Rational(1, 2)), log(make::sq(x))})), x);
  DOES_NOT_PROVE(log(num(6)), num(2));
}

TEST_F(Prove, SymbolicExponents) {
  const Expr x = scalar("x"), p = scalar("p", true), n = size("n"), a = scalar("a");
  PROVES(mul({make::pow(x, sub(n, num(1))), x}), make::pow(x, n));
  PROVES(make::pow(mul({x, p}), n), mul({make::pow(x, n), make::pow(p, n)}));
  PROVES(make::pow(p, a), exp(mul({a, log(p)})));
  PROVES(make::pow(num(4), n), make::pow(num(2), mul({num(2), n})));
  PROVES(differentiate(make::pow(x, n), x), mul({n, make::pow(x, sub(n, num(1)))}));
  DOES_NOT_PROVE(make::sqrt(make::pow(x, n)), make::pow(x, div(n, num(2))));
  DOES_NOT_PROVE(make::pow(make::pow(x, num(2)), a), make::pow(x, mul({num(2), a})));
}

TEST_F(Prove, Piecewise) {
  const Expr x = scalar("x"), zero = num(0);
  const auto abs = [&](Expr u) { return fn(Elementary::abs, u); };
  const Expr relu = fn(Elementary::relu, x);
  PROVES(relu, mul({x, fn(Elementary::step, x)}));
  PROVES(relu, div(add({x, abs(x)}), num(2)));
  PROVES(relu, make::select(Relation::gt, x, zero, x, zero));
  PROVES(relu, make::select(Relation::ge, x, zero, x, zero));
  PROVES(abs(x), make::select(Relation::lt, x, zero, make::neg(x), x));
  PROVES(make::sq(abs(x)), make::sq(x));
  PROVES(div(x, abs(x)), fn(Elementary::sign, x));
  PROVES(sub(relu, fn(Elementary::relu, make::neg(x))), x);
  PROVES(abs(mul({num(-3), x})), mul({num(3), abs(x)}));
  DOES_NOT_PROVE(relu, x);
  DOES_NOT_PROVE(abs(x), x);
  DOES_NOT_PROVE(abs(add({x, num(1)})), add({abs(x), num(1)}));
  DOES_NOT_PROVE(fn(Elementary::step, x), fn(Elementary::sign, x));
}

TEST_F(Prove, Huber) {
  const Expr r = scalar("r"), eps = scalar("ε", true);
  const Expr size_of_r = fn(Elementary::abs, r);
  const Expr clipped = make::select(Relation::le, size_of_r, eps, r, mul({eps, fn(Elementary::sign, r)}));
  const auto min = [&](Expr a, Expr b) { return make::select(Relation::le, a, b, a, b); };
  const auto max = [&](Expr a, Expr b) { return make::select(Relation::ge, a, b, a, b); };
  PROVES(clipped, max(make::neg(eps), min(eps, r)));
  DOES_NOT_PROVE(clipped, max(make::neg(eps), min(r, num(1))));
}

TEST_F(Prove, Sums) {
  const Expr n = size("n"), m = size("m");
  const Symbol *a = tensor("a", {n}), *b = tensor("b", {n}), *c = tensor("c", {m}), *A = tensor("A", {n, m});
  const auto sa = sum(n, [&](Expr i) { return at(a, {i}); });
  const auto sb = sum(n, [&](Expr i) { return at(b, {i}); });
  PROVES(sum(n, [&](Expr i) { return add({at(a, {i}), at(b, {i})}); }), add({sa, sb}));
  PROVES(mul({sa, sb}), sum(n, [&](Expr i) { return sum(n, [&](Expr j) { return mul({at(b, {i}), at(a, {j})}); }); }));
  PROVES(sum(n, [&](Expr i) { return sum(m, [&](Expr j) { return mul({at(A, {i, j}), at(a, {i}), at(c, {j})}); }); }),
         sum(m, [&](Expr j) { return sum(n, [&](Expr i) { return mul({at(c, {j}), at(A, {i, j}), at(a, {i})}); }); }));
}

TEST_F(Prove, MoreSums) {
  const Expr n = size("n"), x = scalar("x");
  const Symbol *a = tensor("a", {n}), *b = tensor("b", {n});
  const IndexVar* k = var("k", n);
  PROVES(sum(n, [&](Expr) { return x; }), mul({n, x}));
  PROVES(sum(n, [&](Expr i) { return mul({make::delta(i, ix(k)), at(a, {i})}); }), at(a, {ix(k)}));
  PROVES(sum(n, [&](Expr i) { return make::select(Relation::ne, i, ix(k), at(a, {i}), num(0)); }),
         sub(sum(n, [&](Expr i) { return at(a, {i}); }), at(a, {ix(k)})));
  PROVES(sum_range(num(0), sub(n, num(1)), [&](Expr i) { return at(a, {add({i, num(1)})}); }),
         sum(n, [&](Expr i) { return at(a, {i}); }));
  PROVES(make::sq(sum(n, [&](Expr i) { return at(a, {i}); })),
         sum(n, [&](Expr i) { return sum(n, [&](Expr j) { return mul({at(a, {i}), at(a, {j})}); }); }));
  // Capture, wrong index, wrong range.
  DOES_NOT_PROVE(make::sq(sum(n, [&](Expr i) { return at(a, {i}); })),
                 sum(n, [&](Expr i) { return make::sq(at(a, {i})); }));
  DOES_NOT_PROVE(sum(n, [&](Expr i) { return mul({at(a, {i}), at(b, {i})}); }),
                 sum(n, [&](Expr i) { return mul({at(a, {i}), at(b, {ix(k)})}); }));
  DOES_NOT_PROVE(sum_range(num(1), sub(n, num(1)), [&](Expr i) { return at(a, {i}); }),
                 sum(n, [&](Expr i) { return at(a, {i}); }));
  DOES_NOT_PROVE(sum_range(num(0), n, [&](Expr) { return x; }), mul({n, x}));
  DOES_NOT_PROVE(sum_range(num(1), sub(n, num(5)), [&](Expr) { return x; }), mul({sub(n, num(5)), x}));
}

TEST_F(Prove, TraceIsCyclic) {
  const Expr n = size("n"), m = size("m");
  const Symbol *A = tensor("A", {n, m}), *B = tensor("B", {m, n}), *C = tensor("C", {n, n});
  const auto trace = [&](auto entry, Expr hi) { return sum(hi, [&](Expr i) { return entry(i, i); }); };
  const auto product = [&](auto f, auto g, Expr middle) {
    return [=, this](Expr i, Expr j) { return sum(middle, [&](Expr k) { return mul({f(i, k), g(k, j)}); }, "k"); };
  };
  const auto entry = [&](const Symbol* s) { return [=](Expr i, Expr j) { return at(s, {i, j}); }; };
  const auto abc = product(product(entry(C), entry(A), n), entry(B), m);
  const auto bca = product(product(entry(B), entry(C), n), entry(A), n);
  PROVES(trace(abc, n), trace(bca, m));
  const auto transposed = [&](const Symbol* s) { return [=](Expr i, Expr j) { return at(s, {j, i}); }; };
  DOES_NOT_PROVE(trace(product(entry(C), entry(C), n), n), trace(product(entry(C), transposed(C), n), n));
  PROVES(trace(product(entry(C), transposed(C), n), n), trace(product(transposed(C), entry(C), n), n));
}

TEST_F(Prove, QuadraticForm) {
  const Expr n = size("n");
  const Symbol *x = tensor("x", {n}), *A = tensor("A", {n, n});
  const Expr form =
      sum(n, [&](Expr i) { return sum(n, [&](Expr j) { return mul({at(x, {i}), at(A, {i, j}), at(x, {j})}); }, "j"); });
  const IndexVar* k = var("k", n);
  const Expr gradient = differentiate(form, at(x, {ix(k)}));
  const Expr right = sum(n, [&](Expr j) { return mul({add({at(A, {ix(k), j}), at(A, {j, ix(k)})}), at(x, {j})}); });
  PROVES(gradient, right);
  const Expr twice = sum(n, [&](Expr j) { return mul({num(2), at(A, {ix(k), j}), at(x, {j})}); });
  DOES_NOT_PROVE(gradient, twice);
  Symbol* S = tensor("S", {n, n});
  S->traits.symmetric = true;
  const Expr symmetric =
      sum(n, [&](Expr i) { return sum(n, [&](Expr j) { return mul({at(x, {i}), at(S, {i, j}), at(x, {j})}); }, "j"); });
  PROVES(differentiate(symmetric, at(x, {ix(k)})),
         sum(n, [&](Expr j) { return mul({num(2), at(S, {j, ix(k)}), at(x, {j})}); }));
}

TEST_F(Prove, Softmax) {
  const Expr n = size("n");
  const Symbol* o = tensor("o", {n});
  const IndexVar *k = var("k", n), *l = var("l", n);
  const Expr total = sum(n, [&](Expr j) { return exp(at(o, {j})); });
  const auto p = [&](Expr i) { return div(exp(at(o, {i})), total); };
  PROVES(differentiate(p(ix(k)), at(o, {ix(k)})), mul({p(ix(k)), sub(num(1), p(ix(k)))}));
  PROVES(differentiate(p(ix(k)), at(o, {ix(l)})), mul({p(ix(k)), sub(make::delta(ix(k), ix(l)), p(ix(l)))}));
  PROVES(sum(n, [&](Expr i) { return p(i); }), num(1));
  PROVES(differentiate(log(total), at(o, {ix(k)})), p(ix(k)));
  DOES_NOT_PROVE(differentiate(p(ix(k)), at(o, {ix(l)})), make::neg(mul({p(ix(k)), p(ix(l))})));
  NormalOptions apart;
  apart.conditions = {{Relation::ne, ix(k), ix(l)}};
  EXPECT_TRUE(proves(differentiate(p(ix(k)), at(o, {ix(l)})), make::neg(mul({p(ix(k)), p(ix(l))})), apart)) << why();
  const Expr m = sub(num(1), mul({num(2), scalar("c")}));
  PROVES(log(total), add({m, log(sum(n, [&](Expr j) { return exp(sub(at(o, {j}), m)); }))}));
  // Cross entropy.
  Symbol* y = tensor("y", {n});
  const Expr loss = make::neg(sum(n, [&](Expr i) { return mul({at(y, {i}), log(p(i))}); }));
  const Expr wanted = sub(p(ix(k)), at(y, {ix(k)}));
  DOES_NOT_PROVE(differentiate(loss, at(o, {ix(k)})), wanted);
  y->traits.sums_to_one = true;
  PROVES(differentiate(loss, at(o, {ix(k)})), wanted);
}

TEST_F(Prove, SigmoidInsideSums) {
  const Expr n = size("n");
  const Symbol *z = tensor("z", {n}), *y = tensor("y", {n});
  const auto s = [&](Expr u) { return fn(Elementary::sigmoid, u); };
  PROVES(sum(n, [&](Expr i) { return mul({at(y, {i}), sub(num(1), s(at(z, {i})))}); }),
         sum(n, [&](Expr i) { return mul({at(y, {i}), s(make::neg(at(z, {i})))}); }));
  PROVES(sum(n, [&](Expr i) { return div(at(y, {i}), mul({at(z, {i}), add({num(1), at(z, {i})})})); }),
         sub(sum(n, [&](Expr i) { return div(at(y, {i}), at(z, {i})); }),
             sum(n, [&](Expr i) { return div(at(y, {i}), add({num(1), at(z, {i})})); })));
}

TEST_F(Prove, Inverses) {
  const Expr n = size("n");
  const Symbol *A = tensor("A", {n, n}), *B = tensor("B", {n, n}), *x = tensor("x", {n});
  const IndexVar *r = var("r", n), *c = var("c", n);
  const auto lambda = [&](auto entry) {
    const IndexVar *p = var("p", n), *q = var("q", n);
    return Lambda{{p, q}, entry(ix(p), ix(q))};
  };
  const auto entry = [&](const Symbol* s) { return [=](Expr i, Expr j) { return at(s, {i, j}); }; };
  const auto inv = [&](auto f) { return [=](Expr i, Expr j) { return make::inverse(lambda(f), i, j); }; };
  const auto product = [&](auto f, auto g) {
    return [=, this](Expr i, Expr j) { return sum(n, [&](Expr k) { return mul({f(i, k), g(k, j)}); }, "k"); };
  };
  const auto t = [&](auto f) { return [=](Expr i, Expr j) { return f(j, i); }; };
  const Expr i = ix(r), j = ix(c);
  const auto a = entry(A), b = entry(B);
  const Expr identity = make::delta(i, j);
  PROVES(product(a, inv(a))(i, j), identity);
  PROVES(product(inv(a), a)(i, j), identity);
  PROVES(inv(t(a))(i, j), inv(a)(j, i));
  PROVES(product(t(a), t(inv(a)))(i, j), identity);
  PROVES(inv(inv(a))(i, j), a(i, j));
  PROVES(inv(product(a, b))(i, j), product(inv(b), inv(a))(i, j));
  const auto twice = [&](Expr p, Expr q) { return mul({num(2), at(A, {p, q})}); };
  PROVES(inv(twice)(i, j), div(inv(a)(i, j), num(2)));
  const auto both = [&](Expr p, Expr q) { return add({at(A, {p, q}), at(B, {p, q})}); };
  PROVES(product(inv(both), both)(i, j), identity);
  PROVES(product(inv(both), b)(i, j), sub(identity, product(inv(both), a)(i, j)));
  const Expr lambda_scalar = scalar("λ", true);
  const auto ridge = [&](Expr p, Expr q) {
    return add(
        {sum(n, [&](Expr k) { return mul({at(A, {k, p}), at(A, {k, q})}); }), mul({lambda_scalar, make::delta(p, q)})});
  };
  PROVES(product(inv(ridge), ridge)(i, j), identity);
  PROVES(make::det(lambda(t(a))), make::det(lambda(a)));
  PROVES(make::det(lambda(product(a, b))), mul({make::det(lambda(a)), make::det(lambda(b))}));
  PROVES(make::det(lambda(inv(a))), make::inv(make::det(lambda(a))));
  PROVES(make::det(lambda(twice)), mul({make::pow(num(2), n), make::det(lambda(a))}));
  DOES_NOT_PROVE(product(inv(a), t(a))(i, j), identity);
  DOES_NOT_PROVE(inv(product(a, b))(i, j), product(inv(a), inv(b))(i, j));
  DOES_NOT_PROVE(inv(both)(i, j), add({inv(a)(i, j), inv(b)(i, j)}));
  // d(x' A^-1 x)/dA
  const Expr form =
      sum(n, [&](Expr p) { return sum(n, [&](Expr q) { return mul({at(x, {p}), inv(a)(p, q), at(x, {q})}); }, "q"); });
  const Expr gradient = differentiate(form, at(A, {i, j}));
  const Expr right = make::neg(mul({sum(n, [&](Expr p) { return mul({at(x, {p}), inv(a)(p, i)}); }),
                                    sum(n, [&](Expr q) { return mul({inv(a)(j, q), at(x, {q})}); })}));
  PROVES(gradient, right);
}

TEST_F(Prove, Orthogonal) {
  const Expr n = size("n");
  Symbol* Q = tensor("Q", {n, n});
  const IndexVar *r = var("r", n), *c = var("c", n);
  const Expr gram = sum(n, [&](Expr k) { return mul({at(Q, {k, ix(r)}), at(Q, {k, ix(c)})}); });
  DOES_NOT_PROVE(gram, make::delta(ix(r), ix(c)));
  Q->traits.orthogonal = true;
  PROVES(gram, make::delta(ix(r), ix(c)));
}

TEST_F(Prove, DefinitionsOpenOnlyAsFarAsNeeded) {
  const Expr x = scalar("x");
  Symbol* s = symbol("s");
  s->clauses.push_back({{}, {}, {}, add({make::sq(x), num(1)})});
  const Expr ref = make::ref(s);
  PROVES(mul({ref, ref}), make::sq(ref));
  PROVES(differentiate(log(ref), x), div(mul({num(2), x}), ref));
  const Proof proof = prove_equal(ref, add({num(1), mul({x, x})}));
  EXPECT_TRUE(proof.equal);
  bool told = false;
  for (const Step& step : proof.derivation.steps) told = told || step.rule == "definition of s";
  EXPECT_TRUE(told);
  DOES_NOT_PROVE(ref, make::sq(x));
}

TEST_F(Prove, AbstractFunctions) {
  const Expr x = scalar("x"), y = scalar("y");
  Symbol* f = symbol("f", Role::function);
  Symbol* u = symbol("u", Role::parameter);
  f->formals = {u};
  const auto call = [&](Expr e, int derivatives = 0) {
    return make::apply(f, {}, {Lambda{{}, e}}, std::vector<Slot>(static_cast<std::size_t>(derivatives), Slot{0, {}}));
  };
  PROVES(call(add({x, y})), call(add({y, x})));
  PROVES(call(make::sq(add({x, y}))), call(add({make::sq(x), mul({num(2), x, y}), make::sq(y)})));
  PROVES(differentiate(make::sq(call(x)), x), mul({num(2), call(x), call(x, 1)}));
  DOES_NOT_PROVE(call(add({x, y})), add({call(x), call(y)}));
  DOES_NOT_PROVE(call(x, 1), call(x, 2));
}

TEST_F(Prove, NormalFormIsIdempotent) {
  const Expr n = size("n"), x = scalar("x");
  const Symbol *a = tensor("a", {n}), *A = tensor("A", {n, n});
  const Expr samples[] = {fn(Elementary::sigmoid, sum(n, [&](Expr i) { return mul({at(a, {i}), x}); })),
                          sum(n,
                              [&](Expr i) {
                                return sum(n, [&](Expr j) {
                                  return mul({at(A, {i, j}), at(A, {j, i}), fn(Elementary::tanh, at(a, {i}))});
                                });
                              }),
                          make::sqrt(add({make::sq(x), num(1)})),
                          fn(Elementary::abs, x),
                          log(add({exp(x), num(1)})),
                          make::pow(x, n)};
  for (Expr e : samples) {
    const Expr once = normalize(e).form;
    EXPECT_EQ(normalize(once).form, once) << dump(once);
  }
}

}  // namespace
}  // namespace gradus
