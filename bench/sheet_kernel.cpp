#include "sheet_kernel.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "app/session.h"
#include "program/schedule.h"

namespace gradus::bench {
namespace {

[[noreturn]] void give_up(const std::string& message) {
  std::fprintf(stderr, "bench: %s\n", message.c_str());
  std::exit(2);
}

std::size_t place_of(const std::vector<std::string>& names, const std::string& name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) give_up("no argument is called " + name);
  return static_cast<std::size_t>(at - names.begin());
}

}  // namespace

SheetKernel::SheetKernel(const std::string& sheet, const std::string& quantity,
                         std::vector<WantedDerivative> derivatives, const std::vector<std::string>& sizes,
                         const std::vector<Argument>& strided)
    : workspace_(nullptr, &std::free) {
  const auto began = std::chrono::steady_clock::now();
  const std::string path = GRADUS_BENCH_PROBLEMS "/" + sheet;
  const Result<std::string> text = read_text(path);
  if (!text) give_up("cannot read " + path);
  Pool pool;
  const Pool::Scope scope(pool);
  ComputeRequest request;
  request.name = path;
  request.text = *text;
  request.quantities = {quantity};
  request.derivatives = std::move(derivatives);
  request.sets = sizes;
  const Computation computation = compute(request);
  if (!computation.ok)
    give_up(sheet + ": " + (computation.diagnostics.empty() ? "not understood" : computation.diagnostics[0].message));
  ScheduleOptions options;
  for (const auto* arrays : {&computation.inputs, &computation.outputs}) {
    for (const NamedArray& array : *arrays) {
      (arrays == &computation.inputs ? input_names_ : output_names_).push_back(array.name);
      for (const Argument& argument : strided) {
        if (argument.name == array.name) options.strides.emplace(array.array, argument.strides);
      }
    }
  }
  const Result<Kernel> kernel = compile(schedule(computation.program, options));
  if (!kernel) give_up(sheet + ": " + kernel.error().message);
  kernel_ = std::make_unique<Kernel>(*kernel);
  workspace_.reset(std::aligned_alloc(64, (kernel_->workspace_bytes() + 127) / 64 * 64));
  inputs_.resize(input_names_.size());
  outputs_.resize(output_names_.size());
  compile_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void SheetKernel::bind(const std::string& name, const void* data) { inputs_[place_of(input_names_, name)] = data; }

void SheetKernel::bind(const std::string& name, void* data) { outputs_[place_of(output_names_, name)] = data; }

}  // namespace gradus::bench
