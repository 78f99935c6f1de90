// Where every array of a nest lives. Internal to program.
#pragma once

#include "program/nest.h"

namespace gradus {

/// Fills nest.buffers: inputs and outputs row by row, local arrays with the lanes side by side and without the axes
/// that no two iterations share.
void place_buffers(const Program& program, Nest& nest, long lanes);

}  // namespace gradus
