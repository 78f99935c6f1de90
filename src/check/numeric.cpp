// Comparing both sides of a claim at concrete sizes and rational points, in ball arithmetic.
#include "check/numeric.h"

#include <algorithm>

#include "check/evaluate.h"
#include "check/random.h"
#include "check/sample.h"

namespace gradus {

namespace {

using Outcome = NumericOutcome::Kind;

constexpr slong first_precision = 192, max_precision = 20'000;
constexpr std::size_t max_combinations = 60;

/// Both sides at one choice of the free indices.
struct Pair {
  IndexValues indices;
  NodeId lhs, rhs;
};

/// What came of one point.
enum class AtPoint : std::uint8_t { agree, differ, undefined, impossible, too_precise };

class Comparison {
 public:
  Comparison(const Problem& problem, const NumericOptions& options, Budget& budget, const SizeChoice& sizes)
      : problem_(problem),
        options_(options),
        budget_(budget),
        sizes_(sizes),
        graph_(budget, options.max_nodes),
        grounder_(graph_, sizes, budget, problem.first_member) {}

  bool ground();
  AtPoint at(const Draw& draw, NumericOutcome& outcome);
  const std::string& reason() const { return reason_; }
  bool trivial() const {
    return std::all_of(pairs_.begin(), pairs_.end(),
                       [&](const Pair& p) { return graph_.is_zero(p.lhs) && graph_.is_zero(p.rhs); });
  }

 private:
  std::vector<IndexValues> combinations();
  bool conditions_hold(const IndexValues& values);
  bool impose_vanishing();
  bool solve_for_zero(NodeId expression, std::unordered_map<NodeId, NodeId>& solved);
  AtPoint refine(Evaluator& evaluator, NumericOutcome& outcome, const Pair*& failed);
  Counterexample describe(const Pair& pair, Evaluator& evaluator, Polynomials& functions,
                          const std::unordered_map<NodeId, Rational>& point);

  const Problem& problem_;
  const NumericOptions& options_;
  Budget& budget_;
  const SizeChoice& sizes_;
  ScalarGraph graph_;
  Grounder grounder_;
  std::vector<Pair> pairs_;
  IndexValues pinned_;
  std::vector<NodeId> order_, leaves_;
  int degree_ = 2;
  std::string reason_;
};

bool Comparison::conditions_hold(const IndexValues& values) {
  for (const Condition& condition : problem_.claim.conditions) {
    const auto a = grounder_.integer(condition.a, values), b = grounder_.integer(condition.b, values);
    if (!a || !b) continue;
    const NodeId holds = graph_.select(condition.relation, graph_.constant(*a), graph_.constant(*b), graph_.constant(1),
                                       graph_.constant(0));
    if (graph_.is_zero(holds)) return false;
  }
  return true;
}

std::vector<IndexValues> Comparison::combinations() {
  for (const IndexVar* var : problem_.pinned) {
    const auto range = grounder_.bounds(var, {});
    const long lo = range.lo.value_or(1), hi = std::max(lo, range.hi.value_or(lo));
    Random random(combine(options_.seed, var->id));
    pinned_[var] = options_.small ? lo : random.within(lo, hi);
  }
  std::vector<IndexValues> all{pinned_};
  IndexVars order = problem_.free;
  std::stable_partition(order.begin(), order.end(), [](const IndexVar* var) { return var->lo && var->hi; });
  for (const IndexVar* var : order) {
    if (pinned_.count(var)) continue;
    std::vector<IndexValues> longer;
    for (const IndexValues& values : all) {
      const auto range = grounder_.bounds(var, values);
      // One letter is one index, also where a use of it did not tell its range. (Axes of values have names of their
      // own.)
      const auto is_axis = [&](const IndexVar* v) {
        return std::find(problem_.side.axes.begin(), problem_.side.axes.end(), v) != problem_.side.axes.end();
      };
      const auto same = std::find_if(values.begin(), values.end(), [&](const auto& known) {
        return known.first->name == var->name && !is_axis(known.first);
      });
      if (!(var->lo && var->hi) && !is_axis(var) && same != values.end()) {
        const long value = same->second;
        longer.push_back(values);
        longer.back()[var] = value;
        continue;
      }
      const long lo = range.lo.value_or(range.hi ? std::min(1L, *range.hi) : 1), hi = range.hi.value_or(lo + 2);
      for (long value = lo; value <= hi && longer.size() < 4000; ++value) {
        longer.push_back(values);
        longer.back()[var] = value;
      }
    }
    all = std::move(longer);
  }
  std::vector<IndexValues> kept;
  for (IndexValues& values : all)
    if (conditions_hold(values)) kept.push_back(std::move(values));
  if (kept.size() > max_combinations) {
    Random random(combine(options_.seed, 77));
    for (std::size_t k = 0; k < max_combinations; ++k)
      std::swap(
          kept[k],
          kept[static_cast<std::size_t>(random.within(static_cast<long>(k), static_cast<long>(kept.size()) - 1))]);
    kept.resize(max_combinations);
  }
  return kept;
}

bool Comparison::ground() {
  std::vector<Pair> at_base;
  for (const IndexValues& values : combinations()) {
    const NodeId lhs = grounder_.ground(problem_.side.lhs, values);
    if (lhs == graph_.undefined()) continue;
    const NodeId rhs = grounder_.ground(problem_.side.rhs, values);
    if (rhs == graph_.undefined()) continue;
    const auto mention =
        std::max(grounder_.mentions(problem_.side.lhs, values), grounder_.mentions(problem_.side.rhs, values));
    if (mention == Grounder::Mention::beyond) continue;
    (mention == Grounder::Mention::base ? at_base : pairs_).push_back({values, lhs, rhs});
  }
  if (pairs_.empty()) pairs_ = std::move(at_base);
  if (pairs_.empty()) {
    reason_ = grounder_.reason().empty() ? "no admissible choice of the free indices" : grounder_.reason();
    return false;
  }
  if (!impose_vanishing()) return false;
  std::vector<NodeId> roots;
  for (const Pair& pair : pairs_) roots.push_back(pair.lhs), roots.push_back(pair.rhs);
  order_ = graph_.reachable(roots);
  std::size_t slots = 0;
  for (NodeId id : order_) {
    if (graph_.at(id).op == ScalarOp::leaf) leaves_.push_back(id);
    if (graph_.at(id).op == ScalarOp::apply) slots = std::max(slots, graph_.application(id).slots.size());
  }
  degree_ = static_cast<int>(slots) + 2;
  return true;
}

/// Solves expression = 0 for a quantity in which it is linear: a free component, or a derivative of an abstract
/// function at the only point where it is taken (its polynomial can be shifted at will there).
bool Comparison::solve_for_zero(NodeId expression, std::unordered_map<NodeId, NodeId>& solved) {
  expression = graph_.substitute(expression, solved);
  if (graph_.is_zero(expression)) return true;
  const std::vector<NodeId> below = graph_.reachable({expression});
  std::vector<NodeId> plain, other;
  for (NodeId id : below) {
    const Scalar& node = graph_.at(id);
    if (node.op == ScalarOp::leaf && graph_.component(id).symbol->role != Role::constant) {
      const Traits traits = problem_.traits_of(graph_.component(id).symbol);
      const bool bare =
          !(traits.positive || traits.symmetric || traits.positive_definite || traits.orthogonal || traits.diagonal ||
            traits.sums_to_one || traits.one_hot || traits.integer || traits.unit_norm || traits.positive_det);
      if (bare) plain.push_back(id);
    } else if (node.op == ScalarOp::apply) {
      other.push_back(id);
    }
  }
  std::reverse(plain.begin(), plain.end());
  plain.insert(plain.end(), other.begin(), other.end());
  for (const bool constant_only : {true, false})
    for (NodeId candidate : plain) {
      const NodeId slope = graph_.derivative(expression, candidate, false);
      if (graph_.is_zero(slope) || slope == graph_.undefined() || (constant_only && !graph_.is_constant(slope)))
        continue;
      const std::vector<NodeId> in_slope = graph_.reachable({slope});
      if (std::binary_search(in_slope.begin(), in_slope.end(), candidate)) continue;
      if (graph_.at(candidate).op == ScalarOp::apply) {
        bool elsewhere = false;
        const Application application = graph_.application(candidate);
        for (NodeId id = 0; id < static_cast<NodeId>(graph_.size()); ++id)
          if (graph_.at(id).op == ScalarOp::apply && graph_.application(id).symbol == application.symbol &&
              graph_.at(id).kids != graph_.at(candidate).kids)
            elsewhere = true;
        if (elsewhere) continue;
      }
      const NodeId rest = graph_.substitute(expression, {{candidate, graph_.constant(0)}});
      const NodeId value = graph_.mul({graph_.constant(-1), rest, graph_.pow(slope, graph_.constant(-1))});
      if (value == graph_.undefined()) continue;
      for (auto& [id, known] : solved) known = graph_.substitute(known, {{candidate, value}});
      solved[candidate] = value;
      return true;
    }
  reason_ = "what is assumed to vanish could not be made to vanish";
  return false;
}

bool Comparison::impose_vanishing() {
  if (problem_.claim.vanishing.empty()) return true;
  std::unordered_map<NodeId, NodeId> solved;
  for (Expr expression : problem_.claim.vanishing) {
    std::vector<IndexValues> all{pinned_};
    for (const IndexVar* var : expression->free) {
      if (pinned_.count(var)) continue;
      std::vector<IndexValues> longer;
      for (const IndexValues& values : all) {
        const auto range = grounder_.bounds(var, values);
        const long lo = range.lo.value_or(1), hi = range.hi.value_or(lo + 2);
        for (long value = lo; value <= hi && longer.size() < 500; ++value) {
          longer.push_back(values);
          longer.back()[var] = value;
        }
      }
      all = std::move(longer);
    }
    for (const IndexValues& values : all) {
      const NodeId node = grounder_.ground(expression, values);
      if (node == graph_.undefined()) continue;
      if (!solve_for_zero(node, solved)) return false;
    }
  }
  for (Pair& pair : pairs_) {
    pair.lhs = graph_.substitute(pair.lhs, solved);
    pair.rhs = graph_.substitute(pair.rhs, solved);
  }
  return true;
}

AtPoint Comparison::refine(Evaluator& evaluator, NumericOutcome& outcome, const Pair*& failed) {
  slong prec = first_precision;
  for (;;) {
    if (!evaluator.run(order_, prec)) return AtPoint::impossible;
    bool all_tight = true, any_defined = false, vanish = true, all_finite = true;
    long digits = 1'000'000;
    Ball difference;
    for (const Pair& pair : pairs_) {
      const Ball &lhs = evaluator.value(pair.lhs), &rhs = evaluator.value(pair.rhs);
      if (!lhs.finite() || !rhs.finite()) {
        all_finite = false;
        continue;
      }
      any_defined = true;
      arb_sub(difference, lhs, rhs, prec);
      if (!difference.contains_zero()) {
        // For people, a difference in the hundredth digit (e^{-200} in a sum) is no example.
        if (options_.small && difference.exponent() < std::max(lhs.exponent(), rhs.exponent()) - 30) continue;
        failed = &pair;
        return AtPoint::differ;
      }
      vanish = vanish && lhs.contains_zero() && rhs.contains_zero();
      const long error = difference.exponent();
      all_tight = all_tight && error < evaluator.smallest() - 100;
      const long scale = std::max(lhs.exponent(), rhs.exponent());
      digits = std::min(digits, (std::max(scale, std::min(evaluator.smallest(), 0L)) - error) * 3 / 10);
    }
    // A side that is not finite may be so only for want of precision.
    const bool retry_for_finite = !all_finite && prec < 4 * first_precision;
    if (all_tight && !retry_for_finite) {
      if (!any_defined) return AtPoint::undefined;
      const int known = static_cast<int>(std::min(digits, static_cast<long>(prec) * 3 / 10));
      outcome.digits = outcome.points == 0 ? known : std::min(outcome.digits, known);
      outcome.vanish = outcome.vanish && vanish;
      return AtPoint::agree;
    }
    const long needed = evaluator.largest() - evaluator.smallest() + 200;
    if (prec >= max_precision || needed > max_precision) return AtPoint::too_precise;
    prec = std::min<slong>(max_precision, std::max<slong>(2 * prec, needed));
  }
}

AtPoint Comparison::at(const Draw& draw, NumericOutcome& outcome) {
  Sampler sampler(problem_, graph_, grounder_, pinned_, draw);
  const auto point = sampler.draw(leaves_);
  if (!point) {
    reason_ = sampler.why();
    return AtPoint::impossible;
  }
  Polynomials functions(problem_, draw, degree_);
  Evaluator evaluator(graph_, functions, *point, budget_);
  const Pair* failed = nullptr;
  const AtPoint result = refine(evaluator, outcome, failed);
  if (result == AtPoint::impossible) reason_ = "what is assumed of a function is not sampled";
  if (result == AtPoint::differ) {
    outcome.kind = Outcome::differ;
    outcome.counterexample = describe(*failed, evaluator, functions, *point);
  }
  return result;
}

Counterexample Comparison::describe(const Pair& pair, Evaluator& evaluator, Polynomials& functions,
                                    const std::unordered_map<NodeId, Rational>& point) {
  Counterexample example;
  // Arrays are shown as a whole where all their components occur, else component by component.
  struct Shown {
    std::vector<std::pair<std::vector<long>, std::string>> entries;
  };
  std::map<std::pair<std::uint32_t, const Symbol*>, Shown> shown;
  std::map<std::string, std::string> polynomials;
  for (NodeId id : graph_.reachable({pair.lhs, pair.rhs})) {
    if (graph_.at(id).op == ScalarOp::leaf) {
      const Component& component = graph_.component(id);
      if (auto it = point.find(id); it != point.end())
        shown[{component.symbol->id, component.symbol}].entries.emplace_back(component.at, text_of(it->second));
    } else if (graph_.at(id).op == ScalarOp::apply) {
      polynomials.insert(functions.text(graph_.application(id)));
    }
  }
  for (auto& [key, entry] : shown) {
    std::sort(entry.entries.begin(), entry.entries.end());
    for (const auto& [at, value] : entry.entries) {
      std::string name = key.second->name;
      for (std::size_t k = 0; k < at.size(); ++k) name += (k ? "," : "_") + std::to_string(at[k]);
      example.point.emplace_back(std::move(name), value);
    }
  }
  for (auto& [name, body] : polynomials) example.point.emplace_back(name, body);
  for (const auto& [symbol, value] : sizes_.values) example.sizes.emplace_back(symbol->name, value);
  for (const IndexVar* var : problem_.free) {
    auto it = pair.indices.find(var);
    if (it == pair.indices.end()) continue;
    const std::pair<std::string, long> shown_index{var->name, it->second};
    if (std::find(example.sizes.begin(), example.sizes.end(), shown_index) == example.sizes.end())
      example.sizes.push_back(shown_index);
  }
  const auto text = [&](NodeId id) {
    if (const auto exact = evaluator.exact(id)) {
      const std::string digits = text_of(*exact);
      if (digits.size() <= 24) return digits;
    }
    return evaluator.value(id).text(12);
  };
  example.lhs = text(pair.lhs);
  example.rhs = text(pair.rhs);
  if (example.lhs == example.rhs) {
    // Near-identities differ late: as many digits as it takes.
    Ball difference;
    const Ball &lhs = evaluator.value(pair.lhs), &rhs = evaluator.value(pair.rhs);
    arb_sub(difference, lhs, rhs, max_precision);
    const long bits = std::max(lhs.exponent(), rhs.exponent()) - difference.exponent();
    const int digits = static_cast<int>(std::min(6000L, bits * 302 / 1000 + 6));
    example.lhs = lhs.text(digits);
    example.rhs = rhs.text(digits);
  }
  return example;
}

/// The draws at one choice of sizes: general numbers first, then positive and small ones for narrow domains.
Draw draw_of(const NumericOptions& options, std::uint64_t salt, int attempt) {
  Draw draw;
  draw.seed = combine(combine(options.seed, salt), static_cast<std::uint64_t>(attempt));
  draw.small = options.small;
  draw.level = std::min(attempt / 4, 2);
  if (options.small) {
    draw.positive = attempt % 4 == 3;
    draw.shrink = attempt >= 12 && attempt % 2 ? 1 + attempt / 8 : 0;
  } else {
    draw.positive = attempt >= 6 && attempt % 2 == 0;
    draw.shrink = attempt < 10 ? 0 : (attempt % 4) * (attempt < 24 ? 1 : 6);
  }
  return draw;
}

/// The points at one choice of sizes; how many of them agreed.
int compare_at(const Problem& problem, const NumericOptions& options, Budget& budget, const SizeChoice& sizes,
               std::uint64_t salt, NumericOutcome& outcome, bool& too_precise) {
  Comparison comparison(problem, options, budget, sizes);
  if (!comparison.ground()) {
    if (outcome.points == 0) outcome.reason = comparison.reason();
    return 0;
  }
  outcome.trivial = outcome.trivial && comparison.trivial();
  int points = 0;
  const int tries = options.small ? 16 : 40;
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
  return points;
}

NumericOutcome compare(const Problem& problem, const NumericOptions& options, Budget& budget) {
  NumericOutcome outcome;
  outcome.vanish = outcome.trivial = true;
  int choices_done = 0, failures = 0;
  bool too_precise = false;
  std::string over;
  const auto candidates = size_choices(problem, options.seed, options.small,
                                       static_cast<std::size_t>(options.size_choices) * (options.small ? 12 : 4));
  if (candidates.empty()) outcome.reason = "no sizes satisfy the conditions";
  for (const SizeChoice& sizes : candidates) {
    if (!options.small && choices_done >= options.size_choices) break;
    const std::uint64_t salt = static_cast<std::uint64_t>(&sizes - candidates.data()) + 1;
    try {
      const int points = compare_at(problem, options, budget, sizes, salt, outcome, too_precise);
      if (outcome.kind == Outcome::differ) return outcome;
      if (points == 0) continue;
      outcome.sizes.push_back(sizes.text());
      ++choices_done;
    } catch (const OverBudget& exceeded) {
      // Other sizes may be smaller; what agreed before stands.
      over = exceeded.what;
      if (++failures == 3) break;
    }
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
