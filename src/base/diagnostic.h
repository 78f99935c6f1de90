// What is told to the user when something is wrong: a stable slug, the exact span, the cause, one thing to do.
#pragma once

#include <string>
#include <vector>

#include "base/source.h"

namespace gradus {

enum class Severity { error, warning, note };

struct Diagnostic {
  Severity severity = Severity::error;
  std::string slug;     ///< stable name of the kind, e.g. "shape"; `gradus explain SLUG` tells more
  Span span;            ///< what is underlined
  std::string message;  ///< the cause, in the user's notation
  std::string help;     ///< one thing to do; may be empty
};

/// The diagnostic as lines for a terminal: heading, source line with a caret under the span, help.
std::string render(const Diagnostic& diagnostic, const Source& source);

}  // namespace gradus
