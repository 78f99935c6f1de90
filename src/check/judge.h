// One claim's verdict without its explanation: proof by normal form, numbers in balls as a safety net and as
// confirmation, hypotheses where it fails.
#pragma once

#include "check/numeric.h"
#include "rewrite/normal.h"

namespace gradus {

struct JudgeLimits {
  double seconds = 4.0;
  bool explain = true;  ///< look for hypotheses and for a small counterexample
  bool quick = false;   ///< one point at one choice of sizes, no proof: only tells what is wrong
};

struct Judgement {
  VerdictKind kind = VerdictKind::undecided;
  std::string method;
  std::string reason;
  std::string hypothesis;
  std::vector<std::string> assumptions, sizes;
  int digits = 0;
  std::optional<Counterexample> counterexample;
  Derivation derivation;
  const Case* decisive = nullptr;  ///< the case that decided, where there are several
};

/// Every case of the claim must hold.
Judgement judge(const Claim& claim, const JudgeLimits& limits = {});
Judgement judge(const Case& side, const Claim& claim, const JudgeLimits& limits = {});

}  // namespace gradus
