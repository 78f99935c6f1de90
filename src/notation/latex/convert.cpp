#include "notation/latex/convert.h"

#include <algorithm>
#include <utility>

#include "notation/grammar/nodes.h"

namespace gradus::notation::latex {
namespace {

/// Two relation or operator signs that are one when they touch.
std::string joined(const Item& before, const std::string& text) {
  const auto is = [&](ItemKind kind, std::string_view first) { return before.kind == kind && before.text == first; };
  if (text == "=") {
    if (is(ItemKind::op, ":")) return ":=";
    if (is(ItemKind::rel, "<")) return "≤";
    if (is(ItemKind::rel, ">")) return "≥";
    if (is(ItemKind::rel, "=")) return "=";
  }
  if (text == ">" && is(ItemKind::sign, "-")) return "→";
  if (text == ":" && is(ItemKind::rel, "=")) return "=:";
  return "";
}

/// Whether no statement was begun yet: what follows is a system of its own.
bool stands_alone(const Items& before) {
  return std::all_of(before.begin(), before.end(), [](const Item& item) {
    return item.kind == ItemKind::row || item.kind == ItemKind::words || item.kind == ItemKind::quad;
  });
}

/// Whether a length separates statements: half a centimetre or more.
bool is_wide(std::string_view length) {
  double value = 0;
  std::size_t i = 0;
  for (double place = 0; i < length.size() && ((length[i] >= '0' && length[i] <= '9') || length[i] == '.'); ++i) {
    if (length[i] == '.') {
      place = 1;
    } else {
      value = place > 0 ? value + (length[i] - '0') * (place /= 10) : value * 10 + (length[i] - '0');
    }
  }
  const std::string_view unit = length.substr(i);
  const double millimetres = unit == "cm" ? 10 : unit == "mm" ? 1 : unit == "in" ? 25.4 : unit == "pt" ? 0.35 : 3.5;
  return value * millimetres >= 3.5 && !unit.starts_with("ex");
}

}  // namespace

bool is_space(const Tree& tree) {
  if (tree.kind != Tree::Kind::leaf) return false;
  const Command* row = meaning(tree.token);
  return row && row->meaning == Meaning::space;
}

bool is_digit(const Tree& tree) { return tree.kind == Tree::Kind::leaf && tree.token.kind == TokenKind::digit; }

bool is_symbol(const Tree& tree, std::string_view text) {
  return tree.kind == Tree::Kind::leaf && tree.token.kind == TokenKind::symbol && tree.token.text == text;
}

Items Converter::list(TreeView trees, bool rows) {
  Items out;
  if (depth_ > Context::max_depth) {
    if (!trees.empty()) atom(context_.bad("depth", trees.front().span, "nested too deeply", "name a part of it"), out);
    return out;
  }
  ++depth_;
  const bool outer = std::exchange(rows_, rows);
  auto switches = std::exchange(switches_, {});
  const auto over = std::find_if(trees.begin(), trees.end(), [](const Tree& tree) {
    return tree.kind == Tree::Kind::leaf && tree.token.kind == TokenKind::command && tree.token.text == "over";
  });
  if (over == trees.end()) {
    for (std::size_t at = 0; at < trees.size();) step(trees, at, out);
  } else {  // {a \over b}
    const std::size_t split = static_cast<std::size_t>(over - trees.begin());
    const Items above = list(trees.first(split));
    const Items below = list(trees.subspan(split + 1));
    atom(grammar_.fraction(cover(trees.front().span, trees.back().span), above, below), out);
  }
  for (std::size_t i = 0; i < switches_.size(); ++i) {
    const auto& [from, row] = switches_[i];
    const std::size_t to = i + 1 < switches_.size() ? switches_[i + 1].first : out.size();
    for (std::size_t k = from; k < to; ++k) {
      if (out[k].kind != ItemKind::atom) continue;
      out[k].syn = styled(out[k].syn, std::string(row->text), "\\math" + std::string(row->name));
    }
  }
  switches_ = std::move(switches);
  rows_ = outer;
  --depth_;
  pair_bars(out);
  return out;
}

void Converter::atom(SynPtr syn, Items& out) const { out.push_back(atom_of(std::move(syn))); }

void Converter::failed(const Tree& tree, Items& out) const { atom(node::bad(tree.span, tree.open), out); }

void Converter::unknown(const Tree& tree, Items& out) {
  const std::string name(tree.token.text);
  atom(context_.bad("unknown-macro", tree.span, "\\" + name + " is not known",
                    "define it with \\newcommand{\\" + name + "}{…}, or write it out"),
       out);
}

void Converter::relation(Span span, std::string text, Items& out) const {
  if (!out.empty()) {
    if (std::string both = joined(out.back(), text); !both.empty()) {
      out.back().kind = ItemKind::rel;
      out.back().text = std::move(both);
      out.back().span = cover(out.back().span, span);
      return;
    }
    if (out.back().kind == ItemKind::rel && out.back().text == "not ") {  // \not=
      out.back().text = text == "=" ? "≠" : text == "∈" ? "∉" : "not " + text;
      out.back().span = cover(out.back().span, span);
      return;
    }
  }
  out.push_back(item_of(ItemKind::rel, span, std::move(text)));
}

TreeView Converter::argument(TreeView trees, std::size_t& at) {
  while (at < trees.size() && is_space(trees[at])) ++at;
  if (at >= trees.size()) {
    const Span span = trees.empty() ? Span{} : trees.back().span;
    context_.report("syntax", span, "an argument is missing", "write it in braces");
    return {};
  }
  const Tree& tree = trees[at];
  ++at;
  if (tree.kind == Tree::Kind::brace) return tree.kids;
  return trees.subspan(at - 1, 1);
}

Items Converter::argument_items(TreeView trees, std::size_t& at, bool script) {
  while (at < trees.size() && is_space(trees[at])) ++at;
  const bool outer = std::exchange(script_, script);
  Items items;
  if (at < trees.size() && trees[at].kind == Tree::Kind::leaf) {
    if (trees[at].token.kind == TokenKind::digit) {
      atom(node::number(trees[at].span, std::string(trees[at].token.text)), items);
      ++at;
    } else if (depth_ > Context::max_depth) {
      atom(context_.bad("depth", trees[at].span, "nested too deeply", "name a part of it"), items);
      at = trees.size();
    } else {
      ++depth_;
      const bool rows = std::exchange(rows_, false);
      step(trees, at, items);
      rows_ = rows;
      --depth_;
    }
  } else {
    items = list(argument(trees, at));
  }
  script_ = outer;
  return items;
}

std::optional<TreeView> Converter::option(TreeView trees, std::size_t& at) const {
  if (at >= trees.size() || trees[at].kind != Tree::Kind::bracket || trees[at].open != "[" || trees[at].close != "[") {
    return std::nullopt;
  }
  return TreeView(trees[at++].kids);
}

void Converter::step(TreeView trees, std::size_t& at, Items& out) {
  const Tree& tree = trees[at];
  switch (tree.kind) {
    case Tree::Kind::failed:
      failed(tree, out);
      ++at;
      return;
    case Tree::Kind::bracket:
      bracket(tree, out);
      ++at;
      return;
    case Tree::Kind::environment: {
      environment(tree, rows_ && stands_alone(out), out);
      ++at;
      return;
    }
    case Tree::Kind::brace: {
      ++at;
      // 0{,}5 is a decimal comma.
      if (tree.kids.size() == 1 && is_symbol(tree.kids[0], ",") && !out.empty() && out.back().kind == ItemKind::atom &&
          out.back().syn->kind == SynKind::number && at < trees.size() && is_digit(trees[at])) {
        Items fraction;
        digits(trees, at, fraction);
        const Span span = cover(out.back().span, fraction[0].span);
        const std::string text = out.back().syn->text + "." + fraction[0].syn->text;
        out.pop_back();
        return atom(node::number(span, text), out);
      }
      const bool scripted = at < trees.size() && (is_symbol(trees[at], "_") || is_symbol(trees[at], "^"));
      if (tree.kids.empty() && !scripted) return;  // a = {} & b: only for the spacing
      Item item = item_of(ItemKind::brace, tree.span);
      item.kids = list(tree.kids, rows_);
      const bool states = rows_ && std::any_of(item.kids.begin(), item.kids.end(), [](const Item& kid) {
                            return kid.kind == ItemKind::rel || kid.kind == ItemKind::row;
                          });
      const ItemKind only = item.kids.size() == 1 ? item.kids[0].kind : ItemKind::atom;
      const bool sign = only == ItemKind::rel || only == ItemKind::op || only == ItemKind::sign;
      if (only == ItemKind::rel) return relation(tree.span, item.kids[0].text, out);
      if (states) return statement(std::move(item.kids), tree.span, out);  // {\color{red} a = b}
      if (sign) return out.push_back(std::move(item.kids[0]));
      out.push_back(std::move(item));
      return;
    }
    case Tree::Kind::leaf: break;
  }

  Token token = tree.token;
  // Where Markdown's emphasis was escaped inside a formula: x\_i, a\*b.
  if (token.kind == TokenKind::command && (token.text == "_" || token.text == "*")) token.kind = TokenKind::symbol;
  switch (token.kind) {
    case TokenKind::letter: {
      ++at;
      const std::string letter(token.text);
      return atom(node::name(tree.span, letter, letter), out);
    }
    case TokenKind::digit: return digits(trees, at, out);
    case TokenKind::row:
      ++at;
      out.push_back(item_of(ItemKind::row, tree.span));
      return;
    case TokenKind::parameter:
      ++at;
      return atom(context_.bad("syntax", tree.span, "a macro's parameter outside a macro"), out);
    default: break;
  }
  if (token.kind == TokenKind::symbol) {
    const std::string_view text = token.text;
    if (text == "_" || text == "^") {
      ++at;
      Item item = item_of(text == "_" ? ItemKind::sub : ItemKind::sup, tree.span);
      item.kids = argument_items(trees, at, true);
      item.span = cover(item.span, trees[at - 1].span);
      out.push_back(std::move(item));
      return;
    }
    if (text == "&") return ++at, out.push_back(item_of(ItemKind::align, tree.span));
    if (text == ",") return ++at, out.push_back(item_of(ItemKind::comma, tree.span, ","));
    if (text == ";") return ++at, out.push_back(item_of(ItemKind::semi, tree.span, ";"));
    if (text == ".") {
      std::size_t dots = at;
      while (dots < trees.size() && is_symbol(trees[dots], ".")) ++dots;
      if (dots - at >= 2) {
        const Span span = cover(tree.span, trees[dots - 1].span);
        at = dots;
        return atom(node::name(span, "…", "\\dots"), out);
      }
      if (at + 1 < trees.size() && is_digit(trees[at + 1]) && !trees[at + 1].token.spaced)
        return digits(trees, at, out);
      return ++at, out.push_back(item_of(ItemKind::comma, tree.span, "."));
    }
    if (text == "!") {
      if (at + 1 < trees.size() && is_symbol(trees[at + 1], "=") && !trees[at + 1].token.spaced) {
        at += 2;
        return relation(cover(tree.span, trees[at - 1].span), "≠", out);
      }
      return ++at, out.push_back(item_of(ItemKind::prime, tree.span, "!"));
    }
    if (text == "=" && at + 1 < trees.size() && is_symbol(trees[at + 1], ">")) {
      at += 2;
      return out.push_back(item_of(ItemKind::words, cover(tree.span, trees[at - 1].span), "⇒"));
    }
    if (text == "$") {
      ++at;
      return atom(context_.bad("unbalanced", tree.span, "a dollar inside a formula", "close the formula before it"),
                  out);
    }
  }
  const Command* row = meaning(token);
  ++at;
  if (row) return command(*row, trees, at, out);
  if (token.kind == TokenKind::symbol && take_unicode(token.text, tree.span, out)) return;
  if (token.kind == TokenKind::command) return unknown(tree, out);
  const unsigned char first = static_cast<unsigned char>(token.text.empty() ? ' ' : token.text[0]);
  if (first >= 0x80) {  // α, ℝ, x̂ as the author typed them
    const std::string letter(context_.letter(token.text));
    return atom(node::name(tree.span, letter, latex_of_letter(letter)), out);
  }
  atom(context_.bad("syntax", tree.span, "'" + std::string(token.text) + "' has no meaning here"), out);
}

/// A statement in braces or in a box, among others.
void Converter::statement(Items kids, Span span, Items& out) const {
  out.push_back(item_of(ItemKind::quad, {span.begin, span.begin}));
  for (Item& kid : kids) out.push_back(std::move(kid));
  out.push_back(item_of(ItemKind::quad, {span.end, span.end}));
}

void Converter::bracket(const Tree& tree, Items& out) {
  // A brace over rows is a system or a definition by cases.
  if (tree.open == "{" && tree.close.empty() && !tree.kids.empty() &&
      tree.kids.back().kind == Tree::Kind::environment && tree.kids.size() == 1) {
    const Tree& rows = tree.kids.back();
    if (rows_ && stands_alone(out)) return environment(rows, true, out);
    return cases(rows, out);
  }
  Item item = item_of(ItemKind::bracket, tree.span, tree.open);
  item.close = tree.close;
  item.kids = list(tree.kids);
  out.push_back(std::move(item));
}

void Converter::command(const Command& row, TreeView trees, std::size_t& at, Items& out) {
  const Tree& tree = trees[at - 1];
  const std::string text(row.text);
  const std::string written =
      tree.token.kind == TokenKind::command ? "\\" + std::string(row.name) : std::string(row.name);
  switch (row.meaning) {
    case Meaning::name: {
      const bool blackboard = text.size() == 1 && text[0] >= 'A' && text[0] <= 'Z';  // \R
      const std::string latex = written == "⊤" ? "\\top" : blackboard ? "\\mathbb{" + text + "}" : written;
      return atom(node::name(tree.span, text, latex, blackboard ? "bb" : ""), out);
    }
    case Meaning::function: return atom(node::name(tree.span, text, written, "op"), out);
    case Meaning::op:
      if (text == ":" && !out.empty() && out.back().kind == ItemKind::rel && out.back().text == "=") {
        return relation(tree.span, ":", out);
      }
      return out.push_back(item_of(ItemKind::op, tree.span, text));
    case Meaning::rel:
      if (text == ">" && joined(out.empty() ? Item{} : out.back(), ">") == "→" &&
          out.back().span.end != tree.span.begin) {
        return out.push_back(item_of(ItemKind::rel, tree.span, text));
      }
      return relation(tree.span, text, out);
    case Meaning::sign: return out.push_back(item_of(ItemKind::sign, tree.span, text));
    case Meaning::bigop: return out.push_back(item_of(ItemKind::bigop, tree.span, text));
    case Meaning::arg: {
      while (at < trees.size() && is_space(trees[at])) ++at;
      const Command* next = at < trees.size() ? meaning(trees[at].token) : nullptr;
      if (next && next->meaning == Meaning::limit) {
        const Span span = cover(tree.span, trees[at++].span);
        Item item = item_of(ItemKind::bigop, span, "arg" + std::string(next->text));
        item.syn = node::name(span, item.text, "\\arg\\" + std::string(next->name), "op");
        return out.push_back(std::move(item));
      }
      return atom(node::name(tree.span, text, written, "op"), out);
    }
    case Meaning::limit: {
      Item item = item_of(ItemKind::bigop, tree.span, text);
      item.syn = node::name(tree.span, text, written, "op");
      return out.push_back(std::move(item));
    }
    case Meaning::accent: return accent(row, trees, at, out);
    case Meaning::style: return style(row, trees, at, out);
    case Meaning::style_switch: switches_.emplace_back(out.size(), &row); return;
    case Meaning::operator_name: return operator_name(trees, at, out);
    case Meaning::text: return words(trees, at, out);
    case Meaning::between_rows: {
      const TreeView content = argument(trees, at);
      out.push_back(item_of(ItemKind::row, tree.span));
      out.push_back(item_of(ItemKind::words, tree.span, plain_text(content)));
      return out.push_back(item_of(ItemKind::row, tree.span));
    }
    case Meaning::words: return out.push_back(item_of(ItemKind::words, tree.span, text));
    case Meaning::frac: return fraction(tree, trees, at, out);
    case Meaning::derivative: return physics_derivative(row, trees, at, out);
    case Meaning::binom: {
      const Items above = argument_items(trees, at);
      const Items below = argument_items(trees, at);
      const Span span = cover(tree.span, trees[at - 1].span);
      auto syn = node::make(SynKind::frac, span, "binom");
      syn->kids = {grammar_.list(above, span), grammar_.list(below, span)};
      return atom(std::move(syn), out);
    }
    case Meaning::root: {
      const auto degree = option(trees, at);
      const Items index = degree ? list(*degree) : Items{};
      const Items radicand = argument_items(trees, at);
      auto syn = node::make(SynKind::root, cover(tree.span, trees[at - 1].span));
      syn->kids.push_back(grammar_.expression(radicand, syn->span));
      if (degree) syn->kids.push_back(grammar_.expression(index, syn->span));
      return atom(std::move(syn), out);
    }
    case Meaning::space: return;
    case Meaning::quad: return out.push_back(item_of(ItemKind::quad, tree.span));
    case Meaning::skip: {
      if (at < trees.size() && is_symbol(trees[at], "*")) ++at;
      option(trees, at);
      const TreeView content = at < trees.size() ? argument(trees, at) : TreeView();
      if (text == "quad" && is_wide(plain_text(content))) out.push_back(item_of(ItemKind::quad, tree.span));
      return;
    }
    case Meaning::group: {
      option(trees, at);
      const TreeView content = argument(trees, at);
      Item item = item_of(ItemKind::brace, cover(tree.span, trees[at - 1].span));
      item.kids = list(content, rows_);
      const bool states = std::any_of(item.kids.begin(), item.kids.end(), [](const Item& kid) {
        return kid.kind == ItemKind::rel || kid.kind == ItemKind::row;
      });
      if (states && rows_) return statement(std::move(item.kids), item.span, out);  // \boxed{x = 3}
      if ((item.kids.size() == 1 && item.kids[0].kind == ItemKind::bigop) || row.name == "mathop") {
        for (Item& kid : item.kids) out.push_back(std::move(kid));
        return;
      }
      return out.push_back(std::move(item));
    }
    case Meaning::splice: {
      const TreeView content = argument(trees, at);
      for (std::size_t i = 0; i < content.size();) {
        if (content[i].kind == Tree::Kind::leaf) {
          step(content, i, out);
        } else {
          for (Item& item : list(content.subspan(i++, 1))) out.push_back(std::move(item));
        }
      }
      return;
    }
    case Meaning::under: {
      const Items body = list(argument(trees, at));
      const Span span = cover(tree.span, trees[at - 1].span);
      while (at < trees.size() && is_space(trees[at])) ++at;
      while (at < trees.size() && (is_symbol(trees[at], "_") || is_symbol(trees[at], "^"))) {
        ++at;
        argument(trees, at);
      }
      return atom(node::under(cover(span, trees[at - 1].span), grammar_.relation(body, span)), out);
    }
    case Meaning::overset: return overset(row, trees, at, out);
    case Meaning::underset: return underset(trees, at, out);
    case Meaning::substack: return substack(trees, at, out);
    case Meaning::negate: return out.push_back(item_of(ItemKind::rel, tree.span, "not "));
    case Meaning::prime: return out.push_back(item_of(ItemKind::prime, tree.span));
    case Meaning::modulo: {
      argument(trees, at);
      return atom(context_.bad("syntax", tree.span, "congruences are not read"), out);
    }
    case Meaning::bar: {
      Item item = item_of(ItemKind::bar, tree.span, text);
      item.sized = tree.sized;
      return out.push_back(std::move(item));
    }
    case Meaning::mid: {
      Item item = item_of(ItemKind::mid, tree.span, "|");
      if (at < trees.size() && is_symbol(trees[at], "_")) item.kind = ItemKind::bar;
      return out.push_back(std::move(item));
    }
    case Meaning::closing: {  // \rvert with nothing to close
      Item item = item_of(ItemKind::bar, tree.span, text);
      item.sized = true;
      return out.push_back(std::move(item));
    }
    case Meaning::opening:
    case Meaning::size:
    case Meaning::left:
    case Meaning::right: return atom(context_.bad("syntax", tree.span, "a bracket that is out of place"), out);
  }
}

void Converter::fraction(const Tree& at_command, TreeView trees, std::size_t& at, Items& out) {
  const Items above = argument_items(trees, at);
  const Items below = argument_items(trees, at);
  atom(grammar_.fraction(cover(at_command.span, trees[at - 1].span), above, below), out);
}

void Converter::physics_derivative(const Command& row, TreeView trees, std::size_t& at, Items& out) {
  const Tree& tree = trees[at - 1];
  const bool starred = at < trees.size() && is_symbol(trees[at], "*");
  if (starred) ++at;
  const auto power = option(trees, at);
  std::vector<TreeView> arguments;
  while (at < trees.size() && trees[at].kind == Tree::Kind::brace && arguments.size() < 3) {
    arguments.push_back(argument(trees, at));
  }
  const Span span = cover(tree.span, trees[at - 1].span);
  if (arguments.empty()) return atom(context_.bad("syntax", span, "a derivative by nothing", "write \\pdv{f}{x}"), out);
  const SynPtr mark = node::name(tree.span, std::string(row.text), row.text == "∂" ? "\\partial" : "d");
  Items above, below;
  atom(mark, above);
  const Items order = power ? list(*power) : Items{};
  const auto raise = [&](Items& items, Items kids) {
    items.push_back(item_of(ItemKind::sup, span));
    items.back().kids = std::move(kids);
  };
  if (power) raise(above, order);
  if (arguments.size() == 3) raise(above, {});
  if (arguments.size() == 3) atom(node::number(span, "2"), above.back().kids);
  const std::size_t first = arguments.size() == 1 ? 0 : 1;
  if (first == 1) {
    for (Item& item : list(arguments[0])) above.push_back(std::move(item));
  }
  for (std::size_t i = first; i < arguments.size(); ++i) {
    atom(mark, below);
    Item by = item_of(ItemKind::brace, span);
    by.kids = list(arguments[i]);
    below.push_back(std::move(by));
    if (power) raise(below, order);
  }
  atom(grammar_.fraction(span, above, below), out);
}

void Converter::overset(const Command& row, TreeView trees, std::size_t& at, Items& out) {
  const Tree& tree = trees[at - 1];
  if (!row.text.empty()) {  // \xrightarrow[below]{above}
    option(trees, at);
    argument(trees, at);
    return relation(cover(tree.span, trees[at - 1].span), std::string(row.text), out);
  }
  const TreeView note = argument(trees, at);
  Items body = list(argument(trees, at));
  const Span span = cover(tree.span, trees[at - 1].span);
  if (body.size() == 1 && body[0].kind == ItemKind::rel) {
    std::string said;
    for (const Tree& part : note) {
      said += part.kind == Tree::Kind::brace ? plain_text(part.kids) : plain_text(TreeView(&part, 1));
    }
    const bool defines = body[0].text == "=" && (said == "def" || said == "def." || said == "△" || said == "Def");
    return relation(span, defines ? ":=" : body[0].text, out);
  }
  atom(node::under(span, grammar_.expression(body, span)), out);
}

void Converter::underset(TreeView trees, std::size_t& at, Items& out) {
  const Tree& tree = trees[at - 1];
  const Items below = list(argument(trees, at));
  Items body = list(argument(trees, at));
  const Span span = cover(tree.span, trees[at - 1].span);
  if (body.size() == 1 && (body[0].kind == ItemKind::bigop || body[0].kind == ItemKind::rel)) {
    const bool limits = body[0].kind == ItemKind::bigop;
    body[0].span = span;
    out.push_back(std::move(body[0]));
    if (!limits) return;
    Item limit = item_of(ItemKind::sub, span);
    limit.kids = below;
    return out.push_back(std::move(limit));
  }
  atom(node::under(span, grammar_.expression(body, span)), out);
}

void Converter::substack(TreeView trees, std::size_t& at, Items& out) {
  const TreeView content = argument(trees, at);
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= content.size(); ++i) {
    if (i < content.size() && content[i].token.kind != TokenKind::row) continue;
    if (begin > 0 && i > begin) out.push_back(item_of(ItemKind::comma, content[begin - 1].span, ","));
    for (Item& item : list(content.subspan(begin, i - begin))) out.push_back(std::move(item));
    begin = i + 1;
  }
}

}  // namespace gradus::notation::latex
