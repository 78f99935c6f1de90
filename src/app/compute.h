// From a sheet and what is wanted of it to a planned program: what eval, emit and graph share.
#pragma once

#include <string>
#include <vector>

#include "app/data.h"
#include "base/source.h"
#include "program/plan.h"

namespace gradus {

/// What is wanted of a scalar or an array quantity, by a variable.
struct WantedDerivative {
  enum class Kind : std::uint8_t { gradient, jacobian, hessian, vjp, jvp } kind = Kind::gradient;
  std::string by;
};

struct ComputeRequest {
  std::string name;                     ///< of the sheet
  std::string text;                     ///< the sheet
  std::string scope;                    ///< read names as at the end of the section of this heading; empty: at the end
  std::vector<std::string> quantities;  ///< "E", "f(x; w)": expressions in the sheet's notation
  std::vector<WantedDerivative> derivatives;  ///< of the first quantity
  std::vector<std::string> sets;              ///< "L=1000": sizes and scalars
  std::vector<std::string> data;              ///< "x=x.npy": a variable and a file or a number
  bool any_size = false;                      ///< sizes that nothing tells are taken small and different, and told
};

/// An array of the computation, by the sheet's own name.
struct NamedArray {
  std::string name;  ///< Unicode, as told: "w_{0,j}^{1,i}"
  std::string latex;
  std::string shape;  ///< "3×3", "scalar"
  const Symbol* array = nullptr;
  const Symbol* variable = nullptr;  ///< of an input: the sheet's symbol
  std::string family;  ///< of an output that is a derivative by a member of a family: what it is by the whole: "∂E/∂w"
  const Symbol* gradient_by = nullptr;  ///< of an output that is the gradient of a scalar: the input it is by
};

struct Computation {
  Source source;  ///< what the diagnostics point into
  std::vector<Diagnostic> diagnostics;
  bool ok = false;
  Lowered values;                  ///< what computes the quantities alone, as it was lowered
  Program derived;                 ///< values and derivatives as they come, before the plan: the reference for it
  Program program;                 ///< planned, its functions written out in those of the C library
  std::vector<NamedArray> inputs;  ///< in the program's order
  std::vector<NamedArray> outputs;
  std::vector<Array> data;          ///< of the inputs that data was given for; empty otherwise
  std::vector<Ordering> orderings;  ///< what was decided about the order of contractions
  std::vector<std::string> modes;   ///< how each derivative is found: forward or reverse, and why
  std::vector<std::string> sizes;   ///< "L = 1000", with where it is from
};

/// The symbols belong to the current Pool. Never throws.
Computation compute(const ComputeRequest& request);

}  // namespace gradus
