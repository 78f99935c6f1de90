// The claims of a response as every report shows them: the author's words, where they stand, the verdict beside them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/session.h"

namespace gradus {

struct StepView {
  const Claim* claim = nullptr;
  const Verdict* verdict = nullptr;
  Position position;
  std::string lhs, rhs;    ///< the author's LaTeX, verbatim
  bool continues = false;  ///< a later row of a chain: its left side is the row before
  std::vector<std::string> readings, assumptions;
  std::string problem;  ///< what is wrong with it, in words; empty for a step that holds
};

/// Whether a claim (by its place in the sheet) is a later row of a chain: its left side is the row before.
bool continues_chain(const Sheet& sheet, std::size_t i);
/// Where it begins: a later row of a chain at its right side.
Position position_of_claim(const Response& response, std::size_t i);

/// The judged claims, in order (one alone if the request asked for one).
std::vector<StepView> steps_of(const Response& response);

/// Proved or confirmed.
bool holds(VerdictKind kind);
/// "✓", "✗" or "?".
std::string_view mark_of(VerdictKind kind);

/// How many claims have each verdict, in the order of the verdicts, those with none left out: {"proved", 10}, …
struct Tally {
  VerdictKind kind;
  int count;
};
std::vector<Tally> tally(const std::vector<StepView>& steps);
/// "13 steps: 10 proved, 1 conditional, 2 wrong".
std::string summary_line(const std::vector<StepView>& steps);

/// "L = 1, w = 2: left 3, right 5".
std::string describe(const Counterexample& counterexample);

/// The diagnostic as lines, without a place if it has none (an assumption from the command line).
std::string told(const Diagnostic& diagnostic, const Source& source);

/// A remark for people: LaTeX in it as Unicode.
std::string in_unicode(const std::string& remark);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace gradus
