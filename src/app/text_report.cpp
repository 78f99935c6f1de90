// The verdicts of a sheet as a terminal view: each step in Unicode, its verdict and its evidence.
#include <fmt/format.h>

#include "app/ink.h"
#include "app/report.h"
#include "app/steps.h"
#include "notation/write.h"

namespace gradus {
namespace {

constexpr std::string_view kIndent = "      ";

std::size_t columns(std::string_view utf8) {
  std::size_t n = 0;
  for (const char c : utf8) n += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  return n;
}

std::string paint(const Ink& ink, VerdictKind kind, std::string_view text) {
  const std::string_view mark = mark_of(kind);
  if (mark == "✓") return ink.green(text);
  return mark == "✗" ? ink.red(text) : ink.yellow(text);
}

std::string indented(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    out += fmt::format("{}{}\n", kIndent, lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

/// The step as the author wrote it: a later row of a chain shows its own side only.
std::string formula(const StepView& step, std::size_t width) {
  const std::string rhs = latex_to_text(step.rhs);
  if (step.continues) return "  = " + rhs;
  const std::string lhs = latex_to_text(step.lhs);
  if (columns(lhs) + columns(rhs) + 3 <= width) return lhs + " = " + rhs;
  return lhs + "\n" + std::string(kIndent) + "  = " + rhs;
}

/// "proved · normal form · line 14".
std::string headline(const StepView& step, const Ink& ink) {
  const Verdict& v = *step.verdict;
  std::vector<std::string> rest;
  if (!v.method.empty()) rest.push_back(v.method);
  if (!v.digits.empty()) rest.push_back(v.digits + " digits");
  if (!v.error_bound.empty()) rest.push_back("error bound " + v.error_bound);
  std::vector<std::string> sizes = v.sizes;
  std::erase(sizes, "");
  if (!sizes.empty() && v.kind == VerdictKind::confirmed) rest.push_back("sizes " + join(sizes, "; "));
  rest.push_back(fmt::format("line {}", step.position.line));
  return paint(ink, v.kind, name_of(v.kind)) + ink.dim(" · " + join(rest, " · "));
}

class StepWriter {
 public:
  StepWriter(const Response& response, const TextStyle& style)
      : response_(response), ink_(style.color), width_(static_cast<std::size_t>(style.width)) {}

  std::string write(const StepView& step) {
    const Verdict& v = *step.verdict;
    out_ = fmt::format("{:>3} {} {}\n{}{}\n", step.claim->n, paint(ink_, v.kind, mark_of(v.kind)),
                       formula(step, width_), kIndent, headline(step, ink_));
    for (const std::string& reading : step.readings) line("read as", in_unicode(reading));
    for (const std::string& assumption : step.assumptions) line("assuming", in_unicode(assumption));
    const bool fails = !holds(v.kind);
    if (fails) evidence(step);
    if (v.against_start && holds(*v.against_start) == fails) {
      line("from start", fmt::format("{} against the first side of the chain", name_of(*v.against_start)));
    }
    return std::move(out_);
  }

 private:
  void evidence(const StepView& step) {
    const Verdict& v = *step.verdict;
    if (step.claim->diagnostics.empty()) {
      line("because", in_unicode(step.problem));
    } else {
      for (const Diagnostic& d : step.claim->diagnostics) out_ += indented(told(d, response_.source));
    }
    line("holds if", in_unicode(v.hypothesis));
    line("left − right", v.residual_text.empty() ? latex_to_text(v.residual) : v.residual_text);
    line("wrong part", latex_to_text(v.wrong_term));
    if (v.counterexample) line("for example", describe(*v.counterexample));
    if (!v.correction.empty()) {
      line("correct", latex_to_text(v.correction));
      line("in LaTeX", v.correction);
    }
  }

  void line(std::string_view label, std::string_view text) {
    if (!text.empty()) out_ += fmt::format("{}{} {}\n", kIndent, ink_.dim(fmt::format("{:<12}", label)), text);
  }

  const Response& response_;
  Ink ink_;
  std::size_t width_;
  std::string out_;
};

}  // namespace

std::string text_report(const Response& response, const TextStyle& style) {
  const Ink ink(style.color);
  std::string out = ink.bold(response.source.name()) + "\n\n";
  for (const Diagnostic& d : response.diagnostics) out += told(d, response.source) + "\n";
  const std::vector<StepView> steps = steps_of(response);
  StepWriter writer(response, style);
  for (const StepView& step : steps) out += writer.write(step) + "\n";
  const std::string summary = summary_line(steps);
  return out + (response.holds() ? ink.green(summary) : ink.red(summary)) + "\n";
}

}  // namespace gradus
