// Long programs of mostly single numbers, as traces are: each statement in its place. Looking for cheaper contractions
// and for loops that may run together takes time that grows faster than the program, and finds nothing there.
#pragma once

#include "program/schedule.h"

namespace gradus::detail {

bool is_long_and_straight(const Program& program);
/// Instead of plan().
void plan_in_order(Program& program);
/// Instead of schedule().
Nest in_order(const Program& program, const ScheduleOptions& options);

}  // namespace gradus::detail
