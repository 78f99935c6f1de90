// Which loops are cut into parts that threads may share. Internal to program.
#pragma once

#include "program/schedule.h"

namespace gradus {

/// Cuts top-level loops, or loops that are alone inside one, where that pays:
///
///   for l in 1..100000 (lanes)            for p in 0..3 (parts of l in 1..100000)
///     E += f[l]                             E_parts[p] = 0
///                                           for l in the part (lanes)
///                                             E_parts[p] += f[l]
///                                         for p in 0..3
///                                           E += E_parts[p]
///
/// What has the loop's variable along an axis wherever it is met is apart in each part; what is only updated is summed
/// for each part and then in the order of the parts; a loop that meets anything else stays whole. The number of parts
/// follows from the sizes alone (a power of two, at most 64): each part has options.part operations, 1024 for each
/// element that it sums, and, inside other loops, 64 for each element that all parts read. A target that is too large
/// for that (a scatter into a long array) leaves its loop whole.
void cut_into_parts(std::vector<NestStep>& steps, const ScheduleOptions& options);

}  // namespace gradus
