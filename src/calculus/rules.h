// The rules of differentiation: one for each kind of node, in terms of the derivatives of its children. They serve the
// engine, which asks for derivatives that it has worked out, and the trace, which asks for pending ones.
// Internal to calculus.
#pragma once

#include <functional>
#include <string_view>

#include "expr/walk.h"

namespace gradus {

/// The derivative of a child; null if it is not known yet. Zero where the child does not depend on the variable.
using Child = std::function<Expr(Expr)>;

struct Derived {
  Expr value = nullptr;  ///< null: a child's derivative is not known yet, or no rule applies (`rule` is empty)
  std::string_view rule;
  Expr uncontracted = nullptr;  ///< the same with its sums over δ written out; null where there is none
};

/// The derivative of a node that is not a reference to the variable itself, to a definition, nor pending.
Derived apply_rule(Expr node, const Child& derivative_of);

/// ∂x_i/∂x_j: a product of deltas over the indices.
Expr same_component(Expr ref, Expr wrt);

}  // namespace gradus
