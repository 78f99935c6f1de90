// The grammar that both dialects share: items to expressions, and items to the chains of a display.
//
//   expression   sums of products of factors with scripts; `\sum` is a factor of its own, its body is what follows it
//   list         expressions or relations, separated by commas: what stands in brackets and in limits
//   derivative   \frac{∂^k f}{∂a ∂b} and its inline form ∂f/∂a
//   statements   rows, separators and words: the chains of a display
#pragma once

#include <optional>
#include <vector>

#include "notation/grammar/context.h"
#include "notation/grammar/item.h"

namespace gradus::notation {

class Grammar {
 public:
  explicit Grammar(Context& context) : context_(context) {}

  /// A sum. Empty: a bad node at `where`.
  SynPtr expression(ItemView items, Span where);
  /// An expression, or a chain if there are relations at its level.
  SynPtr relation(ItemView items, Span where);
  /// Relations separated by commas: the one there is, or a group without brackets.
  SynPtr list(ItemView items, Span where);
  /// What is written above or below: as a list, where signs and operators may stand alone (x^*, A_{i:}, x_+) and a
  /// transposition sign is the name "⊤".
  SynPtr script(ItemView items, Span where);
  /// A bracket with its items.
  SynPtr bracket(const Item& item);
  /// A fraction, or the derivative that it writes.
  SynPtr fraction(Span span, ItemView above, ItemView below);

  /// The chains of a display or an inline formula.
  std::vector<Chain> statements(Items items);

 private:
  struct Denominator;
  SynPtr product(ItemView items, Span where);
  SynPtr base(const Item& item);
  /// The factor that starts at items[at], with its scripts; moves `at` past it.
  SynPtr factor(ItemView items, std::size_t& at);
  SynPtr with_scripts(SynPtr base, ItemView items, std::size_t& at);
  SynPtr scripted(SynPtr base, ItemView items, std::size_t& at);
  SynPtr restriction(ItemView items, std::size_t& at);
  SynPtr deriv(Span span, ItemView mark_and_body, ItemView below, bool whole);
  std::optional<std::vector<ItemView>> denominators(ItemView below, const std::string& mark) const;
  /// ∂f/∂x at items[at] written with a slash, or null.
  SynPtr slash_derivative(ItemView items, std::size_t& at);

  Context& context_;
  int depth_ = 0;
};

/// Pairs the bars of a list: |x|, ‖x‖, ||x||. What pairs becomes a bracket; a bar before a subscript stays a bar (the
/// restriction f|_{x=a}); what is left over separates.
void pair_bars(Items& items);

}  // namespace gradus::notation
