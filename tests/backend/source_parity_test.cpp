// The same numbers from a program, from its nest, and from the C and C++ that is written for it.
#include <cmath>
#include <cstdio>
#include <sstream>

#include "source_test.h"

namespace gradus::source_test {
namespace {

using Kind = Loop::Kind;

/// A main that calls the kernel on the data and prints its outputs.
std::string driver(const Nest& nest, const Arrays& data, SourceLanguage language) {
  const bool c = language == SourceLanguage::c99;
  std::string out = c ? "#include <stdio.h>\n" : "#include <cstdio>\n", arguments, prints;
  for (std::size_t i = 0; i < nest.buffers.size(); ++i) {
    const Buffer& buffer = nest.buffers[i];
    if (buffer.storage == Storage::local) continue;
    const std::string name = "data" + std::to_string(i);
    const bool input = buffer.storage == Storage::input;
    const std::string type = buffer.element == Element::real ? "double" : c ? "int64_t" : "std::int64_t";
    out += "static " + type + " " + name + "[" + std::to_string(std::max(1L, buffer.size)) + "]";
    if (input) {
      out += " = {";
      for (double value : data.at(buffer.array)) {
        char text[40];
        std::snprintf(text, sizeof text, buffer.element == Element::real ? "%.17g, " : "%.0f, ", value);
        out += text;
      }
      out += data.at(buffer.array).empty() ? "0}" : "}";
    } else {
      prints +=
          "  for (long k = 0; k < " + std::to_string(buffer.size) + "; ++k) printf(\"%.17g\\n\", " + name + "[k]);\n";
    }
    out += ";\n";
    arguments += (arguments.empty() ? "" : ", ") + name + (input && buffer.extent.empty() ? "[0]" : "");
  }
  return out + "int main(" + (c ? "void" : "") + ") {\n  kernel(" + arguments + ");\n" + prints + "  return 0;\n}\n";
}

/// Python that calls the function on the data and prints what it returns.
std::string python_driver(const Program& program, const Arrays& data) {
  std::string arguments;
  for (const Symbol* input : program.inputs) {
    arguments += arguments.empty() ? "[" : ", [";
    for (double value : data.at(input)) {
      char text[40];
      std::snprintf(text, sizeof text, "%.17g, ", value);
      arguments += text;
    }
    arguments += "]";
  }
  const std::string all = program.outputs.size() == 1 ? "(kernel(" + arguments + "),)" : "kernel(" + arguments + ")";
  return "\nfor array in " + all + ":\n    for value in np.ravel(array):\n        print(repr(float(value)))\n";
}

std::vector<double> numbers_in(const std::string& file) {
  std::ifstream in(file);
  std::vector<double> out;
  for (double value = 0; in >> value;) out.push_back(value);
  return out;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected, const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], 1e-13 * (1 + std::abs(expected[i]))) << what << " " << i;
}

class SourceParity : public ::testing::Test {
 protected:
  /// Runs all of them, and gives what the program's interpreter says.
  Arrays expect_parity(const Program& program, const Nest& nest, const Arrays& data) {
    Arrays expected = data, got = data;
    const auto of_program = interpret(program, expected);
    EXPECT_FALSE(of_program) << of_program->message << "\n" << print(program);
    const auto of_nest = interpret(nest, got);
    EXPECT_FALSE(of_nest) << of_nest->message << "\n" << print(nest);
    if (of_program || of_nest) return expected;
    for (const Symbol* output : program.outputs)
      expect_near(got.at(output), expected.at(output), "nest\n" + print(nest));
    std::vector<double> wanted;
    for (const Symbol* output : program.outputs)
      wanted.insert(wanted.end(), expected.at(output).begin(), expected.at(output).end());
    if (compilers().empty()) {
      std::puts("no compiler: what is written was not run");
    }
    for (const Compiler& compiler : compilers()) {
      SourceOptions options;
      options.language = compiler.language;
      const Result<std::string> text = emit(nest, options);
      EXPECT_TRUE(text) << text.error().message;
      if (!text) continue;
      const Folder folder;
      EXPECT_EQ(exit_code(*text + driver(nest, data, compiler.language), compiler, folder.file("out")), 0);
      expect_near(numbers_in(folder.file("out")), wanted, compiler.command + "\n" + *text);
    }
    expect_numpy(program, data, wanted);
    return expected;
  }

  Arrays expect_parity(const Program& program, const Arrays& data) {
    return expect_parity(program, schedule(program, four_lanes()), data);
  }

  void expect_numpy(const Program& program, const Arrays& data, const std::vector<double>& wanted) {
    if (python().empty()) {
      std::puts("no NumPy: what is written for it was not run");
      return;
    }
    const Result<std::string> text = emit_numpy(program, {});
    ASSERT_TRUE(text) << text.error().message;
    const Folder folder;
    std::ofstream(folder.file("kernel.py")) << *text + python_driver(program, data);
    const std::string command =
        python() + " " + folder.file("kernel.py") + " > " + folder.file("out") + " 2> " + folder.file("log");
    const bool done = std::system(command.c_str()) == 0;
    std::ifstream log(folder.file("log"));
    ASSERT_TRUE(done) << std::string(std::istreambuf_iterator<char>(log), {}) << "\n" << *text;
    expect_near(numbers_in(folder.file("out")), wanted, *text);
  }

  Pool pool_;
  Pool::Scope scope_{pool_};
};

/// E = Σ_l (Σ_i w_i tanh(x_{l,i}))² / 7, in blocks of 4 with an array kept for a block and one not kept.
TEST_F(SourceParity, BlocksAndContractedArrays) {
  constexpr long n = 11, m = 3;
  const Symbol *x = array("x", {{1, n}, {0, m - 1}}), *w = array("w̄", {{0, m - 1}}), *E = array("E"),
               *f = array("f", {{1, n}}), *h = array("h", {{1, n}, {0, m - 1}});
  const IndexVar *l = over("l", 1, n), *i = over("i", 0, m - 1);
  const Expr scaled = make::mul({make::number(Rational(1, 7)), make::sq(at(f, {ix(l)}))});
  const Expr unit = make::func(Elementary::tanh, at(x, {ix(l), ix(i)}));
  const Expr term = make::mul({at(w, {ix(i)}), at(h, {ix(l), ix(i)})});
  Program program;
  program.inputs = {x, w};
  program.outputs = {E};
  program.items = {item({}, at(E), Update::set, num(0)), item({l}, at(f, {ix(l)}), Update::set, num(0)),
                   item({l, i}, at(h, {ix(l), ix(i)}), Update::set, unit),
                   item({l, i}, at(f, {ix(l)}), Update::add, term), item({l}, at(E), Update::add, scaled)};
  Nest nest;
  Buffer in_block = buffer(f, Storage::local), not_kept = buffer(h, Storage::local);
  in_block.in_block = {true};
  in_block.extent = {4};
  in_block.size = 4;
  contract(contract(not_kept, 0), 1);
  nest.buffers = {buffer(x, Storage::input), buffer(w, Storage::input), buffer(E, Storage::output), in_block, not_kept};
  nest.steps = {
      step(at(E), Update::set, num(0)),
      loop(Kind::blocks, l,
           {loop(Kind::lanes, l, {step(at(f, {ix(l)}), Update::set, num(0))}),
            loop(Kind::serial, i,
                 {loop(Kind::lanes, l,
                       {step(at(h, {ix(l), ix(i)}), Update::set, unit), step(at(f, {ix(l)}), Update::add, term)})}),
            loop(Kind::lanes, l, {step(at(E), Update::add, scaled)})},
           4)};
  const auto xs = numbers(n * m), ws = numbers(m, 0.7);
  const Arrays got = expect_parity(program, nest, {{x, xs}, {w, ws}});
  double expected = 0;
  for (std::size_t a = 0; a < n; ++a) {
    double sum = 0;
    for (std::size_t b = 0; b < m; ++b) sum += ws[b] * std::tanh(xs[a * m + b]);
    expected += sum * sum / 7;
  }
  EXPECT_NEAR(got.at(E)[0], expected, 1e-14);
  expect_parity(program, {{x, xs}, {w, ws}});
}

/// y_i = Σ_{j<i} q_{i(i−1)/2 + j} x_j, and the largest.
TEST_F(SourceParity, TriangularSums) {
  constexpr long n = 6;
  const Symbol *q = array("q", {{0, n * (n - 1) / 2 - 1}}), *x = array("x", {{0, n - 1}}),
               *y = array("y", {{0, n - 1}}), *most = array("m");
  const IndexVar *i = over("i", 0, n - 1), *k = over("k", 0, n - 1), *s = over("s", 0, n - 1);
  const IndexVar* j = over("j", num(0), make::sub(ix(i), num(1)));
  const Expr place = make::add({make::mul({make::number(Rational(1, 2)), ix(i), make::sub(ix(i), num(1))}), ix(j)});
  Program program;
  program.inputs = {q, x};
  program.outputs = {y, most};
  program.items = {item({k}, at(y, {ix(k)}), Update::set, num(0)),
                   item({i, j}, at(y, {ix(i)}), Update::add, make::mul({at(q, {place}), at(x, {ix(j)})})),
                   item({}, at(most), Update::set, make::number(Rational(mpz_class(-1) << 1023))),
                   item({s}, at(most), Update::max, at(y, {ix(s)}))};
  const auto qs = numbers(n * (n - 1) / 2), xs = numbers(n, 1);
  const Arrays got = expect_parity(program, {{q, qs}, {x, xs}});
  EXPECT_NEAR(got.at(y)[3], qs[3] * xs[0] + qs[4] * xs[1] + qs[5] * xs[2], 1e-15);
  EXPECT_EQ(got.at(most)[0], *std::max_element(got.at(y).begin(), got.at(y).end()));
}

/// g_{c(l)} += a_l exp(g⁰_{c(l)}): gather and scatter.
TEST_F(SourceParity, GatherAndScatter) {
  Symbol* c = array("c", {{1, 5}});
  c->traits.integer = true;
  const Symbol *a = array("a", {{1, 5}}), *b = array("β", {{1, 3}}), *g = array("∂E/∂β", {{1, 3}});
  const IndexVar *k = over("k", 1, 3), *l = over("l", 1, 5);
  const Expr chosen = at(c, {ix(l)});
  Program program;
  program.inputs = {c, a, b};
  program.outputs = {g};
  program.items = {item({k}, at(g, {ix(k)}), Update::set, num(0)),
                   item({l}, at(g, {chosen}), Update::add,
                        make::mul({at(a, {ix(l)}), make::func(Elementary::exp, at(b, {chosen}))}))};
  const auto as = numbers(5), bs = numbers(3, 2);
  const Arrays got = expect_parity(program, {{c, {3, 1, 1, 2, 3}}, {a, as}, {b, bs}});
  EXPECT_NEAR(got.at(g)[2], (as[0] + as[4]) * std::exp(bs[2]), 1e-15);
  Arrays wrong = {{c, {3, 1, 4, 2, 3}}, {a, as}, {b, bs}};
  const auto refused = interpret(program, wrong);
  ASSERT_TRUE(refused);
  EXPECT_NE(refused->message.find("no element 4 of β"), std::string::npos) << refused->message;
}

/// h_t = sigmoid(h_{t−1} + x_t), and a sweep back.
TEST_F(SourceParity, Sequences) {
  constexpr long n = 9;
  const Symbol *x = array("x", {{1, n}}), *h = array("h", {{0, n}}), *b = array("h̄", {{0, n}});
  const IndexVar *t = over("t", 1, n), *u = over("t", 1, n), *k = over("k", 0, n);
  const Expr before = make::sub(ix(t), num(1)), below = make::sub(ix(u), num(1));
  const Expr state = make::func(Elementary::sigmoid, make::add({at(h, {before}), at(x, {ix(t)})}));
  const Expr slope = make::mul({at(h, {ix(u)}), make::sub(num(1), at(h, {ix(u)}))});
  Program program;
  program.inputs = {x};
  program.outputs = {h, b};
  program.items = {item({}, at(h, {num(0)}), Update::set, make::number(Rational(1, 3))),
                   sequence(t, false, {item({}, at(h, {ix(t)}), Update::set, state)}),
                   item({k}, at(b, {ix(k)}), Update::set, num(0)), item({}, at(b, {num(n)}), Update::add, num(1)),
                   sequence(u, true, {item({}, at(b, {below}), Update::add, make::mul({at(b, {ix(u)}), slope}))})};
  const auto xs = numbers(n);
  const Arrays got = expect_parity(program, {{x, xs}});
  double adjoint = 1, value = 1.0 / 3;
  for (double input : xs) {
    value = 1 / (1 + std::exp(-value - input));
    adjoint *= value * (1 - value);
  }
  EXPECT_NEAR(got.at(h)[n], value, 1e-14);
  EXPECT_NEAR(got.at(b)[0], adjoint, 1e-14 * adjoint);
}

/// Cases: what is not chosen may not exist; what both cases share, and deep bodies, get names.
TEST_F(SourceParity, SelectionsAndSharedParts) {
  constexpr long n = 7;
  const Symbol *x = array("x", {{1, n}}), *d = array("double", {{1, n}}), *s = array("s");
  const IndexVar *i = over("i", 1, n), *j = over("j", 1, n);
  const Expr xi = at(x, {ix(i)});
  const Expr last = make::select(Relation::gt, ix(i), num(1), make::sub(xi, at(x, {make::sub(ix(i), num(1))})), xi);
  const Expr shared = make::func(Elementary::sin, make::mul({xi, last}));
  const Expr cases = make::select(Relation::lt, xi, num(0), make::mul({shared, make::func(Elementary::exp, shared)}),
                                  make::inv(make::add({num(2), make::sq(shared), shared})));
  Expr deep = at(x, {num(2)});
  for (int k = 0; k < 300; ++k)
    deep = make::add({make::mul({deep, make::func(Elementary::softplus, deep)}), make::number(Rational(-1, 3))});
  Program program;
  program.inputs = {x};
  program.outputs = {d, s};
  program.items = {
      item({i}, at(d, {ix(i)}), Update::set,
           make::add({cases, make::delta(ix(i), num(4)), make::pow(make::sq(xi), make::number(Rational(-3, 2)))})),
      item({}, at(s), Update::set, deep), item({j}, at(s), Update::min, at(d, {ix(j)}))};
  const auto xs = numbers(n);
  const Arrays got = expect_parity(program, {{x, xs}});
  const double y = std::sin(xs[0] * xs[0]);
  const double expected = xs[0] < 0 ? y * std::exp(y) : 1 / (2 + y * y + y);
  EXPECT_NEAR(got.at(d)[0], expected + std::pow(std::abs(xs[0]), -3), 1e-12);
}

TEST_F(SourceParity, EmptyRangesAndLargeArrays) {
  constexpr long n = 5000;
  const Symbol *x = array("x", {{1, n}}), *y = array("y", {{1, n}}), *s = array("s"), *none = array("none", {{1, 0}}),
               *total = array("total");
  const IndexVar *i = over("i", 1, n), *j = over("j", 1, n), *k = over("k", 1, 0);
  Program program;
  program.inputs = {x, none};
  program.outputs = {total};
  program.items = {item({}, at(s), Update::set, num(0)), item({k}, at(s), Update::add, at(none, {ix(k)})),
                   item({i}, at(y, {ix(i)}), Update::set, make::mul({ix(i), at(x, {ix(i)})})),
                   item({j}, at(s), Update::add, make::mul({at(y, {ix(j)}), at(y, {make::sub(num(n + 1), ix(j))})})),
                   item({}, at(total), Update::set, at(s))};
  expect_parity(program, {{x, numbers(n)}, {none, {}}});
}

/// Every function of the table that has a form, at a point of its domain.
TEST_F(SourceParity, ElementaryFunctions) {
  const Symbol *x = array("x", {{1, 2}}), *y = array("y", {{0, static_cast<long>(elementary_table().size()) - 1}});
  const IndexVar* k = over("k", 0, static_cast<long>(elementary_table().size()) - 1);
  Program program;
  program.inputs = {x};
  program.outputs = {y};
  program.items = {item({k}, at(y, {ix(k)}), Update::set, num(0))};
  long place = 0;
  for (const ElementaryRow& row : elementary_table()) {
    const bool of_gamma =
        row.name.find("gamma") != std::string_view::npos && row.name != "lgamma" && row.name != "gamma";
    const Expr argument = at(x, {num(row.domain == Domain::above_one ? 2 : 1)});
    if (!of_gamma)
      program.items.push_back(item({}, at(y, {num(place)}), Update::add,
                                   make::mul({make::func(row.id, argument), make::func(row.id, argument)})));
    ++place;
  }
  const Arrays got = expect_parity(program, {{x, {0.375, 2.5}}});
  EXPECT_NEAR(got.at(y)[static_cast<std::size_t>(Elementary::erf)], std::pow(std::erf(0.375), 2), 1e-15);
}

}  // namespace
}  // namespace gradus::source_test
