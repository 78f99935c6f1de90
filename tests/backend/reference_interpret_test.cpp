// The interpreters themselves: what they refuse, and what they leave undefined.
#include "source_test.h"

namespace gradus::source_test {
namespace {

class Reference : public ::testing::Test {
 protected:
  Pool pool_;
  Pool::Scope scope_{pool_};
};

TEST_F(Reference, SaysWhatIsMissing) {
  const Symbol *x = array("x", {{1, 3}}), *y = array("y", {{1, 3}});
  const IndexVar* i = over("i", 1, 3);
  Program program;
  program.inputs = {x};
  program.outputs = {y};
  program.items = {item({i}, at(y, {ix(i)}), Update::set, at(x, {make::add({ix(i), num(1)})}))};
  Arrays none, few = {{x, {1, 2}}}, right = {{x, {1, 2, 3}}};
  EXPECT_EQ(interpret(program, none)->message, "no data for x");
  EXPECT_EQ(interpret(program, few)->message, "x has 2 elements, and should have 3");
  EXPECT_EQ(interpret(program, right)->message, "there is no element 4 of x along axis 1 (1..3)");
}

TEST_F(Reference, WhatIsNotWrittenIsNaN) {
  const Symbol *x = array("x"), *y = array("y", {{0, 1}});
  Program program;
  program.inputs = {x};
  program.outputs = {y};
  program.items = {item({}, at(y, {num(1)}), Update::set, make::func(Elementary::softplus, at(x)))};
  Arrays arrays = {{x, {-800}}};
  ASSERT_FALSE(interpret(program, arrays));
  EXPECT_TRUE(std::isnan(arrays.at(y)[0]));
  EXPECT_EQ(arrays.at(y)[1], 0);
}

/// A nest whose buffer forgets what a later iteration needs is found out.
TEST_F(Reference, WrongBuffersShow) {
  const Symbol *x = array("x", {{1, 4}}), *h = array("h", {{1, 4}}), *y = array("y", {{1, 4}});
  const IndexVar *i = over("i", 1, 4), *j = over("j", 1, 4);
  Nest nest;
  Buffer forgets = buffer(h, Storage::local);
  contract(forgets, 0);
  nest.buffers = {buffer(x, Storage::input), buffer(y, Storage::output), forgets};
  nest.steps = {loop(Loop::Kind::lanes, i, {step(at(h, {ix(i)}), Update::set, at(x, {ix(i)}))}),
                loop(Loop::Kind::lanes, j, {step(at(y, {ix(j)}), Update::set, at(h, {ix(j)}))})};
  Arrays arrays = {{x, {1, 2, 3, 4}}};
  ASSERT_FALSE(interpret(nest, arrays));
  EXPECT_EQ(arrays.at(y), std::vector<double>({4, 4, 4, 4}));
  nest.buffers[2] = buffer(h, Storage::local);
  ASSERT_FALSE(interpret(nest, arrays));
  EXPECT_EQ(arrays.at(y), std::vector<double>({1, 2, 3, 4}));
  nest.buffers[2].size = nest.buffers[2].extent[0] = 3;
  EXPECT_EQ(interpret(nest, arrays)->message, "there is no element 4 of h along axis 1 in its buffer");
}

TEST_F(Reference, StridedArguments) {
  const Symbol *x = array("x", {{0, 1}, {0, 2}}), *y = array("y", {{0, 1}});
  const IndexVar *i = over("i", 0, 1), *j = over("j", 0, 2);
  Nest nest;
  nest.buffers = {buffer(x, Storage::input), buffer(y, Storage::output)};
  nest.buffers[0].stride = {1, 2};  // column by column
  nest.buffers[1].stride = {3};
  nest.buffers[1].size = 6;
  nest.steps = {loop(Loop::Kind::serial, i,
                     {step(at(y, {ix(i)}), Update::set, num(0)),
                      loop(Loop::Kind::serial, j,
                           {step(at(y, {ix(i)}), Update::add, make::mul({at(x, {ix(i), ix(j)}), make::sq(ix(j))}))})})};
  Arrays arrays = {{x, {1, 2, 3, 4, 5, 6}}};
  ASSERT_FALSE(interpret(nest, arrays));
  EXPECT_EQ(arrays.at(y), std::vector<double>({2 + 12, 5 + 24}));
}

TEST_F(Reference, RefusesWhatHasNoValue) {
  const Symbol *x = array("x"), *y = array("y");
  Program program;
  program.inputs = {x};
  program.outputs = {y};
  program.items = {item({}, at(y), Update::set, make::func(Elementary::digamma, at(x)))};
  Arrays arrays = {{x, {1}}};
  EXPECT_EQ(interpret(program, arrays)->message, "no value of digamma");
}

}  // namespace
}  // namespace gradus::source_test
