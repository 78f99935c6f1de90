// Which library function computes an elementary function on a whole vector, and where the code of any function is.
#pragma once

#include <string>
#include <string_view>

#include "backend/llvm/machine.h"

namespace gradus {

/// The vector form of a <math.h> function (double name: "exp", "pow") for this many lanes, or "" if there is none.
std::string vector_function(std::string_view name, int lanes, bool single, bool precise, VectorSet set);

/// The scalar form: "exp", or "expf".
std::string scalar_function(std::string_view name, bool single);

/// The address of a function of the C library, libm, libmvec or SLEEF; null if none has it.
void* function_address(const std::string& symbol);

}  // namespace gradus
