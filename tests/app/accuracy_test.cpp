// Errors in ulps: none for the nearest numbers, and those that are put in are found.
#include "app/accuracy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "app/compute.h"

namespace gradus {
namespace {

class Accuracies : public testing::Test {
 protected:
  Accuracies() : scope_(pool_) {
    computation = compute({.name = "sheet",
                           .text = R"($x \in \mathbb{R}^n$. $$y_i = \exp(x_i)$$)",
                           .scope = "",
                           .quantities = {"y"},
                           .derivatives = {},
                           .sets = {"n=3"},
                           .data = {},
                           .any_size = false});
  }
  Accuracy of(const std::vector<double>& x, const std::vector<double>& y) {
    const auto found = accuracy_of(computation.program, {{computation.program.inputs.at(0), x}}, {y});
    return found ? found->at(0) : Accuracy{.ulps = NAN};
  }

 private:
  Pool pool_;
  Pool::Scope scope_;

 public:
  Computation computation;
};

TEST_F(Accuracies, NearestNumbersAreWithinHalfAnUlp) {
  ASSERT_TRUE(computation.ok);
  const Accuracy found = of({0, 1, -2}, {1, std::exp(1.0L), std::exp(-2.0L)});
  EXPECT_LE(found.ulps, 0.5);
  EXPECT_EQ(found.skipped, 0u);
}

TEST_F(Accuracies, AnErrorIsFound) {
  const double e = std::exp(1.0), small = std::exp(-2.0);
  const Accuracy found = of({0, 1, -2}, {1, e, small * (1 + 8 * 0x1p-52)});
  EXPECT_NEAR(found.ulps, 8, 1.5);
  EXPECT_LT(found.of_largest, 1);
}

TEST_F(Accuracies, UnitsOfSinglePrecision) {
  const float e = std::exp(1.0F), off = e + 3 * 0x1p-22F;
  const auto found =
      accuracy_of(computation.program, {{computation.program.inputs.at(0), {0, 1, 0}}}, {{1, off, 1}}, true);
  ASSERT_TRUE(found.ok());
  EXPECT_NEAR(found->at(0).ulps, 3, 0.5);
}

TEST_F(Accuracies, WhatIsNotFiniteIsSkipped) {
  const Accuracy found = of({0, NAN, -2}, {1, NAN, std::exp(-2.0L)});
  EXPECT_EQ(found.skipped, 1u);
  EXPECT_LE(found.ulps, 0.5);
}

}  // namespace
}  // namespace gradus
