// What a claim said stays what it was when a later statement gives one of its names a meaning.
//
// "g : ℝ^m → ℝ … claims about g … for example g(y) = yᵀy": the claims before the example speak of any g. They get a g
// of their own, and so does everything defined through it.
#pragma once

#include <vector>

#include "sheet/sheet.h"

namespace gradus {

/// Rewrites the claims to speak of copies of `symbol`, and of what of `defined` depends on it, as they are now.
void freeze(std::vector<Claim>& claims, const Symbol* symbol, const std::vector<Symbol*>& defined);

}  // namespace gradus
