// Sheets computed with numbers: the interpreter, the scheduled nest and the compiled kernel agree, and gradients are
// those of differences of the value.
#include "app/compute.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>

#include "app/evaluate.h"
#include "backend/llvm/jit.h"
#include "backend/reference/interpret.h"
#include "program/schedule.h"

namespace gradus {
namespace {

struct Case {
  const char* name;
  const char* sheet;
  const char* quantity;
  std::vector<WantedDerivative> derivatives;
  std::vector<std::string> sizes;
};

using Kind = WantedDerivative::Kind;

const Case kCases[] = {
    {"network",
     R"($x \in \mathbb{R}^{L \times 3}$, $d \in \mathbb{R}^L$, $W \in \mathbb{R}^{3 \times 3}$, $w \in \mathbb{R}^3$.
$$E = \frac{1}{L} \sum_{l=1}^L \left( d_l - \sum_{i=1}^3 w_i \sum_{j=1}^3 W_{i,j} x_{l,j} \right)^2$$)",
     "E",
     {{Kind::gradient, "W"}, {Kind::gradient, "w"}},
     {"L=67"}},
    {"families",
     R"(# A network
$x_l \in \mathbb{R}^3$, $d_l \in \mathbb{R}$ for $l = 1, \dots, L$.
$$f(x; w) = \sum_{i=0}^2 w_{1,i}^{2,0} \left( \sum_{j=1}^3 w_{0,j}^{1,i} x_j \right)$$
$$E(w) = \frac{1}{L} \sum_{l=1}^L (d_l - f(x_l; w))^2$$)",
     "E(w)",
     {{Kind::gradient, "w"}},
     {"L=5"}},
    {"logistic",
     R"($X \in \mathbb{R}^{N \times P}$, $y \in \mathbb{R}^N$, $w \in \mathbb{R}^P$.
$$E(w) = \sum_{n=1}^N \log\left(1 + e^{-y_n \sum_{j=1}^P X_{n,j} w_j}\right)$$)",
     "E(w)",
     {{Kind::gradient, "w"}},
     {"N=130", "P=37"}},
    {"mixture",
     R"($\alpha \in \mathbb{R}^K$, $\mu \in \mathbb{R}^{K \times D}$, $x \in \mathbb{R}^{N \times D}$, $q \in \mathbb{R}^{K \times D}$, $\ell \in \mathbb{R}^{K \times D(D-1)/2}$, $z \in \mathbb{R}^{N \times K \times D}$.
$$z_{n,k,i} = e^{q_{k,i}} (x_{n,i} - \mu_{k,i}) + \sum_{j=1}^{i-1} \ell_{k,\, (j-1)D - j(j+1)/2 + i} (x_{n,j} - \mu_{k,j})$$
$$E = \sum_{n=1}^N \log \sum_{k=1}^K \exp\left(\alpha_k + \sum_{i=1}^D q_{k,i} - \frac{1}{2} \sum_{i=1}^D z_{n,k,i}^2\right)$$)",
     "E",
     {{Kind::gradient, "α"}, {Kind::gradient, "\\mu"}, {Kind::gradient, "q"}, {Kind::gradient, "ℓ"}},
     {"N=101", "K=18", "D=5"}},
    {"matrix form",
     R"($A \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$, $b \in \mathbb{R}^m$, $\lambda > 0$.
$$f(x) = \|Ax - b\|_2^2 + \lambda \|x\|_2^2$$)",
     "f(x)",
     {{Kind::gradient, "x"}, {Kind::gradient, "A"}},
     {"m=19", "n=23"}},
    {"recurrence",
     R"($x \in \mathbb{R}^{T \times B}$, $s \in \mathbb{R}^B$, $V \in \mathbb{R}^B$. States $h_t \in \mathbb{R}^B$ for $t = 0, \dots, T$.
$$h_0 = s$$
$$h_t = \tanh(V \odot h_{t-1}) + x_t, \quad t = 1, \dots, T$$
$$E = \sum_{t=1}^T \|h_t\|^2$$)",
     "E",
     {{Kind::gradient, "V"}, {Kind::gradient, "s"}, {Kind::gradient, "x"}},
     {"T=17", "B=11"}},
    {"sum inside a recurrence",
     R"($a \in \mathbb{R}^{40}$, $b \in \mathbb{R}^{50}$, $s \in \mathbb{R}$. States $h_t \in \mathbb{R}$ for $t = 0, \dots, T$.
$$h_0 = s$$
$$h_t = \tanh\left(h_{t-1} + \frac{1}{100} \sum_{i=1}^{40} \sum_{j=1}^{50} a_i b_j h_{t-1}\right), \quad t = 1, \dots, T$$
$$E = \sum_{t=1}^T h_t^2$$)",
     "E",
     {{Kind::gradient, "a"}, {Kind::gradient, "b"}, {Kind::gradient, "s"}},
     {"T=6"}},
    {"gather",
     R"($C \in \mathbb{R}^{n \times 4}$, $c \in \mathbb{N}^p$, $w \in \mathbb{R}^p$.
$$E = \sum_{i=1}^p w_i \sum_{j=1}^4 C_{c_i,j}^2$$)",
     "E",
     {{Kind::gradient, "C"}, {Kind::gradient, "w"}},
     {"n=7", "p=90"}},
    {"softmax",
     R"($z, y \in \mathbb{R}^K$.
$$p_k = \frac{e^{z_k}}{\sum_{j=1}^K e^{z_j}}$$
$$L = -\sum_{k=1}^K y_k \log p_k$$)",
     "L",
     {{Kind::gradient, "z"}, {Kind::gradient, "y"}},
     {"K=29"}},
    {"initial member that is only declared",
     R"($x_t \in \mathbb{R}^m$ for $t = 1, \dots, T$; $W \in \mathbb{R}^{n \times n}$, $U \in \mathbb{R}^{n \times m}$, $h_0 \in \mathbb{R}^n$.
$$h_t = \tanh(W h_{t-1} + U x_t)$$
$$E = \sum_{t=1}^T \|h_t\|^2 + \|h_0\|^2$$)",
     "E",
     {{Kind::gradient, "h_0"}, {Kind::gradient, "W"}, {Kind::gradient, "x"}},
     {"T=7", "n=3", "m=2"}},
    {"initial members of a count",
     R"($a_k \in \mathbb{R}$ for $k = 0, \dots, K$; $q \in \mathbb{R}$.
$$a_k = \sin(2 a_{k-1} + q a_{k-2})$$
$$E = \sum_{k=0}^K a_k^2$$)",
     "E",
     {{Kind::gradient, "a_0"}, {Kind::gradient, "a_1"}, {Kind::gradient, "q"}},
     {"K=6"}},
    {"conditions behind definitions",
     R"($x \in \mathbb{R}^n$.
$$y_i = x_i^2 \text{ if } i > 2, \quad y_i = \sin x_i \text{ if } i \le 2$$
$$p_{ij} = e^{-(x_i - x_j)^2} \quad \text{for } i \neq j, \qquad p_{ii} = 0$$
$$z_{ij} = x_i x_j \quad \text{for } i < j$$
$$E = \sum_{i=1}^n y_i + \sum_{i=1}^n \sum_{j=1}^n p_{ij}^2 + \sum_{i < j} z_{ij}$$)",
     "E",
     {{Kind::gradient, "x"}},
     {"n=5"}},
    {"cases in a recurrence",
     R"($x \in \mathbb{R}^T$, $b \in \mathbb{R}$. $h_t \in \mathbb{R}$ for $t = 0, \dots, T$.
$$h_t = \begin{cases} b^2 & \text{if } t = 0 \\ \tanh(h_{t-1} + x_t) & \text{if } t > 0 \end{cases}$$
$$g_0 = b, \quad g_t = \begin{cases} \tanh(g_{t-1} + x_t) & \text{if } t \le 3 \\ g_{t-1}^2 + \sin(x_t) & \text{if } t > 3 \end{cases}$$
$$E = \sum_{t=1}^T (h_t + g_t^2)$$)",
     "E",
     {{Kind::gradient, "x"}, {Kind::gradient, "b"}},
     {"T=6"}},
    {"layers of different shapes",
     R"(# A deep network
Layers $l = 1, \dots, L$ with $n_l$ units: $W_l \in \mathbb{R}^{n_l \times n_{l-1}}$, $b_l \in \mathbb{R}^{n_l}$. Samples $X \in \mathbb{R}^{n_0 \times N}$, $Y \in \mathbb{R}^{n_L \times N}$.
$$A_0 = X, \quad A_l = \tanh(W_l A_{l-1} + b_l \mathbf{1}^T)$$
$$E = \frac{1}{N} \|A_L - Y\|_F^2 + \sum_{l=1}^L \|W_l\|_F^2$$)",
     "E",
     {{Kind::gradient, "W"}, {Kind::gradient, "b_2"}, {Kind::gradient, "X"}},
     {"L=3", "n_0=2", "n_1=5", "n_2=3", "n_3=1", "N=4"}},
    {"layers in brackets from a declared start",
     R"($W^{(l)} \in \mathbb{R}^{n_l \times n_{l-1}}$, $b^{(l)} \in \mathbb{R}^{n_l}$ for $l = 1, \dots, L$; $a^{(0)} \in \mathbb{R}^{n_0}$, $y \in \mathbb{R}^{n_L}$.
$$z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}, \quad a^{(l)} = \sigma(z^{(l)})$$
$$C = \frac{1}{2} \|y - a^{(L)}\|^2$$)",
     "C",
     {{Kind::gradient, "W^{(2)}"}, {Kind::gradient, "a^{(0)}"}},
     {"L=2", "n_0=3", "n_1=4", "n_2=2"}},
};

struct Run {
  std::vector<std::vector<double>> outputs;
};

class Computed {
 public:
  explicit Computed(const Case& c) : scope_(pool_) {
    computation = compute({.name = c.name,
                           .text = c.sheet,
                           .scope = "",
                           .quantities = {c.quantity},
                           .derivatives = c.derivatives,
                           .sets = c.sizes,
                           .data = {},
                           .any_size = false});
    for (const Diagnostic& d : computation.diagnostics) message += d.message + "; ";
    if (!computation.ok) return;
    nest = schedule(computation.program);
    std::mt19937_64 generator(7);
    std::normal_distribution<double> normal;
    for (const NamedArray& input : computation.inputs) {
      const auto range = index_range(computation.program, input.array);
      std::vector<double>& values = inputs[input.array];
      for (const Buffer& buffer : nest.buffers) {
        if (buffer.array == input.array) values.resize(static_cast<std::size_t>(buffer.size));
      }
      for (double& value : values) {
        if (range)
          value = static_cast<double>(std::uniform_int_distribution<long>(range->first, range->second)(generator));
        else
          value = 0.5 * normal(generator);
      }
    }
  }

  std::vector<double> by_interpreter(std::size_t output) {
    Arrays arrays = inputs;
    const auto why = interpret(computation.derived, arrays);
    if (why) message = why->message;
    return arrays[computation.outputs[output].array];
  }
  std::vector<double> by_nest(std::size_t output) {
    Arrays arrays = inputs;
    const auto why = interpret(nest, arrays);
    if (why) message = why->message;
    return arrays[computation.outputs[output].array];
  }
  std::vector<double> by_kernel(std::size_t output, const CompileOptions& options) {
    const auto kernel = compile(nest, options);
    if (!kernel) {
      message = kernel.error().message;
      return {};
    }
    std::vector<std::vector<std::int64_t>> integers;
    std::vector<std::vector<double>> reals;
    std::vector<const void*> in;
    std::vector<void*> out;
    integers.reserve(nest.buffers.size());
    reals.reserve(nest.buffers.size());
    for (const Buffer& buffer : nest.buffers) {
      if (buffer.storage == Storage::input && buffer.element == Element::i64) {
        integers.emplace_back();
        for (const double value : inputs[buffer.array]) integers.back().push_back(std::llround(value));
        in.push_back(integers.back().data());
      } else if (buffer.storage == Storage::input) {
        in.push_back(inputs[buffer.array].data());
      } else if (buffer.storage == Storage::output) {
        reals.emplace_back(static_cast<std::size_t>(buffer.size), std::nan(""));
        out.push_back(reals.back().data());
      }
    }
    const std::size_t bytes = (kernel->workspace_bytes() + 127) / 64 * 64;
    const std::unique_ptr<void, decltype(&std::free)> workspace(std::aligned_alloc(64, bytes), &std::free);
    (*kernel)(in.data(), out.data(), workspace.get());
    return reals[output];
  }

 private:
  Pool pool_;
  Pool::Scope scope_;

 public:
  Computation computation;
  Nest nest;
  Arrays inputs;
  std::string message;
};

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) != std::isnan(b[i])) return INFINITY;
    if (!std::isnan(a[i])) worst = std::max(worst, std::abs(a[i] - b[i]) / (1 + std::abs(b[i])));
  }
  return worst;
}

class Sheets : public testing::TestWithParam<Case> {};

TEST_P(Sheets, EnginesAgree) {
  Computed computed(GetParam());
  ASSERT_TRUE(computed.computation.ok) << computed.message;
  for (std::size_t output = 0; output < computed.computation.outputs.size(); ++output) {
    const std::vector<double> expected = computed.by_interpreter(output);
    ASSERT_FALSE(expected.empty()) << computed.message;
    EXPECT_LT(distance(computed.by_nest(output), expected), 1e-12)
        << computed.computation.outputs[output].name << computed.message;
    for (const char* features : {"", "avx2", "sse2"}) {
      CompileOptions options;
      options.features = features;
      EXPECT_LT(distance(computed.by_kernel(output, options), expected), 1e-11)
          << computed.computation.outputs[output].name << " " << features << computed.message;
    }
  }
}

TEST_P(Sheets, GradientsAreThoseOfDifferences) {
  Computed computed(GetParam());
  ASSERT_TRUE(computed.computation.ok) << computed.message;
  for (std::size_t output = 1; output < computed.computation.outputs.size(); ++output) {
    const NamedArray& gradient = computed.computation.outputs[output];
    ASSERT_NE(gradient.gradient_by, nullptr);
    const std::vector<double> values = computed.by_interpreter(output);
    std::vector<double>& variable = computed.inputs[gradient.gradient_by];
    for (std::size_t i = 0; i < variable.size(); i += 1 + variable.size() / 9) {
      const double at = variable[i], step = 1e-5 * (1 + std::abs(at));
      variable[i] = at + step;
      const double above = computed.by_interpreter(0)[0];
      variable[i] = at - step;
      const double below = computed.by_interpreter(0)[0];
      variable[i] = at;
      const double difference = (above - below) / (2 * step);
      EXPECT_NEAR(values[i], difference, 1e-6 * (1 + std::abs(difference))) << gradient.name << " entry " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Compute, Sheets, testing::ValuesIn(kCases), [](const auto& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

/// The differences of an output along each entry of the variable: differences[j][i] of entry i along entry j.
std::vector<std::vector<double>> differences(Computed& computed, const Symbol* variable, std::size_t output) {
  std::vector<std::vector<double>> out;
  for (double& entry : computed.inputs[variable]) {
    const double at = entry;
    entry = at + 1e-5;
    out.push_back(computed.by_interpreter(output));
    entry = at - 1e-5;
    const std::vector<double> below = computed.by_interpreter(output);
    entry = at;
    for (std::size_t i = 0; i < below.size(); ++i) out.back()[i] = (out.back()[i] - below[i]) / 2e-5;
  }
  return out;
}

/// A Hessian is the differences of the gradient.
TEST(Compute, HessianOfLogisticRegression) {
  Case first = kCases[2];
  first.sizes = {"N=40", "P=6"};
  Case second = first;
  second.derivatives = {{Kind::hessian, "w"}};
  Computed gradient(first), hessian(second);
  ASSERT_TRUE(gradient.computation.ok && hessian.computation.ok) << gradient.message << hessian.message;
  const std::vector<double> whole = hessian.by_kernel(1, {});
  const auto expected = differences(gradient, gradient.computation.outputs[1].gradient_by, 1);
  for (std::size_t j = 0; j < expected.size(); ++j)
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(whole[i * expected.size() + j], expected[j][i], 1e-6);
}

/// A Jacobian takes the mode that is cheaper at its sizes, and is the differences of its quantity in either.
TEST(Compute, JacobiansByTheCheaperMode) {
  Case c{
      "recurrence",
      R"($x \in \mathbb{R}^n$, $w \in \mathbb{R}^{m \times n}$, $c \in \mathbb{R}^T$. $h_t \in \mathbb{R}^n$ for $t = 0, \dots, T$.
$$h_0 = x, \quad h_t = \tanh(h_{t-1} + c_t x)$$
$$y_k = \sum_{i=1}^n w_{k,i} h_{T,i}^2 + \max_i x_i$$)",
      "y",
      {{Kind::jacobian, "x"}},
      {}};
  for (const auto& [m, n, mode] : {std::tuple{"m=2", "n=13", "reverse"}, {"m=13", "n=2", "forward"}}) {
    c.sizes = {m, n, "T=4"};
    Computed computed(c);
    ASSERT_TRUE(computed.computation.ok) << computed.message;
    ASSERT_EQ(computed.computation.modes.size(), 1u);
    EXPECT_NE(computed.computation.modes[0].find(mode), std::string::npos) << computed.computation.modes[0];
    const std::vector<double> jacobian = computed.by_kernel(1, {});
    EXPECT_LT(distance(jacobian, computed.by_interpreter(1)), 1e-12);
    const auto input = std::find_if(computed.computation.inputs.begin(), computed.computation.inputs.end(),
                                    [](const NamedArray& a) { return a.name == "x"; });
    const auto expected = differences(computed, input->array, 0);
    for (std::size_t j = 0; j < expected.size(); ++j)
      for (std::size_t i = 0; i < expected[j].size(); ++i)
        EXPECT_NEAR(jacobian[i * expected.size() + j], expected[j][i], 1e-6) << mode;
  }
}

/// Where entry i of a quantity depends on entry i of another alone, only these blocks of the Jacobian are made.
TEST(Compute, JacobianInBlocks) {
  Computed computed({"blocks",
                     R"($C \in \mathbb{R}^{n \times 3}$, $c \in \mathbb{N}^p$.
$$K_{i,a} = C_{c_i,a}$$
$$e_i = K_{i,1} K_{i,2} \sin K_{i,3}$$)",
                     "e",
                     {{Kind::jacobian, "K"}},
                     {"n=4", "p=70"}});
  ASSERT_TRUE(computed.computation.ok) << computed.message;
  EXPECT_EQ(computed.computation.outputs[1].shape, "70×3, the blocks that are not zero");
  EXPECT_LT(distance(computed.by_kernel(1, {}), computed.by_interpreter(1)), 1e-12);
}

/// Names as people type them: an open letter is an axis, a script may be a part of the name, a family keeps its
/// letters.
TEST(Compute, NamesAsTheyAreTyped) {
  const char* sheet = R"($x \in \mathbb{R}^n$, $h_0, c_0, \lambda \in \mathbb{R}$.
$$y_i = \lambda x_i^2 + h_0 c_0$$)";
  const Computed open({"open letter", sheet, "y_i", {{Kind::jacobian, "c_0"}, {Kind::jacobian, "lambda"}}, {"n=4"}});
  ASSERT_TRUE(open.computation.ok) << open.message;
  EXPECT_EQ(open.computation.outputs[0].shape, "4");
  EXPECT_EQ(open.computation.outputs[1].name, "∂y_i/∂c_0");
  Case network = kCases[1];
  network.derivatives = {{Kind::gradient, "w_{0,b}^{1,a}"}};
  const Computed family(network);
  ASSERT_TRUE(family.computation.ok) << family.message;
  ASSERT_EQ(family.computation.outputs.size(), 2u);
  EXPECT_EQ(family.computation.outputs[1].name, "∂E(w)/∂w_{0,j}^{1,i}");
  const Computed stranger({"stranger", sheet, "y_i + Q", {}, {"n=4"}});
  EXPECT_FALSE(stranger.computation.ok);
  EXPECT_EQ(stranger.message, "the sheet says nothing of Q; ");
}

/// A table of one row is the matrix that it is declared to be.
TEST(Compute, DataByDeclaration) {
  const std::string path = testing::TempDir() + "gradus-row.csv";
  std::ofstream(path) << "1,2,3\n";
  ComputeRequest request{.name = "sheet",
                         .text = R"($x \in \mathbb{R}^{n \times 3}$. $$E = \sum_{l=1}^n \sum_{j=1}^3 x_{l,j}^2$$)",
                         .scope = "",
                         .quantities = {"E"},
                         .derivatives = {},
                         .sets = {},
                         .data = {"x=" + path},
                         .any_size = false};
  Pool pool;
  const Pool::Scope scope(pool);
  const Computation computation = compute(request);
  ASSERT_TRUE(computation.ok) << computation.diagnostics.at(0).message;
  EXPECT_EQ(computation.sizes.at(0), "n = 1 (from x)");
  std::remove(path.c_str());
}

/// Conditions mean what they say: checked by hand, for all engines would agree on a condition that is dropped.
TEST(Compute, ConditionsChooseTheValue) {
  Computed conditions(kCases[11]);
  ASSERT_TRUE(conditions.computation.ok) << conditions.message;
  const std::vector<double> x = conditions.inputs.begin()->second;
  double expected = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    expected += i + 1 > 2 ? x[i] * x[i] : std::sin(x[i]);
    for (std::size_t j = 0; j < x.size(); ++j) {
      if (i != j) expected += std::exp(-2 * (x[i] - x[j]) * (x[i] - x[j]));
      if (i < j) expected += x[i] * x[j];
    }
  }
  EXPECT_NEAR(conditions.by_interpreter(0).at(0), expected, 1e-12);
}

/// What no clause says is asked for, and no zero taken in its place.
TEST(Compute, WhatNoClauseSays) {
  const Computed lower({"lower triangle",
                        R"($x \in \mathbb{R}^n$. $$z_{ij} = x_i x_j \quad \text{for } i < j$$
$$E = \sum_{i=1}^n \sum_{j=1}^n z_{ij}$$)",
                        "E",
                        {},
                        {"n=3"}});
  EXPECT_FALSE(lower.computation.ok);
  EXPECT_EQ(lower.message, "nothing in the sheet says what z at 1, 1 is; ");
}

/// Sizes come from the data of an initial member, too; its name is its own.
TEST(Compute, AnInitialMemberHasItsName) {
  Case c = kCases[9];
  c.derivatives = {{Kind::gradient, "h"}, {Kind::gradient, "h_{0}"}};
  const Computed by(c);
  ASSERT_TRUE(by.computation.ok) << by.message;
  ASSERT_EQ(by.computation.outputs.size(), 3u);
  EXPECT_EQ(by.computation.outputs[1].name, "∂E/∂h");
  EXPECT_EQ(by.computation.outputs[1].shape, "8×3");
  EXPECT_EQ(by.computation.outputs[2].name, "∂E/∂h_0");
}

/// n sets every layer's size, n_1 one; each member is shown, and asked for, by its own notation.
TEST(Compute, MembersOfDifferentShapes) {
  Case c = kCases[13];
  c.sizes = {"L=2", "n=3", "n_1=2", "N=4"};
  const Computed layers(c);
  ASSERT_TRUE(layers.computation.ok) << layers.message;
  std::vector<std::string> shown;
  for (const NamedArray& output : layers.computation.outputs) shown.push_back(output.name + " " + output.shape);
  EXPECT_EQ(shown, (std::vector<std::string>{"E a scalar", "∂E/∂W_1 2×3", "∂E/∂W_2 3×2", "∂E/∂b_2 3", "∂E/∂X 3×4"}));
  c.quantity = "A_l";
  c.derivatives = {};
  const Computed all(c);
  EXPECT_FALSE(all.computation.ok);
  EXPECT_EQ(all.message, "each member of A has a shape of its own; ");
}

/// Sizes of 0: sums are 0, variables that fall out have the gradient 0 of their own shape.
TEST(Compute, EmptySums) {
  const struct {
    int which;
    std::vector<std::string> sizes, shapes;
    double value;
  } kEmpty[] = {
      {0, {"L=1"}, {"3×3", "3"}, NAN},
      {1, {"L=0"}, {"3", "3×3"}, 0},
      {2, {"N=0", "P=4"}, {"4"}, 0},
      {2, {"N=3", "P=0"}, {"0"}, 3 * std::log(2.0)},
      {4, {"m=0", "n=2"}, {"2", "0×2"}, NAN},
      {5, {"T=0", "B=2"}, {"2", "2", "0×2"}, 0},
      {8, {"K=0"}, {"0", "0"}, 0},
      {9, {"T=0", "n=3", "m=2"}, {"3", "3×3", "0×2"}, NAN},
      {11, {"n=0"}, {"0"}, 0},
      {12, {"T=0"}, {"0", "a scalar"}, 0},
      {12, {"T=1"}, {"1", "a scalar"}, NAN},
      {13, {"L=2", "n=2", "n_1=0", "N=4"}, {"0×2", "2×0", "2", "2×4"}, NAN},
      {13, {"L=2", "n=2", "N=3"}, {"2×2", "2×2", "2", "2×3"}, NAN},
  };
  for (const auto& empty : kEmpty) {
    Case c = kCases[empty.which];
    c.sizes = empty.sizes;
    Computed computed(c);
    ASSERT_TRUE(computed.computation.ok) << c.name << computed.message;
    std::vector<std::string> shapes;
    for (std::size_t i = 1; i < computed.computation.outputs.size(); ++i) {
      shapes.push_back(computed.computation.outputs[i].shape);
      const std::vector<double> expected = computed.by_interpreter(i);
      EXPECT_LT(distance(computed.by_kernel(i, {}), expected), 1e-12) << c.name;
      if (empty.value == 0) {
        for (const double entry : expected) EXPECT_EQ(entry, 0) << c.name;
      }
    }
    EXPECT_EQ(shapes, empty.shapes) << c.name;
    if (!std::isnan(empty.value)) {
      EXPECT_NEAR(computed.by_kernel(0, {}).at(0), empty.value, 1e-12) << c.name;
    }
    EXPECT_EQ(computed.message, "");
  }
}

TEST(Compute, SaysWhatIsMissing) {
  EvaluateRequest request;
  request.what = {.name = "sheet",
                  .text = kCases[0].sheet,
                  .scope = "",
                  .quantities = {"E"},
                  .derivatives = {},
                  .sets = {},
                  .data = {},
                  .any_size = false};
  Evaluation evaluation = evaluate(request);
  ASSERT_EQ(evaluation.diagnostics.size(), 1u);
  EXPECT_EQ(evaluation.diagnostics[0].slug, "compile");
  request.what.sets = {"L=4"};
  evaluation = evaluate(request);
  ASSERT_EQ(evaluation.diagnostics.size(), 1u);
  EXPECT_EQ(evaluation.diagnostics[0].slug, "data");
  request.what.sets = {"L=4", "q=1"};
  evaluation = evaluate(request);
  ASSERT_EQ(evaluation.diagnostics.size(), 1u);
  EXPECT_EQ(evaluation.diagnostics[0].message, "nothing here needs q");
}

}  // namespace
}  // namespace gradus
