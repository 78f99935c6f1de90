// The expression, the variable and the declarations are put below the sheet, so that one source holds every span.
#include "app/derive_read.h"

#include <algorithm>

#include "notation/read.h"
#include "sheet/elaborate.h"

namespace gradus {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto is_edge = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '$'; };
  while (!text.empty() && is_edge(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_edge(text.back())) text.remove_suffix(1);
  return text;
}

/// Puts lines below a text and remembers where they stand.
class Lines {
 public:
  explicit Lines(std::string text) : text_(std::move(text)) {
    if (!text_.empty()) text_ += "\n\n";
  }
  Span add(std::string_view line) {
    line = trimmed(line);
    const auto begin = static_cast<std::uint32_t>(text_.size());
    text_ += line;
    const auto end = static_cast<std::uint32_t>(text_.size());
    text_ += "\n";
    return {begin, end};
  }
  std::string text() const { return text_; }

 private:
  std::string text_;
};

std::vector<Chain> read_formula(const Source& source, Span span, std::vector<Diagnostic>& diagnostics) {
  const bool latex = source.text(span).find('\\') != std::string_view::npos;
  return latex ? read_latex(source, span, diagnostics) : read_plain(source, span, diagnostics);
}

/// The one expression at the span, or null and a diagnostic.
SynPtr expression_at(const Source& source, Span span, std::vector<Diagnostic>& diagnostics) {
  const std::size_t before = diagnostics.size();
  const std::vector<Chain> chains = read_formula(source, span, diagnostics);
  const bool one = chains.size() == 1 && chains[0].sides.size() == 1 && chains[0].sides[0];
  if (one) return chains[0].sides[0];
  if (diagnostics.size() == before) {
    diagnostics.push_back({Severity::error, "expression", span, "this is not one expression",
                           "give what is to be derived without an equals sign; declare names with --let"});
  }
  return nullptr;
}

/// w and E of ∇_w E, or nulls.
std::pair<SynPtr, SynPtr> whole_gradient(const SynPtr& syn) {
  if (syn->kind != SynKind::product || syn->kids.size() < 2) return {};
  const Syn& first = *syn->kids[0];
  const bool nabla = first.kind == SynKind::scripts && first.kids[0]->text == "∇" && first.sub && !first.sup;
  if (!nabla) return {};
  if (syn->kids.size() == 2) return {first.sub, syn->kids[1]};
  auto rest = std::make_shared<Syn>(*syn);
  rest->kids.erase(rest->kids.begin());
  return {first.sub, rest};
}

}  // namespace

Understood understand(const DeriveRequest& request) {
  Understood out;
  Lines lines(request.text);
  std::vector<Span> declarations;
  for (const std::string& declaration : request.let) declarations.push_back(lines.add(declaration));
  const Span expression = lines.add(request.expression);
  const Span by = lines.add(request.wrt);
  out.source = Source(request.name.empty() ? "expression" : request.name, lines.text());

  Document document = read_document(Source(out.source.name(), request.text));
  ElaborateOptions options;
  options.assume = request.assume;
  options.matrix_convention = request.name.empty();
  for (const Span declaration : declarations) {
    Piece piece;
    piece.kind = Piece::Kind::display_math;
    piece.span = declaration;
    piece.chains = read_formula(out.source, declaration, out.diagnostics);
    const bool relates =
        std::any_of(piece.chains.begin(), piece.chains.end(), [](const Chain& chain) { return !chain.rels.empty(); });
    if (relates) {
      document.pieces.push_back({.kind = Piece::Kind::paragraph, .span = declaration, .text = {}, .chains = {}});
      document.pieces.push_back(std::move(piece));
    } else {
      options.assume.emplace_back(out.source.text(declaration));  // "A symmetric"
    }
  }

  std::vector<SynPtr> expressions{expression_at(out.source, expression, out.diagnostics)};
  if (!request.wrt.empty()) expressions.push_back(expression_at(out.source, by, out.diagnostics));
  if (std::count(expressions.begin(), expressions.end(), nullptr) > 0) return out;

  Elaboration elaboration = elaborate_with(out.source, document, expressions, options);
  // ∇_w E by a family w as a whole: the engine takes it part by part.
  if (const auto [family, of] = whole_gradient(expressions[0]); family && request.wrt.empty()) {
    Elaboration other = elaborate_with(out.source, document, {of, family}, options);
    if (!elaboration.expressions[0].value && other.expressions[0].value && other.expressions[1].value) {
      elaboration = std::move(other);
    }
  }
  for (const ElaboratedExpression& read : elaboration.expressions) {
    for (const auto* told : {&read.inferred, &read.readings}) {
      for (const std::string& line : *told) {
        if (line.find('?') != std::string::npos) continue;  // a family whose members nobody counted
        if (std::find(out.readings.begin(), out.readings.end(), line) == out.readings.end())
          out.readings.push_back(line);
      }
    }
    for (const Diagnostic& d : read.diagnostics) {
      // What the reader has told already, with its exact kind, is not told again.
      const bool told = std::any_of(out.diagnostics.begin(), out.diagnostics.end(), [&](const Diagnostic& other) {
        return other.span == d.span && other.message == d.message;
      });
      if (!told) out.diagnostics.push_back(d);
    }
  }
  out.jacobian_columns = elaboration.jacobian_columns;
  out.gradient_rows = elaboration.gradient_rows;
  const auto& values = elaboration.expressions;
  if (!values[0].value) return out;
  if (values.size() > 1) {
    if (!values[1].value) return out;
    const Expr variable = values[1].value->body;
    if (variable->kind != Kind::ref || variable->symbol->role == Role::size ||
        variable->symbol->role == Role::constant) {
      out.diagnostics.push_back({Severity::error, "derivative-by", by, "a derivative is taken by a variable",
                                 "name one that stands in the expression"});
      return out;
    }
    if (!depends_on(values[0].value->body, variable->symbol)) {
      out.diagnostics.push_back({Severity::warning, "derivative-by", by, "the expression does not depend on this", ""});
    }
    out.by = values[1].value;
  }
  out.expression = values[0].value;
  return out;
}

}  // namespace gradus
