// Ways to see that a difference is zero once it is in normal form. Internal to rewrite.
#pragma once

#include "rewrite/normalizer.h"

namespace gradus {

/// The polynomial times its denominators. Zero exactly if the polynomial is, wherever that is defined.
Poly without_denominators(Normalizer& normalizer, Poly poly);

/// Whether the polynomial is zero: at once, without denominators, or sum by sum (sums over the same range are put
/// together and their bodies compared without denominators).
bool vanishes(Normalizer& normalizer, const Poly& poly);

/// Zero also if it is after multiplication with a matrix whose inverse stands in it, over a free index: with
/// Σ_r B_tr D_r = 0 for an invertible B, D is zero.
bool vanishes_times_matrix(Normalizer& normalizer, const Poly& poly, int depth = 2);

/// What a proof by induction over a free index t has to show of a claim X_t = F_t, where X is defined by recurrence:
/// the two sides at the start, and the two sides at t with X_{t-1} replaced by F_{t-1}.
struct Induction {
  const IndexVar* index = nullptr;
  Expr quantity = nullptr;  ///< X_t
  Expr base_left = nullptr, base_right = nullptr;
  Expr step_left = nullptr, step_right = nullptr;
};
std::optional<Induction> induction_for(Expr a, Expr b);

/// Every defined symbol that e reaches through definitions.
std::set<const Symbol*> defined_symbols(Expr e);

/// Scalars that are positive wherever e is defined, because e takes their logarithm or root whatever happens.
void collect_positive(Expr e, std::unordered_set<Expr>& positive);

}  // namespace gradus
