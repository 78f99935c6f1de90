// The main of an emitted file: random inputs, and the gradients against differences of the value.
#include <algorithm>

#include "backend/source/kernel.h"

namespace gradus {
namespace {

/// Everything but the arrays, in the common part of C and C++. `computed_value()` computes the value from the arrays.
constexpr const char* random_helpers = R"(
/* splitmix64 */
static uint64_t seed = 1;
static uint64_t random_bits(void) {
  uint64_t z = (seed += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
)";
constexpr const char* random_number_helper =
    R"(static double random_number(void) { return 0.1 + 0.8 * (double)(random_bits() >> 11) / 9007199254740992.0; }
)";

constexpr const char* differences = R"(
/* The value with the input moved along the direction. */
static double moved(double *input, long size, double step) {
  for (long k = 0; k < size; ++k) input[k] = start[k] + step * direction[k];
  return computed_value();
}

/* The error of the slope that the gradient gives along the direction, relative to the gradient. The best of several
   steps: a kink may lie within the larger ones. */
static double error_along(double *input, const double *gradient, long size) {
  double slope = 0, scale = 1e-5 * fabs(moved(input, size, 0));
  double best = HUGE_VAL;
  for (long k = 0; k < size; ++k) {
    slope += gradient[k] * direction[k];
    scale += fabs(gradient[k] * direction[k]);
  }
  for (double h = 1e-2; h > 1e-7 && !(best < 1e-8); h /= 10) {
    const double near_by = moved(input, size, h) - moved(input, size, -h);
    const double far_off = moved(input, size, 2 * h) - moved(input, size, -2 * h);
    const double difference = (8 * near_by - far_off) / (12 * h);
    const double error = difference == slope ? 0 : fabs(difference - slope) / scale;
    if (error < best) best = error;
  }
  moved(input, size, 0);
  return best;
}

/* Along some elements, and along a random direction that meets them all. */
static double error_of(double *input, const double *gradient, long size) {
  double largest = 0;
  const long some = size < 8 ? size : 8;
  for (long k = 0; k < size; ++k) start[k] = input[k];
  for (long i = 0; i <= some; ++i) {
    double error;
    for (long k = 0; k < size; ++k) direction[k] = i < some ? 0 : random_number() - 0.5;
    if (i < some) direction[(long)(random_bits() % (uint64_t)size)] = 1;
    error = error_along(input, gradient, size);
    if (error > largest) largest = error;
  }
  return largest;
}
)";

/// How an index array's values are used: array[c(l) + offset].
struct Gather {
  const Symbol* array;
  std::size_t axis;
  long offset;
};

void collect_gathers(const std::vector<NestStep>& steps, const Symbol* integers, std::vector<Gather>& out) {
  const auto see = [&](Expr e) {
    visit(e, [&](Expr node) {
      if (node->kind != Kind::ref || node->symbol->role == Role::constant) return;
      for (std::size_t d = 0; d < node->kids.size(); ++d) {
        const Expr term = node->kids[d];
        Expr gathered = term;
        long offset = 0;
        if (term->kind == Kind::add && term->kids.size() == 2) {
          for (const int k : {0, 1}) {
            if (const auto known = constant_index(term->kids[static_cast<std::size_t>(k)])) {
              offset = *known;
              gathered = term->kids[static_cast<std::size_t>(1 - k)];
            }
          }
        }
        if (gathered->kind == Kind::ref && gathered->symbol == integers) out.push_back({node->symbol, d, offset});
      }
    });
  };
  for (const NestStep& step : steps) {
    if (step.loop) {
      collect_gathers(step.loop->body, integers, out);
    } else {
      see(step.statement.target);
      see(step.statement.body);
    }
  }
}

}  // namespace

/// The values that an index array may have: those at which what it indexes exists.
std::pair<long, long> KernelWriter::values_of(const Symbol* integers) const {
  std::vector<Gather> gathers;
  collect_gathers(nest_.steps, integers, gathers);
  std::optional<std::pair<long, long>> range;
  for (const Gather& gather : gathers) {
    if (gather.axis >= gather.array->indices.size()) continue;
    const Range& axis = gather.array->indices[gather.axis];
    const auto lo = constant_index(axis.lo), hi = constant_index(axis.hi);
    if (!lo || !hi) continue;
    if (!range) range = {*lo - gather.offset, *hi - gather.offset};
    range = {std::max(range->first, *lo - gather.offset), std::min(range->second, *hi - gather.offset)};
  }
  return range.value_or(std::pair(0L, 1L));
}

std::string KernelWriter::fill(const Buffer& input) {
  const std::string name = names_.of(input.array) + "_data";
  const std::string size = std::to_string(input.size);
  std::string value = "random_number()";
  if (input.element != Element::real) {
    const auto [lo, hi] = values_of(input.array);
    value = "(" + scalar_type(input) + ")(" + std::to_string(lo) + " + (long)(random_bits() % " +
            std::to_string(std::max(1L, hi - lo + 1)) + "u))";
  }
  return "  for (long k = 0; k < " + size + "; ++k) " + name + "[k] = " + value + ";\n";
}

std::string KernelWriter::check() {
  std::string arrays, arguments, fills, checks;
  long largest = 1;
  const auto size_of = [&](const Symbol* array) { return std::max(1L, buffers_.at(array)->size); };
  for (const Buffer& buffer : nest_.buffers) {
    if (buffer.storage == Storage::local) continue;
    const std::string name = names_.of(buffer.array) + "_data";
    arrays += "static " + scalar_type(buffer) + " " + name + "[" + std::to_string(size_of(buffer.array)) + "];\n";
    arguments += (arguments.empty() ? "" : ", ") + (by_value(buffer) ? name + "[0]" : name);
    if (buffer.storage == Storage::input) fills += fill(buffer);
  }
  for (const auto& [gradient, input] : options_.gradients) {
    const Buffer *found = buffer_of(gradient), *of = buffer_of(input);
    if (!found || !of) return {};
    if (found->size != of->size) {
      fail(gradient->name + " has " + std::to_string(found->size) + " elements, and " + input->name + " has " +
           std::to_string(of->size));
      return {};
    }
    const std::string size = std::to_string(found->size), name = names_.of(gradient);
    arrays += "static double " + name + "_first[" + std::to_string(size_of(gradient)) + "];\n";
    largest = std::max(largest, found->size);
    checks += "  error = error_of(" + names_.of(input) + "_data, " + name + "_first, " + size + ");\n" + "  printf(\"" +
              name + ": largest error %.3g\\n\", error);\n" + "  if (error > largest) largest = error;\n";
  }
  const bool compares = !checks.empty() && options_.value;
  std::string out = "/* A check of the function on random inputs. */\n";
  if (!is_c()) out += "using std::fabs;\nusing std::printf;\nusing std::uint64_t;\n";
  out += arrays;
  if (compares) {
    out += "static double start[" + std::to_string(largest) + "], direction[" + std::to_string(largest) + "];\n";
  }
  if (!fills.empty()) out += random_helpers;
  if (fills.find("random_number") != std::string::npos) out += random_number_helper;
  const std::string call = function_ + "(" + arguments + ")";
  const std::string first = options_.value ? names_.of(options_.value) + "_data[0]" : "0";
  out += "\nstatic double computed_value(void) {\n";
  out += is_c() ? "  if (" + call + ") return HUGE_VAL;\n" : "  " + call + ";\n";
  out += "  return " + first + ";\n}\n";
  if (compares) out += differences;
  out += std::string("\nint main(") + (is_c() ? "void" : "") + ") {\n";
  if (compares) out += "  double largest = 0, error;\n";
  out += fills + "  printf(\"value %.17g\\n\", computed_value());\n";
  if (!compares) return out + "  return 0;\n}\n";
  for (const auto& [gradient, input] : options_.gradients) {
    const std::string name = names_.of(gradient);
    out += "  for (long k = 0; k < " + std::to_string(buffers_.at(gradient)->size) + "; ++k) " + name +
           "_first[k] = " + name + "_data[k];\n";
  }
  return out + checks + "  printf(\"largest error %.3g\\n\", largest);\n  return largest <= 1e-6 ? 0 : 1;\n}\n";
}

}  // namespace gradus
