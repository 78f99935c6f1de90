// Bars say nothing about opening or closing. A bar closes if an open one of its kind waits and an operand stands before
// it; it opens if one of its kind still follows in the same statement; before a subscript it is a restriction.
#include "notation/grammar/grammar.h"

namespace gradus::notation {
namespace {

bool ends_operand(const Item& item) {
  switch (item.kind) {
    case ItemKind::atom:
    case ItemKind::bracket:
    case ItemKind::brace:
    case ItemKind::sub:
    case ItemKind::sup:
    case ItemKind::prime: return true;
    default: return false;
  }
}

bool ends_statement(const Item& item) {
  switch (item.kind) {
    case ItemKind::rel:
    case ItemKind::comma:
    case ItemKind::semi:
    case ItemKind::words:
    case ItemKind::quad: return true;
    default: return false;
  }
}

struct Open {
  std::size_t at;  ///< in the output
  std::string text;
  bool sized;
};

void close_bracket(Items& out, const Open& open, const Item& closing, Span end) {
  Item bracket;
  bracket.kind = ItemKind::bracket;
  bracket.text = closing.text;
  bracket.close = closing.text;
  bracket.span = cover(out[open.at].span, end);
  bracket.kids.assign(std::make_move_iterator(out.begin() + static_cast<std::ptrdiff_t>(open.at) + 1),
                      std::make_move_iterator(out.end()));
  out.resize(open.at);
  out.push_back(std::move(bracket));
}

}  // namespace

void pair_bars(Items& items) {
  bool any = false;
  for (const Item& item : items) any = any || item.kind == ItemKind::bar;
  if (!any) return;

  // next[i]: whether a bar of the kind follows item i in the same statement.
  std::vector<bool> single(items.size() + 1), twice(items.size() + 1);
  for (std::size_t i = items.size(); i-- > 0;) {
    const bool stop = ends_statement(items[i]);
    const bool bar = items[i].kind == ItemKind::bar;
    single[i] = (bar && items[i].text == "|") || (!stop && single[i + 1]);
    twice[i] = (bar && items[i].text == "‖") || (!stop && twice[i + 1]);
  }

  Items out;
  out.reserve(items.size());
  std::vector<Open> open;
  bool operand = false;  // whether an operand ends right before the bar
  for (std::size_t i = 0; i < items.size(); ++i) {
    Item& item = items[i];
    if (item.kind != ItemKind::bar) {
      if (ends_statement(item)) {
        for (const Open& o : open) out[o.at].kind = ItemKind::mid;
        open.clear();
      }
      // A script belongs to what stands before it: after \sum_i a bar opens.
      const bool script = item.kind == ItemKind::sub || item.kind == ItemKind::sup || item.kind == ItemKind::prime;
      if (item.kind != ItemKind::align && item.kind != ItemKind::row && !script) operand = ends_operand(item);
      out.push_back(std::move(item));
      continue;
    }
    const bool below = i + 1 < items.size() && items[i + 1].kind == ItemKind::sub;
    const bool waits = !open.empty() && open.back().text == item.text;
    if (waits && operand && !(item.sized && below && !open.back().sized)) {
      close_bracket(out, open.back(), item, item.span);
      open.pop_back();
      continue;
    }
    // "||": one double bar, unless a single one waits to be closed.
    Item bar = item;
    bool follows = bar.text == "|" ? single[i + 1] : twice[i + 1];
    if (item.text == "|" && i + 1 < items.size() && items[i + 1].kind == ItemKind::bar && items[i + 1].text == "|" &&
        items[i + 1].span.begin == item.span.end) {
      const bool doubled_waits = !open.empty() && open.back().text == "||";
      if (doubled_waits || !operand || single[i + 2]) {
        bar.span = cover(item.span, items[i + 1].span);
        bar.text = "‖";
        ++i;
        if (doubled_waits && operand) {
          close_bracket(out, open.back(), bar, bar.span);
          open.pop_back();
          continue;
        }
        open.push_back({out.size(), "||", false});
        out.push_back(std::move(bar));
        operand = false;
        continue;
      }
    }
    if (below && operand) {
      out.push_back(std::move(bar));  // a restriction: what follows it says where
      operand = true;
      continue;
    }
    if (follows) {
      open.push_back({out.size(), bar.text, bar.sized});
      out.push_back(std::move(bar));
      operand = false;
      continue;
    }
    bar.kind = ItemKind::mid;
    out.push_back(std::move(bar));
    operand = false;
  }
  for (const Open& o : open) out[o.at].kind = ItemKind::mid;
  items = std::move(out);
}

}  // namespace gradus::notation
