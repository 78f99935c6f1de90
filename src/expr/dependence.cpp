// What depends on what. Sets of symbols are remembered for each node and shared between nodes that have the same; a
// definition's reach is worked out once over the graph of definitions, so that recurrences end.
#include "expr/dependence.h"

#include <algorithm>
#include <unordered_set>

#include "expr/children.h"
#include "expr/walk.h"

namespace gradus {
namespace {

using Shared = std::shared_ptr<const SymbolSet>;

bool by_id(const Symbol* a, const Symbol* b) { return a->id < b->id; }

void sort_unique(SymbolSet& set) {
  std::sort(set.begin(), set.end(), by_id);
  set.erase(std::unique(set.begin(), set.end()), set.end());
}

Shared united(Expr node, const std::unordered_map<Expr, Shared>& known) {
  if (node->kind == Kind::at) {
    SymbolSet set = *known.at(node->kids[0]);
    std::erase_if(set, [&](const Symbol* s) {
      return std::find(node->bound.begin(), node->bound.end(), s) != node->bound.end();
    });
    for_each_child(node, [&](Expr child) {
      if (child == node->kids[0]) return;
      const SymbolSet& more = *known.at(child);
      set.insert(set.end(), more.begin(), more.end());
    });
    // The body may also stand among the values.
    for (const Lambda& value : node->args) {
      const SymbolSet& more = *known.at(value.body);
      set.insert(set.end(), more.begin(), more.end());
    }
    sort_unique(set);
    return std::make_shared<const SymbolSet>(std::move(set));
  }
  // A child whose set holds all the others is shared; otherwise a new set is made.
  Shared largest;
  for_each_child(node, [&](Expr child) {
    const Shared& set = known.at(child);
    if (!largest || set->size() > largest->size()) largest = set;
  });
  bool covered = largest != nullptr;
  for_each_child(node, [&](Expr child) {
    const SymbolSet& set = *known.at(child);
    covered = covered &&
              (&set == largest.get() || std::includes(largest->begin(), largest->end(), set.begin(), set.end(), by_id));
  });
  if (covered && (!node->symbol || contains(*largest, node->symbol))) return largest;
  SymbolSet set;
  if (node->symbol) set.push_back(node->symbol);
  for_each_child(node, [&](Expr child) {
    const SymbolSet& more = *known.at(child);
    set.insert(set.end(), more.begin(), more.end());
  });
  sort_unique(set);
  return std::make_shared<const SymbolSet>(std::move(set));
}

/// Symbols that stand in the clauses of a definition.
SymbolSet clause_symbols(const Symbol* symbol) {
  SymbolSet set;
  const auto take = [&](Expr e) {
    if (!e) return;
    const SymbolSet& more = direct_symbols(e);
    set.insert(set.end(), more.begin(), more.end());
  };
  for (const Clause& clause : symbol->clauses) {
    take(clause.body);
    for (const Condition& condition : clause.when) {
      take(condition.a);
      take(condition.b);
    }
  }
  sort_unique(set);
  return set;
}

/// One symbol's reach, given that of symbols that are known.
SymbolSet search_reach(const Symbol* symbol, const Pool::Caches& caches) {
  SymbolSet seen;
  std::vector<const Symbol*> open{symbol};
  std::unordered_set<const Symbol*> visited;
  const auto see = [&](const Symbol* s) {
    if (!visited.insert(s).second) return false;
    seen.push_back(s);
    return true;
  };
  while (!open.empty()) {
    const Symbol* next = open.back();
    open.pop_back();
    for (const Symbol* inner : clause_symbols(next)) {
      if (!see(inner) || !inner->defined()) continue;
      const auto known = caches.reach.find(inner);
      if (known == caches.reach.end()) {
        open.push_back(inner);
      } else {
        for (const Symbol* far : known->second) see(far);
      }
    }
  }
  sort_unique(seen);
  return seen;
}

/// Definitions that stand below come first, so that each search ends at what is known.
const SymbolSet& reach(const Symbol* symbol, Pool::Caches& caches) {
  std::vector<std::pair<const Symbol*, bool>> stack{{symbol, false}};
  std::unordered_set<const Symbol*> entered;
  while (!stack.empty()) {
    const auto [next, below_done] = stack.back();
    stack.pop_back();
    if (caches.reach.count(next)) continue;
    if (below_done) {
      caches.reach.emplace(next, search_reach(next, caches));
    } else if (entered.insert(next).second) {
      stack.push_back({next, true});
      for (const Symbol* inner : clause_symbols(next)) {
        if (inner->defined()) stack.push_back({inner, false});
      }
    }
  }
  return caches.reach.at(symbol);
}

}  // namespace

bool contains(const SymbolSet& set, const Symbol* symbol) {
  return std::binary_search(set.begin(), set.end(), symbol, by_id);
}

const SymbolSet& direct_symbols(Expr e) {
  auto& known = Pool::current().caches().symbols;
  const auto found = known.find(e);
  if (found != known.end()) return *found->second;
  // Children first, without entering what is known.
  std::vector<std::pair<Expr, bool>> stack{{e, false}};
  while (!stack.empty()) {
    const auto [node, entered] = stack.back();
    stack.pop_back();
    if (known.count(node)) continue;
    if (entered) {
      known[node] = united(node, known);
      continue;
    }
    stack.push_back({node, true});
    for_each_child(node, [&](Expr child) {
      if (!known.count(child)) stack.push_back({child, false});
    });
  }
  return *known.at(e);
}

const SymbolSet& reach_of(const Symbol* symbol) {
  Pool::Caches& caches = Pool::current().caches();
  caches.notice_definitions();
  return reach(symbol, caches);
}

std::set<const Symbol*> symbols_in(Expr e) {
  const SymbolSet& set = direct_symbols(e);
  return {set.begin(), set.end()};
}

bool depends_on(Expr e, const Symbol* symbol) {
  const SymbolSet& direct = direct_symbols(e);
  if (contains(direct, symbol)) return true;
  Pool::Caches& caches = Pool::current().caches();
  caches.notice_definitions();
  return std::any_of(direct.begin(), direct.end(),
                     [&](const Symbol* s) { return s->defined() && contains(reach(s, caches), symbol); });
}

}  // namespace gradus
