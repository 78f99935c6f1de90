// The verb behind `gradus emit`: a computation as source code.
#pragma once

#include <string>
#include <vector>

#include "app/compute.h"

namespace gradus {

struct EmitRequest {
  ComputeRequest what;
  std::string language = "c++";  ///< c++, c, numpy or latex
  std::string function;          ///< its name; empty: from the quantity
  bool with_main = false;        ///< c++ and c: a program that checks the gradients by itself
};

struct Emission {
  bool ok = false;
  Source source;
  std::vector<Diagnostic> diagnostics;
  std::string text;
};

Emission emit_source(const EmitRequest& request);
/// The same as a LaTeX document that is a sheet again: declarations and definitions as the author wrote them, then the
/// derivatives in symbols. Sizes stay letters; data and settings do not matter.
Emission emit_latex(const ComputeRequest& request);

}  // namespace gradus
