#include "app/emit.h"

#include <fmt/format.h>

#include "backend/source/emit.h"
#include "program/schedule.h"

namespace gradus {
namespace {

/// Letters and digits of the quantity: "E(w)" is e_w.
std::string function_name(const EmitRequest& request) {
  if (!request.function.empty()) return request.function;
  std::string name;
  for (const char c : request.what.quantities[0]) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      name += c;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) name = "quantity_" + name;
  return name;
}

}  // namespace

Emission emit_source(const EmitRequest& request) {
  if (request.language == "latex") return emit_latex(request.what);
  Emission out;
  Pool pool;
  const Pool::Scope scope(pool);
  const Computation computation = compute(request.what);
  out.source = computation.source;
  out.diagnostics = computation.diagnostics;
  if (!computation.ok) return out;

  SourceOptions options;
  options.language = request.language == "c" ? SourceLanguage::c99 : SourceLanguage::cpp17;
  options.function = function_name(request);
  options.with_main = request.with_main;
  options.comments.push_back("Computes " + computation.outputs[0].name + " of " + request.what.name + ".");
  for (const std::string& size : computation.sizes) options.comments.push_back(size);
  for (const auto* arrays : {&computation.inputs, &computation.outputs}) {
    for (const NamedArray& array : *arrays) options.meanings.emplace(array.array, array.name + ", " + array.shape);
  }
  options.value = computation.outputs[0].array;
  for (const NamedArray& output : computation.outputs) {
    if (output.gradient_by) options.gradients.emplace_back(output.array, output.gradient_by);
  }
  if (request.with_main && options.gradients.empty()) {
    out.diagnostics.push_back(
        {Severity::error, "usage", {}, "there is no gradient that a main could check", "ask for one: --grad w"});
    return out;
  }
  const Result<std::string> text = request.language == "numpy" ? emit_numpy(computation.program, options)
                                                               : emit(schedule(computation.program), options);
  if (!text) {
    out.diagnostics.push_back(text.error());
    return out;
  }
  out.text = *text;
  out.ok = true;
  return out;
}

}  // namespace gradus
