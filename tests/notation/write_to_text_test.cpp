// Authors' LaTeX as text for a terminal.
#include <gtest/gtest.h>

#include "notation/write.h"

namespace gradus {
namespace {

TEST(LatexToText, FormulasOfSheets) {
  EXPECT_EQ(latex_to_text("\\frac{\\partial}{\\partial w_{1,1}^{2,0}} f(x_l; w)"), "∂/∂w_{1,1}^{2,0} f(xₗ; w)");
  EXPECT_EQ(latex_to_text("\\frac{1}{L} \\sum_{l=1}^L \\|d_l - f(x_l; w)\\|_2^2"), "(1/L) Σ_{l=1}^L ‖dₗ − f(xₗ; w)‖₂²");
  EXPECT_EQ(latex_to_text("-X^{-T}ab^TX^{-T}"), "−X⁻ᵀabᵀX⁻ᵀ");
  EXPECT_EQ(latex_to_text("\\nabla g(f(x))^T Df(x)"), "∇g(f(x))ᵀ Df(x)");
  EXPECT_EQ(latex_to_text("\\frac{\\partial L}{\\partial \\hat x_i}\\,\\gamma_i"), "∂L/∂x̂ᵢ γᵢ");
  EXPECT_EQ(latex_to_text("\\frac{x_i-\\mu}{\\sqrt{\\sigma^2+\\epsilon}}"), "(xᵢ − μ)/√(σ² + ϵ)");
  EXPECT_EQ(latex_to_text("f : \\mathbb{R}^{N} \\rightarrow \\mathbb{R}^M"), "f : ℝᴺ → ℝᴹ");
  EXPECT_EQ(latex_to_text("\\operatorname{tr}\\left(X^{-1}\\frac{dX(t)}{dt}\\right)"), "tr(X⁻¹ dX(t)/dt)");
  EXPECT_EQ(latex_to_text("\\log p_i - \\log(\\sigma(-u_k^\\top v))"), "log pᵢ − log(σ(−uₖᵀv))");
  EXPECT_EQ(latex_to_text("\\begin{bmatrix} a & b \\\\ c & d \\end{bmatrix}"), "[a  b; c  d]");
}

TEST(LatexToText, NeverFails) {
  for (const char* bad : {"", "{", "}", "\\", "\\frac", "\\frac{a", "x^", "_", "\\begin{cases", "\\end{x}", "}}}{{{",
                          "\\sqrt[", "\\left", "\xff\xfe", "a & b \\\\", "%"}) {
    latex_to_text(bad);
  }
  EXPECT_LT(latex_to_text(std::string(100000, '{')).size(), 10u);
  EXPECT_EQ(latex_to_text("a}b"), "ab");
}

}  // namespace
}  // namespace gradus
