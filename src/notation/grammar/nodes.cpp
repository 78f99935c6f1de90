#include "notation/grammar/nodes.h"

namespace gradus::notation::node {

std::shared_ptr<Syn> make(SynKind kind, Span span, std::string text) {
  auto syn = std::make_shared<Syn>();
  syn->kind = kind;
  syn->span = span;
  syn->text = std::move(text);
  return syn;
}

SynPtr bad(Span span, std::string why) { return make(SynKind::bad, span, std::move(why)); }
SynPtr number(Span span, std::string digits) { return make(SynKind::number, span, std::move(digits)); }
SynPtr op(Span span, std::string text) { return make(SynKind::op, span, std::move(text)); }

SynPtr name(Span span, std::string text, std::string latex, std::string style) {
  auto syn = make(SynKind::name, span, std::move(text));
  syn->latex = std::move(latex);
  syn->style = std::move(style);
  return syn;
}

SynPtr product(Span span, std::vector<SynPtr> kids) {
  if (kids.size() == 1) return kids.front();
  auto syn = make(SynKind::product, span);
  syn->kids = std::move(kids);
  return syn;
}

SynPtr sum(Span span, std::vector<SynPtr> terms, std::vector<int> signs) {
  if (terms.size() == 1 && signs.front() == 1) return terms.front();
  auto syn = make(SynKind::sum, span);
  syn->kids = std::move(terms);
  syn->signs = std::move(signs);
  return syn;
}

SynPtr group(Span span, std::string open, std::vector<SynPtr> kids, std::vector<std::string> seps) {
  auto syn = make(SynKind::group, span);
  syn->open = std::move(open);
  syn->kids = std::move(kids);
  syn->seps = std::move(seps);
  return syn;
}

SynPtr scripts(Span span, SynPtr base, SynPtr sub, SynPtr sup, int primes) {
  auto syn = make(SynKind::scripts, span);
  syn->kids = {std::move(base)};
  syn->sub = std::move(sub);
  syn->sup = std::move(sup);
  syn->primes = primes;
  return syn;
}

SynPtr under(Span span, SynPtr body) {
  auto syn = make(SynKind::under, span);
  syn->kids = {std::move(body)};
  return syn;
}

bool is_name(const SynPtr& syn, std::string_view text) {
  return syn && syn->kind == SynKind::name && syn->text == text && syn->accent.empty();
}

}  // namespace gradus::notation::node
