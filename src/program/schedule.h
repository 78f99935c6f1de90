// From a program to its loops: which statements share a loop, in which order loops nest, what lies across SIMD lanes.
#pragma once

#include <unordered_map>

#include "program/nest.h"

namespace gradus {

struct ScheduleOptions {
  long lanes = 8;         ///< real numbers in a vector
  long cache = 1 << 20;   ///< bytes that the arrays of one block should stay within
  long unroll = 256;      ///< statements that a body may have when it is written out
  double part = 1 << 18;  ///< operations on vectors that pay for handing a part of a loop to another thread
  /// Strides of inputs and outputs in elements, one an axis, where they are not row by row.
  std::unordered_map<const Symbol*, std::vector<long>> strides;
};

Nest schedule(const Program& program, const ScheduleOptions& options = {});

}  // namespace gradus
