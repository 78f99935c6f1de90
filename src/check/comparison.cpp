// Grounding: which combinations of indices there are, and what is assumed to vanish or to be smaller.
#include "check/comparison.h"

#include <algorithm>
#include <functional>

namespace gradus {

namespace {

constexpr std::size_t max_combinations = 60;

}  // namespace

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
    const long lo = range.lo.value_or(1), hi = std::max(lo, range.hi.value_or(lo + 2));
    Random random(combine(options_.seed, var->id));
    const long first = options_.small ? 0 : random.within(0, hi - lo);
    pinned_[var] = lo + (first + pin_) % (hi - lo + 1);
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

/// Whether the claim is only about one value of an index that has several: a_i^{ll+1} is a_i^{l+1} at l = 1, and beyond
/// the layers elsewhere. Nothing is known then of the others.
bool Comparison::one_value_only(const std::vector<IndexValues>& all) {
  for (const IndexVar* var : problem_.free) {
    if (pinned_.count(var)) continue;
    const auto several = [&](const auto& many, const auto& values_of) {
      return std::any_of(many.begin(), many.end(),
                         [&](const auto& one) { return values_of(one).at(var) != values_of(many.front()).at(var); });
    };
    if (several(all, std::identity{}) &&
        !several(pairs_, [](const Pair& pair) -> const IndexValues& { return pair.indices; })) {
      reason_ = "both sides are defined for one value of " + var->name + " only" +
                (grounder_.reason().empty() ? "" : " (" + grounder_.reason() + ")");
      return true;
    }
  }
  return false;
}

bool Comparison::ground() {
  std::vector<Pair> at_base;
  const std::vector<IndexValues> all = combinations();
  for (const IndexValues& values : all) {
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
  if (!options_.small && one_value_only(all)) return false;
  if (!impose_vanishing(problem_.claim.vanishing)) return false;
  if (problem_.hypothesis && !impose_vanishing(problem_.hypothesis->vanishing)) return false;
  if (!impose_constraints()) return false;
  std::vector<NodeId> roots;
  for (const Pair& pair : pairs_) {
    roots.push_back(pair.lhs), roots.push_back(pair.rhs);
    roots.insert(roots.end(), pair.assumed.begin(), pair.assumed.end());
    roots.insert(roots.end(), pair.everywhere.begin(), pair.everywhere.end());
  }
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

bool Comparison::impose_vanishing(const std::vector<Expr>& vanishing) {
  if (vanishing.empty()) return true;
  std::unordered_map<NodeId, NodeId> solved;
  for (Expr expression : vanishing) {
    for (const IndexValues& values : all_values(expression->free, pinned_, 500)) {
      const NodeId node = grounder_.ground(expression, values);
      if (node == graph_.undefined()) continue;
      if (!solve_for_zero(node, solved)) return false;
    }
  }
  bool left = false, right = false;
  for (Pair& pair : pairs_) {
    const Pair before = pair;
    pair.lhs = graph_.substitute(pair.lhs, solved);
    pair.rhs = graph_.substitute(pair.rhs, solved);
    left = left || pair.lhs != before.lhs;
    right = right || pair.rhs != before.rhs;
  }
  left_out_ = left != right;
  return true;
}

/// Every choice of these indices beyond the values given, within their ranges.
std::vector<IndexValues> Comparison::all_values(const IndexVars& vars, const IndexValues& given, std::size_t most) {
  std::vector<IndexValues> all{given};
  for (const IndexVar* var : vars) {
    if (given.count(var)) continue;
    std::vector<IndexValues> longer;
    for (const IndexValues& values : all) {
      const auto range = grounder_.bounds(var, values);
      const long lo = range.lo.value_or(1), hi = range.hi.value_or(lo + 2);
      for (long value = lo; value <= hi && longer.size() < most; ++value) {
        longer.push_back(values);
        longer.back()[var] = value;
      }
    }
    all = std::move(longer);
  }
  return all;
}

/// What is assumed of quantities, for every pair of sides. An index that has the name of one of the claim's is that
/// one, or any: where it matters which, nothing is decided.
bool Comparison::impose_constraints() {
  for (const Condition& condition : problem_.claim.constraints) {
    IndexVars free = condition.a->free;
    free.insert(free.end(), condition.b->free.begin(), condition.b->free.end());
    std::sort(free.begin(), free.end());
    free.erase(std::unique(free.begin(), free.end()), free.end());
    for (Pair& pair : pairs_) {
      IndexValues own = pair.indices;
      for (const IndexVar* var : free)
        for (const auto& [known, value] : pair.indices)
          if (known->name == var->name) own[var] = value;
      for (const bool everywhere : {false, true}) {
        if (everywhere && own.size() == pair.indices.size()) continue;
        for (const IndexValues& values : all_values(free, everywhere ? pair.indices : own, 200)) {
          const NodeId a = grounder_.ground(condition.a, values), b = grounder_.ground(condition.b, values);
          const NodeId holds = graph_.select(condition.relation, a, b, graph_.constant(1), graph_.constant(0));
          if (holds == graph_.undefined()) {
            reason_ = "what is assumed beside this step could not be evaluated";
            return false;
          }
          (everywhere ? pair.everywhere : pair.assumed).push_back(holds);
          const NodeId gap = graph_.add({a, graph_.mul({graph_.constant(-1), b})});
          if (std::find(guides_.begin(), guides_.end(), gap) == guides_.end()) guides_.push_back(gap);
        }
      }
    }
  }
  return true;
}

}  // namespace gradus
