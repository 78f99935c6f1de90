// What must hold of anything that a reader returns: spans in the text, the promises of sheet/syntax.h.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "notation/read.h"

namespace gradus::fuzz {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

inline void check(const Source& source, Span span) {
  require(span.begin <= span.end && span.end <= source.text().size(), "a span outside the text");
}

inline void check(const Source& source, const SynPtr& syn) {
  if (!syn) return;
  check(source, syn->span);
  switch (syn->kind) {
    case SynKind::product: require(syn->kids.size() >= 2, "a product of one"); break;
    case SynKind::sum: require(syn->kids.size() == syn->signs.size() && !syn->kids.empty(), "signs of a sum"); break;
    case SynKind::chain: require(syn->kids.size() == syn->rels.size() + 1, "relations of a chain"); break;
    case SynKind::group: require(syn->seps.size() + 1 == syn->kids.size() || syn->kids.empty(), "separators"); break;
    case SynKind::deriv:
      require(syn->kids.size() == syn->orders.size() + 1 && syn->orders.size() >= 1, "orders");
      break;
    case SynKind::scripts: require(syn->kids.size() == 1 && syn->kids[0], "the base of scripts"); break;
    case SynKind::frac: require(syn->kids.size() == 2 && syn->kids[0] && syn->kids[1], "a fraction"); break;
    case SynKind::cases: require(syn->kids.size() % 2 == 0, "cases without condition slot"); break;
    case SynKind::matrix:
      require(syn->columns > 0 && syn->kids.size() % static_cast<std::size_t>(syn->columns) == 0, "a matrix");
      break;
    default: break;
  }
  for (const SynPtr& kid : syn->kids) {
    require(kid || syn->kind == SynKind::deriv || syn->kind == SynKind::cases, "a missing kid");
    check(source, kid);
  }
  check(source, syn->sub);
  check(source, syn->sup);
}

inline void check(const Source& source, const std::vector<Chain>& chains, const std::vector<Diagnostic>& diagnostics) {
  for (const Chain& chain : chains) {
    check(source, chain.span);
    require(chain.sides.size() == chain.side_spans.size(), "a span for every side");
    require(chain.sides.empty() || chain.sides.size() == chain.rels.size() + 1, "relations between sides");
    for (std::size_t i = 0; i < chain.sides.size(); ++i) {
      require(chain.sides[i] || i == 0, "only the first side may be missing");
      check(source, chain.side_spans[i]);
      check(source, chain.sides[i]);
      if (chain.sides[i]) dump(*chain.sides[i]);
    }
  }
  for (const Diagnostic& diagnostic : diagnostics) {
    check(source, diagnostic.span);
    require(!diagnostic.slug.empty() && !diagnostic.message.empty(), "a diagnostic without words");
  }
}

}  // namespace gradus::fuzz
