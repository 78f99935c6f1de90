#include "program/covered.h"

#include <algorithm>
#include <functional>
#include <set>

#include "expr/dependence.h"
#include "expr/relation.h"
#include "program/arrays.h"

namespace gradus {
namespace {

using Box = std::vector<Interval>;

/// Whether the index term is, or is made of, an entry of an integer array.
bool gathers(Expr term) {
  return term->kind == Kind::ref ||
         std::any_of(term->kids.begin(), term->kids.end(), [](Expr kid) { return kid->kind == Kind::ref; });
}

std::optional<Box> box_of(Expr ref) {
  Box box;
  for (std::size_t d = 0; d < ref->kids.size(); ++d) {
    if (gathers(ref->kids[d])) {
      box.push_back(axis_of(ref->symbol, d));  // anywhere on the axis
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

using Places = std::unordered_map<const IndexVar*, long>;

long value_at(Expr term, const Places& at) {
  IndexMap map;
  for (const IndexVar* var : term->free) map.emplace(var, make::number(at.at(var)));
  return constant_index(substitute(term, map)).value_or(0);
}

/// Whether found(places) holds at some place of the loops; no further ones are looked at.
bool at_some_place(const IndexVars& loops, std::size_t from, Places& at, const std::function<bool()>& found) {
  if (from == loops.size()) return found();
  const long lo = value_at(loops[from]->lo, at), hi = value_at(loops[from]->hi, at);
  for (long k = lo; k <= hi; ++k) {
    at[loops[from]] = k;
    if (at_some_place(loops, from + 1, at, found)) return true;
  }
  return false;
}

double places_of(const IndexVars& loops) {
  double places = 1;
  for (const IndexVar* loop : loops) places *= static_cast<double>(interval_of(loop)->extent());
  return places;
}

/// Whether the index term leaves the axis somewhere: by its bounds, or, where these are too wide for a triangle, place
/// by place.
bool leaves(Expr term, const Interval& axis, const IndexVars& loops) {
  if (gathers(term)) return false;  // a gather's values are checked where they are handed in
  const auto reach = interval_of(term);
  if (!reach) return false;
  if (reach->lo >= axis.lo && reach->hi <= axis.hi) return false;
  const IndexVars needed = loops_needed({term}, loops);
  if (places_of(needed) > kMostPlaces) return false;
  Places at;
  return at_some_place(needed, 0, at, [&] {
    const long value = value_at(term, at);
    return value < axis.lo || value > axis.hi;
  });
}

bool of_indices(Expr side) {
  bool plain = true;
  visit(side, [&](Expr node) { plain = plain && node->kind != Kind::ref && node->kind != Kind::func; });
  return plain;
}

bool holds_at(Expr select, const Places& at) {
  return holds(select->relation(), value_at(select->kids[0], at), value_at(select->kids[1], at));
}

/// What the body reads of the array at these places, under the conditions that hold there.
void reads_at(Expr e, const Symbol* array, const Places& at, std::vector<Expr>& out) {
  if (e->kind == Kind::select && of_indices(e->kids[0]) && of_indices(e->kids[1]))
    return reads_at(e->kids[holds_at(e, at) ? 2 : 3], array, at, out);
  if (e->kind == Kind::ref && e->symbol == array) out.push_back(e);
  for (Expr kid : e->kids) reads_at(kid, array, at, out);
}

}  // namespace

std::string unsaid_read(const Program& program, const Symbol* array) {
  std::set<std::vector<long>> said;
  std::string found;
  double budget = kMostPlaces / 2;
  const auto place_of = [](Expr ref, const Places& at) {
    std::vector<long> out;
    for (Expr kid : ref->kids) out.push_back(value_at(kid, at));
    return out;
  };
  const auto reads_anywhere = [](Expr ref) {
    return std::any_of(ref->kids.begin(), ref->kids.end(), [](Expr kid) { return !of_indices(kid); });
  };
  const std::function<void(const ProgramItems&, const IndexVars&, bool)> look =
      [&](const ProgramItems& items, const IndexVars& around, bool reading) {
        for (const ProgramItem& item : items) {
          IndexVars loops = around;
          if (item.sequence) {
            loops.push_back(item.sequence->var);
            look(item.sequence->items, loops, reading);
            continue;
          }
          const Assignment& s = item.statement;
          const bool concerns = reading ? contains(direct_symbols(s.body), array)
                                        : s.target->symbol == array && !(s.update == Update::set && s.body->is_zero());
          if (!concerns || !found.empty()) continue;
          loops.insert(loops.end(), s.loops.begin(), s.loops.end());
          if ((budget -= places_of(loops)) < 0) return;
          Places at;
          at_some_place(loops, 0, at, [&] {
            if (!reading) {
              Expr body = s.body;
              while (body->kind == Kind::select && body->kids[3]->is_zero() && of_indices(body->kids[0]) &&
                     of_indices(body->kids[1])) {
                if (!holds_at(body, at)) return false;
                body = body->kids[2];
              }
              said.insert(place_of(s.target, at));
              return false;
            }
            std::vector<Expr> reads;
            reads_at(s.body, array, at, reads);
            for (Expr read : reads) {
              if (reads_anywhere(read) || !found.empty() || said.contains(place_of(read, at))) continue;
              found = array->name + " at ";
              for (const long k : place_of(read, at)) found += (found.ends_with(' ') ? "" : ", ") + std::to_string(k);
            }
            return !found.empty();
          });
        }
      };
  look(program.items, {}, false);
  if (budget >= 0) look(program.items, {}, true);
  return found;
}

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
