// What was understood of a document: statements in order, each with its span, and the claims to be judged.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "expr/walk.h"
#include "sheet/syntax.h"

namespace gradus {

/// The shape of a value: its axes in order. One axis is a column unless `row`.
struct Value {
  Expr body = nullptr;
  IndexVars axes;
  bool row = false;
};

/// One way to read a claim. Where a reading is left open by the text, the claim must hold for every one of `cases`.
struct Case {
  IndexVars free;  ///< universally quantified: free indices and the axes of both sides
  Expr lhs = nullptr;
  Expr rhs = nullptr;
  Expr start = nullptr;  ///< the first side of the chain, or null if lhs is the start
  IndexVars axes;        ///< those of `free` that are axes of the sides, in order
  bool row = false;
};

/// A trait that is assumed in this claim only ("for symmetric A").
struct Assumed {
  const Symbol* symbol = nullptr;
  Traits traits;
};

struct Claim {
  /// undefined: it was read, but a constant in it has no value (1/0).
  enum class State : std::uint8_t { ok, ill_typed, unread, undefined } state = State::ok;
  int n = 0;
  Span span, lhs_span, rhs_span;
  std::vector<Case> cases;
  std::vector<Condition> conditions;   ///< about indices and sizes: "i ≠ k", "K = 1"
  std::vector<Condition> constraints;  ///< about quantities: "s² < m"; numbers that are put in satisfy them
  std::vector<Assumed> assumed;
  std::vector<Expr> vanishing;           ///< expressions assumed to be zero (Σ y_i − 1, x − x*): used by sampling
  std::vector<std::string> readings;     ///< readings that were not literal, told to the user
  std::vector<std::string> assumptions;  ///< what was assumed, in words
  bool open_assumption = false;          ///< an assumption nearby was not understood: `wrong` would not be safe
  std::vector<Diagnostic> diagnostics;   ///< why it is ill-typed or unread
  std::vector<const Symbol*> symbols;    ///< in scope, for the table of hypotheses
};

struct Statement {
  enum class Kind : std::uint8_t { heading, declaration, definition, assumption, claim, shown, unread } kind;
  Span span;
  std::string text;  ///< what was understood, in Unicode with types and ranges
  std::size_t scope = 0;
  int claim = 0;  ///< number, for a claim
};

struct Sheet {
  std::vector<Statement> statements;
  std::vector<Claim> claims;
  std::vector<Diagnostic> diagnostics;
};

/// Decides what a document means: declarations, definitions, assumptions, claims. The symbols belong to the current
/// Pool. Never throws.
struct ElaborateOptions {
  std::vector<std::string> assume;  ///< extra assumptions, as a sheet would say them: "A symmetric"
  bool matrix_convention = false;   ///< undeclared names: a–g scalar, h–z vector, A–Z matrix
};
Sheet elaborate(const Source& source, const Document& document, const ElaborateOptions& options = {});

}  // namespace gradus
