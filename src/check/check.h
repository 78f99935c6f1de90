// Verdicts for every claim of a sheet.
#pragma once

#include "check/verdict.h"

namespace gradus {

struct CheckOptions {
  double seconds_per_claim = 4.0;
  int only = 0;  ///< this claim alone, or 0
};

/// One verdict a claim, in order. `recheck` elaborates the sheet with the text at a span replaced and returns the claim
/// with that number (or none): corrections are only printed if they hold there.
struct Recheck {
  virtual ~Recheck() = default;
  virtual std::optional<Claim> with_replacement(int claim, Span span, const std::string& latex) = 0;
};
std::vector<Verdict> check(const Source& source, const Sheet& sheet, const CheckOptions& options = {},
                           Recheck* recheck = nullptr);

}  // namespace gradus
