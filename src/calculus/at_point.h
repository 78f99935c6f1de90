// Expressions at a point: symbols replaced, in definitions too. Internal to calculus.
#pragma once

#include "expr/walk.h"

namespace gradus {

/// The body, whose derivatives are carried out, with the symbols replaced; definitions that depend on them are opened.
/// Stays an `at` node where one cannot be.
Expr at_point(Expr body, const std::vector<const Symbol*>& bound, const std::vector<Lambda>& values);

}  // namespace gradus
