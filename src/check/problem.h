// What a claim is made of, for sampling: every symbol that it reaches (through definitions and ranges), the integer
// symbols among them, and the traits that hold.
#pragma once

#include <map>
#include <set>

#include "check/ground.h"
#include "check/numeric.h"

namespace gradus {

/// Symbols below the expression and everything that these are defined by.
std::set<const Symbol*> reachable_symbols(const std::vector<Expr>& roots);

struct Problem {
  const Case& side;
  const Claim& claim;
  const Hypothesis* hypothesis = nullptr;
  IndexVars free;                       ///< of both sides, sorted
  std::vector<const Symbol*> symbols;   ///< reachable, by id
  std::vector<const Symbol*> sizes;     ///< those that are integers without indices
  IndexVars pinned;                     ///< indices that definitions and traits speak of without binding them (y_o = 1)
  long first_member = 1;                ///< where recursions without a declared range begin
  int left_order = 0, right_order = 0;  ///< how deep derivatives are nested in each side

  Problem(const Case& side, const Claim& claim, const Hypothesis* hypothesis);
  Traits traits_of(const Symbol* symbol) const;
};

/// Values of the integer symbols.
class SizeChoice : public Sizes {
 public:
  std::map<const Symbol*, long> values;
  bool small = false;
  long of(const Symbol* symbol, const std::vector<long>& at) const override;
  std::string text() const;
  /// Whether no size is larger than there, and some are smaller.
  bool below(const SizeChoice& other) const;
};

/// Candidates, best first: pairwise different and at least 2 (small: the smallest first), under the claim's conditions,
/// with no empty axis.
std::vector<SizeChoice> size_choices(const Problem& problem, std::uint64_t seed, bool small, std::size_t count);

}  // namespace gradus
