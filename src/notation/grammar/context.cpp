#include "notation/grammar/context.h"

#include "notation/grammar/nodes.h"

namespace gradus::notation {

void Context::report(std::string slug, Span span, std::string message, std::string help) {
  if (diagnostics_->size() > max_diagnostics) return;
  if (diagnostics_->size() == max_diagnostics) {
    slug = "too-many";
    message = "more than " + std::to_string(max_diagnostics) + " diagnostics: the rest is not shown";
    help = "repair the first ones and check again";
  }
  // A macro that is used in many places would tell the same about one place many times.
  if (!diagnostics_->empty()) {
    const Diagnostic& last = diagnostics_->back();
    if (last.span == span && last.slug == slug && last.message == message) return;
  }
  diagnostics_->push_back({Severity::error, std::move(slug), span, std::move(message), std::move(help)});
}

SynPtr Context::bad(std::string slug, Span span, const std::string& message, std::string help) {
  report(std::move(slug), span, message, std::move(help));
  return node::bad(span, message);
}

}  // namespace gradus::notation
