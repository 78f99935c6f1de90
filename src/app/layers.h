// Derivatives too large to write out: one definition deep, in terms of the derivatives of what it names.
#pragma once

#include <optional>

#include "expr/walk.h"

namespace gradus {

/// How many nodes it has when written as a tree, shared parts counted each time.
double written_size(Expr e);
/// ∂d/∂x for a defined quantity d = f(a, b, …) as ∂f/∂a · ∂a/∂x + …, with ∂a/∂x left as it stands. None where d or what
/// it names has indices that its definition sums over.
std::optional<Expr> one_layer(Expr defined, Expr wrt);

}  // namespace gradus
