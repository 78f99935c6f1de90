// Where a value depends on the sign of something (max, |x|, cases): which outcomes there are, which of them a point
// meets, and which cannot occur. Numbers confirm a step only after every outcome was met or ruled out.
#pragma once

#include "check/evaluate.h"

namespace gradus {

class Branches {
 public:
  /// The outcome of every switch at a point; −1 where it is on the edge.
  using Cell = std::vector<std::int16_t>;

  /// `order`: the nodes of both sides. `guides`: what else is worth looking at from both sides (assumed inequalities).
  Branches(ScalarGraph& graph, const Problem& problem, const std::vector<NodeId>& order,
           const std::vector<NodeId>& guides);
  bool none() const { return switches_.empty(); }
  /// What must be evaluated to tell the cell.
  const std::vector<NodeId>& order() const { return order_; }
  Cell cell(const Evaluator& evaluator) const;
  /// A point of this cell was used; `defined`: both sides have a value there.
  void met(const Cell& cell, bool defined);
  /// Whether every outcome was met, or is impossible, or leaves the sides undefined.
  bool complete() const;
  /// Components that can be moved one by one, and where to: from far below to far above, in order.
  const std::vector<NodeId>& movable() const { return movable_; }
  /// Whether it takes single values only, so that it may equal another, and no values between them.
  bool discrete(NodeId node) const;
  std::vector<Rational> line(NodeId leaf, const Rational& at) const;

 private:
  struct Outcome {
    bool met = false, impossible = false;
    int undefined = 0;  ///< points where the sides have no value
  };
  struct Switch {
    enum class Kind : std::uint8_t { sign, zero, largest, smallest } kind = Kind::sign;
    std::vector<NodeId> keys;
    std::vector<Outcome> outcomes;
  };
  void add(Switch::Kind kind, std::vector<NodeId> keys, bool required);
  void add_sign(NodeId node, bool required = true) { add(Switch::Kind::sign, {node}, required); }
  void add_roots(NodeId base);
  NodeId difference(NodeId a, NodeId b);

  ScalarGraph& graph_;
  const Problem& problem_;
  std::vector<Switch> switches_;
  std::vector<NodeId> order_, movable_;
};

}  // namespace gradus
