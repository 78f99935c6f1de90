#include "sheet/freeze.h"

#include <unordered_map>

namespace gradus {

namespace {

using Copies = std::unordered_map<const Symbol*, const Symbol*>;

class Renamer {
 public:
  explicit Renamer(const Copies& copies) : copies_(copies) {}

  Expr operator()(Expr e) {
    if (!e) return nullptr;
    if (auto it = memo_.find(e); it != memo_.end()) return it->second;
    Expr out = rebuild(e, [this](Expr kid) { return (*this)(kid); });
    if (out->kind == Kind::ref)
      if (auto it = copies_.find(out->symbol); it != copies_.end())
        out = make::apply(it->second, out->kids, out->args, out->slots);
    return memo_[e] = out;
  }

 private:
  const Copies& copies_;
  std::unordered_map<Expr, Expr> memo_;
};

Symbol* copy_of(const Symbol& symbol) {
  Symbol* copy = Pool::current().new_symbol(symbol.name);
  const std::uint32_t id = copy->id;
  *copy = symbol;
  copy->id = id;
  return copy;
}

bool concerned(const Claim& claim, const Symbol* symbol) {
  for (const Case& c : claim.cases)
    for (Expr side : {c.lhs, c.rhs, c.start})
      if (side && depends_on(side, symbol)) return true;
  return false;
}

}  // namespace

void freeze(std::vector<Claim>& claims, const Symbol* symbol, const std::vector<Symbol*>& defined) {
  bool any = false;
  for (const Claim& claim : claims) any = any || concerned(claim, symbol);
  if (!any) return;
  Copies copies;
  std::vector<Symbol*> rewritten;
  copies[symbol] = copy_of(*symbol);
  for (const Symbol* s : defined) {
    bool through = false;
    for (const Clause& clause : s->clauses) through = through || depends_on(clause.body, symbol);
    if (!through || s == symbol) continue;
    rewritten.push_back(copy_of(*s));
    copies[s] = rewritten.back();
  }
  Renamer rename(copies);
  for (Symbol* s : rewritten)
    for (Clause& clause : s->clauses) clause.body = rename(clause.body);
  for (Claim& claim : claims) {
    if (!concerned(claim, symbol)) continue;
    for (Case& c : claim.cases) {
      c.lhs = rename(c.lhs);
      c.rhs = rename(c.rhs);
      c.start = rename(c.start);
    }
    for (const Symbol*& s : claim.symbols)
      if (auto it = copies.find(s); it != copies.end()) s = it->second;
  }
}

}  // namespace gradus
