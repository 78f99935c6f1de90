// Diagnostics as lines for a terminal. Carets are placed by display columns, so that they stand under the span in lines
// with accents, combining marks and wide characters as well; a long line is shown as a window around the span.
#include "base/diagnostic.h"

#include <algorithm>
#include <cstddef>

namespace gradus {
namespace {

constexpr int kWindow = 100;  // display columns of a line that are shown at most
constexpr int kContext = 30;  // of which at most so many before the span, when the line is cut

struct Cell {
  std::string text;
  int width = 1;
  std::size_t begin = 0, end = 0;  // bytes in the line
};

int display_width(char32_t c) {
  const auto in = [c](char32_t lo, char32_t hi) { return lo <= c && c <= hi; };
  if (in(0x300, 0x36F) || in(0x200B, 0x200F) || in(0x20D0, 0x20FF) || in(0xFE00, 0xFE0F)) return 0;
  if (in(0x1100, 0x115F) || in(0x2E80, 0xA4CF) || in(0xAC00, 0xD7A3) || in(0xF900, 0xFAFF) || in(0xFE30, 0xFE6F) ||
      in(0xFF00, 0xFF60) || in(0xFFE0, 0xFFE6) || in(0x1F300, 0x1FAFF) || in(0x20000, 0x3FFFD)) {
    return 2;
  }
  return 1;
}

/// The code point at a byte; what is no valid UTF-8, or would disturb a terminal, becomes U+FFFD of its byte.
Cell cell_at(std::string_view line, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(line[k]); };
  const unsigned char first = byte(i);
  if (first == '\t') return {" ", 1, i, i + 1};
  if (first >= 0x20 && first < 0x7F) return {std::string(1, line[i]), 1, i, i + 1};
  const Cell bad{"\uFFFD", 1, i, i + 1};
  const int length = first >= 0xF0 && first < 0xF8 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first >= 0xF8 || i + length > line.size()) return bad;
  char32_t c = first & (0xFF >> (length + 1));
  for (int k = 1; k < length; ++k) {
    if ((byte(i + k) & 0xC0) != 0x80) return bad;
    c = (c << 6) | (byte(i + k) & 0x3F);
  }
  const bool control = c < 0xA0 || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  if (control) return bad;
  return {std::string(line.substr(i, length)), display_width(c), i, i + length};
}

struct Excerpt {
  std::string line, carets;
};

Excerpt excerpt(std::string_view line, std::size_t begin, std::size_t end) {
  // Cells from a little before the span; a line can be megabytes long.
  std::size_t start = 0;
  if (line.size() > static_cast<std::size_t>(kWindow) && begin > static_cast<std::size_t>(kContext)) {
    start = begin - kContext;
    while (start > 0 && (static_cast<unsigned char>(line[start]) & 0xC0) == 0x80) --start;
  }
  Excerpt out;
  if (start > 0) {
    out.line = "…";
    out.carets = " ";
  }
  int columns = 0;
  bool marked = false;
  std::size_t i = start;
  while (i < line.size() && columns < kWindow) {
    const Cell cell = cell_at(line, i);
    out.line += cell.text;
    const bool inside = cell.end > begin && cell.begin < end;
    out.carets += std::string(static_cast<std::size_t>(cell.width), inside ? '^' : ' ');
    marked = marked || (inside && cell.width > 0);
    columns += cell.width;
    i = cell.end;
  }
  if (i < line.size()) out.line += "…";
  if (!marked) {  // an empty span, or one that stands at the end of the line
    std::size_t at = start > 0 ? 1 : 0;
    for (std::size_t k = start; k < begin && k < i;) {
      const Cell cell = cell_at(line, k);
      at += static_cast<std::size_t>(cell.width);
      k = cell.end;
    }
    out.carets.resize(std::max(out.carets.size(), at + 1), ' ');
    out.carets[at] = '^';
  }
  out.carets.erase(out.carets.find_last_of('^') + 1);
  return out;
}

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::note: return "note";
  }
  return "error";
}

}  // namespace

std::string render(const Diagnostic& diagnostic, const Source& source) {
  std::string out(word(diagnostic.severity));
  if (!diagnostic.slug.empty()) out += "[" + diagnostic.slug + "]";
  out += ": " + diagnostic.message + "\n";
  const Position position = source.position(diagnostic.span.begin);
  out += "  ┌ " + source.name() + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + "\n";
  const std::string_view line = source.line_at(diagnostic.span.begin);
  if (!line.empty()) {
    const std::size_t line_start = static_cast<std::size_t>(line.data() - source.text().data());
    const std::size_t begin = std::min<std::size_t>(diagnostic.span.begin, line_start + line.size()) - line_start;
    const std::size_t end = std::clamp<std::size_t>(diagnostic.span.end, line_start + begin, line_start + line.size());
    const Excerpt shown = excerpt(line, begin, end - line_start);
    out += "  │   " + shown.line + "\n  │   " + shown.carets + "\n";
  }
  out += diagnostic.help.empty() ? "  └\n" : "  └ help: " + diagnostic.help + "\n";
  return out;
}

}  // namespace gradus
