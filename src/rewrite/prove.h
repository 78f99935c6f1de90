// Ways to see that a difference is zero once it is in normal form. Internal to rewrite.
#pragma once

#include "rewrite/normalizer.h"

namespace gradus {

/// The polynomial times its denominators. Zero exactly if the polynomial is, wherever that is defined.
Poly without_denominators(Normalizer& normalizer, Poly poly);

/// Whether the polynomial is zero: at once, without denominators, or sum by sum (sums over the same range are put together
/// and their bodies compared without denominators).
bool vanishes(Normalizer& normalizer, const Poly& poly);

/// Every defined symbol that e reaches through definitions.
std::set<const Symbol*> defined_symbols(Expr e);

/// Scalars that are positive wherever e is defined, because e takes their logarithm or root whatever happens.
void collect_positive(Expr e, std::unordered_set<Expr>& positive);

}  // namespace gradus
