// What must not grow: shared definitions, powers of sums, numbers, depth. And what is over its budget says so.
#include <chrono>

#include "calculus/differentiate.h"
#include "fixture.h"

namespace gradus {
namespace {

class Growth : public RewriteTest {
 protected:
  template <class Work>
  static double seconds(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  /// x_{k+1} = x_k·x_k + x_k, as definitions; the last one first.
  std::vector<Expr> tower(int height) {
    std::vector<Expr> levels{scalar("x_0")};
    for (int k = 1; k <= height; ++k) {
      Symbol* s = symbol("x_" + std::to_string(k));
      const Expr below = levels.back();
      s->clauses.push_back({{}, {}, {}, add({mul({below, below}), below})});
      levels.push_back(make::ref(s));
    }
    return levels;
  }
};

TEST_F(Growth, Tower) {
  const auto x = tower(60);
  std::vector<Expr> factors;
  for (int k = 0; k < 60; ++k) factors.push_back(add({mul({num(2), x[static_cast<std::size_t>(k)]}), num(1)}));
  const Expr product = mul(factors);
  EXPECT_LT(seconds([&] {
              EXPECT_TRUE(proves(make::deriv(x[60], x[0]), product)) << why();
              EXPECT_TRUE(proves(x[60], add({make::sq(x[59]), x[59]}))) << why();
              EXPECT_TRUE(proves(x[60], mul({x[59], add({x[59], num(1)})}))) << why();
            }),
            1.5);
  factors.back() = add({mul({num(2), x[59]}), num(2)});
  EXPECT_LT(seconds([&] { EXPECT_FALSE(proves(make::deriv(x[60], x[0]), mul(factors))); }), 6.0);
}

TEST_F(Growth, PowersOfSums) {
  const Expr n = size("n");
  const Symbol* a = tensor("a", {n});
  const Expr total = sum(n, [&](Expr i) { return at(a, {i}); });
  EXPECT_LT(seconds([&] {
              PROVES(make::pow(total, num(50)), mul({make::pow(total, num(20)), make::pow(total, num(30))}));
              const Expr x = scalar("x"), y = scalar("y"), z = scalar("z");
              const Expr sum50 = make::pow(add({x, y, z, num(1)}), num(60));
              proves(sum50, mul({sum50, num(2)}));
            }),
            5.0);
}

TEST_F(Growth, HugeNumbers) {
  const Expr x = scalar("x");
  const Expr huge = make::pow(num(9), make::pow(num(9), num(9)));
  EXPECT_LT(seconds([&] {
              proves(huge, add({huge, num(1)}));
              proves(mul({huge, x}), mul({x, huge}));
              const IndexVar* i = make::fresh("i", num(1), num(1000000000));
              proves(make::sum(i, x), mul({num(1000000000), x}));
            }),
            5.0);
}

TEST_F(Growth, Depth) {
  Expr e = scalar("x");
  for (int k = 0; k < 20000; ++k) e = add({num(1), make::func(Elementary::sin, e)});
  EXPECT_LT(seconds([&] { EXPECT_FALSE(proves(e, num(0))); }), 5.0);
  EXPECT_FALSE(last_over.empty());
}

TEST_F(Growth, BudgetOfTimeIsKept) {
  const Expr n = size("n");
  const Symbol* A = tensor("A", {n, n});
  Expr e = num(1);
  for (int k = 0; k < 5; ++k) {
    e = mul({e, sum(n, [&](Expr i) {
               return sum(n, [&](Expr j) { return make::sq(add({at(A, {i, j}), at(A, {j, i}), num(k)})); });
             })});
  }
  e = sum(n, [&](Expr i) { return mul({at(A, {i, i}), make::pow(add({e, at(A, {i, i})}), num(6))}); });
  NormalOptions options;
  options.seconds = 0.5;
  EXPECT_LT(seconds([&] { proves(e, num(0), options); }), 3.0);
}

}  // namespace
}  // namespace gradus
