// Beyond the normal form itself: neighbouring ranges, products with an exception, matrices that move, induction.
#include "calculus/differentiate.h"
#include "fixture.h"

namespace gradus {
namespace {

class Tactics : public RewriteTest {
 protected:
  Lambda matrix(Expr n, const std::function<Expr(Expr, Expr)>& entry) {
    const IndexVar *p = var("p", n), *q = var("q", n);
    return {{p, q}, entry(ix(p), ix(q))};
  }
};

TEST_F(Tactics, NeighbouringRanges) {
  const Expr n = size("n"), x = scalar("x");
  Symbol* a = tensor("a", {n});
  const auto term = [&](Expr i) { return at(a, {i}); };
  PROVES(add({sum_range(num(1), sub(n, num(1)), term), at(a, {n})}), sum(n, term));
  PROVES(add({at(a, {num(1)}), sum_range(num(2), n, term)}), sum(n, term));
  PROVES(sum_range(num(1), sub(n, num(1)), [&](Expr i) { return sub(at(a, {add({i, num(1)})}), at(a, {i})); }),
         sub(at(a, {n}), at(a, {num(1)})));
  DOES_NOT_PROVE(add({sum_range(num(1), sub(n, num(1)), term), at(a, {num(1)})}), sum(n, term));
  // At the end of the filled range the body must exist.
  const auto inverse = [&](Expr i) { return div(at(a, {i}), sub(n, i)); };
  DOES_NOT_PROVE(sum_range(num(1), sub(n, num(1)), inverse), sum(n, inverse));
  Symbol* c = symbol("c");
  c->indices.push_back({num(0), n});
  c->places.push_back(Place::axis);
  const auto power = [&](Expr k) { return mul({k, at(c, {k}), make::pow(x, sub(k, num(1)))}); };
  PROVES(sum_range(num(0), n, power), sum_range(num(1), n, power));
  const Symbol* open = symbol("d");  // nothing is said of its range
  const auto weighted = [&](Expr k) { return mul({k, make::ref(open, {k})}); };
  PROVES(sum_range(num(0), n, weighted), sum_range(num(1), n, weighted));
  DOES_NOT_PROVE(sum_range(num(0), n, [&](Expr k) { return make::ref(open, {k}); }),
                 sum_range(num(1), n, [&](Expr k) { return make::ref(open, {k}); }));
  DOES_NOT_PROVE(sum_range(num(1), n, weighted), sum_range(num(2), n, weighted));
}

TEST_F(Tactics, SumsCancelInsideSums) {
  const Expr n = size("n"), m = size("m");
  const Symbol *A = tensor("A", {n, m}), *w = tensor("w", {m}), *y = tensor("y", {n});
  const auto weight = [&](Expr i, Expr k) { return mul({at(w, {k}), exp(at(A, {i, k}))}); };
  const auto total = [&](Expr i) { return sum(m, [&](Expr k) { return weight(i, k); }, "k"); };
  PROVES(sum(n, [&](Expr i) { return sum(m, [&](Expr k) { return mul({at(y, {i}), div(weight(i, k), total(i))}); }); }),
         sum(n, [&](Expr i) { return at(y, {i}); }));
  PROVES(sum(n, [&](Expr i) { return sum(m, [&](Expr k) { return div(weight(i, k), add({num(1), total(i)})); }); }),
         sub(n, sum(n, [&](Expr i) { return div(num(1), add({num(1), total(i)})); })));
  DOES_NOT_PROVE(
      sum(n, [&](Expr i) { return sum(m, [&](Expr k) { return div(weight(i, k), add({num(1), total(i)})); }); }), n);
}

TEST_F(Tactics, ProductsWithAnException) {
  const Expr n = size("n"), x = scalar("x");
  const Symbol* a = tensor("a", {n});
  const IndexVar* k = var("k", n);
  const auto without_k = [&](const std::function<Expr(Expr)>& f) {
    const IndexVar* i = var("i", n);
    return make::reduce(ReduceOp::product, i, make::select(Relation::ne, ix(i), ix(k), f(ix(i)), num(1)));
  };
  const auto all = [&](const std::function<Expr(Expr)>& f) {
    const IndexVar* i = var("i", n);
    return make::reduce(ReduceOp::product, i, f(ix(i)));
  };
  const auto entry = [&](Expr i) { return at(a, {i}); };
  const auto root = [&](Expr i) { return sub(x, at(a, {i})); };
  PROVES(mul({at(a, {ix(k)}), without_k(entry)}), all(entry));
  PROVES(differentiate(all(entry), at(a, {ix(k)})), without_k(entry));
  PROVES(differentiate(all(root), x), mul({all(root), sum(n, [&](Expr i) { return div(num(1), root(i)); })}));
  DOES_NOT_PROVE(without_k(entry), all(entry));
}

TEST_F(Tactics, InversesOfUpdates) {
  const Expr n = size("n"), m = size("m"), lambda = scalar("λ", true);
  Symbol *A = tensor("A", {n, n}), *X = tensor("X", {m, n});
  const Symbol *u = tensor("u", {n}), *v = tensor("v", {n}), *y = tensor("y", {m});
  A->traits.invertible = true;
  const IndexVar *i = var("i", n), *j = var("j", n), *s = var("s", m);
  const auto inverse = [&](const Lambda& l, Expr r, Expr c) { return make::inverse(l, r, c); };
  const Lambda base = matrix(n, [&](Expr p, Expr q) { return at(A, {p, q}); });
  const Lambda updated = matrix(n, [&](Expr p, Expr q) { return add({at(A, {p, q}), mul({at(u, {p}), at(v, {q})})}); });
  const auto form = [&](const Symbol* l, const Symbol* r) {
    return sum(n, [&](Expr p) {
      return sum(n, [&](Expr q) { return mul({at(l, {p}), inverse(base, p, q), at(r, {q})}); }, "q");
    });
  };
  const Expr scale = add({num(1), form(v, u)});
  const auto update = [&](const Symbol* l, const Symbol* r) {
    return div(mul({sum(n, [&](Expr p) { return mul({inverse(base, ix(i), p), at(l, {p})}); }),
                    sum(n, [&](Expr q) { return mul({at(r, {q}), inverse(base, q, ix(j))}); })}),
               scale);
  };
  PROVES(inverse(updated, ix(i), ix(j)), sub(inverse(base, ix(i), ix(j)), update(u, v)));
  DOES_NOT_PROVE(inverse(updated, ix(i), ix(j)), sub(inverse(base, ix(i), ix(j)), update(v, u)));
  PROVES(make::det(updated), mul({scale, make::det(base)}));
  // Ridge regression.
  const Lambda small = matrix(n, [&](Expr p, Expr q) {
    return add({sum(m, [&](Expr k) { return mul({at(X, {k, p}), at(X, {k, q})}); }), mul({lambda, make::delta(p, q)})});
  });
  const Lambda large = matrix(m, [&](Expr p, Expr q) {
    return add({sum(n, [&](Expr k) { return mul({at(X, {p, k}), at(X, {q, k})}); }), mul({lambda, make::delta(p, q)})});
  });
  PROVES(sum(n, [&](Expr k) { return mul({inverse(small, ix(i), k), at(X, {ix(s), k})}); }),
         sum(m, [&](Expr k) { return mul({at(X, {k, ix(i)}), inverse(large, k, ix(s))}); }));
  const Expr hat = sum(n, [&](Expr p) {
    return sum(n, [&](Expr q) {
      return sum(m, [&](Expr a) {
        return sum(m, [&](Expr b) {
          return mul({at(y, {a}), at(X, {a, p}), inverse(small, p, q), at(X, {b, q}), at(y, {b})});
        });
      });
    });
  });
  const Expr left = sub(sum(m, [&](Expr a) { return make::sq(at(y, {a})); }), hat);
  const auto residual = [&](Expr factor) {
    return mul({factor, sum(m, [&](Expr a) {
                  return sum(m, [&](Expr b) { return mul({at(y, {a}), inverse(large, a, b), at(y, {b})}); });
                })});
  };
  PROVES(left, residual(lambda));
  DOES_NOT_PROVE(left, residual(num(1)));
}

TEST_F(Tactics, Induction) {
  // h_t = w·h_{t-1} + x_t
  const Expr T = size("T"), w = scalar("w");
  Symbol *h = symbol("h"), *x = tensor("x", {T});
  h->indices.push_back({num(0), T});
  h->places.push_back(Place::sub);
  h->family = 1;
  x->family = 1;
  const IndexVar* t = var("t", T);
  h->clauses.push_back({{t}, {ix(t)}, {}, add({mul({w, make::ref(h, {sub(ix(t), num(1))})}), at(x, {ix(t)})})});
  const IndexVar* s = var("t", T);
  const Expr h_t = make::ref(h, {ix(s)}), h_0 = make::ref(h, {num(0)});
  const auto closed = [&](Expr offset) {
    return add(
        {mul({make::pow(w, ix(s)), h_0}),
         sum(ix(s), [&](Expr k) { return mul({make::pow(w, add({sub(ix(s), k), offset})), at(x, {k})}); }, "k")});
  };
  PROVES(h_t, closed(num(0)));
  DOES_NOT_PROVE(h_t, closed(num(1)));
  PROVES(make::deriv(h_t, h_0), make::pow(w, ix(s)));
  DOES_NOT_PROVE(make::deriv(h_t, h_0), make::pow(w, sub(ix(s), num(1))));
  PROVES(make::deriv(h_t, w),
         add({make::ref(h, {sub(ix(s), num(1))}), mul({w, make::deriv(make::ref(h, {sub(ix(s), num(1))}), w)})}));
  PROVES(make::deriv(h_t, w),
         sum(ix(s), [&](Expr k) { return mul({make::pow(w, sub(ix(s), k)), make::ref(h, {sub(k, num(1))})}); }, "k"));
  DOES_NOT_PROVE(make::deriv(h_t, w),
                 sum(ix(s), [&](Expr k) { return mul({make::pow(w, sub(ix(s), k)), make::ref(h, {k})}); }, "k"));
  // What is claimed for some t only is no ground for an induction.
  NormalOptions some;
  some.conditions = {{Relation::eq, ix(s), T}};
  EXPECT_FALSE(proves(make::deriv(h_t, h_0), make::pow(w, sub(ix(s), num(1))), some));
}

TEST_F(Tactics, Conditions) {
  const Expr n = size("n"), K = size("K"), z = scalar("z"), kappa = scalar("κ");
  const Symbol* a = tensor("a", {K});
  NormalOptions one;
  one.conditions = {{Relation::eq, K, num(1)}};
  EXPECT_TRUE(proves(sum(K, [&](Expr i) { return at(a, {i}); }), at(a, {num(1)}), one)) << why();
  DOES_NOT_PROVE(sum(K, [&](Expr i) { return at(a, {i}); }), at(a, {num(1)}));
  NormalOptions positive;
  positive.conditions = {{Relation::gt, z, num(0)}};
  EXPECT_TRUE(proves(fn(Elementary::abs, z), z, positive)) << why();
  const IndexVar *i = var("i", n), *j = var("j", n);
  NormalOptions less;
  less.conditions = {{Relation::lt, ix(i), ix(j)}};
  EXPECT_TRUE(proves(make::delta(ix(i), ix(j)), num(0), less));
  EXPECT_TRUE(proves(make::select(Relation::le, ix(i), ix(j), z, kappa), z, less));
  EXPECT_FALSE(proves(make::select(Relation::ge, ix(i), ix(j), z, kappa), z, less));
}

TEST_F(Tactics, UndefinedProvesNothing) {
  const Expr x = scalar("x");
  DOES_NOT_PROVE(div(num(1), sub(x, x)), num(3));
  DOES_NOT_PROVE(mul({x, make::pow(num(0), num(-1))}), num(3));
  DOES_NOT_PROVE(log(sub(x, x)), num(3));
  DOES_NOT_PROVE(add({make::inv(sub(make::sq(add({x, num(1)})), add({make::sq(x), mul({num(2), x}), num(1)}))), x}),
                 num(3));
}

}  // namespace
}  // namespace gradus
