// Values and gradients that a plan once got wrong, or could: recurrences, masks and extremes against differences.
#include <gradus/gradus.h>
#include <gtest/gtest.h>

#include <cmath>

namespace {

using Numbers = std::vector<double>;

/// The kernel's gradient by its only real input against differences of its value.
void expect_slope(const gradus::Quantity& E, const std::string& by, std::size_t size) {
  const auto value = gradus::compile({E}), both = gradus::compile({E, gradient(E, by)});
  Numbers x, g(size);
  for (std::size_t i = 0; i < size; ++i) x.push_back(std::sin(0.4 + 1.3 * static_cast<double>(i)));
  double e = 0, alone = 0;
  both({x}, {e, g});
  value({x}, {alone});
  EXPECT_NEAR(alone, e, 1e-12 * (1 + std::fabs(e)));
  for (std::size_t i = 0; i < size; ++i) {
    const double at = x[i], h = 1e-6;
    double above = 0, below = 0;
    x[i] = at + h;
    value({x}, {above});
    x[i] = at - h;
    value({x}, {below});
    x[i] = at;
    EXPECT_NEAR(g[i], (above - below) / (2 * h), 1e-7 * (1 + std::fabs(g[i]))) << i;
  }
}

/// g reaches the result, h only through the next g: the sweep back meets h before it knows that it needs its adjoint.
TEST(Recurrences, OneCarriesTheOther) {
  const auto sheet = gradus::Sheet::from_text(R"($x \in \mathbb{R}^6$.

The states $g_t$ and $h_t$ with $g_0 = x_1$, $h_0 = x_2$ and for $t = 1, \dots, 6$:

$$g_t = \tanh(x_t h_{t-1} + g_{t-1})$$

$$h_t = \sin(h_{t-1} + x_t g_t)$$

$$E = g_6^2$$
)");
  expect_slope(sheet["E"], "x", 6);
}

/// A sum over a triangle in each step is a sum of that step alone.
TEST(Recurrences, TrianglesInEachStep) {
  const auto sheet = gradus::Sheet::from_text(R"($x \in \mathbb{R}^6$.

The state $g_t$ with $g_1 = x_1$ and for $t = 2, \dots, 6$:

$$g_t = \tanh(g_{t-1} + \sum_{i=t}^6 \sum_{k=1}^3 x_k x_i)$$

$$E = \sum_{t=1}^6 g_t$$
)");
  expect_slope(sheet["E"], "x", 6);
}

/// δ_{i3} x_i is an array with zeroes, not one entry.
TEST(Masks, LeaveZeroes) {
  gradus::Index i{"i", 5};
  gradus::Tensor x{"x", 5};
  Numbers y(5, 7.0);
  gradus::compile({array("y", delta(i, 3) * x(i), {i})})({Numbers{1, 2, 3, 4, 5}}, {y});
  EXPECT_EQ(y, (Numbers{0, 0, 0, 4, 0}));
}

/// The largest of some sums is not the largest of their terms; and what is the largest is compared as it was stored.
TEST(Extremes, OfSumsAndMultiples) {
  gradus::Index i{"i", 37}, j{"j", 4};
  gradus::Tensor x{"x", 37, 4};
  expect_slope(named("E", max(i, sum(j, x(i, j)))), "x", 148);
  expect_slope(named("E", min(i, x(i, 2) * (-4.0 / 3.0))), "x", 148);
}

/// A loop whose range follows the one that would lie across the lanes.
TEST(Triangles, UnderTheGreatAxis) {
  const auto sheet = gradus::Sheet::from_text(R"($x \in \mathbb{R}^{70}$.

$$E = \sum_{i=1}^{70} x_i^2 \sum_{j=1}^i \sin(x_j)$$
)");
  expect_slope(sheet["E"], "x", 70);
}

}  // namespace
