#include "build.h"

#include <chrono>

namespace gradus {
namespace {

using namespace make;
using test::Outcome;
struct Numeric : test::Built {};

TEST_F(Numeric, GradientOfAQuadraticForm) {
  Symbol *n = size("n"), *A = variable("A", {ref(n), ref(n)}), *x = variable("x", {ref(n)});
  const IndexVar *i = index("i", ref(n)), *j = index("j", ref(n)), *k = index("k", ref(n)), *m = index("m", ref(n));
  Expr form = sum(i, sum(j, mul({ref(x, {ix(i)}), ref(A, {ix(i), ix(j)}), ref(x, {ix(j)})})));
  Expr gradient = deriv(form, ref(x, {ix(k)}));
  Expr right = sum(m, mul({add({ref(A, {ix(k), ix(m)}), ref(A, {ix(m), ix(k)})}), ref(x, {ix(m)})}));
  Expr wrong = mul({number(2), sum(m, mul({ref(A, {ix(k), ix(m)}), ref(x, {ix(m)})}))});
  const auto yes = compare(gradient, right, {k});
  EXPECT_EQ(yes.kind, Outcome::agree);
  EXPECT_GE(yes.digits, 25);
  EXPECT_FALSE(yes.vanish);
  EXPECT_EQ(compare(gradient, wrong, {k}).kind, Outcome::differ);
  // It holds for symmetric A, and only a hypothesis says so.
  Hypothesis symmetric;
  symmetric.assumed.push_back({A, {}});
  symmetric.assumed[0].traits.symmetric = true;
  NumericOptions options;
  options.hypothesis = &symmetric;
  EXPECT_EQ(compare(gradient, wrong, {k}, {}, options).kind, Outcome::agree);
  // What holds only at size 1 does not hold; the smallest counterexample has size 2.
  options.hypothesis = nullptr;
  options.small = true;
  const auto small = compare(gradient, wrong, {k}, {}, options);
  ASSERT_EQ(small.kind, Outcome::differ);
  EXPECT_EQ(small.counterexample->sizes[0].second, 2);
  EXPECT_NE(small.counterexample->lhs, small.counterexample->rhs);
}

TEST_F(Numeric, AbstractChainRuleAndFanOut) {
  Symbol *N = size("N"), *M = size("M");
  Symbol* x = variable("x", {ref(N)});
  Symbol* f = function("f", {formal("u", {ref(N)})}, {ref(M)});
  Symbol* g = function("g", {formal("p", {ref(M)}), formal("q", {ref(M)})});
  const auto f_of_x = [&] {
    const IndexVar* m = index("m", ref(M));
    return Lambda{{m}, apply(f, {ix(m)}, {vector(x, ref(N))})};
  };
  const IndexVar *k = index("k", ref(N)), *m = index("m", ref(M));
  Expr h = apply(g, {}, {f_of_x(), f_of_x()});
  const auto term = [&](std::uint32_t slot) {
    return mul({apply(g, {}, {f_of_x(), f_of_x()}, {{slot, {ix(m)}}}),
                apply(f, {ix(m)}, {vector(x, ref(N))}, {{0, {ix(k)}}})});
  };
  Expr gradient = deriv(h, ref(x, {ix(k)}));
  EXPECT_EQ(compare(gradient, sum(m, add({term(0), term(1)})), {k}).kind, Outcome::agree);
  Expr doubled = mul({number(2), sum(m, term(0))});
  EXPECT_EQ(compare(gradient, doubled, {k}).kind, Outcome::differ);
  Hypothesis symmetric;
  symmetric.assumed.push_back({g, {}});
  symmetric.assumed[0].traits.symmetric_arguments = true;
  NumericOptions options;
  options.hypothesis = &symmetric;
  EXPECT_EQ(compare(gradient, doubled, {k}, {}, options).kind, Outcome::agree);
  NumericOptions small;
  small.small = true;
  const auto example = compare(gradient, doubled, {k}, {}, small);
  ASSERT_EQ(example.kind, Outcome::differ);
  for (const auto& [name, value] : example.counterexample->sizes) EXPECT_EQ(value, 1) << name;
}

TEST_F(Numeric, DerivativeByAnIntermediateQuantity) {
  // a = x², b = exp(a), c = a + b: ∂c/∂a is 1 + b along all paths, 1 with b held fixed.
  Symbol *x = variable("x"), *a = variable("a"), *b = variable("b"), *c = variable("c");
  define(a, sq(ref(x)));
  define(b, func(Elementary::exp, ref(a)));
  define(c, add({ref(a), ref(b)}));
  EXPECT_EQ(compare(deriv(ref(c), ref(a)), add({number(1), ref(b)})).kind, Outcome::agree);
  EXPECT_EQ(compare(deriv(ref(c), ref(a), DerivMode::local), number(1)).kind, Outcome::agree);
  EXPECT_EQ(compare(deriv(ref(c), ref(x)), mul({number(2), ref(x), add({number(1), ref(b)})})).kind, Outcome::agree);
}

TEST_F(Numeric, RecurrenceAndItsClosedForm) {
  // h_t = f(x_t, h_{t−1}, w): ∂h_t/∂w = Σ_i Π_{j>i} ∂₂f ∂₃f, and not with j = i.
  Symbol *T = size("T"), *w = variable("w"), *x = variable("x", {ref(T)}), *h = pool.new_symbol("h");
  x->family = 1;
  h->indices = {{number(0), ref(T)}};
  h->places = {Place::sub};
  h->family = 1;
  Symbol* f = function("f", {formal("a"), formal("b"), formal("c")});
  const auto step = [&](Expr t, std::vector<Slot> slots) {
    return apply(f, {}, {{{}, ref(x, {t})}, {{}, ref(h, {sub(t, number(1))})}, {{}, ref(w)}}, std::move(slots));
  };
  const IndexVar *t = index("t", ref(T)), *s = index("t", ref(T));
  define(h, step(ix(t), {}), {t});
  const auto closed = [&](long from) {
    const IndexVar* i = fresh("i", number(1), ix(s));
    const IndexVar* j = fresh("j", add({ix(i), number(from)}), ix(s));
    return sum(i, mul({reduce(ReduceOp::product, j, step(ix(j), {{1, {}}})), step(ix(i), {{2, {}}})}));
  };
  EXPECT_EQ(compare(deriv(ref(h, {ix(s)}), ref(w)), closed(1), {s}).kind, Outcome::agree);
  EXPECT_EQ(compare(deriv(ref(h, {ix(s)}), ref(w)), closed(0), {s}).kind, Outcome::differ);
}

TEST_F(Numeric, InverseAndDeterminant) {
  Symbol *n = size("n"), *X = variable("X", {ref(n), ref(n)});
  X->traits.invertible = X->traits.positive_det = true;
  const auto matrix = [&] {
    const IndexVar *i = index("i", ref(n)), *j = index("j", ref(n));
    return Lambda{{i, j}, ref(X, {ix(i), ix(j)})};
  };
  const IndexVar *i = index("i", ref(n)), *j = index("j", ref(n));
  Expr log_det = func(Elementary::log, det(matrix()));
  Expr by_entry = deriv(log_det, ref(X, {ix(i), ix(j)}));
  EXPECT_EQ(compare(by_entry, inverse(matrix(), ix(j), ix(i)), {i, j}).kind, Outcome::agree);
  EXPECT_EQ(compare(by_entry, inverse(matrix(), ix(i), ix(j)), {i, j}).kind, Outcome::differ);
}

TEST_F(Numeric, NearIdentitiesAreToldApart) {
  Symbol* x = variable("x");
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, 300);
  Expr tiny = mul({number(Rational(1) / Rational(power)), ref(x)});
  EXPECT_EQ(compare(add({ref(x), tiny}), ref(x)).kind, Outcome::differ);
  // softplus(x + 1000) − (x + 1000) is about e^{-1000}.
  Expr shifted = add({ref(x), number(1000)});
  EXPECT_EQ(compare(func(Elementary::softplus, shifted), shifted).kind, Outcome::differ);
  EXPECT_NE(compare(func(Elementary::tanh, number(60)), number(1)).kind, Outcome::agree);
}

TEST_F(Numeric, DomainsAndAssumptions) {
  Symbol *x = variable("x"), *y = variable("y");
  EXPECT_EQ(compare(func(Elementary::log, mul({ref(x), ref(y)})),
                    add({func(Elementary::log, ref(x)), func(Elementary::log, ref(y))}))
                .kind,
            Outcome::agree);
  EXPECT_EQ(compare(func(Elementary::log, neg(sq(ref(x)))), ref(x)).kind, Outcome::undefined);
  Symbol *n = size("n"), *p = variable("p", {ref(n)});
  const IndexVar* i = index("i", ref(n));
  Claim claim;
  claim.vanishing = {sub(sum(i, ref(p, {ix(i)})), number(1))};
  EXPECT_EQ(compare(mul({ref(x), sum(i, ref(p, {ix(i)}))}), ref(x), {}, claim).kind, Outcome::agree);
  EXPECT_EQ(compare(mul({ref(x), sum(i, ref(p, {ix(i)}))}), ref(x)).kind, Outcome::differ);
}

TEST_F(Numeric, ATowerStaysAGraph) {
  Symbol* x0 = variable("x0");
  Symbol* before = x0;
  std::vector<Expr> factors;
  for (int k = 1; k <= 60; ++k) {
    Symbol* next = variable("x" + std::to_string(k));
    define(next, add({sq(ref(before)), ref(before)}));
    factors.push_back(add({mul({number(2), ref(before)}), number(1)}));
    before = next;
  }
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(compare(deriv(ref(before), ref(x0)), mul(factors)).kind, Outcome::agree);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST_F(Numeric, NothingHangs) {
  Symbol* x = variable("x");
  const IndexVar* i = index("i", number(1'000'000'000));
  EXPECT_EQ(compare(sum(i, mul({ref(x), ix(i)})), ref(x)).kind, Outcome::over_budget);
  Expr huge = pow(number(9), pow(number(9), number(9)));
  EXPECT_NE(compare(mul({huge, ref(x)}), ref(x)).kind, Outcome::agree);
  Symbol* h = pool.new_symbol("h");
  h->indices = {{nullptr, nullptr}};
  h->family = 1;
  const IndexVar* t = fresh("t", nullptr, nullptr);
  define(h, ref(h, {add({ix(t), number(1)})}), {t});
  EXPECT_EQ(compare(ref(h, {number(1)}), ref(x)).kind, Outcome::over_budget);
}

}  // namespace
}  // namespace gradus
