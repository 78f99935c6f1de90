// The normal form: sums of products of atoms, with canonically labelled dummy indices.
//
// Equal normal forms prove an equality for all sizes. What is opened is the caller's choice: definitions stay folded
// (a defined quantity is an atom) unless `open` is set.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/budget.h"
#include "calculus/derivation.h"
#include "expr/walk.h"

namespace gradus {

struct NormalOptions {
  bool open_definitions = false;      ///< unfold every defined symbol (recurrences only where a clause surely matches
                                      ///< and unfolding ends)
  std::vector<Condition> conditions;  ///< facts about indices and sizes ("i ≠ k", "K = 1")
  std::map<const Symbol*, Traits> traits;  ///< where more is assumed of a symbol than it says itself
  std::size_t max_terms = 4000;            ///< more terms than this: OverBudget
  double seconds = 2.0;

  const Traits& traits_of(const Symbol* symbol) const {
    const auto assumed = traits.find(symbol);
    return assumed == traits.end() ? symbol->traits : assumed->second;
  }
};

struct Normal {
  Expr form = nullptr;                   ///< canonical: equal expressions of this fragment have the same node
  std::vector<std::string> assumptions;  ///< conditions of domain that rules needed ("x > 0")
};

/// Carries out every `deriv` and `at` (through calculus' callback, see below), then normalises. Idempotent.
/// Throws OverBudget.
Normal normalize(Expr e, const NormalOptions& options = {});

/// Whether a − b normalises to zero, with common denominators multiplied out. True is a proof, for every size; false
/// says nothing. Throws OverBudget.
struct Proof {
  bool equal = false;
  Expr residual = nullptr;  ///< normal form of a − b
  std::vector<std::string> assumptions;
  Derivation derivation;
};
Proof prove_equal(Expr a, Expr b, const NormalOptions& options = {});

/// A light, readable simplification: like terms collected, δ eliminated, constants folded; products are not expanded.
Expr simplify(Expr e);

}  // namespace gradus
