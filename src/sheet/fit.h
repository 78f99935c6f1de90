// How elaboration gives up on a reading: it throws Fit inside this folder; statements catch it and try the next
// reading.
#pragma once

#include <string>
#include <utility>

#include "base/diagnostic.h"

namespace gradus {

struct Fit {
  Diagnostic why;
  bool shape = false;      ///< the parts were understood, but their shapes do not fit: ill-typed rather than unread
  bool firm = false;       ///< so they do by declarations alone, whatever undeclared names are
  bool ambiguous = false;  ///< two readings of this rank fit: readings of a later rank do not count
};

[[noreturn]] inline void misfit(Span span, std::string message, std::string help = "") {
  throw Fit{{Severity::error, "shape", span, std::move(message), std::move(help)}, true};
}

[[noreturn]] inline void not_read(std::string slug, Span span, std::string message, std::string help = "") {
  throw Fit{{Severity::error, std::move(slug), span, std::move(message), std::move(help)}, false};
}

[[noreturn]] inline void ambiguous(Span span, std::string message, std::string help) {
  throw Fit{{Severity::error, "ambiguous", span, std::move(message), std::move(help)}, false, false, true};
}

}  // namespace gradus
