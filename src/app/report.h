// The reports of `gradus check` and `gradus show`: a response as text for a terminal, JSON, Markdown or a page.
#pragma once

#include <string>

#include "app/session.h"

namespace gradus {

struct TextStyle {
  bool color = false;  ///< ANSI colours
  int width = 100;     ///< a step wider than this is broken before its "="
};

/// The view that people read: a block a step, a summary line at the end.
std::string text_report(const Response& response, const TextStyle& style = {});
/// One JSON object (docs/json.md); on one line if `compact`.
std::string json_report(const Response& response, bool compact);
/// The sheet itself with the verdicts woven in after each formula. It checks to the same claims again.
std::string markdown_report(const Response& response);
/// The document without the verdicts that an earlier markdown_report wove in.
std::string without_verdicts(const std::string& text);
/// A page that stands on its own.
std::string html_report(const Response& response);

/// What was understood: every statement with its kind, types and ranges.
std::string show_report(const Response& response, const TextStyle& style = {});

}  // namespace gradus
