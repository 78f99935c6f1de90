#include "app/layers.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "calculus/differentiate.h"

namespace gradus {

double written_size(Expr e) {
  std::unordered_map<Expr, double> sizes;
  visit(e, [&](Expr node) {
    double size = 1;
    for (const Expr kid : node->kids) size += sizes[kid];
    for (const Lambda& lambda : node->args) size += sizes[lambda.body];
    sizes[node] = size;
  });
  return sizes[e];
}

std::optional<Expr> one_layer(Expr defined, Expr wrt) {
  if (defined->kind != Kind::ref || !defined->slots.empty() || !defined->symbol->defined()) return std::nullopt;
  const auto body = unfold(defined);
  if (!body) return std::nullopt;
  std::vector<Expr> named;
  bool closed = true;
  visit(*body, [&](Expr node) {
    if (node->kind != Kind::ref || !node->symbol->defined() || !depends_on(node, wrt->symbol)) return;
    named.push_back(node);
    closed = closed && std::includes(defined->free.begin(), defined->free.end(), node->free.begin(), node->free.end(),
                                     [](const IndexVar* a, const IndexVar* b) { return a->id < b->id; });
  });
  if (!closed || named.empty()) return std::nullopt;
  // Each named quantity becomes a variable of its own while the definition is differentiated.
  std::unordered_map<Expr, Expr> stand_in, original;
  for (const Expr ref : named) {
    const Expr variable = make::ref(Pool::current().new_symbol(ref->symbol->name));
    stand_in[ref] = variable;
    original[variable] = ref;
  }
  const auto replaced = [](Expr e, const std::unordered_map<Expr, Expr>& by) {
    std::unordered_map<Expr, Expr> done = by;
    const std::function<Expr(Expr)> map = [&](Expr node) -> Expr {
      const auto known = done.find(node);
      if (known != done.end()) return known->second;
      return done[node] = rebuild(node, map);
    };
    return map(e);
  };
  const Expr open = replaced(*body, stand_in);
  std::vector<Expr> terms{differentiate(open, wrt)};
  for (const Expr ref : named) {
    terms.push_back(make::mul({replaced(differentiate(open, stand_in[ref]), original), make::deriv(ref, wrt)}));
  }
  terms[0] = replaced(terms[0], original);
  return make::add(terms);
}

}  // namespace gradus
