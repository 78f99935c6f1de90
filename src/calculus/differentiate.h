// The one differentiation engine. It works on index notation and records what it does as named steps.
#pragma once

#include <vector>

#include "calculus/derivation.h"
#include "expr/walk.h"

namespace gradus {

struct DifferentiateOptions {
  DerivMode mode = DerivMode::total;
  Derivation* trace = nullptr;  ///< where the steps go; none if null
};

/// ∂body/∂wrt, wrt a ref (a component of a variable, of a family, or of a defined quantity, which then counts as
/// independent). Defined quantities that depend on wrt are differentiated once each and shared (time and memory linear
/// in the graph); with a recurrence that cannot be unrolled, the derivative of its symbol stays a `deriv` node. A
/// recurrence is unrolled from a numeral, and up to wrt at a constant distance (∂z^{l+1}/∂z^l); what lies before wrt
/// gives 0. To go one round further: differentiate(*unfold(h_t), wrt) has ∂h_{t-1}/∂wrt pending. Selections keep their
/// condition; kinks take the table's stated subgradient.
Expr differentiate(Expr body, Expr wrt, const DifferentiateOptions& options = {});

/// Every `deriv` and `at` node in e carried out, innermost first. `deriv` nodes that cannot be (recurrences, abstract
/// dependence) stay.
Expr carry_out(Expr e, Derivation* trace = nullptr);

}  // namespace gradus
