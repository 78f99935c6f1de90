// The reports of `gradus derive`.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/derive.h"
#include "app/html.h"
#include "app/ink.h"

namespace gradus {
namespace {

/// The rows of the derivation as equations: what was asked for, its result, its entries where these differ.
bool shows_entries(const Derivative& d) { return d.folded && d.result.text != d.entry.text; }

std::string diagnostics_text(const Derivative& d) {
  std::string out;
  for (const Diagnostic& diagnostic : d.diagnostics) out += render(diagnostic, d.source);
  return out;
}

std::string listed(const std::vector<std::string>& items) { return fmt::format("{}", fmt::join(items, "; ")); }

}  // namespace

std::string derive_text(const Derivative& d, const TextStyle& style) {
  if (!d.ok) return diagnostics_text(d);
  const Ink ink(style.color);
  std::string out = diagnostics_text(d);
  if (!d.parts.empty()) {
    for (const Derivative& part : d.parts) out += (out.empty() ? "" : "\n") + derive_text(part, style);
    return out;
  }
  if (!d.name.empty()) out += fmt::format("{} = {}    {}\n\n", d.name, d.expression.text, ink.dim(d.expression_shape));
  std::size_t n = 0;
  for (const DeriveStep& step : d.steps) {
    out += fmt::format("{:>3}  {} = {}\n     {}\n", ++n, step.before.text, step.after.text, ink.dim(step.rule));
  }
  if (n > 0) out += "\n";
  const Shown& left = d.folded ? d.left : d.left_entry;
  out += fmt::format("{} = {}\n", left.text, ink.bold(d.result.text));
  if (shows_entries(d)) out += fmt::format("{} = {}\n", d.left_entry.text, d.entry.text);
  out += ink.dim("shape: " + d.shape) + "\n";
  if (!d.assumptions.empty()) out += ink.dim("where " + listed(d.assumptions)) + "\n";
  for (const std::string& reading : d.readings) out += ink.dim("read as: " + reading) + "\n";
  return out;
}

std::string derive_latex(const Derivative& d) {
  if (!d.ok) return diagnostics_text(d);
  std::string out;
  for (const Derivative& part : d.parts) out += derive_latex(part);
  if (!d.parts.empty()) return out;
  const Shown& left = d.folded ? d.left : d.left_entry;
  if (!d.steps.empty()) {
    out += "\\begin{align*}\n";
    for (const DeriveStep& step : d.steps) {
      out += fmt::format("{} &= {} && \\text{{{}}} \\\\\n", step.before.latex, step.after.latex, step.rule);
    }
    out += "\\end{align*}\n";
  }
  return out + fmt::format("\\[ {} = {} \\]\n", left.latex, d.result.latex);
}

std::string derive_markdown(const Derivative& d) {
  if (!d.ok) return "```\n" + diagnostics_text(d) + "```\n";
  std::string out;
  for (const Derivative& part : d.parts) out += (out.empty() ? "" : "\n") + derive_markdown(part);
  if (!d.parts.empty()) return out;
  out = fmt::format("# Derivative of ${}$\n\n", d.expression.latex);
  const Shown& left = d.folded ? d.left : d.left_entry;
  std::size_t n = 0;
  for (const DeriveStep& step : d.steps) {
    out += fmt::format("{}. {}\n\n   $${} = {}$$\n\n", ++n, step.rule, step.before.latex, step.after.latex);
  }
  out += fmt::format("**Result** ({}):\n\n$${} = {}$$\n", d.shape, left.latex, d.result.latex);
  if (shows_entries(d)) out += fmt::format("\n$${} = {}$$\n", d.left_entry.latex, d.entry.latex);
  if (!d.assumptions.empty()) out += fmt::format("\nAssuming {}.\n", listed(d.assumptions));
  if (!d.readings.empty()) out += fmt::format("\nRead as: {}.\n", listed(d.readings));
  return out;
}

namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const Derivative& d) {
  Json steps = Json::array();
  for (const DeriveStep& step : d.steps) {
    steps.push_back({{"rule", step.rule}, {"before", step.before.latex}, {"after", step.after.latex}});
  }
  Json result = nullptr;
  if (d.ok) {
    const std::string& latex = d.new_names ? d.entry.latex : d.result.latex;
    result = {{"latex", latex}, {"text", d.result.text}, {"index_latex", d.entry.latex}, {"shape", d.shape}};
  }
  return {{"expression", d.request},      {"wrt", or_null(d.wrt)}, {"result", result}, {"layout", or_null(d.layout)},
          {"assumptions", d.assumptions}, {"reading", d.readings}, {"steps", steps}};
}

}  // namespace

std::string derive_json(const Derivative& d) {
  Json out = json_of(d.parts.empty() ? d : d.parts.front());
  if (!d.parts.empty()) {
    Json parts = Json::array();
    for (const Derivative& part : d.parts) {
      Json one = json_of(part);
      one["of"] = part.left_entry.latex;
      parts.push_back(std::move(one));
    }
    out["parts"] = std::move(parts);
  }
  Json diagnostics = Json::array();
  for (const Diagnostic& diagnostic : d.diagnostics) {
    const Position at = d.source.position(diagnostic.span.begin);
    diagnostics.push_back({{"slug", diagnostic.slug},
                           {"line", at.line},
                           {"column", at.column},
                           {"message", diagnostic.message},
                           {"help", or_null(diagnostic.help)}});
  }
  out["diagnostics"] = std::move(diagnostics);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

std::string html_of(const Derivative& d) {
  const auto formula = [](const Shown& left, const Shown& right) {
    return fmt::format("<div class=\"formula\">{} = {}</div>\n", escape_html(left.text), escape_html(right.text));
  };
  const auto note = [](const std::string& text) {
    return fmt::format("<div class=\"note\">{}</div>\n", escape_html(text));
  };
  std::string body;
  for (const DeriveStep& step : d.steps) {
    body += "<article>" + formula(step.before, step.after) + note(step.rule) + "</article>\n";
  }
  body += "<article class=\"good\">" + formula(d.folded ? d.left : d.left_entry, d.result);
  if (shows_entries(d)) body += formula(d.left_entry, d.entry);
  body += note(d.shape);
  for (const auto* told : {&d.assumptions, &d.readings}) {
    for (const std::string& line : *told) body += note(line);
  }
  return body + "</article>\n";
}

}  // namespace

std::string derive_html(const Derivative& d) {
  std::string body;
  if (!d.diagnostics.empty()) body += fmt::format("<pre>{}</pre>\n", escape_html(diagnostics_text(d)));
  for (const Derivative& part : d.parts) body += html_of(part);
  if (d.ok && d.parts.empty()) body += html_of(d);
  return html_page(d.request, d.expression.text, body);
}

}  // namespace gradus
