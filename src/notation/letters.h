// Unicode's raised and lowered characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

/// The text raised or lowered character by character, or none where Unicode lacks one.
std::optional<std::string> raised(std::string_view text);
std::optional<std::string> lowered(std::string_view text);
/// The code points of a text, each as its bytes.
std::vector<std::string_view> code_points(std::string_view text);

}  // namespace gradus
