// The oracle: programs and nests run as they stand, element by element, with every index checked. Slow and plain; what
// compiled code and the schedule are compared with.
#pragma once

#include <unordered_map>

#include "base/result.h"
#include "program/nest.h"

namespace gradus {

/// Elements row by row; integer arrays hold whole numbers.
using Arrays = std::unordered_map<const Symbol*, std::vector<double>>;

/// Runs the program: `arrays` holds its inputs before, and every array that it writes after. What is read before it is
/// written is NaN. Bodies are computed in extended precision and rounded when they are stored. The error names an
/// input that is missing or of the wrong size, an element that does not exist, or a function without a value.
std::optional<Diagnostic> interpret(const Program& program, Arrays& arrays);

/// The same for a nest, with every array where its buffer keeps it; `arrays` gets the outputs.
std::optional<Diagnostic> interpret(const Nest& nest, Arrays& arrays);

}  // namespace gradus
