// Random expressions with sums, gathers of the same array in several places, selections and elementary functions: what
// is derived from their programs agrees in every way of computing it.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>

#include "backend/llvm/jit.h"
#include "backend/reference/interpret.h"
#include "program/derive_program.h"
#include "program/lowering.h"
#include "program/plan.h"
#include "program/schedule.h"

namespace gradus {
namespace {

class Random {
 public:
  explicit Random(std::uint64_t seed) : generator_(seed) {
    scalar_ = variable("a", {});
    vector_ = variable("u", {4});
    long_ = variable("x", {37});
    matrix_ = variable("W", {4, 37});
  }

  /// A scalar expression; `free` are index variables in scope.
  Expr expression(int depth, const IndexVars& free) {
    if (depth == 0 || pick(6) == 0) return leaf(free);
    switch (pick(8)) {
      case 0: return make::add({expression(depth - 1, free), expression(depth - 1, free)});
      case 1:
      case 2: return make::mul({expression(depth - 1, free), expression(depth - 1, free)});
      case 3: return make::func(smooth(), expression(depth - 1, free));
      case 4:
        return make::div(expression(depth - 1, free),
                         make::add({make::number(2), make::sq(expression(depth - 1, free))}));
      case 5: {
        const Expr condition = expression(1, free);
        return make::select(Relation::gt, condition, make::number(Rational(1, 7)), expression(depth - 1, free),
                            expression(depth - 1, free));
      }
      default: {
        const long extent = pick(2) == 0 ? 4 : 37;
        const IndexVar* var = make::fresh("i", make::number(1), make::number(extent));
        IndexVars inner = free;
        inner.push_back(var);
        return make::sum(var, make::mul({make::number(Rational(1, extent)), expression(depth - 1, inner)}));
      }
    }
  }

  std::vector<const Symbol*> variables() const { return {scalar_, vector_, long_, matrix_}; }
  double number() { return std::normal_distribution<double>()(generator_); }

 private:
  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(generator_); }

  static const Symbol* variable(const std::string& name, const std::vector<long>& extents) {
    Symbol* symbol = Pool::current().new_symbol(name);
    symbol->latex = name;
    for (const long extent : extents) {
      symbol->indices.push_back({make::number(1), make::number(extent)});
      symbol->places.push_back(Place::axis);
    }
    return symbol;
  }

  Elementary smooth() {
    constexpr Elementary all[] = {Elementary::exp,     Elementary::tanh,     Elementary::sin,
                                  Elementary::sigmoid, Elementary::softplus, Elementary::atan};
    return all[pick(std::size(all))];
  }

  Expr term(long extent, const IndexVars& free) {
    std::vector<Expr> fit;
    for (const IndexVar* var : free) {
      if (*constant_index(var->hi) == extent) fit.push_back(make::index(var));
    }
    return fit.empty() || pick(5) == 0 ? make::number(static_cast<long>(pick(4)) + 1) : fit[pick(fit.size())];
  }

  Expr leaf(const IndexVars& free) {
    switch (pick(5)) {
      case 0: return make::ref(scalar_);
      case 1: return make::ref(vector_, {term(4, free)});
      case 2: return make::ref(long_, {term(37, free)});
      case 3: return make::ref(matrix_, {term(4, free), term(37, free)});
      default: return make::number(Rational(static_cast<long>(pick(9)) - 4, 3));
    }
  }

  std::mt19937_64 generator_;
  const Symbol *scalar_, *vector_, *long_, *matrix_;
};

std::vector<double> run(const Nest& nest, const Arrays& arrays, std::size_t output, int threads = 1) {
  CompileOptions options;
  options.threads = threads;
  const auto kernel = compile(nest, options);
  if (!kernel) return {};
  std::vector<const void*> in;
  std::vector<std::vector<double>> results;
  for (const Buffer& buffer : nest.buffers) {
    if (buffer.storage == Storage::input) in.push_back(arrays.at(buffer.array).data());
    if (buffer.storage == Storage::output) results.emplace_back(static_cast<std::size_t>(buffer.size));
  }
  std::vector<void*> out;
  for (auto& result : results) out.push_back(result.data());
  const std::unique_ptr<void, decltype(&std::free)> workspace(
      std::aligned_alloc(64, (kernel->workspace_bytes() + 127) / 64 * 64), &std::free);
  (*kernel)(in.data(), out.data(), workspace.get());
  return results[output];
}

bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * (1 + std::abs(a) + std::abs(b));
}

TEST(ProgramProperty, DerivativesAgree) {
  const char* chosen = std::getenv("GRADUS_SEED");
  const std::uint64_t first = chosen ? std::strtoull(chosen, nullptr, 10) : 1;
  int compiled = 0;
  for (std::uint64_t seed = first; seed < first + 150; ++seed) {
    SCOPED_TRACE("GRADUS_SEED=" + std::to_string(seed));
    Pool pool;
    const Pool::Scope scope(pool);
    Random random(seed);
    const Quantity wanted{"E", "E", random.expression(5, {}), {}};
    auto lowered = lower({wanted}, {});
    ASSERT_TRUE(lowered.ok()) << lowered.error().message;
    prepare(lowered->program);
    std::vector<const Symbol*> inputs = lowered->program.inputs;
    const Symbol* value = lowered->program.outputs[0];
    if (inputs.empty()) continue;
    Lowered forward = *lowered;
    const Program plain = lowered->program;
    ASSERT_FALSE(append_reverse(*lowered, value, inputs));
    Program unplanned = lowered->program;
    plan(lowered->program);
    write_in_libm(lowered->program);
    write_in_libm(unplanned);

    Arrays arrays;
    for (const Symbol* input : inputs) {
      std::size_t size = 1;
      for (const Range& axis : input->indices) size *= static_cast<std::size_t>(*constant_index(axis.hi));
      for (std::size_t i = 0; i < size; ++i) arrays[input].push_back(random.number());
    }
    Arrays oracle = arrays, planned = arrays, nested = arrays;
    ASSERT_FALSE(interpret(unplanned, oracle));
    ASSERT_FALSE(interpret(lowered->program, planned));
    ScheduleOptions options;
    options.part = seed % 2 == 0 ? 20 : options.part;  // every other one in parts, where it has any
    const Nest nest = schedule(lowered->program, options);
    ASSERT_FALSE(interpret(nest, nested));
    const auto& outputs = lowered->program.outputs;
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const std::vector<double> kernel = run(nest, arrays, o);
      ASSERT_EQ(kernel.size(), oracle[outputs[o]].size());
      const std::vector<double> on_two = run(nest, arrays, o, 2);
      ASSERT_EQ(std::memcmp(kernel.data(), on_two.data(), kernel.size() * sizeof(double)), 0) << print(nest);
      for (std::size_t i = 0; i < kernel.size(); ++i) {
        const double expected = oracle[outputs[o]][i];
        if (!std::isfinite(expected)) continue;
        ASSERT_TRUE(near(planned[outputs[o]][i], expected, 1e-11))
            << outputs[o]->name << " " << i << ": " << planned[outputs[o]][i] << " for " << expected << "\n"
            << print(lowered->program) << "from\n"
            << print(unplanned);
        ASSERT_TRUE(near(nested[outputs[o]][i], expected, 1e-11)) << print(nest);
        ASSERT_TRUE(near(kernel[i], expected, 1e-10)) << kernel[i] << " for " << expected << "\n" << print(nest);
        ++compiled;
      }
    }

    // Along a random direction: reverse, forward and (away from the edges of selections) differences.
    Symbol* direction = pool.new_symbol("direction");
    const Symbol* by = inputs.back();
    direction->indices = by->indices;
    direction->places = by->places;
    ASSERT_FALSE(append_forward(forward, value, by, direction));
    write_in_libm(forward.program);
    Arrays along = arrays;
    for (std::size_t i = 0; i < arrays[by].size(); ++i) along[direction].push_back(random.number());
    ASSERT_FALSE(interpret(forward.program, along));
    double reverse = 0;
    for (std::size_t i = 0; i < arrays[by].size(); ++i)
      reverse += oracle[outputs[inputs.size()]][i] * along[direction][i];
    const double tangent = along[forward.program.outputs.back()][0];
    if (!std::isfinite(reverse)) continue;
    ASSERT_TRUE(near(tangent, reverse, 1e-10)) << tangent << " for " << reverse;
    const auto at = [&](double step) {
      Arrays moved = arrays;
      for (std::size_t i = 0; i < moved[by].size(); ++i) moved[by][i] += step * along[direction][i];
      Program values = plain;
      write_in_libm(values);
      EXPECT_FALSE(interpret(values, moved));
      return moved[value][0];
    };
    const double one = (at(1e-5) - at(-1e-5)) / 2e-5, two = (at(2e-5) - at(-2e-5)) / 4e-5;
    if (near(one, two, 1e-7)) {
      ASSERT_TRUE(near(one, reverse, 1e-5)) << one << " for " << reverse;
    }
  }
  EXPECT_GT(compiled, 500);
}

}  // namespace
}  // namespace gradus
