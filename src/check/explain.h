// What a user is told about a step that fails: the residual, a diagnosis, a corrected right side that checks.
#pragma once

#include "check/check.h"
#include "check/judge.h"

namespace gradus {

struct Residual {
  std::string latex, text;
};
/// Left side minus right side, simplified, in the author's notation.
Residual residual_of(const Case& side, const Claim& claim, const Source& source);

struct Correction {
  std::string latex;
  std::string diagnosis;
  std::string wrong_term;
};
/// A right side that checks when it stands in place of the author's, or none within the seconds.
std::optional<Correction> correct(const Case& side, const Claim& claim, const Source& source, Recheck& recheck,
                                  double seconds);

}  // namespace gradus
