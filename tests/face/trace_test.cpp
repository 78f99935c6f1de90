// Long traced functions, and code as it is written for other tools.
#include <gradus/gradus.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace {

using gradus::compile;
using Numbers = std::vector<double>;

/// Some thousands of operations that use each other's results.
template <class T>
T tangle(const T* x, int rounds) {
  using std::exp;
  using std::sin;
  using std::sqrt;
  std::array<T, 5> a{x[0], x[1], x[2], x[3], x[4]};
  for (int n = 0; n < rounds; ++n) {
    const std::size_t i = static_cast<std::size_t>(n % 5), j = static_cast<std::size_t>((3 * n + 1) % 5);
    a[i] = sin(a[i]) + a[j] / (2.0 + a[i] * a[j]);
    a[j] -= 0.25 * a[i];
    if (n % 7 == 0) a[i] = sqrt(1.0 + a[i] * a[i]) - exp(-a[j] * a[j]);
  }
  return a[0] + a[1] + a[2] * a[3] + a[4];
}

TEST(Trace, OfThousandsOfOperations) {
  const auto f = gradus::trace(5, [](auto const* x) { return tangle(x, 600); });
  const auto kernel = compile({f, gradient(f, "x")});
  const Numbers x{0.3, -0.4, 0.5, 0.7, -0.9};
  double value = 0;
  Numbers g(5);
  kernel({x}, {value, g});
  EXPECT_NEAR(value, tangle(x.data(), 600), 1e-11);
  for (std::size_t i = 0; i < x.size(); ++i) {
    Numbers above = x, below = x;
    above[i] += 1e-6;
    below[i] -= 1e-6;
    EXPECT_NEAR(g[i], (tangle(above.data(), 600) - tangle(below.data(), 600)) / 2e-6, 1e-5);
  }
}

TEST(Trace, ForwardAndReverseAgree) {
  const auto f = gradus::trace(5, 2, [](auto const* x, auto* y) {
    y[0] = tangle(x, 20);
    y[1] = x[0] * y[0];
  });
  const auto kernel = compile({f, jacobian(f, "x"), vjp(f, "x"), jvp(f, "x")});
  ASSERT_EQ(kernel.inputs().size(), 3u);
  const Numbers x{0.3, -0.4, 0.5, 0.7, -0.9}, seed{0.6, -1.1}, direction{1, 2, 3, 4, 5};
  Numbers y(2), J(10), back(5), ahead(2);
  kernel({x, seed, direction}, {y, J, back, ahead});
  EXPECT_NEAR(y[1], x[0] * tangle(x.data(), 20), 1e-13);
  double product = 0, other = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(back[i], seed[0] * J[i] + seed[1] * J[5 + i], 1e-12);
    product += back[i] * direction[i];
  }
  for (std::size_t r = 0; r < 2; ++r) other += seed[r] * ahead[r];
  EXPECT_NEAR(product, other, 1e-12);
}

TEST(Trace, OutputsThatAreInputsOrConstants) {
  const auto f = gradus::trace(2, 3, [](auto const* x, auto* y) {
    y[0] = x[1];
    y[1] = 2.5;
    y[2] = x[1];
  });
  Numbers y(3), J(6);
  compile({f, jacobian(f, "x")})({Numbers{3, 4}}, {y, J});
  EXPECT_EQ(y, (Numbers{4, 2.5, 4}));
  EXPECT_EQ(J, (Numbers{0, 1, 0, 0, 0, 1}));
}

TEST(Trace, ExtremesKeepNaN) {
  const auto f = gradus::trace(2, [](auto const* x) { return max(x[0], x[1]) + min(x[0], x[1]) + fabs(x[0]); });
  const auto kernel = compile({f});
  double value = 0;
  kernel({Numbers{-1, 2}}, {value});
  EXPECT_EQ(value, 2);
  for (const Numbers& x : {Numbers{std::nan(""), 1}, Numbers{1, std::nan("")}}) {
    kernel({x}, {value});
    EXPECT_TRUE(std::isnan(value));
  }
}

TEST(Trace, BesideAnExpression) {
  const auto f = gradus::trace(2, [](auto const* x) { return x[0] * x[1]; });
  gradus::Index i{"i", 3};
  gradus::Tensor v{"v", 3};
  const auto E = named("E", sum(i, sq(v(i))));
  const auto kernel = compile({gradient(f, "x"), gradient(E, v)});
  std::vector<gradus::Input> inputs(2, 0.0);
  const Numbers x{2, 5}, at{1, 2, 3};
  inputs[kernel.input("x")] = x;
  inputs[kernel.input("v")] = at;
  Numbers by_x(2), by_v(3);
  const std::vector<gradus::Output> outputs{by_x, by_v};
  kernel(inputs, outputs);
  EXPECT_EQ(by_x, (Numbers{5, 2}));
  EXPECT_EQ(by_v, (Numbers{2, 4, 6}));
}

}  // namespace
