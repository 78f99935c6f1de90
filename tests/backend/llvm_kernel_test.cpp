// Kernels: loops of scalars, elements, errors, the cache, many parts.
#include <filesystem>
#include <fstream>

#include "llvm_test.h"

namespace gradus::llvm_test {
namespace {

/// h_t = tanh(h_{t−1} + x_t), and a sweep back.
TEST_F(LlvmTest, SequencesRunBothWays) {
  constexpr long n = 50;
  const Symbol *x = new_symbol("x"), *h = new_symbol("h"), *b = new_symbol("b");
  const IndexVar *t = over("t", 1, n), *u = over("u", 1, n);
  const Expr before = make::sub(ix(t), make::number(1));
  Nest nest;
  nest.buffers = {buffer(x, Storage::input, {n + 1}), buffer(h, Storage::output, {n + 1}),
                  buffer(b, Storage::output, {n + 1})};
  nest.steps = {statement(at(h, {make::number(0L)}), Update::set, make::number(Rational(1, 2))),
                loop(Kind::serial, t,
                     {statement(at(h, {ix(t)}), Update::set,
                                make::func(Elementary::tanh, make::add({at(h, {before}), at(x, {ix(t)})})))}),
                statement(at(b, {make::number(n)}), Update::set, make::number(1)),
                loop(Kind::serial, u,
                     {statement(at(b, {make::sub(ix(u), make::number(1))}), Update::set,
                                make::mul({at(b, {ix(u)}), make::sub(make::number(1), make::sq(at(h, {ix(u)})))}))},
                     0, true)};
  const auto xs = numbers(n + 1);
  std::vector<double> hs(n + 1), bs(n + 1);
  run(nest, {xs.data()}, {hs.data(), bs.data()});
  double state = 0.5;
  std::vector<double> states{state};
  for (std::size_t k = 1; k <= n; ++k) states.push_back(state = std::tanh(state + xs[k]));
  double adjoint = 1;
  for (std::size_t k = n; k >= 1; --k) adjoint *= 1 - states[k] * states[k];
  EXPECT_NEAR(hs[n], state, 1e-14);
  EXPECT_NEAR(bs[0], adjoint, 1e-14 * std::abs(adjoint) + 1e-300);
}

TEST_F(LlvmTest, SinglePrecision) {
  for (const char* features : {"", "sse2", "avx2"}) {
    constexpr long n = 37;
    const Symbol *x = new_symbol("x"), *y = new_symbol("y");
    const IndexVar* i = over("i", 0, n - 1);
    Nest nest;
    nest.buffers = {buffer(x, Storage::input, {n}), buffer(y, Storage::output, {n})};
    nest.steps = {loop(Kind::lanes, i,
                       {statement(at(y, {ix(i)}), Update::set,
                                  make::mul({make::pi(), make::func(Elementary::tanh, at(x, {ix(i)})),
                                             make::func(Elementary::exp, at(x, {ix(i)}))}))})};
    std::vector<float> xs, ys(n);
    for (double v : numbers(n)) xs.push_back(static_cast<float>(v));
    CompileOptions options;
    options.single = true;
    options.features = features;
    run(nest, {xs.data()}, {ys.data()}, options);
    for (std::size_t a = 0; a < n; ++a) {
      const double v = static_cast<double>(xs[a]);
      EXPECT_NEAR(static_cast<double>(ys[a]), M_PI * std::tanh(v) * std::exp(v), 3e-6);
    }
  }
}

TEST_F(LlvmTest, VectorFunctionsAgreeWithTheLibrary) {
  using enum Elementary;
  const std::vector<std::pair<Elementary, double (*)(double)>> functions{
      {exp, std::exp},   {log, std::log},   {sin, std::sin},     {cos, std::cos},     {tan, std::tan},
      {asin, std::asin}, {acos, std::acos}, {atan, std::atan},   {sinh, std::sinh},   {cosh, std::cosh},
      {tanh, std::tanh}, {erf, std::erf},   {asinh, std::asinh}, {atanh, std::atanh}, {lgamma, std::lgamma}};
  for (CompileOptions options : machines()) {
    for (options.precise = false;; options.precise = true) {
      for (const auto& [function, expected] : functions) {
        constexpr long n = 20;
        const Symbol *x = new_symbol("x"), *y = new_symbol("y");
        const IndexVar* i = over("i", 0, n - 1);
        Nest nest;
        nest.buffers = {buffer(x, Storage::input, {n}), buffer(y, Storage::output, {n})};
        nest.steps = {
            loop(Kind::lanes, i, {statement(at(y, {ix(i)}), Update::set, make::func(function, at(x, {ix(i)})))})};
        std::vector<double> xs, ys(n);
        for (int a = 0; a < n; ++a) xs.push_back(0.04 + 0.045 * a);
        run(nest, {xs.data()}, {ys.data()}, options);
        for (std::size_t a = 0; a < n; ++a) {
          const double value = expected(xs[a]);
          EXPECT_NEAR(ys[a], value, 4 * 2.3e-16 * std::abs(value) + 1e-16) << row_of(function).name << " " << xs[a];
        }
      }
      if (options.precise) break;
    }
  }
}

TEST_F(LlvmTest, ExponentialAtItsEdges) {
  const std::vector<double> xs{0.0,    -0.0,   1.0,    709.7, 709.79,    710.0,  1e10,        INFINITY,
                               -707.0, -708.5, -745.0, -1e10, -INFINITY, 1e-300, 0.5 * M_LN2, -37.4};
  for (const CompileOptions& options : machines()) {
    const long n = static_cast<long>(xs.size());
    const Symbol *x = new_symbol("x"), *y = new_symbol("y");
    const IndexVar* i = over("i", 0, n - 1);
    Nest nest;
    nest.buffers = {buffer(x, Storage::input, {n}), buffer(y, Storage::output, {n})};
    nest.steps = {
        loop(Kind::lanes, i, {statement(at(y, {ix(i)}), Update::set, make::func(Elementary::exp, at(x, {ix(i)})))})};
    std::vector<double> ys(xs.size());
    run(nest, {xs.data()}, {ys.data()}, options);
    for (std::size_t a = 0; a < xs.size(); ++a) {
      const double value = std::exp(xs[a]);
      if (std::isinf(value))
        EXPECT_EQ(ys[a], value) << xs[a];
      else
        EXPECT_NEAR(ys[a], value, 3e-16 * value + 2.3e-308) << xs[a] << " " << options.features;
    }
  }
}

TEST_F(LlvmTest, SubnormalSettingsComeBack) {
  const Symbol* y = new_symbol("y");
  Nest nest;
  nest.buffers = {buffer(y, Storage::output, {})};
  nest.steps = {statement(at(y), Update::set, make::number(1))};
  double out = 0;
  run(nest, {}, {&out});
  volatile double tiny = 1e-310;
  EXPECT_GT(tiny * 0.5, 0.0);
}

TEST_F(LlvmTest, SaysWhatHasNoCompiledForm) {
  const Symbol *x = new_symbol("x"), *y = new_symbol("y");
  Nest nest;
  nest.buffers = {buffer(x, Storage::input, {}), buffer(y, Storage::output, {})};
  nest.steps = {statement(at(y), Update::set, make::func(Elementary::digamma, at(x)))};
  const auto kernel = compile(nest);
  ASSERT_FALSE(kernel);
  EXPECT_EQ(kernel.error().message, "no compiled form of digamma");
  CompileOptions options;
  options.features = "sse9";
  EXPECT_FALSE(compile(Nest{}, options));
}

/// x_1 = x_0·1/2 + 1, … one statement after the other: many parts, a scalar passed between them.
TEST_F(LlvmTest, ThousandsOfStatements) {
  constexpr int count = 8000;
  const Symbol *x = new_symbol("x"), *y = new_symbol("y");
  Nest nest;
  nest.buffers = {buffer(x, Storage::input, {}), buffer(y, Storage::output, {})};
  Expr last = at(x);
  for (int i = 0; i < count; ++i) {
    const Symbol* next = new_symbol("v");
    nest.buffers.push_back(buffer(next, Storage::local, {}));
    nest.steps.push_back(statement(at(next), Update::set,
                                   make::add({make::mul({last, make::number(Rational(1, 2))}), make::number(1)})));
    last = at(next);
  }
  nest.steps.push_back(statement(at(y), Update::set, last));
  const double in = 0.25;
  double out = 0;
  run(nest, {&in}, {&out});
  EXPECT_DOUBLE_EQ(out, 2.0);
}

/// Sums over lanes for several values of an outer variable at once, whatever their number.
TEST_F(LlvmTest, JammedSums) {
  for (const long rows : {1L, 2L, 3L, 4L, 5L, 7L, 8L, 11L}) {
    constexpr long n = 70;
    const Symbol *a = new_symbol("A"), *x = new_symbol("x"), *y = new_symbol("y");
    const IndexVar *i = over("i", 0, rows - 1), *j = over("j", 0, n - 1), *k = over("k", 0, rows - 1);
    const IndexVar* below = make::fresh("l", make::number(0L), ix(k));
    const Symbol* z = new_symbol("z");
    Nest nest;
    nest.buffers = {buffer(a, Storage::input, {rows, n}), buffer(x, Storage::input, {n}),
                    buffer(y, Storage::output, {rows}), buffer(z, Storage::output, {rows, rows})};
    const IndexVar* m = over("m", 0, n - 1);
    nest.steps = {
        loop(Kind::serial, i,
             {loop(Kind::lanes, j,
                   {statement(at(y, {ix(i)}), Update::add, make::mul({at(a, {ix(i), ix(j)}), at(x, {ix(j)})}))})}),
        loop(Kind::serial, k,
             {loop(Kind::serial, below,
                   {loop(Kind::lanes, m,
                         {statement(at(z, {ix(k), ix(below)}), Update::add,
                                    make::mul({at(a, {ix(k), ix(m)}), at(a, {ix(below), ix(m)})}))})})})};
    const auto as = numbers(static_cast<std::size_t>(rows * n)), xs = numbers(n, 2.0);
    std::vector<double> ys(static_cast<std::size_t>(rows), 1.0), zs(static_cast<std::size_t>(rows * rows));
    run(nest, {as.data(), xs.data()}, {ys.data(), zs.data()});
    for (std::size_t r = 0; r < ys.size(); ++r) {
      double expected = 1;
      for (std::size_t c = 0; c < n; ++c) expected += as[r * n + c] * xs[c];
      EXPECT_NEAR(ys[r], expected, 1e-12);
      for (std::size_t s = 0; s < ys.size(); ++s) {
        double other = 0;
        for (std::size_t c = 0; c < n && s <= r; ++c) other += as[r * n + c] * as[s * n + c];
        EXPECT_NEAR(zs[r * ys.size() + s], other, 1e-12);
      }
    }
  }
}

TEST_F(LlvmTest, CacheIsCheckedNotTrusted) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("gradus-cache-test-" + std::to_string(std::rand()));
  CompileOptions options;
  options.cache_folder = folder.string();
  const Symbol *x = new_symbol("x"), *y = new_symbol("y");
  Nest nest;
  nest.buffers = {buffer(x, Storage::input, {}), buffer(y, Storage::output, {})};
  nest.steps = {statement(at(y), Update::set, make::func(Elementary::exp, at(x)))};
  const auto compiled = [&] {
    const auto kernel = compile(nest, options);
    EXPECT_TRUE(kernel);
    const double in = 0.75;
    double out = 0;
    const void* inputs[] = {&in};
    void* outputs[] = {&out};
    (*kernel)(inputs, outputs, nullptr);
    EXPECT_DOUBLE_EQ(out, std::exp(0.75));
    return kernel->from_cache();
  };
  EXPECT_FALSE(compiled());
  EXPECT_TRUE(compiled());
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  ASSERT_EQ(entries.size(), 1U);
  {  // one byte of the code
    std::fstream file(entries[0], std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(entries[0])) - 100);
    file.put('\x5a');
  }
  EXPECT_FALSE(compiled());
  EXPECT_TRUE(compiled());
  fs::resize_file(entries[0], 40);
  EXPECT_FALSE(compiled());
  {
    std::ofstream(entries[0], std::ios::trunc) << "not ours";
  }
  EXPECT_FALSE(compiled());
  EXPECT_TRUE(compiled());
  fs::remove_all(folder);
}

}  // namespace
}  // namespace gradus::llvm_test
