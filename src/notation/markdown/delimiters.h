// Where a formula that opens here ends.
#pragma once

#include <optional>
#include <string_view>

namespace gradus::notation::markdown {

/// What is found behind an opening mark: where the formula's text ends, and where the document goes on.
struct Closing {
  std::size_t content_end = 0;
  std::size_t next = 0;
  bool found = true;
};

/// Behind "$$". If no "$$" follows before what is plainly prose or a heading after a blank line, the formula ends at
/// that blank line and `found` is false: one forgotten mark must not turn the rest of the document inside out.
Closing close_display(std::string_view text, std::size_t at);
/// Behind a single "$": none if it is no mathematics (a price, a shell variable).
std::optional<Closing> close_inline(std::string_view text, std::size_t at);
/// Behind \( or \[ : up to its partner.
Closing close_mark(std::string_view text, std::size_t at, std::string_view mark, bool inside_paragraph);
/// Behind \begin{name}: up to its \end, nested ones counted. The content includes the \end.
Closing close_environment(std::string_view text, std::size_t at, std::string_view name);
/// The end of the paragraph that `at` lies in: the next blank line, or the end.
std::size_t paragraph_end(std::string_view text, std::size_t at);

}  // namespace gradus::notation::markdown
