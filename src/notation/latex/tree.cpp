// Pairing with a stack of frames, one pass. Where brackets do not match, the smallest part is given up: a bracket that
// is still open when its brace, its environment or its row ends becomes a failed leaf, and what stood in it stays.
//
// \left( … \right. \\ & \left. … \right) is one bracket over two rows: a frame that \right. leaves open goes on.
#include "notation/latex/tree.h"

namespace gradus::notation::latex {
namespace {

struct Frame {
  enum class Kind { root, brace, bracket, left, environment } kind = Kind::root;
  Tree tree;
  bool dangling = false;  ///< \left( that \right. left open
};

bool is_aligned(std::string_view name) {
  return name != "array" && name.find("matrix") == name.npos && name.find("cases") == name.npos && name != "substack";
}

class Pairing {
 public:
  Pairing(Context& context, const std::vector<Token>& tokens) : context_(context), tokens_(tokens) {}

  Trees run() {
    frames_.emplace_back();
    for (at_ = 0; at_ < tokens_.size(); ++at_) step(tokens_[at_]);
    while (frames_.size() > 1) abandon();
    return std::move(frames_.front().tree.kids);
  }

 private:
  Frame& top() { return frames_.back(); }
  void add(Tree tree) { top().tree.kids.push_back(std::move(tree)); }

  static Tree leaf(const Token& token) {
    Tree tree;
    tree.kind = token.kind == TokenKind::failed ? Tree::Kind::failed : Tree::Kind::leaf;
    if (tree.kind == Tree::Kind::failed) tree.open = token.text;
    tree.token = token;
    tree.span = token.span;
    return tree;
  }

  void fail(Span span, std::string why, std::string help) {
    // One bracket out of place can leave many without a partner: the first ones tell.
    if (++failures_ <= 5) context_.report("unbalanced", span, why, std::move(help));
    Tree tree;
    tree.kind = Tree::Kind::failed;
    tree.span = span;
    tree.open = std::move(why);
    add(std::move(tree));
  }

  void push(Frame::Kind kind, const Token& token, std::string open) {
    if (frames_.size() > Context::max_depth) {
      constexpr std::string_view why = "this is nested too deeply";
      if (!too_deep_) context_.report("depth", token.span, std::string(why), "give the inner part a name of its own");
      add(leaf({TokenKind::failed, false, token.span, why}));
      too_deep_ = true;
      ++skipping_;
      return;
    }
    Frame frame;
    frame.kind = kind;
    frame.tree.kind = kind == Frame::Kind::brace         ? Tree::Kind::brace
                      : kind == Frame::Kind::environment ? Tree::Kind::environment
                                                         : Tree::Kind::bracket;
    frame.tree.token = token;
    frame.tree.span = token.span;
    frame.tree.open = std::move(open);
    frames_.push_back(std::move(frame));
  }

  void pop(Span end) {
    Tree tree = std::move(top().tree);
    frames_.pop_back();
    tree.span = cover(tree.span, end);
    add(std::move(tree));
  }

  /// The top frame never closes.
  void abandon() {
    Frame frame = std::move(top());
    frames_.pop_back();
    const std::string written(context_.source().text(frame.tree.token.span));
    switch (frame.kind) {
      case Frame::Kind::environment:
        fail(frame.tree.token.span, "\\begin{" + frame.tree.open + "} without \\end{" + frame.tree.open + "}",
             "close it with \\end{" + frame.tree.open + "}");
        top().tree.kids.pop_back();  // its rows can still be read
        break;
      case Frame::Kind::left: fail(frame.tree.token.span, "\\left without its \\right", "close it with \\right"); break;
      default: fail(frame.tree.token.span, "'" + written + "' is never closed", "close it, or take it out");
    }
    if (frame.kind == Frame::Kind::environment) {
      add(std::move(frame.tree));
      return;
    }
    for (Tree& kid : frame.tree.kids) add(std::move(kid));
  }

  /// Index of the nearest frame of that kind, with only brackets above it; 0 if there is none.
  std::size_t nearest(Frame::Kind kind, const std::string& open = "") const {
    for (std::size_t i = frames_.size(); i-- > 1;) {
      if (frames_[i].kind == kind && (open.empty() || frames_[i].tree.open == open)) return i;
      if (frames_[i].kind == Frame::Kind::brace || frames_[i].kind == Frame::Kind::environment) return 0;
      if (frames_[i].kind == Frame::Kind::left && kind == Frame::Kind::bracket) return 0;
    }
    return 0;
  }

  void step(const Token& token) {
    if (skipping_ > 0) return skip(token);
    switch (token.kind) {
      case TokenKind::open: return push(Frame::Kind::brace, token, "{");
      case TokenKind::close: return close_brace(token);
      case TokenKind::begin: return begin(token);
      case TokenKind::end: return end(token);
      case TokenKind::row: return row(token);
      default: break;
    }
    const Command* command = meaning(token);
    if (!command) return add(leaf(token));
    switch (command->meaning) {
      case Meaning::opening: return push(Frame::Kind::bracket, token, std::string(command->text));
      case Meaning::closing: return close_bracket(token, command);
      case Meaning::left: return left(token);
      case Meaning::right: return right(token);
      case Meaning::size: return sized(token, command->text);
      default: return add(leaf(token));
    }
  }

  void skip(const Token& token) {
    const Command* command = meaning(token);
    const bool opens = token.kind == TokenKind::open || token.kind == TokenKind::begin ||
                       (command && (command->meaning == Meaning::opening));
    const bool closes = token.kind == TokenKind::close || token.kind == TokenKind::end ||
                        (command && (command->meaning == Meaning::closing));
    if (opens) ++skipping_;
    if (closes) --skipping_;
  }

  void close_brace(const Token& token) {
    std::size_t i = frames_.size();
    while (i-- > 1 && frames_[i].kind != Frame::Kind::brace) {
    }
    if (i == 0 || frames_[i].kind != Frame::Kind::brace) {
      return fail(token.span, "'}' without '{'", "take it out, or open it with '{'");
    }
    while (frames_.size() - 1 > i) abandon();
    top().tree.spaced_end = token.spaced;
    pop(token.span);
  }

  void close_bracket(const Token& token, const Command* command) {
    std::string open(command->text);
    std::size_t i = nearest(Frame::Kind::bracket, open);
    // [0, 1) and (0, 1]: intervals.
    const bool interval = open == "(" || open == "[";
    if (i == 0 && interval && top().kind == Frame::Kind::bracket &&
        (top().tree.open == "(" || top().tree.open == "[")) {
      i = frames_.size() - 1;
    }
    if (i == 0) {
      if (open == "|" || open == "‖") return add(leaf(token));  // \rvert may be a restriction
      return fail(token.span, "'" + std::string(context_.source().text(token.span)) + "' closes nothing",
                  "take it out, or open it");
    }
    while (frames_.size() - 1 > i) abandon();
    top().tree.close = open;
    pop(token.span);
  }

  /// The delimiter behind \left, \right or \big: its bracket ("" for "."), and moves on.
  std::string delimiter(Span& span) {
    if (at_ + 1 >= tokens_.size()) return "?";
    const Token& next = tokens_[at_ + 1];
    span = cover(span, next.span);
    if (next.kind == TokenKind::symbol && next.text == ".") {
      ++at_;
      return "";
    }
    if (next.kind == TokenKind::symbol && (next.text == "<" || next.text == ">")) {
      ++at_;
      return "⟨";
    }
    if (next.kind == TokenKind::symbol && next.text == "/") {
      ++at_;
      return "/";
    }
    const Command* command = meaning(next);
    if (command && (command->meaning == Meaning::opening || command->meaning == Meaning::closing ||
                    command->meaning == Meaning::bar || command->meaning == Meaning::mid)) {
      ++at_;
      return std::string(command->text);
    }
    return "?";
  }

  void left(const Token& token) {
    Token opener = token;
    std::string open = delimiter(opener.span);
    if (open == "?") return fail(token.span, "\\left without a bracket behind it", "write \\left( or \\left.");
    if (open.empty() && top().kind == Frame::Kind::left && top().dangling) {
      top().dangling = false;
      return;
    }
    push(Frame::Kind::left, opener, std::move(open));
  }

  void right(const Token& token) {
    Span span = token.span;
    const std::string close = delimiter(span);
    if (close == "?") return fail(token.span, "\\right without a bracket behind it", "write \\right) or \\right.");
    const std::size_t i = nearest(Frame::Kind::left);
    if (i == 0)
      return fail(span, "\\right without its \\left", "write \\left in front, \\left. if it shall be invisible");
    while (frames_.size() - 1 > i) abandon();
    Frame& frame = top();
    if (close.empty() && !frame.tree.open.empty()) {
      const bool holds_rows =
          frame.tree.open == "{" && !frame.tree.kids.empty() && frame.tree.kids.back().kind == Tree::Kind::environment;
      if (!holds_rows) {
        frame.dangling = true;
        return;
      }
    }
    if (!close.empty() && frame.tree.open.empty() && close != "|" && close != "‖") {
      return abandon();
    }
    frame.tree.close = close;
    pop(span);
  }

  void sized(const Token& token, std::string_view side) {
    Token delim = token;
    const std::size_t before = at_;
    const std::string bracket = delimiter(delim.span);
    if (bracket == "?" || bracket.empty()) return;  // \big/ and the like: the size alone says nothing
    const Token& next = tokens_[at_];
    delim.kind = next.kind;
    delim.text = next.text;
    if (bracket == "/" || next.text == "<" || next.text == ">") {
      at_ = before;
      return;
    }
    const bool bar = bracket == "|" || bracket == "‖";
    if (bar && side == "l") return push(Frame::Kind::bracket, delim, bracket);
    if (bar && side == "r" && nearest(Frame::Kind::bracket, bracket) > 0) {
      while (top().tree.open != bracket) abandon();
      top().tree.close = bracket;
      return pop(delim.span);
    }
    if (bar && side == "m") {
      delim.kind = TokenKind::command;
      delim.text = "mid";
    }
    if (!bar) return step(delim);
    Tree tree = leaf(delim);
    tree.sized = true;
    add(std::move(tree));
  }

  void begin(const Token& token) {
    push(Frame::Kind::environment, token, std::string(token.text));
    const std::string_view name = token.text;
    const bool takes_columns = name == "array" || name.starts_with("alignat") || name == "alignedat" ||
                               name == "tabular" || name == "subarray";
    // An optional position, \begin{aligned}[t], then the columns of an array.
    if (at_ + 3 < tokens_.size() && tokens_[at_ + 1].text == "[" && tokens_[at_ + 2].kind == TokenKind::letter &&
        tokens_[at_ + 3].text == "]" && std::string_view("tbc").find(tokens_[at_ + 2].text) != std::string_view::npos) {
      at_ += 3;
    }
    if (!takes_columns || at_ + 1 >= tokens_.size() || tokens_[at_ + 1].kind != TokenKind::open) return;
    int depth = 0;
    std::size_t i = at_ + 1;
    for (; i < tokens_.size(); ++i) {
      if (tokens_[i].kind == TokenKind::open) ++depth;
      if (tokens_[i].kind == TokenKind::close && --depth == 0) break;
    }
    if (i < tokens_.size()) at_ = i;
  }

  void end(const Token& token) {
    std::size_t i = frames_.size();
    while (i-- > 1 && frames_[i].kind != Frame::Kind::environment) {
    }
    if (i == 0 || frames_[i].kind != Frame::Kind::environment) {
      return fail(token.span, "\\end{" + std::string(token.text) + "} without \\begin", "take it out, or open it");
    }
    while (frames_.size() - 1 > i) abandon();
    if (top().tree.open != token.text) {
      context_.report("unbalanced", token.span,
                      "\\begin{" + top().tree.open + "} is closed by \\end{" + std::string(token.text) + "}",
                      "use the same name in both");
    }
    pop(token.span);
  }

  /// A row that starts with a relation cannot stand inside a bracket: what is still open was forgotten.
  void row(const Token& token) {
    std::size_t next = at_ + 1;
    for (; next < tokens_.size(); ++next) {
      const Command* command = meaning(tokens_[next]);
      const bool layout = tokens_[next].text == "&" ||
                          (command && (command->meaning == Meaning::space || command->meaning == Meaning::quad));
      if (!layout) break;
    }
    const Command* command = next < tokens_.size() ? meaning(tokens_[next]) : nullptr;
    if (command && command->meaning == Meaning::rel) {
      std::size_t base = frames_.size() - 1;
      while (frames_[base].kind == Frame::Kind::bracket || frames_[base].kind == Frame::Kind::left) --base;
      const Frame& rows = frames_[base];
      if (rows.kind == Frame::Kind::root || (rows.kind == Frame::Kind::environment && is_aligned(rows.tree.open))) {
        while (frames_.size() - 1 > base) abandon();
      }
    }
    add(leaf(token));
  }

  Context& context_;
  const std::vector<Token>& tokens_;
  std::size_t at_ = 0;
  std::vector<Frame> frames_;
  std::size_t skipping_ = 0;
  int failures_ = 0;
  bool too_deep_ = false;
};

}  // namespace

Trees pair(Context& context, const std::vector<Token>& tokens) { return Pairing(context, tokens).run(); }

const Command* meaning(const Token& token) {
  if (token.kind == TokenKind::command) {
    const Command* row = find_command(token.text);
    return row ? row : find_function(token.text);
  }
  if (token.kind == TokenKind::symbol) return find_character(token.text);
  return nullptr;
}

}  // namespace gradus::notation::latex
