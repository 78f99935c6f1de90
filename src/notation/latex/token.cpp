#include "notation/latex/token.h"

#include "notation/grammar/utf8.h"

namespace gradus::notation::latex {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

class Lexer {
 public:
  Lexer(Context& context, Span span, int quote_depth)
      : context_(context), text_(context.source().text()), at_(span.begin), end_(span.end), quote_depth_(quote_depth) {
    if (end_ > text_.size()) end_ = text_.size();
  }

  std::vector<Token> run() {
    while (skip_space(), at_ < end_) next();
    return std::move(tokens_);
  }

 private:
  void skip_space() {
    while (at_ < end_) {
      const char c = text_[at_];
      if (c == '\n') {
        spaced_ = true;
        ++at_;
        skip_quote_marks();
      } else if (is_space(c)) {
        spaced_ = true;
        ++at_;
      } else if (c == '%') {  // a comment reaches over the end of its line
        while (at_ < end_ && text_[at_] != '\n') ++at_;
        if (at_ < end_) {
          ++at_;
          skip_quote_marks();
        }
      } else {
        return;
      }
    }
  }

  void skip_quote_marks() {
    for (int depth = 0; depth < quote_depth_; ++depth) {
      std::size_t mark = at_;
      while (mark < end_ && (text_[mark] == ' ' || text_[mark] == '\t')) ++mark;
      if (mark >= end_ || text_[mark] != '>') return;
      at_ = mark + 1;
    }
  }

  void emit(TokenKind kind, std::size_t begin, std::size_t end, std::string_view text) {
    tokens_.push_back({kind, spaced_, {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}, text});
    spaced_ = false;
    at_ = end;
  }

  void next() {
    const std::size_t begin = at_;
    const char c = text_[at_];
    if (is_letter(c)) return emit(TokenKind::letter, begin, begin + 1, text_.substr(begin, 1));
    if (is_digit(c)) return emit(TokenKind::digit, begin, begin + 1, text_.substr(begin, 1));
    switch (c) {
      case '{': return emit(TokenKind::open, begin, begin + 1, "{");
      case '}': return emit(TokenKind::close, begin, begin + 1, "}");
      case '~':
        ++at_;
        spaced_ = true;
        return;
      case '\\': return command(begin);
      case '#':
        if (begin + 1 < end_ && text_[begin + 1] >= '1' && text_[begin + 1] <= '9') {
          return emit(TokenKind::parameter, begin, begin + 2, text_.substr(begin + 1, 1));
        }
        break;
      default: break;
    }
    std::size_t length = code_point_length(text_, begin);
    const auto byte = static_cast<unsigned char>(c);
    if (length == 0 || begin + length > end_ || byte < 0x20 || byte == 0x7F) {
      // One report for a run of bytes.
      std::size_t end = begin + 1;
      while (end < end_ && (code_point_length(text_, end) == 0 || static_cast<unsigned char>(text_[end]) < 0x09)) ++end;
      const Span span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
      context_.report("encoding", span, "bytes that are not UTF-8 text", "save the file as UTF-8");
      return emit(TokenKind::failed, begin, end, "bytes that are not UTF-8 text");
    }
    emit(TokenKind::symbol, begin, begin + length, text_.substr(begin, length));
  }

  void command(std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < end_ && is_letter(text_[end])) ++end;
    if (end == begin + 1) {
      if (end >= end_) return emit(TokenKind::command, begin, end, " ");
      if (text_[end] == '\\') return row(begin, end + 1);
      if (is_space(text_[end])) {
        at_ = end + 1;
        spaced_ = true;
        return;
      }
      std::size_t length = code_point_length(text_, end);
      if (length == 0) length = 1;
      return emit(TokenKind::command, begin, std::min(end + length, end_), text_.substr(begin + 1, length));
    }
    const std::string_view name = text_.substr(begin + 1, end - begin - 1);
    if (name == "begin" || name == "end") {
      std::size_t brace = end;
      while (brace < end_ && is_space(text_[brace])) ++brace;
      const std::size_t close =
          brace < end_ && text_[brace] == '{' ? text_.substr(0, end_).find('}', brace) : text_.npos;
      if (close != text_.npos && close - brace < 40) {
        std::string_view environment = text_.substr(brace + 1, close - brace - 1);
        while (!environment.empty() && is_space(environment.front())) environment.remove_prefix(1);
        while (!environment.empty() && is_space(environment.back())) environment.remove_suffix(1);
        return emit(name == "begin" ? TokenKind::begin : TokenKind::end, begin, close + 1, environment);
      }
    }
    if (name == "cr" || name == "newline") return emit(TokenKind::row, begin, end, name);
    emit(TokenKind::command, begin, end, name);
  }

  /// \\ and \\* and \\[2pt].
  void row(std::size_t begin, std::size_t end) {
    if (end < end_ && text_[end] == '*') ++end;
    std::size_t i = end;
    if (i < end_ && text_[i] == '[') {
      ++i;
      while (i < end_ && (is_digit(text_[i]) || text_[i] == '.' || text_[i] == '-' || text_[i] == ' ')) ++i;
      const std::size_t unit = i;
      while (i < end_ && is_letter(text_[i])) ++i;
      if (i - unit == 2 && i < end_ && text_[i] == ']') end = i + 1;
      // \\[1ex minus …] and lengths by name are rare; a bracket that holds no length is mathematics.
    }
    emit(TokenKind::row, begin, end, "\\\\");
  }

  Context& context_;
  std::string_view text_;
  std::size_t at_, end_;
  int quote_depth_;
  bool spaced_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(Context& context, Span span, int quote_depth) {
  return Lexer(context, span, quote_depth).run();
}

}  // namespace gradus::notation::latex
