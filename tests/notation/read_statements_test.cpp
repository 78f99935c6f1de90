// Displays as chains: rows, columns, separators, words.
#include <gtest/gtest.h>

#include "read_fixture.h"

namespace gradus::test {
namespace {

std::string aligned(const std::string& rows) { return latex("\\begin{aligned}" + rows + "\\end{aligned}"); }

TEST(ReadStatements, RowsThatStartWithARelationContinue) {
  EXPECT_EQ(aligned("a &= b \\\\ &= c \\\\ &\\le d"), "a = b = c ≤ d");
  EXPECT_EQ(aligned("\\nabla L \\\\ &= b"), "(product ∇ L) = b");
  EXPECT_EQ(aligned("f &= x \\\\ g &= y \\\\ &= z"), "f = x | g = y = z");
  EXPECT_EQ(latex("= b \\\\ = c"), " = b = c");
  EXPECT_EQ(latex("a = \\\\ = b"), "a = b");
}

TEST(ReadStatements, LongSides) {
  EXPECT_EQ(aligned("a &= b \\\\ &\\quad + c \\\\ &= d"), "a = (sum +b +c) = d");
  EXPECT_EQ(aligned("a &= b \\cdot \\\\ & c"), "a = (product b (op ·) c)");
  EXPECT_EQ(aligned("a &= b \\\\ &\\quad (c) \\\\ &= d"), "a = (product b (group ( c)) = d");
  EXPECT_EQ(aligned("a &= \\left[ b \\right. \\\\ &\\quad \\left. + c \\right] \\\\ &= d"),
            "a = (group [ (sum +b +c)) = d");
  EXPECT_EQ(latex("\\begin{multline} F = a \\\\ + b \\\\ c \\end{multline}"), "F = (sum +a +(product b c))");
  EXPECT_EQ(latex("\\begin{gather} a = b \\\\ -c = d \\end{gather}"), "a = b | (sum -c) = d");
}

TEST(ReadStatements, Columns) {
  EXPECT_EQ(latex("\\begin{align} a &= b, & c &= d \\\\ &= e & &= f \\end{align}"), "a = b = e | c = d = f");
  EXPECT_EQ(latex("\\begin{eqnarray} a & = & b \\\\ & = & c \\end{eqnarray}"), "a = b = c");
  EXPECT_EQ(latex("\\begin{align} a &= b && \\text{(chain rule)} \\\\ &= c \\end{align}"),
            "a = b = c | {(chain rule)} ");
}

TEST(ReadStatements, SeveralInOneDisplay) {
  EXPECT_EQ(latex("a = b, \\quad c = d \\quad e = f"), "a = b | c = d | e = f");
  EXPECT_EQ(latex("a = b \\quad\\Rightarrow\\quad c = d"), "a = b | {⇒} c = d");
  EXPECT_EQ(latex("h = g \\circ f, \\quad \\text{then}"), "h = (product g (op ∘) f) | {then} ");
  EXPECT_EQ(latex("x_i = 0 \\quad \\text{for } i \\neq k"), "(scripts x sub:i) = 0 | {for} i ≠ k");
  EXPECT_EQ(latex("a = b \\text{ where $c = d$}"), "a = b | {where} c = d");
  EXPECT_EQ(latex("A \\text{ symmetric}"), "A | {symmetric} ");
  EXPECT_EQ(latex("\\forall i: x_i = 0"), "{for all} i | (scripts x sub:i) = 0");
  EXPECT_EQ(latex("\\begin{cases} x = 1 \\\\ y = 2 \\end{cases}"), "x = 1 | y = 2");
  EXPECT_EQ(latex("\\frac{1}{2} \\quad + x"), "(sum +(frac 1 2) +x)");
  EXPECT_EQ(latex("\\boxed{a = b}"), "a = b");
}

TEST(ReadStatements, ConditionsAreNotContinued) {
  EXPECT_EQ(aligned("a &= b \\quad \\text{for } i \\neq k \\\\ &= c"), "a = b = c | {for} i ≠ k");
}

TEST(ReadStatements, Declarations) {
  EXPECT_EQ(latex("x, y \\in \\mathbb{R}^n"), "x | y ∈ (scripts (name R style:bb) sup:n)");
  EXPECT_EQ(latex("f, g : A \\to B"), "f | g : A → B");
  EXPECT_EQ(latex("f\\colon A \\rightarrow B"), "f : A → B");
  EXPECT_EQ(latex("A : B = c"), "(product A (op :) B) = c");
}

TEST(ReadStatements, Relations) {
  EXPECT_EQ(latex("a := b \\coloneqq c \\triangleq d \\equiv e"), "a := b := c ≜ d ≡ e");
  EXPECT_EQ(latex("a \\overset{\\text{def}}{=} b \\stackrel{(a)}{=} c \\mathrel{\\mathop:}= d"), "a := b = c := d");
  EXPECT_EQ(latex("a \\not= b \\not\\in c <= d"), "a ≠ b ∉ c ≤ d");
}

TEST(ReadStatements, SpansOfSidesAreExact) {
  const std::string text = "\\begin{aligned} L(x) &= \\frac{a}{b} \\\\ &= 2\\,c. \\label{e} \\end{aligned}";
  const Source source("test", text);
  std::vector<Diagnostic> diagnostics;
  const auto chains = read_latex(source, {0, static_cast<std::uint32_t>(text.size())}, diagnostics);
  ASSERT_EQ(chains.size(), 1u);
  ASSERT_EQ(chains[0].side_spans.size(), 3u);
  EXPECT_EQ(source.text(chains[0].side_spans[0]), "L(x)");
  EXPECT_EQ(source.text(chains[0].side_spans[1]), "\\frac{a}{b}");
  EXPECT_EQ(source.text(chains[0].side_spans[2]), "2\\,c");
}

}  // namespace
}  // namespace gradus::test
