#include "sheet/dims.h"

#include <algorithm>
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

Range Dims::flexible(const std::string& key) {
  Symbol*& slot = flexible_[key];
  if (!slot) {
    // Rows of A: n_A, its columns: m_A. The same name in another scope gets a prime.
    const bool anonymous = key.find('@') == std::string::npos;  // ones17, I20: an array without a name
    const std::string of = key.substr(0, key.find_first_of(anonymous ? "#:0123456789" : "@#"));
    const std::size_t axis = static_cast<std::size_t>(key.back() - '0');
    std::string name = std::string(1, "nmpq"[std::min<std::size_t>(axis, 3)]) + "_" + of;
    std::string primes;
    while (!shown_.insert(name + primes).second) primes += "'";
    slot = Pool::current().new_symbol(name + primes);
    slot->latex = name.substr(0, 2) + "{" + of + primes + "}";
    if (anonymous) anonymous_.insert(slot);
    slot->role = Role::size;
    slot->traits.integer = true;
    slot->traits.positive = true;
  }
  return resolve(Range{make::number(1), make::ref(slot)});
}

const Symbol* Dims::flexible_symbol(const Range& range) const {
  if (!range.hi || range.hi->kind != Kind::ref || !range.lo || !range.lo->is_one()) return nullptr;
  for (const auto& [key, symbol] : flexible_)
    if (symbol == range.hi->symbol) return symbol;
  return nullptr;
}

bool Dims::is_flexible(const Range& range) const { return flexible_symbol(resolve(range)) != nullptr; }

Range Dims::resolve(Range range) const {
  for (int depth = 0; depth < 64; ++depth) {
    const Symbol* symbol = flexible_symbol(range);
    auto found = symbol ? resolved_.find(symbol) : resolved_.end();
    if (found == resolved_.end()) return range;
    range = found->second;
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

bool Dims::unify(const Range& first, const Range& second) {
  Range a = resolve(first), b = resolve(second);
  if (!a.lo || !b.lo || !a.hi || !b.hi) return true;
  if (a.lo == b.lo && a.hi == b.hi) return true;
  const Symbol* fa = flexible_symbol(a);
  const Symbol* fb = flexible_symbol(b);
  // Of two flexible sizes the one of a named array stays.
  if (fb && (!fa || (anonymous_.contains(fb) && !anonymous_.contains(fa)))) {
    resolved_[fb] = a;
    changed_ = true;
    return true;
  }
  if (fa) {
    resolved_[fa] = b;
    changed_ = true;
    return true;
  }
  auto equal = compare(Relation::eq, make::sub(a.hi, a.lo), make::sub(b.hi, b.lo));
  return equal && *equal;
}

}  // namespace gradus
