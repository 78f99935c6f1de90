// Loops in parts: the same bits on any number of threads, and no part meets what another writes.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <thread>

#include "backend/llvm/jit.h"
#include "backend/reference/interpret.h"
#include "program/arrays.h"
#include "program/derive_program.h"
#include "program/lowering.h"
#include "program/plan.h"
#include "program/schedule.h"

namespace gradus {
namespace {

using Outputs = std::vector<std::vector<double>>;

class Threads : public ::testing::Test {
 protected:
  const Symbol* array(const std::string& name, const std::vector<long>& extents, bool integer = false) {
    Symbol* symbol = pool_.new_symbol(name);
    symbol->latex = name;
    symbol->traits.integer = integer;
    for (const long extent : extents) {
      symbol->indices.push_back({make::number(1), make::number(extent)});
      symbol->places.push_back(Place::axis);
    }
    return symbol;
  }
  static const IndexVar* over(const std::string& name, long extent) {
    return make::fresh(name, make::number(1), make::number(extent));
  }

  /// The value with its gradients by all that is not integer.
  Program with_gradients(Expr value) {
    auto lowered = lower({{"E", "E", value, {}}}, {});
    EXPECT_TRUE(lowered.ok());
    prepare(lowered->program);
    std::vector<const Symbol*> by;
    for (const Symbol* input : lowered->program.inputs)
      if (!input->traits.integer) by.push_back(input);
    EXPECT_FALSE(append_reverse(*lowered, lowered->program.outputs[0], by));
    plan(lowered->program);
    write_in_libm(lowered->program);
    return lowered->program;
  }

  static int parts_in(const Nest& nest) {
    int count = 0;
    for (const NestStep& step : nest.steps) count += step.loop && step.loop->kind == Loop::Kind::parts;
    return count;
  }

  static Outputs run(const Nest& nest, const Arrays& data, int threads) {
    CompileOptions options;
    options.threads = threads;
    const auto kernel = compile(nest, options);
    EXPECT_TRUE(kernel.ok());
    std::vector<const void*> inputs;
    std::vector<std::vector<std::int64_t>> integers;
    integers.reserve(nest.buffers.size());
    Outputs results;
    for (const Buffer& buffer : nest.buffers) {
      if (buffer.storage == Storage::output) results.emplace_back(static_cast<std::size_t>(buffer.size));
      if (buffer.storage != Storage::input) continue;
      const auto& values = data.at(buffer.array);
      if (buffer.element == Element::real) {
        inputs.push_back(values.data());
      } else {
        integers.emplace_back(values.begin(), values.end());
        inputs.push_back(integers.back().data());
      }
    }
    std::vector<void*> outputs;
    for (auto& result : results) outputs.push_back(result.data());
    const std::unique_ptr<void, decltype(&std::free)> workspace(
        std::aligned_alloc(64, (kernel->workspace_bytes() + 127) / 64 * 64), &std::free);
    (*kernel)(inputs.data(), outputs.data(), workspace.get());
    return results;
  }

  static void expect_same_bits(const Outputs& a, const Outputs& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t o = 0; o < a.size(); ++o) {
      ASSERT_EQ(a[o].size(), b[o].size());
      EXPECT_EQ(std::memcmp(a[o].data(), b[o].data(), a[o].size() * sizeof(double)), 0) << "output " << o;
    }
  }

  /// Cut as finely as can be: 1, 2, 3 and all threads agree to the bit, with the interpreter nearly.
  void expect_parts(const Program& program, int at_least) {
    ScheduleOptions options;
    options.part = part_;
    const Nest nest = schedule(program, options);
    EXPECT_GE(parts_in(nest), at_least) << print(nest);
    std::mt19937_64 generator(1);
    std::normal_distribution<double> normal;
    Arrays data;
    for (const Symbol* input : program.inputs) {
      std::size_t size = 1;
      for (std::size_t d = 0; d < input->indices.size(); ++d)
        size *= static_cast<std::size_t>(axis_of(input, d).extent());
      const auto range = index_range(program, input);
      for (std::size_t i = 0; i < size; ++i) {
        data[input].push_back(
            range ? static_cast<double>(std::uniform_int_distribution<long>(range->first, range->second)(generator))
                  : 0.3 * normal(generator));
      }
    }
    const Outputs one = run(nest, data, 1);
    for (const int threads : {2, 3, 0}) expect_same_bits(one, run(nest, data, threads));
    Outputs inside;
    std::thread([&] { inside = run(nest, data, 2); }).join();
    expect_same_bits(one, inside);
    Arrays oracle = data;
    const auto why = interpret(nest, oracle);
    ASSERT_FALSE(why) << why->message << "\n" << print(nest);
    for (std::size_t o = 0; o < program.outputs.size(); ++o) {
      const auto& expected = oracle.at(program.outputs[o]);
      double largest = 1;
      for (const double value : expected) largest = std::max(largest, std::abs(value));
      for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(one[o][i], expected[i], 1e-11 * largest);
    }
  }

  Pool pool_;
  Pool::Scope scope_{pool_};
  double part_ = 100;
};

TEST_F(Threads, Network) {
  const IndexVar *l = over("l", 2011), *i = over("i", 3), *j = over("j", 3);
  const Symbol *x = array("x", {2011, 3}), *d = array("d", {2011}), *W = array("W", {3, 3}), *w = array("w", {3});
  const auto at = [](const IndexVar* var) { return make::index(var); };
  const Expr inner = make::sum(j, make::mul({make::ref(W, {at(i), at(j)}), make::ref(x, {at(l), at(j)})}));
  const Expr outer = make::sum(i, make::mul({make::ref(w, {at(i)}), make::func(Elementary::tanh, inner)}));
  expect_parts(with_gradients(make::sum(l, make::sq(make::sub(make::ref(d, {at(l)}), outer)))), 1);
}

TEST_F(Threads, ScattersAndMaxima) {
  const IndexVar *i = over("i", 5003), *k = over("k", 40);
  const Symbol *camera = array("c", {5003}, true), *table = array("C", {7, 3}), *x = array("x", {5003});
  const Symbol* u = array("u", {40});
  const auto entry = [&](long column) {
    return make::ref(table, {make::ref(camera, {make::index(i)}), make::number(column)});
  };
  const Expr seen =
      make::mul({entry(1), make::func(Elementary::sin, make::add({entry(2), make::ref(x, {make::index(i)})}))});
  const Expr soft = make::func(
      Elementary::log,
      make::sum(
          k, make::func(Elementary::exp, make::mul({make::ref(u, {make::index(k)}), make::ref(x, {make::index(i)})}))));
  expect_parts(with_gradients(make::sum(i, make::mul({seen, make::add({entry(3), soft})}))), 1);
}

TEST_F(Threads, RowsOfAProduct) {
  const IndexVar *n = over("n", 203), *i = over("i", 70), *j = over("j", 70);
  const Symbol *X = array("X", {203, 70}), *A = array("A", {70, 70});
  const auto at = [](const IndexVar* var) { return make::index(var); };
  const Expr product = make::sum(j, make::mul({make::ref(X, {at(n), at(j)}), make::ref(A, {at(j), at(i)})}));
  expect_parts(with_gradients(make::sum(n, make::sum(i, make::func(Elementary::tanh, product)))), 1);
}

TEST_F(Threads, WhatIsShortOrTooLargeStaysWhole) {
  const IndexVar* i = over("i", 1000);
  const Symbol *x = array("x", {1000}), *c = array("c", {1000}, true), *t = array("t", {1000000});
  const Expr xi = make::ref(x, {make::index(i)});
  EXPECT_EQ(parts_in(schedule(with_gradients(make::sum(i, make::func(Elementary::exp, xi))))), 0);
  // The adjoint of t has more elements than there is work.
  part_ = 1000;
  ScheduleOptions options;
  options.part = part_;
  const Expr gathered = make::ref(t, {make::ref(c, {make::index(i)})});
  const Nest nest =
      schedule(with_gradients(make::sum(i, make::func(Elementary::sin, make::mul({xi, gathered})))), options);
  for (const Buffer& buffer : nest.buffers) EXPECT_LE(buffer.array->indices.size(), 1U) << print(nest);
}

TEST(ThreadsOption, IsCounted) {
  CompileOptions options;
  options.threads = -1;
  EXPECT_FALSE(compile(Nest{}, options).ok());
}

}  // namespace
}  // namespace gradus
