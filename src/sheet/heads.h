// The left sides that can define a name: x, z_j^{l+1}, f(x; w).
#pragma once

#include "sheet/syntax.h"

namespace gradus {

/// A letter, or a letter plus or minus a numeral, or a numeral.
bool pattern_item(const Syn& s);
/// f(x), f_θ(x; w): the head's name and the bracket with its parameters.
bool application_head(const Syn& s, const Syn*& name, const Syn*& group);

}  // namespace gradus
