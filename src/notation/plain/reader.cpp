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
    out.push_back(
        atom_of(context_.bad("depth", {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + 1)},
                             "this is nested too deeply", "give the inner part a name of its own")));
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
    return out.push_back(
        atom_of(context_.bad("unbalanced", span(begin), "'}' closes nothing", "take it out, or open it")));
  }
  if (next.text == "√") return root(begin, out);
  if (next.text == "ℝ") return out.push_back(atom_of(reals(span(begin))));
  if (next.text == "Σ" || next.text == "∑" || next.text == "∏") {
    const std::string_view word = next.text == "∏" ? "prod" : "sum";
    const std::string_view after = peek().text;
    Items operation;
    big(word, begin, operation);
    operation[0].syn = nullptr;
    // Σ without limits is a matrix.
    const bool limited = operation.size() > 1 || after == "_" || !lowered(after).empty();
    if (next.text == "Σ" && !limited) return out.push_back(atom_of(node::name(span(begin), "Σ", "\\Sigma")));
    std::move(operation.begin(), operation.end(), std::back_inserter(out));
    return;
  }
  if (next.text == "…") return out.push_back(atom_of(node::name(span(begin), "…", "\\dots")));
  if (c == '!' && ends_with_operand(out)) return out.push_back(item_of(ItemKind::prime, span(begin), "!"));
  const latex::Command* row = latex::find_character(next.text);
  if (row) {
    using latex::Meaning;
    switch (row->meaning) {
      case Meaning::opening:
        at_ = begin;
        return c == '[' && ends_with_operand(out) && begin > 0 && !is_blank(text_[begin - 1]) ? indices(out)
                                                                                              : bracket(out);
      case Meaning::bar: return out.push_back(item_of(ItemKind::bar, span(begin), std::string(row->text)));
      case Meaning::rel: return out.push_back(item_of(ItemKind::rel, span(begin), std::string(row->text)));
      case Meaning::op: return out.push_back(item_of(ItemKind::op, span(begin), std::string(row->text)));
      case Meaning::sign: return out.push_back(item_of(ItemKind::sign, span(begin), std::string(row->text)));
      case Meaning::words: return out.push_back(item_of(ItemKind::words, span(begin), std::string(row->text)));
      case Meaning::bigop: return out.push_back(item_of(ItemKind::bigop, span(begin), std::string(row->text)));
      case Meaning::name:
        return out.push_back(
            atom_of(node::name(span(begin), std::string(row->text), latex::latex_of_letter(row->text))));
      case Meaning::space:
      case Meaning::quad: return;
      case Meaning::prime: return quote(out);
      case Meaning::closing: {
        out.push_back(atom_of(context_.bad("unbalanced", span(begin), "'" + std::string(next.text) + "' closes nothing",
                                           "take it out, or open it")));
        return;
      }
      default: break;
    }
  }
  if (c == ',' || c == ';')
    return out.push_back(item_of(c == ',' ? ItemKind::comma : ItemKind::semi, span(begin), {c}));
  if (c == '.') return out.push_back(item_of(ItemKind::comma, span(begin), "."));
  if (static_cast<unsigned char>(c) >= 0x80 && code_point_length(text_, begin) > 0) {
    const std::string letter(context_.letter(next.text));
    return out.push_back(atom_of(node::name(span(begin), letter, latex::latex_of_letter(letter))));
  }
  const bool bytes = static_cast<unsigned char>(c) >= 0x80 || static_cast<unsigned char>(c) < 0x20;
  out.push_back(atom_of(
      context_.bad(bytes ? "encoding" : "syntax", span(begin),
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
      kids.insert(kids.begin(),
                  atom_of(node::name({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + 2)}, "∘",
                                     "\\circ")));
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
      out.push_back(atom_of(node::name(span(begin), "…", "\\dots")));
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
      if (place > static_cast<std::ptrdiff_t>(all.size()))
        all.append(static_cast<std::size_t>(place) - all.size(), '0');
      digits = all.substr(0, static_cast<std::size_t>(place));
      if (static_cast<std::size_t>(place) < all.size()) digits += "." + all.substr(static_cast<std::size_t>(place));
      at_ = i;
    }
  }
  SynPtr syn = node::number(span(begin), digits);
  // 1/2 x is one half of x: a fraction of numerals.
  const std::size_t n = out.size();
  const bool half = n >= 2 && out[n - 1].kind == ItemKind::op && out[n - 1].text == "/" &&
                    out[n - 2].kind == ItemKind::atom && out[n - 2].syn->kind == SynKind::number &&
                    (n == 2 || out[n - 3].kind != ItemKind::op);
  if (half && peek().text != "^" && raised(peek().text).empty()) {
    auto fraction = node::make(SynKind::frac, cover(out[n - 2].span, syn->span));
    fraction->kids = {out[n - 2].syn, syn};
    out.resize(n - 2);
    return out.push_back(atom_of(std::move(fraction)));
  }
  out.push_back(atom_of(std::move(syn)));
}

void Reader::word(Items& out) {
  const std::size_t begin = at_;
  while (at_ < end_ && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
  const std::string_view word = text_.substr(begin, at_ - begin);
  if (word == "in") return out.push_back(item_of(ItemKind::rel, span(begin), "∈"));
  if (word == "grad" || word == "gradient") return out.push_back(atom_of(node::name(span(begin), "∇", "\\nabla")));
  if (word == "hess" || word == "hessian") {
    out.push_back(atom_of(node::name(span(begin), "∇", "\\nabla")));
    // Scripts of the operator come first: hess_w E.
    out.push_back(item_of(ItemKind::sup, span(begin)));
    out.back().kids.push_back(atom_of(node::number(span(begin), "2")));
    return;
  }
  if (word == "sqrt") return root(begin, out);
  if (word == "R" && expects_set(out)) return out.push_back(atom_of(reals(span(begin))));
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
  if (stands_for_product(word)) {
    for (std::size_t i = 0; i < word.size(); ++i) name(word.substr(i, 1), begin + i, out);
    return;
  }
  name(word, begin, out);
}

/// "Ax" beside "A ∈ ℝ^{m×n}, x ∈ ℝ^n": the letters are names, the word is none.
bool Reader::stands_for_product(std::string_view word) const {
  return word.size() > 1 && word.size() < 4 && std::all_of(word.begin(), word.end(), is_letter) &&
         letter_named(word).empty() && !is_function(word) && !context_.declares(word) &&
         std::all_of(word.begin(), word.end(), [&](char c) { return context_.declares(std::string(1, c)); });
}

void Reader::name(std::string_view word, std::size_t begin, Items& out) {
  const Span where = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + word.size())};
  if (const std::string_view letter = letter_named(word); !letter.empty()) {
    return out.push_back(atom_of(node::name(where, std::string(letter), "\\" + std::string(word))));
  }
  out.push_back(atom_of(node::name(where, std::string(word), latex_of(word), is_function(word) ? "op" : "")));
}

/// "dx" beside a slash is the mark d and the name x: d/dx, dE/dw, d^2/dx^2.
void Reader::differential(std::string_view word, std::size_t begin, Items& out) {
  const auto split = [&] {
    const Span mark = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + 1)};
    out.push_back(atom_of(node::name(mark, "d", "d")));
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
    const bool after_name =
        last.kind == ItemKind::atom && before.kind == ItemKind::atom && node::is_name(before.syn, "d");
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

void Reader::bracket(Items& out) {
  const Char open = peek();
  const std::size_t begin = at_;
  at_ += open.text.size();
  const latex::Command* row = latex::find_character(open.text);
  Item item = item_of(ItemKind::bracket, span(begin), row ? std::string(row->text) : std::string(open.text));
  item.close = item.text;
  item.kids = list(partner(open.text));
  if (at_ >= end_) {
    out.push_back(atom_of(context_.bad("unbalanced", item.span, "'" + std::string(open.text) + "' is never closed",
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

}  // namespace gradus::notation::plain
