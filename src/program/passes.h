// What makes a program fast without changing what it computes. Each pass takes a program and leaves an equal one.
// Internal to program; plan() in plan.h runs them in order.
#pragma once

#include "program/lower.h"
#include "program/plan.h"

namespace gradus {

/// Every elementary function that stands inside a body becomes an array of its own, the same one for the same function
/// of the same: the adjoint reads what the value computed.
void name_functions(Program& program);

/// A Kronecker δ that fixes a loop's variable takes the loop away.
void settle_deltas(Program& program);

/// An array that is only a copy, a multiple or a constant is read where it comes from.
void forward_copies(Program& program);

/// An array that only one linear statement reads is summed there directly, where the two sums together are cheaper in
/// another order.
void merge_contractions(Program& program);

/// A sum of products is cut into sums over fewer loops: Σ_n Σ_i a_{ni} q_{ij} as Σ_i q_{ij} (Σ_n a_{ni}).
/// What was cut is told to `orderings`, if there are any.
void factor_contractions(Program& program, std::vector<Ordering>* orderings = nullptr);

/// What does not change in some loops is computed outside them, as an array over the others.
void hoist_invariants(Program& program);

/// Short loops beside one great loop are written out, their arrays element by element, so that zeroes fall away.
void expand_short_loops(Program& program);

/// Zeroes that are overwritten and arrays that nothing needs go.
void tidy(Program& program);

}  // namespace gradus
