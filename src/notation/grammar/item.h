// What both dialects agree on before the grammar: a formula as a flat list of items, with brackets already nested.
//
// LaTeX and the plain-text language differ in how symbols are spelled; sums, products, scripts, derivatives, chains and
// rows are the same. A dialect turns its text into items, and the grammar (grammar.h) turns items into syntax.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sheet/syntax.h"

namespace gradus::notation {

enum class ItemKind : std::uint8_t {
  atom,     ///< finished syntax: a name, a number, a fraction, a matrix
  sign,     ///< text: "+", "-", "±"
  op,       ///< text: as SynKind::op
  rel,      ///< text: a relation
  comma,    ///< text: "," or "."
  semi,     ///< text: ";"
  bar,      ///< text: "|" or "‖", not yet known to open or to close; sized: from \big and the like
  mid,      ///< a bar that separates: p(x | y)
  sub,      ///< kids: what is written below
  sup,      ///< kids: what is written above
  prime,    ///< one prime; text "!": a factorial sign
  bracket,  ///< text: how it opens, close: how it closes ("" invisible); kids
  brace,    ///< kids, held together without a visible bracket
  bigop,    ///< text: as SynKind::bigop; syn: the name that it is without limits, or null
  words,    ///< text: words between formulas, "⇒", "∀"
  align,    ///< & in an aligned environment; text: the environment
  row,      ///< the end of a row; text: the environment
  quad,     ///< wide space
};

struct Item {
  ItemKind kind = ItemKind::atom;
  Span span;
  std::string text;
  std::string close;
  SynPtr syn;
  std::vector<Item> kids;
  bool sized = false;
};

using Items = std::vector<Item>;
using ItemView = std::span<const Item>;

Item item_of(ItemKind kind, Span span, std::string text = "");
Item atom_of(SynPtr syn);
/// Whether an operand ends the list.
bool ends_with_operand(const Items& items);

/// Takes in a raised, a lowered or a combining character or a fraction: ², ᵢ, the hat of x̂, ½. False if it is none.
bool take_unicode(std::string_view character, Span span, Items& items);

/// The span from the first item to the last.
Span span_of(ItemView items);

}  // namespace gradus::notation
