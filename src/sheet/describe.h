// Short texts about sizes and ranges, for messages and for `show`. Full expressions are written by notation/write.h.
#pragma once

#include <string>

#include "expr/walk.h"

namespace gradus {

/// An index term or a size: "n-1", "l+1", "n_l".
std::string index_text(Expr e);
/// The length of an axis: "N", "P-M+1", "3", "?" if unknown.
std::string length_text(const IndexVar* axis);
std::string length_text(const Range& range);
/// "i = 1…n".
std::string range_text(const IndexVar* var);

}  // namespace gradus
