#include "sheet/dims.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace gradus {

Symbol* Dims::named(const std::string& name, const std::string& latex, std::size_t rank) {
  Symbol*& slot = named_[name];
  if (!slot) {
    slot = Pool::current().new_symbol(name);
    slot->latex = latex;
    slot->role = Role::size;
    slot->traits.integer = true;
    slot->traits.positive = true;
  }
  while (slot->indices.size() < rank) {
    slot->indices.push_back({});
    slot->places.push_back(Place::sub);
    slot->family = slot->indices.size();
  }
  return slot;
}

Range Dims::flexible(const std::string& key, const std::vector<Expr>& member) {
  Symbol*& slot = flexible_[key];
  if (!slot) {
    std::string shown = key.substr(0, key.find_first_of("#@"));
    std::string behind = key.back() == '0' ? "" : std::string(1, key.back());
    slot = Pool::current().new_symbol("n_" + shown + (behind.empty() ? "" : "_" + behind));
    slot->latex = "n_{" + shown + (behind.empty() ? "" : "," + behind) + "}";
    slot->role = Role::size;
    slot->traits.integer = true;
    slot->traits.positive = true;
    known_flexible_.insert(slot);
    const std::size_t digit = key.find_first_of("0123456789");
    if (digit != std::string::npos && (key.substr(0, digit) == "I" || key.substr(0, digit) == "ones"))
      anonymous_.insert(slot);
  }
  while (slot->indices.size() < member.size()) {
    slot->indices.push_back({});
    slot->places.push_back(Place::sub);
    slot->family = slot->indices.size();
  }
  return resolve(Range{make::number(1), make::ref(slot, member)});
}

const Symbol* Dims::flexible_symbol(const Range& range) const {
  if (!range.hi || range.hi->kind != Kind::ref || !range.lo || !range.lo->is_one()) return nullptr;
  return known_flexible_.contains(range.hi->symbol) ? range.hi->symbol : nullptr;
}

bool Dims::is_flexible(const Range& range) const { return flexible_symbol(resolve(range)) != nullptr; }

Range Dims::resolve(Range range) const {
  for (int depth = 0; depth < 64; ++depth) {
    const Symbol* symbol = flexible_symbol(range);
    auto found = symbol ? resolved_.find(symbol) : resolved_.end();
    if (found == resolved_.end()) return range;
    IndexMap map;
    for (std::size_t k = 0; k < found->second.params.size() && k < range.hi->kids.size(); ++k)
      map[found->second.params[k]] = range.hi->kids[k];
    Range next = found->second.range;
    if (!map.empty()) next = Range{substitute(next.lo, map), substitute(next.hi, map)};
    range = next;
  }
  return range;
}

Expr Dims::resolve(Expr e) const {
  if (e->kind == Kind::ref && e->symbol->role == Role::size) {
    Range range = resolve(Range{make::number(1), e});
    return make::add({make::sub(range.hi, range.lo), make::number(1)});
  }
  return e;
}

bool Dims::bind(Expr flexible, const Range& to) {
  Resolved resolved;
  IndexMap map;
  for (Expr term : flexible->kids) {
    auto form = affine(term);
    if (!form || form->terms.size() != 1 || form->terms.begin()->second != 1 ||
        form->terms.begin()->first->kind != Kind::index)
      return true;  // a^0: one member tells nothing of the others
    const IndexVar* var = form->terms.begin()->first->var;
    const IndexVar* param = make::fresh(var->name, nullptr, nullptr);
    resolved.params.push_back(param);
    map[var] = make::sub(make::index(param), make::number(form->constant));
  }
  resolved.range = map.empty() ? to : Range{substitute(to.lo, map), substitute(to.hi, map)};
  for (Expr bound : {resolved.range.lo, resolved.range.hi})
    for (const IndexVar* var : bound->free)
      if (std::find(resolved.params.begin(), resolved.params.end(), var) == resolved.params.end()) return false;
  resolved_[flexible->symbol] = resolved;
  changed_ = true;
  return true;
}

bool Dims::unify(const Range& first, const Range& second) {
  Range a = resolve(first), b = resolve(second);
  if (!a.lo || !b.lo || !a.hi || !b.hi) return true;
  if (a.lo == b.lo && a.hi == b.hi) return true;
  const Symbol* fa = flexible_symbol(a);
  const Symbol* fb = flexible_symbol(b);
  if (fa && fa != fb) return bind(a.hi, b);
  if (fb && fa != fb) return bind(b.hi, a);
  auto equal = compare(Relation::eq, make::sub(a.hi, a.lo), make::sub(b.hi, b.lo));
  return equal && *equal;
}

namespace {

/// Coefficients by monomials in (size − 1).
using Shifted = std::map<std::multiset<const Symbol*>, Rational>;

Shifted product(const Shifted& a, const Shifted& b) {
  Shifted out;
  for (const auto& [left, x] : a)
    for (const auto& [right, y] : b) {
      std::multiset<const Symbol*> both = left;
      both.insert(right.begin(), right.end());
      out[both] += x * y;
    }
  return out;
}

std::optional<Shifted> shifted(Expr e) {
  constexpr std::size_t kMost = 64;
  if (e->is_number()) return Shifted{{{}, e->number}};
  if (e->kind == Kind::ref && e->symbol->role == Role::size && e->kids.empty())
    return Shifted{{{}, 1}, {{e->symbol}, 1}};
  if (e->kind == Kind::pow && e->kids[1]->is_number() && e->kids[1]->number.get_den() == 1 && e->kids[1]->number > 0 &&
      e->kids[1]->number < 5) {
    const auto base = shifted(e->kids[0]);
    Shifted out{{{}, 1}};
    for (long k = e->kids[1]->number.get_num().get_si(); base && k-- > 0;) out = product(out, *base);
    return base && out.size() <= kMost ? std::optional(out) : std::nullopt;
  }
  if (e->kind != Kind::add && e->kind != Kind::mul) return std::nullopt;
  Shifted out;
  if (e->kind == Kind::mul) out[{}] = 1;
  for (Expr kid : e->kids) {
    const auto part = shifted(kid);
    if (!part || part->size() > kMost || out.size() > kMost) return std::nullopt;
    if (e->kind == Kind::mul)
      out = product(out, *part);
    else
      for (const auto& [monomial, x] : *part) out[monomial] += x;
  }
  return out;
}

}  // namespace

bool Dims::surely_at_least(Expr a, Expr b) {
  const auto difference = shifted(make::sub(a, b));
  return difference &&
         std::all_of(difference->begin(), difference->end(), [](const auto& term) { return term.second >= 0; });
}

}  // namespace gradus
