// Where an expression is defined and differentiable, in words for the user.
#pragma once

#include <string>
#include <vector>

#include "expr/walk.h"

namespace gradus {

/// Adds each condition that is not there yet: "Ax − b ≠ 0", "X is invertible".
void domain_of(Expr whole, std::vector<std::string>& out);

}  // namespace gradus
