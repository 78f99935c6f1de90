// How derivatives are written: ∂L/∂z_j, f′(x), ∂₁g(u, v), entries of Df(x) and ∇g(x), and values at a point.
#include <algorithm>
#include <set>

#include "notation/letters.h"
#include "notation/present.h"

namespace gradus {

FormPtr Presenter::derivative(Expr body, const Forms& by) {
  if (body->kind == Kind::ref && body->slots.empty()) return form::derivative(scalar(body), nullptr, by);
  return form::derivative(nullptr, scalar(body), by);
}

FormPtr Presenter::deriv(Expr e) {
  Forms by;
  Expr body = e;
  for (; body->kind == Kind::deriv; body = body->kids[0]) by.insert(by.begin(), scalar(body->kids[1]));
  return derivative(body, by);
}

FormPtr Presenter::at_values(Expr e) {
  FormPtr body = scalar(e->kids[0]);
  Forms equations;
  for (std::size_t i = 0; i < e->bound.size(); ++i) {
    const Symbol* symbol = e->bound[i];
    equations.push_back(form::relation("=", "=", form::name(symbol->latex, symbol->name), argument(e->args[i])));
  }
  return form::restricted(std::move(body), std::move(equations));
}

/// A partial derivative of an abstract function by argument slots, in the shortest notation that says it.
FormPtr Presenter::slot_derivative(Expr e) {
  const Symbol* f = e->symbol;
  const auto order = static_cast<int>(e->slots.size());
  const bool scalars = std::all_of(e->slots.begin(), e->slots.end(), [](const Slot& s) { return s.at.empty(); });
  if (scalars && e->args.size() == 1) return form::call(symbol(e, e->kids.size(), order), arguments(e));
  if (scalars) {
    Forms factors;
    for (std::size_t i = 0; i < e->slots.size();) {
      std::size_t end = i;
      while (end < e->slots.size() && e->slots[end].arg == e->slots[i].arg) ++end;
      FormPtr slot = form::number(std::to_string(e->slots[i].arg + 1));
      FormPtr times = end - i > 1 ? form::number(std::to_string(end - i)) : nullptr;
      factors.push_back(form::scripts(form::name("\\partial", "∂"), std::move(slot), std::move(times)));
      i = end;
    }
    factors.push_back(symbol(e, e->kids.size()));
    return form::call(form::prefixed(std::move(factors)), arguments(e));
  }

  // ∂f_i(x)/∂x_j where the argument is x itself and x reaches f in no other way.
  const auto plain = [&](const Slot& slot) {
    const Lambda& lambda = e->args[slot.arg];
    const Expr body = lambda.body;
    if (body->kind != Kind::ref || !body->args.empty() || !ends_in(body, lambda.params)) return false;
    for (std::size_t i = 0; i < e->args.size(); ++i) {
      if (i != slot.arg && depends_on(e->args[i].body, body->symbol)) return false;
    }
    return true;
  };
  const auto component = [](const Lambda& lambda, const Slot& slot) { return apply_lambda(lambda, slot.at); };
  FormPtr head = symbol(e, e->kids.size());
  if (std::all_of(e->slots.begin(), e->slots.end(), plain)) {
    Forms by;
    for (const Slot& slot : e->slots) by.push_back(scalar(component(e->args[slot.arg], slot)));
    return form::derivative(form::call(head, arguments(e)), nullptr, by);
  }

  // Entries of Df(u), ∇g(u), ∇²g(u).
  const bool one_argument = e->args.size() == 1;
  const bool vectors =
      std::all_of(e->slots.begin(), e->slots.end(), [](const Slot& slot) { return slot.at.size() == 1; });
  const bool same_slot =
      std::all_of(e->slots.begin(), e->slots.end(), [&](const Slot& slot) { return slot.arg == e->slots[0].arg; });
  const bool vector_valued = f->rank() == 1;
  if (vectors && same_slot && (order == 1 || (order == 2 && !vector_valued)) && f->rank() <= 1) {
    FormPtr slot = one_argument ? nullptr : form::number(std::to_string(e->slots[0].arg + 1));
    std::vector<Expr> at;
    FormPtr operation;
    if (vector_valued) {
      operation = form::scripts(form::name("D"), std::move(slot), nullptr);
      at.push_back(e->kids.back());
    } else {
      operation = form::scripts(form::name("\\nabla", "∇"), std::move(slot), order == 2 ? form::number("2") : nullptr);
    }
    for (const Slot& s : e->slots) at.push_back(s.at[0]);
    FormPtr name = symbol(e, e->kids.size() - (vector_valued ? 1 : 0));
    Forms head_parts{std::move(operation), std::move(name)};
    const bool tight = vector_valued && one_argument;
    return entry(form::call(tight ? form::list(head_parts, "") : form::prefixed(head_parts), arguments(e)), at);
  }

  // In general: names for the arguments, and the values that they take.
  std::vector<std::string> names;
  Forms values = arguments(e), symbols, equations, by;
  for (std::size_t i = 0; i < e->args.size(); ++i) {
    const std::string name = unused({"u", "v", "w", "a", "b", "c"});
    taken_.insert(name);
    names.push_back(name);
    symbols.push_back(form::name(name));
    equations.push_back(form::relation("=", "=", symbols.back(), values[i]));
  }
  for (const Slot& slot : e->slots) {
    by.push_back(form::scripts(symbols[slot.arg], index_list(slot.at, false), nullptr));
  }
  for (const std::string& name : names) taken_.erase(name);
  return form::restricted(form::derivative(form::call(head, symbols), nullptr, by), std::move(equations));
}

}  // namespace gradus
