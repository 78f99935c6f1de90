#include "notation/latex/formula.h"

#include "notation/grammar/nodes.h"
#include "notation/latex/convert.h"
#include "notation/read.h"

namespace gradus::notation::latex {

std::vector<Chain> read_formula(Context& context, Macros& macros, Span span, int quote_depth) {
  const std::vector<Token> tokens = macros.expand(context, tokenize(context, span, quote_depth));
  const Trees trees = pair(context, tokens);
  Grammar grammar(context);
  Converter converter(context, grammar);
  return grammar.statements(converter.list(trees, true));
}

}  // namespace gradus::notation::latex

namespace gradus {

std::vector<Chain> read_latex(const Source& source, Span span, std::vector<Diagnostic>& diagnostics) {
  notation::Context context(source, diagnostics);
  notation::latex::Macros macros;
  return notation::latex::read_formula(context, macros, span);
}

}  // namespace gradus
