#include "app/evaluate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>

#include "app/random_data.h"
#include "backend/llvm/jit.h"
#include "program/arrays.h"
#include "program/schedule.h"

namespace gradus {
namespace {

/// What a kernel reads, writes and works in; aligned to cache lines.
class Memory {
 public:
  explicit Memory(std::size_t bytes) : start_(std::aligned_alloc(64, (bytes + 127) / 64 * 64), &std::free) {}
  void* get() const { return start_.get(); }

 private:
  std::unique_ptr<void, decltype(&std::free)> start_;
};

std::vector<std::int64_t> as_integers(const std::vector<double>& values) {
  std::vector<std::int64_t> out;
  for (const double value : values) out.push_back(static_cast<std::int64_t>(std::llround(value)));
  return out;
}

std::optional<Diagnostic> too_large(const Nest& nest) {
  double bytes = 0;
  for (const Buffer& buffer : nest.buffers) bytes += static_cast<double>(buffer.size * buffer.copies) * sizeof(double);
  const double memory = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  if (bytes < memory) return std::nullopt;
  return Diagnostic{
      Severity::error,
      "compile",
      {},
      fmt::format("at these sizes the arrays need {:.3g} GB, and this machine has {:.3g}", bytes / 1e9, memory / 1e9),
      "choose smaller sizes"};
}

std::optional<Diagnostic> out_of_range(const NamedArray& input, const std::vector<double>& values,
                                       const std::optional<std::pair<long, long>>& range) {
  for (const double value : values) {
    std::string why;
    if (value != std::floor(value))
      why = "is no whole number";
    else if (range && (value < static_cast<double>(range->first) || value > static_cast<double>(range->second)))
      why = fmt::format("is outside {}…{}", range->first, range->second);
    if (!why.empty()) {
      return Diagnostic{Severity::error,
                        "data",
                        {},
                        fmt::format("the entry {} of {} {}", value, input.name, why),
                        "indices count as in the sheet"};
    }
  }
  return std::nullopt;
}

std::optional<Diagnostic> check_accuracy(const Computation& computation, bool single, Evaluation& out) {
  Numbers inputs;
  std::vector<std::vector<double>> outputs;
  for (std::size_t i = 0; i < computation.inputs.size(); ++i)
    inputs[computation.inputs[i].array] = computation.data[i].values;
  for (const Evaluation::Result& result : out.results) outputs.push_back(result.value.values);
  const Result<std::vector<Accuracy>> accuracies = accuracy_of(computation.derived, inputs, outputs, single);
  if (!accuracies) return accuracies.error();
  for (std::size_t i = 0; i < out.results.size(); ++i) out.results[i].accuracy = (*accuracies)[i];
  return std::nullopt;
}

std::string accuracy_text(const Accuracy& accuracy, std::size_t count) {
  if (accuracy.skipped == count && count > 0) return "  no error bound: not finite, or at a kink\n";
  std::string out = fmt::format("  error at most {:.2g} ulp", accuracy.ulps);
  if (count > 1) out += fmt::format(", {:.2g} of the largest entry's", accuracy.of_largest);
  out += fmt::format(" (balls of {} bits)", accuracy.precision);
  if (accuracy.skipped > 0) out += fmt::format("; {} of {} not finite, or at a kink", accuracy.skipped, count);
  return out + "\n";
}

/// Results by members of one family that have one shape as one array, its first axis the members in order.
void stack_families(const Computation& computation, Evaluation& out) {
  std::vector<Evaluation::Result> stacked;
  for (std::size_t i = 0; i < out.results.size();) {
    const std::string& family = computation.outputs[i].family;
    std::size_t end = i + 1;
    while (!family.empty() && end < out.results.size() && computation.outputs[end].family == family &&
           out.results[end].value.shape == out.results[i].value.shape)
      ++end;
    Evaluation::Result whole = std::move(out.results[i]);
    if (end > i + 1) {
      whole.name = family;
      whole.value.shape.insert(whole.value.shape.begin(), static_cast<long>(end - i));
      whole.shape = fmt::format("{}", fmt::join(whole.value.shape, "×"));
      for (std::size_t k = i + 1; k < end; ++k) {
        const Evaluation::Result& one = out.results[k];
        whole.value.values.insert(whole.value.values.end(), one.value.values.begin(), one.value.values.end());
        if (!whole.accuracy) continue;
        whole.accuracy->ulps = std::max(whole.accuracy->ulps, one.accuracy->ulps);
        whole.accuracy->of_largest = std::max(whole.accuracy->of_largest, one.accuracy->of_largest);
        whole.accuracy->precision = std::max(whole.accuracy->precision, one.accuracy->precision);
        whole.accuracy->skipped += one.accuracy->skipped;
      }
    }
    stacked.push_back(std::move(whole));
    i = end;
  }
  out.results = std::move(stacked);
}

}  // namespace

std::optional<Diagnostic> fill_inputs(Computation& computation, const std::optional<std::uint64_t>& seed,
                                      std::vector<std::string>& told) {
  std::mt19937_64 generator(seed.value_or(0));
  for (std::size_t i = 0; i < computation.inputs.size(); ++i) {
    const NamedArray& input = computation.inputs[i];
    Array& value = computation.data[i];
    std::vector<long> shape;
    for (std::size_t d = 0; d < input.array->indices.size(); ++d) shape.push_back(axis_of(input.array, d).extent());
    if (!value.values.empty() || std::find(shape.begin(), shape.end(), 0) != shape.end()) continue;
    if (!seed) {
      return Diagnostic{Severity::error,
                        "data",
                        {},
                        input.name + " (" + input.shape + ") has no data",
                        "give it, --data '" + input.name + "=FILE', or --random 1 for everything that has none"};
    }
    value = random_array(input.variable->traits, shape, index_range(computation.program, input.array), generator);
    told.push_back(fmt::format("{} ({}): random", input.name, input.shape));
  }
  return std::nullopt;
}

Evaluation evaluate(const EvaluateRequest& request) {
  Evaluation out;
  Pool pool;
  const Pool::Scope scope(pool);
  ComputeRequest what = request.what;
  what.any_size = request.random.has_value();
  Computation computation = compute(what);
  out.source = computation.source;
  out.diagnostics = computation.diagnostics;
  if (!computation.ok) return out;
  out.told = computation.sizes;
  ScheduleOptions how;
  if (request.single) how.lanes = 16;
  const Nest nest = schedule(computation.program, how);
  if (request.explain) {
    for (const std::string& mode : computation.modes) out.plan += mode + "\n";
    out.plan += (out.plan.empty() ? "" : "\n") + print(nest, computation.orderings);
  }
  if (const auto why = too_large(nest)) {
    out.diagnostics.push_back(*why);
    return out;
  }
  CompileOptions options;
  options.cache_folder = request.cache_folder;
  options.precise = request.precise;
  options.threads = request.threads;
  options.single = request.single;
  const Result<Kernel> kernel = compile(nest, options);
  if (!kernel) {
    out.diagnostics.push_back(kernel.error());
    return out;
  }
  if (const auto why = fill_inputs(computation, request.random, out.told)) {
    out.diagnostics.push_back(*why);
    return out;
  }
  std::vector<std::vector<std::int64_t>> integers(computation.inputs.size());
  std::vector<std::vector<float>> singles(computation.inputs.size());
  std::vector<const void*> inputs;
  for (std::size_t i = 0; i < computation.inputs.size(); ++i) {
    std::vector<double>& values = computation.data[i].values;
    if (nest.buffers[i].element == Element::real) {
      if (request.single) {
        singles[i].assign(values.begin(), values.end());
        values.assign(singles[i].begin(), singles[i].end());
      }
      inputs.push_back(request.single ? static_cast<const void*>(singles[i].data()) : values.data());
      continue;
    }
    if (const auto why = out_of_range(computation.inputs[i], values,
                                      index_range(computation.program, computation.inputs[i].array))) {
      out.diagnostics.push_back(*why);
      return out;
    }
    integers[i] = as_integers(values);
    inputs.push_back(integers[i].data());
  }
  std::vector<void*> outputs;
  for (std::size_t i = 0; i < computation.outputs.size(); ++i) {
    const Buffer& buffer = nest.buffers[computation.inputs.size() + i];
    Array value;
    value.shape.assign(buffer.extent.begin(), buffer.extent.end());
    value.values.resize(static_cast<std::size_t>(buffer.size));
    value.single = request.single;
    out.results.push_back({computation.outputs[i].name, computation.outputs[i].shape, std::move(value), std::nullopt});
  }
  std::vector<std::vector<float>> single_outputs;
  for (Evaluation::Result& result : out.results) {
    if (request.single) single_outputs.emplace_back(result.value.values.size());
    outputs.push_back(request.single ? static_cast<void*>(single_outputs.back().data()) : result.value.values.data());
  }
  const Memory workspace(kernel->workspace_bytes());
  (*kernel)(inputs.data(), outputs.data(), workspace.get());
  for (std::size_t i = 0; i < single_outputs.size(); ++i)
    out.results[i].value.values.assign(single_outputs[i].begin(), single_outputs[i].end());
  if (request.check) {
    if (const auto why = check_accuracy(computation, request.single, out)) {
      out.diagnostics.push_back(*why);
      return out;
    }
  }
  if (request.stack) stack_families(computation, out);
  out.ok = true;
  return out;
}

std::string evaluation_text(const Evaluation& evaluation, int width) {
  std::string out;
  for (const std::string& line : evaluation.told) out += "  " + line + "\n";
  if (!evaluation.told.empty()) out += "\n";
  for (const Evaluation::Result& result : evaluation.results) {
    const Array& value = result.value;
    if (value.shape.empty()) {
      out += fmt::format("{} = {:.12g}\n", result.name, value.values[0]);
      if (result.accuracy) out += accuracy_text(*result.accuracy, 1);
      continue;
    }
    out += fmt::format("{} ({})\n", result.name, result.shape);
    const auto columns = static_cast<std::size_t>(value.shape.back());
    const std::size_t rows = columns == 0 ? 0 : value.values.size() / columns;
    constexpr std::size_t kShown = 12;
    const std::size_t fit = std::max<std::size_t>(1, static_cast<std::size_t>(std::max(width, 30)) / 14);
    for (std::size_t r = 0; r < std::min(rows, kShown); ++r) {
      std::string line;
      for (std::size_t c = 0; c < std::min(columns, fit); ++c)
        line += fmt::format("{:>14.6g}", value.values[r * columns + c]);
      if (columns > fit) line += " …";
      out += line + "\n";
    }
    if (rows > kShown) out += fmt::format("  … {} more rows; --format csv, json or -o FILE gives all\n", rows - kShown);
    if (result.accuracy) out += accuracy_text(*result.accuracy, value.values.size());
  }
  return out;
}

std::string evaluation_json(const Evaluation& evaluation) {
  nlohmann::ordered_json out;
  out["told"] = evaluation.told;
  out["results"] = nlohmann::ordered_json::array();
  for (const Evaluation::Result& result : evaluation.results) {
    nlohmann::ordered_json one;
    one["name"] = result.name;
    one["shape"] = result.value.shape;
    // JSON has no infinity and no NaN: those are null.
    nlohmann::ordered_json values = nlohmann::ordered_json::array();
    for (const double value : result.value.values) {
      if (std::isfinite(value))
        values.push_back(value);
      else
        values.push_back(nullptr);
    }
    one["values"] = std::move(values);
    if (result.accuracy)
      one["error"] = {{"ulps", result.accuracy->ulps}, {"ulps_of_largest", result.accuracy->of_largest}};
    out["results"].push_back(std::move(one));
  }
  return out.dump(2) + "\n";
}

std::string evaluation_csv(const Evaluation& evaluation) {
  std::string out;
  for (const Evaluation::Result& result : evaluation.results) out += result.name + "\n" + csv_of(result.value);
  return out;
}

std::string evaluation_npz(const Evaluation& evaluation) {
  std::vector<std::pair<std::string, const Array*>> arrays;
  for (const Evaluation::Result& result : evaluation.results) arrays.emplace_back(result.name, &result.value);
  return npz_of(arrays);
}

}  // namespace gradus
