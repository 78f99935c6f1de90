#include "notation/markdown/delimiters.h"

#include <algorithm>
#include <string>

#include "notation/markdown/blocks.h"

namespace gradus::notation::markdown {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t line_end(std::string_view text, std::size_t at) { return std::min(text.find('\n', at), text.size()); }

/// Three words of three letters or more in a row, with nothing of mathematics between them.
bool reads_as_prose(std::string_view line) {
  int words = 0;
  std::size_t i = 0;
  while (i < line.size()) {
    if (!is_letter(line[i])) {
      if (line[i] == '\\' || line[i] == '{' || line[i] == '_' || line[i] == '^' || line[i] == '$') {
        if (line[i] == '\\') {
          ++i;
          while (i < line.size() && is_letter(line[i])) ++i;
          words = 0;
          continue;
        }
        words = 0;
      }
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < line.size() && is_letter(line[i])) ++i;
    words = i - begin >= 3 ? words + 1 : words;
    if (words >= 3) return true;
  }
  return false;
}

/// Steps over an escaped character.
std::size_t past_escape(std::string_view text, std::size_t at) { return std::min(at + 2, text.size()); }

}  // namespace

std::size_t paragraph_end(std::string_view text, std::size_t at) {
  while (true) {
    const std::size_t end = line_end(text, at);
    if (end == text.size()) return end;
    const std::size_t next = line_end(text, end + 1);
    int depth = 0;
    if (trim(unquoted(text.substr(end + 1, next - end - 1), depth)).empty()) return end;
    at = end + 1;
  }
}

Closing close_display(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  bool after_blank = false;
  std::size_t blank_at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\\') {
      at = past_escape(text, at);
    } else if (c == '$' && at + 1 < text.size() && text[at + 1] == '$') {
      return {at, at + 2, true};
    } else if (c == '\n') {
      const std::size_t end = line_end(text, at + 1);
      int depth = 0;
      const std::string_view line = trim(unquoted(text.substr(at + 1, end - at - 1), depth));
      if (line.empty()) {
        if (!after_blank) blank_at = at;
        after_blank = true;
      } else if (after_blank) {
        std::string_view heading;
        const bool titled = atx_heading(line, heading) > 0 && heading.find('\\') == heading.npos;
        if ((titled && reads_as_prose("abc " + std::string(heading))) || reads_as_prose(line) ||
            is_numbered_title(line)) {
          return {blank_at, blank_at, false};
        }
        after_blank = false;
      }
      ++at;
    } else {
      ++at;
    }
  }
  // Nothing closes it in the whole document: its first paragraph is the formula.
  const std::size_t end = paragraph_end(text, begin);
  return {end, end, false};
}

std::optional<Closing> close_inline(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  const bool opens_with_space = begin < text.size() && is_space(text[begin]);
  std::size_t no_text_before = 0;  // a \text{ that does not close is looked at once
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\\') {
      // \text{if $x > 0$}: dollars inside belong to it.
      std::size_t name = at + 1;
      while (name < text.size() && is_letter(text[name])) ++name;
      const std::string_view command = text.substr(at + 1, name - at - 1);
      if ((command.starts_with("text") || command == "mbox") && name < text.size() && text[name] == '{' &&
          at >= no_text_before) {
        int depth = 0;
        std::size_t i = name;
        for (; i < text.size() && i - name < 2000 && text[i] != '\n'; ++i) {
          if (text[i] == '\\')
            ++i;
          else if (text[i] == '{')
            ++depth;
          else if (text[i] == '}' && --depth == 0)
            break;
        }
        if (depth == 0 && i < text.size() && text[i] == '}') {
          at = i + 1;
          continue;
        }
        no_text_before = i;
      }
      at = past_escape(text, at);
    } else if (c == '$') {
      const bool price = at + 1 < text.size() && is_digit(text[at + 1]);
      if (at == begin) return std::nullopt;
      if (opens_with_space && !is_space(text[at - 1])) return std::nullopt;
      if (price) return std::nullopt;
      // "5 dollars and some words $": an amount, then prose.
      std::size_t i = begin;
      while (i < at && (is_digit(text[i]) || text[i] == '.' || text[i] == ',')) ++i;
      if (i > begin && i < at && text[i] == ' ') {
        std::size_t word = i + 1;
        while (word < at && is_letter(text[word])) ++word;
        if (word - i > 2) return std::nullopt;
      }
      return Closing{at, at + 1, true};
    } else if (c == '\n') {
      const std::size_t end = line_end(text, at + 1);
      int depth = 0;
      if (trim(unquoted(text.substr(at + 1, end - at - 1), depth)).empty()) return std::nullopt;
      ++at;
    } else {
      ++at;
    }
  }
  return std::nullopt;
}

Closing close_mark(std::string_view text, std::size_t at, std::string_view mark, bool inside_paragraph) {
  const std::size_t begin = at;
  const std::size_t limit = inside_paragraph ? paragraph_end(text, at) : text.size();
  while (at < limit) {
    if (text.substr(at).starts_with(mark)) return {at, at + mark.size(), true};
    at = text[at] == '\\' ? past_escape(text, at) : at + 1;
  }
  const std::size_t end = paragraph_end(text, begin);
  return {end, end, false};
}

Closing close_environment(std::string_view text, std::size_t at, std::string_view name) {
  const std::size_t begin = at;
  int depth = 1;
  while (at < text.size()) {
    at = text.find('\\', at);
    if (at == text.npos) break;
    const std::string_view rest = text.substr(at);
    const bool opens = rest.starts_with("\\begin{"), ends = rest.starts_with("\\end{");
    const std::size_t brace = opens ? 7 : 5;
    if ((opens || ends) && rest.substr(brace).starts_with(name) && rest.substr(brace + name.size()).starts_with("}")) {
      depth += opens ? 1 : -1;
      at += brace + name.size() + 1;
      if (depth == 0) return {at, at, true};
      continue;
    }
    at = past_escape(text, at);
  }
  const std::size_t end = paragraph_end(text, begin);
  return {end, end, false};
}

}  // namespace gradus::notation::markdown
