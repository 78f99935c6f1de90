// What a pool remembers beside its nodes. Internal to expr.
#pragma once

#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "expr/symbol.h"

namespace gradus {

using SymbolSet = std::vector<const Symbol*>;  ///< sorted by id, each once

struct Pool::Caches {
  Symbol* pi = nullptr;
  /// Symbols that stand in a node itself. Never stale: nodes do not change.
  std::unordered_map<Expr, std::shared_ptr<const SymbolSet>> symbols;
  /// Symbols that a definition reaches, through other definitions too.
  std::unordered_map<const Symbol*, SymbolSet> reach;
  /// Opened definitions, null where no clause certainly matches.
  std::unordered_map<Expr, Expr> unfolded;
  /// The index variables of the normal form by level and range (the bounds' ids), each with its level.
  std::map<std::tuple<int, std::uint32_t, std::uint32_t>, std::pair<const IndexVar*, int>> canonical;
  std::size_t clauses = 0;  ///< clauses that `reach` and `unfolded` know
  const std::deque<Symbol>* all_symbols = nullptr;

  /// Drops what was worked out from definitions if clauses have come since. Call before `reach` or `unfolded` is used.
  void notice_definitions();
};

}  // namespace gradus
