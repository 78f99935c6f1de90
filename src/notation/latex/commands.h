// What LaTeX's commands mean to the reader: one row each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gradus::notation::latex {

enum class Meaning : std::uint8_t {
  name,      ///< text: the letter or sign
  function,  ///< text: the function's name
  op,        ///< text: as SynKind::op
  rel,       ///< text: a relation
  sign,
  bigop,         ///< text: as SynKind::bigop
  limit,         ///< \max, \inf: an operator if it has a limit, else a function
  accent,        ///< text: as Syn::accent
  style,         ///< text: as Syn::style; of the argument
  style_switch,  ///< \bf: of the rest of its braces
  text,          ///< words
  words,         ///< a sign between statements: ⇒
  frac,
  binom,
  root,
  space,  ///< nothing
  quad,
  skip,     ///< nothing, with its argument
  group,    ///< its argument counts
  splice,   ///< its argument counts, as if its braces were not there
  under,    ///< \underbrace: its argument counts, the note does not
  overset,  ///< \overset{a}{b}
  underset,
  operator_name,
  opening,  ///< a bracket; text: as Syn::open
  closing,
  bar,
  mid,
  size,  ///< \big and the like; text: "l", "r", "m" or ""
  left,
  right,
  negate,  ///< \not
  prime,
  substack,
  modulo,        ///< \pmod{n}
  derivative,    ///< \pdv, \dv of the physics package; text: "∂" or "d"
  arg,           ///< \arg, before \max and \min
  between_rows,  ///< \intertext: words between rows
};

struct Command {
  std::string_view name;
  Meaning meaning;
  std::string_view text;
};

/// The row of that command, or null.
const Command* find_command(std::string_view name);
/// An elementary function by one of its names, where LaTeX has no command of its own: \softplus. Null for others.
const Command* find_function(std::string_view name);
/// The row for a character that is no letter or digit, or null: "+", "≤", "∂".
const Command* find_character(std::string_view character);
/// How a letter typed in Unicode is written: "α" → "\alpha"; others as they are.
std::string latex_of_letter(std::string_view letter);

}  // namespace gradus::notation::latex
