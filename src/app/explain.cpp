#include "app/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace gradus {
namespace {

constexpr Explanation kExplanations[] = {
#define EXPLAIN(slug, title, meaning, before, after) {slug, title, meaning, before, after},
#include "app/explanations.def"
#undef EXPLAIN
};

std::string indented(std::string_view text) {
  std::string out = "  ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out + "\n";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::span<const Explanation> explanations() { return kExplanations; }

const Explanation* explanation_of(std::string_view slug) {
  for (const Explanation& e : kExplanations) {
    if (e.slug == slug) return &e;
  }
  return nullptr;
}

std::string explain_text(const Explanation& e) {
  std::string out = fmt::format("{}: {}\n\n{}\n", e.slug, e.title, e.meaning);
  if (!e.before.empty()) out += "\nBrought about by\n\n" + indented(e.before);
  if (!e.after.empty()) out += "\nMended\n\n" + indented(e.after);
  return out;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> words) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(word.size() / 2, 1) + 1;
  for (const std::string_view candidate : words) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace gradus
