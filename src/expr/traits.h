// Traits that come from several places: declarations, prose, a hypothesis.
#pragma once

#include "expr/symbol.h"

namespace gradus {

/// What either says; the index of the one is that of `more` if it names one.
void merge(Traits& into, const Traits& more);

}  // namespace gradus
