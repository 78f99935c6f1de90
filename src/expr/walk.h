// Walks over expressions: rebuilding, substitution, opening definitions, ground facts about index terms.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "expr/builders.h"

namespace gradus {

/// The node with every child expression (kids, argument bodies, slots, bounds of its bound variable) mapped. Bound
/// variables stay as they are unless a bound changes; then the binder gets a fresh variable.
Expr rebuild(Expr node, const std::function<Expr(Expr)>& map);

/// Every distinct node below and including e, children first, each once.
void visit(Expr e, const std::function<void(Expr)>& see);

using IndexMap = std::unordered_map<const IndexVar*, Expr>;
/// Replaces free index variables. Binders in e are renamed where they could capture.
Expr substitute(Expr e, const IndexMap& map);
/// A copy with fresh variables at every binder.
Expr refresh(Expr e);
/// Lambda applied to index terms.
Expr apply_lambda(const Lambda& lambda, const std::vector<Expr>& at);
/// Lambda equality up to renaming is not decided here; the normal form does that.

/// Replaces refs to symbols (formal parameters, usually) by lambdas over their indices. Binders are refreshed.
Expr substitute_symbols(Expr e, const std::unordered_map<const Symbol*, Lambda>& map);

/// The definition's body for this ref: index patterns matched, binders refreshed, arguments put in. With derivative
/// slots: `at(deriv(body, formal), formals, args)`. None if the symbol has no clause that certainly matches.
std::optional<Expr> unfold(Expr ref);
/// Whether certainly no clause says what this ref of a defined symbol is: a free member, as an initial h_0.
bool surely_free(Expr ref);
/// Whether the expression depends on the symbol, through definitions too (memoised per pool).
bool depends_on(Expr e, const Symbol* symbol);
/// Symbols that occur in e itself (definitions not opened).
std::set<const Symbol*> symbols_in(Expr e);

/// Integer affine form c + Σ k_i·t_i of an index term, t_i index variables or size refs; none if it is not affine.
struct Affine {
  Rational constant;
  std::map<Expr, Rational> terms;
};
std::optional<Affine> affine(Expr e);
/// Certain facts: true, false, or unknown. Sizes are at least 1; index variables lie in their ranges.
std::optional<bool> compare(Relation relation, Expr a, Expr b);
/// The places of an array with these axes, the last one running fastest; none if they are not numbers, or more than
/// `most`.
std::optional<std::vector<IndexMap>> places_of(const IndexVars& axes, std::size_t most);
/// Whether the index term surely lies in the range.
bool surely_within(Expr term, Expr lo, Expr hi);

/// Structural order that does not depend on addresses or birth: for canonical sorting.
int structural_compare(Expr a, Expr b);

/// Debug form, fully bracketed.
std::string dump(Expr e);

}  // namespace gradus
