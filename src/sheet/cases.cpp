// A quantity that is defined case by case: clauses told apart by conditions on their indices.
#include <algorithm>
#include <limits>
#include <set>

#include "sheet/reader.h"

namespace gradus {
namespace {

struct Numbers {
  long lo = std::numeric_limits<long>::min(), hi = std::numeric_limits<long>::max();
};

/// The whole numbers of which "rel n" holds; none where it is no interval.
std::optional<Numbers> numbers_of(const std::string& rel, const Syn& right) {
  if (right.kind != SynKind::number || right.text.size() > 9 || right.text.find('.') != std::string::npos)
    return std::nullopt;
  const long n = std::stol(right.text);
  if (rel == "=") return Numbers{n, n};
  if (rel == "<") return Numbers{.hi = n - 1};
  if (rel == "≤") return Numbers{.hi = n};
  if (rel == ">") return Numbers{.lo = n + 1};
  if (rel == "≥") return Numbers{.lo = n};
  return std::nullopt;
}

/// Whether no index meets both conditions, as far as their form tells: i ≤ 2 and i > 2, i = j and i < j.
bool exclude(const Chain& a, const Chain& b) {
  if (a.rels.size() != 1 || b.rels.size() != 1 || !a.sides[0] || !b.sides[0]) return false;
  std::string right_b = flat(*b.sides[1]), left_b = flat(*b.sides[0]), rel = b.rels[0];
  const std::string left = flat(*a.sides[0]), right = flat(*a.sides[1]);
  if (left_b == right && right_b == left && left != right) {
    std::swap(left_b, right_b);
    rel = rel == "<" ? ">" : rel == ">" ? "<" : rel == "≤" ? "≥" : rel == "≥" ? "≤" : rel;
  }
  if (left.empty() || left != left_b) return false;
  if (right == right_b) {
    static const std::set<std::pair<std::string, std::string>> kApart = {{"<", ">"}, {"<", "≥"}, {"≤", ">"},
                                                                         {"=", "<"}, {"=", ">"}, {"=", "≠"}};
    return kApart.contains({a.rels[0], rel}) || kApart.contains({rel, a.rels[0]});
  }
  const auto m = numbers_of(a.rels[0], *a.sides[1]), n = numbers_of(rel, *b.sides[1]);
  return m && n && (m->hi < n->lo || n->hi < m->lo);
}

}  // namespace

/// y_i = … for i ≤ 2 where y_i was defined for i > 2 only, p_{ii} = … beside p_{ij} for i ≠ j.
bool SheetReader::is_other_case(const Symbol& symbol, const Syn& name) const {
  const auto cases = cases_of_.find(&symbol);
  if (cases == cases_of_.end()) return false;
  std::set<std::string> letters;
  bool repeats = false;
  for (const SynPtr& script : {name.sub, name.sup}) {
    if (!script) continue;
    for (const SynPtr& item : script_items(script)) repeats = repeats || !letters.insert(flat(*item)).second;
  }
  return std::all_of(cases->second.begin(), cases->second.end(), [&](const std::vector<Chain>& before) {
    return std::any_of(before.begin(), before.end(), [&](const Chain& a) {
      const bool apart = a.rels.size() == 1 && a.rels[0] == "≠" && a.sides[1]->kind == SynKind::name;
      return (repeats && apart) || std::any_of(pending_.index_conditions.begin(), pending_.index_conditions.end(),
                                               [&](const Chain& b) { return exclude(a, b); });
    });
  });
}

}  // namespace gradus
