// The verb behind `gradus derive`: an expression in, its derivative out, step by step, in index and in matrix notation.
//
//   Derivative d = derive({.expression = "norm2(A*x - y)^2", .wrt = "x"});
//   std::cout << derive_text(d);                 // ∂f/∂x = 2Aᵀ(Ax − y) …
#pragma once

#include <string>
#include <vector>

#include "app/report.h"
#include "base/diagnostic.h"

namespace gradus {

enum class StepGrain { none, brief, full };

struct DeriveRequest {
  std::string name;              ///< of the sheet, as the user wrote it; empty: there is none
  std::string text;              ///< the sheet
  std::string expression;        ///< plain text or LaTeX; may itself be a derivative: "∂E/∂w", "\nabla_W E"
  std::vector<std::string> let;  ///< declarations: "A ∈ R^{m×n}"
  std::vector<std::string> assume;
  std::string wrt;  ///< by what to derive; empty: the expression says it itself
  int order = 1;
  StepGrain steps = StepGrain::brief;
};

/// Something as it is shown, in both dialects.
struct Shown {
  std::string latex, text;
};

struct DeriveStep {
  std::string rule;
  Shown before, after;
};

/// Strings throughout: it outlives the pool it was made in.
struct Derivative {
  bool ok = false;                      ///< false: the diagnostics say why
  std::string request;                  ///< the expression as the user wrote it
  std::string wrt;                      ///< as the user wrote it, or empty
  Shown expression;                     ///< as understood
  std::string name;                     ///< what it is called in `left`; empty where it needs no name
  Shown left;                           ///< what was asked for: ∂f/∂x
  Shown left_entry;                     ///< its entry: ∂f/∂x_i; as `left` for a scalar
  Shown result;                         ///< matrix notation where there is one, else index notation
  Shown entry;                          ///< index notation
  std::string ranges;                   ///< of the axes of `entry`, in LaTeX: "i = 0, \\dots, 2"
  bool folded = false;                  ///< `result` is in matrix notation
  bool new_names = false;               ///< `result` has names for arrays that the readings introduce
  std::string shape, expression_shape;  ///< "m×n matrix", "tensor m×n×m×n with axes i, j, k, l"
  std::string layout;
  std::vector<std::string> assumptions;  ///< conditions of domain
  std::vector<std::string> readings;     ///< what was inferred or not read literally
  std::vector<DeriveStep> steps;
  std::vector<Diagnostic> diagnostics;
  std::vector<Derivative> parts;  ///< by a whole family of weights: one for each kind of member
  Source source;                  ///< what the diagnostics point into
};

Derivative derive(const DeriveRequest& request);

std::string derive_text(const Derivative& d, const TextStyle& style = {});
std::string derive_latex(const Derivative& d);
std::string derive_markdown(const Derivative& d);
/// One JSON object (docs/json.md).
std::string derive_json(const Derivative& d);
std::string derive_html(const Derivative& d);

}  // namespace gradus
