// Exact-size evaluation: a claim at concrete sizes becomes a graph of scalars, differentiated path by path and
// evaluated in ball arithmetic. Independent of the symbolic engine: it shares no differentiation code with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "check/ground.h"
#include "check/verdict.h"

namespace gradus {

/// Traits beyond those declared, for the table of hypotheses: also which pairs of matrices commute.
struct Hypothesis {
  std::string text;  ///< "X symmetric", "Σ_i y_i = 1"
  std::vector<Assumed> assumed;
  std::vector<std::pair<const Symbol*, const Symbol*>> commuting;
  const Symbol* commutes_with_derivative = nullptr;  ///< X(t) with dX/dt
  std::vector<Expr> vanishing;                       ///< what is zero, for all values of its free indices
};

struct NumericOptions {
  std::uint64_t seed = 1;
  int points = 3;  ///< points at each choice of sizes
  int size_choices = 3;
  double seconds = 3.0;
  std::uint64_t max_nodes = 400'000;
  const Hypothesis* hypothesis = nullptr;
  Outside outside = Outside::undefined;
  bool branches = false;  ///< look for points on every side of every kink
  bool small = false;     ///< smallest sizes and simplest numbers first: for counterexamples that people read
};

struct NumericOutcome {
  enum class Kind : std::uint8_t {
    agree,      ///< both sides agree at every point tried, to `digits` digits; `vanish` if both are zero everywhere
    differ,     ///< certified: see counterexample
    undefined,  ///< no point found where both sides are defined
    over_budget
  } kind = Kind::undefined;
  int digits = 0;
  int points = 0;
  bool vanish = false;
  bool left_out = false;  ///< what the hypothesis lets vanish occurs in one of the sides only
  bool trivial =
      false;  ///< both sides are zero before any number is put in: nothing depends on what is differentiated by
  bool doubtful = false;      ///< they differ where an assumption holds for the claim's indices and not for all indices
  bool all_branches = true;   ///< of `branches`: each was met, or is known to be empty
  bool out_of_range = false;  ///< at some sizes an index leaves its range, whatever the free indices are
  std::vector<std::string> sizes;
  std::optional<Counterexample> counterexample;
  std::string reason;
};

/// Compares lhs and rhs of the case at every combination of its free indices, under the claim's conditions and traits.
NumericOutcome compare_numerically(const Case& c, const Claim& claim, const NumericOptions& options = {});

}  // namespace gradus
