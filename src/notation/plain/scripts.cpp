// What hangs on a symbol of the plain-text language: indices, powers, primes, limits, the radicand of a root.
#include <algorithm>
#include <iterator>
#include <utility>

#include "notation/grammar/nodes.h"
#include "notation/plain/reader.h"
#include "notation/plain/vocabulary.h"

namespace gradus::notation::plain {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool is_reals(const Items& items) {
  return !items.empty() && items.back().kind == ItemKind::atom && items.back().syn->style == "bb";
}

}  // namespace

/// sum(i=0..2), sum(i in 1..n), sum(i): an operator with limits; sum(x): a function.
void Reader::big(std::string_view word, std::size_t begin, Items& out) {
  Item item = item_of(ItemKind::bigop, span(begin), std::string(word));
  item.syn = node::name(item.span, item.text, latex_of(word), "op");
  out.push_back(std::move(item));
  std::size_t i = at_;
  while (i < end_ && is_blank(text_[i])) ++i;
  if (i >= end_ || text_[i] != '(') return;
  const std::size_t back = at_;
  at_ = i;
  if (!limits(out)) at_ = back;
}

/// ( index = from .. to ) at at_, if that is what stands there.
bool Reader::limits(Items& out) {
  const std::size_t open = at_;
  // The brackets are short; what they hold decides before anything is read twice.
  int depth = 0;
  std::size_t close = open, dots = 0, relation = 0;
  for (std::size_t i = open; i < end_ && i < open + 400; ++i) {
    const char c = text_[i];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (depth == 0) {
      close = i;
      break;
    }
    if (depth == 1 && dots == 0 && c == '.' && i + 1 < end_ && text_[i + 1] == '.') dots = i;
    if (depth == 1 && relation == 0 &&
        (c == '=' || text_.substr(i).starts_with("∈") || text_.substr(i).starts_with(" in "))) {
      relation = i;
    }
  }
  if (close == open || relation == 0) return false;
  const std::size_t end = std::exchange(end_, dots > 0 ? dots : close);
  at_ = open + 1;
  Item below = item_of(ItemKind::sub, {static_cast<std::uint32_t>(open), static_cast<std::uint32_t>(close + 1)});
  below.kids = list();
  if (dots > 0) {
    for (Item& item : below.kids) {
      if (item.kind == ItemKind::rel && item.text == "∈") item.text = "=";
    }
    Item above = item_of(ItemKind::sup, below.span);
    at_ = dots + 2;
    if (at_ < end && text_[at_] == '.') ++at_;
    end_ = close;
    above.kids = list();
    out.push_back(std::move(below));
    out.push_back(std::move(above));
  } else {
    out.push_back(std::move(below));
  }
  end_ = end;
  at_ = close + 1;
  return true;
}

/// x[i], w[1,i;2,0]: below ; above.
void Reader::indices(Items& out) {
  const std::size_t begin = at_;
  ++at_;
  Items kids = list("]");
  if (at_ >= end_) {
    context_.report("unbalanced", span(begin), "'[' is never closed", "close it with ]");
    out.push_back(atom_of(node::bad(span(begin), "'[' is never closed")));
    return;
  }
  ++at_;
  const auto semicolon =
      std::find_if(kids.begin(), kids.end(), [](const Item& item) { return item.kind == ItemKind::semi; });
  Item below = item_of(ItemKind::sub, span(begin));
  below.kids.assign(std::make_move_iterator(kids.begin()), std::make_move_iterator(semicolon));
  if (semicolon != kids.begin()) out.push_back(std::move(below));
  if (semicolon == kids.end()) return;
  Item above = item_of(ItemKind::sup, span(begin));
  above.kids.assign(std::make_move_iterator(semicolon + 1), std::make_move_iterator(kids.end()));
  out.push_back(std::move(above));
}

/// x' is a transpose; f'(x) a derivative, f''(x) too. Whether a lone f' is one is for types to tell.
void Reader::quote(Items& out) {
  const std::size_t begin = at_ - 1;
  int primes = 1;
  while (at_ < end_ && text_[at_] == '\'') {
    ++at_;
    ++primes;
  }
  const bool applied = at_ < end_ && text_[at_] == '(' && ends_with_operand(out) && out.back().kind == ItemKind::atom &&
                       out.back().syn->kind == SynKind::name;
  if (primes > 1 || applied) {
    for (int i = 0; i < primes; ++i) out.push_back(item_of(ItemKind::prime, span(begin)));
    return;
  }
  out.push_back(item_of(ItemKind::sup, span(begin)));
  out.back().kids.push_back(atom_of(node::name(span(begin), "⊤", "\\top", "prime")));
}

void Reader::script(ItemKind kind, Items& out) {
  const std::size_t begin = at_ > 0 ? at_ - 1 : 0;
  const bool of_reals = kind == ItemKind::sup && is_reals(out);
  Item item = item_of(kind, {});
  item.kids = script_argument();
  item.span = span(begin);
  if (of_reals) {
    for (Item& kid : item.kids) {
      if (kid.kind == ItemKind::op && kid.text == "*") kid.text = "×";
    }
  }
  out.push_back(std::move(item));
}

/// What stands behind ^ or _: a bracket's contents, or one signed operand with its own power.
Items Reader::script_argument() {
  Items kids;
  while (at_ < end_ && is_blank(text_[at_])) ++at_;
  const std::size_t begin = at_;
  if (at_ >= end_ || depth_ > Context::max_depth) {
    kids.push_back(atom_of(
        context_.bad(at_ >= end_ ? "syntax" : "depth", span(begin), "a script is missing", "write it behind ^ or _")));
    at_ = std::max(at_, std::min(end_, begin + 1));
    return kids;
  }
  ++depth_;
  if (text_[at_] == '(' || text_[at_] == '{') {
    bracket(kids);
    if (kids.size() == 1 && (kids[0].kind == ItemKind::bracket || kids[0].kind == ItemKind::brace)) {
      Items inner = std::move(kids[0].kids);
      kids = std::move(inner);
    }
  } else {
    if (text_[at_] == '-' || text_[at_] == '+') {
      kids.push_back(item_of(ItemKind::sign, {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(at_ + 1)},
                             std::string(1, text_[at_])));
      ++at_;
    }
    if (at_ < end_ && text_[at_] != '\n') step(kids);
    // 2^n^m, e^-x^2: a power of its own. A short word of index letters is several indices.
    const bool name = !kids.empty() && kids.back().kind == ItemKind::atom && kids.back().syn->kind == SynKind::name;
    if (name && kids.back().syn->text.size() == 2) {
      const std::string word = kids.back().syn->text;
      const auto is_index = [](char c) { return c >= 'i' && c <= 'n'; };
      if (is_index(word[0]) && is_index(word[1])) {
        const std::uint32_t from = kids.back().span.begin;
        kids.pop_back();
        for (std::uint32_t k = 0; k < 2; ++k) {
          kids.push_back(atom_of(node::name({from + k, from + k + 1}, {word[k]}, {word[k]})));
        }
      }
    }
    if (at_ < end_ && text_[at_] == '^' && !kids.empty()) {
      ++at_;
      script(ItemKind::sup, kids);
    }
  }
  --depth_;
  return kids;
}

void Reader::root(std::size_t begin, Items& out) {
  Items kids;
  while (at_ < end_ && is_blank(text_[at_])) ++at_;
  if (at_ < end_ && depth_ <= Context::max_depth) {
    ++depth_;
    step(kids);
    if (kids.size() == 1 && kids[0].kind == ItemKind::bracket && kids[0].text == "(") {
      Items inner = std::move(kids[0].kids);
      kids = std::move(inner);
    }
    --depth_;
  }
  auto syn = node::make(SynKind::root, span(begin));
  syn->kids.push_back(grammar_.expression(kids, syn->span));
  out.push_back(atom_of(std::move(syn)));
}

}  // namespace gradus::notation::plain
