// Which symbols stand in an expression, remembered for each node. Internal to expr and calculus.
#pragma once

#include "expr/caches.h"

namespace gradus {

/// Symbols that occur in e itself, definitions not opened, sorted by id. What an `at` binds does not occur.
const SymbolSet& direct_symbols(Expr e);
bool contains(const SymbolSet& set, const Symbol* symbol);
/// Symbols that a definition reaches, through other definitions too; itself only by a recurrence.
const SymbolSet& reach_of(const Symbol* symbol);

}  // namespace gradus
