// Finds the index in which recurrences run, and with it what cannot depend on what.
#include "calculus/recurrence.h"

#include <algorithm>

#include "expr/dependence.h"

namespace gradus {
namespace {

constexpr long kMaxDistance = 64;   // rounds of a recurrence that are opened up to a symbolic member
constexpr long kMaxNumeral = 4096;  // and down to a numeral one

bool on_the_way(const Symbol* symbol, const Symbol* target) {
  return symbol == target || (symbol->defined() && contains(reach_of(symbol), target));
}

/// Finds each symbol's time so that all references run one way; null if there is none.
class TimelineSearch {
 public:
  TimelineSearch(const Symbol* target, bool down) : target_(target) { found_.down = down; }

  std::optional<Timeline> from(const Symbol* symbol, std::size_t position) {
    found_.position[symbol] = position;
    std::vector<const Symbol*> open{symbol};
    while (!open.empty()) {
      const Symbol* next = open.back();
      open.pop_back();
      for (const Clause& clause : next->clauses) {
        if (!clause.body || clause.pattern.size() <= found_.position[next]) return std::nullopt;
        const Expr time = clause.pattern[found_.position[next]];
        bool consistent = true;
        visit(clause.body, [&](Expr ref) {
          if (ref->kind != Kind::ref || !consistent || !on_the_way(ref->symbol, target_)) return;
          consistent = place(ref, time, open);
        });
        if (!consistent) return std::nullopt;
      }
    }
    return found_;
  }

 private:
  bool in_order(Expr term, Expr time) const {
    return compare(found_.down ? Relation::le : Relation::ge, term, time).value_or(false);
  }

  bool place(Expr ref, Expr time, std::vector<const Symbol*>& open) {
    const auto known = found_.position.find(ref->symbol);
    if (known != found_.position.end())
      return known->second < ref->kids.size() && in_order(ref->kids[known->second], time);
    for (std::size_t i = 0; i < ref->kids.size(); ++i) {
      if (!in_order(ref->kids[i], time)) continue;
      found_.position[ref->symbol] = i;
      open.push_back(ref->symbol);
      return true;
    }
    return false;
  }

  const Symbol* target_;
  Timeline found_;
};

std::optional<Timeline> find_timeline(const Symbol* from, const Symbol* target) {
  for (const bool down : {true, false}) {
    for (std::size_t i = 0; i < from->indices.size(); ++i) {
      const auto found = TimelineSearch(target, down).from(from, i);
      if (found && found->position.count(target)) return found;
    }
  }
  return std::nullopt;
}

bool small_number(Expr e) { return e->is_number() && abs(e->number) <= kMaxNumeral; }

}  // namespace

bool is_recursive(const Symbol* symbol) { return symbol->defined() && contains(reach_of(symbol), symbol); }

const Timeline* Timelines::timeline(const Symbol* from) {
  auto known = known_.find(from);
  if (known == known_.end()) known = known_.emplace(from, find_timeline(from, wrt_->symbol)).first;
  return known->second ? &*known->second : nullptr;
}

bool Timelines::surely_before(Expr ref) {
  const Timeline* line = timeline(ref->symbol);
  if (!line) return false;
  const Expr time = ref->kids[line->position.at(ref->symbol)];
  const Expr target = wrt_->kids[line->position.at(wrt_->symbol)];
  return compare(line->down ? Relation::lt : Relation::gt, time, target).value_or(false);
}

std::optional<bool> Timelines::same_time(Expr ref) {
  if (const Timeline* line = timeline(ref->symbol)) {
    const std::size_t time = line->position.at(ref->symbol);
    return compare(Relation::eq, ref->kids[time], wrt_->kids[time]);
  }
  bool all_equal = true;
  for (std::size_t i = 0; i < ref->symbol->family; ++i) {
    const auto equal = compare(Relation::eq, ref->kids[i], wrt_->kids[i]);
    if (equal == false) return false;
    all_equal = all_equal && equal == true;
  }
  return all_equal ? std::optional(true) : std::nullopt;
}

bool Timelines::opening_ends(Expr ref) {
  if (gradus::opening_ends(ref)) return true;
  const Timeline* line = timeline(ref->symbol);
  if (!line) return false;
  const Expr time = ref->kids[line->position.at(ref->symbol)];
  if (small_number(time)) return true;
  const auto distance = affine(make::sub(time, wrt_->kids[line->position.at(wrt_->symbol)]));
  if (!distance || !distance->terms.empty()) return false;
  const Rational rounds = line->down ? distance->constant : -distance->constant;
  return rounds >= 0 && rounds <= kMaxDistance;
}

bool opening_ends(Expr ref) {
  if (!is_recursive(ref->symbol)) return true;
  const auto& kids = ref->kids;
  const auto end =
      kids.begin() + static_cast<std::ptrdiff_t>(std::min(kids.size(), std::max<std::size_t>(1, ref->symbol->family)));
  return !kids.empty() && std::all_of(kids.begin(), end, small_number);
}

}  // namespace gradus
