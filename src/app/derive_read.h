// Reading for `gradus derive`: an expression in the scope of a sheet, or of declarations given with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/derive.h"
#include "sheet/sheet.h"

namespace gradus {

struct Understood {
  Source source;                    ///< the sheet, the declarations and the expression, one below the other
  std::optional<Value> expression;  ///< none: the diagnostics say why
  std::optional<Value> by;          ///< the variable; none if the expression is a derivative itself
  bool jacobian_columns = false, gradient_rows = false;  ///< the layout of the sheet
  std::vector<std::string> readings;
  std::vector<Diagnostic> diagnostics;
};

/// The values belong to the current Pool.
Understood understand(const DeriveRequest& request);

}  // namespace gradus
