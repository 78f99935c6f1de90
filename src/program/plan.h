// The passes in order: a program as it is derived, made fit to run.
#pragma once

#include "program/lower.h"

namespace gradus {

/// Call before derivatives are appended: what they need is then stored by the value.
void prepare(Program& program);
/// Call last.
void plan(Program& program);

}  // namespace gradus
