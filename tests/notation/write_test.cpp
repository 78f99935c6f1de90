// What index notation looks like, in LaTeX and as text.
#include "write_fixture.h"

namespace gradus {
namespace {

using Index = WriteTest;

TEST_F(Index, Fractions) {
  EXPECT_EQ(write_latex(make::inv(add({one, make::func(Elementary::exp, make::neg(u))}))), "\\frac{1}{1 + e^{-u}}");
  EXPECT_EQ(write_text(make::inv(add({one, make::func(Elementary::exp, make::neg(u))}))), "1/(1 + e⁻ᵘ)");
  EXPECT_EQ(write_latex(half(u)), "\\frac{1}{2}u");
  EXPECT_EQ(write_latex(make::div(make::mul({two, u}), make::mul({make::number(3), v}))), "\\frac{2u}{3v}");
  EXPECT_EQ(write_latex(make::func(Elementary::exp, make::neg(half(make::sq(u))))), "e^{-u^2/2}");
}

TEST_F(Index, Powers) {
  EXPECT_EQ(write_latex(make::sqrt(u)), "\\sqrt{u}");
  EXPECT_EQ(write_latex(make::inv(make::sqrt(add({u, v})))), "\\frac{1}{\\sqrt{u + v}}");
  EXPECT_EQ(write_latex(make::pow(u, make::number(Rational(3, 2)))), "u^{3/2}");
  EXPECT_EQ(write_latex(make::sq(add({u, v}))), "(u + v)^2");
  EXPECT_EQ(write_latex(make::sq(x(i))), "x_i^2");
  EXPECT_EQ(write_text(make::sq(x(i))), "xᵢ²");
  Symbol* sample = tensor("x", {L}, {Place::sup_paren});
  EXPECT_EQ(write_latex(make::sq(make::ref(sample, {i}))), "(x^{(i)})^2");
}

TEST_F(Index, SumsInReadableOrder) {
  EXPECT_EQ(write_latex(add({make::number(-1), make::sq(u)})), "u^2 - 1");
  EXPECT_EQ(write_latex(make::sub(one, make::sq(u))), "1 - u^2");
  EXPECT_EQ(write_latex(make::neg(add({u, v}))), "-u - v");
  EXPECT_EQ(write_latex(add({make::neg(u), v})), "v - u");
  EXPECT_EQ(write_latex(make::mul({u, add({v, c})})), "u(v + c)");
}

TEST_F(Index, Reductions) {
  EXPECT_EQ(write_latex(make::div(make::mul({two, sum(vi, mul({s(i), x(i)}))}), L)),
            "\\frac{2}{L}\\sum_{i=1}^{n} s_i x_i");
  EXPECT_EQ(write_text(sum(vi, mul({s(i), x(i)}))), "Σ_{i=1}^n sᵢ xᵢ");
  EXPECT_EQ(write_latex(sum(vi, sum(vj, mul({x(i), A(i, j), x(j)})))), "\\sum_{i=1}^{n}\\sum_{j=1}^{n} A_{ij} x_i x_j");
  EXPECT_EQ(write_latex(sum(vi, add({x(i), y(i)}))), "\\sum_{i=1}^{n} (x_i + y_i)");
  EXPECT_EQ(write_latex(make::mul({sum(vi, x(i)), sum(vj, y(j))})).find("\\left("), 0u);
  EXPECT_EQ(write_latex(sum(vi, make::select(Relation::ne, i, k, mul({x(i), y(k)}), zero))),
            "\\sum_{i \\neq k} x_i y_k");
}

TEST_F(Index, BoundNamesNeverCapture) {
  const IndexVar* other = make::fresh("i", one, n);
  EXPECT_EQ(write_latex(mul({x(i), sum(other, y(make::index(other)))})), "x_i \\sum_{j=1}^{n} y_j");
  EXPECT_EQ(write_latex(mul({make::ref(scalar("i")), sum(other, y(make::index(other)))})), "i \\sum_{j=1}^{n} y_j");
}

TEST_F(Index, ScriptsByPlace) {
  Symbol* w = tensor("w", {n, n, n, n}, {Place::sub, Place::sub, Place::sup, Place::sup});
  EXPECT_EQ(write_latex(make::ref(w, {one, i, two, zero})), "w_{1,i}^{2,0}");
  EXPECT_EQ(write_text(make::ref(w, {one, i, two, zero})), "w_{1,i}^{2,0}");
  EXPECT_EQ(write_latex(make::ref(sSample, {l, j})), "x_{l,j}");
  Symbol* z = tensor("z", {L, n}, {Place::sup_bracket});
  EXPECT_EQ(write_latex(make::ref(z, {add({l, one}), j})), "z_j^{[l+1]}");
  Symbol* label = tensor("u_o", {n});
  EXPECT_EQ(write_latex(make::ref(label, {j})), "(u_o)_j");
  EXPECT_EQ(write_latex(make::delta(i, j)), "\\delta_{ij}");
  EXPECT_EQ(write_text(make::delta(i, j)), "δᵢⱼ");
}

TEST_F(Index, ApplicationsAndTheirDerivatives) {
  Symbol* f = function("f", {sx}, {n});
  Symbol* g = function("g", {u->symbol, v->symbol});
  Symbol* h = function("h", {u->symbol});
  const Lambda whole{{vk}, x(k)};
  EXPECT_EQ(write_latex(make::apply(f, {i}, {whole})), "f_i(x)");
  EXPECT_EQ(write_latex(make::apply(f, {i}, {Lambda{{vk}, make::ref(sSample, {l, k})}})), "f_i(x_l)");
  EXPECT_EQ(write_latex(make::apply(h, {}, {Lambda{{}, u}}, {Slot{0, {}}, Slot{0, {}}})), "h''(u)");
  EXPECT_EQ(write_latex(make::apply(g, {}, {Lambda{{}, u}, Lambda{{}, v}}, {Slot{0, {}}})), "\\partial_1 g(u, v)");
  EXPECT_EQ(write_text(make::apply(g, {}, {Lambda{{}, u}, Lambda{{}, v}}, {Slot{0, {}}, Slot{1, {}}})), "∂₁∂₂g(u, v)");
  EXPECT_EQ(write_latex(make::apply(f, {i}, {whole}, {Slot{0, {j}}})), "\\frac{\\partial f_i(x)}{\\partial x_j}");
  Symbol* p = function("p", {sx});
  const Lambda inner{{vk}, make::apply(f, {k}, {whole})};
  EXPECT_EQ(write_latex(make::apply(p, {}, {inner}, {Slot{0, {j}}})), "(\\nabla p(f(x)))_j");
  EXPECT_EQ(write_latex(make::apply(f, {i}, {inner}, {Slot{0, {j}}})), "(Df(f(x)))_{ij}");
  EXPECT_EQ(write_latex(make::apply(p, {}, {inner}, {Slot{0, {i}}, Slot{0, {j}}, Slot{0, {k}}})),
            "\\frac{\\partial^3 p(u)}{\\partial u_i \\partial u_j \\partial u_k}\\big|_{u=f(x)}");
  EXPECT_EQ(write_text(make::apply(p, {}, {inner}, {Slot{0, {j}}})), "(∇p(f(x)))ⱼ");
}

TEST_F(Index, OpenDerivatives) {
  Symbol* loss = scalar("E");
  EXPECT_EQ(write_latex(make::deriv(make::ref(loss), x(j))), "\\frac{\\partial E}{\\partial x_j}");
  EXPECT_EQ(write_text(mul({make::deriv(make::ref(loss), x(j)), s(j)})), "sⱼ · ∂E/∂xⱼ");
  EXPECT_EQ(write_latex(make::deriv(make::deriv(make::ref(loss), u), u)), "\\frac{\\partial^2 E}{\\partial u^2}");
}

TEST_F(Index, ElementaryFunctionsAndCases) {
  EXPECT_EQ(write_latex(make::func(Elementary::abs, u)), "|u|");
  EXPECT_EQ(write_latex(make::func(Elementary::log, add({u, v}))), "\\log(u + v)");
  EXPECT_EQ(write_latex(make::select(Relation::gt, u, v, u, v)), "\\max(u, v)");
  EXPECT_EQ(write_latex(make::select(Relation::eq, i, k, x(i), zero)), "x_i [i = k]");
  EXPECT_EQ(write_latex(make::select(Relation::gt, u, zero, u, c)),
            "\\begin{cases} u & \\text{if } u > 0 \\\\ c & \\text{otherwise} \\end{cases}");
}

}  // namespace
}  // namespace gradus
