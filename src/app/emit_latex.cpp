// A computation as LaTeX: the sheet's own words and formulas as far as they declare and define, then the derivatives
// as the symbolic engine finds them. What is written is a document, and a sheet again: `gradus check` judges it.
#include <fmt/format.h>

#include <algorithm>

#include "app/derive.h"
#include "app/emit.h"
#include "app/quantities.h"
#include "notation/read.h"
#include "sheet/elaborate.h"

namespace gradus {
namespace {

bool contains(Span outer, Span inner) { return outer.begin <= inner.begin && inner.begin < outer.end; }

/// Where the group in braces that starts at `at` ends; `at` if none does.
std::size_t group_end(const std::string& text, std::size_t at) {
  if (at >= text.size() || text[at] != '{') return at;
  int depth = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return at;
}

/// The sheet's own commands, as they are written.
std::string commands_of(const std::string& text) {
  std::string out;
  for (const std::string command :
       {"\\newcommand", "\\renewcommand", "\\providecommand", "\\def", "\\DeclareMathOperator"}) {
    for (std::size_t at = text.find(command); at != std::string::npos; at = text.find(command, at + 1)) {
      std::size_t end = at + command.size();
      if (end < text.size() && text[end] == '*') ++end;
      if (end < text.size() && text[end] == '{')
        end = group_end(text, end);  // {\name}
      else if (end < text.size() && text[end] == '\\')
        while (++end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) {
        }
      while (end < text.size() && text[end] != '{' && text[end] != '\n') ++end;  // [1], #1
      const std::size_t close = group_end(text, end);
      if (close > end) out += text.substr(at, close - at) + "\n";
    }
  }
  return out;
}

/// Words of a Markdown paragraph in a LaTeX document.
std::string escaped(std::string_view words) {
  std::string out;
  for (const char c : words) {
    if (std::string_view("%#&_$").find(c) != std::string_view::npos) out += '\\';
    if (c != '*' && c != '`') out += c;
  }
  return out;
}

class SheetWriter {
 public:
  SheetWriter(const Source& source, const Document& document, const Sheet& sheet)
      : source_(source),
        document_(document),
        sheet_(sheet),
        latex_(source.text().find("\\begin{document}") != std::string_view::npos) {}

  Result<std::string> run() {
    std::string words;
    bool declares = false, assumes = false;
    for (const Piece& piece : document_.pieces) {
      if (piece.kind == Piece::Kind::words || piece.kind == Piece::Kind::inline_math) {
        if (!words.empty()) words += ' ';
        words += piece.kind == Piece::Kind::words ? (latex_ ? piece.text : escaped(piece.text)) : inline_formula(piece);
        declares = declares || states(piece.span, {Statement::Kind::declaration, Statement::Kind::definition});
        assumes = assumes || states(piece.span, {Statement::Kind::assumption});
        continue;
      }
      if (piece.kind == Piece::Kind::paragraph) {
        if (!assumes) end_paragraph(words, declares);  // an assumption may belong to the display that follows
        continue;
      }
      const std::string display = piece.kind == Piece::Kind::display_math ? kept(piece) : "";
      end_paragraph(words, declares || (assumes && !display.empty()));
      assumes = false;
      if (piece.kind == Piece::Kind::heading)
        out_ += fmt::format("\n\\{}section*{{{}}}\n", piece.level > 1 ? "sub" : "", escaped(piece.text));
      else
        out_ += display;
    }
    end_paragraph(words, declares || assumes);
    if (plain_) {
      return Diagnostic{Severity::error, "expression", *plain_, "a formula in plain text has no LaTeX to be written",
                        "write it between dollars: $…$"};
    }
    return out_;
  }

 private:
  void end_paragraph(std::string& words, bool& keep) {
    if (keep && !words.empty()) out_ += "\n" + words + "\n";
    words.clear();
    keep = false;
  }
  void end_paragraph(std::string& words, bool&& keep) { end_paragraph(words, keep); }

  bool states(Span span, std::initializer_list<Statement::Kind> kinds) const {
    return std::any_of(sheet_.statements.begin(), sheet_.statements.end(), [&](const Statement& s) {
      return contains(span, s.span) && std::find(kinds.begin(), kinds.end(), s.kind) != kinds.end();
    });
  }

  std::string inline_formula(const Piece& piece) {
    const std::string text(source_.text(piece.span));
    if (text.starts_with("`")) plain_ = plain_.value_or(piece.span);
    return text;
  }

  bool judged(Span span) const { return states(span, {Statement::Kind::claim, Statement::Kind::unread}); }

  /// The display without its claims: what stands together stays together.
  std::string kept(const Piece& piece) {
    const std::string_view whole = source_.text(piece.span);
    const auto kDeclares = {Statement::Kind::declaration, Statement::Kind::definition};
    std::string out;
    std::optional<Span> run;
    const auto close = [&] {
      if (run) out += display(*run);
      run.reset();
    };
    for (const Chain& chain : piece.chains) {
      if (states(chain.span, kDeclares)) {
        if (whole.starts_with("`") && whole.find('\\') == whole.npos) plain_ = plain_.value_or(piece.span);
        run = Span{run ? run->begin : chain.span.begin, chain.span.end};
        if (!judged(chain.span) || chain.side_spans.size() < 2) continue;
        run->end = chain.side_spans[1].end;  // the definition alone: what follows from it are claims
        close();
      } else if (judged(chain.span)) {
        close();
      } else if (run && (!chain.sides.empty() || states(chain.span, {Statement::Kind::assumption}))) {
        run->end = chain.span.end;  // "for i = 1, …, n"
      }
    }
    close();
    return out;
  }

  std::string display(Span span) const {
    std::string formula(source_.text(span));
    while (!formula.empty() && std::string_view(" \n\t\\&,;").find(formula.back()) != std::string_view::npos)
      formula.pop_back();
    if (formula.find('&') != std::string::npos) formula = "\\begin{aligned} " + formula + " \\end{aligned}";
    return fmt::format("\\[ {} \\]\n", formula);
  }

  const Source& source_;
  const Document& document_;
  const Sheet& sheet_;
  bool latex_;
  std::string out_;
  std::optional<Span> plain_;  ///< a formula that is not LaTeX
};

std::string display_of(const Derivative& d) {
  std::string out;
  for (const Derivative& part : d.parts) out += display_of(part);
  if (!d.parts.empty()) return out;
  if (!d.name.empty()) out += fmt::format("\\[ {} = {} \\]\n", d.name, d.expression.latex);
  if (d.folded && !d.new_names) return out + fmt::format("\\[ {} = {} \\]\n", d.left.latex, d.result.latex);
  const std::string ranges = d.ranges.empty() ? "" : " \\quad \\text{for } " + d.ranges;
  return out + fmt::format("\\[ {} = {}{} \\]\n", d.left_entry.latex, d.entry.latex, ranges);
}

}  // namespace

Emission emit_latex(const ComputeRequest& request) {
  Emission out;
  Pool pool;
  const Pool::Scope scope(pool);
  const Result<std::string> text = section_text(request.name, request.text, request.scope);
  if (!text) {
    out.diagnostics.push_back(text.error());
    return out;
  }
  const ReadQuantities read = read_quantities(request.name, request.text, request.scope, request.quantities);
  out.source = read.source;
  out.diagnostics = read.diagnostics;
  if (read.values.size() != request.quantities.size() ||
      std::any_of(read.values.begin(), read.values.end(), [](const auto& value) { return !value; }))
    return out;
  const Source source(request.name, *text);
  const Document document = read_document(source);
  const Result<std::string> sheet = SheetWriter(source, document, elaborate(source, document)).run();
  if (!sheet) {
    out.source = source;
    out.diagnostics.push_back(sheet.error());
    return out;
  }
  std::string derivatives;
  for (const WantedDerivative& wanted : request.derivatives) {
    if (wanted.kind == WantedDerivative::Kind::vjp || wanted.kind == WantedDerivative::Kind::jvp) {
      out.diagnostics.push_back({Severity::error,
                                 "usage",
                                 {},
                                 "LaTeX says whole derivatives, along no direction",
                                 "ask for --grad, --jacobian or --hessian"});
      return out;
    }
    DeriveRequest derivation;
    derivation.name = request.name;
    derivation.text = *text;
    derivation.expression = request.quantities[0];
    derivation.wrt = wanted.by;
    derivation.order = wanted.kind == WantedDerivative::Kind::hessian ? 2 : 1;
    derivation.steps = StepGrain::none;
    const Derivative derivative = derive(derivation);
    if (!derivative.ok || !derivative.diagnostics.empty()) {
      out.source = derivative.source;
      out.diagnostics.insert(out.diagnostics.end(), derivative.diagnostics.begin(), derivative.diagnostics.end());
    }
    if (!derivative.ok) return out;
    derivatives += display_of(derivative);
  }
  out.text =
      "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n" + commands_of(*text) + "\\begin{document}\n" + *sheet;
  if (!derivatives.empty()) out.text += "\nDerivatives:\n" + derivatives;
  out.text += "\\end{document}\n";
  out.ok = true;
  return out;
}

}  // namespace gradus
