// One formula of a document: tokens, macros, pairs, items, chains.
#pragma once

#include <vector>

#include "notation/grammar/context.h"
#include "notation/latex/macros.h"

namespace gradus::notation::latex {

/// `macros`: what the document defined so far; the formula's own definitions are added. `quote_depth`: see tokenize.
std::vector<Chain> read_formula(Context& context, Macros& macros, Span span, int quote_depth = 0);

}  // namespace gradus::notation::latex
