// A δ that fixes a loop's variable takes the loop away.
#include <algorithm>

#include "program/passes.h"
#include "program/place.h"

namespace gradus {
namespace {

/// The variable among the loops that the δ fixes, and its value.
std::optional<std::pair<const IndexVar*, Expr>> solved(Expr delta, const Assignment& s, const Program& program) {
  for (const IndexVar* loop : s.loops) {
    const bool bounds_others = std::any_of(s.loops.begin(), s.loops.end(), [&](const IndexVar* other) {
      return mentions(other->lo, loop) || mentions(other->hi, loop);
    });
    if (bounds_others) continue;
    for (int side = 0; side < 2; ++side) {
      const Expr own = delta->kids[static_cast<std::size_t>(side)],
                 other = delta->kids[static_cast<std::size_t>(1 - side)];
      if (mentions(other, loop)) continue;
      const auto form = affine(own);
      if (!form) continue;
      const auto term = form->terms.find(make::index(loop));
      if (term == form->terms.end() || (term->second != 1 && term->second != -1)) continue;
      // own = ±loop + rest, so loop = ±(other − rest)
      const Expr rest = make::sub(own, make::mul({make::number(term->second), make::index(loop)}));
      const Expr value = make::mul({make::number(term->second), make::sub(other, rest)});
      const bool within = surely_within(value, loop->lo, loop->hi);
      auto reach = interval_of(value);
      if (value->kind == Kind::ref) {  // a gather, whose entries lie within the axes that it indexes
        const auto entries = index_range(program, value->symbol);
        reach = entries ? std::optional(Interval{entries->first, entries->second}) : std::nullopt;
      }
      const auto range = interval_of(loop);
      const bool inside = reach && range && constant_index(loop->lo) && constant_index(loop->hi) &&
                          reach->lo >= range->lo && reach->hi <= range->hi;
      if (within || inside) return std::pair(loop, value);
    }
  }
  return std::nullopt;
}

Assignment settled(Assignment s, const Program& program) {
  // Only in a sum: elsewhere the zeroes beside the δ's one place count as well.
  for (bool again = s.update == Update::add; again;) {
    again = false;
    std::vector<Expr> factors = s.body->kind == Kind::mul ? s.body->kids : std::vector<Expr>{s.body};
    for (std::size_t f = 0; f < factors.size() && !again; ++f) {
      if (factors[f]->kind != Kind::delta) continue;
      const auto fixed = solved(factors[f], s, program);
      if (!fixed) continue;
      const IndexMap map{{fixed->first, fixed->second}};
      factors.erase(factors.begin() + static_cast<long>(f));
      s.body = substitute(make::mul(factors), map);
      s.target = substitute(s.target, map);
      s.loops.erase(std::find(s.loops.begin(), s.loops.end(), fixed->first));
      again = true;
    }
  }
  return s;
}

}  // namespace

void settle_deltas(Program& program) {
  program.items = mapped(program.items, [&](const Assignment& s) { return settled(s, program); });
}

}  // namespace gradus
