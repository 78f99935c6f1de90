// LaTeX as tokens: letters, digits, commands, signs, environments. Comments and white space end here.
#pragma once

#include <string_view>
#include <vector>

#include "notation/grammar/context.h"

namespace gradus::notation::latex {

enum class TokenKind : std::uint8_t {
  letter,  ///< text: one Latin letter
  digit,
  command,  ///< text: its name without the backslash ("frac", "{", "|")
  symbol,   ///< text: one other character, as UTF-8
  open,     ///< {
  close,    ///< }
  begin,    ///< text: the environment
  end,
  row,        ///< \\ with its optional length
  parameter,  ///< #n in a macro's body; text: n
  failed,     ///< text: why; already reported
};

struct Token {
  TokenKind kind = TokenKind::symbol;
  bool spaced = false;  ///< white space before it
  Span span;
  std::string_view text;
};

/// Tokens of the source at `span`. Texts point into the source. `quote_depth`: as many ">" at the start of a line are a
/// block quote's, not the formula's.
std::vector<Token> tokenize(Context& context, Span span, int quote_depth = 0);

}  // namespace gradus::notation::latex
