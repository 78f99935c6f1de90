// What is refused, and in which words.
#include <gradus/gradus.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace {

/// The message of what the code throws.
template <class Exception>
std::string refusal(const std::function<void()>& code) {
  try {
    code();
  } catch (const Exception& exception) {
    return exception.what();
  }
  return "nothing was thrown";
}

void expect_mention(const std::string& message, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " is not in: " << message;
}

using Invalid = std::invalid_argument;

TEST(Errors, ShapesAreCheckedAtConstruction) {
  gradus::Index i{"i", 3}, unnamed{4};
  gradus::Tensor w{"w0", 3, 4};
  expect_mention(refusal<Invalid>([&] { w(i, i); }), {"the index i of 3 values", "axis 2 of w0", "which has 4"});
  expect_mention(refusal<Invalid>([&] { w(unnamed, unnamed); }),
                 {"an index of 4 values", "axis 1 of w0", "which has 3"});
  expect_mention(refusal<Invalid>([&] { w(i); }), {"w0 has 2 axes", "1 subscript"});
  expect_mention(refusal<Invalid>([&] { w(i, 4); }), {"4…4", "axis 2 of w0"});
  expect_mention(refusal<Invalid>([&] { w(i + 1, 0); }), {"1…3", "axis 1 of w0"});
  EXPECT_NO_THROW(w(i, i + 1));
  expect_mention(refusal<Invalid>([&] { gradus::Tensor("w", {3, 0}); }), {"axis 2 of w", "0"});
  expect_mention(refusal<Invalid>([&] { gradus::Index("k", 0); }), {"at least one"});
  expect_mention(refusal<Invalid>([&] { gradus::Expression{std::numeric_limits<double>::infinity()}; }), {"finite"});
  expect_mention(refusal<Invalid>([&] { w(w(0, 0), 0); }), {"integer tensor"});
}

TEST(Errors, FreeIndices) {
  gradus::Index i{"i", 3}, j{"j", 3};
  gradus::Tensor v{"v", 3};
  expect_mention(refusal<Invalid>([&] { gradus::compile({v(i)}); }), {"index i", "free"});
  expect_mention(refusal<Invalid>([&] { array("y", v(i), {j}); }), {"y", "index j"});
  expect_mention(refusal<Invalid>([&] { array("y", v(i), {i, i}); }), {"two axes", "index i"});
  EXPECT_EQ((v(i) * v(j)).free_indices(), (std::vector<std::string>{"i", "j"}));
}

TEST(Errors, OfDerivatives) {
  gradus::Index i{"i", 3};
  gradus::Tensor v{"v", 3}, other{"other", 3};
  const auto y = array("y", sq(v(i)), {i});
  expect_mention(refusal<gradus::Error>([&] { gradus::compile({gradient(y, v)}); }), {"y is an array", "jacobian"});
  const auto E = named("E", sum(i, sq(v(i))));
  expect_mention(refusal<gradus::Error>([&] { gradus::compile({gradient(E, other)}); }),
                 {"E does not depend on other", "v"});
  expect_mention(refusal<gradus::Error>([&] { gradus::compile({E, E}); }), {"E is asked for twice"});
  expect_mention(refusal<gradus::Error>([&] { gradus::compile({E}, {.strides = {{"w", {1}}}}); }), {"strides", "w"});
  expect_mention(refusal<gradus::Error>([&] { gradus::compile({E}, {.strides = {{"v", {1, 2}}}}); }),
                 {"v has 1 axes", "2 strides"});
  expect_mention(refusal<Invalid>([&] { gradient(E, gradus::Tensor::integers("c", {3})); }), {"c holds integers"});
}

TEST(Errors, OfCalls) {
  gradus::Index i{"i", 3};
  gradus::Tensor v{"v", 3};
  const auto E = named("E", sum(i, sq(v(i))));
  const auto kernel = gradus::compile({E, gradient(E, v)});
  std::vector<double> at(3, 1.0), short_one(2), g(3);
  std::vector<float> narrow(3);
  double e = 7;
  expect_mention(refusal<gradus::Error>([&] { kernel({short_one}, {e, g}); }), {"v (3)", "3 numbers", "given 2"});
  expect_mention(refusal<gradus::Error>([&] { kernel({at}, {e, short_one}); }), {"∂E/∂v (3)", "3 numbers", "given 2"});
  expect_mention(refusal<gradus::Error>([&] { kernel({narrow}, {e, g}); }), {"double", "float"});
  expect_mention(refusal<gradus::Error>([&] { kernel({at}, {g}); }), {"1 inputs and 2 outputs", "given 1 and 1"});
  expect_mention(refusal<gradus::Error>([&] { kernel({at}, {e, at}); }), {"overlaps", "v"});
  expect_mention(refusal<gradus::Error>([&] { kernel.input("w"); }), {"no input is called w", "v"});
  EXPECT_EQ(e, 7) << "nothing is computed where something is wrong";
}

TEST(Errors, OfTraces) {
  expect_mention(
      refusal<gradus::Error>([] { gradus::trace(2, [](auto const* x) { return x[0] < x[1] ? x[0] : x[1]; }); }),
      {"a branch on a value cannot be traced"});
  expect_mention(refusal<Invalid>([] { gradus::trace(0, [](auto const* x) { return x[0]; }); }), {"x"});
  EXPECT_NO_THROW(gradus::trace(1, [](auto const* x) {
    std::remove_cvref_t<decltype(*x)> sum = 0;
    return sum < 1.0 ? sum + x[0] : sum;
  }));
}

TEST(Errors, OfSheets) {
  expect_mention(refusal<gradus::Error>([] { gradus::Sheet::from_file("/nowhere/notes.md"); }), {"/nowhere/notes.md"});
}

TEST(Expressions, ALongChainIsNoStackOverflow) {
  gradus::Tensor v{"v", 1};
  gradus::Expression e = v(0);
  for (int n = 0; n < 500000; ++n) e = e * 1.5 + 1.0;
  expect_mention(refusal<gradus::Error>([&] { gradus::compile({e}); }), {"deep", "trace"});
}

}  // namespace
