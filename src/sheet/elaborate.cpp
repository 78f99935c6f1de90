// The passes over a sheet, and the choice of its layout.
//
// What one pass learns of undeclared names (their rank, the length of their axes) the next one knows from the start; a
// few passes settle it.
#include "sheet/elaborate.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "sheet/names_apart.h"
#include "sheet/reader.h"
#include "sheet/words.h"

namespace gradus {

namespace {

constexpr int kMostPasses = 12;

struct Job {
  const Source& source;
  const Document& document;
  const ElaborateOptions& options;
  const std::vector<SynPtr>& expressions;
  Apart apart;
};

/// The document and the expressions with the names told apart that are known to be different.
struct Text {
  Text(const Job& job, const Apart& apart) : document(told_apart(job.document, apart)), scan(prescan(document)) {
    for (const SynPtr& expression : job.expressions) {
      expressions.push_back(told_apart(expression, apart));
      Chain chain;
      chain.sides = {expressions.back()};
      prescan_formula(chain, scan);
    }
  }
  Document document;
  Prescan scan;
  std::vector<SynPtr> expressions;
};

struct Outcome {
  Sheet sheet;
  std::vector<ElaboratedExpression> expressions;
  int ill_typed = 0;
};

Outcome run(const Job& job, Layout layout) {
  Knowledge knowledge;
  knowledge.apart = job.apart;
  Outcome out;
  auto text = std::make_unique<Text>(job, knowledge.apart);
  for (int pass = 0; pass < kMostPasses; ++pass) {
    if (knowledge.parted) text = std::make_unique<Text>(job, knowledge.apart);
    knowledge.changed = knowledge.parted = false;
    knowledge.dims.changed();
    SheetReader reader(job.source, text->document, job.options, text->scan, knowledge, layout);
    out.sheet = reader.read();
    out.expressions.clear();
    for (const SynPtr& expression : text->expressions) out.expressions.push_back(reader.expression(expression));
    bool more = knowledge.dims.changed();
    if (!more && !knowledge.changed && !knowledge.parted) break;
  }
  for (const Claim& claim : out.sheet.claims) out.ill_typed += claim.state == Claim::State::ill_typed;
  return out;
}

std::optional<Layout> declared_layout(const Document& document) {
  for (const Piece& piece : document.pieces) {
    if (piece.kind != Piece::Kind::words) continue;
    std::string text = lower(piece.text);
    auto has = [&](const char* phrase) { return text.find(phrase) != std::string::npos; };
    if (has("denominator layout") || has("denominator-layout")) return Layout::denominator;
    for (const char* phrase :
         {"numerator layout", "numerator-layout", "gradients are rows", "gradient is a row",
          "gradients are row vectors", "gradients as rows", "gradients as row vectors", "gradients are written as row"})
      if (has(phrase)) return Layout::numerator;
  }
  return std::nullopt;
}

}  // namespace

Elaboration elaborate_with(const Source& source, const Document& document, const std::vector<SynPtr>& expressions,
                           const ElaborateOptions& options) {
  const Job job{source, document, options, expressions, options.matrix_convention ? Apart{} : names_apart(document)};
  std::optional<Layout> said = declared_layout(document);
  Outcome best = run(job, said.value_or(Layout::standard));
  if (!said && best.ill_typed > 0) {
    for (Layout layout : {Layout::denominator, Layout::numerator}) {
      Outcome other = run(job, layout);
      if (other.ill_typed > 0) continue;
      std::string told = layout == Layout::denominator ? "Jacobians have one column an output: only so do all steps fit"
                                                       : "gradients are rows: only so do all steps fit";
      for (Claim& claim : other.sheet.claims) claim.readings.push_back(told);
      return {std::move(other.sheet), std::move(other.expressions), layout == Layout::denominator,
              layout == Layout::numerator};
    }
  }
  if (said)
    for (Claim& claim : best.sheet.claims)
      claim.assumptions.push_back(*said == Layout::denominator ? "denominator layout" : "numerator layout");
  return {std::move(best.sheet), std::move(best.expressions), said == Layout::denominator, said == Layout::numerator};
}

Sheet elaborate(const Source& source, const Document& document, const ElaborateOptions& options) {
  return elaborate_with(source, document, {}, options).sheet;
}

}  // namespace gradus
