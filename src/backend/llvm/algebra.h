// Whole matrices in compiled kernels: functions that the code calls, over LAPACK.
#pragma once

#include <string>

#include "program/program.h"

namespace gradus {

/// The function that does this step on numbers of f64 or f32, as the code calls it: f(n, source, its row stride, its
/// column stride, target, its row stride, its column stride). Nothing is allocated: pivots and work lie behind the
/// factors.
std::string algebra_function(MatrixStep algebra, bool single);

/// Its address; null for any other name, and where there is no LAPACK.
void* algebra_address(const std::string& name);

}  // namespace gradus
