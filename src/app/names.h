// Names as users type them on a command line, matched with those of a sheet: "\alpha", "α" and "alpha" are one name,
// and so are w_{0,j}^{1,i} and w_{0,b}^{1,a}: numerals choose, letters only hold a place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "program/lower.h"

namespace gradus {

struct TypedName {
  std::string whole;  ///< without blanks and braces: a script may be a part of the name, as in c_0
  std::string base;
  std::vector<std::string> sub, sup;  ///< "*" for a letter
};

TypedName typed_name(std::string_view text);
/// Whether the typed name is that of the symbol, a family as a whole.
bool means(const TypedName& typed, const Symbol* symbol);
/// Whether the typed name means this variable: by its name, or by scripts that choose it among the members of its
/// family (x_l is the whole of x).
bool means(const TypedName& typed, const Variable& variable);
/// What the typed name says of each index of the symbol, a numeral or nothing; none if it means something else.
std::optional<std::vector<Expr>> member_of(const TypedName& typed, const Symbol* symbol);
/// The size among these that the typed name means: n, or n_2 of a family of sizes; null if it is none of them.
Expr size_named(const TypedName& typed, const std::vector<const Symbol*>& sizes);
/// How the variable is written: "x", "w_{0,j}^{1,i}", with the letters that the sheet has where it is used.
std::string written(const Variable& variable, const std::vector<Quantity>& quantities);

}  // namespace gradus
