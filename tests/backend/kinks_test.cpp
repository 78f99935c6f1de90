// Values and derivatives at kinks and edges, as docs/compute.md states them, by the interpreter and by compiled code.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>

#include "backend/llvm/jit.h"
#include "backend/reference/interpret.h"
#include "program/derive_program.h"
#include "program/lowering.h"
#include "program/plan.h"
#include "program/schedule.h"

namespace gradus {
namespace {

class Kinks : public testing::Test {
 protected:
  Kinks() : scope_(pool_) {
    x_ = pool_.new_symbol("x");
    v_ = pool_.new_symbol("v");
    v_->indices.push_back({make::number(1), make::number(3)});
    v_->places.push_back(Place::axis);
  }

  Expr x() const { return make::ref(x_); }
  Expr func(Elementary f, Expr u) const { return make::func(f, u); }
  Expr over(ReduceOp op, Expr (*body)(Expr)) const {
    const IndexVar* i = make::fresh("i", make::number(1), make::number(3));
    return make::reduce(op, i, body(make::ref(v_, {make::index(i)})));
  }

  struct Point {
    double value = 0;
    std::vector<double> gradient;
  };
  /// The value and the gradient at the point, the same by both engines.
  Point at(Expr e, const std::vector<double>& point) {
    auto lowered = lower({{"E", "E", e, {}}}, {});
    EXPECT_TRUE(lowered.ok());
    prepare(lowered->program);
    const auto inputs = lowered->program.inputs;
    EXPECT_FALSE(append_reverse(*lowered, lowered->program.outputs[0], inputs));
    plan(lowered->program);
    write_in_libm(lowered->program);
    Arrays arrays{{inputs[0], point}};
    EXPECT_FALSE(interpret(lowered->program, arrays));
    Point by_interpreter{arrays[lowered->program.outputs[0]][0], arrays[lowered->program.outputs[1]]};

    const auto kernel = compile(schedule(lowered->program));
    EXPECT_TRUE(kernel.ok());
    Point by_kernel{0, std::vector<double>(point.size())};
    const void* in[] = {point.data()};
    void* out[] = {&by_kernel.value, by_kernel.gradient.data()};
    const std::unique_ptr<void, decltype(&std::free)> workspace(
        std::aligned_alloc(64, (kernel->workspace_bytes() + 127) / 64 * 64), &std::free);
    (*kernel)(in, out, workspace.get());
    EXPECT_DOUBLE_EQ(by_kernel.value, by_interpreter.value);
    for (std::size_t i = 0; i < point.size(); ++i) EXPECT_DOUBLE_EQ(by_kernel.gradient[i], by_interpreter.gradient[i]);
    return by_kernel;
  }
  void expect(Expr e, const std::vector<double>& point, double value, const std::vector<double>& gradient) {
    const Point got = at(e, point);
    EXPECT_DOUBLE_EQ(got.value, value);
    ASSERT_EQ(got.gradient.size(), gradient.size());
    for (std::size_t i = 0; i < gradient.size(); ++i) EXPECT_DOUBLE_EQ(got.gradient[i], gradient[i]);
  }

  Pool pool_;
  Pool::Scope scope_;
  Symbol* x_ = nullptr;
  Symbol* v_ = nullptr;
};

TEST_F(Kinks, Relu) { expect(func(Elementary::relu, x()), {0}, 0, {0}); }

TEST_F(Kinks, AbsoluteValue) { expect(func(Elementary::abs, x()), {0}, 0, {0}); }

TEST_F(Kinks, Root) { expect(make::sqrt(x()), {0}, 0, {0}); }

TEST_F(Kinks, Norm) {
  expect(make::sqrt(over(ReduceOp::sum, [](Expr u) { return make::sq(u); })), {0, 0, 0}, 0, {0, 0, 0});
  expect(make::sqrt(over(ReduceOp::sum, [](Expr u) { return make::sq(u); })), {3, 0, 4}, 5, {0.6, 0, 0.8});
}

TEST_F(Kinks, TiesShareTheDerivativeOfAMaximum) {
  expect(over(ReduceOp::max, [](Expr u) { return u; }), {2, 1, 2}, 2, {0.5, 0, 0.5});
  expect(over(ReduceOp::min, [](Expr u) { return u; }), {2, 1, 2}, 1, {0, 1, 0});
}

TEST_F(Kinks, EntropyOfNothing) {
  expect(over(ReduceOp::sum, [](Expr u) { return make::mul({u, make::func(Elementary::log, u)}); }), {1, 0, 1}, 0,
         {1, 0, 1});
}

TEST_F(Kinks, PowersWithExponentZero) {
  const auto entry = [&](long i) { return make::ref(v_, {make::number(i)}); };
  expect(make::pow(entry(1), entry(2)), {0, 0, 7}, 1, {0, 0, 0});
  // x^x at a point where it is smooth.
  expect(make::pow(x(), x()), {1}, 1, {1});
}

TEST_F(Kinks, WhatIsNotSelectedIsNotDerived) {
  const Expr guarded = make::select(Relation::gt, x(), make::number(0), func(Elementary::log, x()), make::number(0));
  expect(guarded, {0}, 0, {0});
  expect(guarded, {2}, std::log(2.0), {0.5});
  const Expr root = make::select(Relation::gt, x(), make::number(0), make::inv(x()), make::mul({make::number(3), x()}));
  expect(root, {0}, 0, {3});
}

TEST_F(Kinks, LogSumExpOfLargeNumbers) {
  const Expr lse = func(Elementary::log, over(ReduceOp::sum, [](Expr u) { return make::func(Elementary::exp, u); }));
  const Point got = at(lse, {1000, 1000, -1000});
  EXPECT_DOUBLE_EQ(got.value, 1000 + std::log(2.0));
  EXPECT_NEAR(got.gradient[0], 0.5, 1e-15);
  EXPECT_NEAR(got.gradient[2], 0, 1e-300);
}

TEST_F(Kinks, SoftplusOfLargeNumbers) {
  const Expr e = func(Elementary::log, make::add({make::number(1), func(Elementary::exp, x())}));
  expect(e, {800}, 800, {1});
  expect(e, {-800}, 0, {0});
}

}  // namespace
}  // namespace gradus
