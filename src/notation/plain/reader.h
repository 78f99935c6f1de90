// Plain text to items.
#pragma once

#include <string>
#include <string_view>

#include "notation/grammar/grammar.h"

namespace gradus::notation::plain {

class Reader {
 public:
  Reader(Context& context, Grammar& grammar, Span span);
  /// Everything up to the end, or up to the closing bracket (not consumed) of one that is open.
  Items list(std::string_view closing = "");

 private:
  struct Char {
    std::string_view text;
    std::size_t at = 0;
  };
  Char peek(std::size_t offset = 0) const;
  bool touches(std::string_view text) const { return text_.substr(at_, end_ - at_).starts_with(text); }
  Span span(std::size_t begin) const { return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)}; }

  void step(Items& out);
  void number(Items& out);
  void word(Items& out);
  bool stands_for_product(std::string_view word) const;
  void name(std::string_view word, std::size_t begin, Items& out);
  void differential(std::string_view word, std::size_t begin, Items& out);
  void big(std::string_view word, std::size_t begin, Items& out);
  bool limits(Items& out);
  void bracket(Items& out);
  void indices(Items& out);
  void quote(Items& out);
  void script(ItemKind kind, Items& out);
  Items script_argument();
  void root(std::size_t begin, Items& out);
  bool sign(Items& out);

  Context& context_;
  Grammar& grammar_;
  std::string_view text_;
  std::size_t at_, end_;
  int depth_ = 0;
};

}  // namespace gradus::notation::plain
