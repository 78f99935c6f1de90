// The plain-text language, character by character. Spelling ends here: x' becomes x^⊤, w[1,i;2,0] becomes scripts, .* a
// Hadamard product (.^ is ^{∘ …}), sum(i=0..2) an operator with limits, d/dx the mark d beside x.
#include "notation/plain/reader.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "notation/grammar/characters.h"
#include "notation/grammar/nodes.h"
#include "notation/grammar/utf8.h"
#include "notation/latex/commands.h"
#include "notation/plain/vocabulary.h"

namespace gradus::notation::plain {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

Item item_of(ItemKind kind, Span span, std::string text = "") {
  Item item;
  item.kind = kind;
  item.span = span;
  item.text = std::move(text);
  return item;
}

Item atom(SynPtr syn) {
  Item item;
  item.span = syn->span;
  item.syn = std::move(syn);
  return item;
}

bool is_operand(const Items& items) {
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

std::string_view partner(std::string_view open) {
  return open == "(" ? ")" : open == "[" ? "]" : open == "{" ? "}" : open == "⟨" ? "⟩" : open == "⌊" ? "⌋" : "⌉";
}

/// ℝ, or R where a set is expected.
SynPtr reals(Span span) { return node::name(span, "R", "\\mathbb{R}", "bb"); }

bool expects_set(const Items& items) {
  if (items.empty()) return false;
  const Item& last = items.back();
  return (last.kind == ItemKind::rel && (last.text == "∈" || last.text == "→" || last.text == "⊂")) ||
         (last.kind == ItemKind::op && (last.text == ":" || last.text == "×"));
}

bool is_reals(const Items& items) {
  return !items.empty() && items.back().kind == ItemKind::atom && items.back().syn->style == "bb";
}

}  // namespace

Reader::Reader(Context& context, Grammar& grammar, Span span)
    : context_(context), grammar_(grammar), text_(context.source().text()), at_(span.begin), end_(span.end) {
  end_ = std::min(end_, text_.size());
}

Reader::Char Reader::peek(std::size_t offset) const {
  const std::size_t at = at_ + offset;
  if (at >= end_) return {{}, at};
  const std::size_t length = std::min(std::max<std::size_t>(code_point_length(text_, at), 1), end_ - at);
  return {text_.substr(at, length), at};
}

Items Reader::list(std::string_view closing) {
  Items out;
  if (depth_ > Context::max_depth) {
    const std::size_t begin = at_;
    at_ = end_;
    out.push_back(atom(context_.bad("depth", {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + 1)},
                                    "nested more than " + std::to_string(Context::max_depth) + " levels deep",
                                    "give the inner part a name of its own")));
    return out;
  }
  ++depth_;
  while (at_ < end_) {
    if (is_blank(text_[at_])) {
      ++at_;
      continue;
    }
    if (!closing.empty() && touches(closing)) break;
    step(out);
  }
  --depth_;
  pair_bars(out);
  return out;
}

void Reader::step(Items& out) {
  const std::size_t begin = at_;
  const Char next = peek();
  const char c = next.text[0];
  if (is_digit(c) || (c == '.' && at_ + 1 < end_ && is_digit(text_[at_ + 1]))) return number(out);
  if (is_letter(c)) return word(out);
  if (c == '\n' || c == '#') {
    if (c == '#') at_ = std::min(text_.find('\n', at_), end_);
    if (at_ < end_) ++at_;
    return out.push_back(item_of(ItemKind::row, span(begin)));
  }
  if (sign(out)) return;
  at_ += next.text.size();
  if (c == '_' || c == '^') return script(c == '_' ? ItemKind::sub : ItemKind::sup, out);
  if (c == '\'') return quote(out);
  if (take_unicode(next.text, span(begin), out)) return;
  if (c == '{') {
    at_ = begin;
    return bracket(out);
  }
  if (c == '}') {
    return out.push_back(atom(context_.bad("unbalanced", span(begin), "'}' closes nothing", "take it out, or open it")));
  }
  if (next.text == "√") return root(begin, out);
  if (next.text == "ℝ") return out.push_back(atom(reals(span(begin))));
  if (next.text == "Σ" || next.text == "∑" || next.text == "∏") {
    const std::string_view word = next.text == "∏" ? "prod" : "sum";
    const std::string_view after = peek().text;
    Items operation;
    big(word, begin, operation);
    operation[0].syn = nullptr;
    // Σ without limits is a matrix.
    const bool limited = operation.size() > 1 || after == "_" || !lowered(after).empty();
    if (next.text == "Σ" && !limited) return out.push_back(atom(node::name(span(begin), "Σ", "\\Sigma")));
    std::move(operation.begin(), operation.end(), std::back_inserter(out));
    return;
  }
  if (next.text == "…") return out.push_back(atom(node::name(span(begin), "…", "\\dots")));
  const latex::Command* row = latex::find_character(next.text);
  if (row) {
    using latex::Meaning;
    switch (row->meaning) {
      case Meaning::opening: at_ = begin; return c == '[' && is_operand(out) && begin > 0 && !is_blank(text_[begin - 1])
                                                      ? indices(out)
                                                      : bracket(out);
      case Meaning::bar: return out.push_back(item_of(ItemKind::bar, span(begin), std::string(row->text)));
      case Meaning::rel: return out.push_back(item_of(ItemKind::rel, span(begin), std::string(row->text)));
      case Meaning::op: return out.push_back(item_of(ItemKind::op, span(begin), std::string(row->text)));
      case Meaning::sign: return out.push_back(item_of(ItemKind::sign, span(begin), std::string(row->text)));
      case Meaning::words: return out.push_back(item_of(ItemKind::words, span(begin), std::string(row->text)));
      case Meaning::bigop: return out.push_back(item_of(ItemKind::bigop, span(begin), std::string(row->text)));
      case Meaning::name:
        return out.push_back(atom(node::name(span(begin), std::string(row->text), latex::latex_of_letter(row->text))));
      case Meaning::space:
      case Meaning::quad: return;
      case Meaning::prime: return quote(out);
      case Meaning::closing: {
        out.push_back(atom(context_.bad("unbalanced", span(begin), "'" + std::string(next.text) + "' closes nothing",
                                        "take it out, or open it")));
        return;
      }
      default: break;
    }
  }
  if (c == ',' || c == ';') return out.push_back(item_of(c == ',' ? ItemKind::comma : ItemKind::semi, span(begin), {c}));
  if (c == '.') return out.push_back(item_of(ItemKind::comma, span(begin), "."));
  if (static_cast<unsigned char>(c) >= 0x80 && code_point_length(text_, begin) > 0) {
    return out.push_back(atom(node::name(span(begin), std::string(next.text), latex::latex_of_letter(next.text))));
  }
  const bool bytes = static_cast<unsigned char>(c) >= 0x80 || static_cast<unsigned char>(c) < 0x20;
  out.push_back(atom(context_.bad(bytes ? "encoding" : "syntax", span(begin),
                                  bytes ? "bytes that are not UTF-8 text" : "'" + std::string(next.text) + "' has no meaning here")));
}

bool Reader::sign(Items& out) {
  struct Row {
    std::string_view spelling;
    ItemKind kind;
    std::string_view text;
  };
  constexpr std::array<Row, 16> rows = {{{"<=>", ItemKind::words, "⇔"},
                                         {"|->", ItemKind::rel, "↦"},
                                         {"=>", ItemKind::words, "⇒"},
                                         {"->", ItemKind::rel, "→"},
                                         {":=", ItemKind::rel, ":="},
                                         {"==", ItemKind::rel, "="},
                                         {"<=", ItemKind::rel, "≤"},
                                         {">=", ItemKind::rel, "≥"},
                                         {"!=", ItemKind::rel, "≠"},
                                         {"~=", ItemKind::rel, "≈"},
                                         {".*", ItemKind::op, "⊙"},
                                         {"./", ItemKind::op, "⊘"},
                                         {"||", ItemKind::bar, "‖"},
                                         {"...", ItemKind::atom, "…"},
                                         {"~", ItemKind::rel, "∼"},
                                         {"\\", ItemKind::op, "∖"}}};
  const std::size_t begin = at_;
  if (touches("**") || touches(".^")) {
    const bool entrywise = touches(".^");
    at_ += 2;
    script(ItemKind::sup, out);
    if (entrywise) {
      Items& kids = out.back().kids;
      kids.insert(kids.begin(), atom(node::name({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + 2)},
                                                "∘", "\\circ")));
    }
    return true;
  }
  if (touches(".'")) {
    at_ += 2;
    quote(out);
    return true;
  }
  for (const Row& row : rows) {
    if (!touches(row.spelling)) continue;
    at_ += row.spelling.size();
    if (row.kind == ItemKind::atom) {
      out.push_back(atom(node::name(span(begin), "…", "\\dots")));
    } else {
      out.push_back(item_of(row.kind, span(begin), std::string(row.text)));
    }
    return true;
  }
  return false;
}

void Reader::number(Items& out) {
  const std::size_t begin = at_;
  while (at_ < end_ && is_digit(text_[at_])) ++at_;
  if (at_ + 1 < end_ && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
    ++at_;
    while (at_ < end_ && is_digit(text_[at_])) ++at_;
  }
  std::string digits(text_.substr(begin, at_ - begin));
  if (digits[0] == '.') digits.insert(0, "0");
  // 1e-3
  if (at_ + 1 < end_ && (text_[at_] == 'e' || text_[at_] == 'E')) {
    std::size_t i = at_ + 1;
    const bool negative = text_[i] == '-';
    if (negative || text_[i] == '+') ++i;
    int power = 0;
    const std::size_t first = i;
    while (i < end_ && is_digit(text_[i]) && i - first < 3) power = power * 10 + (text_[i++] - '0');
    const bool ends = i >= end_ || (!is_letter(text_[i]) && !is_digit(text_[i]));
    if (i > first && ends && power <= 300) {
      const std::size_t point = std::min(digits.find('.'), digits.size());
      std::string all = digits;
      std::erase(all, '.');
      std::ptrdiff_t place = static_cast<std::ptrdiff_t>(point) + (negative ? -power : power);
      if (place <= 0) {
        all.insert(0, static_cast<std::size_t>(1 - place), '0');
        place = 1;
      }
      if (place > static_cast<std::ptrdiff_t>(all.size())) all.append(static_cast<std::size_t>(place) - all.size(), '0');
      digits = all.substr(0, static_cast<std::size_t>(place));
      if (static_cast<std::size_t>(place) < all.size()) digits += "." + all.substr(static_cast<std::size_t>(place));
      at_ = i;
    }
  }
  SynPtr syn = node::number(span(begin), digits);
  // 1/2 x is one half of x: a fraction of numerals.
  const std::size_t n = out.size();
  const bool half = n >= 2 && out[n - 1].kind == ItemKind::op && out[n - 1].text == "/" && out[n - 2].kind == ItemKind::atom &&
                    out[n - 2].syn->kind == SynKind::number && (n == 2 || out[n - 3].kind != ItemKind::op);
  if (half && peek().text != "^" && raised(peek().text).empty()) {
    auto fraction = node::make(SynKind::frac, cover(out[n - 2].span, syn->span));
    fraction->kids = {out[n - 2].syn, syn};
    out.resize(n - 2);
    return out.push_back(atom(std::move(fraction)));
  }
  out.push_back(atom(std::move(syn)));
}

void Reader::word(Items& out) {
  const std::size_t begin = at_;
  while (at_ < end_ && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
  const std::string_view word = text_.substr(begin, at_ - begin);
  if (word == "in") return out.push_back(item_of(ItemKind::rel, span(begin), "∈"));
  if (word == "grad" || word == "gradient") return out.push_back(atom(node::name(span(begin), "∇", "\\nabla")));
  if (word == "hess" || word == "hessian") {
    out.push_back(atom(node::name(span(begin), "∇", "\\nabla")));
    // Scripts of the operator come first: hess_w E.
    out.push_back(item_of(ItemKind::sup, span(begin)));
    out.back().kids.push_back(atom(node::number(span(begin), "2")));
    return;
  }
  if (word == "sqrt") return root(begin, out);
  if (word == "R" && expects_set(out)) return out.push_back(atom(reals(span(begin))));
  if (speaks(word)) {
    std::size_t after = at_;
    while (after < end_ && is_blank(text_[after])) ++after;
    if (after >= end_ || text_[after] != '(') {
      if (!out.empty() && out.back().kind == ItemKind::words) {
        out.back().text += " " + std::string(word);
        out.back().span = cover(out.back().span, span(begin));
        return;
      }
      return out.push_back(item_of(ItemKind::words, span(begin), std::string(word)));
    }
  }
  if (word == "sum" || word == "prod" || word == "max" || word == "min" || word == "argmax" || word == "argmin" ||
      word == "int" || word == "lim") {
    return big(word, begin, out);
  }
  if (word[0] == 'd') return differential(word, begin, out);
  if (word.size() == 2 && word[0] == 'D' && word[1] >= 'a' && word[1] <= 'z') {  // Df(x)
    name("D", begin, out);
    return name(word.substr(1), begin + 1, out);
  }
  name(word, begin, out);
}

void Reader::name(std::string_view word, std::size_t begin, Items& out) {
  const Span where = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + word.size())};
  if (const std::string_view letter = letter_named(word); !letter.empty()) {
    return out.push_back(atom(node::name(where, std::string(letter), "\\" + std::string(word))));
  }
  out.push_back(atom(node::name(where, std::string(word), latex_of(word), is_function(word) ? "op" : "")));
}

/// "dx" beside a slash is the mark d and the name x: d/dx, dE/dw, d^2/dx^2.
void Reader::differential(std::string_view word, std::size_t begin, Items& out) {
  const auto split = [&] {
    const Span mark = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + 1)};
    out.push_back(atom(node::name(mark, "d", "d")));
    if (word.size() > 1) name(word.substr(1), begin + 1, out);
  };
  // Below the slash: the mark above it was split already.
  if (word.size() > 1 && !out.empty() && out.back().kind == ItemKind::op && out.back().text == "/") {
    std::size_t i = out.size() - 1;
    while (i-- > 0 && out[i].kind != ItemKind::op && out[i].kind != ItemKind::sign) {
      if (out[i].kind == ItemKind::atom && node::is_name(out[i].syn, "d")) return split();
    }
  }
  if (word.size() > 1 && out.size() >= 2) {  // the second factor of d^2 f/dx dy
    const Item& before = out[out.size() - 2];
    const Item& last = out.back();
    const bool after_script = last.kind == ItemKind::sup || last.kind == ItemKind::sub;
    const bool after_name = last.kind == ItemKind::atom && before.kind == ItemKind::atom && node::is_name(before.syn, "d");
    if (word.size() == 2 && (after_name || after_script)) {
      for (std::size_t i = out.size(); i-- > 0 && out[i].kind != ItemKind::sign;) {
        const bool slash = out[i].kind == ItemKind::op && out[i].text == "/";
        if (slash && i + 1 < out.size() && out[i + 1].kind == ItemKind::atom && node::is_name(out[i + 1].syn, "d")) {
          return split();
        }
        if (out[i].kind == ItemKind::op) break;
      }
    }
  }
  // Above the slash: look whether "/d" follows, behind a power or a short name.
  if (word.size() <= 3) {
    std::size_t i = at_;
    if (i < end_ && text_[i] == '^') {
      ++i;
      while (i < end_ && is_digit(text_[i])) ++i;
    } else if (const std::string_view power = raised(peek().text); !power.empty()) {
      i += peek().text.size();
    }
    if (word == "d") {  // d^2 f/dx^2, d f/dx
      std::size_t j = i;
      while (j < end_ && is_blank(text_[j])) ++j;
      while (j < end_ && is_letter(text_[j]) && j - i < 12) ++j;
      if (j < end_ && text_[j] == '/') i = j;
    }
    while (i < end_ && is_blank(text_[i])) ++i;
    if (i + 2 < end_ && text_[i] == '/' && text_[i + 1] == 'd' && !is_blank(text_[i + 2])) return split();
  }
  name(word, begin, out);
}

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
    if (depth == 1 && relation == 0 && (c == '=' || text_.substr(i).starts_with("∈") || text_.substr(i).starts_with(" in "))) {
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

void Reader::bracket(Items& out) {
  const Char open = peek();
  const std::size_t begin = at_;
  at_ += open.text.size();
  const latex::Command* row = latex::find_character(open.text);
  Item item = item_of(ItemKind::bracket, span(begin), row ? std::string(row->text) : std::string(open.text));
  item.close = item.text;
  item.kids = list(partner(open.text));
  if (at_ >= end_) {
    out.push_back(atom(context_.bad("unbalanced", item.span, "'" + std::string(open.text) + "' is never closed",
                                    "close it, or take it out")));
    for (Item& kid : item.kids) out.push_back(std::move(kid));
    return;
  }
  at_ += partner(open.text).size();
  item.span = span(begin);
  // An invisible bracket around one operand, {x}, only holds together.
  if (open.text == "{") item.kind = ItemKind::brace;
  out.push_back(std::move(item));
}

/// x[i], w[1,i;2,0]: below ; above.
void Reader::indices(Items& out) {
  const std::size_t begin = at_;
  ++at_;
  Items kids = list("]");
  if (at_ >= end_) {
    context_.report("unbalanced", span(begin), "'[' is never closed", "close it with ]");
    out.push_back(atom(node::bad(span(begin), "'[' is never closed")));
    return;
  }
  ++at_;
  const auto semicolon = std::find_if(kids.begin(), kids.end(), [](const Item& item) { return item.kind == ItemKind::semi; });
  Item below = item_of(ItemKind::sub, span(begin));
  below.kids.assign(std::make_move_iterator(kids.begin()), std::make_move_iterator(semicolon));
  if (semicolon != kids.begin()) out.push_back(std::move(below));
  if (semicolon == kids.end()) return;
  Item above = item_of(ItemKind::sup, span(begin));
  above.kids.assign(std::make_move_iterator(semicolon + 1), std::make_move_iterator(kids.end()));
  out.push_back(std::move(above));
}

/// x' is a transpose; f'(x) a derivative, f''(x) too.
void Reader::quote(Items& out) {
  const std::size_t begin = at_ - 1;
  int primes = 1;
  while (at_ < end_ && text_[at_] == '\'') {
    ++at_;
    ++primes;
  }
  const bool applied = at_ < end_ && text_[at_] == '(' && is_operand(out) && out.back().kind == ItemKind::atom &&
                       out.back().syn->kind == SynKind::name;
  if (primes > 1 || applied) {
    for (int i = 0; i < primes; ++i) out.push_back(item_of(ItemKind::prime, span(begin)));
    return;
  }
  out.push_back(item_of(ItemKind::sup, span(begin)));
  out.back().kids.push_back(atom(node::name(span(begin), "⊤", "\\top")));
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
    kids.push_back(atom(context_.bad(at_ >= end_ ? "syntax" : "depth", span(begin), "a script is missing", "write it behind ^ or _")));
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
          kids.push_back(atom(node::name({from + k, from + k + 1}, {word[k]}, {word[k]})));
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
  out.push_back(atom(std::move(syn)));
}

}  // namespace gradus::notation::plain
