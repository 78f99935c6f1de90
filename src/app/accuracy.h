// How far computed numbers are from the exact ones: a program run in ball arithmetic, at the
// same inputs. Given the program before it was planned, it is a reference for the plan as well.
#pragma once

#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "program/program.h"

namespace gradus {

struct Accuracy {
  double ulps = 0;          ///< the largest error, in units of the last place (of f64, or f32) of the exact value
  double of_largest = 0;    ///< the same in units of the last place of the largest element
  long precision = 0;       ///< in bits, at which every element was enclosed to a thousandth of such a unit
  std::size_t skipped = 0;  ///< elements without an enclosure: not finite, or at a kink
};

using Numbers = std::unordered_map<const Symbol*, std::vector<double>>;

/// For each output of the program, in order. The precision is raised until the enclosures are small. The error says
/// why there is nothing to compare with: a program with too many operations, or a function without a value.
/// `single`: the outputs are f32 numbers, and ulps are those of f32.
Result<std::vector<Accuracy>> accuracy_of(const Program& program, const Numbers& inputs,
                                          const std::vector<std::vector<double>>& outputs, bool single = false);

}  // namespace gradus
