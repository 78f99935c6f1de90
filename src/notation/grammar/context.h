// Where a reader reports: the document and its diagnostics, with a limit so that a hostile document cannot flood them.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"
#include "sheet/syntax.h"

namespace gradus::notation {

class Context {
 public:
  Context(const Source& source, std::vector<Diagnostic>& diagnostics) : source_(&source), diagnostics_(&diagnostics) {}
  const Source& source() const { return *source_; }
  void report(std::string slug, Span span, std::string message, std::string help = "");
  /// Reports, and gives the node that stands for what was not understood.
  SynPtr bad(std::string slug, Span span, const std::string& message, std::string help = "");

  /// The letter that a typed one is. Keyboards have φ and ε, which LaTeX calls \varphi and \varepsilon; beside \phi in
  /// a document that has no \varphi, a typed φ is that \phi.
  std::string_view letter(std::string_view typed) const;

  /// Whether the document says what set the word is of: "x ∈ ℝ^n", "A, B ∈ …", "x in R".
  bool declares(std::string_view word) const;

  /// Nesting of the reader's own recursion; past the limit a formula is cut.
  static constexpr int max_depth = 200;
  static constexpr std::size_t max_diagnostics = 1000;

 private:
  const Source* source_;
  std::vector<Diagnostic>* diagnostics_;
  mutable std::optional<std::set<std::string, std::less<>>> declared_;  ///< found when first asked for
};

}  // namespace gradus::notation
