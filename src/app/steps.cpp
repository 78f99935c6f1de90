#include "app/steps.h"

#include <fmt/format.h>

#include <algorithm>

#include "notation/write.h"

namespace gradus {
namespace {

constexpr VerdictKind kKinds[] = {VerdictKind::proved, VerdictKind::confirmed, VerdictKind::conditional,
                                  VerdictKind::wrong,  VerdictKind::ill_typed, VerdictKind::undecided,
                                  VerdictKind::unread};

void add_missing(std::vector<std::string>& into, const std::vector<std::string>& from) {
  for (const std::string& text : from) {
    if (std::find(into.begin(), into.end(), text) == into.end()) into.push_back(text);
  }
}

std::string problem_of(const Claim& claim, const Verdict& verdict) {
  if (!verdict.diagnosis.empty()) return verdict.diagnosis;
  if (!verdict.reason.empty()) return verdict.reason;
  return claim.diagnostics.empty() ? "" : claim.diagnostics.front().message;
}

}  // namespace

bool continues_chain(const Sheet& sheet, std::size_t i) {
  return i > 0 && !sheet.claims[i].lhs_span.empty() && sheet.claims[i].lhs_span == sheet.claims[i - 1].rhs_span;
}

Position position_of_claim(const Response& response, std::size_t i) {
  const Claim& claim = response.sheet.claims[i];
  const Span place = continues_chain(response.sheet, i) ? claim.rhs_span : claim.lhs_span;
  return response.source.position(place.empty() ? claim.span.begin : place.begin);
}

std::vector<StepView> steps_of(const Response& response) {
  std::vector<StepView> steps;
  const std::vector<Claim>& claims = response.sheet.claims;
  for (std::size_t i = 0; i < response.verdicts.size(); ++i) {
    const Claim& claim = claims[i];
    if (response.only != 0 && claim.n != response.only) continue;
    StepView step;
    step.claim = &claim;
    step.verdict = &response.verdicts[i];
    step.continues = continues_chain(response.sheet, i);
    step.lhs = response.source.text(claim.lhs_span);
    step.rhs = response.source.text(claim.rhs_span);
    step.position = position_of_claim(response, i);
    add_missing(step.readings, step.verdict->readings);
    add_missing(step.readings, claim.readings);
    add_missing(step.assumptions, step.verdict->assumptions);
    add_missing(step.assumptions, claim.assumptions);
    step.problem = problem_of(claim, *step.verdict);
    steps.push_back(std::move(step));
  }
  return steps;
}

bool holds(VerdictKind kind) { return kind == VerdictKind::proved || kind == VerdictKind::confirmed; }

std::string_view mark_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::proved:
    case VerdictKind::confirmed: return "✓";
    case VerdictKind::wrong:
    case VerdictKind::ill_typed: return "✗";
    case VerdictKind::conditional:
    case VerdictKind::undecided:
    case VerdictKind::unread: break;
  }
  return "?";
}

std::vector<Tally> tally(const std::vector<StepView>& steps) {
  std::vector<Tally> counts;
  for (const VerdictKind kind : kKinds) {
    int count = 0;
    for (const StepView& step : steps) count += step.verdict->kind == kind;
    if (count > 0) counts.push_back({kind, count});
  }
  return counts;
}

std::string summary_line(const std::vector<StepView>& steps) {
  if (steps.empty()) return "0 steps";
  std::vector<std::string> parts;
  for (const Tally& t : tally(steps)) parts.push_back(fmt::format("{} {}", t.count, name_of(t.kind)));
  return fmt::format("{} step{}: {}", steps.size(), steps.size() == 1 ? "" : "s", join(parts, ", "));
}

std::string describe(const Counterexample& counterexample) {
  std::vector<std::string> values;
  for (const auto& [name, size] : counterexample.sizes) values.push_back(fmt::format("{} = {}", name, size));
  for (const auto& [name, value] : counterexample.point) values.push_back(fmt::format("{} = {}", name, value));
  const std::string sides = fmt::format("left {}, right {}", counterexample.lhs, counterexample.rhs);
  return values.empty() ? sides : fmt::format("{}: {}", join(values, ", "), sides);
}

std::string told(const Diagnostic& d, const Source& source) {
  if (d.span.end != 0) return render(d, source);
  return fmt::format("{}[{}]: {}\n{}", d.severity == Severity::error ? "error" : "warning", d.slug, d.message,
                     d.help.empty() ? "" : fmt::format("  └ help: {}\n", d.help));
}

std::string in_unicode(const std::string& remark) {
  return remark.find('\\') == std::string::npos ? remark : latex_to_text(remark);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

}  // namespace gradus
