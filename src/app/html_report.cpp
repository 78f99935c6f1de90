// A page that stands on its own: the steps with their verdicts, nothing fetched from elsewhere.
#include <fmt/format.h>

#include "app/html.h"
#include "app/report.h"
#include "app/steps.h"
#include "notation/write.h"

namespace gradus {
namespace {

std::string_view css_class(VerdictKind kind) {
  const std::string_view mark = mark_of(kind);
  if (mark == "✓") return "good";
  return mark == "✗" ? "bad" : "open";
}

std::string row(std::string_view label, std::string_view text) {
  return text.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", label, escape_html(text));
}

std::string article(const StepView& step) {
  const Verdict& v = *step.verdict;
  const std::string lhs = step.continues ? "" : latex_to_text(step.lhs) + " ";
  std::string rows;
  for (const std::string& reading : step.readings) rows += row("read as", in_unicode(reading));
  for (const std::string& assumption : step.assumptions) rows += row("assuming", in_unicode(assumption));
  if (!holds(v.kind)) {
    rows += row("because", in_unicode(step.problem));
    rows += row("holds if", in_unicode(v.hypothesis));
    rows += row("left − right", v.residual_text.empty() ? latex_to_text(v.residual) : v.residual_text);
    rows += row("wrong part", latex_to_text(v.wrong_term));
    if (v.counterexample) rows += row("for example", describe(*v.counterexample));
    rows += row("correct", latex_to_text(v.correction));
    rows += row("in LaTeX", v.correction);
    if (v.against_start) rows += row("from the start", name_of(*v.against_start));
  }
  return fmt::format(
      "<article class=\"{0}\" id=\"step-{1}\"><div class=\"formula\">{2} {1}&ensp;{3}= {4}</div>\n"
      "<div><span class=\"verdict\">{5}</span> <span class=\"note\">{6} line "
      "{7}</span></div>\n<dl>{8}</dl></article>\n",
      css_class(v.kind), step.claim->n, mark_of(v.kind), escape_html(lhs), escape_html(latex_to_text(step.rhs)),
      name_of(v.kind), escape_html(v.method.empty() ? "" : v.method + ","), step.position.line, rows);
}

}  // namespace

std::string html_report(const Response& response) {
  const std::vector<StepView> steps = steps_of(response);
  std::string body;
  for (const Diagnostic& d : response.diagnostics) {
    body += fmt::format("<pre>{}</pre>\n", escape_html(told(d, response.source)));
  }
  for (const StepView& step : steps) body += article(step);
  return html_page(response.source.name(), summary_line(steps), body);
}

}  // namespace gradus
