// The JSON of `gradus check`, as documented in docs/json.md: every field is always there, null where there is nothing.
#include <nlohmann/json.hpp>

#include "app/report.h"
#include "app/steps.h"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::note: break;
  }
  return "note";
}

std::string_view kind_name(Statement::Kind kind) {
  switch (kind) {
    case Statement::Kind::heading: return "heading";
    case Statement::Kind::declaration: return "declaration";
    case Statement::Kind::definition: return "definition";
    case Statement::Kind::assumption: return "assumption";
    case Statement::Kind::claim: return "claim";
    case Statement::Kind::shown: return "shown";
    case Statement::Kind::unread: break;
  }
  return "unread";
}

std::vector<std::string> without_empty(std::vector<std::string> texts) {
  std::erase(texts, "");
  return texts;
}

Json to_json(const Counterexample& counterexample) {
  Json point = Json::object();
  for (const auto& [name, value] : counterexample.point) point[name] = value;
  Json sizes = Json::object();
  for (const auto& [name, value] : counterexample.sizes) sizes[name] = std::to_string(value);
  return {{"point", point}, {"sizes", sizes}, {"lhs", counterexample.lhs}, {"rhs", counterexample.rhs}};
}

Json to_json(const StepView& step) {
  const Verdict& v = *step.verdict;
  Json steps = Json::array();
  for (const WrittenStep& s : v.steps) steps.push_back({{"rule", s.rule}, {"before", s.before}, {"after", s.after}});
  return {
      {"n", step.claim->n},
      {"line", step.position.line},
      {"column", step.position.column},
      {"lhs", step.lhs},
      {"rhs", step.rhs},
      {"verdict", name_of(v.kind)},
      {"against_start", v.against_start ? Json(name_of(*v.against_start)) : Json(nullptr)},
      {"method", or_null(v.method)},
      {"sizes", without_empty(v.sizes)},
      {"error_bound", or_null(v.error_bound)},
      {"digits", or_null(v.digits)},
      {"assumptions", step.assumptions},
      {"hypothesis", or_null(v.hypothesis)},
      {"reading", step.readings},
      {"residual", or_null(v.residual)},
      {"counterexample", v.counterexample ? to_json(*v.counterexample) : Json(nullptr)},
      {"wrong_term", or_null(v.wrong_term)},
      {"diagnosis", or_null(step.problem)},
      {"correction", or_null(v.correction)},
      {"steps", steps},
  };
}

Json to_json(const Diagnostic& d, const Source& source) {
  const Position at = source.position(d.span.begin);
  return {
      {"severity", severity_name(d.severity)}, {"slug", d.slug},       {"line", at.line},        {"column", at.column},
      {"source", source.text(d.span)},         {"message", d.message}, {"help", or_null(d.help)}};
}

/// What was not understood: statements, and claims with their reason.
Json unread(const Response& response, const std::vector<StepView>& steps) {
  Json out = Json::array();
  const auto add = [&](Span span, int claim, const std::string& reason) {
    const Position at = response.source.position(span.begin);
    out.push_back({{"line", at.line},
                   {"column", at.column},
                   {"source", response.source.text(span)},
                   {"claim", claim == 0 ? Json(nullptr) : Json(claim)},
                   {"reason", or_null(reason)}});
  };
  for (const Statement& s : response.sheet.statements) {
    if (s.kind == Statement::Kind::unread && s.claim == 0) add(s.span, 0, s.text);
  }
  for (const StepView& step : steps) {
    if (step.verdict->kind == VerdictKind::unread) add(step.claim->span, step.claim->n, step.problem);
  }
  return out;
}

}  // namespace

std::string json_report(const Response& response, bool compact) {
  const std::vector<StepView> steps = steps_of(response);
  Json claims = Json::array();
  for (const StepView& step : steps) claims.push_back(to_json(step));

  Json statements = Json::array();
  for (const Statement& s : response.sheet.statements) {
    const Position at = response.source.position(s.span.begin);
    statements.push_back({{"kind", kind_name(s.kind)},
                          {"line", at.line},
                          {"column", at.column},
                          {"source", response.source.text(s.span)},
                          {"text", s.text},
                          {"scope", s.scope},
                          {"claim", s.claim == 0 ? Json(nullptr) : Json(s.claim)}});
  }
  Json diagnostics = Json::array();
  for (const Diagnostic& d : response.diagnostics) diagnostics.push_back(to_json(d, response.source));
  for (const StepView& step : steps) {
    for (const Diagnostic& d : step.claim->diagnostics) diagnostics.push_back(to_json(d, response.source));
  }

  Json summary = {{"claims", steps.size()}};
  for (const VerdictKind kind :
       {VerdictKind::proved, VerdictKind::confirmed, VerdictKind::conditional, VerdictKind::wrong,
        VerdictKind::ill_typed, VerdictKind::undecided, VerdictKind::unread}) {
    summary[std::string(name_of(kind))] = 0;
  }
  for (const Tally& t : tally(steps)) summary[std::string(name_of(t.kind))] = t.count;
  summary["holds"] = response.holds();

  const Json report = {{"file", response.source.name()},    {"claims", claims},           {"statements", statements},
                       {"unread", unread(response, steps)}, {"diagnostics", diagnostics}, {"summary", summary}};
  // Invalid UTF-8 of a document must not stop the report.
  return report.dump(compact ? -1 : 2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace gradus
