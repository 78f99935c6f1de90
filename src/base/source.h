// Where things stand in a document: byte spans, and the text that they point into.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

/// Half-open byte range [begin, end) of a Source. Text made by a macro carries the span of the macro's use.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool empty() const { return end <= begin; }
  friend bool operator==(Span, Span) = default;
};

/// The smallest span that covers both; an empty span counts for nothing.
Span cover(Span a, Span b);

/// Line and column of a byte, both from 1; the column counts Unicode code points.
struct Position {
  int line = 1;
  int column = 1;
};

/// A document's name and text. The text is kept as it was read, byte for byte.
class Source {
 public:
  Source() = default;
  Source(std::string name, std::string text);
  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  std::string_view text(Span span) const;
  Position position(std::uint32_t offset) const;
  /// The line (without its newline) that holds the byte.
  std::string_view line_at(std::uint32_t offset) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<std::uint32_t> line_starts_{0};
};

}  // namespace gradus
