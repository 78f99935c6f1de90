// Expressions read in the scope of a sheet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sheet/sheet.h"

namespace gradus {

struct ReadQuantities {
  Source source;                             ///< the sheet with the expressions below it
  std::vector<std::optional<Value>> values;  ///< none: the diagnostics say why
  std::vector<Diagnostic> diagnostics;
};

/// The sheet up to the end of the section under the heading `scope`; all of it where no scope is named.
Result<std::string> section_text(const std::string& name, const std::string& text, const std::string& scope);

/// As at the end of the section under the heading `scope` (its words, without marks), or at the end of the sheet.
ReadQuantities read_quantities(const std::string& name, const std::string& text, const std::string& scope,
                               const std::vector<std::string>& expressions);

}  // namespace gradus
