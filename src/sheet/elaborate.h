// Elaboration of a document, and of expressions in its scope (gradus derive).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sheet/sheet.h"

namespace gradus {

/// An expression that was handed along with a document.
struct ElaboratedExpression {
  std::optional<Value> value;         ///< none: the diagnostics say why
  std::vector<std::string> readings;  ///< readings that were not literal
  std::vector<std::string> inferred;  ///< what undeclared names were taken for: "A : a matrix m×n"
  std::vector<Diagnostic> diagnostics;
};

struct Elaboration {
  Sheet sheet;
  std::vector<ElaboratedExpression> expressions;  ///< parallel to those handed in
  bool jacobian_columns = false;                  ///< denominator layout: a Jacobian has one column an output
  bool gradient_rows = false;                     ///< numerator layout: a gradient is a row
};

/// The sheet, and each expression read in the scope at its end. The spans of the expressions point into `source`.
Elaboration elaborate_with(const Source& source, const Document& document, const std::vector<SynPtr>& expressions,
                           const ElaborateOptions& options = {});

}  // namespace gradus
