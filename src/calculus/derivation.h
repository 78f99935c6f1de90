// The trace of what an engine did: named steps, each with what stood before and after.
#pragma once

#include <string>
#include <vector>

#include "expr/expr.h"

namespace gradus {

struct Step {
  std::string rule;  ///< "chain rule", "fan-out: contributions add", "δ eliminates Σ", …
  Expr before = nullptr;
  Expr after = nullptr;
};

struct Derivation {
  Expr start = nullptr;
  std::vector<Step> steps;
  Expr result = nullptr;
};

}  // namespace gradus
