// Whether every element that is read exists and is written somewhere. Internal to program.
#pragma once

#include "program/lower.h"

namespace gradus {

/// The first read of an array that no statement writes at that place, in words ("h at 1, 0"); empty if there is none.
/// Places are compared as boxes: a triangle counts as the box around it.
std::string uncovered_read(const Program& program);

/// The same of an array of zeroes to which statements add under conditions on indices (a select with 0 elsewhere): what
/// none of them meets is said by nobody. A read counts where the conditions around it hold. Place by place, at sizes
/// where that is cheap.
std::string unsaid_read(const Program& program, const Symbol* array);

/// The first element that does not exist and is read or written all the same, in words; empty if there is none.
std::string outside_read(const Program& program);

}  // namespace gradus
