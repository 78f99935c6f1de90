// A graph of scalars: what an expression is at concrete sizes. Nodes are interned, so shared quantities stay shared,
// and a kid always has a smaller number than its parent: every walk is a loop, never a recursion.
//
// Differentiation here is path by path over this graph and shares nothing with the symbolic engine but the table of
// elementary functions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/budget.h"
#include "expr/elementary.h"
#include "expr/symbol.h"

namespace gradus {

using NodeId = std::int32_t;

enum class ScalarOp : std::uint8_t {
  constant,  ///< data: number of the rational
  leaf,      ///< data: number of the component
  named,     ///< data: number of the component; kids[0]: its definition
  add,
  mul,
  pow,      ///< base, exponent
  func,     ///< sub: row of the elementary table
  apply,    ///< data: number of the application; kids: all components of all arguments
  select,   ///< sub: relation; kids: a, b, then, else
  largest,  ///< kids: n keys, then n values: the value whose key is the largest (smallest: the smallest)
  smallest,
  undefined
};

/// A component of a symbol. `tag` tells apart formal parameters of different calls; 0 for a quantity of the sheet.
struct Component {
  const Symbol* symbol = nullptr;
  int tag = 0;
  std::vector<long> at;
  friend bool operator==(const Component&, const Component&) = default;
};

/// One component of an abstract function, differentiated in the flat argument positions `slots` (sorted).
struct Application {
  const Symbol* symbol = nullptr;
  std::vector<long> at;
  std::vector<std::uint32_t> widths;  ///< components of each argument
  std::vector<std::uint32_t> slots;
  friend bool operator==(const Application&, const Application&) = default;
};

struct Scalar {
  ScalarOp op = ScalarOp::undefined;
  std::uint8_t sub = 0;
  std::int32_t data = 0;
  std::vector<NodeId> kids;
  friend bool operator==(const Scalar&, const Scalar&) = default;
};

class ScalarGraph {
 public:
  ScalarGraph(Budget& budget, std::uint64_t max_nodes);

  NodeId constant(const Rational& value);
  NodeId undefined() const { return 0; }
  NodeId leaf(Component component);
  NodeId named(Component component, NodeId definition);
  NodeId add(std::vector<NodeId> terms);
  NodeId mul(std::vector<NodeId> factors);
  NodeId pow(NodeId base, NodeId exponent);
  NodeId func(Elementary function, NodeId argument);
  NodeId apply(Application application, std::vector<NodeId> args);
  NodeId select(Relation relation, NodeId a, NodeId b, NodeId then, NodeId otherwise);
  NodeId extreme(bool largest, const std::vector<NodeId>& keys, const std::vector<NodeId>& values);

  const Scalar& at(NodeId id) const { return nodes_[id]; }
  const Rational& rational(NodeId constant) const { return rationals_[nodes_[constant].data]; }
  const Component& component(NodeId id) const { return components_[nodes_[id].data]; }
  const Application& application(NodeId id) const { return applications_[nodes_[id].data]; }
  std::size_t size() const { return nodes_.size(); }
  bool is_constant(NodeId id) const { return nodes_[id].op == ScalarOp::constant; }
  bool is_zero(NodeId id) const { return is_constant(id) && rational(id) == 0; }

  /// ∂body/∂wrt along all paths; with `hold_named` every other named quantity counts as fixed.
  NodeId derivative(NodeId body, NodeId wrt, bool hold_named);
  /// The root with nodes replaced, all at once.
  NodeId substitute(NodeId root, const std::unordered_map<NodeId, NodeId>& map);
  /// Every node below and including the roots, ascending.
  std::vector<NodeId> reachable(const std::vector<NodeId>& roots) const;

  /// The derivative of an elementary function at a node; set by the grounder, which reads it from the table.
  std::function<NodeId(Elementary, NodeId)> elementary_derivative;

 private:
  NodeId intern(Scalar node);
  NodeId derivative_of_node(NodeId id, const std::unordered_map<NodeId, NodeId>& known);

  Budget& budget_;
  std::uint64_t max_nodes_;
  std::vector<Scalar> nodes_;
  std::vector<Rational> rationals_;
  std::vector<Component> components_;
  std::vector<Application> applications_;
  std::unordered_multimap<std::size_t, NodeId> interned_;
  std::unordered_multimap<std::size_t, std::int32_t> rational_numbers_, component_numbers_, application_numbers_;
  std::unordered_map<std::uint64_t, std::unordered_map<NodeId, NodeId>> derivatives_;
};

}  // namespace gradus
