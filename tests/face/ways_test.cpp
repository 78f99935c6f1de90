// The three ways in agree with each other, with plain code, and derivatives with differences.
#include <gradus/gradus.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <thread>

namespace {

using gradus::compile;
using Numbers = std::vector<double>;

Numbers numbers(std::size_t count, double from) {
  Numbers out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(std::sin(from + 1.7 * static_cast<double>(i)));
  return out;
}

void expect_near(const Numbers& got, const Numbers& expected, double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], tolerance * (1 + std::fabs(expected[i]))) << i;
}

Numbers differences(const std::function<double(const Numbers&)>& f, Numbers x) {
  Numbers out;
  for (double& entry : x) {
    const double at = entry, h = 1e-6;
    entry = at + h;
    const double above = f(x);
    entry = at - h;
    const double below = f(x);
    entry = at;
    out.push_back((above - below) / (2 * h));
  }
  return out;
}

constexpr int kSamples = 37;

/// The network's error, for any scalar.
template <class T>
T network(const T* w0, const T* w1, const double* x, const double* d) {
  T total = 0;
  for (int l = 0; l < kSamples; ++l) {
    T f = 0;
    for (int i = 0; i < 3; ++i) {
      T h = 0;
      for (int j = 0; j < 3; ++j) h += w0[3 * i + j] * x[3 * l + j];
      f += w1[i] * h;
    }
    total += (d[l] - f) * (d[l] - f);
  }
  return total / kSamples;
}

struct Network : testing::Test {
  gradus::Index i{"i", 3}, j{"j", 3}, l{"l", kSamples};
  gradus::Tensor w0{"w0", 3, 3}, w1{"w1", 3}, x{"x", kSamples, 3}, d{"d", kSamples};
  gradus::Expression E = sum(l, sq(d(l) - sum(i, w1(i) * sum(j, w0(i, j) * x(l, j))))) / kSamples;
  Numbers d_ = numbers(kSamples, 0.1), w1_ = numbers(3, 0.2), w0_ = numbers(9, 0.3), x_ = numbers(3 * kSamples, 0.4);
  double value = network(w0_.data(), w1_.data(), x_.data(), d_.data());
  Numbers by_w0 =
      differences([&](const Numbers& w) { return network(w.data(), w1_.data(), x_.data(), d_.data()); }, w0_);
};

TEST_F(Network, AsAnExpression) {
  const auto kernel = compile({named("E", E), gradient(E, w0), gradient(E, "w1")});
  ASSERT_EQ(kernel.inputs().size(), 4u);
  EXPECT_EQ(kernel.inputs()[0].name, "d");
  EXPECT_EQ(kernel.inputs()[2].name, "w0");
  EXPECT_EQ(kernel.inputs()[2].shape, (std::vector<std::ptrdiff_t>{3, 3}));
  EXPECT_EQ(kernel.outputs()[1].name, "∂E/∂w0");
  EXPECT_EQ(kernel.output("∂E/∂w1"), 2u);
  double e = 0;
  Numbers g0(9), g1(3);
  kernel({d_, w1_, w0_, x_}, {e, g0, g1});
  EXPECT_NEAR(e, value, 1e-12);
  expect_near(g0, by_w0, 1e-7);
  expect_near(g1,
              differences([&](const Numbers& w) { return network(w0_.data(), w.data(), x_.data(), d_.data()); }, w1_),
              1e-7);
}

TEST_F(Network, AsASheet) {
  const auto sheet = gradus::Sheet::from_text(
      R"($x \in \mathbb{R}^{L \times 3}$, $d \in \mathbb{R}^L$, $W \in \mathbb{R}^{3 \times 3}$, $w \in \mathbb{R}^3$.

$$E = \frac{1}{L} \sum_{l=1}^L \left( d_l - \sum_{i=1}^3 w_i \sum_{j=1}^3 W_{i,j} x_{l,j} \right)^2$$
)");
  const auto kernel = compile({sheet["E"], gradient(sheet["E"], "W")}, {.sizes = {{"L", kSamples}}});
  std::vector<gradus::Input> inputs(4, x_);
  inputs[kernel.input("d")] = d_;
  inputs[kernel.input("W")] = w0_;
  inputs[kernel.input("w")] = w1_;
  double e = 0;
  Numbers g0(9);
  const std::vector<gradus::Output> outputs{e, g0};
  kernel(inputs, outputs);
  EXPECT_NEAR(e, value, 1e-12);
  expect_near(g0, by_w0, 1e-7);
  EXPECT_THROW(compile({sheet["E"]}), gradus::Error);
  EXPECT_THROW(compile({sheet["\\frac{"]}, {.sizes = {{"L", 3}}}), gradus::Error);
  EXPECT_THROW(compile({gradient(sheet["E"], "nothing")}, {.sizes = {{"L", 3}}}), gradus::Error);
}

TEST_F(Network, AsATrace) {
  const auto f = gradus::trace(9, [&](auto const* w) {
    using T = std::remove_cvref_t<decltype(*w)>;
    const std::vector<T> v(w1_.begin(), w1_.end());
    return network(w, v.data(), x_.data(), d_.data());
  });
  const auto kernel = compile({f, gradient(f, "x")});
  double e = 0;
  Numbers g0(9);
  kernel({w0_}, {e, g0});
  EXPECT_NEAR(e, value, 1e-12);
  expect_near(g0, by_w0, 1e-7);
}

TEST_F(Network, InSinglePrecisionAndStrided) {
  gradus::Options options;
  options.single = true;
  options.strides = {{"w0", {1, 3}}, {"∂E/∂w0", {2, 7}}};
  const auto kernel = compile({named("E", E), gradient(E, w0)}, options);
  const auto narrow = [](const Numbers& v) { return std::vector<float>(v.begin(), v.end()); };
  std::vector<float> columns(9), g(kernel.outputs()[1].span);
  ASSERT_EQ(g.size(), 2u * 2 + 2 * 7 + 1);
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c)
      columns[static_cast<std::size_t>(r + 3 * c)] = static_cast<float>(w0_[static_cast<std::size_t>(3 * r + c)]);
  }
  float e = 0;
  kernel({narrow(d_), narrow(w1_), columns, narrow(x_)}, {e, g});
  EXPECT_NEAR(e, value, 1e-5);
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c)
      EXPECT_NEAR(g[static_cast<std::size_t>(2 * r + 7 * c)], by_w0[static_cast<std::size_t>(3 * r + c)], 1e-5);
  }
}

TEST_F(Network, FromManyThreads) {
  const auto kernel = compile({named("E", E), gradient(E, w0)});
  std::vector<Numbers> gradients(4, Numbers(9));
  std::vector<std::thread> threads;
  for (Numbers& g : gradients) {
    threads.emplace_back([&] {
      gradus::Workspace workspace = kernel.workspace();
      double e = 0;
      for (int again = 0; again < 200; ++again) kernel({d_, w1_, w0_, x_}, {e, g}, workspace);
      for (int again = 0; again < 200; ++again) kernel({d_, w1_, w0_, x_}, {e, g});
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Numbers& g : gradients) EXPECT_EQ(g, gradients[0]);
  expect_near(gradients[0], by_w0, 1e-7);
}

TEST(Compile, FromManyThreads) {
  std::vector<double> values(4);
  std::vector<std::thread> threads;
  for (std::size_t n = 0; n < values.size(); ++n) {
    threads.emplace_back([&values, n] {
      gradus::Index i{static_cast<std::ptrdiff_t>(n + 1)};
      gradus::Tensor v{"v", n + 1};
      compile({sum(i, exp(v(i)))})({Numbers(n + 1, 0.0)}, {values[n]});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(values, (Numbers{1, 2, 3, 4}));
}

TEST(Derivatives, OfAnArray) {
  gradus::Index i{"i", 3}, j{"j", 4};
  gradus::Tensor A{"A", 3, 4}, w{"w", 4};
  const auto y = array("y", tanh(sum(j, A(i, j) * w(j))), {i});
  const auto kernel = compile({y, jacobian(y, w), vjp(y, w, "s"), jvp(y, w, "v")});
  const Numbers a = numbers(12, 0.5), at = numbers(4, 0.7), s = numbers(3, 0.9), v = numbers(4, 1.1);
  Numbers value(3), J(12), back(4), ahead(3);
  EXPECT_EQ(kernel.inputs()[2].name, "s");
  EXPECT_EQ(kernel.outputs()[1].shape, (std::vector<std::ptrdiff_t>{3, 4}));
  kernel({a, at, s, v}, {value, J, back, ahead});
  Numbers expected_back(4), expected_ahead(3);
  for (std::size_t r = 0; r < 3; ++r) {
    double z = 0;
    for (std::size_t c = 0; c < 4; ++c) z += a[4 * r + c] * at[c];
    EXPECT_NEAR(value[r], std::tanh(z), 1e-14);
    for (std::size_t c = 0; c < 4; ++c) {
      const double entry = (1 - std::tanh(z) * std::tanh(z)) * a[4 * r + c];
      EXPECT_NEAR(J[4 * r + c], entry, 1e-13);
      expected_back[c] += s[r] * entry;
      expected_ahead[r] += entry * v[c];
    }
  }
  expect_near(back, expected_back, 1e-13);
  expect_near(ahead, expected_ahead, 1e-13);
}

TEST(Derivatives, SecondOfATraceAndOfAnExpression) {
  const auto f = gradus::trace(3, [](auto const* x) {
    using std::exp;
    return exp(x[0] * x[1]) + x[1] * x[2] * x[2] + select(less(x[0], 0.0), x[2], 2.0 * x[1]);
  });
  gradus::Tensor x{"x", 3};
  const auto g = exp(x(0) * x(1)) + x(1) * sq(x(2)) + select(x(0) < 0.0, x(2), 2.0 * x(1));
  const Numbers at{0.3, -0.7, 1.3};
  Numbers traced(9), built(9), traced_gradient(3), built_gradient(3);
  compile({gradient(f, "x"), hessian(f, "x")})({at}, {traced_gradient, traced});
  compile({gradient(g, x), hessian(g, x)})({at}, {built_gradient, built});
  const double e = std::exp(at[0] * at[1]);
  const Numbers expected{e * at[1] * at[1],
                         e * (1 + at[0] * at[1]),
                         0,
                         e * (1 + at[0] * at[1]),
                         e * at[0] * at[0],
                         2 * at[2],
                         0,
                         2 * at[2],
                         2 * at[1]};
  expect_near(traced, expected, 1e-13);
  expect_near(built, expected, 1e-13);
  expect_near(traced_gradient, built_gradient, 1e-13);
  EXPECT_NEAR(built_gradient[1], e * at[0] + at[2] * at[2] + 2, 1e-13);
}

TEST(Derivatives, OfEveryFunction) {
  using Function = gradus::Expression (*)(const gradus::Expression&);
  const std::pair<Function, double (*)(double)> table[] = {
      {gradus::exp, std::exp},     {gradus::log, std::log},   {gradus::sin, std::sin},   {gradus::cos, std::cos},
      {gradus::tan, std::tan},     {gradus::asin, std::asin}, {gradus::acos, std::acos}, {gradus::atan, std::atan},
      {gradus::sinh, std::sinh},   {gradus::cosh, std::cosh}, {gradus::tanh, std::tanh}, {gradus::asinh, std::asinh},
      {gradus::atanh, std::atanh}, {gradus::erf, std::erf},   {gradus::abs, std::fabs},  {gradus::sqrt, std::sqrt},
  };
  gradus::Tensor x{"x", 1};
  for (const auto& [ours, plain] : table) {
    const gradus::Expression e = ours(x(0));
    const Numbers at{0.4};
    double value = 0;
    Numbers slope(1);
    compile({e, gradient(e, x)})({at}, {value, slope});
    EXPECT_NEAR(value, plain(0.4), 1e-14);
    expect_near(slope, differences([&](const Numbers& u) { return plain(u[0]); }, at), 1e-7);
  }
}

TEST(Expressions, GatherShiftAndExtremes) {
  gradus::Index i{"i", 5}, k{"k", 4};
  gradus::Tensor v{"v", 5};
  const gradus::Tensor c = gradus::Tensor::integers("c", {4});
  const auto gathered = sum(k, sq(v(c(k)))) + sum(k, v(k + 1) * v(k + 0)) + max(i, v(i)) + min(v(0), v(1));
  const auto kernel = compile({gathered, gradient(gathered, v)});
  const std::vector<std::int64_t> at{4, 0, 4, 2};
  const Numbers values{0.5, -0.25, 2, 1, 3};
  double e = 0;
  Numbers g(5);
  std::vector<gradus::Input> inputs(2, values);
  inputs[kernel.input("c")] = at;
  kernel(inputs, std::vector<gradus::Output>{e, g});
  EXPECT_NEAR(e, 9 + 0.25 + 9 + 4 + (-0.125 - 0.5 + 2 + 3) + 3 - 0.25, 1e-13);
  expect_near(g, {2 * 0.5 - 0.25, 0.5 + 2 + 1, 2 * 2 - 0.25 + 1, 2 + 3, 4 * 3 + 1 + 1}, 1e-13);
  const std::vector<std::int64_t> wild{4, 0, 5, 2};
  inputs[kernel.input("c")] = wild;
  EXPECT_THROW(kernel(inputs, std::vector<gradus::Output>{e, g}), gradus::Error);
}

}  // namespace
