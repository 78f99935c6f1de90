// A display as chains: rows that go on, columns, statements side by side, words between them.
//
// A row that starts with a relation continues the chain before it. A row continues the side before it if it starts with
// an operator, if that side ends with one, or if it is indented behind the alignment and brings no relation of its own.
// Commas, semicolons, wide spaces and words end a statement.
#include <algorithm>
#include <array>
#include <utility>

#include "notation/grammar/grammar.h"
#include "notation/grammar/nodes.h"

namespace gradus::notation {
namespace {

struct Draft {
  std::vector<Items> sides{1};
  std::vector<std::string> rels;
  std::string separator, words;
  Span words_span;
  std::size_t column = 0;
  bool leads_row = false;  ///< the first of its row
  bool condition = false;  ///< said with "for", "if", …: no row continues it
  bool only_words = false;
};

bool is_layout(const Item& item) { return item.kind == ItemKind::align || item.kind == ItemKind::quad; }

bool is_script(const Item& item) {
  return item.kind == ItemKind::sub || item.kind == ItemKind::sup || item.kind == ItemKind::prime;
}

/// Whether an expression that ends here waits for more.
bool waits(const Items& side) {
  for (std::size_t i = side.size(); i-- > 0;) {
    if (is_layout(side[i])) continue;
    if (side[i].kind == ItemKind::op || side[i].kind == ItemKind::sign || side[i].kind == ItemKind::bigop) return true;
    if (!is_script(side[i])) return false;
  }
  return true;
}

/// Words that join statements of one rank; all others bring a condition or a remark.
bool joins(std::string_view words) {
  constexpr std::array<std::string_view, 15> connectives = {
      "⇒", "⇔", "∴", "then", "and", "or", "hence", "thus", "so", "also", "therefore", "i.e.", "implies", "iff", "but"};
  const std::size_t from = words.rfind(' ');
  const std::string_view last = from == std::string_view::npos ? words : words.substr(from + 1);
  return std::find(connectives.begin(), connectives.end(), last) != connectives.end();
}

class Statements {
 public:
  Statements(Grammar& grammar, Context& context, Items items)
      : grammar_(grammar), context_(context), items_(std::move(items)) {}

  std::vector<Chain> read() {
    name_lone_sign();
    for (at_ = 0; at_ < items_.size(); ++at_) step();
    if (!words_.empty()) remark();
    std::vector<Chain> chains;
    for (Draft& draft : drafts_) chains.push_back(chain(draft));
    return chains;
  }

 private:
  /// "$\odot$ multiplies entry by entry": a sign that is spoken about is a name.
  void name_lone_sign() {
    if (items_.size() != 1) return;
    Item& item = items_[0];
    if (item.kind != ItemKind::op && item.kind != ItemKind::sign && item.kind != ItemKind::rel) return;
    item.kind = ItemKind::atom;
    item.syn = node::name(item.span, item.text, std::string(context_.source().text(item.span)));
  }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// The next item that is no layout, from i on.
  std::size_t significant(std::size_t i) const {
    while (i < items_.size() && is_layout(items_[i])) ++i;
    return i;
  }

  bool row_has_relation(std::size_t i) const {
    for (; i < items_.size() && items_[i].kind != ItemKind::row; ++i) {
      if (items_[i].kind == ItemKind::rel) return true;
    }
    return false;
  }

  Items& side() { return drafts_[current_].sides.back(); }

  void open() {
    if (current_ != none) return;
    Draft draft;
    draft.column = column_;
    draft.leads_row = fresh_;
    draft.separator = drafts_.empty() && words_.empty() ? "" : words_.empty() ? separator_ : "words";
    draft.condition =
        words_.empty() ? separator_ == "," && !fresh_ && !drafts_.empty() && drafts_.back().condition : !joins(words_);
    draft.words = std::move(words_);
    draft.words_span = std::exchange(words_span_, {});
    words_.clear();
    drafts_.push_back(std::move(draft));
    current_ = drafts_.size() - 1;
  }

  void close(const std::string& separator) {
    if (current_ == none && !separator_.empty()) return;
    current_ = none;
    separator_ = separator;
  }

  /// Words with no statement behind them.
  void remark() {
    current_ = none;
    open();
    drafts_.back().only_words = true;
    current_ = none;
  }

  /// The chain that a relation at the start of a row goes on with.
  void resume() {
    if (!words_.empty() && !joins(words_)) remark();
    const auto find = [&](bool same_column) {
      for (std::size_t i = drafts_.size(); i-- > 0;) {
        const Draft& draft = drafts_[i];
        if (draft.only_words || draft.condition || (same_column && draft.column != column_)) continue;
        if (draft.rels.empty() && !draft.leads_row) continue;
        return i;
      }
      return none;
    };
    current_ = find(true);
    if (current_ == none && column_ == 0) current_ = find(false);
    if (current_ == none) open();
  }

  void put(Item item) {
    open();
    fresh_ = false;
    side().push_back(std::move(item));
  }

  void step() {
    Item& item = items_[at_];
    switch (item.kind) {
      case ItemKind::row: return end_row();
      case ItemKind::align: return next_column();
      case ItemKind::quad: return wide_space();
      case ItemKind::rel: return relation(item);
      case ItemKind::comma:
      case ItemKind::semi: close(item.text == "," ? "," : ";"); return;
      case ItemKind::words:
        current_ = none;
        separator_ = "words";
        fresh_ = false;
        if (!words_.empty()) words_ += ' ';
        words_ += item.text;
        words_span_ = cover(words_span_, item.span);
        return;
      case ItemKind::op:
        if (item.text == ":" && types_a_function()) {
          item.kind = ItemKind::rel;
          item.text = ":";
          return relation(item);
        }
        if (item.text == ":" && significant(at_ + 1) == items_.size()) return;
        if (item.text == ":" && current_ != none && drafts_[current_].condition) {  // ∀ i : x_i = 0
          current_ = none;
          separator_ = "quad";
          return;
        }
        return put(std::move(item));
      case ItemKind::bracket:
        if (is_remark(item)) {
          item.kind = ItemKind::words;
          item.text.clear();
          for (const Item& kid : item.kids) item.text += (item.text.empty() ? "" : " ") + kid.text;
          return step();
        }
        return put(std::move(item));
      default: return put(std::move(item));
    }
  }

  /// (\text{by the chain rule}) beside a statement.
  bool is_remark(const Item& item) const {
    if (item.kids.empty()) return false;
    for (const Item& kid : item.kids) {
      if (kid.kind != ItemKind::words) return false;
    }
    return true;
  }

  /// Whether the colon here is that of f : A → B.
  bool types_a_function() const {
    for (std::size_t i = at_ + 1; i < items_.size(); ++i) {
      const Item& item = items_[i];
      if (item.kind == ItemKind::rel) return item.text == "→" || item.text == "↦";
      if (item.kind == ItemKind::comma || item.kind == ItemKind::semi || item.kind == ItemKind::words ||
          item.kind == ItemKind::quad || (item.kind == ItemKind::op && item.text == ":")) {
        return false;
      }
    }
    return false;
  }

  void relation(const Item& item) {
    if (current_ == none) resume();
    fresh_ = false;
    Draft& draft = drafts_[current_];
    if (draft.sides.back().empty() && !draft.rels.empty()) {
      if (after_row_ && draft.rels.back() == item.text) return;  // "a = \\ = b": one sign, repeated
      draft.sides.back().push_back(
          atom_of(context_.bad("syntax", item.span, "nothing stands between two relations", "write the missing side")));
    }
    after_row_ = false;
    draft.rels.push_back(item.text);
    draft.sides.emplace_back();
  }

  void wide_space() {
    if (current_ == none || fresh_ || waits(side())) return;
    const std::size_t next = significant(at_ + 1);
    if (next == items_.size()) return;
    switch (items_[next].kind) {
      case ItemKind::row:
      case ItemKind::rel:
      case ItemKind::op:
      case ItemKind::sign:
      case ItemKind::sub:
      case ItemKind::sup:
      case ItemKind::comma:
      case ItemKind::semi:
      case ItemKind::words: return;
      default: close("quad");
    }
  }

  void next_column() {
    ++aligns_;
    if (aligns_ % 2 == 1 || items_[at_].text.starts_with("eqnarray")) return;
    std::size_t next = at_ + 1;
    while (next < items_.size() && items_[next].kind == ItemKind::quad) ++next;
    if (next == items_.size()) return;
    if (items_[next].kind == ItemKind::align) {
      close("quad");
      column_ = aligns_ / 2;
      return;
    }
    if (current_ != none && waits(side())) return;  // a & = & b
    switch (items_[next].kind) {
      case ItemKind::row:
      case ItemKind::rel:
      case ItemKind::op:
      case ItemKind::sign: return;
      default: close("quad"); column_ = aligns_ / 2;
    }
  }

  void end_row() {
    const std::string& environment = items_[at_].text;
    const std::size_t next = significant(at_ + 1);
    bool aligned = false;
    for (std::size_t i = at_ + 1; i < next; ++i) aligned = aligned || items_[i].kind == ItemKind::align;
    aligns_ = 0;
    column_ = 0;
    fresh_ = true;
    after_row_ = true;
    if (next == items_.size() || current_ == none) return;
    const Item& first = items_[next];
    if (first.kind == ItemKind::row || first.kind == ItemKind::words) return;
    if (first.kind == ItemKind::rel) return close("row");
    const bool has_relation = row_has_relation(next);
    bool goes_on = waits(side());
    if (goes_on && !side().empty() && (first.kind == ItemKind::op || first.kind == ItemKind::sign)) {
      const Item& last = side().back();
      if (last.kind == first.kind && last.text == first.text) side().pop_back();  // "a + \\ + b": one sign, repeated
    }
    goes_on = goes_on || first.kind == ItemKind::op || environment.starts_with("multline");
    if (first.kind == ItemKind::sign) {
      goes_on = goes_on || first.text == "+" || !has_relation || (aligned && !environment.starts_with("gather"));
    }
    goes_on = goes_on || (aligned && !drafts_[current_].rels.empty() && !has_relation);
    if (!goes_on) close("row");
  }

  Chain chain(Draft& draft) {
    Chain chain;
    chain.separator = std::move(draft.separator);
    chain.words = std::move(draft.words);
    if (draft.only_words) {
      chain.span = draft.words_span;
      return chain;
    }
    chain.rels = std::move(draft.rels);
    Span where;
    for (std::size_t i = 0; i < draft.sides.size(); ++i) {
      ItemView items = draft.sides[i];
      while (!items.empty() && is_layout(items.front())) items = items.subspan(1);
      while (!items.empty() && is_layout(items.back())) items = items.first(items.size() - 1);
      if (items.empty() && i == 0 && !chain.rels.empty()) {
        chain.sides.push_back(nullptr);
        chain.side_spans.push_back({});
        continue;
      }
      if (!items.empty()) where = span_of(items);
      chain.sides.push_back(grammar_.expression(items, where));
      chain.side_spans.push_back(span_of(items));
      chain.span = cover(chain.span, span_of(items));
    }
    return chain;
  }

  Grammar& grammar_;
  Context& context_;
  Items items_;
  std::size_t at_ = 0;
  std::vector<Draft> drafts_;
  std::size_t current_ = none;
  std::size_t column_ = 0, aligns_ = 0;
  std::string words_, separator_;
  Span words_span_;
  bool fresh_ = true;  ///< nothing of the present row was read yet
  bool after_row_ = false;
};

}  // namespace

std::vector<Chain> Grammar::statements(Items items) { return Statements(*this, context_, std::move(items)).read(); }

}  // namespace gradus::notation
