// One formula in the plain-text language: characters, items, chains.
#pragma once

#include <vector>

#include "notation/grammar/context.h"

namespace gradus::notation::plain {

std::vector<Chain> read_formula(Context& context, Span span);

}  // namespace gradus::notation::plain
