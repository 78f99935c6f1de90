// The derivative of a scalar body by each array element that it reads. Internal to program.
#pragma once

#include <utility>
#include <vector>

#include "program/lower.h"

namespace gradus {

/// (element, ∂body/∂element) for each element of `by` that the body reads, by one sweep back over the shared graph,
/// with the derivatives of the elementary table. Branches of a selection are kept apart, so that what is not selected
/// never makes 0·∞. Elements of integer arrays have no derivative. Throws CannotLower for a function without one.
std::vector<std::pair<Expr, Expr>> partials(Expr body, const std::vector<const Symbol*>& by);

/// Arrays that depend on one of `by`, themselves included, held ones left out: those that have an adjoint or a tangent.
std::vector<const Symbol*> dependent(const Lowered& lowered, const std::vector<const Symbol*>& by);

}  // namespace gradus
