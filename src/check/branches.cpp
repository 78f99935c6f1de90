#include "check/branches.h"

#include <algorithm>
#include <set>

#include "check/enclosure.h"

namespace gradus {

namespace {

bool tied(const Traits& t) {
  return t.symmetric || t.positive_definite || t.orthogonal || t.diagonal || t.invertible || t.positive_det ||
         t.sums_to_one || t.one_hot || t.unit_norm;
}

}  // namespace

NodeId Branches::difference(NodeId a, NodeId b) { return graph_.add({a, graph_.mul({graph_.constant(-1), b})}); }

bool Branches::discrete(NodeId node) const {
  for (NodeId id : graph_.reachable({node})) {
    if (graph_.at(id).op != ScalarOp::leaf) continue;
    const Traits traits = problem_.traits_of(graph_.component(id).symbol);
    if (!(traits.integer || traits.sign || traits.binary || traits.one_hot)) return false;
  }
  return true;
}

void Branches::add(Switch::Kind kind, std::vector<NodeId> keys, bool required) {
  for (NodeId key : keys)
    if (key == graph_.undefined()) return;
  if (keys.size() == 1 && graph_.is_constant(keys[0])) return;
  for (const Switch& known : switches_)
    if (known.kind == kind && known.keys == keys) return;
  Switch one{kind, std::move(keys), {}};
  one.outcomes.resize(one.keys.size() == 1 ? 2 : one.keys.size());
  for (Outcome& outcome : one.outcomes) outcome.impossible = !required;
  switches_.push_back(std::move(one));
}

/// √(y²) is y or −y.
void Branches::add_roots(NodeId base) {
  const Scalar node = graph_.at(base);
  if (node.op == ScalarOp::named) return add_roots(node.kids[0]);
  if (node.op == ScalarOp::pow && graph_.is_constant(node.kids[1])) {
    const Rational power = graph_.rational(node.kids[1]);
    if (power.get_den() == 1 && power.get_num() % 2 == 0) add_sign(node.kids[0]);
  }
  if (node.op != ScalarOp::mul) return;
  for (std::size_t k = 0; k < node.kids.size(); ++k) {
    if (k > 0 && node.kids[k] == node.kids[k - 1]) add_sign(node.kids[k]);
    if (graph_.at(node.kids[k]).op == ScalarOp::pow) add_roots(node.kids[k]);
  }
}

Branches::Branches(ScalarGraph& graph, const Problem& problem, const std::vector<NodeId>& order,
                   const std::vector<NodeId>& guides)
    : graph_(graph), problem_(problem) {
  for (NodeId id : order) {
    const Scalar node = graph_.at(id);
    if (node.op == ScalarOp::func && row_of(static_cast<Elementary>(node.sub)).domain == Domain::nonzero) {
      add_sign(node.kids[0]);
    } else if (node.op == ScalarOp::pow && graph_.is_constant(node.kids[1]) &&
               graph_.rational(node.kids[1]).get_den() % 2 == 0) {
      add_roots(node.kids[0]);
    } else if (node.op == ScalarOp::select) {
      const auto relation = static_cast<Relation>(node.sub);
      const NodeId gap = difference(node.kids[0], node.kids[1]);
      if (relation != Relation::eq && relation != Relation::ne)
        add_sign(gap);
      else if (discrete(gap))
        add(Switch::Kind::zero, {gap}, true);
    } else if (node.op == ScalarOp::largest || node.op == ScalarOp::smallest) {
      const auto half = node.kids.begin() + static_cast<long>(node.kids.size() / 2);
      add(node.op == ScalarOp::largest ? Switch::Kind::largest : Switch::Kind::smallest, {node.kids.begin(), half},
          true);
    } else if (node.op == ScalarOp::leaf) {
      const Traits traits = problem_.traits_of(graph_.component(id).symbol);
      if (traits.binary && !traits.hot && !traits.nonzero) add(Switch::Kind::zero, {id}, true);
      if (traits.sign) add_sign(id);
    }
  }
  for (NodeId guide : guides) add_sign(guide, false);
  std::vector<NodeId> roots;
  for (const Switch& one : switches_) roots.insert(roots.end(), one.keys.begin(), one.keys.end());
  order_ = graph_.reachable(roots);
  for (NodeId id : order_) {
    if (graph_.at(id).op != ScalarOp::leaf || graph_.component(id).symbol->role == Role::constant) continue;
    if (!tied(problem_.traits_of(graph_.component(id).symbol))) movable_.push_back(id);
  }
  // Outcomes that cannot occur.
  std::vector<NodeId> gaps;
  for (const Switch& one : switches_)
    for (NodeId a : one.keys)
      for (NodeId b : one.keys)
        if (one.keys.size() <= 12 && a != b) gaps.push_back(difference(a, b));
  gaps.insert(gaps.end(), roots.begin(), roots.end());
  const auto values = enclose(graph_, problem_, graph_.reachable(gaps));
  for (Switch& one : switches_) {
    if (one.keys.size() == 1) {
      const Enclosure value = values.at(one.keys[0]);
      if (one.kind == Switch::Kind::sign) {
        one.outcomes[0].impossible |= value.hi <= 0;
        one.outcomes[1].impossible |= value.lo >= 0;
      } else {
        one.outcomes[0].impossible |= value.lo > 0 || value.hi < 0;
        one.outcomes[1].impossible |= value.lo == 0 && value.hi == 0;
      }
      continue;
    }
    for (std::size_t k = 0; k < one.keys.size(); ++k)
      for (std::size_t j = 0; j < one.keys.size(); ++j) {
        if (one.keys[k] == one.keys[j]) {
          one.outcomes[k].impossible |= j < k;
        } else if (one.keys.size() <= 12) {
          const Enclosure gap = values.at(difference(one.keys[k], one.keys[j]));
          one.outcomes[k].impossible |= one.kind == Switch::Kind::largest ? gap.hi <= 0 : gap.lo >= 0;
        }
      }
  }
}

Branches::Cell Branches::cell(const Evaluator& evaluator) const {
  Cell cell;
  for (const Switch& one : switches_) {
    std::int16_t outcome = -1;
    if (one.keys.size() == 1) {
      const Ball& value = evaluator.value(one.keys[0]);
      if (value.finite()) {
        if (one.kind == Switch::Kind::sign)
          outcome = arb_is_positive(value) ? 0 : arb_is_negative(value) ? 1 : -1;
        else
          outcome = arb_is_zero(value) ? 0 : !value.contains_zero() ? 1 : -1;
      }
    } else {
      for (std::size_t k = 0; outcome < 0 && k < one.keys.size(); ++k) {
        bool wins = true;
        for (std::size_t j = 0; wins && j < one.keys.size(); ++j) {
          const Ball &a = evaluator.value(one.keys[k]), &b = evaluator.value(one.keys[j]);
          wins = one.keys[k] == one.keys[j] || (one.kind == Switch::Kind::largest ? arb_gt(a, b) : arb_lt(a, b));
        }
        if (wins) outcome = static_cast<std::int16_t>(k);
      }
    }
    cell.push_back(outcome);
  }
  return cell;
}

void Branches::met(const Cell& cell, bool defined) {
  for (std::size_t k = 0; k < cell.size(); ++k) {
    if (cell[k] < 0) continue;
    Outcome& outcome = switches_[k].outcomes[static_cast<std::size_t>(cell[k])];
    if (defined)
      outcome.met = true;
    else
      ++outcome.undefined;
  }
}

bool Branches::complete() const {
  constexpr int enough = 3;
  return std::all_of(switches_.begin(), switches_.end(), [](const Switch& one) {
    return std::all_of(one.outcomes.begin(), one.outcomes.end(), [](const Outcome& outcome) {
      return outcome.met || outcome.impossible || outcome.undefined >= enough;
    });
  });
}

std::vector<Rational> Branches::line(NodeId leaf, const Rational& at) const {
  const Traits traits = problem_.traits_of(graph_.component(leaf).symbol);
  std::set<Rational> values{at};
  if (traits.binary || traits.sign) return {traits.binary ? 0 : -1, 1};
  // Magnitudes in thousandths; no round numbers, which lie on the edges.
  static const long magnitudes[] = {1,    31,   113,  290,   570,   910,   1330,   1870,   2630,
                                    3710, 5230, 8170, 11900, 21700, 47000, 101300, 303700, 1009000};
  for (const long magnitude : magnitudes) {
    Rational value(traits.integer ? std::max(1L, magnitude / 1000) * 1000 : magnitude, 1000);
    value.canonicalize();
    if (!traits.below_one || value < 1) values.insert(value);
    if (!traits.positive) values.insert(-value);
  }
  return {values.begin(), values.end()};
}

}  // namespace gradus
