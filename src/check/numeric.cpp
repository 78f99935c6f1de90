// Comparing both sides of a claim at concrete sizes and rational points, in ball arithmetic.
#include "check/numeric.h"

#include <algorithm>

#include "check/comparison.h"

namespace gradus {

namespace {

using Outcome = NumericOutcome::Kind;

/// Whether an index stands squared or multiplied with another in an index term: a slip, in most cases (y_{ww}).
bool has_index_product(const Case& side) {
  bool found = false;
  for (Expr e : {side.lhs, side.rhs})
    visit(e, [&](Expr node) {
      if (node->kind != Kind::ref) return;
      for (Expr term : node->kids) found = found || (!term->free.empty() && !affine(term));
    });
  return found;
}

/// The points at one choice of sizes; how many of them agreed.
int compare_at(const Problem& problem, const NumericOptions& options, Budget& budget, const SizeChoice& sizes, int pin,
               std::uint64_t salt, NumericOutcome& outcome, bool& too_precise) {
  Comparison comparison(problem, options, budget, sizes, pin);
  if (!comparison.ground()) {
    outcome.reason = comparison.reason();
    outcome.out_of_range = outcome.out_of_range || comparison.out_of_range();
    return 0;
  }
  outcome.trivial = outcome.trivial && comparison.trivial();
  outcome.left_out = outcome.left_out && comparison.left_out();
  int points = 0;
  const int tries = options.small ? 16 : 40 + 2 * options.points;
  for (int attempt = 0; attempt < tries && points < options.points; ++attempt) {
    const AtPoint result = comparison.at(draw_of(options, salt, attempt), outcome);
    if (result == AtPoint::differ) {
      outcome.sizes.push_back(sizes.text());
      return points;
    }
    if (result == AtPoint::impossible) {
      outcome.reason = comparison.reason();
      break;
    }
    if (result == AtPoint::agree) ++points, ++outcome.points;
    if (result == AtPoint::too_precise) too_precise = true;
  }
  if (points == 0 && comparison.constrained()) {
    comparison.meet_branches(salt, true, outcome);
    if (outcome.kind == Outcome::differ) {
      outcome.sizes.push_back(sizes.text());
      return points;
    }
    if (outcome.points == 0) outcome.reason = "no point was found that satisfies what is assumed";
    points = outcome.points;
  }
  if (options.branches && points > 0) {
    const bool complete = comparison.meet_branches(salt, false, outcome);
    if (outcome.kind == Outcome::differ) {
      outcome.sizes.push_back(sizes.text());
      return points;
    }
    outcome.all_branches = outcome.all_branches || complete;
  }
  return points;
}

NumericOutcome compare(const Problem& problem, const NumericOptions& options, Budget& budget) {
  NumericOutcome outcome;
  outcome.vanish = outcome.trivial = outcome.left_out = true;
  outcome.all_branches = !options.branches;
  int choices_done = 0, failures = 0;
  std::vector<const SizeChoice*> defined_at, undefined_at;
  bool too_precise = false;
  std::string over;
  const auto candidates = size_choices(problem, options.seed, options.small,
                                       static_cast<std::size_t>(options.size_choices) * (options.small ? 12 : 4));
  if (candidates.empty()) outcome.reason = "no sizes satisfy the conditions";
  for (const SizeChoice& sizes : candidates) {
    if (!options.small && choices_done >= options.size_choices) break;
    const std::uint64_t salt = static_cast<std::uint64_t>(&sizes - candidates.data()) + 1;
    try {
      // What holds for one choice of an open index (the class o of y_o = 1) need not hold for the others.
      const int pins = problem.pinned.empty() ? 1 : 3;
      bool defined = true;
      for (int pin = 0; pin < pins; ++pin) {
        defined = compare_at(problem, options, budget, sizes, pin, salt, outcome, too_precise) > 0 && defined;
        if (outcome.kind == Outcome::differ) return outcome;
      }
      if (!defined) {
        undefined_at.push_back(&sizes);
        continue;
      }
      outcome.sizes.push_back(sizes.text());
      defined_at.push_back(&sizes);
      ++choices_done;
    } catch (const OverBudget& exceeded) {
      // Other sizes may be smaller; what agreed before stands.
      over = exceeded.what;
      if (++failures == 3) break;
    }
  }
  // c_{kk+1} is within its range for n ≤ 2 only, which says nothing of larger sizes.
  const bool with_products = !undefined_at.empty() && has_index_product(problem.side);
  for (const SizeChoice* larger : undefined_at)
    if (options.size_choices > 1 && !defined_at.empty() &&
        (with_products ||
         std::all_of(defined_at.begin(), defined_at.end(), [&](auto small) { return small->below(*larger); }))) {
      outcome.reason = "at " + larger->text() + " the sides are not defined: " + outcome.reason;
      outcome.points = 0;
      break;
    }
  if (outcome.points > 0) {
    outcome.kind = Outcome::agree;
    return outcome;
  }
  outcome.vanish = outcome.trivial = false;
  if (!over.empty()) {
    outcome.kind = Outcome::over_budget;
    outcome.reason = over;
  } else if (too_precise) {
    outcome.kind = Outcome::over_budget;
    outcome.reason = "bits of precision (" + std::to_string(max_precision) + ")";
  } else if (outcome.reason.empty()) {
    outcome.reason = "no point was found where both sides are defined";
  }
  return outcome;
}

}  // namespace

NumericOutcome compare_numerically(const Case& side, const Claim& claim, const NumericOptions& options) {
  Budget budget("steps of the numeric comparison", options.max_nodes * 100, options.seconds);
  try {
    const Problem problem(side, claim, options.hypothesis);
    return compare(problem, options, budget);
  } catch (const OverBudget& over) {
    NumericOutcome outcome;
    outcome.kind = Outcome::over_budget;
    outcome.reason = over.what;
    return outcome;
  }
}

}  // namespace gradus
