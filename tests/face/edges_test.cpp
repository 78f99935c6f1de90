// Calls at the edges: no sample, one, prime numbers of them; NaN; pointers aligned to their elements and no more;
// arguments that overlap; and thousands of kernels, one after the other.
#include <gradus/gradus.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <limits>

namespace {

using Numbers = std::vector<double>;

constexpr std::size_t kWidth = 3;

/// Σ_l tanh(x_l · w)² and its gradient by w, in plain code.
Numbers plain(const double* x, const double* w, std::size_t samples) {
  Numbers out(1 + kWidth);
  for (std::size_t l = 0; l < samples; ++l) {
    double z = 0;
    for (std::size_t j = 0; j < kWidth; ++j) z += x[kWidth * l + j] * w[j];
    const double t = std::tanh(z);
    out[0] += t * t;
    for (std::size_t j = 0; j < kWidth; ++j) out[1 + j] += 2 * t * (1 - t * t) * x[kWidth * l + j];
  }
  return out;
}

struct Model {
  explicit Model(std::size_t samples, const gradus::Options& options = {}) {
    const auto n = static_cast<std::ptrdiff_t>(samples);
    gradus::Index l{"l", n}, j{"j", kWidth};
    gradus::Tensor x{"x", n, kWidth}, w{"w", kWidth};
    const auto E = named("E", sum(l, sq(tanh(sum(j, x(l, j) * w(j))))));
    kernel = gradus::compile({E, gradient(E, w)}, options);
  }
  gradus::Kernel kernel = gradus::compile({gradus::Expression(0.0)});
};

template <class T>
std::vector<T> numbers(std::size_t count) {
  std::vector<T> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<T>(std::sin(0.3 + 1.7 * static_cast<double>(i))));
  return out;
}

TEST(Edges, OneSampleAndPrimeNumbersOfThem) {
  const Numbers w = numbers<double>(kWidth);
  for (const std::size_t samples : {1, 2, 3, 5, 7, 13, 31, 61, 127, 251, 1021}) {
    const Numbers x = numbers<double>(kWidth * samples), expected = plain(x.data(), w.data(), samples);
    double e = 0;
    Numbers g(kWidth);
    Model(samples).kernel({x, w}, {e, g});
    EXPECT_NEAR(e, expected[0], 1e-13 * expected[0]) << samples;
    for (std::size_t j = 0; j < kWidth; ++j)
      EXPECT_NEAR(g[j], expected[1 + j], 1e-13 * static_cast<double>(samples)) << samples;
  }
}

TEST(Edges, NoSample) {
  const auto sheet = gradus::Sheet::from_text(R"($x \in \mathbb{R}^{L \times 3}$ and $w \in \mathbb{R}^3$.

$$E = \sum_{l=1}^L \left( \sum_{j=1}^3 x_{l,j} w_j \right)^2$$
)");
  double e = 7, g[3] = {7, 7, 7};
  gradus::compile({sheet["E"]}, {.sizes = {{"L", 0}}})({}, {e});
  EXPECT_EQ(e, 0) << "a sum of nothing";
  gradus::compile({sheet["E"], gradient(sheet["E"], "w")}, {.sizes = {{"L", 0}}})({}, {{&e, 1}, {g, 3}});
  EXPECT_EQ(e, 0);
  for (const double one : g) EXPECT_EQ(one, 0) << "its gradient by what it would depend on";
}

/// The same numbers at every place in a cache line, neighbours untouched.
template <class T>
void expect_same_at_every_offset(const gradus::Kernel& kernel, std::size_t samples) {
  const std::vector<T> x = numbers<T>(kWidth * samples), w = numbers<T>(kWidth);
  std::vector<T> first;
  for (std::size_t offset = 0; offset < 64 / sizeof(T); ++offset) {
    const auto shifted = [&](const std::vector<T>& from, T around) {
      std::vector<T> out(from.size() + 64, around);
      std::copy(from.begin(), from.end(), out.begin() + static_cast<std::ptrdiff_t>(offset));
      return out;
    };
    const std::vector<T> at = shifted(x, NAN), by = shifted(w, NAN);
    std::vector<T> e(64, T{7}), g(64 + kWidth, T{7});
    kernel({{at.data() + offset, x.size()}, {by.data() + offset, kWidth}},
           {{e.data() + offset, 1}, {g.data() + offset, kWidth}});
    std::vector<T> got{e[offset]};
    got.insert(got.end(), g.begin() + static_cast<std::ptrdiff_t>(offset),
               g.begin() + static_cast<std::ptrdiff_t>(offset + kWidth));
    if (first.empty()) first = got;
    EXPECT_EQ(got, first) << offset;
    std::fill_n(g.begin() + static_cast<std::ptrdiff_t>(offset), kWidth, T{7});
    e[offset] = T{7};
    EXPECT_EQ(g, std::vector<T>(64 + kWidth, T{7})) << "beside the gradient";
    EXPECT_EQ(e, std::vector<T>(64, T{7})) << "beside the value";
  }
}

TEST(Edges, PointersAlignedToTheElementOnly) {
  expect_same_at_every_offset<double>(Model(127).kernel, 127);
  expect_same_at_every_offset<float>(Model(127, {.single = true}).kernel, 127);
}

TEST(Edges, NaNReachesWhatDependsOnItAndNothingElse) {
  gradus::Index i{"i", 13}, j{"j", 13};
  gradus::Tensor x{"x", 13}, w{"w", 13};
  const auto y = array("y", tanh(x(i)) * w(i), {i});
  const auto E = named("E", max(j, x(j)));
  const auto kernel = gradus::compile({y, jacobian(y, w), E});
  Numbers at = numbers<double>(13), by = numbers<double>(13), value(13), J(13);
  double e = 0;
  at[5] = std::numeric_limits<double>::quiet_NaN();
  std::vector<gradus::Input> inputs(2, at);
  inputs[kernel.input("w")] = by;
  kernel(inputs, std::vector<gradus::Output>{value, J, e});
  for (std::size_t n = 0; n < 13; ++n) {
    EXPECT_EQ(std::isnan(value[n]), n == 5) << n;
    EXPECT_EQ(std::isnan(J[n]), n == 5) << n;
  }
  EXPECT_TRUE(std::isnan(e));
}

TEST(Edges, OverlapsAreRefusedWhereSomethingIsWritten) {
  const gradus::Kernel kernel = Model(2).kernel;
  Numbers memory = numbers<double>(20);
  double* const m = memory.data();
  const auto call = [&](double* x, double* w, double* e, double* g) {
    kernel({{x, 2 * kWidth}, {w, kWidth}}, {{e, 1}, {g, kWidth}});
  };
  EXPECT_NO_THROW(call(m, m + 3, m + 6, m + 7)) << "inputs may overlap";
  EXPECT_THROW(call(m, m + 6, m + 9, m + 8), gradus::Error) << "an output over the end of an input";
  EXPECT_THROW(call(m, m + 6, m + 10, m + 10), gradus::Error) << "an output in another";
  EXPECT_THROW(call(m + 1, m + 10, m + 14, m), gradus::Error) << "an output over the start of an input";
  EXPECT_NO_THROW(call(m, m + 6, m + 9, m + 10));
}

/// Megabytes of memory that the process holds.
double resident() {
  long pages = 0, held = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (!file) return 0;
  if (std::fscanf(file, "%ld %ld", &pages, &held) != 2) held = 0;
  std::fclose(file);
  return static_cast<double>(held) * 4096 / 1e6;
}

TEST(Edges, TenThousandCompilationsHoldNoMemory) {
  gradus::Tensor x{"x", 2};
  const auto compile_one = [&](int n) {
    const auto E = named("E", sq(x(0)) * x(1) + static_cast<double>(n) * x(0));
    double e = 0;
    Numbers g(2);
    gradus::compile({E, gradient(E, x)})({Numbers{1, 2}}, {e, g});
    ASSERT_EQ(e, 2 + n);
    ASSERT_EQ(g, (Numbers{4.0 + n, 1}));
  };
  int n = 0;
  for (; n < 1000; ++n) compile_one(n);
  const double before = resident();
  for (; n < 10000; ++n) compile_one(n);
  // A kilobyte a compilation would be 9 megabytes.
  EXPECT_LT(resident(), before + 6);
  RecordProperty("growth_kilobytes", static_cast<int>(1e3 * (resident() - before)));
  std::printf("resident: %.1f MB after 1,000 compilations, %.1f MB after 10,000\n", before, resident());
}

}  // namespace
