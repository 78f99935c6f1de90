// The passes in order: a program as it is derived, made fit to run.
#pragma once

#include "program/lower.h"

namespace gradus {

/// Call before derivatives are appended: what they need is then stored by the value.
void prepare(Program& program);

/// A sum of products over many loops that was cut into sums over fewer, in the cheapest order at the actual sizes.
struct Ordering {
  Assignment whole;
  std::vector<Assignment> parts;  ///< in order, each with its zeroes left out
  double steps_before = 0, steps_after = 0;
};

/// Call last. `orderings`: takes what was decided about the order of contractions.
void plan(Program& program, std::vector<Ordering>* orderings = nullptr);

}  // namespace gradus
