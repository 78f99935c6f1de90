#include "notation/grammar/item.h"

#include <iterator>

#include "notation/grammar/characters.h"
#include "notation/grammar/nodes.h"

namespace gradus::notation {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A script grows while its characters stand side by side: x₁₂ has one subscript, twelve.
Item& script(ItemKind kind, Span span, Items& items) {
  const bool grows =
      !items.empty() && items.back().kind == kind && items.back().span.end == span.begin && items.back().sized;
  if (!grows) {
    Item item;
    item.kind = kind;
    item.span = span;
    item.sized = true;  // marks that it was made of characters
    items.push_back(std::move(item));
  }
  items.back().span = cover(items.back().span, span);
  return items.back();
}

}  // namespace

Item item_of(ItemKind kind, Span span, std::string text) {
  Item item;
  item.kind = kind;
  item.span = span;
  item.text = std::move(text);
  return item;
}

Item atom_of(SynPtr syn) {
  Item item;
  item.span = syn->span;
  item.syn = std::move(syn);
  return item;
}

bool ends_with_operand(const Items& items) {
  if (items.empty()) return false;
  switch (items.back().kind) {
    case ItemKind::atom:
    case ItemKind::bracket:
    case ItemKind::brace:
    case ItemKind::sub:
    case ItemKind::sup:
    case ItemKind::prime: return true;
    default: return false;
  }
}

bool take_unicode(std::string_view character, Span span, Items& items) {
  if (character.size() < 2) return false;
  if (const std::string_view accent = combining_accent(character); !accent.empty()) {
    if (items.empty() || items.back().kind != ItemKind::atom || items.back().syn->kind != SynKind::name) return false;
    auto name = std::make_shared<Syn>(*items.back().syn);
    name->accent += (name->accent.empty() ? "" : "+") + std::string(accent);
    name->latex = "\\" + std::string(accent) + "{" + name->latex + "}";
    name->span = cover(name->span, span);
    items.back().span = name->span;
    items.back().syn = std::move(name);
    return true;
  }
  if (const std::string_view parts = vulgar_fraction(character); !parts.empty()) {
    auto fraction = node::make(SynKind::frac, span);
    const std::size_t slash = parts.find('/');
    fraction->kids = {node::number(span, std::string(parts.substr(0, slash))),
                      node::number(span, std::string(parts.substr(slash + 1)))};
    items.push_back(atom_of(std::move(fraction)));
    return true;
  }
  const bool up = !raised(character).empty();
  const std::string base(up ? raised(character) : lowered(character));
  if (base.empty()) return false;
  Item& item = script(up ? ItemKind::sup : ItemKind::sub, span, items);
  Item part;
  part.span = span;
  if (base == "+" || base == "-" || base == "=") {
    part.kind = base == "=" ? ItemKind::rel : ItemKind::sign;
    part.text = base;
  } else if (is_digit(base[0])) {
    if (!item.kids.empty() && item.kids.back().syn && item.kids.back().syn->kind == SynKind::number) {
      const Span whole = cover(item.kids.back().span, span);
      part.syn = node::number(whole, item.kids.back().syn->text + base);
      part.span = whole;
      item.kids.pop_back();
    } else {
      part.syn = node::number(span, base);
    }
  } else if (up && base == "T") {
    part.syn = node::name(span, "⊤", "\\top");
  } else if (base == "(") {
    part.kind = ItemKind::bracket;
    part.text = "(";
  } else if (base == ")") {  // x⁽ⁱ⁾: what stands behind the opening one moves into it
    std::size_t open = item.kids.size();
    while (open > 0 && !(item.kids[open - 1].kind == ItemKind::bracket && item.kids[open - 1].close.empty())) --open;
    if (open == 0) return false;
    Item& bracket = item.kids[open - 1];
    bracket.close = "(";
    bracket.span = cover(bracket.span, span);
    const auto first = item.kids.begin() + static_cast<std::ptrdiff_t>(open);
    bracket.kids.assign(std::make_move_iterator(first), std::make_move_iterator(item.kids.end()));
    item.kids.resize(open);
    return true;
  } else {
    part.syn = node::name(span, base, base);
  }
  item.kids.push_back(std::move(part));
  return true;
}

Span span_of(ItemView items) { return items.empty() ? Span{} : cover(items.front().span, items.back().span); }

}  // namespace gradus::notation
