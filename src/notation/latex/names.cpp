// Names as LaTeX writes them: accents, alphabets, words.
#include <algorithm>
#include <array>

#include "notation/grammar/nodes.h"
#include "notation/latex/convert.h"

namespace gradus::notation::latex {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_word(std::string_view text) {
  const bool letter = !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  return letter && std::all_of(text.begin(), text.end(), is_word_character);
}

/// Words that speak about formulas and are no name in one.
bool speaks(std::string_view word) {
  constexpr std::array<std::string_view, 62> words = {"then",      "and",         "where",
                                                      "for",       "if",          "or",
                                                      "with",      "since",       "hence",
                                                      "so",        "thus",        "otherwise",
                                                      "else",      "when",        "let",
                                                      "as",        "by",          "is",
                                                      "are",       "because",     "therefore",
                                                      "in",        "on",          "at",
                                                      "all",       "any",         "each",
                                                      "every",     "iff",         "such",
                                                      "that",      "subject",     "to",
                                                      "symmetric", "invertible",  "orthogonal",
                                                      "diagonal",  "positive",    "definite",
                                                      "nonzero",   "constant",    "fixed",
                                                      "scalar",    "implies",     "but",
                                                      "from",      "we",          "gives",
                                                      "given",     "also",        "now",
                                                      "using",     "which",       "have",
                                                      "holds",     "independent", "differentiable",
                                                      "elsewhere", "sonst",       "falls",
                                                      "wobei",     "und"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string trimmed(std::string text) {
  while (!text.empty() && std::string_view(" ,;:.").find(text.back()) != std::string_view::npos) text.pop_back();
  std::size_t begin = 0;
  while (begin < text.size() && std::string_view(" ,;:").find(text[begin]) != std::string_view::npos) ++begin;
  return text.substr(begin);
}

bool is_operator_with_limits(std::string_view word) {
  constexpr std::array<std::string_view, 6> words = {"argmax", "argmin", "max", "min", "sup", "inf"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_layout(const Tree& tree) {
  if (tree.kind != Tree::Kind::leaf) return false;
  if (tree.token.kind == TokenKind::row || is_symbol(tree, ",") || is_symbol(tree, ";") || is_symbol(tree, "&"))
    return true;
  const Command* row = meaning(tree.token);
  return row && (row->meaning == Meaning::quad || row->meaning == Meaning::skip);
}

}  // namespace

std::string plain_text(TreeView trees) {
  std::string text;
  for (const Tree& tree : trees) {
    if (tree.token.spaced && !text.empty() && text.back() != ' ') text += ' ';
    if (tree.kind == Tree::Kind::leaf) {
      const Command* row = meaning(tree.token);
      const bool command = tree.token.kind == TokenKind::command;
      if (row && command && row->meaning == Meaning::space) {
        if (row->name == " ") text += ' ';
      } else if (row && row->meaning == Meaning::quad) {
        text += ' ';
      } else if (row && command && (row->meaning == Meaning::limit || row->meaning == Meaning::arg)) {
        text += row->text;
      } else if (!command || tree.token.text.size() == 1) {
        text += tree.token.text;
      } else if (row && (row->meaning == Meaning::name || row->meaning == Meaning::function)) {
        text += row->text;
      }
    } else if (tree.kind == Tree::Kind::brace) {
      text += plain_text(tree.kids);
    } else if (tree.kind == Tree::Kind::bracket) {
      const bool square = tree.open == "[";
      text += (square ? "[" : tree.open == "(" ? "(" : tree.open) + plain_text(tree.kids);
      if (tree.open == "(" || square) text += square ? "]" : ")";
    }
  }
  return text;
}

SynPtr Converter::styled(const SynPtr& syn, const std::string& style, const std::string& command) const {
  if (!syn) return syn;
  switch (syn->kind) {
    case SynKind::name: {
      if (syn->style == "op" || style.empty()) return syn;
      auto name = std::make_shared<Syn>(*syn);
      name->style = style;
      name->latex = command + "{" + syn->latex + "}";
      return name;
    }
    case SynKind::number:  // \mathbf{1}
      return node::name(syn->span, syn->text, command + "{" + syn->text + "}", style);
    case SynKind::scripts:
    case SynKind::product:
    case SynKind::sum:
    case SynKind::group: {
      auto copy = std::make_shared<Syn>(*syn);
      for (SynPtr& kid : copy->kids) kid = styled(kid, style, command);
      return copy;
    }
    default: return syn;
  }
}

/// Digits side by side, a decimal point among them; 10\,000 is one number.
void Converter::digits(TreeView trees, std::size_t& at, Items& out) {
  const auto digit = [&](std::size_t i) { return i < trees.size() && is_digit(trees[i]); };
  const std::size_t begin = at;
  std::string text;
  bool point = false;
  while (at < trees.size()) {
    if (digit(at)) {
      text += trees[at++].token.text;
    } else if (!point && is_symbol(trees[at], ".") && digit(at + 1) && !trees[at + 1].token.spaced) {
      point = true;
      if (text.empty()) text = "0";
      text += '.';
      ++at;
    } else if (!point && is_space(trees[at]) && trees[at].token.text == "," && digit(at + 1) && digit(at + 2) &&
               digit(at + 3) && !digit(at + 4)) {
      ++at;
    } else {
      break;
    }
  }
  atom(node::number(cover(trees[begin].span, trees[at - 1].span), text), out);
}

void Converter::accent(const Command& row, TreeView trees, std::size_t& at, Items& out) {
  const Span start = trees[at - 1].span;
  const Items content = argument_items(trees, at);
  const Span span = cover(start, trees[at - 1].span);
  const SynPtr body = grammar_.expression(content, span);
  const bool carried = body->kind == SynKind::scripts;
  const SynPtr& base = carried ? body->kids[0] : body;
  if (base->kind == SynKind::bad) return atom(base, out);
  if (base->kind != SynKind::name && base->kind != SynKind::number) {
    return atom(context_.bad("syntax", span, "\\" + std::string(row.name) + " over an expression is not read",
                             "give the expression a name"),
                out);
  }
  auto name = std::make_shared<Syn>(*base);
  name->kind = SynKind::name;
  name->span = span;
  name->latex = "\\" + std::string(row.name) + "{" + (base->latex.empty() ? base->text : base->latex) + "}";
  name->accent += (name->accent.empty() ? "" : "+") + std::string(row.text);
  if (!carried) return atom(std::move(name), out);
  atom(node::scripts(span, std::move(name), body->sub, body->sup, body->primes), out);
}

void Converter::style(const Command& row, TreeView trees, std::size_t& at, Items& out) {
  const Span start = trees[at - 1].span;
  while (at < trees.size() && is_space(trees[at])) ++at;
  const std::string command = "\\" + std::string(row.name);
  const std::string style(row.text);
  if (at < trees.size() && trees[at].kind == Tree::Kind::brace) {
    const TreeView content = trees[at].kids;
    const Span span = cover(start, trees[at].span);
    const std::string text = plain_text(content);
    const bool only_letters = std::all_of(content.begin(), content.end(), [](const Tree& tree) {
      return is_space(tree) ||
             (tree.kind == Tree::Kind::leaf &&
              (tree.token.kind == TokenKind::letter || tree.token.kind == TokenKind::digit || is_symbol(tree, "-")));
    });
    const bool joins_letters = style.empty() || style == "roman" || style == "sans" || style == "mono";
    if (joins_letters && only_letters && text.size() > 1 && text.find(' ') == std::string::npos && is_word(text)) {
      ++at;
      if (is_operator_with_limits(text)) {
        Item item = item_of(ItemKind::bigop, span, text);
        item.syn = node::name(span, text, command + "{" + text + "}", "op");
        return out.push_back(std::move(item));
      }
      return atom(node::name(span, text, command + "{" + text + "}", style.empty() ? "" : "op"), out);
    }
    if (style == "bb" && text == "E") {
      ++at;
      return out.push_back(item_of(ItemKind::bigop, span, "expectation"));
    }
  }
  const Items content = argument_items(trees, at);
  const Span span = cover(start, trees[at - 1].span);
  if (style == "bb" && content.size() == 1 && content[0].kind == ItemKind::atom && content[0].syn->text == "E") {
    return out.push_back(item_of(ItemKind::bigop, span, "expectation"));
  }
  const SynPtr body = styled(grammar_.expression(content, span), style, command);
  if (body->kind != SynKind::name) {
    // \mathbf{Wx} is two factors, and what follows belongs to the last.
    if (body->kind == SynKind::product) {
      for (const SynPtr& kid : body->kids) {
        if (kid->kind == SynKind::op) {
          out.push_back(item_of(ItemKind::op, kid->span, kid->text));
        } else {
          atom(kid, out);
        }
      }
      return;
    }
    return atom(body, out);
  }
  auto name = std::make_shared<Syn>(*body);
  name->span = span;
  atom(std::move(name), out);
}

void Converter::operator_name(TreeView trees, std::size_t& at, Items& out) {
  const Span start = trees[at - 1].span;
  const bool starred = at < trees.size() && is_symbol(trees[at], "*");
  if (starred) ++at;
  const TreeView content = argument(trees, at);
  const Span span = cover(start, trees[at - 1].span);
  std::string word = plain_text(content);
  std::erase(word, ' ');
  if (word.empty())
    return atom(context_.bad("syntax", span, "an operator without a name", "write \\operatorname{name}"), out);
  const SynPtr name = node::name(span, word, "\\operatorname{" + word + "}", "op");
  if (!is_operator_with_limits(word)) return atom(name, out);
  Item item = item_of(ItemKind::bigop, span, word);
  item.syn = name;
  out.push_back(std::move(item));
}

void Converter::words(TreeView trees, std::size_t& at, Items& out) {
  const std::size_t start = at - 1;
  while (at < trees.size() && is_space(trees[at])) ++at;
  const bool braced = at < trees.size() && trees[at].kind == Tree::Kind::brace;
  const bool spaced = braced && (trees[at].spaced_end || (!trees[at].kids.empty() && trees[at].kids[0].token.spaced));
  const TreeView content = argument(trees, at);
  const Span span = cover(trees[start].span, trees[at - 1].span);
  const bool mathematics = std::any_of(content.begin(), content.end(), [](const Tree& t) { return is_symbol(t, "$"); });
  const auto say = [&](const std::string& text) {
    if (!text.empty()) out.push_back(item_of(ItemKind::words, span, text));
  };
  if (!mathematics) {
    const std::string text = plain_text(content);
    if (text == "," || text == ";") {
      return out.push_back(item_of(text == "," ? ItemKind::comma : ItemKind::semi, span, text));
    }
    const bool ends = at >= trees.size() || is_layout(trees[at]);
    const bool begins = out.empty() || out.back().kind == ItemKind::quad || out.back().kind == ItemKind::row ||
                        out.back().kind == ItemKind::comma || out.back().kind == ItemKind::words;
    const bool apart = rows_ && begins && ends;
    if (is_word(text) && (script_ || (!spaced && !apart && !speaks(text)))) {
      if (is_operator_with_limits(text)) {
        Item item = item_of(ItemKind::bigop, span, text);
        item.syn = node::name(span, text, "\\text{" + text + "}", "op");
        return out.push_back(std::move(item));
      }
      return atom(node::name(span, text, "\\text{" + text + "}", "op"), out);
    }
    return say(trimmed(text));
  }
  std::size_t begin = 0;
  while (begin < content.size()) {
    std::size_t dollar = begin;
    while (dollar < content.size() && !is_symbol(content[dollar], "$")) ++dollar;
    say(trimmed(plain_text(content.subspan(begin, dollar - begin))));
    std::size_t close = dollar + 1;
    while (close < content.size() && !is_symbol(content[close], "$")) ++close;
    for (std::size_t i = dollar + 1; i < close && i < content.size();) step(content.first(close), i, out);
    begin = close + 1;
  }
}

}  // namespace gradus::notation::latex
