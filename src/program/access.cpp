#include "program/access.h"

#include <algorithm>
#include <set>

#include "program/place.h"

namespace gradus {
namespace {

void add_reads(Expr e, std::vector<Access>& out) {
  visit(e, [&](Expr node) {
    if (node->kind == Kind::ref && node->symbol->role != Role::constant) out.push_back({node, false, Update::set});
  });
}

void add_accesses(const Assignment& s, std::vector<Access>& out) {
  add_reads(s.body, out);
  for (Expr term : s.target->kids) add_reads(term, out);
  out.push_back({s.target, true, s.update});
}

bool is_var(Expr term, const IndexVar* var) { return term->kind == Kind::index && term->var == var; }

/// Axes of the array that every access meets exactly at the variable.
std::set<std::size_t> axes_along(const std::vector<Access>& list, const Symbol* array, const IndexVar* var) {
  std::set<std::size_t> axes;
  for (std::size_t d = 0; d < array->indices.size(); ++d) axes.insert(d);
  for (const Access& access : list) {
    if (access.ref->symbol != array) continue;
    for (std::size_t d = 0; d < access.ref->kids.size(); ++d) {
      if (!is_var(access.ref->kids[d], var)) axes.erase(d);
    }
  }
  return axes;
}

/// Whether the order of the two matters.
bool opposed(const Access& x, const Access& y) {
  if (x.ref->symbol != y.ref->symbol || (!x.write && !y.write)) return false;
  return !(x.write && y.write && x.update == y.update && x.update != Update::set);
}

/// Arrays for which the order of the two matters.
std::set<const Symbol*> contested(const std::vector<Access>& a, const std::vector<Access>& b) {
  std::set<const Symbol*> out;
  for (const Access& x : a) {
    for (const Access& y : b) {
      if (opposed(x, y)) out.insert(x.ref->symbol);
    }
  }
  return out;
}

}  // namespace

void note_accesses(Work& work) {
  work.accesses.clear();
  if (work.sequence)
    for_each_statement(work.sequence->items, [&](const Assignment& s) { add_accesses(s, work.accesses); });
  else
    add_accesses(work.statement, work.accesses);
}

void note_order(std::vector<Work>& works) {
  struct Seen {
    std::size_t work;
    const Access* access;
  };
  struct Met {
    std::vector<Seen> reads, writes;
  };
  std::unordered_map<const Symbol*, Met> met;
  for (std::size_t id = 0; id < works.size(); ++id) {
    Work& work = works[id];
    work.id = id;
    work.after.clear();
    for (const Access& access : work.accesses) {
      const Met& before = met[access.ref->symbol];
      const auto wait_for = [&](const std::vector<Seen>& list) {
        for (const Seen& seen : list) {
          if (opposed(*seen.access, access)) work.after.push_back(seen.work);
        }
      };
      wait_for(before.writes);
      if (access.write) wait_for(before.reads);
    }
    std::sort(work.after.begin(), work.after.end());
    work.after.erase(std::unique(work.after.begin(), work.after.end()), work.after.end());
    for (const Access& access : work.accesses) {
      Met& own = met[access.ref->symbol];
      (access.write ? own.writes : own.reads).push_back({id, &access});
    }
  }
}

bool may_share(const Work& earlier, const IndexVar* a, const Work& later, const IndexVar* b) {
  const auto &first = earlier.accesses, &second = later.accesses;
  for (const Symbol* array : contested(first, second)) {
    const auto one = axes_along(first, array, a), other = axes_along(second, array, b);
    const bool common = std::any_of(one.begin(), one.end(), [&](std::size_t d) { return other.count(d) > 0; });
    if (!common) return false;
  }
  return true;
}

int common_axes(const Work& one, const IndexVar* a, const Work& other, const IndexVar* b) {
  int count = 0;
  for (const Access& x : one.accesses) {
    for (const Access& y : other.accesses) {
      if (x.ref->symbol != y.ref->symbol) continue;
      for (std::size_t d = 0; d < x.ref->kids.size(); ++d)
        count += is_var(x.ref->kids[d], a) && is_var(y.ref->kids[d], b);
    }
  }
  return count;
}

double lane_cost(const Assignment& s, const IndexVar* lane, const std::vector<const Symbol*>& fixed, long lanes) {
  const double times = iterations(s.loops);
  if (!lane) {
    double work = 1;
    visit(s.body, [&](Expr node) { work += node->kind == Kind::func ? 20 : 1; });
    return times * work;
  }
  double each = 1;
  visit(s.body, [&](Expr node) { each += node->kind == Kind::func ? 10 : 0.5; });
  std::vector<Access> list;
  add_accesses(s, list);
  for (const Access& access : list) {
    const bool outside = std::find(fixed.begin(), fixed.end(), access.ref->symbol) != fixed.end();
    const auto& terms = access.ref->kids;
    const bool varies = std::any_of(terms.begin(), terms.end(), [&](Expr t) { return mentions(t, lane); });
    if (!varies) {
      each += access.write ? 1 : 0.3;
      continue;
    }
    const bool unit = !terms.empty() && is_var(terms.back(), lane);
    if (!outside || unit) {
      each += 1;
      continue;
    }
    double elements = 1;
    for (std::size_t d = 0; d < terms.size(); ++d)
      elements *= static_cast<double>(axis_of(access.ref->symbol, d).extent());
    // Read often enough, it is copied into place once.
    each += access.write ? 8 : 1 + 8 * std::min(1.0, elements / std::max(1.0, times));
  }
  const auto range = interval_of(lane);
  const double used =
      std::min(static_cast<double>(lanes), range ? std::max(1.0, static_cast<double>(range->extent())) : 1.0);
  return times * each / used;
}

}  // namespace gradus
