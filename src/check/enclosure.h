// The values that a node can take at any admissible point, enclosed between two bounds.
#pragma once

#include "check/problem.h"

namespace gradus {

struct Enclosure {
  double lo, hi;
};

/// Encloses every node of `order` (ascending, closed under kids); by node.
std::unordered_map<NodeId, Enclosure> enclose(const ScalarGraph& graph, const Problem& problem,
                                              const std::vector<NodeId>& order);

}  // namespace gradus
