// What is written is read back to the same expression: index notation and matrix notation, construct by construct.
#include <gtest/gtest.h>

#include "notation/read.h"
#include "notation/write.h"
#include "rewrite/normal.h"
#include "sheet/elaborate.h"

namespace gradus {
namespace {

constexpr const char* kSheet =
    "# Declarations\n\n"
    "$A, B, X \\in \\mathbb{R}^{n \\times n}$, $x, y \\in \\mathbb{R}^n$, $a, t \\in \\mathbb{R}$; "
    "$d_l \\in \\mathbb{R}$, $s_l \\in \\mathbb{R}^n$ for $l = 1, \\dots, L$; "
    "$f : \\mathbb{R}^n \\to \\mathbb{R}^n$, $g : \\mathbb{R}^n \\times \\mathbb{R}^n \\to \\mathbb{R}$, "
    "$h : \\mathbb{R} \\to \\mathbb{R}$, $p : \\mathbb{R}^n \\to \\mathbb{R}$, "
    "$q : \\mathbb{R} \\times \\mathbb{R} \\to \\mathbb{R}$ differentiable.\n\n";

const char* const kExpressions[] = {
    "\\frac{1}{1+e^{-a}}",
    "\\sqrt{a^2+1}",
    "a^{3/2}",
    "-\\frac{2a}{3t}",
    "\\frac{a^2-1}{t}e^{-a^2/2}",
    "2^n a",
    "\\sum_{i=1}^n x_i y_i",
    "\\frac{2}{L}\\sum_{l=1}^L (d_l - a) \\sum_{j=1}^n s_{l,j} x_j",
    "\\left(\\sum_{i=1}^n x_i\\right)\\left(\\sum_{i=1}^n y_i\\right)",
    "\\prod_{i=1}^n (1 + x_i)",
    "\\sum_{i=1}^n \\sum_{k=1}^n x_i A_{ik} y_k",
    "x_i \\sum_{i=1}^n y_i",
    "\\sum_{i \\neq k} x_i y_k",
    "A_{ij} \\delta_{jk}",
    "x_1 y_2",
    "(X^{-1})_{ij}",
    "\\det(A^T A)",
    "\\log\\det(X)",
    "\\operatorname{tr}(A X^{-1} B)",
    "h(a)",
    "h'(a t)",
    "h''(a)^2",
    "q(a, t)",
    "\\partial_1 q(a, t^2)",
    "\\partial_2 q(h(a), t)",
    "f_i(x)",
    "f_i(A x + y)",
    "p(f(x))",
    "\\left(\\nabla p(f(x))\\right)_j",
    "(Df(f(x)))_{ij}",
    "(\\nabla_1 g(f(x), y))_i",
    "\\frac{\\partial f_i(x)}{\\partial x_j}",
    "\\frac{\\partial^2 p(x)}{\\partial x_i \\partial x_j}",
    "|a|",
    "\\max(a, t)",
    "\\begin{cases} a & \\text{if } t > 0 \\\\ t & \\text{otherwise} \\end{cases}",
    "[i = k] x_i",
    "\\sin(a)^2",
    "\\arctan(a)",
    "\\Gamma(a^2)",
    "\\operatorname{sigmoid}(a)",
    "\\operatorname{ReLU}(a)",
    "x^T A y",
    "A^T(Ax - y)",
    "(A + A^T)x",
    "x y^T",
    "\\|Ax - y\\|^2",
    "\\frac{x}{\\|x\\|}",
    "\\|A\\|_F^2",
    "\\operatorname{diag}(x) A",
    "A^T \\operatorname{diag}(x) A",
    "x \\odot y",
    "(Ax) \\odot y \\oslash x",
    "\\mathbf{1} \\oslash (\\mathbf{1} + \\exp(-x))",
    "\\tanh(Ax + y)",
    "x^{\\odot 3}",
    "X^{-T} x y^T X^{-T}",
    "\\sum_{l=1}^L (s_l - x)(s_l - x)^T",
    "Df(x)^T \\nabla p(f(x))",
    "\\nabla^2 p(f(x))",
    "\\nabla_2 g(x, f(x))",
    "\\sum_{i=1}^n x_i \\nabla^2 f_i(x)",
    "h'(x)",
    "\\sum_{l=1}^L d_l s_l",
    "\\operatorname{diag}(x) - x x^T",
};

/// Reads formulas in the scope of the sheet, with the same symbols.
std::vector<ElaboratedExpression> read(const std::vector<std::string>& formulas) {
  std::string text = kSheet;
  std::vector<Span> spans;
  for (const std::string& formula : formulas) {
    const auto begin = static_cast<std::uint32_t>(text.size());
    text += formula + "\n";
    spans.push_back({begin, static_cast<std::uint32_t>(begin + formula.size())});
  }
  const Source source("test", text);
  std::vector<Diagnostic> diagnostics;
  std::vector<SynPtr> sides;
  for (const Span span : spans) {
    const std::vector<Chain> chains = read_latex(source, span, diagnostics);
    if (chains.size() != 1 || chains[0].sides.size() != 1) return std::vector<ElaboratedExpression>(formulas.size());
    sides.push_back(chains[0].sides[0]);
  }
  return elaborate_with(source, read_document(Source("test", kSheet)), sides).expressions;
}

class RoundTrip : public ::testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, ReadsBackToTheSameExpression) {
  Pool pool;
  const Pool::Scope scope(pool);
  const std::vector<ElaboratedExpression> original = read({GetParam()});
  ASSERT_TRUE(original[0].value) << (original[0].diagnostics.empty() ? "" : original[0].diagnostics[0].message);
  const Value& value = *original[0].value;
  const auto matrix = write_matrix(value.body, value.axes, value.row);
  ASSERT_TRUE(matrix);
  std::vector<std::string> dialects{matrix->latex};
  if (value.axes.empty()) dialects.push_back(write_latex(value.body));
  for (const std::string& written : dialects) {
    const std::vector<ElaboratedExpression> both = read({GetParam(), written});
    ASSERT_TRUE(both[1].value) << written << ": "
                               << (both[1].diagnostics.empty() ? "" : both[1].diagnostics[0].message);
    ASSERT_EQ(both[1].value->axes.size(), value.axes.size()) << written;
    EXPECT_EQ(both[1].value->row, value.row) << written;
    EXPECT_TRUE(both[1].readings.empty() || both[0].readings == both[1].readings) << written << both[1].readings[0];
    IndexMap axes;
    for (std::size_t i = 0; i < value.axes.size(); ++i) {
      axes[both[1].value->axes[i]] = make::index(both[0].value->axes[i]);
    }
    EXPECT_TRUE(prove_equal(both[0].value->body, substitute(both[1].value->body, axes)).equal)
        << written << " was read as " << write_latex(both[1].value->body);
  }
}

INSTANTIATE_TEST_SUITE_P(Constructs, RoundTrip, ::testing::ValuesIn(kExpressions));

}  // namespace
}  // namespace gradus
