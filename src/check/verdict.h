// The verdict of a step, with its evidence.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sheet/sheet.h"

namespace gradus {

enum class VerdictKind : std::uint8_t { proved, confirmed, conditional, wrong, ill_typed, undecided, unread };
std::string_view name_of(VerdictKind kind);

/// A point where the two sides differ, certified: enclosures that do not meet.
struct Counterexample {
  std::vector<std::pair<std::string, std::string>> point;  ///< "x_1" → "2", "f(u)" → "u^2 + 1"
  std::vector<std::pair<std::string, long>> sizes;
  std::string lhs, rhs;  ///< both sides there, as decimal enclosures or exact rationals
};

struct WrittenStep {
  std::string rule, before, after;
};

struct Verdict {
  VerdictKind kind = VerdictKind::undecided;
  std::optional<VerdictKind> against_start;
  std::string method;              ///< "normal form", "ball arithmetic", …
  std::vector<std::string> sizes;  ///< size assignments tried: "m=2, n=3"
  std::string error_bound, digits;
  std::vector<std::string> assumptions;
  std::string hypothesis;
  std::vector<std::string> readings;
  std::string residual;       ///< LaTeX
  std::string residual_text;  ///< Unicode
  std::optional<Counterexample> counterexample;
  std::string wrong_term;  ///< smallest wrong sub-term, LaTeX
  std::string diagnosis;
  std::string correction;  ///< LaTeX that can stand in place of the right side
  std::string reason;      ///< undecided, unread, ill-typed: why
  std::vector<WrittenStep> steps;
};

}  // namespace gradus
