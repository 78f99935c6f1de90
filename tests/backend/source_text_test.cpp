// What is written: names, size, documentation, and the main that checks the gradient.
#include "backend/source/bodies.h"
#include "backend/source/linear.h"
#include "backend/source/names.h"
#include "source_test.h"

namespace gradus::source_test {
namespace {

class SourceText : public ::testing::Test {
 protected:
  Pool pool_;
  Pool::Scope scope_{pool_};
};

TEST_F(SourceText, Identifiers) {
  EXPECT_EQ(identifier("x"), "x");
  EXPECT_EQ(identifier("α\u0304"), "alpha_bar");
  EXPECT_EQ(identifier("\u1FB1"), "alpha_bar");
  EXPECT_EQ(identifier("w\u0304"), "w_bar");
  EXPECT_EQ(identifier("Σ"), "Sigma");
  EXPECT_EQ(identifier("∂E/∂w"), "dE_dw");
  EXPECT_EQ(identifier("W_{ij}"), "W_ij");
  EXPECT_EQ(identifier("x̂₀′"), "x_hat0_prime");
  EXPECT_EQ(identifier("𝐱"), "x");
  EXPECT_EQ(identifier("0"), "v0");
  EXPECT_EQ(identifier("☃"), "v");
  Names names({"double"});
  EXPECT_EQ(names.of(array("double")), "double_2");
  EXPECT_EQ(names.of(array("x")), "x");
  EXPECT_EQ(names.of(array("x")), "x_2");
  const IndexVar* index = over("x", 0, 1);
  names.enter(index);
  EXPECT_EQ(names.of(index), "x_3");
}

TEST_F(SourceText, Literals) {
  EXPECT_EQ(literal(Rational(3)), "3.0");
  EXPECT_EQ(literal(Rational(1, 1000)), "0.001");
  EXPECT_EQ(literal(Rational(-5, 2)), "-2.5");
  EXPECT_EQ(literal(Rational(1, 3)), "1.0 / 3.0");
  EXPECT_EQ(literal(Rational(mpz_class(-1) << 1023)), "-8.9884656743115795e+307");
}

TEST_F(SourceText, IndexTerms) {
  const IndexVar *l = over("l", 1, 5), *i = over("i", 0, 4);
  const IndexLeaves leaves{[](const IndexVar* var) { return var->name; }, [](Expr) { return "c[0]"; }, " / "};
  const auto write = [&](Expr term) {
    return text_of(linear(term, leaves, [](const std::string& why) { FAIL() << why; }));
  };
  EXPECT_EQ(write(make::sub(ix(l), num(1))), "l - 1");
  EXPECT_EQ(write(make::sub(num(3), ix(l))), "3 - l");
  EXPECT_EQ(write(make::add({make::mul({num(2), ix(l)}), ix(i)})), "2 * l + i");
  const Expr triangle = make::mul({make::number(Rational(1, 2)), ix(i), make::add({ix(i), num(1)})});
  EXPECT_EQ(write(triangle), "i * (i + 1) / 2");
  EXPECT_EQ(write(make::mul({make::number(Rational(1, 2)), make::add({make::mul({num(4), ix(i)}), num(2)})})),
            "2 * i + 1");
}

/// E = Σ_l (d_l − Σ_i w_i σ(x_{l,i}))², and ∂E/∂w by hand; `sign` −1 makes it wrong.
Nest regression(long n, long sign, SourceOptions& options) {
  const Symbol *x = array("x", {{1, n}, {1, 3}}), *w = array("w", {{1, 3}}), *d = array("d", {{1, n}}), *E = array("E"),
               *g = array("∂E/∂w", {{1, 3}}), *r = array("r", {{1, n}});
  const IndexVar *l = over("l", 1, n), *i = over("i", 1, 3), *j = over("j", 1, 3), *k = over("k", 1, 3);
  const IndexVar *l2 = over("l", 1, n), *l3 = over("l", 1, n), *l4 = over("l", 1, n);
  const auto unit = [&](const IndexVar* a, const IndexVar* b) {
    return make::func(Elementary::sigmoid, at(x, {ix(a), ix(b)}));
  };
  Program program;
  program.inputs = {x, w, d};
  program.outputs = {E, g};
  program.items = {
      item({l}, at(r, {ix(l)}), Update::set, at(d, {ix(l)})),
      item({l2, i}, at(r, {ix(l2)}), Update::add, make::neg(make::mul({at(w, {ix(i)}), unit(l2, i)}))),
      item({}, at(E), Update::set, num(0)),
      item({l3}, at(E), Update::add, make::sq(at(r, {ix(l3)}))),
      item({k}, at(g, {ix(k)}), Update::set, num(0)),
      item({l4, j}, at(g, {ix(j)}), Update::add, make::mul({num(-2 * sign), at(r, {ix(l4)}), unit(l4, j)}))};
  options.with_main = true;
  options.value = E;
  options.gradients = {{g, w}};
  options.function = "loss";
  options.comments = {"The squared error of a layer, and its gradient."};
  options.meanings = {{d, "what is wanted of each sample"}};
  return schedule(program, four_lanes());
}

TEST_F(SourceText, MainTellsRightFromWrong) {
  if (compilers().empty()) GTEST_SKIP() << "no compiler";
  for (const Compiler& compiler : compilers()) {
    SourceOptions options;
    const Nest right = regression(50, 1, options);
    options.language = compiler.language;
    const Result<std::string> text = emit(right, options);
    ASSERT_TRUE(text);
    EXPECT_EQ(exit_code(*text, compiler), 0) << *text;
    const Nest wrong = regression(50, -1, options);
    const Result<std::string> wrong_text = emit(wrong, options);
    ASSERT_TRUE(wrong_text);
    EXPECT_EQ(exit_code(*wrong_text, compiler), 1);
  }
}

TEST_F(SourceText, LengthDoesNotGrowWithSizes) {
  SourceOptions options;
  const Nest small = regression(100, 1, options);
  const std::size_t lines = std::ranges::count(*emit(small, options), '\n');
  const Nest large = regression(100000, 1, options);
  const std::string text = *emit(large, options);
  EXPECT_LE(static_cast<std::size_t>(std::ranges::count(text, '\n')), lines + 20);  // in parts, which are summed
  const std::string larger = *emit(regression(10000000, 1, options), options);
  EXPECT_EQ(std::ranges::count(larger, '\n'), std::ranges::count(text, '\n'));
  EXPECT_NE(text.find("dE_dw"), std::string::npos);
  EXPECT_NE(text.find("what is wanted of each sample"), std::string::npos);
  EXPECT_NE(text.find("// The squared error of a layer"), std::string::npos);
}

TEST_F(SourceText, RefusesWhatHasNoForm) {
  const Symbol *x = array("x"), *y = array("y");
  Nest nest;
  nest.buffers = {buffer(x, Storage::input), buffer(y, Storage::output)};
  nest.steps = {step(at(y), Update::set, make::func(Elementary::digamma, at(x)))};
  const Result<std::string> text = emit(nest, {});
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message.find("digamma"), std::string::npos);
}

}  // namespace
}  // namespace gradus::source_test
