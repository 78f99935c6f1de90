// Derivatives of programs: reverse and forward mode, statement by statement. One pullback serves every statement, for a
// statement is the only kind of node: the adjoint of what its body reads gets the adjoint of its target times the
// body's partial derivative, over the same loops; contributions of several uses add up.
#pragma once

#include "program/lower.h"

namespace gradus {

/// A variable with the axes of an array, for the `seed` of a reverse or the direction of a forward sweep.
const Symbol* append_seed(Lowered& lowered, const Symbol* like, const std::string& name);

/// Appends the statements of the adjoints: outputs "∂E/∂w" for each array of `by`, in order, for a scalar output E; for
/// an array output, the adjoint of its contraction with the array `seed` (of the output's axes), which becomes an
/// input. Cost: a small multiple of the program's own, whatever the number of variables. Returns why where it cannot be
/// done.
std::optional<Diagnostic> append_reverse(Lowered& lowered, const Symbol* output, const std::vector<const Symbol*>& by,
                                         const Symbol* seed = nullptr);

/// The same for every entry of the output at once: its Jacobian, axes of the output first, is the last output.
std::optional<Diagnostic> append_reverse_jacobian(Lowered& lowered, const Symbol* output, const Symbol* by);

/// The axis of `by` that the output runs along in step with it, if there is one: entry i of the output then depends on
/// entry i of `by` alone, and of the Jacobian only these blocks are not zero.
std::optional<std::size_t> shared_axis(const Lowered& lowered, const Symbol* output, const Symbol* by);

/// Appends the statements of the tangents: the derivative of `output` in every direction of `by` (its axes follow the
/// output's; a shared axis stands once), or, with `along` (an array of by's axes, which becomes an input), in that
/// direction alone.
std::optional<Diagnostic> append_forward(Lowered& lowered, const Symbol* output, const Symbol* by,
                                         const Symbol* along = nullptr);

}  // namespace gradus
