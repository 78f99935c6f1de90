#include "notation/plain/formula.h"

#include "notation/plain/reader.h"
#include "notation/read.h"

namespace gradus::notation::plain {

std::vector<Chain> read_formula(Context& context, Span span) {
  Grammar grammar(context);
  Reader reader(context, grammar, span);
  return grammar.statements(reader.list());
}

}  // namespace gradus::notation::plain

namespace gradus {

std::vector<Chain> read_plain(const Source& source, Span span, std::vector<Diagnostic>& diagnostics) {
  notation::Context context(source, diagnostics);
  return notation::plain::read_formula(context, span);
}

}  // namespace gradus
