#include "notation/grammar/utf8.h"

namespace gradus::notation {

std::size_t code_point_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned b = byte(at);
  if (b < 0x80) return 1;
  if (b >= 0xC2 && b < 0xE0) return follows(at + 1) ? 2 : 0;
  if (b >= 0xE0 && b < 0xF0) {
    const unsigned c = byte(at + 1);
    const bool overlong = b == 0xE0 && c < 0xA0, surrogate = b == 0xED && c >= 0xA0;
    return follows(at + 1) && follows(at + 2) && !overlong && !surrogate ? 3 : 0;
  }
  if (b >= 0xF0 && b < 0xF5) {
    const unsigned c = byte(at + 1);
    const bool overlong = b == 0xF0 && c < 0x90, beyond = b == 0xF4 && c >= 0x90;
    return follows(at + 1) && follows(at + 2) && follows(at + 3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

std::string sanitized(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = code_point_length(text, i);
    const unsigned char first = static_cast<unsigned char>(text[i]);
    const bool control =
        length == 1 && (first < 0x20 || first == 0x7F) && first != '\n' && first != '\t' && first != '\r';
    if (length == 0 || control) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else {
      out += text.substr(i, length);
      i += length;
    }
  }
  return out;
}

}  // namespace gradus::notation
