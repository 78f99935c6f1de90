#include "program/covered.h"

#include <algorithm>
#include <functional>

#include "program/arrays.h"

namespace gradus {
namespace {

using Box = std::vector<Interval>;

std::optional<Box> box_of(Expr ref) {
  Box box;
  for (std::size_t d = 0; d < ref->kids.size(); ++d) {
    // A gather reads anywhere on the axis.
    const bool gathers = std::any_of(ref->kids[d]->kids.begin(), ref->kids[d]->kids.end(),
                                     [](Expr kid) { return kid->kind == Kind::ref; });
    if (ref->kids[d]->kind == Kind::ref || gathers) {
      box.push_back(axis_of(ref->symbol, d));
      continue;
    }
    const auto range = interval_of(ref->kids[d]);
    if (!range) return std::nullopt;
    const Interval axis = axis_of(ref->symbol, d);
    box.push_back({std::max(range->lo, axis.lo), std::min(range->hi, axis.hi)});
  }
  return box;
}

/// A place of the box that none of the covers has: what is left over is cut away cover by cover.
std::optional<std::vector<long>> outside(const Box& box, const std::vector<Box>& covers, std::size_t from) {
  for (const Interval& axis : box) {
    if (axis.extent() == 0) return std::nullopt;
  }
  for (; from < covers.size(); ++from) {
    const Box& cover = covers[from];
    const bool meets = std::equal(box.begin(), box.end(), cover.begin(),
                                  [](const Interval& a, const Interval& b) { return a.lo <= b.hi && b.lo <= a.hi; });
    if (!meets) continue;
    Box rest = box;
    for (std::size_t d = 0; d < box.size(); ++d) {
      for (const Interval part : {Interval{rest[d].lo, std::min(rest[d].hi, cover[d].lo - 1)},
                                  Interval{std::max(rest[d].lo, cover[d].hi + 1), rest[d].hi}}) {
        Box slab = rest;
        slab[d] = part;
        if (const auto found = outside(slab, covers, from + 1)) return found;
      }
      rest[d] = {std::max(rest[d].lo, cover[d].lo), std::min(rest[d].hi, cover[d].hi)};
    }
    return std::nullopt;
  }
  std::vector<long> place;
  for (const Interval& axis : box) place.push_back(axis.lo);
  return place;
}

constexpr double kMostPlaces = 1e5;

long value_at(Expr term, const std::unordered_map<const IndexVar*, long>& at) {
  IndexMap map;
  for (const IndexVar* var : term->free) map.emplace(var, make::number(at.at(var)));
  return constant_index(substitute(term, map)).value_or(0);
}

/// Whether the index term leaves the axis somewhere: by its bounds, or, where these are too wide for a triangle, place
/// by place.
bool leaves(Expr term, const Interval& axis, const IndexVars& loops) {
  if (term->kind == Kind::ref ||
      std::any_of(term->kids.begin(), term->kids.end(), [](Expr kid) { return kid->kind == Kind::ref; }))
    return false;  // a gather's values are checked where they are handed in
  const auto reach = interval_of(term);
  if (!reach) return false;
  if (reach->lo >= axis.lo && reach->hi <= axis.hi) return false;
  // The loops that the term needs, and those that their bounds need.
  IndexVars needed;
  double places = 1;
  for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
    bool is = mentions(term, *loop);
    for (const IndexVar* other : needed) is = is || mentions(other->lo, *loop) || mentions(other->hi, *loop);
    if (!is) continue;
    needed.insert(needed.begin(), *loop);
    places *= static_cast<double>(interval_of(*loop)->extent());
  }
  if (places > kMostPlaces) return false;
  std::unordered_map<const IndexVar*, long> at;
  const std::function<bool(std::size_t)> any = [&](std::size_t from) {
    if (from == needed.size()) {
      const long value = value_at(term, at);
      return value < axis.lo || value > axis.hi;
    }
    const long lo = value_at(needed[from]->lo, at), hi = value_at(needed[from]->hi, at);
    for (long k = lo; k <= hi; ++k) {
      at[needed[from]] = k;
      if (any(from + 1)) return true;
    }
    return false;
  };
  return any(0);
}

}  // namespace

std::string outside_read(const Program& program) {
  std::string found;
  const std::function<void(const ProgramItems&, const IndexVars&)> look = [&](const ProgramItems& items,
                                                                              const IndexVars& around) {
    for (const ProgramItem& item : items) {
      IndexVars loops = around;
      if (item.sequence) {
        loops.push_back(item.sequence->var);
        look(item.sequence->items, loops);
        continue;
      }
      loops.insert(loops.end(), item.statement.loops.begin(), item.statement.loops.end());
      std::vector<Expr> refs = reads_of(item.statement.body);
      refs.push_back(item.statement.target);
      for (Expr ref : refs) {
        for (std::size_t d = 0; d < ref->kids.size() && found.empty(); ++d) {
          const Interval axis = axis_of(ref->symbol, d);
          if (!leaves(ref->kids[d], axis, loops)) continue;
          found = ref->symbol->name + " is needed outside its range " + std::to_string(axis.lo) + "…" +
                  std::to_string(axis.hi);
        }
      }
    }
  };
  look(program.items, {});
  return found;
}

std::string uncovered_read(const Program& program) {
  std::unordered_map<const Symbol*, std::vector<Box>> written;
  const std::function<void(const ProgramItems&)> note = [&](const ProgramItems& items) {
    for_each_statement(items, [&](const Assignment& s) {
      if (const auto box = box_of(s.target)) written[s.target->symbol].push_back(*box);
    });
  };
  note(program.items);
  std::string found;
  for_each_statement(program.items, [&](const Assignment& s) {
    for (Expr read : reads_of(s.body)) {
      const auto covers = written.find(read->symbol);
      const auto box = box_of(read);
      if (!found.empty() || covers == written.end() || !box) continue;
      if (const auto place = outside(*box, covers->second, 0)) {
        found = read->symbol->name + " at ";
        for (std::size_t d = 0; d < place->size(); ++d) found += (d ? ", " : "") + std::to_string((*place)[d]);
      }
    }
  });
  return found;
}

}  // namespace gradus
