// Register tiles: loops around a lanes loop that only add up, at every size of rows and of lanes.
#include "llvm_test.h"

namespace gradus::llvm_test {
namespace {

std::size_t place(long row, long column, long width) { return static_cast<std::size_t>(row * width + column); }

/// h[i,j] += Σ_n s[n,i]·x[n,j], lanes over j; and o[i] += the maximum over n of it at j = 0.
TEST_F(LlvmTest, RowsOfSumsStayInRegisters) {
  constexpr long terms = 6;
  for (const CompileOptions& options : machines()) {
    for (const long rows : {1L, 3L, 4L, 7L}) {
      for (const long width : {1L, 8L, 31L, 32L, 33L, 100L}) {
        const Symbol *s = new_symbol("s"), *x = new_symbol("x"), *h = new_symbol("h"), *m = new_symbol("m");
        const IndexVar *i = over("i", 0, rows - 1), *n = over("n", 0, terms - 1), *j = over("j", 0, width - 1);
        const Expr body = make::mul({at(s, {ix(n), ix(i)}), at(x, {ix(n), ix(j)})});
        Nest nest;
        nest.buffers = {buffer(s, Storage::input, {terms, rows}), buffer(x, Storage::input, {terms, width}),
                        buffer(h, Storage::output, {rows, width}), buffer(m, Storage::output, {rows, width})};
        nest.steps = {loop(Kind::serial, i,
                           {loop(Kind::serial, n,
                                 {loop(Kind::lanes, j,
                                       {statement(at(h, {ix(i), ix(j)}), Update::add, body),
                                        statement(at(h, {ix(i), ix(j)}), Update::add, make::number(1)),
                                        statement(at(m, {ix(i), ix(j)}), Update::max, body)})})})};
        const auto ss = numbers(static_cast<std::size_t>(terms * rows)),
                   xs = numbers(static_cast<std::size_t>(terms * width));
        std::vector<double> hs(static_cast<std::size_t>(rows * width) + 1, 0.5), ms = hs;
        run(nest, {ss.data(), xs.data()}, {hs.data(), ms.data()}, options);
        for (long a = 0; a < rows; ++a) {
          for (long c = 0; c < width; ++c) {
            double sum = 0.5, most = 0.5;
            for (long b = 0; b < terms; ++b) {
              const double term = ss[place(b, a, rows)] * xs[place(b, c, width)];
              sum += term + 1;
              most = std::max(most, term);
            }
            EXPECT_NEAR(hs[place(a, c, width)], sum, 1e-13);
            EXPECT_EQ(ms[place(a, c, width)], most);
          }
        }
        EXPECT_EQ(hs.back(), 0.5);
      }
    }
  }
}

/// g[i,j] += Σ_n z[i,n]·y[j,n], lanes over n, for all numbers of rows.
TEST_F(LlvmTest, TilesOfSumsAcrossLanes) {
  constexpr long n = 45;
  for (const CompileOptions& options : machines()) {
    for (const long rows : {1L, 2L, 5L}) {
      for (const long columns : {1L, 2L, 4L, 7L}) {
        const Symbol *z = new_symbol("z"), *y = new_symbol("y"), *g = new_symbol("g");
        const IndexVar *i = over("i", 0, rows - 1), *j = over("j", 0, columns - 1), *l = over("l", 0, n - 1);
        Nest nest;
        nest.buffers = {buffer(z, Storage::input, {rows, n}), buffer(y, Storage::input, {columns, n}),
                        buffer(g, Storage::output, {rows, columns})};
        nest.steps = {loop(Kind::serial, i,
                           {loop(Kind::serial, j,
                                 {loop(Kind::lanes, l,
                                       {statement(at(g, {ix(i), ix(j)}), Update::add,
                                                  make::mul({at(z, {ix(i), ix(l)}), at(y, {ix(j), ix(l)})}))})})})};
        const auto zs = numbers(static_cast<std::size_t>(rows * n)),
                   ys = numbers(static_cast<std::size_t>(columns * n), 2);
        std::vector<double> gs(static_cast<std::size_t>(rows * columns), 1.0);
        run(nest, {zs.data(), ys.data()}, {gs.data()}, options);
        for (long a = 0; a < rows; ++a) {
          for (long b = 0; b < columns; ++b) {
            double sum = 1;
            for (long c = 0; c < n; ++c) sum += zs[place(a, c, n)] * ys[place(b, c, n)];
            EXPECT_NEAR(gs[place(a, b, columns)], sum, 1e-12);
          }
        }
      }
    }
  }
}

/// Places that overlap between rows and lanes are no tile: c[i + j] += a[i, n]·b[n, j].
TEST_F(LlvmTest, OverlappingTargetsAddUp) {
  constexpr long rows = 5, terms = 3, width = 19;
  const Symbol *a = new_symbol("a"), *b = new_symbol("b"), *c = new_symbol("c");
  const IndexVar *i = over("i", 0, rows - 1), *n = over("n", 0, terms - 1), *j = over("j", 0, width - 1);
  Nest nest;
  nest.buffers = {buffer(a, Storage::input, {rows, terms}), buffer(b, Storage::input, {terms, width}),
                  buffer(c, Storage::output, {rows + width - 1})};
  nest.steps = {loop(Kind::serial, i,
                     {loop(Kind::serial, n,
                           {loop(Kind::lanes, j,
                                 {statement(at(c, {make::add({ix(i), ix(j)})}), Update::add,
                                            make::mul({at(a, {ix(i), ix(n)}), at(b, {ix(n), ix(j)})}))})})})};
  const auto as = numbers(rows * terms), bs = numbers(terms * width, 1);
  std::vector<double> cs(rows + width - 1), expected = cs;
  run(nest, {as.data(), bs.data()}, {cs.data()});
  for (long r = 0; r < rows; ++r)
    for (long t = 0; t < terms; ++t)
      for (long w = 0; w < width; ++w)
        expected[static_cast<std::size_t>(r + w)] += as[place(r, t, terms)] * bs[place(t, w, width)];
  for (std::size_t k = 0; k < cs.size(); ++k) EXPECT_NEAR(cs[k], expected[k], 1e-13);
}

}  // namespace
}  // namespace gradus::llvm_test
