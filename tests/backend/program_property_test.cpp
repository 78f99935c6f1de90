// Random programs (random_program.h): what is derived from them agrees in every way of computing it.
//
// GRADUS_SEED=N starts at another program, GRADUS_PROGRAMS=N runs so many.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>

#include "backend/llvm/jit.h"
#include "backend/reference/interpret.h"
#include "program/derive_program.h"
#include "program/lowering.h"
#include "program/plan.h"
#include "program/schedule.h"
#include "random_program.h"

namespace gradus {
namespace {

std::vector<double> run(const Nest& nest, const Arrays& arrays, std::size_t output, int threads = 1) {
  CompileOptions options;
  options.threads = threads;
  const auto kernel = compile(nest, options);
  if (!kernel) return {};
  std::vector<const void*> in;
  std::vector<std::vector<double>> results;
  std::deque<std::vector<std::int64_t>> places;  // integer arrays: the interpreter has them as doubles
  for (const Buffer& buffer : nest.buffers) {
    if (buffer.storage == Storage::input) {
      const std::vector<double>& values = arrays.at(buffer.array);
      in.push_back(values.data());
      if (buffer.array->traits.integer) in.back() = places.emplace_back(values.begin(), values.end()).data();
    }
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
  const auto chosen = [](const char* name, std::uint64_t otherwise) {
    const char* value = std::getenv(name);
    return value ? std::strtoull(value, nullptr, 10) : otherwise;
  };
  const std::uint64_t first = chosen("GRADUS_SEED", 1), programs = chosen("GRADUS_PROGRAMS", 450);
  std::uint64_t compiled = 0, refused = 0, recurrences = 0;
  for (std::uint64_t seed = first; seed < first + programs; ++seed) {
    SCOPED_TRACE("GRADUS_SEED=" + std::to_string(seed));
    Pool pool;
    const Pool::Scope scope(pool);
    RandomProgram random(seed);
    const Quantity wanted{"E", "E", random.quantity(), {}};
    auto lowered = lower({wanted}, {});
    if (!lowered.ok()) {  // A recurrence inside another has no compiled form.
      ASSERT_NE(lowered.error().message.find("stands inside another"), std::string::npos) << lowered.error().message;
      ++refused;
      continue;
    }
    prepare(lowered->program);
    std::vector<const Symbol*> inputs;
    for (const Symbol* input : lowered->program.inputs) {
      if (!input->traits.integer) inputs.push_back(input);
    }
    const Symbol* value = lowered->program.outputs[0];
    if (inputs.empty()) continue;
    for (const ProgramItem& item : lowered->program.items) recurrences += item.sequence != nullptr;
    Lowered forward = *lowered;
    const Program plain = lowered->program;
    ASSERT_FALSE(append_reverse(*lowered, value, inputs));
    Program unplanned = lowered->program, alone = plain;
    plan(lowered->program);
    plan(alone);
    write_in_libm(lowered->program);
    write_in_libm(alone);
    write_in_libm(unplanned);

    Arrays arrays;
    for (const Symbol* input : lowered->program.inputs) {
      std::size_t size = 1;
      for (const Range& axis : input->indices) size *= static_cast<std::size_t>(*constant_index(axis.hi));
      for (std::size_t i = 0; i < size; ++i)
        arrays[input].push_back(input->traits.integer ? random.place(input) : random.number());
    }
    Arrays oracle = arrays, planned = arrays, nested = arrays;
    const auto runs = [](const std::optional<Diagnostic>& why, const auto& what) {
      return why ? testing::AssertionFailure() << why->message << "\n" << print(what) : testing::AssertionSuccess();
    };
    ASSERT_TRUE(runs(interpret(unplanned, oracle), unplanned));
    ASSERT_TRUE(runs(interpret(lowered->program, planned), lowered->program)) << "from\n" << print(unplanned);
    ScheduleOptions scheduling;
    scheduling.part = seed % 2 == 0 ? 20 : scheduling.part;  // every other one in parts, where it has any
    const Nest nest = schedule(lowered->program, scheduling);
    ASSERT_TRUE(runs(interpret(nest, nested), nest)) << "from\n" << print(lowered->program);
    // A recurrence that magnifies every change magnifies rounding as well.
    const bool wild = std::any_of(unplanned.outputs.begin(), unplanned.outputs.end(), [&](const Symbol* output) {
      const std::vector<double>& all = oracle[output];
      return std::any_of(all.begin(), all.end(), [](double one) { return std::abs(one) > 1e5; });
    });
    if (wild) continue;
    // The value alone is planned otherwise than beside its gradient.
    Arrays by_itself = arrays;
    ASSERT_TRUE(runs(interpret(alone, by_itself), alone)) << "from\n" << print(plain);
    ASSERT_TRUE(!std::isfinite(oracle[value][0]) || near(by_itself[value][0], oracle[value][0], 1e-11))
        << by_itself[value][0] << " for " << oracle[value][0] << "\n"
        << print(alone) << "from\n"
        << print(plain);
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
    ASSERT_TRUE(near(tangent, reverse, 1e-10)) << tangent << " for " << reverse << "\n"
                                               << print(forward.program) << print(unplanned);
    const auto at = [&](double step) {
      Arrays moved = arrays;
      for (std::size_t i = 0; i < moved[by].size(); ++i) moved[by][i] += step * along[direction][i];
      Program values = plain;
      write_in_libm(values);
      EXPECT_FALSE(interpret(values, moved));
      return moved[value][0];
    };
    const double one = (at(1e-5) - at(-1e-5)) / 2e-5, two = (at(2e-5) - at(-2e-5)) / 4e-5;
    if (near(one, two, 1e-7) && std::abs(oracle[value][0]) < 1e3) {
      ASSERT_TRUE(near(one, reverse, 1e-5)) << one << " for " << reverse << "\n" << print(plain);
    }
  }
  if (programs < 100) return;
  EXPECT_GT(compiled, 20 * programs);
  EXPECT_GT(recurrences, programs / 5);
  EXPECT_LT(refused, programs / 6);
}

}  // namespace
}  // namespace gradus
