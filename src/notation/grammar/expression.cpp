// Items to expressions: sums of products of factors with scripts, brackets, relations and lists.
#include <algorithm>

#include "notation/grammar/grammar.h"
#include "notation/grammar/nodes.h"

namespace gradus::notation {
namespace {

bool is_layout(const Item& item) {
  return item.kind == ItemKind::align || item.kind == ItemKind::row || item.kind == ItemKind::quad;
}

bool is_script(const Item& item) {
  return item.kind == ItemKind::sub || item.kind == ItemKind::sup || item.kind == ItemKind::prime;
}

bool is_factorial(const Item& item) { return item.kind == ItemKind::prime && item.text == "!"; }

ItemView trimmed(ItemView items) {
  while (!items.empty() && is_layout(items.front())) items = items.subspan(1);
  while (!items.empty() && is_layout(items.back())) items = items.first(items.size() - 1);
  return items;
}

bool is_separator(const Item& item) {
  return item.kind == ItemKind::comma || item.kind == ItemKind::semi || item.kind == ItemKind::mid;
}

bool is_transposition(const SynPtr& syn) {
  if (syn->kind != SynKind::name || !syn->accent.empty()) return false;
  if (syn->text == "⊤") return true;
  return syn->text == "T" &&
         (syn->style == "roman" || syn->style == "sans" || syn->style == "mono" || syn->style == "op");
}

/// One spelling; that it was written x' stays, which beside a function is a derivative.
SynPtr transposition(const SynPtr& as_written) {
  return node::name(as_written->span, "⊤", as_written->latex, as_written->style == "prime" ? "prime" : "");
}

}  // namespace

SynPtr Grammar::expression(ItemView items, Span where) {
  items = trimmed(items);
  if (items.empty()) return context_.bad("syntax", where, "nothing stands here", "write the missing expression");
  if (depth_ > Context::max_depth)
    return context_.bad("depth", span_of(items), "nested too deeply", "name a part of it");
  ++depth_;
  std::vector<SynPtr> terms;
  std::vector<int> signs;
  int sign = 1;
  bool any_sign = false;
  std::size_t begin = 0;
  const auto finish = [&](std::size_t end) {
    const ItemView term = trimmed(items.subspan(begin, end - begin));
    terms.push_back(product(term, begin > 0 ? items[begin - 1].span : span_of(items)));
    signs.push_back(sign);
  };
  bool filled = false;  // whether the present term has a factor after its last operator
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    if (is_layout(item)) continue;
    if (item.kind != ItemKind::sign) {
      const bool limits = is_script(item) && !filled;  // of \sum: its body is still to come
      filled = item.kind != ItemKind::op && item.kind != ItemKind::bigop && !limits;
      continue;
    }
    const bool term_empty = trimmed(items.subspan(begin, i - begin)).empty();
    if (!filled && !term_empty) continue;  // a · −b, Σ −b: the sign belongs to the factor
    const int value = item.text == "+" ? 1 : item.text == "-" ? -1 : 0;
    if (term_empty) {
      sign *= value;
      if (!any_sign) any_sign = true;
    } else {
      finish(i);
      sign = value;
    }
    begin = i + 1;
    filled = false;
  }
  finish(items.size());
  --depth_;
  return node::sum(span_of(items), std::move(terms), std::move(signs));
}

SynPtr Grammar::product(ItemView items, Span where) {
  items = trimmed(items);
  if (items.empty()) {
    return context_.bad("syntax", where, "a term is missing beside a sign", "write the term or drop the sign");
  }
  std::vector<SynPtr> kids;
  std::size_t at = 0;
  while (at < items.size()) {
    const Item& item = items[at];
    if (is_layout(item)) {
      ++at;
      continue;
    }
    if (item.kind == ItemKind::op) {
      const bool misplaced = kids.empty() || kids.back()->kind == SynKind::op || at + 1 == items.size();
      if (misplaced) {
        kids.push_back(context_.bad("syntax", item.span, "an operand is missing beside " + item.text,
                                    "write it, or drop the operator"));
      } else {
        kids.push_back(node::op(item.span, item.text));
      }
      ++at;
      continue;
    }
    if (item.kind == ItemKind::sign) {  // after an operator: a · −b, Σ −b
      const std::size_t sign_at = at++;
      const int value = item.text == "+" ? 1 : item.text == "-" ? -1 : 0;
      if (at < items.size() && items[at].kind != ItemKind::op && items[at].kind != ItemKind::sign) {
        SynPtr operand = factor(items, at);
        const Span span = cover(items[sign_at].span, operand->span);
        kids.push_back(node::sum(span, {std::move(operand)}, {value}));
      } else {
        kids.push_back(context_.bad("syntax", item.span, "an operand is missing after " + item.text));
      }
      continue;
    }
    if (SynPtr derivative = slash_derivative(items, at)) {
      kids.push_back(std::move(derivative));
      continue;
    }
    if (item.kind == ItemKind::bar && !kids.empty()) {
      kids.push_back(restriction(items, at));
      continue;
    }
    kids.push_back(factor(items, at));
  }
  return node::product(span_of(items), std::move(kids));
}

SynPtr Grammar::factor(ItemView items, std::size_t& at) {
  const Item& item = items[at++];
  if (item.kind == ItemKind::bracket && item.text.empty() && item.close == "|" && at < items.size() &&
      items[at].kind == ItemKind::sub) {  // \left. f \right|_{x=a}
    std::vector<SynPtr> kids;
    kids.push_back(expression(item.kids, item.span));
    if (kids.front()->kind == SynKind::product) kids = kids.front()->kids;
    --at;
    kids.push_back(restriction(items, at));
    const Span span = cover(item.span, kids.back()->span);
    return node::product(span, std::move(kids));
  }
  if (item.kind == ItemKind::bigop && item.syn) {  // \max without a limit is a function
    bool limited = false;
    for (std::size_t i = at; i < items.size() && is_script(items[i]); ++i) limited |= items[i].kind == ItemKind::sub;
    if (!limited) return with_scripts(item.syn, items, at);
  }
  return with_scripts(base(item), items, at);
}

SynPtr Grammar::base(const Item& item) {
  switch (item.kind) {
    case ItemKind::atom: return item.syn;
    case ItemKind::bigop: return node::make(SynKind::bigop, item.span, item.text);
    case ItemKind::bracket: return bracket(item);
    case ItemKind::brace:
      if (item.kids.empty()) return node::make(SynKind::text, item.span);
      return list(item.kids, item.span);
    case ItemKind::words: return node::make(SynKind::text, item.span, item.text);
    case ItemKind::bar:
    case ItemKind::mid:
      return context_.bad("unbalanced", item.span, "a bar without its partner", "write \\lvert and \\rvert");
    case ItemKind::sub:
    case ItemKind::sup:
    case ItemKind::prime:
      return context_.bad("syntax", item.span, "a script with nothing before it", "write what carries it");
    case ItemKind::rel: return context_.bad("syntax", item.span, "a relation where an expression was expected");
    case ItemKind::comma:
    case ItemKind::semi:
      return context_.bad("syntax", item.span, "'" + item.text + "' inside an expression",
                          "put brackets around the list");
    default: return context_.bad("syntax", item.span, "not understood here");
  }
}

/// n! as the function it is; (n!)^2 where scripts follow.
SynPtr Grammar::with_scripts(SynPtr base, ItemView items, std::size_t& at) {
  SynPtr out = scripted(std::move(base), items, at);
  while (at < items.size() && is_factorial(items[at])) {
    const Span sign = items[at++].span;
    const bool doubled = at < items.size() && is_factorial(items[at]);
    const bool power = out->kind == SynKind::scripts && out->sup && out->sup->kind == SynKind::number;
    if (doubled || power || out->kind == SynKind::bigop || out->kind == SynKind::bad) {
      while (at < items.size() && is_factorial(items[at])) ++at;
      return context_.bad("syntax", cover(out->span, sign), "it is not clear what this factorial is of",
                          "put it in brackets: (n!)^2");
    }
    const Span span = cover(out->span, sign);
    if (!(out->kind == SynKind::group && out->open == "(")) out = node::group(out->span, "(", {out});
    out = node::product(span, {node::name(sign, "factorial", "\\operatorname{factorial}", "op"), std::move(out)});
    const bool carries = at < items.size() && is_script(items[at]) && !is_factorial(items[at]);
    if (carries) out = scripted(node::group(span, "(", {std::move(out)}), items, at);
  }
  return out;
}

SynPtr Grammar::scripted(SynPtr base, ItemView items, std::size_t& at) {
  SynPtr sub, sup;
  int primes = 0;
  Span span = base->span;
  bool doubled = false;
  const std::size_t first = at;
  while (at < items.size() && is_script(items[at]) && !is_factorial(items[at])) {
    const Item& item = items[at++];
    span = cover(span, item.span);
    if (item.kind == ItemKind::prime) {
      ++primes;
      continue;
    }
    const bool all_primes = !item.kids.empty() && std::all_of(item.kids.begin(), item.kids.end(), [](const Item& kid) {
      return kid.kind == ItemKind::prime;
    });
    if (item.kind == ItemKind::sup && all_primes) {
      primes += static_cast<int>(item.kids.size());
      continue;
    }
    SynPtr& slot = item.kind == ItemKind::sub ? sub : sup;
    if (slot) {
      doubled = true;
      continue;
    }
    slot = script(item.kids, item.span);
  }
  if (doubled) {
    return context_.bad("double-script", span, "two subscripts or two superscripts on one symbol",
                        "group with braces, {x_i}_j or {x^2}^3, or write both in one, x_{ij}");
  }
  if (base->kind == SynKind::bigop) {
    if (at == first) return base;
    if (primes > 0) return context_.bad("syntax", span, "a prime on an operator with limits");
    auto big = std::make_shared<Syn>(*base);
    big->sub = std::move(sub);
    big->sup = std::move(sup);
    big->span = span;
    return big;
  }
  if (at == first) {
    // A brace that holds nothing is only a place to hang scripts on.
    if (base->kind == SynKind::text && base->text.empty()) return context_.bad("syntax", span, "empty braces");
    return base;
  }
  if (base->kind == SynKind::text && base->text.empty()) {
    return context_.bad("syntax", span, "a script with nothing before it", "write what carries it");
  }
  return node::scripts(span, std::move(base), std::move(sub), std::move(sup), primes);
}

SynPtr Grammar::restriction(ItemView items, std::size_t& at) {
  const Item& bar = items[at++];
  auto syn = node::make(SynKind::restrict_, bar.span);
  bool any = false;
  while (at < items.size() && (items[at].kind == ItemKind::sub || items[at].kind == ItemKind::sup)) {
    const Item& item = items[at++];
    syn->span = cover(syn->span, item.span);
    SynPtr content = script(item.kids, item.span);
    if (item.kind == ItemKind::sup) {
      syn->sup = std::move(content);
      continue;
    }
    any = true;
    if (content->kind == SynKind::group && content->open.empty()) {
      syn->kids = content->kids;
    } else {
      syn->kids = {std::move(content)};
    }
  }
  if (!any) return context_.bad("unbalanced", syn->span, "a bar without its partner", "write \\lvert and \\rvert");
  return syn;
}

SynPtr Grammar::relation(ItemView items, Span where) {
  items = trimmed(items);
  std::vector<SynPtr> sides;
  std::vector<std::string> rels;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].kind != ItemKind::rel) continue;
    sides.push_back(expression(items.subspan(begin, i - begin), items[i].span));
    rels.push_back(items[i].text);
    begin = i + 1;
  }
  SynPtr last = expression(items.subspan(begin), begin > 0 ? items[begin - 1].span : where);
  if (rels.empty()) return last;
  sides.push_back(std::move(last));
  auto chain = node::make(SynKind::chain, span_of(items));
  chain->kids = std::move(sides);
  chain->rels = std::move(rels);
  return chain;
}

SynPtr Grammar::list(ItemView items, Span where) {
  items = trimmed(items);
  if (std::none_of(items.begin(), items.end(), is_separator)) return relation(items, where);
  Item group = item_of(ItemKind::bracket, span_of(items));
  group.kids.assign(items.begin(), items.end());
  return bracket(group);
}

SynPtr Grammar::bracket(const Item& item) {
  const ItemView items = trimmed(item.kids);
  std::vector<SynPtr> kids;
  std::vector<std::string> seps;
  if (items.empty()) return node::group(item.span, item.text, {});
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= items.size(); ++i) {
    if (i < items.size() && !is_separator(items[i])) continue;
    const ItemView part = trimmed(items.subspan(begin, i - begin));
    const bool last = i == items.size();
    if (part.size() == 1 && part[0].kind == ItemKind::op) {  // f(·)
      kids.push_back(node::name(part[0].span, part[0].text, part[0].text));
    } else if (part.empty() && last && !kids.empty()) {
      seps.pop_back();  // a list that ends with a comma
    } else {
      kids.push_back(relation(part, last ? item.span : items[i].span));
    }
    if (!last) seps.push_back(items[i].kind == ItemKind::mid ? "|" : items[i].text);
    begin = i + 1;
  }
  return node::group(item.span, item.text, std::move(kids), std::move(seps));
}

SynPtr Grammar::script(ItemView items, Span where) {
  items = trimmed(items);
  const auto is_relation = [](const Item& item, std::string_view text) {
    return item.kind == ItemKind::rel && item.text == text;
  };
  if (items.size() >= 3 && is_relation(items.front(), "<") && is_relation(items.back(), ">")) {  // a^{<t>}
    Item step = item_of(ItemKind::bracket, span_of(items), "⟨");
    step.kids.assign(items.begin() + 1, items.end() - 1);
    return bracket(step);
  }
  const auto as_name = [](const Item& item) {
    return node::name(item.span, item.text, item.text == "⊤" ? "\\top" : item.text);
  };
  // A sign or an operator that has nothing to work on is a label: x_+, x^*, A_{i:}, A_{·j}.
  Items labelled;
  bool relabelled = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    const bool left = i > 0 && !is_separator(items[i - 1]) && items[i - 1].kind != ItemKind::rel &&
                      items[i - 1].kind != ItemKind::op && items[i - 1].kind != ItemKind::sign;
    const bool right = i + 1 < items.size() && !is_separator(items[i + 1]) && items[i + 1].kind != ItemKind::rel;
    const bool alone = item.kind == ItemKind::op     ? !left || !right
                       : item.kind == ItemKind::sign ? !right
                       : item.kind == ItemKind::rel  ? items.size() == 1
                       : item.kind == ItemKind::bar  ? items.size() == 1
                                                     : false;
    if (!alone) continue;
    if (!relabelled) labelled.assign(items.begin(), items.end());
    relabelled = true;
    labelled[i].kind = ItemKind::atom;
    labelled[i].syn = as_name(item);
  }
  SynPtr syn = relabelled ? list(labelled, where) : list(items, where);
  if (is_transposition(syn)) return transposition(syn);
  if (syn->kind == SynKind::sum && syn->kids.size() == 1 && is_transposition(syn->kids[0])) {
    return node::sum(syn->span, {transposition(syn->kids[0])}, syn->signs);
  }
  return syn;
}

}  // namespace gradus::notation
