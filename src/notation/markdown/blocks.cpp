#include "notation/markdown/blocks.h"

#include <algorithm>
#include <array>

namespace gradus::notation::markdown {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view unquoted(std::string_view line, int& depth) {
  depth = 0;
  while (true) {
    std::size_t i = 0;
    while (i < line.size() && i < 4 && line[i] == ' ') ++i;
    if (i >= line.size() || line[i] != '>') return line;
    line.remove_prefix(i + 1);
    ++depth;
  }
}

std::optional<Fence> fence_of(std::string_view line) {
  const std::string_view text = trim(line);
  if (text.size() < 3 || (text[0] != '`' && text[0] != '~')) return std::nullopt;
  Fence fence;
  fence.mark = text[0];
  fence.length = std::min(text.find_first_not_of(fence.mark), text.size());
  if (fence.length < 3) return std::nullopt;
  fence.language = trim(text.substr(fence.length));
  if (fence.mark == '`' && fence.language.find('`') != std::string_view::npos) return std::nullopt;  // inline code
  return fence;
}

bool closes(std::string_view line, const Fence& fence) {
  const std::string_view text = trim(line);
  return text.size() >= fence.length && text.find_first_not_of(fence.mark) == std::string_view::npos;
}

int atx_heading(std::string_view line, std::string_view& text) {
  std::size_t at = 0;
  while (at < line.size() && at < 3 && line[at] == ' ') ++at;
  std::size_t level = 0;
  while (at + level < line.size() && line[at + level] == '#') ++level;
  if (level == 0 || level > 6) return 0;
  const std::size_t end = at + level;
  if (end < line.size() && !is_blank(line[end])) return 0;
  text = trim(line.substr(end));
  // A closing sequence: ## Title ##
  std::string_view without = text;
  while (!without.empty() && without.back() == '#') without.remove_suffix(1);
  if (without.empty() || is_blank(without.back())) text = trim(without);
  return static_cast<int>(level);
}

int underline_level(std::string_view line) {
  const std::string_view text = trim(line);
  if (text.size() < 2) return 0;
  if (text.find_first_not_of('=') == std::string_view::npos) return 1;
  return text.find_first_not_of('-') == std::string_view::npos ? 2 : 0;
}

bool is_numbered_title(std::string_view line) {
  std::string_view text = trim(line);
  for (const std::string_view mark : {std::string_view("**"), std::string_view("__")}) {
    if (text.size() > 4 && text.starts_with(mark) && text.ends_with(mark)) text = trim(text.substr(2, text.size() - 4));
  }
  if (text.size() > 90 || text.empty()) return false;
  constexpr std::array<std::string_view, 14> units = {"Exercise", "Problem", "Question",  "Task",    "Part",
                                                      "Section",  "Example", "Aufgabe",   "Chapter", "Assignment",
                                                      "Lecture",  "Sheet",   "Abschnitt", "Kapitel"};
  for (const std::string_view unit : units) {
    if (!text.starts_with(unit)) continue;
    std::string_view rest = text.substr(unit.size());
    if (rest.empty() || !is_blank(rest.front())) return false;
    rest = trim(rest);
    if (rest.starts_with("(")) rest.remove_prefix(1);
    const bool letter =
        rest.size() == 1 || (rest.size() > 1 && (rest[1] == ' ' || rest[1] == '.' || rest[1] == ')' || rest[1] == ':'));
    const bool numbered = !rest.empty() && (is_digit(rest[0]) || (letter && rest[0] >= 'A' && rest[0] <= 'Z') ||
                                            (letter && rest[0] >= 'a' && rest[0] <= 'z'));
    // A sentence such as "Example 3 shows that x is zero." is no title; "Exercise 3." is one.
    const bool sentence = (text.ends_with(".") && rest.find(' ') != std::string_view::npos) || text.ends_with(",");
    return numbered && !sentence;
  }
  return false;
}

}  // namespace gradus::notation::markdown
