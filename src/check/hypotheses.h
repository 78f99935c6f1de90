// The table of hypotheses under which a step that fails generically may hold: about what is declared, never a size, an
// index or a special value.
#pragma once

#include "check/numeric.h"

namespace gradus {

/// Those that apply to what occurs in the case, the likeliest first.
std::vector<Hypothesis> hypotheses_for(const Case& side, const Claim& claim);

}  // namespace gradus
