// Values of bodies and index terms at one iteration. Internal to backend/reference.
#pragma once

#include <functional>
#include <unordered_map>

#include "backend/reference/interpret.h"

namespace gradus {

/// Ends an interpretation from deep inside; caught in interpret().
struct CannotRun {
  Diagnostic why;
};
[[noreturn]] void cannot_run(std::string message, std::string help = {});

class BodyEvaluator {
 public:
  /// Where an element is kept.
  using Place = std::function<double&(Expr ref)>;
  explicit BodyEvaluator(Place place) : place_(std::move(place)) {}

  std::unordered_map<const IndexVar*, long> at;  ///< the iteration

  /// A whole number.
  long integer(Expr term);
  /// Puts the body's value into the target's place. What is not selected is not computed.
  void run(const Assignment& statement);

 private:
  struct Fraction {
    long above = 0, below = 1;
  };
  Fraction fraction(Expr term);
  bool is_integer(Expr e) const;
  long double value(Expr e);
  long double computed(Expr e);
  void whole_matrices(const Assignment& statement);
  bool holds(Expr e);

  Place place_;
  std::unordered_map<Expr, Expr> in_libm_;        ///< bodies, written out
  std::unordered_map<Expr, long double> values_;  ///< a body is a shared graph: each node once an iteration
};

}  // namespace gradus
