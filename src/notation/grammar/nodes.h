// Makers of syntax nodes. They keep the promises of sheet/syntax.h: no product of one kid, a span that covers the kids.
#pragma once

#include <string>
#include <vector>

#include "sheet/syntax.h"

namespace gradus::notation::node {

std::shared_ptr<Syn> make(SynKind kind, Span span, std::string text = "");
SynPtr bad(Span span, std::string why);
SynPtr number(Span span, std::string digits);
SynPtr name(Span span, std::string text, std::string latex, std::string style = "");
SynPtr op(Span span, std::string text);
/// The kid itself if there is only one.
SynPtr product(Span span, std::vector<SynPtr> kids);
/// The kid itself if there is only one and it is added.
SynPtr sum(Span span, std::vector<SynPtr> terms, std::vector<int> signs);
SynPtr group(Span span, std::string open, std::vector<SynPtr> kids, std::vector<std::string> seps = {});
SynPtr scripts(Span span, SynPtr base, SynPtr sub, SynPtr sup, int primes);
SynPtr under(Span span, SynPtr body);

/// Whether it is a name with this text, of any style.
bool is_name(const SynPtr& syn, std::string_view text);

}  // namespace gradus::notation::node
