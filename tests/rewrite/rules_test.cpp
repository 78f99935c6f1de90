// Walks the table of rules: both sides of every row agree at random points and sizes, and the normal form proves the
// row.
#include "rewrite/rules.h"

#include "evaluate.h"
#include "fixture.h"

namespace gradus {
namespace {

class Rules : public RewriteTest {
 protected:
  /// Scalars from a small stock of expressions; everything else from symbols.
  RuleSample sample(std::size_t which) {
    const Expr x = scalar("x"), y = scalar("y"), r = scalar("r", true), n = size("n");
    const Expr stock[] = {x,      make::mul({x, y}),     make::sub(y, x), make::add({x, num(2)}),
                          exp(x), fn(Elementary::sin, y)};
    RuleSample s;
    s.u = {stock[which % 6]};
    s.v = {stock[(which * 5 + 1) % 6]};
    s.p = {which % 2 ? r : exp(y)};
    s.n = {n};
    i_ = var("i", n), j_ = var("j", n);
    s.i = {ix(i_)}, s.j = {ix(j_)};
    const auto vector = [&](const char* name, Symbol*& symbol) {
      symbol = tensor(name, {n});
      return [symbol](RuleTerm k) { return RuleTerm{make::ref(symbol, {k.expr})}; };
    };
    const auto matrix = [&](const char* name, Symbol*& symbol) {
      symbol = tensor(name, {n, n});
      return [symbol](RuleTerm k, RuleTerm l) { return RuleTerm{make::ref(symbol, {k.expr, l.expr})}; };
    };
    Symbol* made = nullptr;
    s.a = vector("a", made), s.b = vector("b", made), s.y = vector("y", made);
    made->traits.sums_to_one = true;
    s.A = matrix("A", made), s.B = matrix("B", made), s.Q = matrix("Q", made);
    made->traits.orthogonal = true;
    return s;
  }

  const IndexVar *i_ = nullptr, *j_ = nullptr;
};

TEST_F(Rules, EveryRowIsProved) {
  for (const RuleRow& row : rule_table()) {
    for (std::size_t which = 0; which < 6; ++which) {
      const RuleSample s = sample(which);
      EXPECT_TRUE(proves(row.before(s).expr, row.after(s).expr)) << row.name << " with u = " << dump(s.u.expr) << "\n"
                                                                 << why();
    }
  }
}

TEST_F(Rules, BothSidesAgreeAtRandomPoints) {
  for (const RuleRow& row : rule_table()) {
    // Linear algebra and declared properties need points of a special kind: the numeric engine of `check` has them.
    if (row.condition.find("declared") != std::string_view::npos || row.name.find("A") != std::string_view::npos ||
        row.condition.find("invertible") != std::string_view::npos) {
      continue;
    }
    int compared = 0;
    for (std::size_t which = 0; which < 6; ++which) {
      const RuleSample s = sample(which);
      const Expr before = row.before(s).expr, after = row.after(s).expr;
      for (std::uint64_t seed = 1; seed < 40; ++seed) {
        Evaluator value(seed);
        const long n = std::lround(value(s.n.expr));
        value.indices[i_] = 1 + static_cast<long>(seed) % n;
        value.indices[j_] = 1 + static_cast<long>(seed / 3) % n;
        const double left = value(before), right = value(after);
        if (!std::isfinite(left) || !std::isfinite(right)) continue;
        ++compared;
        EXPECT_NEAR(left, right, 1e-9 * (1 + std::fabs(left))) << row.name << " with u = " << dump(s.u.expr);
      }
    }
    EXPECT_GT(compared, 10) << row.name;
  }
}

TEST_F(Rules, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (const RuleRow& row : rule_table()) EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

}  // namespace
}  // namespace gradus
