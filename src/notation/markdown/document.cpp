// A document from top to bottom: headings, paragraphs, words, and the mathematics between them.
//
// Formulas are looked for in the raw text before anything is taken for Markdown, because $$…$$ may hold blank lines and
// lines that start with -, +, =, # or >. What is code (fences, `spans`, verbatim, comments) holds no mathematics.
#include <algorithm>
#include <array>
#include <map>

#include "notation/grammar/nodes.h"
#include "notation/grammar/utf8.h"
#include "notation/latex/formula.h"
#include "notation/markdown/blocks.h"
#include "notation/markdown/delimiters.h"
#include "notation/plain/formula.h"
#include "notation/plain/vocabulary.h"
#include "notation/read.h"

namespace gradus::notation::markdown {
namespace {

constexpr std::size_t max_formula = 2'000'000;
constexpr std::size_t max_formulas = 6'000'000;  // bytes of formulas in a document
constexpr std::size_t max_pieces = 400'000;
constexpr std::size_t max_definitions = 5'000;
constexpr std::size_t definition_window = 4'000;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_formula_environment(std::string_view name) {
  constexpr std::array<std::string_view, 16> names = {
      "equation", "align",   "alignat",  "gather", "multline", "eqnarray", "flalign",      "displaymath",
      "math",     "aligned", "gathered", "split",  "cases",    "xalignat", "IEEEeqnarray", "alignedat"};
  if (name.ends_with('*')) name.remove_suffix(1);
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_verbatim_environment(std::string_view name) {
  return name == "verbatim" || name == "lstlisting" || name == "minted" || name == "comment" || name == "Verbatim";
}

int section_level(std::string_view command) {
  constexpr std::array<std::pair<std::string_view, int>, 7> levels = {{{"part", 1},
                                                                       {"chapter", 1},
                                                                       {"section", 1},
                                                                       {"subsection", 2},
                                                                       {"subsubsection", 3},
                                                                       {"paragraph", 4},
                                                                       {"subparagraph", 5}}};
  for (const auto& [name, level] : levels) {
    if (name == command) return level;
  }
  return 0;
}

/// A line of plain text that states something and holds no prose: "f(x) = ½‖Ax − b‖²", "x ∈ ℝ^n for i = 1, …, n".
bool is_formula_line(std::string_view line) {
  if (line.size() > 400 || (line.find('=') == line.npos && line.find("∈") == line.npos)) return false;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t end = i;
    while (end < line.size() && is_letter(line[end])) ++end;
    const std::string_view word = line.substr(i, end - i);
    const bool prose = word == "is" || word == "we" || word == "in" || word == "of" || word == "to" || word == "by" ||
                       word == "as" || word == "so" || word == "an" || word == "at" || word == "be" || word == "it";
    const bool known = plain::is_function(word) || plain::speaks(word) || !plain::letter_named(word).empty() ||
                       word == "grad" || word == "sum" || word == "prod" || word == "for";
    if (prose || (word.size() > 2 && !known)) return false;
    i = std::max(end, i + 1);
  }
  return true;
}

class DocumentReader {
 public:
  explicit DocumentReader(const Source& source) : text_(source.text()), context_(source, document_.diagnostics) {}

  Document read() {
    if (!is_text()) return std::move(document_);
    const std::string_view head = text_.substr(0, 200'000);
    latex_ = head.find("\\documentclass") != head.npos || head.find("\\begin{document}") != head.npos ||
             (head.find("\\section{") != head.npos && head.find("\n#") == head.npos);
    plain_ = text_.find('$') == text_.npos && text_.find("\\(") == text_.npos && text_.find("\\[") == text_.npos &&
             text_.find("\\begin{") == text_.npos;
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    words_begin_ = at_;
    if (latex_) preamble();
    while (at_ < text_.size() && !full_) {
      if (line_start_) {
        line_start_ = false;
        line();
      } else {
        character();
      }
    }
    if (!full_) flush(text_.size());
    return std::move(document_);
  }

 private:
  // --- pieces ---------------------------------------------------------------------------------------------------

  static Span span(std::size_t begin, std::size_t end) {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  void add(Piece piece) {
    if (document_.pieces.size() >= max_pieces) return stop(piece.span.begin, "the document has too many parts");
    document_.pieces.push_back(std::move(piece));
  }

  /// What stands from words_begin_ to `end` is words; the next ones start at at_.
  void flush(std::size_t end) {
    if (end > words_begin_) {
      const std::string_view raw = text_.substr(words_begin_, end - words_begin_);
      const std::string_view words = trim(raw);
      if (!words.empty()) {
        const std::size_t begin = words_begin_ + static_cast<std::size_t>(words.data() - raw.data());
        Piece piece;
        piece.span = span(begin, begin + words.size());
        piece.text = sanitized(words);
        add(std::move(piece));
      }
    }
    words_begin_ = std::max(end, at_);
  }

  /// Goes on at `next`; what lies between is no words.
  void go(std::size_t next) {
    at_ = next;
    words_begin_ = next;
  }

  void heading(std::size_t begin, std::size_t end, int level, std::string_view title) {
    flush(begin);
    Piece piece;
    piece.kind = Piece::Kind::heading;
    piece.span = span(begin, end);
    piece.level = level;
    piece.text = sanitized(trim(title));
    add(std::move(piece));
  }

  void paragraph(std::size_t begin, std::size_t end) {
    flush(begin);
    if (document_.pieces.empty() || document_.pieces.back().kind == Piece::Kind::paragraph) return;
    Piece piece;
    piece.kind = Piece::Kind::paragraph;
    piece.span = span(begin, end);
    add(std::move(piece));
  }

  /// The rest of the document is one unread statement.
  void stop(std::size_t begin, const std::string& why) {
    if (full_) return;
    full_ = true;
    const Span rest = span(begin, text_.size());
    Piece piece;
    piece.kind = Piece::Kind::display_math;
    piece.span = rest;
    Chain chain;
    chain.span = rest;
    chain.sides = {context_.bad("size", span(begin, std::min(begin + 1, text_.size())), why + ": the rest is not read",
                                "split the document")};
    chain.side_spans = {rest};
    piece.chains.push_back(std::move(chain));
    document_.pieces.push_back(std::move(piece));
  }

  enum class Dialect { latex, plain };

  void formula(Piece::Kind kind, std::size_t begin, std::size_t content, std::size_t content_end, std::size_t next,
               Dialect dialect = Dialect::latex) {
    flush(begin);
    formulas_ += content_end - content;
    if (content_end - content > max_formula) return stop(begin, "a formula of more than two megabytes");
    if (formulas_ > max_formulas) return stop(begin, "more than six megabytes of formulas");
    Piece piece;
    piece.kind = kind;
    piece.span = span(begin, next);
    piece.chains = dialect == Dialect::latex
                       ? latex::read_formula(context_, macros_, span(content, content_end), quotes_)
                       : plain::read_formula(context_, span(content, content_end));
    add(std::move(piece));
    go(next);
  }

  void closed(const Closing& closing, std::size_t begin, std::size_t length, std::string_view partner) {
    if (closing.found) return;
    const std::string mark(text_.substr(begin, length));
    context_.report("unbalanced", span(begin, begin + length), mark + " is never closed",
                    "close the formula with " + std::string(partner));
  }

  // --- whole document ---------------------------------------------------------------------------------------------

  bool is_text() {
    std::size_t nuls = 0, wrong = 0, first = 0;
    for (std::size_t i = 0; i < text_.size();) {
      if (static_cast<unsigned char>(text_[i]) < 0x80) {
        nuls += text_[i] == '\0';
        ++i;
        continue;
      }
      const std::size_t length = code_point_length(text_, i);
      if (length == 0 && wrong++ == 0) first = i;
      i += std::max<std::size_t>(length, 1);
    }
    if (nuls > 0) {
      const std::size_t at = text_.find('\0');
      context_.report("encoding", span(at, at + 1), std::to_string(nuls) + " NUL bytes: this is not a text file",
                      "give a Markdown, LaTeX or plain-text file in UTF-8");
      return false;
    }
    if (wrong > 0) {
      context_.report("encoding", span(first, first + 1), std::to_string(wrong) + " bytes are not UTF-8",
                      "save the file as UTF-8");
    }
    return true;
  }

  /// Definitions count, the rest of a preamble does not.
  void preamble() {
    const std::size_t body = text_.find("\\begin{document}");
    if (body == text_.npos) return;
    while (at_ < body) {
      const char c = text_[at_];
      if (c == '%') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '\\') {
        if (!definition()) at_ += 2;
      } else {
        ++at_;
      }
    }
    go(body + std::string_view("\\begin{document}").size());
  }

  // --- lines --------------------------------------------------------------------------------------------------------

  std::size_t line_end(std::size_t at) const { return std::min(text_.find('\n', at), text_.size()); }
  std::size_t next_line(std::size_t end) const { return std::min(end + 1, text_.size()); }

  bool blank_line(std::size_t begin) const {
    int depth = 0;
    return begin >= text_.size() || trim(unquoted(text_.substr(begin, line_end(begin) - begin), depth)).empty();
  }

  void line() {
    const std::size_t begin = at_, end = line_end(at_), next = next_line(end);
    const std::string_view whole = text_.substr(begin, end - begin);
    const std::string_view content = latex_ ? whole : unquoted(whole, quotes_);
    const std::size_t inner = end - content.size();
    const std::string_view words = trim(content);
    const bool after_blank = blank_before_;
    blank_before_ = words.empty();
    line_start_ = true;
    if (words.empty()) {
      paragraph(begin, end);
      return go(next);
    }
    if (words.front() == '%') {  // a comment, as in LaTeX
      flush(begin);
      return go(next);
    }
    std::string_view title;
    if (!latex_) {
      if (const auto fence = fence_of(content)) return fenced(*fence, begin, next);
      if (const int level = atx_heading(content, title)) {
        heading(begin, end, level, title);
        blank_before_ = true;
        return go(next);
      }
      const std::size_t under = line_end(next);
      const int level = after_blank && next < text_.size() ? underline_level(text_.substr(next, under - next)) : 0;
      if (level > 0 && std::string_view("-+*>|$\\").find(words.front()) == std::string_view::npos) {
        heading(begin, under, level, words);
        blank_before_ = true;
        return go(next_line(under));
      }
    }
    if (after_blank && blank_line(next) && is_numbered_title(words)) {
      heading(begin, end, 2, words);
      return go(next);
    }
    if (plain_ && (whole.starts_with("    ") || whole.starts_with("\t"))) {
      formula(Piece::Kind::display_math, inner, inner, end, next, Dialect::plain);
      return;
    }
    if (plain_ && is_formula_line(words)) {
      formula(Piece::Kind::display_math, inner, inner, end, next, Dialect::plain);
      return;
    }
    line_start_ = false;
    if (quotes_ > 0) flush(begin);
    if (words_begin_ == begin) words_begin_ = inner;
    at_ = inner;
  }

  void fenced(const Fence& fence, std::size_t begin, std::size_t content) {
    flush(begin);
    go(content);
    std::size_t at = content, content_end = text_.size(), next = text_.size();
    bool found = false;
    while (at < text_.size() && !found) {
      const std::size_t end = line_end(at);
      int depth = 0;
      const std::string_view line = unquoted(text_.substr(at, end - at), depth);
      if (closes(quotes_ > 0 ? line : text_.substr(at, end - at), fence)) {
        found = true;
        content_end = at;
        next = next_line(end);
      }
      at = next_line(end);
    }
    if (!found) {
      context_.report("unbalanced", span(begin, line_end(begin)), "a fence that is never closed",
                      "close it with a line of the same marks");
    }
    if (fence.language == "math") {
      formula(Piece::Kind::display_math, begin, content, content_end, next);
    } else if (fence.language == "gradus") {
      for (std::size_t line = content; line < content_end && !full_; line = next_line(line_end(line))) {
        const std::size_t end = std::min(line_end(line), content_end);
        if (!blank_line(line)) formula(Piece::Kind::display_math, line, line, end, end, Dialect::plain);
      }
    }
    go(next);
  }

  // --- inside a line
  // --------------------------------------------------------------------------------------------------

  void character() {
    switch (text_[at_]) {
      case '\n':
        ++at_;
        line_start_ = true;
        return;
      case '$': return dollar();
      case '\\': return backslash();
      case '`':
        if (!latex_) return code_span();
        break;
      case '<':
        if (text_.substr(at_).starts_with("<!--")) return comment();
        break;
      case '%':
        if (latex_) {
          flush(at_);
          return go(line_end(at_));
        }
        break;
      default: break;
    }
    ++at_;
  }

  /// The end of the paragraph that `at` lies in, looked for once.
  std::size_t paragraph_limit(std::size_t at) {
    if (at < paragraph_from_ || at >= paragraph_to_) {
      paragraph_from_ = at;
      paragraph_to_ = paragraph_end(text_, at);
    }
    return paragraph_to_;
  }

  /// The mark in the present paragraph, or npos. `absent_before`: a search that failed is not made again.
  std::size_t find_in_paragraph(std::string_view mark, std::size_t from, std::size_t& absent_before) {
    if (from < absent_before) return text_.npos;
    const std::size_t limit = paragraph_limit(from);
    const std::size_t found = text_.substr(0, limit).find(mark, from);
    if (found == text_.npos) absent_before = limit;
    return found;
  }

  void dollar() {
    const std::size_t begin = at_;
    const std::string_view rest = text_.substr(begin);
    if (rest.starts_with("$$")) {
      const Closing closing = close_display(text_, begin + 2);
      closed(closing, begin, 2, "$$");
      return formula(Piece::Kind::display_math, begin, begin + 2, closing.content_end, closing.next);
    }
    if (rest.starts_with("$`")) {  // GitHub's $`…`$
      const std::size_t end = find_in_paragraph("`$", begin + 2, no_github_before_);
      if (end != text_.npos) return formula(Piece::Kind::inline_math, begin, begin + 2, end, end + 2);
    }
    if (const auto closing = close_inline(text_, begin + 1)) {
      return formula(Piece::Kind::inline_math, begin, begin + 1, closing->content_end, closing->next);
    }
    // A dollar alone is an amount, unless what follows is plainly LaTeX.
    const std::size_t end = std::min(line_end(begin), text_.find('$', begin + 1));
    const std::string_view after = text_.substr(begin + 1, std::min(end, text_.size()) - begin - 1);
    const std::size_t slash = after.find('\\');
    const bool command = slash != after.npos && slash + 1 < after.size() && is_letter(after[slash + 1]);
    if (command || after.find("_{") != after.npos || after.find("^{") != after.npos) {
      context_.report("unbalanced", span(begin, begin + 1), "$ is never closed", "close the formula with $");
    }
    ++at_;
  }

  void backslash() {
    const std::size_t begin = at_;
    const std::string_view rest = text_.substr(begin);
    for (const bool display : {false, true}) {
      const std::string_view open = display ? "\\[" : "\\(", close = display ? "\\]" : "\\)";
      if (rest.starts_with(open)) {
        if (display && no_display_close_) break;
        const Closing closing = close_mark(text_, begin + 2, close, !display);
        closed(closing, begin, 2, close);
        no_display_close_ = no_display_close_ || (display && !closing.found);
        return formula(display ? Piece::Kind::display_math : Piece::Kind::inline_math, begin, begin + 2,
                       closing.content_end, closing.next);
      }
      // \\( … \\) where a Markdown reader takes one backslash away.
      if (!latex_ && rest.starts_with("\\") && rest.substr(1).starts_with(open)) {
        const std::string twice = "\\" + std::string(close);
        const std::size_t end = find_in_paragraph(twice, begin + 3, no_twice_before_[display]);
        if (end != text_.npos) {
          return formula(display ? Piece::Kind::display_math : Piece::Kind::inline_math, begin, begin + 3, end,
                         end + 3);
        }
      }
    }
    if (rest.starts_with("\\begin{")) return environment();
    if (rest.starts_with("\\end{")) {
      const std::size_t close = rest.substr(0, 60).find('}');
      if (close != rest.npos) {
        flush(begin);
        return go(begin + close + 1);
      }
    }
    std::size_t end = begin + 1;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    const std::string_view command = text_.substr(begin + 1, end - begin - 1);
    if (latex::Macros::is_definition(command)) {
      flush(begin);
      if (definition()) return go(at_);
    }
    if (const int level = section_level(command)) {
      if (end < text_.size() && text_[end] == '*') ++end;
      const std::size_t close = end < text_.size() && text_[end] == '{' ? title_end(end) : text_.npos;
      if (close != text_.npos) {
        heading(begin, close + 1, level, text_.substr(end + 1, close - end - 1));
        return go(close + 1);
      }
    }
    if (command == "verb" && end < text_.size()) {
      const std::size_t close = text_.substr(0, line_end(end)).find(text_[end], end + 1);
      if (close != text_.npos) {
        at_ = close + 1;
        return;
      }
    }
    at_ = std::min(std::max(end, begin + 2), text_.size());
  }

  std::size_t title_end(std::size_t brace) const {
    int depth = 0;
    for (std::size_t i = brace; i < text_.size() && i < brace + 500; ++i) {
      if (text_[i] == '{') ++depth;
      if (text_[i] == '}' && --depth == 0) return i;
    }
    return text_.npos;
  }

  void environment() {
    const std::size_t begin = at_;
    const std::size_t name_begin = begin + 7;
    const std::size_t close = text_.substr(0, std::min(text_.size(), name_begin + 40)).find('}', name_begin);
    if (close == text_.npos) {
      at_ = name_begin;
      return;
    }
    const std::string_view name = text_.substr(name_begin, close - name_begin);
    if (is_formula_environment(name)) {
      int& failures = unclosed_[name];
      Closing closing;
      if (failures < 16) {
        closing = close_environment(text_, close + 1, name);
      } else {
        closing.content_end = closing.next = paragraph_end(text_, close + 1);
      }
      failures += closing.found ? 0 : 1;
      return formula(Piece::Kind::display_math, begin, begin, closing.content_end, closing.next);
    }
    flush(begin);
    if (is_verbatim_environment(name) && unclosed_[name] == 0) {
      const std::size_t end = text_.find("\\end{" + std::string(name), close);
      if (end != text_.npos) return go(end);
      ++unclosed_[name];
    }
    go(close + 1);
  }

  /// Takes the definition at at_ and moves past it.
  bool definition() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    if (!latex::Macros::is_definition(text_.substr(at_ + 1, end - at_ - 1))) return false;
    if (++definitions_ > max_definitions) {
      if (definitions_ == max_definitions + 1) {
        context_.report("macro-expansion", span(at_, end),
                        "too many definitions: this one and those after it are not read");
      }
      return false;
    }
    const Span window = span(at_, std::min(text_.size(), at_ + definition_window));
    const std::vector<latex::Token> tokens = latex::tokenize(context_, window);
    const std::size_t past = tokens.empty() ? 0 : macros_.define(context_, tokens, 0);
    if (past == 0) return false;
    at_ = tokens[past - 1].span.end;
    return true;
  }

  void code_span() {
    std::size_t length = 0;
    while (at_ + length < text_.size() && text_[at_ + length] == '`') ++length;
    const std::size_t slot = std::min<std::size_t>(length, no_span_before_.size() - 1);
    if (at_ >= no_span_before_[slot]) {
      const std::size_t limit = paragraph_limit(at_);
      for (std::size_t i = at_ + length; i < limit;) {
        if (text_[i] != '`') {
          ++i;
          continue;
        }
        std::size_t run = 0;
        while (i + run < limit && text_[i + run] == '`') ++run;
        if (run == length) {
          at_ = i + run;
          return;
        }
        i += run;
      }
      no_span_before_[slot] = limit;
    }
    at_ += length;
  }

  void comment() {
    const std::size_t end = no_comment_end_ ? text_.npos : text_.find("-->", at_);
    if (end == text_.npos) {
      no_comment_end_ = true;
      ++at_;
      return;
    }
    flush(at_);
    go(end + 3);
  }

  std::string_view text_;
  Document document_;
  Context context_;
  latex::Macros macros_;
  std::size_t at_ = 0, words_begin_ = 0;
  std::size_t formulas_ = 0, definitions_ = 0;
  std::map<std::string_view, int> unclosed_;  ///< environments that did not close, and how often
  std::size_t paragraph_from_ = 0, paragraph_to_ = 0;
  std::size_t no_github_before_ = 0;
  std::array<std::size_t, 2> no_twice_before_{};
  std::array<std::size_t, 16> no_span_before_{};
  int quotes_ = 0;
  bool latex_ = false, plain_ = false, full_ = false;
  bool line_start_ = true, blank_before_ = true;
  bool no_display_close_ = false, no_comment_end_ = false;
};

}  // namespace
}  // namespace gradus::notation::markdown

namespace gradus {

Document read_document(const Source& source) { return notation::markdown::DocumentReader(source).read(); }

}  // namespace gradus
