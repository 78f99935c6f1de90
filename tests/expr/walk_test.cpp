#include "expr/walk.h"

#include "fixture.h"

namespace gradus {
namespace {

using namespace make;

class Walk : public WithPool {
 protected:
  Expr n = size("n");
  Symbol* a = array("a", {n, n});
  Symbol* v = array("v", {n});
  const IndexVar* i = var("i", n);
  const IndexVar* j = var("j", n);
  const IndexVar* k = var("k", n);
};

TEST_F(Walk, SubstitutesWithoutCapture) {
  const Expr row = sum(j, ref(a, {ix(i), ix(j)}));   // Σ_j a_ij
  const Expr moved = substitute(row, {{i, ix(j)}});  // Σ_j' a_jj'
  ASSERT_EQ(moved->kind, Kind::reduce);
  EXPECT_NE(moved->var, j);
  EXPECT_EQ(moved->free, IndexVars{j});
  EXPECT_EQ(substitute(moved, {{j, ix(i)}})->kids[0]->kids[0], ix(i));
  EXPECT_EQ(substitute(row, {{j, ix(i)}}), row);  // j is bound
  EXPECT_EQ(substitute(row, {{i, ix(k)}}), sum(j, ref(a, {ix(k), ix(j)})));
}

TEST_F(Walk, SubstitutesUnderShadowingBinders) {
  const Expr total = sum(i, ref(v, {ix(i)}));
  const Expr e = mul({ref(v, {ix(i)}), total});
  EXPECT_EQ(substitute(e, {{i, ix(k)}}), mul({ref(v, {ix(k)}), total}));
  EXPECT_EQ(substitute(sum(j, mul({ref(a, {ix(i), ix(j)}), sum(j, ref(v, {ix(j)}))})), {{i, ix(k)}}),
            sum(j, mul({ref(a, {ix(k), ix(j)}), sum(j, ref(v, {ix(j)}))})));
}

TEST_F(Walk, SubstitutesInRanges) {
  const IndexVar* inner = make::fresh("j", plus(ix(i), 1), n);
  const Expr tail = sum(inner, ref(v, {ix(inner)}));
  const Expr from_three = substitute(tail, {{i, num(2)}});
  EXPECT_EQ(from_three->var->lo, num(3));
  EXPECT_TRUE(from_three->free.empty());
  const Expr captured = substitute(tail, {{i, ix(inner)}});
  EXPECT_EQ(captured->free, IndexVars{inner});
}

TEST_F(Walk, SwapsAtOnce) {
  const Expr e = ref(a, {ix(i), ix(j)});
  EXPECT_EQ(substitute(e, {{i, ix(j)}, {j, ix(i)}}), ref(a, {ix(j), ix(i)}));
}

TEST_F(Walk, RefreshRenamesEveryBinder) {
  const Expr e = sum(i, sum(j, ref(a, {ix(i), ix(j)})));
  const Expr copy = refresh(e);
  EXPECT_NE(copy, e);
  EXPECT_NE(copy->var, i);
  EXPECT_NE(copy->kids[0]->var, j);
  EXPECT_EQ(copy->var->name, "i");
}

TEST_F(Walk, SubstitutesSymbolsByLambdas) {
  Symbol* p = array("p", {n});
  const Expr dot = sum(i, mul({ref(p, {ix(i)}), ref(v, {ix(i)})}));
  const Expr put = substitute_symbols(dot, {{p, {{j}, ref(a, {ix(j), ix(i)})}}});  // p := a_·i with i free
  EXPECT_EQ(put->free, IndexVars{i});
  ASSERT_EQ(put->kind, Kind::reduce);
  const Expr bound = ix(put->var);
  EXPECT_EQ(put->kids[0], mul({ref(a, {bound, ix(i)}), ref(v, {bound})}));
}

TEST_F(Walk, ReplacesUnderPendingDerivativesOnlyAtThePoint) {
  Symbol* x = symbol("x");
  Symbol* t = symbol("t");
  const Expr body = sq(ref(x));
  const Expr pending = deriv(body, ref(x));
  const Expr put = substitute_symbols(pending, {{x, {{}, sq(ref(t))}}});
  ASSERT_EQ(put->kind, Kind::at);
  EXPECT_EQ(put->kids[0], pending);
  EXPECT_EQ(put->bound, std::vector<const Symbol*>{x});
  // Replacing t by x afterwards must not be caught by the point's x.
  const Expr again = substitute_symbols(at(mul({ref(x), ref(t)}), {x}, {{{}, num(3)}}), {{t, {{}, ref(x)}}});
  ASSERT_EQ(again->kind, Kind::at);
  EXPECT_EQ(again->bound.size(), 2u);
  EXPECT_EQ(again->kids[0], mul({ref(x), ref(t)}));
}

TEST_F(Walk, UnfoldMatchesPatterns) {
  Symbol* h = family("h", num(0), size("T"));
  const Expr big = h->indices[0].hi;
  const IndexVar* t = make::fresh("t", num(1), big);
  Symbol* w = symbol("w");
  h->clauses.push_back({{t}, {ix(t)}, {}, mul({ref(w), ref(h, {plus(ix(t), -1)})})});
  h->clauses.push_back({{}, {num(0)}, {}, num(5)});
  EXPECT_EQ(unfold(ref(h, {num(0)})), num(5));
  EXPECT_EQ(unfold(ref(h, {big})), mul({ref(w), ref(h, {plus(big, -1)})}));
  EXPECT_EQ(unfold(ref(h, {plus(big, -1)})), std::nullopt);  // may be h_0
  const IndexVar* s = make::fresh("s", num(1), big);
  EXPECT_EQ(unfold(ref(h, {ix(s)})), mul({ref(w), ref(h, {plus(ix(s), -1)})}));
  EXPECT_EQ(unfold(ref(w)), std::nullopt);
}

TEST_F(Walk, UnfoldSolvesOffsetsAndConditions) {
  Symbol* z = family("z", num(1), n);
  const IndexVar* l = make::fresh("l", num(1), plus(n, -1));
  z->clauses.push_back({{l}, {plus(ix(l), 1)}, {}, ref(v, {ix(l)})});
  const IndexVar* s = make::fresh("s", num(2), n);
  EXPECT_EQ(unfold(ref(z, {ix(s)})), ref(v, {plus(ix(s), -1)}));
  EXPECT_EQ(unfold(ref(z, {n})), std::nullopt);      // n may be 1
  EXPECT_EQ(unfold(ref(z, {ix(i)})), std::nullopt);  // i may be 1
  EXPECT_TRUE(surely_free(ref(z, {num(1)})));
  Symbol* p = family("p", num(1), n);
  p->clauses.push_back({{i}, {ix(i)}, {{Relation::ge, ix(i), num(2)}}, num(1)});
  p->clauses.push_back({{i}, {ix(i)}, {{Relation::lt, ix(i), num(2)}}, num(0)});
  EXPECT_EQ(unfold(ref(p, {num(1)})), num(0));
  EXPECT_EQ(unfold(ref(p, {ix(k)})), std::nullopt);
}

TEST_F(Walk, UnfoldPutsArgumentsIn) {
  Symbol* x = symbol("x", Role::parameter);
  Symbol* f = symbol("f", Role::function);
  f->formals = {x};
  f->clauses.push_back({{}, {}, {}, add({sq(ref(x)), num(1)})});
  Symbol* y = symbol("y");
  EXPECT_EQ(unfold(apply(f, {}, {{{}, ref(y)}})), add({sq(ref(y)), num(1)}));
  const auto slope = unfold(apply(f, {}, {{{}, ref(y)}}, {{0, {}}}));
  ASSERT_TRUE(slope);
  EXPECT_EQ((*slope)->kind, Kind::at);
}

TEST_F(Walk, DependenceGoesThroughDefinitionsAndEnds) {
  Symbol* x = symbol("x");
  Symbol* y = symbol("y");
  Symbol* q = symbol("q");
  Symbol* r = symbol("r");
  q->clauses.push_back({{}, {}, {}, add({ref(x), ref(r)})});
  EXPECT_TRUE(depends_on(ref(q), x));
  EXPECT_FALSE(depends_on(ref(q), y));
  r->clauses.push_back({{}, {}, {}, mul({ref(q), ref(y)})});  // a cycle, and a clause that came later
  EXPECT_TRUE(depends_on(ref(q), y));
  EXPECT_TRUE(depends_on(ref(r), x));
  EXPECT_FALSE(depends_on(ref(x), q));
  EXPECT_EQ(symbols_in(ref(q)), std::set<const Symbol*>{q});
}

TEST_F(Walk, ComparesThroughRanges) {
  EXPECT_EQ(compare(Relation::le, ix(i), n), true);
  EXPECT_EQ(compare(Relation::lt, ix(i), n), std::nullopt);
  EXPECT_EQ(compare(Relation::gt, plus(n, 1), ix(i)), true);
  EXPECT_EQ(compare(Relation::eq, ix(i), num(0)), false);
  EXPECT_EQ(compare(Relation::ge, n, num(1)), true);
  EXPECT_EQ(compare(Relation::ge, n, num(2)), std::nullopt);
  EXPECT_EQ(compare(Relation::eq, ix(i), ix(k)), std::nullopt);
  const IndexVar* later = make::fresh("j", plus(ix(i), 1), n);
  EXPECT_EQ(compare(Relation::gt, ix(later), ix(i)), true);
  EXPECT_EQ(compare(Relation::ne, ix(later), ix(i)), true);
  EXPECT_EQ(compare(Relation::ge, ix(later), num(2)), true);
  EXPECT_TRUE(surely_within(plus(ix(later), -1), num(1), n));
  EXPECT_FALSE(surely_within(plus(ix(i), -1), num(1), n));
  EXPECT_EQ(compare(Relation::eq, mul({n, n}), mul({n, n})), true);
  EXPECT_EQ(affine(mul({n, n})), std::nullopt);
}

TEST_F(Walk, StructuralOrderDoesNotDependOnBirth) {
  const Expr p = ref(symbol("p")), q = ref(symbol("q"));
  const Expr late_q = ref(symbol("q2")), late_p = ref(symbol("p2"));
  EXPECT_LT(structural_compare(p, q), 0);
  EXPECT_GT(structural_compare(late_q, late_p), 0);
  EXPECT_EQ(structural_compare(sq(p), sq(p)), 0);
  EXPECT_LT(structural_compare(sq(late_p), sq(late_q)), 0);
  EXPECT_NE(structural_compare(p, ref(symbol("p"))), 0);
}

TEST_F(Walk, TowersStayLinear) {
  Expr x = ref(symbol("x")), y = ref(symbol("y"));
  Expr left = x, right = y;
  for (int round = 0; round < 60; ++round) {
    left = add({mul({left, left}), left});
    right = add({mul({right, right}), right});
  }
  std::size_t seen = 0;
  visit(left, [&](Expr) { ++seen; });
  EXPECT_LT(seen, 200u);
  const std::size_t before = pool.node_count();
  EXPECT_EQ(substitute_symbols(left, {{x->symbol, {{}, y}}}), right);
  EXPECT_LT(pool.node_count() - before, 200u);
  EXPECT_LT(structural_compare(left, right), 0);
  EXPECT_LT(dump(left).size(), 30'000u);
}

TEST_F(Walk, DepthDoesNotOverflow) {
  Expr e = ref(v, {ix(i)});
  for (int depth = 0; depth < 20'000; ++depth) e = func(depth % 2 ? Elementary::sin : Elementary::tanh, e);
  EXPECT_EQ(substitute(e, {{i, ix(k)}})->free, IndexVars{k});
  EXPECT_TRUE(depends_on(e, v));
  EXPECT_EQ(refresh(e), e);
  EXPECT_NE(structural_compare(e, substitute(e, {{i, ix(j)}})), 0);
  EXPECT_FALSE(dump(e).empty());
  Expr nested = ref(v, {ix(i)});
  for (int depth = 0; depth < 3'000; ++depth) nested = sum(var("j", n), add({nested, ref(v, {ix(i)})}));
  EXPECT_EQ(substitute(nested, {{i, ix(k)}})->free, IndexVars{k});
  EXPECT_EQ(refresh(nested)->free, IndexVars{i});
}

TEST_F(Walk, RebuildRenamesABinderWhoseRangeChanges) {
  const Expr total = sum(i, ref(v, {ix(i)}));
  const Expr m = size("m");
  const Expr other = rebuild(total, [&](Expr child) { return child == n ? m : child; });
  EXPECT_NE(other->var, i);
  EXPECT_EQ(other->var->hi, m);
  EXPECT_EQ(other->kids[0], ref(v, {ix(other->var)}));
}

}  // namespace
}  // namespace gradus
