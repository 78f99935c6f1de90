// The readers: a document in, pieces out. Markdown finds the mathematics; LaTeX or plain text reads each formula.
#pragma once

#include "sheet/syntax.h"

namespace gradus {

/// A Markdown, plain-text or LaTeX document. Mathematics is found in the raw text, before anything is taken for
/// Markdown. Never throws; what is not understood is a `bad` node and a diagnostic.
Document read_document(const Source& source);

/// One formula (or several, separated) in LaTeX, at `span` of the source.
std::vector<Chain> read_latex(const Source& source, Span span, std::vector<Diagnostic>& diagnostics);

/// The same in the plain-text language: `sum(i=0..2) w[1,i;2,0] * x[j]`, `norm2(A*x-y)^2`, `d/dx (x' A x)`, `∂E/∂w`.
std::vector<Chain> read_plain(const Source& source, Span span, std::vector<Diagnostic>& diagnostics);

}  // namespace gradus
