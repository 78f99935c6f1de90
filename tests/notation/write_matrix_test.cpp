// Index notation folded back into matrix notation.
#include "write_fixture.h"

namespace gradus {
namespace {

class MatrixForm : public WriteTest {
 protected:
  std::string latex(Expr e, const IndexVars& axes, bool row = false) {
    const auto written = write_matrix(e, axes, row);
    return written ? written->latex : "none";
  }
  std::string text(Expr e, const IndexVars& axes) {
    const auto written = write_matrix(e, axes);
    return written ? written->text : "none";
  }
  Expr inverse(Expr r, Expr col) { return make::inverse(Lambda{{vi, vj}, X(i, j)}, r, col); }
  const IndexVar* vp = make::fresh("p", one, n);
  const IndexVar* vq = make::fresh("q", one, n);
  Expr p = make::index(vp), q = make::index(vq);
  Expr a(Expr at) { return s(at); }
};

TEST_F(MatrixForm, Products) {
  EXPECT_EQ(latex(sum(vj, mul({A(i, j), x(j)})), {vi}), "Ax");
  EXPECT_EQ(latex(sum(vi, mul({A(i, j), x(i)})), {vj}), "A^Tx");
  EXPECT_EQ(latex(sum(vj, mul({A(i, j), x(j)})), {vi}, true), "x^TA^T");
  EXPECT_EQ(latex(sum(vi, sum(vj, mul({x(i), A(i, j), y(j)}))), {}), "x^TAy");
  EXPECT_EQ(latex(sum(vi, sum(vj, mul({x(j), A(i, j), y(i)}))), {}), "y^TAx");
  EXPECT_EQ(latex(mul({x(i), y(j)}), {vi, vj}), "xy^T");
  EXPECT_EQ(latex(mul({x(i), y(j)}), {vj, vi}), "yx^T");
  EXPECT_EQ(latex(sum(vk, mul({A(i, k), B(j, k)})), {vi, vj}), "AB^T");
  EXPECT_EQ(text(sum(vk, mul({A(k, i), x(k)})), {vi}), "Aᵀx");
}

TEST_F(MatrixForm, Sums) {
  const Expr ATAx = sum(vk, sum(vj, mul({two, A(k, i), A(k, j), x(j)})));
  const Expr ATb = sum(vk, mul({two, A(k, i), b(k)}));
  EXPECT_EQ(latex(make::sub(ATAx, ATb), {vi}), "2A^TAx - 2A^Tb");
  EXPECT_EQ(text(make::sub(ATAx, ATb), {vi}), "2AᵀAx − 2Aᵀb");
  const Expr both = sum(vj, mul({add({A(i, j), A(j, i)}), x(j)}));
  EXPECT_EQ(latex(both, {vi}), "(A + A^T)x");
  EXPECT_EQ(latex(add({sum(vj, mul({A(i, j), x(j)})), sum(vj, mul({A(j, i), x(j)}))}), {vi}), "(A + A^T)x");
  const Expr residual = make::sub(sum(vj, mul({A(k, j), x(j)})), b(k));
  EXPECT_EQ(latex(sum(vk, mul({two, A(k, i), residual})), {vi}), "2A^T(Ax - b)");
  EXPECT_EQ(latex(sum(vk, make::sq(residual)), {}), "\\|Ax - b\\|^2");
}

TEST_F(MatrixForm, NormsAndTraces) {
  EXPECT_EQ(latex(sum(vi, make::sq(x(i))), {}), "\\|x\\|^2");
  EXPECT_EQ(text(sum(vi, make::sq(x(i))), {}), "‖x‖²");
  EXPECT_EQ(latex(mul({x(j), make::inv(make::sqrt(sum(vi, make::sq(x(i)))))}), {vj}), "\\frac{x}{\\|x\\|}");
  EXPECT_EQ(latex(sum(vi, A(i, i)), {}), "\\operatorname{tr}(A)");
  EXPECT_EQ(latex(sum(vi, sum(vj, make::sq(A(i, j)))), {}), "\\|A\\|_F^2");
  EXPECT_EQ(latex(sum(vi, sum(vj, mul({A(i, j), B(i, j)}))), {}), "\\operatorname{tr}(A^TB)");
  EXPECT_EQ(latex(sum(vi, sum(vj, mul({A(i, j), B(j, i)}))), {}), "\\operatorname{tr}(AB)");
  EXPECT_EQ(latex(mul({sum(vj, mul({s(j), x(j)})), x(i)}), {vi}), "(s^Tx)x");
}

TEST_F(MatrixForm, ElementWise) {
  EXPECT_EQ(latex(mul({x(i), y(i)}), {vi}), "x \\odot y");
  EXPECT_EQ(latex(sum(vj, mul({A(i, j), x(j), y(i)})), {vi}), "y \\odot (Ax)");
  EXPECT_EQ(latex(mul({A(i, j), B(i, j)}), {vi, vj}), "A \\odot B");
  EXPECT_EQ(latex(make::div(x(i), y(i)), {vi}), "x \\oslash y");
  EXPECT_EQ(latex(make::inv(add({one, make::func(Elementary::exp, make::neg(x(i)))})), {vi}),
            "\\mathbf{1} \\oslash (\\mathbf{1} + \\exp(-x))");
  EXPECT_EQ(latex(make::func(Elementary::tanh, add({sum(vj, mul({A(i, j), x(j)})), b(i)})), {vi}), "\\tanh(Ax + b)");
  EXPECT_EQ(latex(sum(vi, make::func(Elementary::log, x(i))), {}), "\\mathbf{1}^T \\log(x)");
  EXPECT_EQ(latex(sum(vl, mul({make::ref(sSample, {l, i}), s(k)})), {vi, vk}), "\\sum_{l=1}^{L} x_l s^T");
}

TEST_F(MatrixForm, Diagonals) {
  EXPECT_EQ(latex(sum(vk, mul({X(k, i), s(k), X(k, j)})), {vi, vj}), "X^T \\operatorname{diag}(s) X");
  EXPECT_EQ(latex(mul({s(i), A(i, j)}), {vi, vj}), "\\operatorname{diag}(s) A");
  EXPECT_EQ(latex(mul({s(i), make::delta(i, j)}), {vi, vj}), "\\operatorname{diag}(s)");
  EXPECT_EQ(latex(make::delta(i, j), {vi, vj}), "I");
  EXPECT_EQ(latex(sum(vk, mul({X(k, i), s(k), y(k)})), {vi}), "X^T(s \\odot y)");
  EXPECT_EQ(latex(make::sub(mul({s(i), make::delta(i, j)}), mul({s(i), s(j)})), {vi, vj}),
            "\\operatorname{diag}(s) - ss^T");
}

TEST_F(MatrixForm, InverseAndDeterminant) {
  const Expr gradient = make::neg(sum(vp, sum(vq, mul({inverse(p, i), a(p), b(q), inverse(j, q)}))));
  EXPECT_EQ(latex(gradient, {vi, vj}), "-X^{-T}sb^TX^{-T}");
  EXPECT_EQ(latex(inverse(j, i), {vi, vj}), "X^{-T}");
  EXPECT_EQ(latex(make::func(Elementary::log, make::det(Lambda{{vi, vj}, X(i, j)})), {}), "\\log(\\det(X))");
  EXPECT_EQ(write_latex(inverse(i, j)), "(X^{-1})_{ij}");
  const Expr gram = sum(vk, mul({A(k, i), A(k, j)}));
  EXPECT_EQ(write_latex(make::det(Lambda{{vi, vj}, gram})), "\\det(A^TA)");
}

TEST_F(MatrixForm, SamplesStayExplicit) {
  Symbol* mu = tensor("m", {n});
  const auto centred = [&](Expr at) { return make::sub(make::ref(sSample, {l, at}), make::ref(mu, {at})); };
  EXPECT_EQ(latex(sum(vl, mul({centred(i), centred(j)})), {vi, vj}), "\\sum_{l=1}^{L} (x_l - m)(x_l - m)^T");
  EXPECT_EQ(latex(make::div(sum(vl, make::ref(sSample, {l, i})), L), {vi}), "\\frac{1}{L}\\sum_{l=1}^{L} x_l");
}

TEST_F(MatrixForm, AbstractFunctions) {
  Symbol* f = function("f", {sx}, {n});
  Symbol* g = function("g", {sx});
  Symbol* h = function("h", {u->symbol});
  const Lambda whole{{vp}, x(p)};
  const Lambda inner{{vq}, make::apply(f, {q}, {whole})};
  const Expr chain_rule =
      sum(vk, mul({make::apply(g, {}, {inner}, {Slot{0, {k}}}), make::apply(f, {k}, {whole}, {Slot{0, {j}}})}));
  EXPECT_EQ(latex(chain_rule, {vj}), "Df(x)^T \\nabla g(f(x))");
  EXPECT_EQ(latex(chain_rule, {vj}, true), "\\nabla g(f(x))^T Df(x)");
  EXPECT_EQ(latex(make::apply(g, {}, {whole}, {Slot{0, {i}}, Slot{0, {j}}}), {vi, vj}), "\\nabla^2 g(x)");
  const Expr curved = sum(vk, mul({x(k), make::apply(f, {k}, {whole}, {Slot{0, {i}}, Slot{0, {j}}})}));
  EXPECT_EQ(latex(curved, {vi, vj}), "\\sum_{k=1}^{n} x_k \\nabla^2 f_k(x)");
  EXPECT_EQ(latex(make::apply(h, {}, {Lambda{{}, x(i)}}, {Slot{0, {}}}), {vi}), "h'(x)");
}

TEST_F(MatrixForm, NoneWhereThereIsNone) {
  EXPECT_EQ(latex(mul({i, x(i)}), {vi}), "none");
  EXPECT_EQ(latex(make::ref(sSample, {l, i}), {vl, vi}), "none");
  EXPECT_EQ(latex(x(i), {vi, vj, vk}), "none");
  const IndexVar* tail = make::fresh("i", two, n);
  EXPECT_EQ(latex(sum(tail, make::sq(x(make::index(tail)))), {}), "\\sum_{i=2}^{n} x_i^2");
}

}  // namespace
}  // namespace gradus
