// Which slip mends a step, tried on the expression of its right side: a thousand times cheaper than reading an edited
// sheet, it tells which edits of the text are worth reading.
#pragma once

#include "check/edits.h"
#include "check/numeric.h"

namespace gradus {

struct Mended {
  Slip slip;
  Expr right;  ///< the right side with the slip undone
  std::string diagnosis;
};

/// Up to `most` ways to mend the right side with one slip, the likeliest first; each agrees with the left side at
/// several points and sizes.
std::vector<Mended> mend(const Case& side, const Claim& claim, double seconds, std::size_t most = 3);

}  // namespace gradus
