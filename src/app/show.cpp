// `gradus show`: what was understood, statement by statement. The first thing to look at when a verdict surprises.
#include <fmt/format.h>

#include "app/ink.h"
#include "app/report.h"
#include "app/steps.h"
#include "notation/write.h"

namespace gradus {
namespace {

std::string_view label_of(Statement::Kind kind) {
  switch (kind) {
    case Statement::Kind::heading: return "";
    case Statement::Kind::declaration: return "declared";
    case Statement::Kind::definition: return "defined";
    case Statement::Kind::assumption: return "assumed";
    case Statement::Kind::claim: return "claim";
    case Statement::Kind::shown: return "not judged";
    case Statement::Kind::unread: break;
  }
  return "unread";
}

const Claim* find_claim(const Sheet& sheet, int n) {
  for (const Claim& claim : sheet.claims) {
    if (claim.n == n) return &claim;
  }
  return nullptr;
}

}  // namespace

std::string show_report(const Response& response, const TextStyle& style) {
  const Ink ink(style.color);
  const Source& source = response.source;
  std::string out = ink.bold(source.name()) + "\n\n";
  for (const Diagnostic& d : response.diagnostics) out += told(d, source) + "\n";
  constexpr std::string_view kIndent = "                       ";
  for (const Statement& s : response.sheet.statements) {
    if (s.kind == Statement::Kind::heading) {
      out += fmt::format("\n{}\n", ink.bold(s.text));
      continue;
    }
    const std::string label =
        s.claim == 0 ? std::string(label_of(s.kind)) : fmt::format("{} {}", label_of(s.kind), s.claim);
    const std::string text = s.text.empty() ? latex_to_text(source.text(s.span)) : s.text;
    out += fmt::format(
        "{} {} {}\n", ink.dim(fmt::format("line {:<4}", source.position(s.span.begin).line)),
        s.kind == Statement::Kind::unread ? ink.yellow(fmt::format("{:<12}", label)) : fmt::format("{:<12}", label),
        text);
    const Claim* claim = s.claim == 0 ? nullptr : find_claim(response.sheet, s.claim);
    if (claim == nullptr) continue;
    for (const std::string& reading : claim->readings) out += fmt::format("{}read as: {}\n", kIndent, reading);
    for (const std::string& assumption : claim->assumptions)
      out += fmt::format("{}assuming: {}\n", kIndent, assumption);
    for (const Diagnostic& d : claim->diagnostics) out += told(d, source);
  }
  return out;
}

}  // namespace gradus
