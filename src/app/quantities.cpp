#include "app/quantities.h"

#include <algorithm>
#include <set>

#include "app/explain.h"
#include "notation/read.h"
#include "sheet/elaborate.h"
#include "sheet/scope.h"

namespace gradus {
namespace {

std::optional<std::string> up_to_section(const std::string& name, const std::string& text, const std::string& scope) {
  const Document document = read_document(Source(name, text));
  int level = 0;
  for (const Piece& piece : document.pieces) {
    if (piece.kind != Piece::Kind::heading) continue;
    if (level == 0 && piece.text.find(scope) != std::string::npos)
      level = piece.level;
    else if (level > 0 && piece.level <= level)
      return text.substr(0, piece.span.begin);
  }
  return level > 0 ? std::optional(text) : std::nullopt;
}

void collect_names(const SynPtr& syntax, std::vector<SynPtr>& out) {
  if (!syntax) return;
  if (syntax->kind == SynKind::name) out.push_back(syntax);
  for (const SynPtr& kid : syntax->kids) collect_names(kid, out);
  collect_names(syntax->sub, out);
  collect_names(syntax->sup, out);
}

std::vector<SynPtr> names_of(const Document& document) {
  std::vector<SynPtr> out;
  for (const Piece& piece : document.pieces) {
    for (const Chain& chain : piece.chains) {
      for (const SynPtr& side : chain.sides) collect_names(side, out);
    }
  }
  return out;
}

/// A quantity of the expression that the sheet does not mention: elaboration would take it for one more variable.
std::optional<Diagnostic> stranger(const SynPtr& expression, const Value& value, const Document& document) {
  std::set<std::string> unknown, known;
  for (const SynPtr& name : names_of(document)) known.insert(shown_name(*name));
  std::vector<SynPtr> names;
  collect_names(expression, names);
  for (const SynPtr& name : names) {
    const std::string shown = shown_name(*name);
    if (known.contains(shown)) continue;
    bool is_quantity = false;
    visit(value.body, [&](Expr node) {
      is_quantity =
          is_quantity || (node->kind == Kind::ref && node->symbol->role != Role::constant && !node->symbol->defined() &&
                          node->symbol->name.compare(0, shown.size(), shown) == 0);
    });
    if (!is_quantity) continue;
    const std::vector<std::string_view> words(known.begin(), known.end());
    const std::string_view near = shown.size() > 1 ? nearest(shown, words) : std::string_view();
    return Diagnostic{
        Severity::error, "undeclared", name->span, "the sheet says nothing of " + shown,
        near.empty() ? "`gradus show` lists what the sheet defines" : "did you mean " + std::string(near) + "?"};
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> section_text(const std::string& name, const std::string& text, const std::string& scope) {
  if (scope.empty()) return text;
  if (auto cut = up_to_section(name, text, scope)) return std::move(*cut);
  return Diagnostic{
      Severity::error, "scope", {}, "no heading says \"" + scope + "\"", "`gradus show` lists the headings"};
}

ReadQuantities read_quantities(const std::string& name, const std::string& whole, const std::string& scope,
                               const std::vector<std::string>& expressions) {
  ReadQuantities out;
  const Result<std::string> section = section_text(name, whole, scope);
  if (!section) {
    out.diagnostics.push_back(section.error());
    return out;
  }
  std::string text = *section;
  const Document document = read_document(Source(name, text));
  std::vector<Span> spans;
  text += "\n\n";
  for (const std::string& expression : expressions) {
    const auto begin = static_cast<std::uint32_t>(text.size());
    text += expression;
    spans.push_back({begin, static_cast<std::uint32_t>(text.size())});
    text += "\n";
  }
  out.source = Source(name, text);
  std::vector<SynPtr> syntax;
  for (const Span span : spans) {
    const bool latex = out.source.text(span).find('\\') != std::string_view::npos;
    const std::size_t before = out.diagnostics.size();
    const std::vector<Chain> chains =
        latex ? read_latex(out.source, span, out.diagnostics) : read_plain(out.source, span, out.diagnostics);
    const bool one = chains.size() == 1 && chains[0].sides.size() == 1 && chains[0].sides[0];
    if (one) {
      syntax.push_back(chains[0].sides[0]);
      continue;
    }
    if (out.diagnostics.size() == before)
      out.diagnostics.push_back(
          {Severity::error, "expression", span, "this is not one expression", "name a quantity of the sheet: E"});
    return out;
  }
  const Elaboration elaboration = elaborate_with(out.source, document, syntax, {});
  for (std::size_t i = 0; i < elaboration.expressions.size(); ++i) {
    const ElaboratedExpression& read = elaboration.expressions[i];
    out.values.push_back(read.value);
    if (!read.value) {
      for (Diagnostic diagnostic : read.diagnostics) {
        if (diagnostic.slug == "definition") diagnostic.help = "`gradus check` tells why";
        out.diagnostics.push_back(std::move(diagnostic));
      }
    } else if (auto why = stranger(syntax[i], *read.value, document)) {
      out.values.back().reset();
      out.diagnostics.push_back(std::move(*why));
    }
  }
  return out;
}

}  // namespace gradus
