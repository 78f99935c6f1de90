// How elaboration gives up on a reading: it throws Fit inside this folder; statements catch it and try the next
// reading.
#pragma once

#include <string>
#include <utility>

#include "base/diagnostic.h"

namespace gradus {

struct Fit {
  Diagnostic why;
  bool shape = false;  ///< the parts were understood, but their shapes do not fit: ill-typed rather than unread
};

[[noreturn]] inline void misfit(Span span, std::string message, std::string help = "") {
  throw Fit{{Severity::error, "shape", span, std::move(message), std::move(help)}, true};
}

[[noreturn]] inline void not_read(std::string slug, Span span, std::string message, std::string help = "") {
  throw Fit{{Severity::error, std::move(slug), span, std::move(message), std::move(help)}, false};
}

}  // namespace gradus
