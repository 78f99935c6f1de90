// How an elementary function is computed: by a function of the C library, or written out in such functions.
#pragma once

#include <string_view>

#include "program/program.h"

namespace gradus {

/// The function's name in <math.h> ("exp", "log1p", "fabs"), or "" if it is written out instead.
std::string_view libm_name(Elementary function);

/// The expression with every elementary function in terms of those that have a libm_name: σ(u) as 1/(1 + exp(−u)).
/// A function that has neither stays as it is.
Expr in_libm(Expr e);
/// The same for every body of the program: what the compiled back end takes.
void write_in_libm(Program& program);

}  // namespace gradus
