// Evaluation of a scalar graph at a point: in balls, and exactly where only rational operations occur.
#pragma once

#include "check/polynomials.h"

namespace gradus {

class Evaluator {
 public:
  Evaluator(const ScalarGraph& graph, Polynomials& functions, const std::unordered_map<NodeId, Rational>& point,
            Budget& budget)
      : graph_(graph), functions_(functions), point_(point), budget_(budget) {}

  /// Evaluates these nodes (ascending, closed under kids) at this precision. False where a function's traits cannot be
  /// honoured.
  bool run(const std::vector<NodeId>& order, slong prec);
  const Ball& value(NodeId id) const { return values_.at(static_cast<std::size_t>(id)); }
  /// log2 of the largest and the smallest magnitude met, the scales that functions hide (e^{-x} in softplus(x))
  /// included.
  long largest() const { return largest_; }
  long smallest() const { return smallest_; }
  /// The exact value, if it is rational and short; needs no run.
  std::optional<Rational> exact(NodeId root) const;

 private:
  bool compute(NodeId id, Ball& result, slong prec);
  void note_scale(NodeId id, const Ball& value);

  const ScalarGraph& graph_;
  Polynomials& functions_;
  const std::unordered_map<NodeId, Rational>& point_;
  Budget& budget_;
  std::vector<Ball> values_;
  long largest_ = 0, smallest_ = 0;
};

}  // namespace gradus
