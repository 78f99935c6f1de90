// Rebuilding and visiting. Both see the graph, not the tree, and keep their own stack: depth and sharing cost nothing.
#include "expr/walk.h"

#include <algorithm>
#include <unordered_set>

#include "expr/children.h"

namespace gradus {
namespace {

bool kids_changed(Expr node, const std::vector<Expr>& kids) { return node->kids != kids; }

/// Maps the ranges of parameters; where one changes, it is replaced by a fresh variable in `renamed`.
const IndexVar* map_range(const IndexVar* var, const std::function<Expr(Expr)>& map, IndexMap& renamed) {
  Expr lo = var->lo ? map(var->lo) : nullptr;
  Expr hi = var->hi ? map(var->hi) : nullptr;
  if (!renamed.empty()) {
    if (lo) lo = substitute(lo, renamed);
    if (hi) hi = substitute(hi, renamed);
  }
  if (lo == var->lo && hi == var->hi) return var;
  const IndexVar* fresh = make::fresh(var->name, lo, hi);
  renamed[var] = make::index(fresh);
  return fresh;
}

}  // namespace

Expr rebuild(Expr node, const std::function<Expr(Expr)>& map) {
  bool changed = false;
  std::vector<Expr> kids;
  kids.reserve(node->kids.size());
  for (Expr kid : node->kids) kids.push_back(map(kid));
  changed = kids_changed(node, kids);
  const IndexVar* var = node->var;
  if (node->kind == Kind::reduce) {
    IndexMap renamed;
    var = map_range(node->var, map, renamed);
    if (!renamed.empty()) kids[0] = substitute(kids[0], renamed);
    changed = changed || var != node->var;
  }
  std::vector<Lambda> args;
  args.reserve(node->args.size());
  for (const Lambda& lambda : node->args) {
    IndexMap renamed;
    Lambda mapped;
    mapped.params.reserve(lambda.params.size());
    for (const IndexVar* param : lambda.params) mapped.params.push_back(map_range(param, map, renamed));
    mapped.body = map(lambda.body);
    if (!renamed.empty()) mapped.body = substitute(mapped.body, renamed);
    changed = changed || !(mapped == lambda);
    args.push_back(std::move(mapped));
  }
  std::vector<Slot> slots;
  for (const Slot& slot : node->slots) {
    Slot mapped{slot.arg, {}};
    for (Expr term : slot.at) mapped.at.push_back(map(term));
    changed = changed || !(mapped == slot);
    slots.push_back(std::move(mapped));
  }
  if (!changed) return node;
  switch (node->kind) {
    case Kind::number:
    case Kind::index: return node;
    case Kind::ref: return make::apply(node->symbol, std::move(kids), std::move(args), std::move(slots));
    case Kind::add: return make::add(std::move(kids));
    case Kind::mul: return make::mul(std::move(kids));
    case Kind::pow: return make::pow(kids[0], kids[1]);
    case Kind::func: return make::func(static_cast<Elementary>(node->op), kids[0]);
    case Kind::reduce: return make::reduce(node->reduce_op(), var, kids[0]);
    case Kind::delta: return make::delta(kids[0], kids[1]);
    case Kind::select: return make::select(node->relation(), kids[0], kids[1], kids[2], kids[3]);
    case Kind::inverse: return make::inverse(std::move(args[0]), kids[0], kids[1]);
    case Kind::det: return make::det(std::move(args[0]));
    case Kind::deriv: return make::deriv(kids[0], kids[1], node->mode());
    case Kind::at: return make::at(kids[0], node->bound, std::move(args));
  }
  return node;
}

void visit(Expr e, const std::function<void(Expr)>& see) {
  if (!e) return;
  struct Frame {
    Expr node;
    bool entered;
  };
  std::vector<Frame> stack{{e, false}};
  std::unordered_set<Expr> known;
  while (!stack.empty()) {
    const Frame frame = stack.back();
    stack.pop_back();
    if (frame.entered) {
      see(frame.node);
      continue;
    }
    if (!known.insert(frame.node).second) continue;
    stack.push_back({frame.node, true});
    // Pushed in reverse, so that the first child is seen first.
    const std::size_t from = stack.size();
    for_each_child(frame.node, [&](Expr child) {
      if (!known.count(child)) stack.push_back({child, false});
    });
    std::reverse(stack.begin() + static_cast<std::ptrdiff_t>(from), stack.end());
  }
}

}  // namespace gradus
