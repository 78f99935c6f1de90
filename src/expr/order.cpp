// A structural order of expressions that does not depend on addresses or on the order of birth. It compares two graphs
// side by side, depth first, each pair of nodes once.
#include <unordered_set>

#include "expr/children.h"
#include "expr/walk.h"

namespace gradus {
namespace {

template <class T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

/// The nodes themselves, without their children. Ids decide only between different things of the same name, and last.
int compare_heads(Expr a, Expr b, int& by_id) {
  if (int c = three_way(a->kind, b->kind)) return c;
  if (int c = three_way(a->op, b->op)) return c;
  if (a->kind == Kind::number) return cmp(a->number, b->number);
  if (a->symbol && b->symbol && a->symbol != b->symbol) {
    if (int c = a->symbol->name.compare(b->symbol->name)) return c;
    if (by_id == 0) by_id = three_way(a->symbol->id, b->symbol->id);
  }
  if (a->var && b->var && a->var != b->var) {
    if (int c = a->var->name.compare(b->var->name)) return c;
    if (by_id == 0) by_id = three_way(a->var->id, b->var->id);
  }
  if (int c = three_way(a->kids.size(), b->kids.size())) return c;
  if (int c = three_way(a->args.size(), b->args.size())) return c;
  if (int c = three_way(a->slots.size(), b->slots.size())) return c;
  for (std::size_t i = 0; i < a->slots.size(); ++i) {
    if (int c = three_way(a->slots[i].arg, b->slots[i].arg)) return c;
    if (int c = three_way(a->slots[i].at.size(), b->slots[i].at.size())) return c;
  }
  for (std::size_t i = 0; i < a->args.size(); ++i) {
    if (int c = three_way(a->args[i].params.size(), b->args[i].params.size())) return c;
    for (std::size_t k = 0; k < a->args[i].params.size(); ++k) {
      const IndexVar* p = a->args[i].params[k];
      const IndexVar* q = b->args[i].params[k];
      if (p == q) continue;
      if (int c = p->name.compare(q->name)) return c;
      if (by_id == 0) by_id = three_way(p->id, q->id);
    }
  }
  if (int c = three_way(a->bound.size(), b->bound.size())) return c;
  for (std::size_t i = 0; i < a->bound.size(); ++i) {
    if (a->bound[i] == b->bound[i]) continue;
    if (int c = a->bound[i]->name.compare(b->bound[i]->name)) return c;
    if (by_id == 0) by_id = three_way(a->bound[i]->id, b->bound[i]->id);
  }
  return 0;
}

struct PairHash {
  std::size_t operator()(const std::pair<Expr, Expr>& p) const { return p.first->hash * 31 + p.second->hash; }
};

}  // namespace

int structural_compare(Expr a, Expr b) {
  if (a == b) return 0;
  int by_id = 0;
  std::vector<std::pair<Expr, Expr>> stack{{a, b}};
  std::unordered_set<std::pair<Expr, Expr>, PairHash> seen;
  while (!stack.empty()) {
    const auto pair = stack.back();
    stack.pop_back();
    if (pair.first == pair.second) continue;
    // Few pairs are common; remembering starts where children follow.
    if (int c = compare_heads(pair.first, pair.second, by_id)) return c;
    std::vector<Expr> left, right;
    for_each_child(pair.first, [&](Expr e) { left.push_back(e); });
    for_each_child(pair.second, [&](Expr e) { right.push_back(e); });
    if (left.empty() && right.empty()) continue;
    if (!seen.insert(pair).second) continue;
    if (int c = three_way(left.size(), right.size())) return c;
    for (std::size_t i = left.size(); i-- > 0;) stack.push_back({left[i], right[i]});
  }
  return by_id;
}

}  // namespace gradus
