// Proofs by induction over a time or layer index: closed forms of what is defined by recurrence.
#include <algorithm>

#include "calculus/differentiate.h"
#include "rewrite/prove.h"

namespace gradus {
namespace {

constexpr int kMaxOpenings = 6;

/// h_t, or ∂h_t/∂w: the reference that recurs, or null.
Expr recurring(Expr quantity) {
  const Expr ref = quantity->kind == Kind::deriv ? quantity->kids[0] : quantity;
  if (ref->kind != Kind::ref || !ref->symbol->defined() || ref->symbol->family == 0 || !ref->slots.empty())
    return nullptr;
  const bool recurs = std::any_of(ref->symbol->clauses.begin(), ref->symbol->clauses.end(), [&](const Clause& clause) {
    return clause.body && depends_on(clause.body, ref->symbol);
  });
  return recurs ? ref : nullptr;
}

Expr replaced(Expr e, Expr what, Expr by) {
  std::unordered_map<Expr, Expr> memo;
  const std::function<Expr(Expr)> map = [&](Expr node) -> Expr {
    if (node == what) return by;
    const auto known = memo.find(node);
    if (known != memo.end()) return known->second;
    const Expr result = rebuild(node, map);
    memo[node] = result;
    return result;
  };
  return map(e);
}

/// The quantity by its recurrence, opened until only the quantity at t − 1 is left of its kind.
Expr opened(Expr quantity, Expr before) {
  Expr result = quantity;
  for (int round = 0; round < kMaxOpenings; ++round) {
    Expr target = nullptr, body = nullptr;
    visit(result, [&](Expr node) {
      if (target || node == before || node->kind != quantity->kind) return;
      const Expr ref = node->kind == Kind::deriv ? node->kids[0] : node;
      if (ref->kind != Kind::ref || !ref->symbol->defined()) return;
      if (node->kind == Kind::ref && ref->symbol != quantity->symbol) return;
      if (node->kind == Kind::deriv && (node->kids[1] != quantity->kids[1] || node->mode() != DerivMode::total)) return;
      const auto definition = unfold(ref);
      if (!definition) return;
      target = node;
      body = node->kind == Kind::deriv ? make::deriv(*definition, node->kids[1]) : *definition;
    });
    if (!target) break;
    const Expr next = carry_out(replaced(result, target, body));
    if (next == result) return nullptr;
    result = next;
  }
  return result == quantity ? nullptr : result;
}

std::optional<Induction> induction_on(Expr quantity, Expr value) {
  const Expr ref = recurring(quantity);
  if (!ref) return std::nullopt;
  const Expr term = ref->kids[0];
  if (term->kind != Kind::index || !term->var->lo || !term->var->lo->is_number()) return std::nullopt;
  const IndexVar* t = term->var;
  // Only the recurring reference speaks of t on the left.
  if (quantity->kind == Kind::deriv && has_variable(quantity->kids[1], t)) return std::nullopt;
  const IndexMap earlier{{t, make::sub(term, make::number(1))}}, start{{t, make::sub(t->lo, make::number(1))}};
  const Expr before = substitute(quantity, earlier);
  const Expr step = opened(quantity, before);
  if (!step) return std::nullopt;
  Induction induction;
  induction.index = t;
  induction.quantity = quantity;
  induction.base_left = carry_out(substitute(quantity, start));
  induction.base_right = carry_out(substitute(value, start));
  induction.step_left = replaced(step, before, substitute(value, earlier));
  induction.step_right = value;
  return induction;
}

}  // namespace

std::optional<Induction> induction_for(Expr a, Expr b) {
  if (auto induction = induction_on(a, b)) return induction;
  return induction_on(b, a);
}

}  // namespace gradus
