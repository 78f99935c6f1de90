// What each diagnostic means: the table behind `gradus explain SLUG` and docs/errors.md.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gradus {

struct Explanation {
  std::string_view slug;
  std::string_view title;    ///< one line
  std::string_view meaning;  ///< why it is said and what to do
  std::string_view before;   ///< an example that brings it about; empty where a formula cannot
  std::string_view after;    ///< the example mended
};

/// Every slug that gradus uses, in alphabetical order.
std::span<const Explanation> explanations();
/// The explanation of a slug, or null.
const Explanation* explanation_of(std::string_view slug);
/// As lines for a terminal.
std::string explain_text(const Explanation& explanation);
/// The nearest of the words to a misspelt one, or "" if none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> words);

}  // namespace gradus
