// Derivatives as they are written: \frac{∂^k f}{∂a ∂b^2}, \frac{d}{dx}, ∂f/∂x, d/dx. The total order above must be the
// sum of the orders below; a number above a denominator is an order only if the sum needs it (∂f/∂σ^2 is by σ^2).
#include "notation/grammar/grammar.h"
#include "notation/grammar/nodes.h"

namespace gradus::notation {
namespace {

/// "∂" or "d" if the item may start a derivative, or "".
std::string mark_of(const Item& item) {
  if (item.kind != ItemKind::atom) return "";
  if (node::is_name(item.syn, "∂")) return "∂";
  return node::is_name(item.syn, "d") && item.syn->style != "bold" && item.syn->style != "cal" ? "d" : "";
}

bool is_script(const Item& item) {
  return item.kind == ItemKind::sub || item.kind == ItemKind::sup || item.kind == ItemKind::prime;
}

bool is_layout(const Item& item) {
  return item.kind == ItemKind::align || item.kind == ItemKind::row || item.kind == ItemKind::quad;
}

/// The number that a superscript consists of, or 0.
int number_of(const Item& item) {
  if (item.kind != ItemKind::sup || item.kids.size() != 1 || item.kids[0].kind != ItemKind::atom) return 0;
  const SynPtr& syn = item.kids[0].syn;
  if (syn->kind != SynKind::number || syn->text.size() != 1) return 0;
  return syn->text[0] >= '1' && syn->text[0] <= '9' ? syn->text[0] - '0' : 0;
}

/// A mark at items[at], not subscripted: what it writes is a derivative and no name ∂_w.
std::string mark_at(ItemView items, std::size_t at) {
  const std::string mark = mark_of(items[at]);
  if (mark.empty()) return "";
  if (at + 1 < items.size() && (items[at + 1].kind == ItemKind::sub || items[at + 1].kind == ItemKind::prime))
    return "";
  return mark;
}

/// Behind the mark at items[at]: its order, and where the rest begins. 0 if the order is no number.
int order_at(ItemView items, std::size_t& at) {
  ++at;
  if (at >= items.size() || items[at].kind != ItemKind::sup) return 1;
  return number_of(items[at++]);
}

/// One factor: a base with its scripts.
std::size_t factor_end(ItemView items, std::size_t at) {
  ++at;
  while (at < items.size() && is_script(items[at])) ++at;
  return at;
}

}  // namespace

std::optional<std::vector<ItemView>> Grammar::denominators(ItemView below, const std::string& mark) const {
  std::vector<ItemView> parts;
  std::size_t at = 0;
  while (at < below.size()) {
    if (is_layout(below[at])) {
      ++at;
      continue;
    }
    if (mark_at(below, at) != mark || at + 1 >= below.size() || is_script(below[at + 1])) return std::nullopt;
    const std::size_t begin = at + 1;
    // d(a, b) below a line is a distance or a call; only ∂ takes brackets.
    if (mark == "d" && below[begin].kind == ItemKind::bracket) return std::nullopt;
    at = factor_end(below, begin);
    while (at < below.size() && mark_at(below, at) != mark) ++at;
    for (const Item& item : below.subspan(begin, at - begin)) {
      if (item.kind == ItemKind::sign || item.kind == ItemKind::op || item.kind == ItemKind::rel ||
          item.kind == ItemKind::comma || item.kind == ItemKind::bigop) {
        return std::nullopt;
      }
    }
    parts.push_back(below.subspan(begin, at - begin));
  }
  if (parts.empty()) return std::nullopt;
  return parts;
}

SynPtr Grammar::deriv(Span span, ItemView mark_and_body, ItemView below, bool whole) {
  const std::string above_mark = mark_at(mark_and_body, 0);
  std::string below_mark;
  for (std::size_t i = 0; i < below.size() && below_mark.empty(); ++i) {
    if (!is_layout(below[i])) below_mark = mark_at(below, i);
    if (below_mark.empty() && !is_layout(below[i])) break;
  }
  if (above_mark.empty() || below_mark.empty()) return nullptr;
  const auto parts = denominators(below, below_mark);
  if (!parts) return nullptr;

  std::size_t body_at = 0;
  const int order = order_at(mark_and_body, body_at);
  const ItemView body = mark_and_body.subspan(body_at);
  if (whole) {
    for (const Item& item : body) {
      if (item.kind == ItemKind::sign || item.kind == ItemKind::rel || item.kind == ItemKind::comma) return nullptr;
    }
  }
  if (order == 0) {
    return context_.bad("syntax", span, "a derivative whose order is not a number", "write its order as 2, 3, …");
  }

  auto syn = node::make(SynKind::deriv, span, above_mark == "∂" || below_mark == "∂" ? "∂" : "d");
  syn->order = order;
  syn->kids.push_back(nullptr);
  bool blank = true;
  for (const Item& item : body) blank = blank && is_layout(item);
  if (!blank) syn->kids[0] = expression(body, span);

  int powers = 0;
  for (const ItemView& part : *parts) powers += std::max(1, number_of(part.back()));
  const bool as_powers = static_cast<int>(parts->size()) != order && powers == order;
  if (!as_powers && static_cast<int>(parts->size()) != order) {
    return context_.bad("syntax", span, "the order above the line is not the sum of the orders below it",
                        "write \\frac{\\partial^2 f}{\\partial x \\partial y}");
  }
  for (const ItemView& part : *parts) {
    const int power = number_of(part.back());
    if (as_powers && power > 0) {
      ItemView variable = part.first(part.size() - 1);
      SynPtr by = expression(variable, span);
      // (w)^2: the brackets only held the name together.
      if (by->kind == SynKind::group && by->open == "(" && by->kids.size() == 1) by = by->kids[0];
      syn->kids.push_back(std::move(by));
      syn->orders.push_back(power);
    } else {
      syn->kids.push_back(expression(part, span));
      syn->orders.push_back(1);
    }
  }
  return syn;
}

SynPtr Grammar::fraction(Span span, ItemView above, ItemView below) {
  if (!above.empty() && !below.empty() && !mark_at(above, 0).empty()) {
    if (SynPtr derivative = deriv(span, above, below, true)) return derivative;
  }
  const auto varies = [](ItemView items) {
    return items.size() > 1 && items[0].kind == ItemKind::atom && node::is_name(items[0].syn, "δ") &&
           !is_script(items[1]) && items[1].kind != ItemKind::op && items[1].kind != ItemKind::sign;
  };
  if (varies(above) && varies(below)) {
    return context_.bad("syntax", span, "a quotient of variations δ is not read",
                        "write it with \\partial, if that is meant");
  }
  auto syn = node::make(SynKind::frac, span);
  syn->kids = {list(above, span), list(below, span)};
  return syn;
}

SynPtr Grammar::slash_derivative(ItemView items, std::size_t& at) {
  const std::string mark = mark_at(items, at);
  if (mark.empty()) return nullptr;
  std::size_t slash = at + 1;
  while (slash < items.size() && items[slash].kind != ItemKind::sign && items[slash].kind != ItemKind::op &&
         mark_at(items, slash) != mark) {
    ++slash;
  }
  if (slash + 1 >= items.size() || items[slash].kind != ItemKind::op || items[slash].text != "/") return nullptr;
  const std::size_t first = slash + 1;
  if (mark_at(items, first) != mark) return nullptr;

  std::size_t after_mark = at;
  const int order = order_at(items, after_mark);
  // Below the slash: as many ∂a as the order needs.
  std::size_t end = first;
  int orders = 0;
  while (end < items.size() && mark_at(items, end) == mark && orders < std::max(1, order)) {
    if (end + 1 >= items.size() || is_script(items[end + 1]) || items[end + 1].kind == ItemKind::sign ||
        items[end + 1].kind == ItemKind::op) {
      break;
    }
    end = factor_end(items, end + 1);
    orders += order > 1 ? std::max(1, number_of(items[end - 1])) : 1;
  }
  if (end == first) return nullptr;
  const Span span = cover(items[at].span, items[end - 1].span);
  SynPtr syn = deriv(span, items.subspan(at, slash - at), items.subspan(first, end - first), true);
  if (syn) at = end;
  return syn;
}

}  // namespace gradus::notation
