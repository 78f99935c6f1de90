// Derivatives of lowered quantities, built for all who ask: which sweep serves which question, and which mode a
// Jacobian takes.
#pragma once

#include <set>

#include "program/lower.h"

namespace gradus {

class DerivativeBuilder {
 public:
  using Arrays = std::vector<const Symbol*>;

  /// Prepares the program, which is extended by what is asked for. Its outputs stay as they are: what the questions
  /// return can be made outputs.
  explicit DerivativeBuilder(Lowered& lowered);

  /// Of a scalar, by each of the arrays, from one sweep back.
  Result<Arrays> gradient(const Symbol* of, const Arrays& by);
  /// The gradient of the array's contraction with a new input of that name and the array's axes.
  Result<Arrays> vjp(const Symbol* of, const Arrays& by, const std::string& seed);
  /// Its axes are those of `of`, then those of `by`; a shared axis (derive_program.h) stands once. By the mode that
  /// takes fewer operations at the actual sizes: forward, one direction an entry of `by`, or reverse, one an entry of
  /// `of`.
  Result<const Symbol*> jacobian(const Symbol* of, const Symbol* by);
  /// Of each of the arrays along a new input of that name and by's axes.
  Result<Arrays> jvp(const Arrays& of, const Symbol* by, const std::string& direction);
  /// Of a scalar, by each pair of the arrays, row by row: the Jacobians of its gradients.
  Result<Arrays> hessian(const Symbol* of, const Arrays& by);

  /// Whether it is a Jacobian of which only the blocks that are not zero are made.
  bool in_blocks(const Symbol* jacobian) const { return blocks_.count(jacobian) > 0; }
  /// Seeds and directions, in the order in which they were added.
  const Arrays& added_inputs() const { return added_; }

  struct Choice {
    const Symbol* derivative = nullptr;
    bool reverse = false;
    long of_entries = 1, by_entries = 1;
    std::optional<double> forward_cost, reverse_cost;  ///< operations of the planned program; none if not in question
  };
  /// How each derivative is found, in the order in which they were asked for.
  const std::vector<Choice>& choices() const { return choices_; }

 private:
  void prepare_for(const Symbol* of);
  Result<Arrays> swept_back(const Symbol* of, const Arrays& by, const Symbol* seed);
  const Symbol* taken_output();

  Lowered& lowered_;
  std::set<const Symbol*> made_, blocks_;
  Arrays added_;
  std::vector<Choice> choices_;
};

}  // namespace gradus
