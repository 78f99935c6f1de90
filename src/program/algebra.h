// Statements on whole matrices, and their derivatives: ordinary sums of products with the inverse, which is there for
// every matrix that is factored. So second derivatives need no rules of their own. Internal to program.
#pragma once

#include <functional>

#include "program/arrays.h"

namespace gradus {

/// The room that the factors of an n × n matrix have: so many rows.
inline long rows_of_factors(long n) { return 2 * n + 2; }

/// Where the factors come from, and the inverse that is made of them.
struct Factored {
  const Symbol* matrix = nullptr;
  const Symbol* inverse = nullptr;
};
using AdjointAt = std::function<Expr(const std::vector<Expr>& place)>;
Factored factored_by(const ProgramItems& items, const Symbol* factors);

/// The statement that adds to the matrix's adjoint what the adjoint of the statement's target makes of it: −Yᵀ Ȳ Yᵀ
/// for an inverse Y, d̄·d·Yᵀ for a determinant d, l̄·Yᵀ for its logarithm.
/// The adjoints are told by place; `entries` are more loops, for one adjoint each.
Assignment pulled(const Assignment& statement, const Factored& factored, const AdjointAt& of_target,
                  const AdjointAt& of_matrix, const IndexVars& entries);

/// The statement that adds to the target's tangent what the matrix's tangent M makes of it: −Y M Y, d·tr(Y M), tr(Y M).
/// Tangents have the axes of the directions last.
Assignment pushed(const Assignment& statement, const Factored& factored, const Symbol* target_tangent,
                  const Symbol* matrix_tangent, const IndexVars& directions);

}  // namespace gradus
