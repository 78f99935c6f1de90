// Raised, lowered and combining characters of Unicode, and fractions that are one character.
#pragma once

#include <string_view>

namespace gradus::notation {

/// "²" → "2", "ᵀ" → "T", "⁻" → "-"; empty if the character is not raised.
std::string_view raised(std::string_view character);
/// "₁" → "1", "ᵢ" → "i".
std::string_view lowered(std::string_view character);
/// Accent of a combining character: U+0302 → "hat".
std::string_view combining_accent(std::string_view character);
/// "½" → "1/2"; empty if the character is no fraction.
std::string_view vulgar_fraction(std::string_view character);

}  // namespace gradus::notation
