// LaTeX expressions: what is written, as syntax.
#include <gtest/gtest.h>

#include "read_fixture.h"

namespace gradus::test {
namespace {

struct Example {
  const char* latex;
  const char* syntax;
};

void expect(std::initializer_list<Example> examples) {
  for (const Example& example : examples) EXPECT_EQ(latex(example.latex), example.syntax) << example.latex;
}

TEST(ReadLatex, NamesAndNumbers) {
  expect({{"ab2x", "(product a b 2 x)"},
          {"12.5", "12.5"},
          {"x_12", "(product (scripts x sub:1) 2)"},
          {"10\\,000", "10000"},
          {"0{,}5", "0.5"},
          {"\\alpha", "α"},
          {"\\varphi\\,\\phi", "(product φ ϕ)"},
          {"\\varepsilon\\epsilon\\ell", "(product ε ϵ ℓ)"},
          {"\\mathbf{w}", "(name w style:bold)"},
          {"\\mathcal L", "(name L style:cal)"},
          {"\\mathbb{R}^N", "(scripts (name R style:bb) sup:N)"},
          {"\\mathbf{Wx}", "(product (name W style:bold) (name x style:bold))"},
          {"{\\bf w} x", "(product (name w style:bold) x)"},
          {"\\mathbf{1}^T x", "(product (scripts (name 1 style:bold) sup:T) x)"},
          {"\\hat{x}_i", "(scripts (name x accent:hat) sub:i)"},
          {"\\hat y_w", "(scripts (name y accent:hat) sub:w)"},
          {"\\hat{y_i}", "(scripts (name y accent:hat) sub:i)"},
          {"\\tilde{\\mathbf{w}}", "(name w accent:tilde style:bold)"},
          {"\\overline{\\hat x}", "(name x accent:hat+bar)"},
          {"\\operatorname{diag}(x)", "(product (name diag style:op) (group ( x))"},
          {"\\mathrm{tr} A", "(product (name tr style:op) A)"},
          {"\\text{ReLU}(z)", "(product (name ReLU style:op) (group ( z))"},
          {"L_{\\text{train}}", "(scripts L sub:(name train style:op))"},
          {"\\mathit{loss}", "loss"},
          {"\\log p_i", "(product (name log style:op) (scripts p sub:i))"},
          {"1, \\dots, m", "1 | … | m"},
          {"xᵀ x₁² αβ", "(product (scripts x sup:⊤) (scripts x sub:1 sup:2) α β)"}});
}

TEST(ReadLatex, LatexOfANameIsKept) {
  const Source source("test", "\\hat{\\mathbf{x}}_i");
  std::vector<Diagnostic> diagnostics;
  const auto chains = read_latex(source, {0, 19}, diagnostics);
  ASSERT_EQ(chains.size(), 1u);
  EXPECT_EQ(chains[0].sides[0]->kids[0]->latex, "\\hat{\\mathbf{x}}");
}

TEST(ReadLatex, Scripts) {
  expect({{"x^2_i", "(scripts x sub:i sup:2)"},
          {"{x_i}^2", "(scripts (scripts x sub:i) sup:2)"},
          {"x^{(i)}", "(scripts x sup:(group ( i))"},
          {"x^{[l]}", "(scripts x sup:(group [ l))"},
          {"w_{1,i}^{2,0}", "(scripts w sub:(group list 1 , i) sup:(group list 2 , 0))"},
          {"A^T", "(scripts A sup:T)"},
          {"A^\\top", "(scripts A sup:⊤)"},
          {"A^{\\mathsf T}", "(scripts A sup:⊤)"},
          {"A^{\\mathrm{T}}", "(scripts A sup:⊤)"},
          {"A^{-\\top}", "(scripts A sup:(sum -⊤))"},
          {"A^{-1}", "(scripts A sup:(sum -1))"},
          {"f''(x)", "(product (scripts f primes:2) (group ( x))"},
          {"f^{\\prime}", "(scripts f primes:1)"},
          {"x^*", "(scripts x sup:*)"},
          {"A_{i:}", "(scripts A sub:(product i :))"},
          {"A_{\\cdot j}", "(scripts A sub:(product · j))"},
          {"x^\\frac12", "(scripts x sup:(frac 1 2))"},
          {"x^{-3/2}", "(scripts x sup:(sum -(product 3 (op /) 2)))"}});
}

TEST(ReadLatex, Derivatives) {
  expect({{"\\frac{\\partial L}{\\partial x_i}", "(deriv ∂ L (scripts x sub:i))"},
          {"\\frac{\\partial}{\\partial x} f", "(product (deriv ∂ _ x) f)"},
          {"\\frac{\\partial^2 f}{\\partial x\\,\\partial y}", "(deriv ∂ order:2 f x y)"},
          {"\\dfrac{\\partial^{2} f}{\\partial x_j^2}", "(deriv ∂ order:2 f (scripts x sub:j)^2)"},
          {"\\frac{\\partial^3 f}{\\partial x^2 \\partial y}", "(deriv ∂ order:3 f x^2 y)"},
          {"\\frac{\\partial f}{\\partial \\sigma^2}", "(deriv ∂ f (scripts σ sup:2))"},
          {"\\frac{\\partial^2 f}{\\partial x \\partial x^\\top}", "(deriv ∂ order:2 f x (scripts x sup:⊤))"},
          {"\\frac{\\partial\\, a^TX^{-1}b}{\\partial X}",
           "(deriv ∂ (product (scripts a sup:T) (scripts X sup:(sum -1)) b) X)"},
          {"\\frac{\\mathrm d y}{\\mathrm d x}", "(deriv d y x)"},
          {"\\frac{d^2\\sigma(x)}{dx^2}", "(deriv d order:2 (product σ (group ( x)) x^2)"},
          {"\\partial L/\\partial x", "(deriv ∂ L x)"},
          {"\\partial^2 f/\\partial x \\partial y\\, g", "(product (deriv ∂ order:2 f x y) g)"},
          {"dL/dx", "(deriv d L x)"},
          {"\\pdv[2]{f}{x}", "(deriv ∂ order:2 f x^2)"},
          {"\\partial_w L", "(product (scripts ∂ sub:w) L)"},
          {"\\nabla^2 f", "(product (scripts ∇ sup:2) f)"},
          {"dL = G : dW", "(product d L) = (product G (op :) d W)"},
          {"\\frac{d_l}{d}", "(frac (scripts d sub:l) d)"},
          {"\\frac{d}{2}", "(frac d 2)"},
          {"\\frac{\\partial^2 f}{\\partial x}",
           "(bad the order above the line is not the sum of the orders below it) ! syntax"}});
}

TEST(ReadLatex, Restriction) {
  expect({{"\\left.\\frac{df}{dx}\\right|_{x=a}", "(product (deriv d f x) (restrict (chain x = a)))"},
          {"f(x)\\big|_{x=1, y=2}", "(product f (group ( x) (restrict (chain x = 1) (chain y = 2)))"},
          {"g'|_{x_0}", "(product (scripts g primes:1) (restrict (scripts x sub:0)))"},
          {"\\frac{df}{dx}\\Big\\rvert_{x=a}", "(product (deriv d f x) (restrict (chain x = a)))"}});
}

TEST(ReadLatex, Bars) {
  expect({{"|x|", "(group | x)"},
          {"\\|x\\|_2^2", "(scripts (group ‖ x) sub:2 sup:2)"},
          {"||x||^2", "(scripts (group ‖ x) sup:2)"},
          {"|a||b|", "(product (group | a) (group | b))"},
          {"\\frac{a \\cdot b}{|a|\\,|b|}", "(frac (product a (op ·) b) (product (group | a) (group | b)))"},
          {"|x - |y||", "(group | (sum +x -(group | y)))"},
          {"\\sum_i |x_i|", "(product (bigop sum sub:i) (group | (scripts x sub:i)))"},
          {"\\left\\| x + y \\right\\|", "(group ‖ (sum +x +y))"},
          {"\\lVert x \\rVert", "(group ‖ x)"},
          {"p(y|x)", "(product p (group ( y | x))"},
          {"|x", "(product (bad a bar without its partner) x) ! unbalanced"}});
}

TEST(ReadLatex, OperatorsWithLimits) {
  expect({{"\\sum_{i=1}^n a_i", "(product (bigop sum sub:(chain i = 1) sup:n) (scripts a sub:i))"},
          {"\\sum^n_{i=1} a", "(product (bigop sum sub:(chain i = 1) sup:n) a)"},
          {"\\sum\\limits_{i,j} a", "(product (bigop sum sub:(group list i , j)) a)"},
          {"\\sum_{\\substack{i=1\\\\ i\\neq k}}^n a",
           "(product (bigop sum sub:(group list (chain i = 1) , (chain i ≠ k)) sup:n) a)"},
          {"\\max(a, b)", "(product (name max style:op) (group ( a , b))"},
          {"\\max_i x_i", "(product (bigop max sub:i) (scripts x sub:i))"},
          {"\\arg\\max_x f", "(product (bigop argmax sub:x) f)"},
          {"\\underset{x}{\\operatorname{argmin}} f", "(product (bigop argmin sub:x) f)"},
          {"\\lim_{n \\to \\infty} a", "(product (bigop lim sub:(chain n → ∞)) a)"},
          {"\\mathbb{E}_x[f]", "(product (bigop expectation sub:x) (group [ f))"},
          {"\\sum_i a_i + b", "(sum +(product (bigop sum sub:i) (scripts a sub:i)) +b)"}});
}

TEST(ReadLatex, Structures) {
  expect({{"\\tfrac12", "(frac 1 2)"},
          {"\\sqrt[3]{x}", "(root x 3)"},
          {"\\binom{n}{k}", "(frac binom n k)"},
          {"\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}", "(matrix columns:2 1 2 3 4)"},
          {"\\begin{cases} x & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}", "(cases x (chain x > 0) 0 _)"},
          {"f = \\left\\{\\begin{array}{ll} 1, & \\text{if } i = j \\\\ 0, & i \\neq j,\\ k > 0 \\end{array}\\right.",
           "f = (cases 1 (chain i = j) 0 (group list (chain i ≠ j) , (chain k > 0)))"},
          {"\\underbrace{a+b}_{\\text{note}} c", "(product (under (sum +a +b)) c)"},
          {"\\langle a, b\\rangle", "(group ⟨ a , b)"},
          {"\\mathbf{1}[i+k=j]", "(product (name 1 style:bold) (group [ (chain (sum +i +k) = j)))"},
          {"a \\cdot -b", "(product a (op ·) (sum -b))"},
          {"-a \\pm b", "(sum -a ±b)"},
          {"\\color{red} x \\phantom{y}\\, z", "(product x z)"},
          {"x % comment $ \n y", "(product x y)"}});
}

TEST(ReadLatex, EverydayHabits) {
  expect({{"a ={}& b {+} c", "a = (sum +b +c)"},
          {"{\\partial L \\over \\partial x}", "(deriv ∂ L x)"},
          {"a^{<t>}", "(scripts a sup:(group ⟨ t))"},
          {"x\\_i \\* y", "(product (scripts x sub:i) (op *) y)"},
          {"\\frac{\\text{d}y}{\\text{d}x}", "(deriv d y x)"},
          {"a\\hspace{1mm}b = c \\hspace{1cm} d = e", "(product a b) = c | d = e"},
          {"f = \\left\\{\\begin{aligned} &x, && x > 0 \\\\ &0, && x \\le 0 \\end{aligned}\\right.",
           "f = (cases x (chain x > 0) 0 (chain x ≤ 0))"},
          {"f = \\begin{cases} x \\text{ if } x > 0 \\\\ 0 \\text{ otherwise} \\end{cases}",
           "f = (cases x (chain x > 0) 0 _)"},
          {"\\left(\\begin{array}{cc} a & b \\end{array}\\right)", "(group ( (matrix columns:2 a b))"},
          {"\\operatorname*{\\arg\\max}_x f", "(product (bigop argmax sub:x) f)"},
          {"\\frac{\\delta E}{\\delta u}", "(bad a quotient of variations δ is not read) ! syntax"}});
}

TEST(ReadLatex, ASignBehindABigOperator) {
  expect({{"\\sum_i -x_i w_i", "(product (bigop sum sub:i) (sum -(scripts x sub:i)) (scripts w sub:i))"},
          {"\\sum_i x_i - c", "(sum +(product (bigop sum sub:i) (scripts x sub:i)) -c)"},
          {"½x", "(product (frac 1 2) x)"}});
}

TEST(ReadLatex, Macros) {
  expect({{"\\newcommand{\\sig}[1]{\\sigma\\left(#1\\right)} \\sig{x}", "(product σ (group ( x))"},
          {"\\def\\R{\\mathbb{R}} x \\in \\R", "x ∈ (name R style:bb)"},
          {"\\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}} \\pd{f}{x}", "(deriv ∂ f x)"},
          {"\\DeclareMathOperator*{\\am}{arg\\,max} \\am_x f", "(product (bigop argmax sub:x) f)"},
          {"\\newcommand{\\n}[2][2]{\\|#2\\|_{#1}} \\n{x} \\n[1]{y}",
           "(product (scripts (group ‖ x) sub:2) (scripts (group ‖ y) sub:1))"},
          {"\\let\\a\\alpha \\a", "α"},
          {"\\foo + x", "(sum +(bad \\foo is not known) +x) ! unknown-macro"}});
}

}  // namespace
}  // namespace gradus::test
