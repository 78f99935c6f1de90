// Expansion is a stack of tokens: a macro's body is pushed back and read again, as in TeX. What keeps a hostile sheet
// from running away are three limits: depth (a macro that contains itself), uses in one formula, tokens in a document.
#include "notation/latex/macros.h"

#include <algorithm>
#include <utility>

namespace gradus::notation::latex {
namespace {

constexpr int max_depth = 60;
constexpr std::size_t max_uses = 20'000;
constexpr std::size_t max_tokens = 50'000;
constexpr std::size_t max_document_tokens = 1'000'000;

bool is_symbol(const Token& token, std::string_view text) {
  return token.kind == TokenKind::symbol && token.text == text;
}

/// The end of the group that opens at `at`, one behind its brace; `at` if it does not close.
std::size_t group_end(const std::vector<Token>& tokens, std::size_t at) {
  int depth = 0;
  for (std::size_t i = at; i < tokens.size(); ++i) {
    if (tokens[i].kind == TokenKind::open) ++depth;
    if (tokens[i].kind == TokenKind::close && --depth == 0) return i + 1;
  }
  return at;
}

struct Pending {
  Token token;
  int depth = 0;
};

}  // namespace

bool Macros::is_definition(std::string_view command) {
  return command == "newcommand" || command == "renewcommand" || command == "providecommand" || command == "def" ||
         command == "gdef" || command == "edef" || command == "let" || command == "DeclareMathOperator" ||
         command == "DeclareRobustCommand";
}

std::size_t Macros::define(Context& context, const std::vector<Token>& tokens, std::size_t at) {
  const std::size_t begin = at;
  const std::string_view command = tokens[at].text;
  const auto fail = [&](const char* why) {
    context.report("macro-expansion", tokens[begin].span, why, "write \\newcommand{\\name}[1]{… #1 …}");
    return begin;
  };
  ++at;
  const bool starred = at < tokens.size() && is_symbol(tokens[at], "*");
  if (starred) ++at;
  const bool braced = at < tokens.size() && tokens[at].kind == TokenKind::open;
  if (braced) ++at;
  if (at >= tokens.size() || tokens[at].kind != TokenKind::command)
    return fail("a definition without a command to define");
  const std::string_view name = tokens[at++].text;
  if (braced) {
    if (at >= tokens.size() || tokens[at].kind != TokenKind::close)
      return fail("a definition without a command to define");
    ++at;
  }
  Macro macro;
  if (command == "let") {
    if (at < tokens.size() && is_symbol(tokens[at], "=")) ++at;
    if (at >= tokens.size()) return fail("a definition without a meaning");
    macro.body = {tokens[at]};
    macros_[name] = std::move(macro);
    return at + 1;
  }
  if (command.ends_with("def")) {
    while (at < tokens.size() && tokens[at].kind == TokenKind::parameter) {
      ++at;
      ++macro.parameters;
    }
    if (at >= tokens.size() || tokens[at].kind != TokenKind::open) {
      return fail("only parameters without delimiters are read");
    }
  }
  if (at + 2 < tokens.size() && is_symbol(tokens[at], "[") && tokens[at + 1].kind == TokenKind::digit &&
      is_symbol(tokens[at + 2], "]")) {
    macro.parameters = tokens[at + 1].text[0] - '0';
    at += 3;
    if (at < tokens.size() && is_symbol(tokens[at], "[")) {
      const std::size_t from = at + 1;
      while (at < tokens.size() && !is_symbol(tokens[at], "]")) ++at;
      if (at >= tokens.size()) return fail("a definition whose default does not end");
      macro.first_default.emplace(tokens.begin() + static_cast<std::ptrdiff_t>(from),
                                  tokens.begin() + static_cast<std::ptrdiff_t>(at));
      ++at;
    }
  }
  if (at >= tokens.size()) return fail("a definition without a body");
  std::size_t end = at + 1;
  if (tokens[at].kind == TokenKind::open) {
    end = group_end(tokens, at);
    if (end == at) return fail("a definition whose body does not end");
    macro.body.assign(tokens.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                      tokens.begin() + static_cast<std::ptrdiff_t>(end) - 1);
  } else {
    macro.body = {tokens[at]};
  }
  if (command == "DeclareMathOperator") {
    std::vector<Token> body = std::move(macro.body);
    const Span span = tokens[begin].span;
    macro.body = {{TokenKind::command, false, span, "operatorname"}, {TokenKind::open, false, span, "{"}};
    macro.body.insert(macro.body.end(), body.begin(), body.end());
    macro.body.push_back({TokenKind::close, false, span, "}"});
  }
  if (command != "providecommand" || !macros_.contains(name)) macros_[name] = std::move(macro);
  return end;
}

std::vector<Token> Macros::expand(Context& context, std::vector<Token> tokens) {
  const bool any = std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
    return token.kind == TokenKind::command && (is_definition(token.text) || macros_.contains(token.text));
  });
  if (!any) return tokens;

  std::vector<Token> out;
  std::vector<Pending> pending;  // the next token is at the back
  for (std::size_t i = tokens.size(); i-- > 0;) pending.push_back({tokens[i], 0});
  std::size_t uses = 0, made = 0;
  std::size_t kept = 0;  // of `out`: what stands before the use that is being expanded
  bool gave_up = false;  // told once a formula
  // The use becomes one failed token; what the formula itself says before and behind it stays.
  const auto give_up = [&](const Token& use, std::string_view why) {
    if (!std::exchange(gave_up, true))
      context.report("macro-expansion", use.span, std::string(why), "define it without using itself");
    out.resize(kept);
    while (!pending.empty() && pending.back().depth > 0) pending.pop_back();
    out.push_back({TokenKind::failed, use.spaced, use.span, why});
  };

  while (!pending.empty()) {
    const Pending next = pending.back();
    pending.pop_back();
    const Token& token = next.token;
    if (next.depth == 0) kept = out.size();
    if (token.kind != TokenKind::command) {
      out.push_back(token);
      continue;
    }
    if (is_definition(token.text)) {
      // Definitions are short: take what is left until the end of its body.
      if (++uses > max_uses) {
        give_up(token, "there are too many definitions in one formula");
        return out;
      }
      std::vector<Token> rest{token};
      int depth = 0;
      bool body = false;
      for (std::size_t i = pending.size(); i-- > 0 && rest.size() < 2000;) {
        rest.push_back(pending[i].token);
        if (rest.back().kind == TokenKind::open) ++depth;
        if (rest.back().kind == TokenKind::close && --depth <= 0) {
          if (body || token.text.ends_with("def")) break;
          body = true;
        }
      }
      const std::size_t end = define(context, rest, 0);
      for (std::size_t i = 1; i < end; ++i) pending.pop_back();
      if (end == 0) {
        out.push_back({TokenKind::failed, false, token.span, "a definition that was not understood"});
      }
      continue;
    }
    const auto found = macros_.find(token.text);
    if (found == macros_.end()) {
      out.push_back(token);
      continue;
    }
    const Macro& macro = found->second;
    if (next.depth >= max_depth) {
      give_up(token, "the expansion of this macro does not come to an end");
      continue;
    }
    if (++uses > max_uses || made > max_tokens || document_tokens_ > max_document_tokens) {
      give_up(token, "the expansion of this macro is too long");
      continue;
    }
    std::vector<std::vector<Token>> arguments;
    bool missing = false;
    Span use = token.span;
    for (int n = 0; n < macro.parameters && !missing; ++n) {
      std::vector<Token> argument;
      if (n == 0 && macro.first_default) {
        argument = *macro.first_default;
        if (!pending.empty() && is_symbol(pending.back().token, "[")) {
          argument.clear();
          pending.pop_back();
          while (!pending.empty() && !is_symbol(pending.back().token, "]")) {
            argument.push_back(pending.back().token);
            pending.pop_back();
          }
          if (!pending.empty()) pending.pop_back();
        }
      } else if (pending.empty() || pending.back().token.kind == TokenKind::close) {
        missing = true;
      } else {
        int depth = 0;
        do {
          const Token part = pending.back().token;
          pending.pop_back();
          if (part.kind == TokenKind::open) ++depth;
          if (part.kind == TokenKind::close) --depth;
          argument.push_back(part);
          use = cover(use, part.span);
        } while (depth > 0 && !pending.empty());
        missing = depth > 0;
        if (argument.size() >= 2 && argument.front().kind == TokenKind::open) {
          argument.erase(argument.begin());
          argument.pop_back();
        }
      }
      arguments.push_back(std::move(argument));
    }
    if (missing) {
      context.report("macro-expansion", token.span,
                     "\\" + std::string(token.text) + " takes " + std::to_string(macro.parameters) + " arguments",
                     "give it one brace each");
      out.push_back({TokenKind::failed, token.spaced, token.span, "a macro without its arguments"});
      continue;
    }
    for (std::size_t i = macro.body.size(); i-- > 0;) {
      Token part = macro.body[i];
      if (part.kind == TokenKind::parameter) {
        const std::size_t n = static_cast<std::size_t>(part.text[0] - '1');
        if (n >= arguments.size()) continue;
        // An argument stands in the document itself: it keeps its place and its depth.
        for (std::size_t j = arguments[n].size(); j-- > 0;) pending.push_back({arguments[n][j], next.depth + 1});
        made += arguments[n].size();
      } else {
        part.span = use;
        pending.push_back({part, next.depth + 1});
        ++made;
      }
    }
    document_tokens_ += macro.body.size() + 1;
    if (made > max_tokens) {
      give_up(token, "the expansion of this macro is too long");
    }
  }
  return out;
}

}  // namespace gradus::notation::latex
