#include "expr/builders.h"

#include "fixture.h"

namespace gradus {
namespace {

using namespace make;

class Builders : public WithPool {
 protected:
  Expr x = ref(symbol("x")), y = ref(symbol("y"));
};

TEST_F(Builders, InternAndSort) {
  EXPECT_EQ(add({x, y}), add({y, x}));
  EXPECT_EQ(mul({x, y}), mul({y, x}));
  EXPECT_EQ(add({x, add({y, x})}), add({mul({number(2), x}), y}));
  EXPECT_EQ(mul({x, x, x}), gradus::make::pow(x, number(3)));
  EXPECT_EQ(sub(x, x), number(0));
  EXPECT_EQ(sub(add({x, y}), add({y, x})), number(0));
  EXPECT_EQ(mul({number(0), x}), number(0));
  EXPECT_EQ(neg(neg(x)), x);
}

TEST_F(Builders, KeepWhatNeedsAnAssumption) {
  EXPECT_EQ(mul({x, inv(x)})->kind, Kind::mul);
  EXPECT_EQ(gradus::make::sqrt(sq(x))->kind, Kind::pow);
  EXPECT_EQ(sq(gradus::make::sqrt(x)), x);
  EXPECT_EQ(inv(number(0))->kind, Kind::pow);
  EXPECT_EQ(mul({number(0), inv(number(0))}), number(0));
}

TEST_F(Builders, FoldExactConstants) {
  EXPECT_EQ(add({number(Rational(1, 2)), number(Rational(1, 3))}), number(Rational(5, 6)));
  EXPECT_EQ(gradus::make::sqrt(number(Rational(4, 9))), number(Rational(2, 3)));
  EXPECT_EQ(gradus::make::sqrt(number(2))->kind, Kind::pow);
  EXPECT_EQ(mul({gradus::make::sqrt(number(2)), gradus::make::sqrt(number(2))}), number(2));
  EXPECT_EQ(gradus::make::pow(number(2), number(-3)), number(Rational(1, 8)));
  EXPECT_EQ(gradus::make::pow(number(-1), number(1'000'000'001)), number(-1));
}

TEST_F(Builders, FoldNothingLong) {
  const Expr huge = gradus::make::pow(number(9), gradus::make::pow(number(9), number(9)));
  EXPECT_EQ(huge->kind, Kind::pow);
  Expr e = number(3);
  for (int i = 0; i < 60; ++i) e = add({mul({e, e}), e});
  EXPECT_NE(e->kind, Kind::number);
  EXPECT_LT(pool.node_count(), 2000u);
}

TEST_F(Builders, DeltaAndSelectDecideWhatIsCertain) {
  const IndexVar* i = var("i", size("n"));
  EXPECT_EQ(delta(ix(i), ix(i)), number(1));
  EXPECT_EQ(delta(ix(i), plus(ix(i), 1)), number(0));
  EXPECT_EQ(delta(ix(i), number(0))->kind, Kind::delta);  // a range may be substituted away
  EXPECT_EQ(mul({delta(ix(i), number(1)), delta(ix(i), number(1))}), delta(ix(i), number(1)));
  EXPECT_EQ(select(Relation::lt, ix(i), plus(ix(i), 1), x, y), x);
  EXPECT_EQ(select(Relation::gt, x, number(0), y, y), y);
}

TEST_F(Builders, EmptyRanges) {
  const IndexVar* none = make::fresh("i", number(2), number(1));
  EXPECT_EQ(sum(none, x), number(0));
  EXPECT_EQ(reduce(ReduceOp::product, none, x), number(1));
  const IndexVar* i = var("i", size("n"));
  EXPECT_EQ(sum(i, x)->kind, Kind::reduce);
  EXPECT_EQ(sum(i, number(0)), number(0));
}

TEST_F(Builders, FreeVariables) {
  const Expr n = size("n");
  const IndexVar* i = var("i", n);
  const IndexVar* j = make::fresh("j", plus(ix(i), 1), n);
  const Symbol* a = array("a", {n});
  const Expr inner = sum(j, ref(a, {ix(j)}));
  EXPECT_EQ(inner->free, IndexVars{i});
  EXPECT_TRUE(sum(i, inner)->free.empty());
}

TEST_F(Builders, TableRowsHaveDerivativesOfTheirOwn) {
  ASSERT_FALSE(elementary_table().empty());
  for (const ElementaryRow& row : elementary_table()) {
    EXPECT_EQ(&row_of(row.id), &row);
    EXPECT_EQ(elementary_named(row.text_names.substr(0, row.text_names.find(' '))), row.id) << row.name;
    EXPECT_FALSE(row.latex.empty());
    const bool has_none = row.id == Elementary::polygamma3;
    ASSERT_EQ(row.derivative == nullptr, has_none) << row.name;
    if (row.derivative) {
      EXPECT_NE(row.derivative(x), nullptr) << row.name;
    }
  }
  EXPECT_EQ(elementary_named("ln"), Elementary::log);
  EXPECT_EQ(elementary_named("log ln"), std::nullopt);
  EXPECT_EQ(row_of(Elementary::tanh).derivative(x), sub(number(1), sq(func(Elementary::tanh, x))));
  EXPECT_EQ(row_of(Elementary::exp).derivative(x), func(Elementary::exp, x));
}

}  // namespace
}  // namespace gradus
