// `gradus derive`: the documented examples of matrixcalculus.org and their like, their Hessians, steps and reports.
// What is derived is also read back as a claim of a sheet, which has to be proved.
#include "app/derive.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/session.h"

namespace gradus {
namespace {

const std::vector<std::string> kLet = {"A, B, C, X, S ∈ R^{n×n}", "x, y, w, b ∈ R^n", "a, c ∈ R",
                                       "f : R^n → R^n",           "g : R^n → R",      "S symmetric"};
constexpr const char* kDeclarations =
    "$A, B, C, X, S \\in \\mathbb{R}^{n \\times n}$ with $X$ invertible, $S$ symmetric; "
    "$x, y, w, b \\in \\mathbb{R}^n$; $a, c \\in \\mathbb{R}$; $f : \\mathbb{R}^n \\to \\mathbb{R}^n$, "
    "$g : \\mathbb{R}^n \\to \\mathbb{R}$ differentiable.\n\n";

struct Example {
  const char* expression;
  const char* by;
  const char* gradient;
  const char* hessian;  ///< or Jacobian of the gradient; in index notation for more than two axes
};

const Example kExamples[] = {
    {"x'*A*x", "x", "(A + Aᵀ)x", "A + Aᵀ"},
    {"x'*A*x + c*sin(y)'*x", "x", "(A + Aᵀ)x + c sin(y)", "A + Aᵀ"},
    {"x'*S*x", "x", "2Sx", "2S"},
    {"norm2(A*x-y)^2", "x", "2Aᵀ(Ax − y)", "2AᵀA"},
    {"norm2(A*x-y)", "x", "(1/‖Ax − y‖)Aᵀ(Ax − y)", "(1/‖Ax − y‖)AᵀA − (1/‖Ax − y‖³)Aᵀ(Ax − y)(Ax − y)ᵀA"},
    {"norm2(x)", "x", "x/‖x‖", "(1/‖x‖)I − (1/‖x‖³)xxᵀ"},
    {"sum(log(exp(-y.*(X*w)) + vector(1)))", "w", "−Xᵀ(y ⊘ (𝟏 + exp(y ⊙ (Xw))))", nullptr},
    {"tr(A*X'*B*X*C)", "X", "BXCA + BᵀXAᵀCᵀ", "Σ_{m=1}^n (Aₘⱼ Bᵢₖ Cₗₘ + Aₘₗ Bₖᵢ Cⱼₘ)"},
    {"log(det(inv(X)))", "X", "−X⁻ᵀ", "(X⁻¹)ₗᵢ(X⁻¹)ⱼₖ"},
    {"log(det(X))", "X", "X⁻ᵀ", "−(X⁻¹)ₗᵢ(X⁻¹)ⱼₖ"},
    {"det(X)", "X", "det(X) X⁻ᵀ", nullptr},
    {"b'*inv(X)*y", "X", "−X⁻ᵀbyᵀX⁻ᵀ", nullptr},
    {"tr(inv(X))", "X", "−X⁻ᵀX⁻ᵀ", nullptr},
    {"x'*A*y", "A", "xyᵀ", "0"},
    {"tr(X*A*X')", "X", "XA + XAᵀ", "(Aₗⱼ + Aⱼₗ) δᵢₖ"},
    {"norm2(A*X - B)^2", "X", "2Aᵀ(AX − B)", "2δⱼₗ Σ_{m=1}^n Aₘᵢ Aₘₖ"},
    {"exp(x'*y)", "x", "exp(xᵀy) y", "exp(xᵀy) yyᵀ"},
    {"x.*y", "x", "diag(y)", "0"},
    {"exp(x)", "x", "diag(exp(x))", "exp(xᵢ) δᵢⱼ δᵢₖ"},
    {"sum(x.^3)", "x", "3(x ⊙ x)", "6diag(x)"},
    {"y'*log(x)", "x", "y ⊘ x", "−diag(y ⊘ (x ⊙ x))"},
    {"log(sum(exp(x)))", "x", "exp(x)/(𝟏ᵀ exp(x))", nullptr},
    {"sum(tanh(A*x+b))", "A", "(𝟏 − tanh(Ax + b)^{⊙2})xᵀ", nullptr},
    {"norm1(x)", "x", "sign(x)", "0"},
    {"x'*diag(w)*x", "w", "x ⊙ x", "0"},
    {"g(f(x))", "x", "Df(x)ᵀ ∇g(f(x))", "Σ_{i=1}^n (∇g(f(x)))ᵢ ∇²fᵢ(x) + Df(x)ᵀ ∇²g(f(x)) Df(x)"},
    {"(x'*A*x)/(x'*x)", "x", "(1/‖x‖²) (A + Aᵀ)x − (2(xᵀAx)/‖x‖⁴)x", nullptr},
};

Derivative derived(const std::string& expression, const std::string& by, int order = 1) {
  return derive({.name = {},
                 .text = {},
                 .expression = expression,
                 .let = kLet,
                 .assume = {},
                 .wrt = by,
                 .order = order,
                 .steps = StepGrain::brief});
}

std::string told(const Derivative& d) {
  std::string out;
  for (const Diagnostic& diagnostic : d.diagnostics) out += render(diagnostic, d.source);
  return out;
}

TEST(Derive, GradientsAndHessians) {
  for (const Example& example : kExamples) {
    const Derivative first = derived(example.expression, example.by);
    ASSERT_TRUE(first.ok) << example.expression << told(first);
    EXPECT_EQ(first.result.text, example.gradient) << example.expression;
    const Derivative second = derived(example.expression, example.by, 2);
    ASSERT_TRUE(second.ok) << example.expression << told(second);
    if (example.hessian) {
      EXPECT_EQ(second.result.text, example.hessian) << example.expression;
    }
  }
}

TEST(Derive, WhatIsWrittenIsReadAndProved) {
  std::string sheet = kDeclarations;
  std::vector<std::string> expressions;
  for (const Example& example : kExamples) {
    for (const int order : {1, 2}) {
      const Derivative d = derived(example.expression, example.by, order);
      if (!d.folded) continue;
      const std::string by = std::string("\\partial ") + example.by;
      sheet += order == 1 ? "$$\\frac{\\partial}{" + by + "}" : "$$\\frac{\\partial^2}{" + by + " " + by + "}";
      sheet += "\\left(" + d.expression.latex + "\\right) = " + d.result.latex + "$$\n\n";
      expressions.push_back(std::string(example.expression) + ", order " + std::to_string(order));
    }
  }
  const Response response = respond({.name = "derived.md", .text = sheet, .assume = {}});
  ASSERT_EQ(response.verdicts.size(), expressions.size());
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    EXPECT_EQ(name_of(response.verdicts[i].kind), "proved")
        << expressions[i] << ": " << response.source.text(response.sheet.claims[i].span);
  }
}

TEST(Derive, TellsShapesConventionsAndDomain) {
  const Derivative d =
      derive({.name = {}, .text = {}, .expression = "log(x'*A*x)", .let = {}, .assume = {}, .wrt = "x"});
  ASSERT_TRUE(d.ok) << told(d);
  EXPECT_EQ(d.shape.rfind("column of ", 0), 0u);
  EXPECT_EQ(d.readings.size(), 2u);  // A is a matrix, x a column
  EXPECT_NE(std::find(d.assumptions.begin(), d.assumptions.end(), "xᵀAx > 0"), d.assumptions.end());
  EXPECT_EQ(derived("tr(A*X'*B*X*C)", "X", 2).shape, "n×n×n×n tensor with axes i, j, k, l");
}

constexpr const char* kNetwork =
    "$$f(x; w) = \\sum_{i=0}^2 w_{1,i}^{2,0} \\left(\\sum_{j=0}^2 w_{0,j}^{1,i} x_j \\right), "
    "\\quad f : \\mathbb{R}^3 \\rightarrow \\mathbb{R}$$\n\n"
    "$$E(w) = \\frac{1}{L} \\sum_{l=1}^L \\|d_l - f(x_l; w)\\|_2^2$$\n";

Derivative of_network(const std::string& expression, const std::string& wrt = {}) {
  return derive(
      {.name = "network.md", .text = kNetwork, .expression = expression, .let = {}, .assume = {}, .wrt = wrt});
}

TEST(Derive, EveryWeightOfANetwork) {
  EXPECT_EQ(of_network("∂E/∂w_{0,1}^{1,1}").result.text, "(2w_{1,1}^{2,0}/L) Σ_{l=1}^L x_{l,1}(f(xₗ; w) − dₗ)");
  EXPECT_EQ(of_network("\\frac{\\partial E}{\\partial w_{1,i}^{2,0}}").result.text,
            "(2/L) Σ_{l=1}^L (f(xₗ; w) − dₗ) Σ_{j=0}^2 w_{0,j}^{1,i} x_{l,j}");
}

TEST(Derive, WholeGradientOfANetworkInMatrixForm) {
  for (const Derivative& d : {of_network("\\nabla_w E"), of_network("E", "w")}) {
    ASSERT_TRUE(d.ok) << told(d);
    ASSERT_EQ(d.parts.size(), 2u);
    EXPECT_EQ(d.parts[0].result.text, "(2/L) Σ_{l=1}^L (f(xₗ; w) − dₗ)W xₗ");
    EXPECT_EQ(d.parts[1].result.text, "(2/L) Σ_{l=1}^L (f(xₗ; w) − dₗ)v xₗᵀ");
    EXPECT_EQ(d.parts[1].readings.back(), "Wᵢⱼ is w_{0,j}^{1,i}, i = 0…2, j = 0…2");
    // No name in the JSON that the sheet does not define.
    EXPECT_EQ(nlohmann::json::parse(derive_json(d))["parts"][1]["result"]["latex"], d.parts[1].entry.latex);
  }
}

TEST(Derive, FallsBackToOuterBlocksAndOwnArguments) {
  const auto of = [](const std::string& expression) {
    const std::string sheet =
        "# One\n\n$f : \\mathbb{R}^N \\to \\mathbb{R}^M$, $g : \\mathbb{R}^M \\to \\mathbb{R}^K$, $h = g \\circ f$.\n\n"
        "# Two\n\n$f(x; w) = w_0 x_1 + w_1 x_2$, $f : \\mathbb{R}^2 \\to \\mathbb{R}$. "
        "$x_1, \\dots, x_L \\in \\mathbb{R}^2$, $d_1, \\dots, d_L \\in \\mathbb{R}$.\n\n"
        "$$E(w) = \\sum_{l=1}^L (f(x_l; w) - d_l)^2$$\n";
    return derive({.name = "blocks.md", .text = sheet, .expression = expression, .let = {}, .assume = {}, .wrt = ""});
  };
  const Derivative jacobian = of("Dh(x)");
  ASSERT_TRUE(jacobian.ok) << told(jacobian);
  EXPECT_EQ(jacobian.result.text, "Dg(f(x)) Df(x)");
  // One argument: only the block before has such an f.
  const Derivative outer = of("Df(x)");
  ASSERT_TRUE(outer.ok) << told(outer);
  EXPECT_EQ(outer.shape, "M×N matrix");
  EXPECT_FALSE(outer.readings.empty());
  // x is no sample here: it is the argument of f.
  const Derivative own = of("\\frac{\\partial f(x; w)}{\\partial w_1}");
  ASSERT_TRUE(own.ok) << told(own);
  EXPECT_EQ(own.result.text, "x₂");
}

TEST(Derive, APrimeOnAFunctionIsNoTranspose) {
  const Derivative d = derive({.name = "prime.md",
                               .text = "$s(t) = t^3$ for $t \\in \\mathbb{R}$.",
                               .expression = "s'",
                               .let = {},
                               .assume = {},
                               .wrt = ""});
  ASSERT_TRUE(d.ok) << told(d);
  EXPECT_EQ(d.result.text, "3t²");
}

TEST(Derive, TowerOfDefinitionsStaysShared) {
  std::string sheet = "$x_0 \\in \\mathbb{R}$.\n\n";
  for (int k = 0; k < 60; ++k) {
    const std::string x = "x_{" + std::to_string(k) + "}";
    sheet += "$$x_{" + std::to_string(k + 1) + "} = " + x + " \\cdot " + x + " + " + x + "$$\n\n";
  }
  const Derivative d = derive({.name = "tower.md",
                               .text = sheet,
                               .expression = "\\frac{\\partial x_{60}}{\\partial x_0}",
                               .let = {},
                               .assume = {},
                               .wrt = {}});
  ASSERT_TRUE(d.ok) << told(d);
  EXPECT_EQ(d.result.text, "(2x₅₉ + 1) · ∂x₅₉/∂x₀");
}

TEST(Derive, OpensDefinedFunctions) {
  const std::string sheet =
      "$A \\in \\mathbb{R}^{m \\times n}$, $x \\in \\mathbb{R}^n$, $b \\in \\mathbb{R}^m$.\n\n"
      "$$f(x) = \\|Ax - b\\|^2$$\n\n$$F(t) = \\exp(t^2)$$\n";
  const auto result = [&](const std::string& expression) {
    const Derivative d =
        derive({.name = "f.md", .text = sheet, .expression = expression, .let = {}, .assume = {}, .wrt = {}});
    return d.ok ? d.result.text : told(d);
  };
  EXPECT_EQ(result("\\nabla f(x)"), "2Aᵀ(Ax − b)");
  EXPECT_EQ(result("\\nabla^2 f(x)"), "2AᵀA");
  EXPECT_EQ(result("F'(t)"), "2t exp(t²)");
}

TEST(Derive, StepsHaveNames) {
  const Derivative d = derived("norm2(A*x-y)", "x");
  ASSERT_GE(d.steps.size(), 2u);
  EXPECT_EQ(d.steps[0].rule, "power rule");
  DeriveRequest request{.name = {}, .text = {}, .expression = "norm2(A*x-y)", .let = kLet, .assume = {}, .wrt = "x"};
  request.steps = StepGrain::full;
  EXPECT_GT(derive(request).steps.size(), d.steps.size());
  request.steps = StepGrain::none;
  EXPECT_TRUE(derive(request).steps.empty());
}

TEST(Derive, SaysWhatIsWrong) {
  const auto slug = [](const std::string& expression, const std::string& by) {
    const Derivative d = derived(expression, by);
    return d.diagnostics.empty() ? std::string("none") : d.diagnostics[0].slug;
  };
  EXPECT_EQ(slug("A*x + X", "x"), "shape");
  EXPECT_EQ(slug("x'*x", "2"), "derivative-by");
  EXPECT_EQ(slug("x'*x = y", "x"), "expression");
  EXPECT_EQ(slug("x'*x", "y"), "derivative-by");  // a warning: the derivative is zero
  EXPECT_FALSE(derived("", "x").ok);
}

TEST(Derive, JsonHasTheDocumentedFields) {
  const auto json = nlohmann::json::parse(derive_json(derived("x'*A*x", "x")));
  EXPECT_EQ(json["expression"], "x'*A*x");
  EXPECT_EQ(json["wrt"], "x");
  EXPECT_EQ(json["result"]["latex"], "(A + A^T)x");
  EXPECT_EQ(json["result"]["index_latex"], "\\sum_{j=1}^{n} A_{ji} x_j + \\sum_{j=1}^{n} A_{ij} x_j");
  EXPECT_EQ(json["result"]["shape"], "column of n");
  EXPECT_FALSE(json["steps"].empty());
  EXPECT_TRUE(json["layout"].is_string());
}

}  // namespace
}  // namespace gradus
