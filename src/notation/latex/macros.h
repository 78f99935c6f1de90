// \newcommand, \def, \DeclareMathOperator: a document's own commands, and their bounded expansion.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "notation/latex/token.h"

namespace gradus::notation::latex {

class Macros {
 public:
  /// Reads the definition that starts at tokens[at] ("\newcommand" …). Returns where it ends, or `at` if there is none.
  std::size_t define(Context& context, const std::vector<Token>& tokens, std::size_t at);
  /// The tokens with every macro replaced and every definition taken in. What a macro makes carries the span of its
  /// use.
  std::vector<Token> expand(Context& context, std::vector<Token> tokens);
  static bool is_definition(std::string_view command);

 private:
  struct Macro {
    int parameters = 0;
    std::optional<std::vector<Token>> first_default;
    std::vector<Token> body;
  };
  std::unordered_map<std::string_view, Macro> macros_;
  std::size_t document_tokens_ = 0;
};

}  // namespace gradus::notation::latex
