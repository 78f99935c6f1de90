// An author's LaTeX as Unicode for a terminal. Nothing is decided about meaning and nothing fails: what has no shape in
// plain text is dropped (spacing, labels, sizes of brackets) or kept as it stands.
#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "notation/latex/commands.h"
#include "notation/letters.h"
#include "notation/write.h"

namespace gradus {
namespace {

struct Item {
  enum class Kind { atom, word, binary, relation, open, close, comma, space, fraction, big } kind = Kind::atom;
  std::string text;
};
using Items = std::vector<Item>;
using K = Item::Kind;

namespace latex = notation::latex;

class Converter {
 public:
  explicit Converter(std::string_view latex) : in_(latex) {}
  std::string all() {
    std::string out;
    while (pos_ < in_.size()) {
      out += join(sequence(false), false);
      if (pos_ < in_.size()) ++pos_;  // a closing brace too many
    }
    return out;
  }

 private:
  static constexpr int deepest = 200;

  char peek() const { return pos_ < in_.size() ? in_[pos_] : '\0'; }
  void skip_spaces() {
    while (pos_ < in_.size() && std::isspace(static_cast<unsigned char>(in_[pos_]))) ++pos_;
  }

  /// Up to the closing brace of this group, an \end or the end of the text.
  Items sequence(bool in_script) {
    Items items;
    if (++depth_ > deepest) pos_ = in_.size();
    while (pos_ < in_.size() && in_[pos_] != '}' && in_.compare(pos_, 4, "\\end") != 0) one(items, in_script);
    --depth_;
    return items;
  }

  std::string braced(bool in_script) {
    ++pos_;
    std::string out = join(sequence(in_script), in_script);
    if (peek() == '}') ++pos_;
    return out;
  }

  /// A macro's argument: a group, a macro or one character.
  std::string argument(bool in_script = false) {
    skip_spaces();
    if (peek() == '{') return braced(in_script);
    Items items;
    if (pos_ < in_.size() && peek() != '}') one(items, in_script);
    return join(items, in_script);
  }

  /// A group as it stands, for words.
  std::string verbatim() {
    skip_spaces();
    if (peek() != '{') return argument();
    std::string out;
    int depth = 0;
    for (; pos_ < in_.size(); ++pos_) {
      if (in_[pos_] == '{' && depth++ == 0) continue;
      if (in_[pos_] == '}' && --depth == 0) {
        ++pos_;
        break;
      }
      if (in_[pos_] != '$') out += in_[pos_];
    }
    return out;
  }

  std::string macro_name() {
    ++pos_;
    std::size_t end = pos_;
    while (end < in_.size() && std::isalpha(static_cast<unsigned char>(in_[end]))) ++end;
    const bool word = end > pos_;
    if (!word && end < in_.size()) ++end;
    std::string name(in_.substr(pos_, end - pos_));
    pos_ = end;
    if (word) skip_spaces();
    return name;
  }

  void one(Items& items, bool in_script) {
    const char c = in_[pos_];
    if (std::isspace(static_cast<unsigned char>(c)) || c == '~') {
      ++pos_;
      items.push_back({K::space, " "});
    } else if (c == '{') {
      items.push_back({K::atom, braced(in_script)});
    } else if (c == '\\') {
      macro(items, in_script);
    } else if (c == '^' || c == '_') {
      script(items, c);
    } else if (c == '%') {
      while (pos_ < in_.size() && in_[pos_] != '\n') ++pos_;
    } else if (c == '&') {
      ++pos_;
      items.push_back({K::space, " "});
    } else {
      const std::size_t begin = pos_++;
      while (pos_ < in_.size() && (static_cast<unsigned char>(in_[pos_]) & 0xC0u) == 0x80u) ++pos_;
      std::string text(in_.substr(begin, pos_ - begin));
      if (c == '\'') text = "′";
      if (c == '-') text = "−";
      const K kind = c == '+' || c == '-'               ? K::binary
                     : c == '=' || c == '<' || c == '>' ? K::relation
                     : c == '(' || c == '['             ? K::open
                     : c == ')' || c == ']'             ? K::close
                     : c == ',' || c == ';'             ? K::comma
                                                        : K::atom;
      items.push_back({kind, std::move(text)});
    }
  }

  void script(Items& items, char sign) {
    ++pos_;
    const std::string inside = argument(true);
    while (!items.empty() && items.back().kind == K::space) items.pop_back();
    const bool on_big = !items.empty() && items.back().kind == K::big;
    std::string text;
    const auto moved = on_big ? std::nullopt : sign == '^' ? raised(inside) : lowered(inside);
    if (inside.empty()) return;
    if (moved) {
      text = *moved;
    } else if (code_points(inside).size() == 1) {
      text = (inside == "*" || inside == "′" ? "" : std::string(1, sign)) + inside;
    } else {
      text = std::string(1, sign) + "{" + inside + "}";
    }
    if (items.empty()) items.push_back({K::atom, ""});
    Item& base = items.back();
    if (base.kind == K::fraction) {
      base.kind = K::atom;
      base.text = "(" + base.text + ")";
    }
    base.text += text;
  }

  void macro(Items& items, bool in_script) {
    using M = latex::Meaning;
    const std::string name = macro_name();
    const auto atom = [&](std::string text) { items.push_back({K::atom, std::move(text)}); };
    if (name == "begin") return environment(items);
    if (name == "\\" || name == " ") return items.push_back({K::space, " "});
    const latex::Command* row = latex::find_command(name);
    if (!row) return items.push_back({K::word, name});
    const std::string text(row->text);
    switch (row->meaning) {
      case M::name: return atom(text == "⊤" ? "T" : text);
      case M::function: return items.push_back({K::word, text});
      case M::op:
      case M::sign: return items.push_back({K::binary, text});
      case M::rel:
      case M::words: return items.push_back({K::relation, text});
      case M::bigop:
      case M::limit:
      case M::arg: {
        const std::string sign = text == "sum" ? "Σ" : text == "prod" ? "∏" : text == "int" ? "∫" : text;
        return items.push_back({K::big, sign});
      }
      case M::frac: {
        const std::string top = argument(in_script), bottom = argument(in_script);
        return items.push_back({K::fraction, fraction(top, bottom)});
      }
      case M::derivative: {
        const std::string top = argument(), bottom = argument();
        return items.push_back({K::fraction, text + top + "/" + text + bottom});
      }
      case M::binom: {
        const std::string top = argument(), bottom = argument();
        return atom("(" + top + " over " + bottom + ")");
      }
      case M::root: return atom(root());
      case M::accent: return atom(accented(argument(in_script), text));
      case M::style: return atom(text == "bb" ? double_struck(argument(in_script)) : argument(in_script));
      case M::operator_name: {
        if (peek() == '*') ++pos_;
        const std::string word = argument(in_script);
        return items.push_back({code_points(word).size() > 1 ? K::word : K::atom, word});
      }
      case M::text:
      case M::between_rows: return items.push_back({K::word, verbatim()});
      case M::group:
      case M::splice: return atom(argument(in_script));
      case M::under: {
        atom(argument(in_script));
        skip_spaces();
        if (peek() == '_' || peek() == '^') {
          ++pos_;
          argument(true);
        }
        return;
      }
      case M::overset:
      case M::underset: argument(); return items.push_back({K::relation, argument()});
      case M::skip:
        if (peek() == '*') ++pos_;
        verbatim();
        return;
      case M::opening: return atom(text);
      case M::closing: return atom(closing(text));
      case M::bar:
      case M::mid: return atom(text);
      case M::left:
      case M::right:
      case M::size:
        skip_spaces();
        if (peek() == '.') ++pos_;
        return;
      case M::prime: return atom("′");
      case M::negate: return atom("¬");
      case M::modulo: return atom("(mod " + argument() + ")");
      case M::substack: return atom(argument(in_script));
      case M::quad: return items.push_back({K::space, " "});
      case M::space:
        if (name != "!" && name.size() == 1) items.push_back({K::space, " "});
        return;
      case M::style_switch: return;
    }
  }

  std::string root() {
    std::string index;
    skip_spaces();
    if (peek() == '[') {
      const std::size_t close = in_.find(']', pos_);
      const std::size_t end = close == std::string_view::npos ? in_.size() : close;
      index = std::string(in_.substr(pos_ + 1, end - pos_ - 1));
      pos_ = std::min(end + 1, in_.size());
    }
    const std::string inside = argument();
    return raised(index).value_or("") + "√" + (is_atom(inside) ? inside : "(" + inside + ")");
  }

  static std::string accented(const std::string& inside, std::string_view accent) {
    constexpr std::pair<std::string_view, const char*> marks[] = {
        {"hat", "\u0302"},  {"tilde", "\u0303"}, {"bar", "\u0304"},   {"vec", "\u20D7"},       {"dot", "\u0307"},
        {"ddot", "\u0308"}, {"check", "\u030C"}, {"breve", "\u0306"}, {"underline", "\u0332"}, {"ring", "\u030A"}};
    std::string mark;
    for (const auto& [name, sign] : marks) {
      if (name == accent) mark = sign;
    }
    return code_points(inside).size() == 1 ? inside + mark : "(" + inside + ")" + mark;
  }

  static std::string double_struck(const std::string& letter) {
    constexpr std::pair<std::string_view, const char*> letters[] = {{"R", "ℝ"}, {"N", "ℕ"}, {"E", "𝔼"}, {"Z", "ℤ"},
                                                                    {"Q", "ℚ"}, {"C", "ℂ"}, {"1", "𝟙"}, {"P", "ℙ"}};
    for (const auto& [plain, struck] : letters) {
      if (plain == letter) return struck;
    }
    return letter;
  }

  static std::string closing(const std::string& open) {
    constexpr std::pair<std::string_view, const char*> pairs[] = {{"{", "}"}, {"[", "]"}, {"(", ")"},
                                                                  {"⟨", "⟩"}, {"⌊", "⌋"}, {"⌈", "⌉"}};
    for (const auto& [left, right] : pairs) {
      if (left == open) return right;
    }
    return open;
  }

  void environment(Items& items) {
    const std::string name = verbatim();
    const bool grid = name.find("matrix") != std::string::npos || name == "array";
    const bool cases = name.find("cases") != std::string::npos;
    std::string body;
    const std::size_t end = in_.size();
    if (name == "array") verbatim();
    while (pos_ < end && peek() != '}' && in_.compare(pos_, 4, "\\end") != 0) {
      Items cell;
      while (pos_ < end && peek() != '&' && peek() != '}' && in_.compare(pos_, 2, "\\\\") != 0 &&
             in_.compare(pos_, 4, "\\end") != 0) {
        one(cell, false);
      }
      body += join(cell, false);
      if (peek() == '&') {
        ++pos_;
        body += grid ? "  " : cases ? "  " : " ";
      } else if (in_.compare(pos_, 2, "\\\\") == 0) {
        pos_ += 2;
        body += grid || cases ? "; " : "  ";
      }
    }
    if (in_.compare(pos_, 4, "\\end") == 0) {
      pos_ += 4;
      verbatim();
    }
    while (!body.empty() && (body.back() == ' ' || body.back() == ';')) body.pop_back();
    items.push_back({K::atom, grid ? "[" + body + "]" : cases ? "{" + body : body});
  }

  static bool is_atom(const std::string& text) {
    int depth = 0, letters = 0;
    for (const std::string_view point : code_points(text)) {
      if (point == "(" || point == "[" || point == "{") ++depth;
      if (point == ")" || point == "]" || point == "}") --depth;
      if (depth > 0) continue;
      if (point == " " || point == "/" || point == "·" || point == "+" || point == "−") return false;
      letters +=
          point.size() == 1 ? std::isalpha(static_cast<unsigned char>(point[0])) != 0 : point >= "Α" && point <= "ω";
    }
    const bool digits = text.find_first_not_of("0123456789.") == std::string::npos;
    const bool one_group = text[0] == '(' && depth == 0;
    return digits || letters <= 1 || one_group;
  }

  static bool is_sum(const std::string& text) {
    int depth = 0;
    for (const std::string_view point : code_points(text)) {
      if (point == "(" || point == "[" || point == "{") ++depth;
      if (point == ")" || point == "]" || point == "}") --depth;
      if (depth == 0 && (point == "+" || point == "−" || point == "/") && point.data() != text.data()) return true;
    }
    return false;
  }

  static std::string fraction(const std::string& top, const std::string& bottom) {
    const auto differential = [](const std::string& text) {
      return text.rfind("∂", 0) == 0 || (text.size() > 0 && text[0] == 'd' && text.find(' ') == std::string::npos);
    };
    const bool both = differential(top) && differential(bottom);
    const std::string above = !both && is_sum(top) ? "(" + top + ")" : top;
    const std::string below = !both && !is_atom(bottom) ? "(" + bottom + ")" : bottom;
    return above + "/" + below;
  }

  static std::string join(const Items& items, bool in_script) {
    std::string out;
    const auto space = [&] {
      if (!out.empty() && out.back() != ' ' && out.back() != '(' && out.back() != '[') out += ' ';
    };
    const Item* before = nullptr;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const Item& item = items[i];
      if (item.kind == K::space) {
        if (!in_script) space();
        continue;
      }
      const bool unary =
          item.kind == K::binary && (!before || before->kind == K::binary || before->kind == K::relation ||
                                     before->kind == K::open || before->kind == K::comma);
      switch (item.kind) {
        case K::binary:
        case K::relation:
          if (!in_script && !unary) space();
          out += item.text;
          if (!in_script && !unary) out += ' ';
          break;
        case K::word:
          if (before && before->kind != K::open && before->kind != K::binary) space();
          out += item.text;
          break;
        case K::big:
          if (before) space();
          out += item.text;
          break;
        case K::comma:
        case K::close:
          while (!out.empty() && out.back() == ' ') out.pop_back();
          out += item.text;
          if (item.kind == K::comma && !in_script) out += ' ';
          break;
        case K::fraction: {
          std::size_t next = i + 1;
          while (next < items.size() && items[next].kind == K::space) ++next;
          const auto stands_alone = [](const Item* side) {
            return !side || side->kind == K::binary || side->kind == K::relation || side->kind == K::comma ||
                   side->kind == K::open || side->kind == K::close;
          };
          const bool alone = stands_alone(before) && stands_alone(next < items.size() ? &items[next] : nullptr);
          const bool differential =
              item.text.find("/∂") != std::string::npos || item.text.find("/d") != std::string::npos;
          if (before && !stands_alone(before)) space();
          out += alone || differential ? item.text : "(" + item.text + ")";
          break;
        }
        default:
          if (before && (before->kind == K::word || before->kind == K::big ||
                         (before->kind == K::fraction && item.kind == K::atom))) {
            if (item.kind != K::open || before->kind == K::big) space();
          }
          if (before && before->kind == K::fraction && item.kind == K::open) space();
          out += item.text;
      }
      before = &item;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    const std::size_t begin = out.find_first_not_of(' ');
    return begin == std::string::npos ? std::string() : out.substr(begin);
  }

  std::string_view in_;
  std::size_t pos_ = 0;
  int depth_ = 0;
};

}  // namespace

std::string latex_to_text(std::string_view latex) { return Converter(latex).all(); }

}  // namespace gradus
