// The plain-text language.
#include <gtest/gtest.h>

#include "read_fixture.h"

namespace gradus::test {
namespace {

struct Example {
  const char* text;
  const char* syntax;
};

void expect(std::initializer_list<Example> examples) {
  for (const Example& example : examples) EXPECT_EQ(plain(example.text), example.syntax) << example.text;
}

TEST(ReadPlain, MatrixCalculus) {
  expect(
      {{"x'*A*x", "(product (scripts x sup:(name ⊤ style:prime)) (op *) A (op *) x)"},
       {"1/2 x' A x", "(product (frac 1 2) (scripts x sup:(name ⊤ style:prime)) A x)"},
       {"norm2(A*x-y)^2", "(product (name norm2 style:op) (scripts (group ( (sum +(product A (op *) x) -y)) sup:2))"},
       {"-y.*(X*w) ./ z", "(sum -(product y (op ⊙) (group ( (product X (op *) w)) (op ⊘) z))"},
       {"log(det(inv(X)))",
        "(product (name log style:op) (group ( (product (name det style:op) (group ( (product (name inv style:op) "
        "(group ( "
        "X))))))"},
       {"(A*x)'*y", "(product (scripts (group ( (product A (op *) x)) sup:(name ⊤ style:prime)) (op *) y)"},
       {"x.^2", "(scripts x sup:(product ∘ 2))"},
       {"e^-x", "(scripts e sup:(sum -x))"},
       {"2^3^2", "(scripts 2 sup:(scripts 3 sup:2))"},
       {"1e-3 + 2.5", "(sum +0.001 +2.5)"}});
}

TEST(ReadPlain, FractionsOfOneCharacter) {
  expect({{"½‖x‖²", "(product (frac 1 2) (scripts (group ‖ x) sup:2))"}, {"¾ x", "(product (frac 3 4) x)"}});
}

TEST(ReadPlain, DeclaredLettersSideBySide) {
  EXPECT_EQ(plain("A ∈ ℝ^{m×n}, x ∈ ℝ^n\nb = Ax").find("(product A x)") != std::string::npos, true);
  EXPECT_EQ(plain("A ∈ ℝ^{m×n}, b = Ax").find("(product A x)"), std::string::npos);
}

TEST(ReadPlain, IndicesAndSums) {
  expect(
      {{"sum(i=0..2) w[1,i;2,0] * x[i]",
        "(product (bigop sum sub:(chain i = 0) sup:2) (scripts w sub:(group list 1 , i) sup:(group list 2 , 0)) (op *) "
        "(scripts x sub:i))"},
       {"sum(i in 1..n) x[i]", "(product (bigop sum sub:(chain i = 1) sup:n) (scripts x sub:i))"},
       {"Σ_{i=1}^n x_i", "(product (bigop sum sub:(chain i = 1) sup:n) (scripts x sub:i))"},
       {"Σ⁻¹ μ", "(product (scripts Σ sup:(sum -1)) μ)"},
       {"sum(X)", "(product (name sum style:op) (group ( X))"},
       {"max(0, x) + max_i y_i",
        "(sum +(product (name max style:op) (group ( 0 , x)) +(product (bigop max sub:i) (scripts y sub:i)))"},
       {"W_ij x_max", "(product (scripts W sub:(product i j)) (scripts x sub:(name max style:op)))"}});
}

TEST(ReadPlain, Derivatives) {
  expect({{"d/dx (x' A x)", "(product (deriv d _ x) (group ( (product (scripts x sup:(name ⊤ style:prime)) A x)))"},
          {"d^2/dx^2 f", "(product (deriv d order:2 _ x^2) f)"},
          {"dE/dw", "(deriv d E w)"},
          {"∂E/∂w_{0,1}^{1,1}", "(deriv ∂ E (scripts w sub:(group list 0 , 1) sup:(group list 1 , 1)))"},
          {"∂²E/∂w∂v", "(deriv ∂ order:2 E w v)"},
          {"grad f + hess f", "(sum +(product ∇ f) +(product (scripts ∇ sup:2) f))"},
          {"f'(x) + f''(x)",
           "(sum +(product (scripts f primes:1) (group ( x)) +(product (scripts f primes:2) (group ( x)))"},
          {"u'*Df(x)", "(product (scripts u sup:(name ⊤ style:prime)) (op *) D f (group ( x))"},
          {"delta/dt", "(product δ (op /) dt)"}});
}

TEST(ReadPlain, Declarations) {
  expect({{"A ∈ R^{m×n}, x in R^n",
           "A ∈ (scripts (name R style:bb) sup:(product m (op ×) n)) | x ∈ (scripts (name R style:bb) sup:n)"},
          {"A in R^(m*n)", "A ∈ (scripts (name R style:bb) sup:(product m (op ×) n))"},
          {"f : R^n -> R", "f : (scripts (name R style:bb) sup:n) → (name R style:bb)"},
          {"A symmetric positive definite", "A | {symmetric positive definite} "},
          {"h := g ∘ f", "h := (product g (op ∘) f)"}});
}

TEST(ReadPlain, Unicode) {
  expect({{"‖A x - b‖²", "(scripts (group ‖ (sum +(product A x) -b)) sup:2)"},
          {"xᵀ A⁻¹ x₁₂", "(product (scripts x sup:⊤) (scripts A sup:(sum -1)) (scripts x sub:12))"},
          {"x⁽ⁱ⁾", "(scripts x sup:(group ( i))"},
          {"√(x+1)", "(root (sum +x +1))"},
          {"x\u0302 ⊙ θ", "(product (name x accent:hat) (op ⊙) θ)"},
          {"theta", "θ"}});
}

TEST(ReadPlain, BadInput) { expect({{"(a + b", "(sum +(product (bad '(' is never closed) a) +b) ! unbalanced"}}); }

}  // namespace
}  // namespace gradus::test
