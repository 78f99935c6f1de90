// Definitions as arrays. A recurrence (definitions that need earlier members of themselves) becomes loops in order over
// the indices that it steps along; its arrays keep every step.
#include <algorithm>

#include "expr/dependence.h"
#include "program/lowerer.h"

namespace gradus {
namespace {

/// An index of a clause's pattern: variable plus offset, or a term without a variable.
struct PatternTerm {
  const IndexVar* var = nullptr;
  Rational offset;
};

PatternTerm parse(Expr term) {
  const auto form = affine(term);
  if (!form || form->terms.size() != 1 || form->terms.begin()->first->kind != Kind::index ||
      form->terms.begin()->second != 1)
    return {};
  return {form->terms.begin()->first->var, form->constant};
}

bool in_group(const std::vector<const Symbol*>& group, const Symbol* symbol) {
  return std::find(group.begin(), group.end(), symbol) != group.end();
}

}  // namespace

void Lowerer::define(const Symbol* symbol) {
  if (open_.count(symbol) || !defined_.insert(symbol).second) return;
  std::vector<const Symbol*> group;
  for (const Symbol* other : reach_of(symbol)) {
    if (other->defined() && other->formals.empty() && contains(reach_of(other), symbol)) group.push_back(other);
  }
  if (group.empty()) {
    array_of(symbol);
    for (const Clause& clause : symbol->clauses) write_clause(symbol, clause, {});
    return;
  }
  if (levels_.size() > 1)
    cannot_lower("the recurrence of " + symbol->name + " stands inside another", "name its result");
  for (const Symbol* member : group) defined_.insert(member);
  open_.insert(group.begin(), group.end());
  define_recurrence(group);
  for (const Symbol* member : group) open_.erase(member);
}

/// Where a variable of the pattern is one of the loops around it, the clause's own variable is that loop's.
void Lowerer::write_clause(const Symbol* symbol, const Clause& clause,
                           const std::vector<const IndexVar*>& sequence_of_axis) {
  const Symbol* array = array_of(symbol);
  IndexMap map;
  Assignment statement;
  std::vector<Expr> at;
  for (std::size_t d = 0; d < clause.pattern.size(); ++d) {
    const PatternTerm term = parse(clause.pattern[d]);
    if (!term.var) {
      at.push_back(scalar(sized(substitute(clause.pattern[d], map))));
      continue;
    }
    if (map.count(term.var)) {
      at.push_back(sized(substitute(clause.pattern[d], map)));
      continue;
    }
    const IndexVar* sequence = d < sequence_of_axis.size() ? sequence_of_axis[d] : nullptr;
    if (sequence) {
      map.emplace(term.var, make::add({make::index(sequence), make::number(-term.offset)}));
      at.push_back(make::index(sequence));
      continue;
    }
    const Expr lo = sized(substitute(term.var->lo, map)), hi = sized(substitute(term.var->hi, map));
    const IndexVar* loop = make::fresh(term.var->name, lo, hi);
    if (!interval_of(loop)) cannot_lower("the range of " + loop->name + " is not known", "set the sizes in it");
    map.emplace(term.var, make::index(loop));
    statement.loops.push_back(loop);
    at.push_back(sized(substitute(clause.pattern[d], map)));
  }
  statement.target = make::ref(array, at);
  statement.body = scalar(sized(substitute(clause.body, map)));
  if (!clause.when.empty())
    cannot_lower("the definition of " + symbol->name + " has a condition", "write it as cases of one definition");
  place(std::move(statement));
}

void Lowerer::define_recurrence(const std::vector<const Symbol*>& group) {
  // An axis is stepped along where a member is needed at another place of it than the one that is defined.
  struct Axis {
    int dimension = -1;  ///< which of the nested loops runs over it
  };
  std::unordered_map<const Symbol*, std::vector<Axis>> axes;
  for (const Symbol* member : group) axes[member].resize(member->indices.size());
  const auto each_use = [&](auto&& see) {
    for (const Symbol* member : group) {
      for (const Clause& clause : member->clauses) {
        std::vector<PatternTerm> pattern;
        for (Expr term : clause.pattern) pattern.push_back(parse(term));
        visit(clause.body, [&](Expr node) {
          if (node->kind == Kind::ref && in_group(group, node->symbol)) see(member, pattern, node);
        });
      }
    }
  };
  int dimensions = 0;
  // Axes that the same variable runs along in a definition and a use belong together.
  bool changed = true;
  const auto join = [&](Axis& a, Axis& b) {
    if (a.dimension == b.dimension) return;
    changed = true;
    if (a.dimension < 0)
      a.dimension = b.dimension;
    else if (b.dimension < 0)
      b.dimension = a.dimension;
    else {
      const int from = b.dimension, to = a.dimension;
      for (auto& [member, list] : axes) {
        for (Axis& axis : list) {
          if (axis.dimension == from) axis.dimension = to;
        }
      }
    }
  };
  const auto offsets = [&](const std::vector<PatternTerm>& pattern, Expr use, auto&& see) {
    for (std::size_t d = 0; d < use->kids.size(); ++d) {
      const PatternTerm term = parse(use->kids[d]);
      if (!term.var) continue;
      for (std::size_t p = 0; p < pattern.size(); ++p) {
        if (pattern[p].var == term.var) see(p, d, Rational(term.offset - pattern[p].offset));
      }
    }
  };
  each_use([&](const Symbol* member, const std::vector<PatternTerm>& pattern, Expr use) {
    offsets(pattern, use, [&](std::size_t p, std::size_t d, const Rational& offset) {
      if (offset == 0) return;
      if (axes[member][p].dimension < 0) axes[member][p].dimension = dimensions++;
      join(axes[member][p], axes[use->symbol][d]);
    });
  });
  while (changed) {
    changed = false;
    each_use([&](const Symbol* member, const std::vector<PatternTerm>& pattern, Expr use) {
      offsets(pattern, use, [&](std::size_t p, std::size_t d, const Rational&) {
        if (axes[member][p].dimension >= 0 || axes[use->symbol][d].dimension >= 0)
          join(axes[member][p], axes[use->symbol][d]);
      });
    });
  }
  // The direction of each dimension, and its range over all general clauses.
  std::vector<int> used;
  for (const Symbol* member : group) {
    for (const Axis& axis : axes[member]) {
      if (axis.dimension >= 0 && std::find(used.begin(), used.end(), axis.dimension) == used.end())
        used.push_back(axis.dimension);
    }
  }
  std::vector<bool> up(static_cast<std::size_t>(dimensions), false), down(static_cast<std::size_t>(dimensions), false);
  each_use([&](const Symbol* member, const std::vector<PatternTerm>& pattern, Expr use) {
    offsets(pattern, use, [&](std::size_t p, std::size_t, const Rational& offset) {
      if (axes[member][p].dimension < 0 || offset == 0) return;
      (offset < 0 ? up : down)[static_cast<std::size_t>(axes[member][p].dimension)] = true;
    });
  });
  const std::string name = group.front()->name;
  std::vector<const IndexVar*> loops(static_cast<std::size_t>(dimensions), nullptr);
  for (const int dimension : used) {
    if (up[static_cast<std::size_t>(dimension)] && down[static_cast<std::size_t>(dimension)])
      cannot_lower("the recurrence of " + name + " looks both back and ahead", "split it into two");
  }
  const auto general = [&](const Symbol* member, const Clause& clause) {
    for (std::size_t d = 0; d < clause.pattern.size(); ++d) {
      if (axes[member][d].dimension >= 0 && !parse(clause.pattern[d]).var) return false;
    }
    return true;
  };
  std::vector<std::pair<const Symbol*, const Clause*>> recursive, initial;
  for (const Symbol* member : group) {
    for (const Clause& clause : member->clauses)
      (general(member, clause) ? recursive : initial).emplace_back(member, &clause);
  }
  for (const auto& [member, clause] : recursive) {
    for (std::size_t d = 0; d < clause->pattern.size(); ++d) {
      const int dimension = axes[member][d].dimension;
      if (dimension < 0) continue;
      const PatternTerm term = parse(clause->pattern[d]);
      const Expr lo = sized(make::add({term.var->lo, make::number(term.offset)}));
      const Expr hi = sized(make::add({term.var->hi, make::number(term.offset)}));
      const IndexVar*& loop = loops[static_cast<std::size_t>(dimension)];
      const IndexVar* one = make::fresh(term.var->name, lo, hi);
      if (!constant_index(lo) || !constant_index(hi))
        cannot_lower("the range of " + one->name + " is not known", "set the sizes in it");
      // A numeral that has a clause of its own is no step.
      Interval range = *interval_of(one);
      for (const auto& [other, base] : initial) {
        if (other != member) continue;
        const auto numeral = constant_index(sized(base->pattern[d]));
        if (numeral && *numeral == range.lo)
          ++range.lo;
        else if (numeral && *numeral == range.hi)
          --range.hi;
      }
      // Members that have no earlier one to start from are not defined.
      if (loop) range = {std::max(range.lo, interval_of(loop)->lo), std::min(range.hi, interval_of(loop)->hi)};
      if (range.extent() == 0)
        cannot_lower("the steps of " + name + " and of what it needs run over different ranges", "give them one range");
      if (!loop || interval_of(loop) != range) loop = new_loop(term.var->name, range);
    }
  }
  for (const auto& [member, clause] : initial) write_clause(member, *clause, {});

  // Within one step, what needs another member of the same step comes after it.
  std::vector<std::pair<const Symbol*, const Clause*>> ordered;
  while (!recursive.empty()) {
    const auto ready = std::find_if(recursive.begin(), recursive.end(), [&](const auto& candidate) {
      std::vector<PatternTerm> pattern;
      for (Expr term : candidate.second->pattern) pattern.push_back(parse(term));
      bool waits = false;
      visit(candidate.second->body, [&](Expr node) {
        if (node->kind != Kind::ref || !in_group(group, node->symbol)) return;
        bool stepped = false;
        offsets(pattern, node, [&](std::size_t p, std::size_t, const Rational& offset) {
          stepped = stepped || (axes[candidate.first][p].dimension >= 0 && offset != 0);
        });
        for (const auto& [other, clause] : recursive) waits = waits || (!stepped && other == node->symbol);
      });
      return !waits;
    });
    if (ready == recursive.end()) cannot_lower("the definition of " + name + " needs itself", "give it a first member");
    ordered.push_back(*ready);
    recursive.erase(ready);
  }

  std::vector<int> order = used;
  std::vector<bool> descending;
  for (const int dimension : order) {
    levels_.push_back({loops[static_cast<std::size_t>(dimension)], {}});
    descending.push_back(down[static_cast<std::size_t>(dimension)]);
  }
  for (const auto& [member, clause] : ordered) {
    std::vector<const IndexVar*> sequence_of_axis;
    for (const Axis& axis : axes[member])
      sequence_of_axis.push_back(axis.dimension < 0 ? nullptr : loops[static_cast<std::size_t>(axis.dimension)]);
    write_clause(member, *clause, sequence_of_axis);
  }
  while (levels_.size() > 1) {
    auto sequence = std::make_shared<Sequence>();
    sequence->var = levels_.back().var;
    sequence->descending = descending[levels_.size() - 2];
    sequence->items = std::move(levels_.back().items);
    levels_.pop_back();
    levels_.back().items.push_back({Assignment{}, std::move(sequence)});
  }
}

}  // namespace gradus
