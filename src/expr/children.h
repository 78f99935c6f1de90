// The child expressions of a node: kids, bodies of its arguments with the ranges of their parameters, derivative slots,
// the range of its bound variable. Internal to expr.
#pragma once

#include "expr/expr.h"

namespace gradus {

template <class See>
void for_each_child(Expr node, See&& see) {
  const auto range = [&](const IndexVar* var) {
    if (var->lo) see(var->lo);
    if (var->hi) see(var->hi);
  };
  for (Expr kid : node->kids) see(kid);
  if (node->kind == Kind::reduce) range(node->var);
  for (const Lambda& lambda : node->args) {
    see(lambda.body);
    for (const IndexVar* param : lambda.params) range(param);
  }
  for (const Slot& slot : node->slots) {
    for (Expr term : slot.at) see(term);
  }
}

}  // namespace gradus
