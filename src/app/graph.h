// The verb behind `gradus graph`: the computational graph of a quantity, drawn by Graphviz. Forward edges carry values;
// with derivatives, dashed edges carry the contributions to an adjoint, which a + node adds where there are several.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/compute.h"

namespace gradus {

struct GraphRequest {
  ComputeRequest what;                  ///< the derivatives: gradients alone; which variables have an adjoint
  std::optional<std::uint64_t> random;  ///< with it, or with data for all inputs, numbers stand on the nodes
};

struct Graph {
  bool ok = false;
  Source source;
  std::vector<Diagnostic> diagnostics;
  std::string dot;  ///< in Graphviz's language
};

Graph graph(const GraphRequest& request);

/// Lays the graph out by Graphviz's `dot`: svg, png or pdf to the file. The error says so where there is no `dot`.
Result<bool> draw(const std::string& dot, const std::string& form, const std::string& path);

}  // namespace gradus
