// Code points of a text that may not be valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gradus::notation {

/// Length of the well-formed code point at `at`, or 0 where the byte starts none.
std::size_t code_point_length(std::string_view text, std::size_t at);
/// The text with U+FFFD for every byte that is not UTF-8 and for control characters other than white space.
std::string sanitized(std::string_view text);

}  // namespace gradus::notation
