// Expressions read in the scope of a sheet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sheet/sheet.h"

namespace gradus {

struct ReadQuantities {
  Source source;                             ///< the sheet with the expressions below it
  std::vector<std::optional<Value>> values;  ///< none: the diagnostics say why
  std::vector<Diagnostic> diagnostics;
};

/// As at the end of the section under the heading `scope` (its words, without marks), or at the end of the sheet.
ReadQuantities read_quantities(const std::string& name, const std::string& text, const std::string& scope,
                               const std::vector<std::string>& expressions);

}  // namespace gradus
