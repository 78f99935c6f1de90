// Two passes that take loops and arrays away: a δ that fixes a variable, an array that is a copy.
#include <algorithm>

#include "program/passes.h"
#include "program/place.h"

namespace gradus {
namespace {

/// The variable among the loops that the δ fixes, and its value.
std::optional<std::pair<const IndexVar*, Expr>> solved(Expr delta, const Assignment& s) {
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
      const bool within = other->kind == Kind::ref || surely_within(value, loop->lo, loop->hi);
      const auto reach = interval_of(value), range = interval_of(loop);
      const bool inside = reach && range && constant_index(loop->lo) && constant_index(loop->hi) &&
                          reach->lo >= range->lo && reach->hi <= range->hi;
      if (within || inside) return std::pair(loop, value);
    }
  }
  return std::nullopt;
}

Assignment settled(Assignment s) {
  for (bool again = true; again;) {
    again = false;
    std::vector<Expr> factors = s.body->kind == Kind::mul ? s.body->kids : std::vector<Expr>{s.body};
    for (std::size_t f = 0; f < factors.size() && !again; ++f) {
      if (factors[f]->kind != Kind::delta) continue;
      const auto fixed = solved(factors[f], s);
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

ProgramItems mapped(const ProgramItems& items, const std::function<Assignment(const Assignment&)>& map) {
  ProgramItems out;
  for (const ProgramItem& item : items) {
    if (item.sequence) {
      auto copy = std::make_shared<Sequence>(*item.sequence);
      copy->items = mapped(item.sequence->items, map);
      out.push_back({Assignment{}, std::move(copy)});
    } else {
      out.push_back({map(item.statement), nullptr});
    }
  }
  return out;
}

bool is_copy(Expr body) {
  if (body->kind == Kind::number) return true;
  if (body->kind == Kind::ref) return true;
  return body->kind == Kind::mul && body->kids.size() == 2 && body->kids[0]->is_number() &&
         body->kids[1]->kind == Kind::ref;
}

}  // namespace

void settle_deltas(Program& program) { program.items = mapped(program.items, settled); }

void forward_copies(Program& program) {
  std::unordered_map<const Symbol*, int> writers;
  std::unordered_map<const Symbol*, Assignment> copies;
  for_each_statement(program.items, [&](const Assignment& s) { ++writers[s.target->symbol]; });
  const auto output = [&](const Symbol* array) {
    return std::find(program.outputs.begin(), program.outputs.end(), array) != program.outputs.end();
  };
  std::unordered_map<const Symbol*, int> seen;
  const std::function<Expr(Expr)> replace = [&](Expr e) -> Expr {
    if (e->kids.empty() && e->kind != Kind::ref) return e;
    const Expr own = rebuild(e, replace);
    if (own->kind != Kind::ref) return own;
    const auto copy = copies.find(own->symbol);
    if (copy == copies.end()) return own;
    IndexMap map;
    for (std::size_t d = 0; d < own->kids.size(); ++d) map.emplace(copy->second.target->kids[d]->var, own->kids[d]);
    return substitute(copy->second.body, map);
  };
  program.items = mapped(program.items, [&](const Assignment& s) {
    Assignment out = s;
    out.body = replace(s.body);
    const Symbol* array = out.target->symbol;
    // Inside a sequence the target runs along the sequence's variable as well; that is no loop here and stays an array.
    // An array that is still to be added to is not complete: only what is written once is a copy.
    bool complete = true;
    for (Expr read : reads_of(out.body)) complete = complete && read->symbol != array;
    if (out.update == Update::set && writers[array] == 1 && !output(array) && complete && covers_once(out) &&
        is_copy(out.body))
      copies.emplace(array, out);
    return out;
  });
}

}  // namespace gradus
