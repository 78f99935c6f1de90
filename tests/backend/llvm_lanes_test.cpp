// Loops across lanes: maps, masks, sums, blocks, gathers, cases.
#include "llvm_test.h"

namespace gradus::llvm_test {
namespace {

using llvm_sizes = std::vector<long>;
const llvm_sizes sizes{1, 2, 7, 8, 9, 63, 64, 65, 1000};

TEST_F(LlvmTest, MapsOnEveryMachineAndSize) {
  for (const CompileOptions& options : machines()) {
    for (const long n : sizes) {
      const Symbol *x = new_symbol("x"), *y = new_symbol("y");
      const IndexVar* i = over("i", 0, n - 1);
      const Expr xi = at(x, {ix(i)});
      // y_i = exp(x_i)·x_i/3 + i − sqrt(x_i² + 1)/(x_i − 2) + |x_i|^(3/2)
      const Expr body = make::add(
          {make::mul({make::func(Elementary::exp, xi), xi, make::number(Rational(1, 3))}), ix(i),
           make::neg(make::div(make::sqrt(make::add({make::sq(xi), make::number(1)})), make::sub(xi, make::number(2)))),
           make::pow(make::func(Elementary::abs, xi), make::number(Rational(3, 2)))});
      Nest nest;
      nest.buffers = {buffer(x, Storage::input, {n}), buffer(y, Storage::output, {n})};
      nest.steps = {loop(Kind::lanes, i, {statement(at(y, {ix(i)}), Update::set, body)})};
      const auto in = numbers(static_cast<std::size_t>(n));
      std::vector<double> out(in.size() + 1, -7.0);
      run(nest, {in.data()}, {out.data()}, options);
      for (std::size_t k = 0; k < in.size(); ++k) {
        const double v = in[k];
        const double expected =
            std::exp(v) * v / 3 + static_cast<double>(k) - std::sqrt(v * v + 1) / (v - 2) + std::pow(std::abs(v), 1.5);
        EXPECT_NEAR(out[k], expected, 1e-13 * (1 + std::abs(expected))) << n << " " << options.features << " " << k;
      }
      EXPECT_EQ(out.back(), -7.0);
    }
  }
}

TEST_F(LlvmTest, SumsAndMaximaAcrossLanes) {
  for (const CompileOptions& options : machines()) {
    for (const long n : sizes) {
      const Symbol *x = new_symbol("x"), *s = new_symbol("s"), *m = new_symbol("m"), *l = new_symbol("l");
      const IndexVar* i = over("i", 0, n - 1);
      const Expr xi = at(x, {ix(i)});
      Nest nest;
      nest.buffers = {buffer(x, Storage::input, {n}), buffer(s, Storage::output, {}), buffer(m, Storage::output, {}),
                      buffer(l, Storage::output, {})};
      nest.steps = {statement(at(s), Update::set, make::number(5)), statement(at(m), Update::set, make::number(-100)),
                    statement(at(l), Update::set, make::number(100)),
                    loop(Kind::lanes, i,
                         {statement(at(s), Update::add, make::sq(xi)), statement(at(m), Update::max, xi),
                          statement(at(l), Update::min, xi)})};
      const auto in = numbers(static_cast<std::size_t>(n));
      double sum = 0, most = 0, least = 0;
      run(nest, {in.data()}, {&sum, &most, &least}, options);
      double expected = 5;
      for (double v : in) expected += v * v;
      EXPECT_NEAR(sum, expected, 1e-12 * expected);
      EXPECT_EQ(most, *std::max_element(in.begin(), in.end()));
      EXPECT_EQ(least, *std::min_element(in.begin(), in.end()));
    }
  }
}

TEST_F(LlvmTest, NanStays) {
  for (const long where : {0L, 3L, 9L}) {
    const Symbol *x = new_symbol("x"), *s = new_symbol("s"), *m = new_symbol("m");
    const IndexVar* i = over("i", 0, 9);
    Nest nest;
    nest.buffers = {buffer(x, Storage::input, {10}), buffer(s, Storage::output, {}), buffer(m, Storage::output, {})};
    nest.steps = {statement(at(s), Update::set, make::number(0)), statement(at(m), Update::set, make::number(-100)),
                  loop(Kind::lanes, i,
                       {statement(at(s), Update::add, make::func(Elementary::exp, at(x, {ix(i)}))),
                        statement(at(m), Update::max, at(x, {ix(i)}))})};
    auto in = numbers(10);
    in[static_cast<std::size_t>(where)] = std::nan("");
    double sum = 0, most = 0;
    run(nest, {in.data()}, {&sum, &most});
    EXPECT_TRUE(std::isnan(sum));
    EXPECT_TRUE(std::isnan(most));
  }
}

/// z[i,n] = Σ_{j<i} q[i(i−1)/2 + j]·y[j,n], then g[i] = Σ_n z[i,n]·y[i,n]: blocks with tails, an array kept for a
/// block, a triangular range and its place in a packed array.
TEST_F(LlvmTest, BlocksTrianglesAndSums) {
  constexpr long d = 5;
  for (const CompileOptions& options : machines()) {
    for (const long size : sizes) {
      for (const long block : {8L, 24L, 64L, 256L}) {
        const Symbol *q = new_symbol("q"), *y = new_symbol("y"), *g = new_symbol("g"), *z = new_symbol("z");
        const IndexVar *n = over("n", 0, size - 1), *i = over("i", 0, d - 1), *k = over("k", 0, d - 1);
        const IndexVar* j = make::fresh("j", make::number(0L), make::sub(ix(i), make::number(1)));
        const IndexVar* r = over("r", 0, d - 1);
        Buffer kept = buffer(z, Storage::local, {d, block});
        kept.in_block[1] = true;
        const Expr packed =
            make::add({make::mul({make::number(Rational(1, 2)), ix(i), make::sub(ix(i), make::number(1))}), ix(j)});
        Nest nest;
        nest.buffers = {buffer(q, Storage::input, {d * (d - 1) / 2}), buffer(y, Storage::input, {d, size}),
                        buffer(g, Storage::output, {d}), kept};
        nest.steps = {
            loop(Kind::serial, r, {statement(at(g, {ix(r)}), Update::set, make::number(0L))}),
            loop(Kind::blocks, n,
                 {loop(Kind::serial, i,
                       {loop(Kind::lanes, n, {statement(at(z, {ix(i), ix(n)}), Update::set, make::number(0L))}),
                        loop(Kind::serial, j,
                             {loop(Kind::lanes, n,
                                   {statement(at(z, {ix(i), ix(n)}), Update::add,
                                              make::mul({at(q, {packed}), at(y, {ix(j), ix(n)})}))})})}),
                  loop(Kind::serial, k,
                       {loop(Kind::lanes, n,
                             {statement(at(g, {ix(k)}), Update::add,
                                        make::mul({at(z, {ix(k), ix(n)}), at(y, {ix(k), ix(n)})}))})})},
                 block)};
        const auto qs = numbers(d * (d - 1) / 2), ys = numbers(static_cast<std::size_t>(d * size), 0.9);
        std::vector<double> out(d);
        run(nest, {qs.data(), ys.data()}, {out.data()}, options);
        const auto y_at = [&](long a, long b) { return ys[static_cast<std::size_t>(a * size + b)]; };
        for (long a = 0; a < d; ++a) {
          double expected = 0;
          for (long b = 0; b < size; ++b)
            for (long c = 0; c < a; ++c)
              expected += qs[static_cast<std::size_t>(a * (a - 1) / 2 + c)] * y_at(c, b) * y_at(a, b);
          EXPECT_NEAR(out[static_cast<std::size_t>(a)], expected, 1e-11)
              << size << " " << block << " " << options.features;
        }
      }
    }
  }
}

/// y_i = x_{c(i)}, and its adjoint, in which several lanes meet at one place.
TEST_F(LlvmTest, GathersAndScatters) {
  for (const CompileOptions& options : machines()) {
    for (const Element element : {Element::i32, Element::i64}) {
      constexpr long n = 27;
      const Symbol *x = new_symbol("x"), *c = new_symbol("c"), *y = new_symbol("y"), *b = new_symbol("b");
      const IndexVar *i = over("i", 0, n - 1), *k = over("k", 0, 3);
      const Expr ci = at(c, {ix(i)});
      Nest nest;
      nest.buffers = {buffer(x, Storage::input, {4}), buffer(c, Storage::input, {n}, element),
                      buffer(y, Storage::output, {n}), buffer(b, Storage::output, {4, 2})};
      nest.steps = {loop(Kind::serial, k,
                         {statement(at(b, {ix(k), make::number(0L)}), Update::set, make::number(0L)),
                          statement(at(b, {ix(k), make::number(1)}), Update::set, make::number(0L))}),
                    loop(Kind::lanes, i,
                         {statement(at(y, {ix(i)}), Update::set, make::mul({at(x, {ci}), ci})),
                          statement(at(b, {ci, make::number(1)}), Update::add, make::add({ix(i), make::number(1)}))})};
      const auto xs = numbers(4);
      std::vector<std::int32_t> narrow;
      std::vector<std::int64_t> wide;
      std::vector<double> expected(8);
      for (long a = 0; a < n; ++a) {
        wide.push_back((a * a + a / 3) % 4);
        narrow.push_back(static_cast<std::int32_t>(wide.back()));
        expected[static_cast<std::size_t>(2 * wide.back() + 1)] += static_cast<double>(a + 1);
      }
      std::vector<double> ys(n), bs(8);
      const void* places = element == Element::i32 ? static_cast<const void*>(narrow.data()) : wide.data();
      run(nest, {xs.data(), places}, {ys.data(), bs.data()}, options);
      for (std::size_t a = 0; a < n; ++a)
        EXPECT_EQ(ys[a], xs[static_cast<std::size_t>(wide[a])] * static_cast<double>(wide[a]));
      EXPECT_EQ(bs, expected);
    }
  }
}

TEST_F(LlvmTest, StridesAcrossLanes) {
  for (const CompileOptions& options : machines()) {
    constexpr long n = 21;
    const Symbol *x = new_symbol("x"), *y = new_symbol("y");
    const IndexVar* i = over("i", 0, n - 1);
    // y[n − 1 − i, 1] += 2·x[i, 2]
    const Expr from = at(x, {ix(i), make::number(2)});
    const Expr to = at(y, {make::sub(make::number(n - 1), ix(i)), make::number(1)});
    Nest nest;
    nest.buffers = {buffer(x, Storage::input, {n, 3}), buffer(y, Storage::output, {n, 2})};
    nest.steps = {loop(Kind::lanes, i, {statement(to, Update::add, make::mul({make::number(2), from}))})};
    const auto xs = numbers(3 * n);
    std::vector<double> ys(2 * n, 1.0);
    run(nest, {xs.data()}, {ys.data()}, options);
    for (std::size_t a = 0; a < n; ++a) {
      EXPECT_EQ(ys[2 * (n - 1 - a) + 1], 1.0 + 2 * xs[3 * a + 2]);
      EXPECT_EQ(ys[2 * a], 1.0);
    }
  }
}

/// Rows of every short length, written and read column by column, and read again after they are written.
TEST_F(LlvmTest, ColumnsOfShortRows) {
  for (const CompileOptions& options : machines()) {
    constexpr long n = 19;
    for (const long width : {2L, 3L, 4L, 5L, 7L, 11L, 22L}) {
      const Symbol *x = new_symbol("x"), *y = new_symbol("y"), *z = new_symbol("z");
      const IndexVar* i = over("i", 0, n - 1);
      std::vector<NestStep> body;
      for (long c = 0; c < width; ++c) {
        const Expr column = make::number(c), mirrored = make::number(width - 1 - c);
        body.push_back(statement(at(y, {ix(i), column}), Update::set, make::mul({at(x, {ix(i), mirrored}), column})));
        if (c == 2) body.push_back(statement(at(y, {ix(i), make::number(1)}), Update::add, make::number(1)));
      }
      body.push_back(statement(at(z, {ix(i)}), Update::set, at(y, {ix(i), make::number(width - 1)})));
      Nest nest;
      nest.buffers = {buffer(x, Storage::input, {n, width}), buffer(y, Storage::output, {n, width}),
                      buffer(z, Storage::output, {n})};
      nest.steps = {loop(Kind::lanes, i, body)};
      const auto xs = numbers(static_cast<std::size_t>(n * width));
      std::vector<double> ys(xs.size() + 1, -3.0), zs(n);
      run(nest, {xs.data()}, {ys.data(), zs.data()}, options);
      for (long a = 0; a < n; ++a) {
        for (long c = 0; c < width; ++c) {
          const double value = xs[static_cast<std::size_t>((a + 1) * width - 1 - c)] * static_cast<double>(c);
          EXPECT_EQ(ys[static_cast<std::size_t>(a * width + c)], value + (c == 1 && width > 2 ? 1 : 0));
        }
        EXPECT_EQ(zs[static_cast<std::size_t>(a)], ys[static_cast<std::size_t>((a + 1) * width - 1)]);
      }
      EXPECT_EQ(ys.back(), -3.0);
    }
  }
}

/// An array of a lane's own stays in registers; loops in it are written out; several targets are summed at once.
TEST_F(LlvmTest, WrittenOutLoopsAndRegisters) {
  for (const CompileOptions& options : machines()) {
    constexpr long n = 29;
    const Symbol *x = new_symbol("x"), *h = new_symbol("h"), *g = new_symbol("g");
    const IndexVar *l = over("l", 0, n - 1), *i = over("i", 0, 2), *k = over("k", 0, 2), *r = over("r", 0, 2);
    Buffer own = buffer(h, Storage::local, {1, 3});
    own.stride = {0, 1};
    Nest nest;
    nest.buffers = {buffer(x, Storage::input, {n}), buffer(g, Storage::output, {3}), own};
    const Expr xl = at(x, {ix(l)});
    nest.steps = {
        loop(Kind::unrolled, r, {statement(at(g, {ix(r)}), Update::set, make::number(0L))}),
        loop(Kind::lanes, l,
             {loop(Kind::unrolled, i,
                   {statement(at(h, {ix(l), ix(i)}), Update::set, make::mul({xl, make::add({ix(i), make::number(1)})})),
                    statement(at(h, {ix(l), ix(i)}), Update::add, make::number(1))}),
              loop(Kind::unrolled, k,
                   {statement(
                       at(g, {ix(k)}), Update::add,
                       make::mul({at(h, {ix(l), ix(k)}), at(h, {ix(l), make::sub(make::number(2), ix(k))})}))})})};
    const auto xs = numbers(n);
    std::vector<double> out(3);
    run(nest, {xs.data()}, {out.data()}, options);
    for (int c = 0; c < 3; ++c) {
      double expected = 0;
      for (double v : xs) expected += (v * (c + 1) + 1) * (v * (3 - c) + 1);
      EXPECT_NEAR(out[static_cast<std::size_t>(c)], expected, 1e-12);
    }
  }
}

/// A case that is not chosen reads nothing: x_{i−1} does not exist for i = 0.
TEST_F(LlvmTest, CasesGuardWhatTheyRead) {
  for (const CompileOptions& options : machines()) {
    constexpr long n = 13;
    const Symbol *x = new_symbol("x"), *y = new_symbol("y");
    const IndexVar* i = over("i", 0, n - 1);
    const Expr far = at(x, {make::mul({make::number(1000000000), make::sub(ix(i), make::number(1))})});
    const Expr body = make::select(Relation::eq, ix(i), make::number(1), far,
                                   make::select(Relation::lt, at(x, {ix(i)}), make::number(0L), make::number(-1),
                                                make::func(Elementary::log, at(x, {ix(i)}))));
    Nest nest;
    nest.buffers = {buffer(x, Storage::input, {n}), buffer(y, Storage::output, {n})};
    nest.steps = {loop(Kind::lanes, i, {statement(at(y, {ix(i)}), Update::set, body)})};
    const auto xs = numbers(n);
    std::vector<double> ys(n);
    run(nest, {xs.data()}, {ys.data()}, options);
    for (std::size_t a = 0; a < n; ++a) EXPECT_NEAR(ys[a], a == 1 ? xs[0] : xs[a] < 0 ? -1 : std::log(xs[a]), 1e-14);
  }
}

}  // namespace
}  // namespace gradus::llvm_test
