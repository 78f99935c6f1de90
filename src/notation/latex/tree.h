// A formula with its braces, brackets and environments paired. Bars stay as they are: they do not say which way they
// face.
#pragma once

#include <string>
#include <vector>

#include "notation/latex/commands.h"
#include "notation/latex/token.h"

namespace gradus::notation::latex {

struct Tree {
  enum class Kind : std::uint8_t { leaf, brace, bracket, environment, failed } kind = Kind::leaf;
  Token token;  ///< of a leaf; of a bracket what opens it
  Span span;
  std::string open;  ///< of a bracket: as Syn::open, "" invisible; of an environment: its name; failed: why
  std::string close;
  bool sized = false;       ///< a bar behind \big
  bool spaced_end = false;  ///< white space before what closes it
  std::vector<Tree> kids;
};
using Trees = std::vector<Tree>;

/// Pairs what belongs together. What has no partner is reported and becomes a failed tree; the rest goes on.
Trees pair(Context& context, const std::vector<Token>& tokens);

/// The meaning of a leaf that is a command or a character, or null.
const Command* meaning(const Token& token);

}  // namespace gradus::notation::latex
