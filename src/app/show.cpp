// `gradus show`: what was understood, statement by statement. The first thing to look at when a verdict surprises.
#include <fmt/format.h>

#include <algorithm>

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

/// The claim in index notation, with its sums and ranges: "Σ_{i=1}^n 2 xᵢ = 0  for j = 1…n".
std::string meaning(const Case& c) {
  std::vector<std::string> ranges;
  for (const IndexVar* var : c.free) {
    const bool bounded = var->lo != nullptr && var->hi != nullptr;
    ranges.push_back(bounded ? fmt::format("{} = {}…{}", var->name, write_text(var->lo), write_text(var->hi))
                             : var->name);
  }
  return fmt::format("{} = {}{}", write_text(c.lhs), write_text(c.rhs),
                     ranges.empty() ? "" : "   for " + join(ranges, ", "));
}

}  // namespace

std::string show_report(const Response& response, const TextStyle& style) {
  const Pool::Scope scope(*response.pool);
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
    const auto found = std::find_if(response.sheet.claims.begin(), response.sheet.claims.end(),
                                    [&](const Claim& c) { return c.n == s.claim; });
    const Claim* claim = found == response.sheet.claims.end() ? nullptr : &*found;
    const auto i = static_cast<std::size_t>(found - response.sheet.claims.begin());
    const bool row = claim != nullptr && continues_chain(response.sheet, i);
    const Position at = claim != nullptr ? position_of_claim(response, i) : source.position(s.span.begin);
    const std::string label =
        s.claim == 0 ? std::string(label_of(s.kind)) : fmt::format("{} {}", label_of(s.kind), s.claim);
    const std::string text = row              ? "  = " + latex_to_text(source.text(claim->rhs_span))
                             : s.text.empty() ? latex_to_text(source.text(s.span))
                                              : in_unicode(s.text);
    const std::string padded = fmt::format("{:<12}", label);
    out += fmt::format("{} {} {}\n", ink.dim(fmt::format("line {:<4}", at.line)),
                       s.kind == Statement::Kind::unread ? ink.yellow(padded) : padded, text);
    if (claim == nullptr) continue;
    for (const Case& c : claim->cases) {
      if (c.lhs != nullptr && c.rhs != nullptr) out += fmt::format("{}that is: {}\n", kIndent, meaning(c));
    }
    for (const std::string& reading : claim->readings)
      out += fmt::format("{}read as: {}\n", kIndent, in_unicode(reading));
    for (const std::string& assumption : claim->assumptions)
      out += fmt::format("{}assuming: {}\n", kIndent, in_unicode(assumption));
    for (const Diagnostic& d : claim->diagnostics) out += told(d, source);
  }
  return out;
}

}  // namespace gradus
