// Inverses and determinants: values and derivatives against closed forms and differences, by both engines.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <random>

#include "backend/llvm/jit.h"
#include "backend/reference/interpret.h"
#include "program/derive_program.h"
#include "program/lowering.h"
#include "program/plan.h"
#include "program/schedule.h"

namespace gradus {
namespace {

/// Σ_k log|det A_k| + b^T A_k^{-1} b, for L matrices of n × n.
class WholeMatrices : public testing::Test {
 protected:
  WholeMatrices() : scope_(pool_) {}

  static const Symbol* variable(const std::string& name, const std::vector<long>& extents) {
    Symbol* symbol = Pool::current().new_symbol(name);
    for (const long extent : extents) {
      symbol->indices.push_back({make::number(1), make::number(extent)});
      symbol->places.push_back(Place::axis);
    }
    return symbol;
  }
  static const IndexVar* loop(const char* name, long extent) {
    return make::fresh(name, make::number(1), make::number(extent));
  }

  void state(long count, long n) {
    a_ = variable("A", {count, n, n});
    b_ = variable("b", {n});
    const IndexVar *k = loop("k", count), *i = loop("i", n), *j = loop("j", n), *r = loop("r", n), *c = loop("c", n);
    const Lambda matrix{{r, c}, make::ref(a_, {make::index(k), make::index(r), make::index(c)})};
    const Expr form =
        make::sum(i, make::sum(j, make::mul({make::ref(b_, {make::index(i)}), make::ref(b_, {make::index(j)}),
                                             make::inverse(matrix, make::index(i), make::index(j))})));
    const Expr log_det = make::func(Elementary::log, make::func(Elementary::abs, make::det(matrix)));
    value_ = make::sum(k, make::add({log_det, form}));
  }

  struct Results {
    std::vector<std::vector<double>> of;  ///< the value, the gradient by A, the Hessian by A
  };
  /// The same by the interpreter and by compiled code, to 1e-10.
  Results at(const std::vector<double>& a, const std::vector<double>& b, bool second = false) {
    auto lowered = lower({{"E", "E", value_, {}}}, {});
    EXPECT_TRUE(lowered.ok());
    prepare(lowered->program);
    const Symbol* by = lowered->arrays.at(a_);
    EXPECT_FALSE(append_reverse(*lowered, lowered->program.outputs[0], {by}));
    if (second) {
      EXPECT_FALSE(append_forward(*lowered, lowered->program.outputs[1], by));
    }
    plan(lowered->program);
    write_in_libm(lowered->program);
    Arrays arrays{{by, a}, {lowered->arrays.at(b_), b}};
    const auto why = interpret(lowered->program, arrays);
    EXPECT_FALSE(why) << why->message;
    const auto kernel = compile(schedule(lowered->program));
    EXPECT_TRUE(kernel.ok());
    std::vector<const void*> in;
    for (const Symbol* input : lowered->program.inputs) in.push_back(arrays[input].data());
    Results out;
    for (const Symbol* output : lowered->program.outputs) out.of.emplace_back(arrays[output].size());
    std::vector<void*> places;
    for (auto& values : out.of) places.push_back(values.data());
    const std::unique_ptr<void, decltype(&std::free)> workspace(
        std::aligned_alloc(64, (kernel->workspace_bytes() + 127) / 64 * 64), &std::free);
    (*kernel)(in.data(), places.data(), workspace.get());
    for (std::size_t o = 0; o < out.of.size(); ++o) {
      const auto& expected = arrays[lowered->program.outputs[o]];
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (std::isfinite(expected[i]))
          EXPECT_NEAR(out.of[o][i], expected[i], 1e-10 * (1 + std::fabs(expected[i]))) << o << ' ' << i;
        else
          EXPECT_FALSE(std::isfinite(out.of[o][i])) << o << ' ' << i;
      }
    }
    return out;
  }

  static std::vector<double> random(std::size_t count, double diagonal, std::size_t n) {
    std::mt19937_64 generator(count);
    std::normal_distribution<double> normal;
    std::vector<double> out(count);
    for (std::size_t i = 0; i < count; ++i) out[i] = normal(generator) + (i % (n * n) % (n + 1) == 0 ? diagonal : 0);
    return out;
  }

  Pool pool_;
  Pool::Scope scope_;
  const Symbol *a_ = nullptr, *b_ = nullptr;
  Expr value_ = nullptr;
};

TEST_F(WholeMatrices, AgreeWithDifferences) {
  for (const auto& [count, n] : {std::pair<std::size_t, std::size_t>{1, 1}, {1, 2}, {3, 3}, {2, 7}, {40, 3}, {1, 37}}) {
    state(static_cast<long>(count), static_cast<long>(n));
    std::vector<double> a = random(count * n * n, 3 + std::sqrt(static_cast<double>(n)), n);
    const std::vector<double> b = random(n, 0, n);
    const Results here = at(a, b);
    for (std::size_t i = 0; i < a.size(); i += 1 + a.size() / 5) {
      const double h = 1e-5, kept = a[i];
      a[i] = kept + h;
      const double above = at(a, b).of[0][0];
      a[i] = kept - h;
      const double below = at(a, b).of[0][0];
      a[i] = kept;
      EXPECT_NEAR(here.of[1][i], (above - below) / (2 * h), 1e-6) << count << ' ' << n << ' ' << i;
    }
  }
}

TEST_F(WholeMatrices, SecondDerivativesAgreeWithDifferencesOfGradients) {
  state(1, 3);
  std::vector<double> a = random(9, 4, 3);
  const std::vector<double> b = random(3, 0, 3);
  const Results here = at(a, b, true);
  for (std::size_t j = 0; j < 9; ++j) {
    const double h = 1e-5, kept = a[j];
    a[j] = kept + h;
    const Results above = at(a, b);
    a[j] = kept - h;
    const Results below = at(a, b);
    a[j] = kept;
    for (std::size_t i = 0; i < 9; ++i)
      EXPECT_NEAR(here.of[2][(i * here.of[2].size()) / 9 + j % (here.of[2].size() / 9)],
                  (above.of[1][i] - below.of[1][i]) / (2 * h), 1e-6)
          << i << ' ' << j;
  }
}

TEST_F(WholeMatrices, OneByOneIsAReciprocal) {
  state(1, 1);
  const Results out = at({-2}, {3});
  EXPECT_DOUBLE_EQ(out.of[0][0], std::log(2) - 4.5);
  EXPECT_DOUBLE_EQ(out.of[1][0], -0.5 - 9.0 / 4);
}

TEST_F(WholeMatrices, SingularOrUnknownGivesNoNumber) {
  state(1, 2);
  EXPECT_TRUE(std::isnan(at({1, 2, 2, 4}, {1, 1}).of[0][0]));
  EXPECT_TRUE(std::isnan(at({1, NAN, 2, 4}, {1, 1}).of[0][0]));
}

}  // namespace
}  // namespace gradus
