// The writers: expressions back into mathematics.
#pragma once

#include <string>
#include <vector>

#include "calculus/derivation.h"
#include "expr/walk.h"

namespace gradus {

/// Index notation, with explicit sums. LaTeX that is written reads back to the same expression.
std::string write_latex(Expr e);
/// The same in Unicode, for a terminal: "Σᵢ wᵢ xᵢ", "∂E/∂w".
std::string write_text(Expr e);

/// Folds index notation into matrix notation: the tensor with these axes (none: scalar, one: column, two: matrix), or
/// none if it has no matrix form.
struct Matrix {
  std::string latex;
  std::string text;
};
std::optional<Matrix> write_matrix(Expr e, const IndexVars& axes, bool row = false);

/// A LaTeX fragment as Unicode for a terminal: \frac{a}{b} → a/b, \alpha → α, x^2 → x².
std::string latex_to_text(std::string_view latex);

}  // namespace gradus
