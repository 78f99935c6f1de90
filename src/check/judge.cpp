#include "check/judge.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>

#include "check/hypotheses.h"
#include "expr/traits.h"

namespace gradus {

namespace {

class Clock {
 public:
  explicit Clock(double seconds) : end_(now() + std::chrono::duration<double>(seconds)) {}
  double left() const { return std::max(0.0, std::chrono::duration<double>(end_ - now()).count()); }

 private:
  static std::chrono::time_point<std::chrono::steady_clock, std::chrono::duration<double>> now() {
    return std::chrono::steady_clock::now();
  }
  std::chrono::time_point<std::chrono::steady_clock, std::chrono::duration<double>> end_;
};

/// The normal form with definitions folded, then opened; `over` tells which budget ran out.
std::optional<Proof> prove_whole(const Case& side, const Claim& claim, const Clock& clock, std::string& over) {
  for (const bool open : {false, true}) {
    NormalOptions options;
    options.open_definitions = open;
    options.conditions = claim.conditions;
    for (const Assumed& assumed : claim.assumed)
      merge(options.traits.try_emplace(assumed.symbol, assumed.symbol->traits).first->second, assumed.traits);
    options.seconds = std::min(1.5, clock.left() * 0.4);
    try {
      Proof proof = prove_equal(side.lhs, side.rhs, options);
      if (proof.equal) return proof;
    } catch (const OverBudget& exceeded) {
      over = exceeded.what;
    }
  }
  return std::nullopt;
}

/// The same, and where that fails for an array of a few entries, one entry after the other.
std::optional<Proof> prove(const Case& side, const Claim& claim, const Clock& clock, std::string& over) {
  std::optional<Proof> proof = prove_whole(side, claim, clock, over);
  if (proof || side.axes.empty()) return proof;
  constexpr std::size_t most_entries = 9;
  const auto places = places_of(side.axes, most_entries);
  if (!places) return std::nullopt;
  for (const IndexMap& at : *places) {
    Case entry = side;
    entry.lhs = substitute(side.lhs, at);
    entry.rhs = substitute(side.rhs, at);
    auto one = prove_whole(entry, claim, clock, over);
    if (!one) return std::nullopt;
    if (!proof)
      proof = std::move(one);
    else
      proof->assumptions.insert(proof->assumptions.end(), one->assumptions.begin(), one->assumptions.end());
  }
  return proof;
}

/// Whether a value may depend on the sign of something, in the sides or in what they are defined by.
bool has_kinks(const Case& side) {
  std::set<const Symbol*> opened;
  bool found = false;
  std::function<void(Expr)> look = [&](Expr e) {
    visit(e, [&](Expr node) {
      if (node->kind == Kind::func) {
        const auto row = static_cast<Elementary>(node->op);
        const Domain domain = row_of(row).domain;
        // arcsin and the like have roots in their derivatives.
        found |= domain == Domain::nonzero || domain == Domain::open_unit || domain == Domain::above_one;
      }
      // √(y²) is y or −y.
      if (node->kind == Kind::pow && node->kids[1]->is_number() && node->kids[1]->number.get_den() != 1) found = true;
      if (node->kind == Kind::select) found = true;
      if (node->kind == Kind::reduce && node->reduce_op() != ReduceOp::sum && node->reduce_op() != ReduceOp::product)
        found = true;
    });
    for (const Symbol* symbol : symbols_in(e))
      if (opened.insert(symbol).second) {
        found |= symbol->traits.sign || symbol->traits.binary;  // two values: both must be met
        for (const Clause& clause : symbol->clauses) look(clause.body);
      }
  };
  look(side.lhs);
  look(side.rhs);
  return found;
}

/// A hypothesis under which the sides agree at all points and sizes, without both vanishing. One that lets a term
/// vanish excuses a side that leaves the term out, not one that has it wrong.
std::string find_hypothesis(const Case& side, const Claim& claim, const Clock& clock) {
  for (const Hypothesis& hypothesis : hypotheses_for(side, claim)) {
    NumericOptions options;
    options.hypothesis = &hypothesis;
    options.seconds = std::min(0.5, clock.left() * 0.3);
    options.points = 1;
    options.size_choices = 1;
    if (clock.left() < 0.05) break;
    const NumericOutcome first = compare_numerically(side, claim, options);
    // Σ_i (p_i − q_i) = 0 says so; a step whose sides only happen to vanish is not excused.
    const bool may_vanish = hypothesis.vanishing.empty() && (side.lhs->is_zero() || side.rhs->is_zero());
    if (first.kind != NumericOutcome::Kind::agree || (first.vanish && !may_vanish)) continue;
    if (!hypothesis.vanishing.empty() && !first.left_out) continue;
    options.points = 3;
    options.size_choices = 3;
    options.seed = 11;
    options.branches = has_kinks(side);
    const NumericOutcome all = compare_numerically(side, claim, options);
    if (all.kind == NumericOutcome::Kind::agree && (!all.vanish || may_vanish) && all.all_branches)
      return hypothesis.text;
  }
  return "";
}

/// Where an index leaves its range at every choice of sizes. With one more free entry there, which is what the normal
/// form takes it for, the sides may agree. They differ only if they do so however the entry is meant: as one more, as
/// zero (padding), or coming round again.
NumericOutcome read_outside(const Case& side, const Claim& claim, NumericOptions options) {
  options.outside = Outside::free;
  options.size_choices = 3;
  NumericOutcome outcome = compare_numerically(side, claim, options);
  if (outcome.kind != NumericOutcome::Kind::differ) return outcome;
  for (const Outside outside : {Outside::periodic, Outside::zero}) {
    options.outside = outside;
    outcome = compare_numerically(side, claim, options);
    if (outcome.kind != NumericOutcome::Kind::differ) return {};
  }
  return outcome;
}

/// Whether the left side is zero identically (as far as the normal form tells).
bool vanishes(const Case& side) {
  try {
    NormalOptions options;
    options.open_definitions = true;
    return normalize(side.lhs, options).form->is_zero();
  } catch (const OverBudget&) {
    return false;
  }
}

}  // namespace

Judgement judge(const Case& side, const Claim& claim, const JudgeLimits& limits) {
  const Clock clock(limits.seconds);
  Judgement judgement;
  judgement.decisive = &side;
  NumericOptions options;
  options.seconds = std::min(2.0, limits.seconds * 0.4);
  // One point tells most slips and is a safety net for what is proved; what cannot be proved gets more of them.
  options.points = options.size_choices = 1;
  NumericOutcome numbers = compare_numerically(side, claim, options);
  using Outcome = NumericOutcome::Kind;
  const bool out_of_range = numbers.kind == Outcome::undefined && numbers.out_of_range;
  if (out_of_range) {
    NumericOutcome readings = read_outside(side, claim, options);
    readings.reason = numbers.reason;
    if (readings.kind == Outcome::agree || readings.kind == Outcome::differ) numbers = std::move(readings);
  }
  judgement.sizes = numbers.sizes;
  if (limits.quick) {
    judgement.kind = numbers.kind == Outcome::differ  ? VerdictKind::wrong
                     : numbers.kind == Outcome::agree ? VerdictKind::confirmed
                                                      : VerdictKind::undecided;
    judgement.reason = numbers.reason;
    return judgement;
  }
  if (numbers.kind == Outcome::agree && numbers.trivial && !side.lhs->is_zero() && !side.rhs->is_zero()) {
    judgement.reason = "as read, both sides are zero: nothing in them depends on what they are differentiated by";
    return judgement;
  }
  std::string over;
  auto proof = prove(side, claim, clock, over);
  const bool kinks = has_kinks(side);
  if (proof && kinks && numbers.kind == Outcome::agree) {
    // The safety net reaches to both sides of every kink.
    options.branches = true;
    options.seconds = std::min(0.5, clock.left() * 0.3);
    const NumericOutcome branches = compare_numerically(side, claim, options);
    if (branches.kind == Outcome::differ) numbers = branches;
  }
  if (proof && numbers.kind == Outcome::differ) {
    judgement.reason = "the normal form and ball arithmetic contradict each other (an error of this program)";
    judgement.counterexample = numbers.counterexample;
    return judgement;
  }
  if (out_of_range && (numbers.kind == Outcome::undefined || (numbers.kind == Outcome::agree && !proof))) {
    judgement.reason = numbers.reason;
    return judgement;
  }
  if (proof && numbers.kind != Outcome::agree && vanishes(side) && !side.lhs->is_zero() && !side.rhs->is_zero()) {
    // Zero on both sides, and no point that could tell whether that is what is meant.
    judgement.reason = numbers.reason;
    return judgement;
  }
  if (proof) {
    judgement.kind = VerdictKind::proved;
    judgement.method = "normal form";
    judgement.assumptions = std::move(proof->assumptions);
    judgement.derivation = std::move(proof->derivation);
    return judgement;
  }
  if (numbers.kind == Outcome::agree) {
    // Where there are kinks, every sign pattern should be met.
    options.branches = kinks;
    options.points = kinks ? 16 : 3;
    options.size_choices = 3;
    numbers = compare_numerically(side, claim, options);
    judgement.sizes = numbers.sizes;
    judgement.digits = numbers.digits;
  }
  switch (numbers.kind) {
    case Outcome::agree:
      if (!numbers.all_branches) {
        judgement.reason =
            "the sides agree where they were compared, but not every branch of a piecewise function was met";
        return judgement;
      }
      if (numbers.doubtful) {
        judgement.reason = "it is not said whether what is assumed holds for all indices, and so much depends on it";
        return judgement;
      }
      judgement.kind = VerdictKind::confirmed;
      judgement.method = "ball arithmetic";
      return judgement;
    case Outcome::undefined: judgement.reason = numbers.reason; return judgement;
    case Outcome::over_budget:
      judgement.reason = "over budget: " + numbers.reason + (over.empty() ? "" : "; " + over);
      return judgement;
    case Outcome::differ: break;
  }
  if (claim.open_assumption) {
    judgement.reason = "what is assumed beside this step, or a size in it, was not understood";
    return judgement;
  }
  judgement.kind = VerdictKind::wrong;
  judgement.method = "ball arithmetic";
  judgement.counterexample = numbers.counterexample;
  if (!limits.explain) return judgement;
  if (out_of_range) {
    options.outside = Outside::zero;
    judgement.method += ", entries out of range being 0";
  }
  options.small = true;
  options.points = 6;
  options.seconds = std::min(0.6, clock.left() * 0.3);
  const NumericOutcome small = compare_numerically(side, claim, options);
  if (small.kind == Outcome::differ) judgement.counterexample = small.counterexample;
  if (out_of_range) return judgement;
  judgement.hypothesis = find_hypothesis(side, claim, clock);
  if (!judgement.hypothesis.empty()) judgement.kind = VerdictKind::conditional;
  return judgement;
}

Judgement judge(const Claim& claim, const JudgeLimits& limits) {
  JudgeLimits share = limits;
  share.seconds = limits.seconds / static_cast<double>(std::max<std::size_t>(1, claim.cases.size()));
  std::optional<Judgement> result;
  // The order in which verdicts prevail over one another.
  const auto rank = [](VerdictKind kind) {
    switch (kind) {
      case VerdictKind::proved: return 0;
      case VerdictKind::confirmed: return 1;
      case VerdictKind::undecided: return 2;
      case VerdictKind::conditional: return 3;
      default: return 4;
    }
  };
  for (const Case& side : claim.cases) {
    Judgement judgement = judge(side, claim, share);
    if (!result || rank(judgement.kind) > rank(result->kind)) {
      if (result)
        judgement.assumptions.insert(judgement.assumptions.begin(), result->assumptions.begin(),
                                     result->assumptions.end());
      result = std::move(judgement);
    } else {
      result->assumptions.insert(result->assumptions.end(), judgement.assumptions.begin(), judgement.assumptions.end());
    }
    if (rank(result->kind) == 4) break;
  }
  if (!result) {
    result.emplace();
    result->reason = "nothing to compare";
  }
  return *std::move(result);
}

}  // namespace gradus
