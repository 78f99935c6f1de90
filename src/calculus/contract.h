// Sums over Kronecker deltas. Internal to calculus.
#pragma once

#include "expr/walk.h"

namespace gradus {

/// Σ_var body, with a δ that fixes var eliminated where var's value surely lies in the range, and δ factors without var
/// pulled out.
Expr contract(const IndexVar* var, Expr body);

}  // namespace gradus
