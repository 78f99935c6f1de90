// What a dialect reads: formulas as written, before anyone knows what the names mean.
//
// The grammar knows no types. `f(x)` is the product [name f][group (x)]; `A^T` is scripts(A; sup T); `\log p_i` is
// [name log][scripts p]; `\sum_{i=1}^n a_i \cdot b_i` is [bigop][scripts a][op ·][scripts b]. What is applied to what
// is decided by elaboration, once for all dialects.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"

namespace gradus {

struct Syn;
using SynPtr = std::shared_ptr<const Syn>;

enum class SynKind : std::uint8_t {
  number,   ///< text: decimal digits, perhaps with a point
  name,     ///< text: base letter(s) in Unicode ("x", "α", "∇", "∂", "ℓ", "log", "∞", "…"); accent, style, latex
  text,     ///< text: words of \text{…}
  op,       ///< inside a product. text: "·" (\cdot), "×", "*", "/", "⊙", "⊘", "⊗", "∘", ":"
  scripts,  ///< kids[0]: base; sub, sup: what is written there (may be null); primes
  group,    ///< open: "(" "[" "{" "|" "‖" "⟨" "⌊" "⌈"; kids: items; seps: "," or ";" between them
  product,  ///< kids: things side by side, with op nodes between some. Never one kid alone
  sum,      ///< kids: terms; signs: +1, -1 (0 for ±), one a term. A leading minus is a sum of one term
  frac,     ///< kids: numerator, denominator (also \tfrac, \dfrac, \cfrac); binom: text "binom"
  root,     ///< kids: radicand [, index]
  bigop,    ///< text: "sum" "prod" "max" "min" "argmax" "argmin" "lim" "int" "expectation"; sub, sup: limits. Its body
            ///< is what follows it
  deriv,  ///< \frac{∂^k body}{∂a ∂b^2}: text "∂" or "d"; kids[0]: numerator or null (then it applies to what follows);
          ///< kids[1..]: denominators, orders: the power of each; total order in `order`
  restrict_,  ///< \big|_{x=a}: applies to what stands before it; kids: the equations in its subscript (as relation
              ///< chains)
  matrix,     ///< rows of cells: kids row by row; columns: their number; also column vectors
  cases,      ///< kids: value, condition, value, condition, … (a condition may be null: otherwise); condition: Syn
  chain,      ///< a relation inside an expression (limits `i=1`, `i \neq k`, conditions): kids: sides; rels between
  under,      ///< \underbrace{body}_{note}, \overset… : kids[0] is what counts
  bad         ///< not understood; text: why
};

struct Syn {
  SynKind kind = SynKind::bad;
  Span span;
  std::string text;
  std::string
      accent;  ///< of a name: "hat", "bar", "tilde", "vec", "dot", "ddot", "underline", "check"; several joined by "+"
  std::string style;  ///< of a name: "", "bold", "cal", "bb", "roman", "op" (\log, \operatorname{…}), "frak"
  std::string latex;  ///< of a name: how it was written, with accent and style: "\\hat{x}", "\\mathbf{w}"
  std::vector<SynPtr> kids;
  SynPtr sub, sup;
  int primes = 0;
  std::string open;
  std::vector<std::string> seps;
  std::vector<int> signs;
  std::vector<int> orders;
  int order = 1;
  int columns = 0;
  std::vector<std::string> rels;  ///< of a chain: "=", "≠", "<", "≤", ">", "≥", "∈", …
};

/// One statement of a display or an inline formula: `sides[0] rels[0] sides[1] rels[1] …`. Words that no statement
/// follows
/// ("A \text{ symmetric}") are a chain of their own without sides.
struct Chain {
  Span span;
  std::vector<SynPtr> sides;  ///< the first may be null if the row starts with a relation and continues nothing
  std::vector<std::string>
      rels;  ///< "=", ":=", "≡", "≜", "∈", ":" (f : A → B), "→", "↦", "≈", "∝", "≤", "≥", "<", ">", "≠",
             ///< "≻", "≽", "∼", "⊂", "=:" (defines its right side), "∉", "≪", "≫", "⊥", …
  std::vector<Span> side_spans;  ///< the exact source of each side, trimmed
  std::string separator;         ///< before it: "" (first), ",", ";", "quad", "row", "words"
  std::string words;  ///< \text{…} and arrows right before it: "then", "for all" (also \forall), "⇒", "⇔", "∴",
                      ///< "because"
};

/// The document, flat: what a reader meets from top to bottom.
struct Piece {
  enum class Kind : std::uint8_t { heading, words, inline_math, display_math, paragraph } kind = Kind::words;
  Span span;
  std::string text;           ///< words, or the heading's text (formulas in it as written)
  int level = 0;              ///< of a heading, from 1
  std::vector<Chain> chains;  ///< of a formula
};

struct Document {
  std::vector<Piece> pieces;
  std::vector<Diagnostic> diagnostics;  ///< slugs: unbalanced, unknown-macro, macro-expansion, encoding, depth, …
};

/// Canonical text for a debug view and for tests, e.g. `(sum +(scripts x sub:i sup:2) -(product 2 y))`.
std::string dump(const Syn& syn);

}  // namespace gradus
