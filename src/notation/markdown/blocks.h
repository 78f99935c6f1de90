// Lines of a document: which are headings, fences, quotes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gradus::notation::markdown {

/// ``` or ~~~ with what it opens.
struct Fence {
  char mark = '`';
  std::size_t length = 0;
  std::string_view language;
};

/// The line without the ">" of block quotes; their number goes to `depth`.
std::string_view unquoted(std::string_view line, int& depth);
std::string_view trim(std::string_view text);
std::optional<Fence> fence_of(std::string_view line);
bool closes(std::string_view line, const Fence& fence);
/// Level of "## …", with its text; 0 if it is no such heading.
int atx_heading(std::string_view line, std::string_view& text);
/// 1 for a line of "=", 2 for a line of "-", else 0.
int underline_level(std::string_view line);
/// "Exercise 3.2 Backpropagation": a numbered unit on a line of its own, perhaps in bold.
bool is_numbered_title(std::string_view line);

}  // namespace gradus::notation::markdown
