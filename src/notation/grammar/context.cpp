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

std::string_view Context::letter(std::string_view typed) const {
  const auto written = [&](std::string_view name) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const std::string_view text = source_->text();
    for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]))) return true;
    }
    return false;
  };
  if (typed == "φ") return written("phi") && !written("varphi") ? "ϕ" : typed;
  if (typed == "ε") return written("epsilon") && !written("varepsilon") ? "ϵ" : typed;
  return typed;
}

bool Context::declares(std::string_view word) const {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (!declared_) {
    declared_.emplace();
    const std::string_view text = source_->text();
    std::vector<std::string_view> list;  // of the names that a comma joins
    for (std::size_t at = 0; at < text.size();) {
      if (is_letter(text[at])) {
        std::size_t end = at;
        while (end < text.size() && is_letter(text[end])) ++end;
        list.push_back(text.substr(at, end - at));
        at = end;
        if (list.back() != "in") continue;
        list.pop_back();
        declared_->insert(list.begin(), list.end());
        list.clear();
      } else if (text.substr(at).starts_with("∈")) {
        declared_->insert(list.begin(), list.end());
        list.clear();
        ++at;
      } else {
        if (text[at] != ' ' && text[at] != ',') list.clear();
        ++at;
      }
    }
  }
  return declared_->contains(word);
}

SynPtr Context::bad(std::string slug, Span span, const std::string& message, std::string help) {
  report(std::move(slug), span, message, std::move(help));
  return node::bad(span, message);
}

}  // namespace gradus::notation
