// A page that stands on its own: the steps with their verdicts, nothing fetched from elsewhere.
#include <fmt/format.h>

#include "app/report.h"
#include "app/steps.h"
#include "notation/write.h"

namespace gradus {
namespace {

constexpr std::string_view kStyle = R"(
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
  article { border-left: 4px solid #999; padding: .4rem 1rem; margin: .8rem 0; }
  .good { border-color: #2a8a3e; } .bad { border-color: #c0392b; } .open { border-color: #c58b00; }
  .formula { font: 1.15rem/1.5 "STIX Two Math", "Latin Modern Math", Cambria Math, serif; overflow-x: auto; }
  .verdict { font-weight: 600; } .good .verdict { color: #2a8a3e; } .bad .verdict { color: #c0392b; }
  .open .verdict { color: #946800; } .note { color: #666; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .3rem 0; } dt { color: #666; }
  dd { margin: 0; overflow-x: auto; } pre { background: #f4f4f4; padding: .6rem; overflow-x: auto; }
  @media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd; } pre { background: #262626; } })";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string_view css_class(VerdictKind kind) {
  const std::string_view mark = mark_of(kind);
  if (mark == "✓") return "good";
  return mark == "✗" ? "bad" : "open";
}

std::string row(std::string_view label, std::string_view text) {
  return text.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", label, escape(text));
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
      css_class(v.kind), step.claim->n, mark_of(v.kind), escape(lhs), escape(latex_to_text(step.rhs)), name_of(v.kind),
      escape(v.method.empty() ? "" : v.method + ","), step.position.line, rows);
}

}  // namespace

std::string html_report(const Response& response) {
  const std::vector<StepView> steps = steps_of(response);
  std::string body;
  for (const Diagnostic& d : response.diagnostics) {
    body += fmt::format("<pre>{}</pre>\n", escape(told(d, response.source)));
  }
  for (const StepView& step : steps) body += article(step);
  const std::string name = escape(response.source.name());
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{0} · gradus</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width\"><style>{1}</style></head>\n"
      "<body><h1>{0}</h1>\n<p class=\"note\">{2}</p>\n{3}</body></html>\n",
      name, kStyle, escape(summary_line(steps)), body);
}

}  // namespace gradus
