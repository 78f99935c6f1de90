// Derivatives as written: fractions, ∇, ∂_w, D, differentials, values at a point.
#include <algorithm>
#include <set>

#include "sheet/describe.h"
#include "sheet/elaborator.h"

namespace gradus {

namespace {

/// The symbol whose component the value is, if it is nothing more.
const Symbol* variable_of(const Val& v) {
  if (!v.body || v.body->kind != Kind::ref || !v.body->args.empty() || !v.body->slots.empty()) return nullptr;
  if (v.body->symbol->role == Role::size || v.body->symbol->role == Role::constant) return nullptr;
  return v.body->symbol;
}

/// The variable v of an expression that is one-to-one for v > 0: σ², ln σ, 2 ln σ. Null for any other.
Expr variable_inside(Expr e) {
  switch (e->kind) {
    case Kind::ref: return e->args.empty() && e->slots.empty() && e->symbol->role == Role::variable ? e : nullptr;
    case Kind::pow: return e->kids[1]->is_number() ? variable_inside(e->kids[0]) : nullptr;
    case Kind::func: {
      const auto f = static_cast<Elementary>(e->op);
      return f == Elementary::log || f == Elementary::exp ? variable_inside(e->kids[0]) : nullptr;
    }
    case Kind::mul: return e->kids.size() == 2 && e->kids[0]->is_number() ? variable_inside(e->kids[1]) : nullptr;
    default: return nullptr;
  }
}

}  // namespace

DerivMode Elaborator::mode_for(const Syn& numerator, const Val& of, Context&) const {
  if (!local_derivatives || !of.body || of.body->kind != Kind::ref) return DerivMode::total;
  const Syn& base = base_of(numerator);
  return base.kind == SynKind::name && !total_of.contains(name_key(base)) ? DerivMode::local : DerivMode::total;
}

Val Elaborator::by_variable(const Val& of, const Val& by, DerivMode mode, Context& c, Span span) {
  if (of.function) misfit(of.span, "a function stands without its argument");
  if (by.scalar() && !by.numeral && !variable_of(by)) {
    // ∂/∂σ²: σ² is the variable, and σ its root.
    if (Expr inside = variable_inside(by.body)) {
      c.readings.push_back("the derivative by a function of " + inside->symbol->name + " is that by " +
                           inside->symbol->name + " over the function's own, " + inside->symbol->name + " > 0");
      Val out = by_variable(of, algebra_.scalar(inside, by.span), mode, c, span);
      out.body = make::div(out.body, make::deriv(by.body, inside));
      return out;
    }
  }
  if (!variable_of(by))
    not_read("derivative-by", by.span, "a derivative is taken by a variable or a named quantity, this is an expression",
             "give it a name first");
  Val out;
  out.body = make::deriv(of.body, by.body, mode);
  out.span = span;
  for (const IndexVar* axis : by.axes)
    if (!axis->lo || !axis->hi)
      not_read("derivative-by", by.span, "it is not said which member of " + by.body->symbol->name + " is meant");
  if (of.scalar()) {
    out.axes = by.axes;
    out.row = by.row != (c.layout == Layout::numerator);
    if (by.rank() == 2 && c.layout == Layout::numerator) std::swap(out.axes[0], out.axes[1]);
    if (by.rank() != 1) out.row = false;
  } else if (by.scalar()) {
    out.axes = of.axes;
    out.row = of.row;
  } else {
    bool transposed = c.layout == Layout::denominator && !by.row;
    const IndexVars& first = transposed ? by.axes : of.axes;
    const IndexVars& second = transposed ? of.axes : by.axes;
    out.axes = first;
    out.axes.insert(out.axes.end(), second.begin(), second.end());
  }
  out.firm = of.firm && by.firm;
  return out;
}

int Elaborator::slot_named(const FunctionVal& f, const std::vector<Val>& args, const Syn& by, Context& c) {
  const Syn& base = base_of(by);
  if (by.kind == SynKind::number) {
    int k = by.text.size() < 3 ? std::stoi(by.text) : 0;
    return k >= 1 && k <= static_cast<int>(args.size()) ? k - 1 : -1;
  }
  if (base.kind != SynKind::name) return -1;
  const Symbol* wanted = nullptr;
  const Symbol* moving = nullptr;
  Expr exact = nullptr;
  std::string key = name_key(base);
  if (auto it = c.formals.find(key); it != c.formals.end())
    wanted = it->second;
  else if (Entry* entry = c.scope->find(by.kind == SynKind::scripts && c.scope->find(literal_key(by, true, false))
                                            ? literal_key(by, true, false)
                                            : key))
    wanted = entry->symbol, moving = entry->callable;
  if (by.kind == SynKind::scripts && wanted) {
    Val v = value(by, c);
    if (v.scalar()) exact = v.body;
  }
  int found = -1, count = 0;
  for (std::size_t k = 0; k < args.size(); ++k) {
    bool is = wanted && args[k].body && args[k].body->kind == Kind::ref && args[k].body->symbol == wanted;
    if (moving && args[k].body && args[k].body->kind == Kind::ref && args[k].body->symbol == moving)
      is = true;  // ∂_x f(x(t), y(t))
    if (is && exact && args[k].scalar() && args[k].body != exact) is = false;
    if (is) found = static_cast<int>(k), ++count;
  }
  if (count == 0)
    for (std::size_t k = 0; k < std::min(args.size(), f.chain.back()->formals.size()); ++k)
      if (f.chain.back()->formals[k]->name == key || f.chain.back()->formals[k]->name == shown_name(base))
        found = static_cast<int>(k), ++count;
  if (count == 0) {
    // f : ℝ × ℝ → ℝ without names for its arguments: x, y, z or u, v in their order.
    static const std::vector<std::vector<std::string>> kOrders = {{"x", "y", "z"}, {"u", "v", "w"}, {"s", "t"}};
    const auto& formals = f.chain.back()->formals;
    bool unnamed = std::all_of(formals.begin(), formals.end(),
                               [](const Symbol* formal) { return formal->name.rfind("·", 0) == 0; });
    if (unnamed)
      for (const auto& order : kOrders) {
        auto it = std::find(order.begin(), order.end(), key);
        if (it != order.end() && it - order.begin() < static_cast<std::ptrdiff_t>(args.size())) {
          found = static_cast<int>(it - order.begin());
          c.readings.push_back(key + " is argument " + std::to_string(found + 1) + " of " + f.chain.back()->name);
          return found;
        }
      }
  }
  return count == 1 ? found : -1;
}

Val Elaborator::applied(const Operand& of, Context& c) {
  if (of.value) return *of.value;
  return apply(*of.function, of.args, of.span, c);
}

Val Elaborator::finish(Val v, const Operand& of, Context& c) {
  if (of.sub) v = with_subscript(std::move(v), *of.sub, c);
  if (of.sup) v = with_superscript(std::move(v), *of.sup, c);
  v.span = of.span;
  return v;
}

bool Elaborator::all_scalar(const std::vector<Val>& args) {
  return std::all_of(args.begin(), args.end(), [](const Val& arg) { return arg.scalar(); });
}

/// f(x, y) of numbers: the derivatives in all arguments, one axis more for each order, behind those of the value.
Val Elaborator::by_all_arguments(const FunctionVal& f, const std::vector<Val>& args, int order, Span span, Context& c) {
  const long count = static_cast<long>(args.size());
  IndexVars axes;
  for (int n = 0; n < order; ++n) axes.push_back(make::fresh(n == 0 ? "i" : "j", make::number(1), make::number(count)));
  Val out = apply(f, args, span, c);
  std::function<Expr(std::vector<int>)> entries = [&](std::vector<int> slots) {
    if (slots.size() == axes.size()) return algebra_.on_axes(apply(f, args, span, c, slots), out.axes);
    const Expr at = make::index(axes[slots.size()]);
    slots.push_back(static_cast<int>(count) - 1);
    Expr body = entries(slots);
    for (long k = count - 1; k-- > 0;) {
      slots.back() = static_cast<int>(k);
      body = make::select(Relation::eq, at, make::number(k + 1), entries(slots), body);
    }
    return body;
  };
  out.body = entries({});
  out.axes.insert(out.axes.end(), axes.begin(), axes.end());
  out.row = false;
  out.numeral = false;
  out.leibniz = nullptr;
  return out;
}

Val Elaborator::nabla(const Operand& of, const SynPtr& by, int order, Span span, Context& c) {
  Val out;
  if (of.function && (!by || by->kind == SynKind::number)) {
    std::size_t count = of.args.size();
    int slot = by ? slot_named(*of.function, of.args, *by, c) : 0;
    if (by && slot < 0) not_read("slot", by->span, "there is no such argument");
    if (!by && count > 1 && all_scalar(of.args)) {
      out = by_all_arguments(*of.function, of.args, order, of.span, c);
      if (order == 1 && out.rank() == 2) {
        std::swap(out.axes[0], out.axes[1]);
        c.readings.push_back("∇ of a vector function is its transposed Jacobian");
      }
      if (out.rank() == 1) out.row = c.layout == Layout::numerator;
      return finish(out, of, c);
    }
    if (!by && count > 1) {
      if (!c.liberty.slot)
        misfit(
            of.span,
            "∇" + of.function->chain.back()->name + " has the entries of all " + std::to_string(count) + " arguments",
            "write ∇₁" + of.function->chain.back()->name + " for the gradient in the first argument");
      slot = -1;
      // The derivative that follows names the argument: ∇g(f_1(x), f_2(x))^T Df_1(x).
      if (of.next && of.next_next && of.next->kind == SynKind::name && (of.next->text == "D" || of.next->text == "J")) {
        for (std::size_t k = 0; k < of.arg_syntax.size(); ++k) {
          const Syn& arg = *of.arg_syntax[k];
          const Syn& head = arg.kind == SynKind::product ? *arg.kids[0] : arg;
          if (head.kind == SynKind::scripts && of.next_next->kind == SynKind::scripts &&
              dump(head) == dump(*of.next_next))
            slot = slot == -1 ? static_cast<int>(k) : -2;
        }
      }
      if (slot < 0) {
        slot = std::min<int>(c.liberty.slot, static_cast<int>(count)) - 1;
        c.slots_open = std::max<int>(c.slots_open, static_cast<int>(count));
      }
      c.readings.push_back("∇" + of.function->chain.back()->name + " is the gradient in argument " +
                           std::to_string(slot + 1) + " (as written it has the entries of all arguments)");
    }
    out = in_slot(*of.function, of.args, slot, order, of.span, c);
    std::size_t value_rank =
        out.rank() - static_cast<std::size_t>(order) * of.args[static_cast<std::size_t>(slot)].rank();
    if (value_rank == 1 && out.rank() == 2) {
      std::swap(out.axes[0], out.axes[1]);
      c.readings.push_back("∇ of a vector function is its transposed Jacobian");
    }
    if (out.rank() == 1) out.row = c.layout == Layout::numerator;
    return finish(out, of, c);
  }
  Val v = applied(of, c);
  if (v.function) misfit(of.span, "a function stands without its argument");
  if (!by) {
    std::vector<const Symbol*> candidates;
    for (const Symbol* s : symbols_in(v.body))
      if ((s->role == Role::variable) && !s->defined() && s->rank() > 0) candidates.push_back(s);
    if (v.body->kind == Kind::ref && v.body->symbol->defined()) {
      candidates.clear();
      for (const Symbol* s : symbols)
        if (s->role == Role::variable && !s->defined() && s->rank() > 0 && usage(s->name).differentiated_by &&
            depends_on(v.body, s))
          candidates.push_back(s);
    }
    if (of.variable) candidates = {of.variable};
    if (candidates.size() > 1) {
      // Of several, the one that the sheet's functions are functions of, or the only vector beside matrices.
      const auto prefer = [&](auto preferred) {
        if (std::count_if(candidates.begin(), candidates.end(), preferred) != 1) return;
        candidates = {*std::find_if(candidates.begin(), candidates.end(), preferred)};
        c.readings.push_back("∇ is the gradient by " + candidates[0]->name);
      };
      prefer([&](const Symbol* s) {
        return std::any_of(symbols.begin(), symbols.end(), [&](const Symbol* f) {
          return std::any_of(f->formals.begin(), f->formals.end(),
                             [&](const Symbol* formal) { return formal->name == s->name; });
        });
      });
      if (candidates.size() > 1) prefer([](const Symbol* s) { return s->rank() == 1; });
    }
    if (candidates.size() != 1)
      not_read("nabla", span, "it is not said what ∇ differentiates by", "write the variable below it: \\nabla_x");
    if (order == 1) return finish(by_variable(v, load(candidates[0], {}, span), DerivMode::total, c, of.span), of, c);
    out = v;
    for (int i = 0; i < order; ++i) {
      Val variable = load(candidates[0], {}, span);
      out.body = make::deriv(out.body, variable.body);
      out.axes.insert(out.axes.end(), variable.axes.begin(), variable.axes.end());
    }
    out.row = false;
    return finish(out, of, c);
  }
  if (of.function && of.args.size() > 1) {
    int slot = slot_named(*of.function, of.args, *by, c);
    bool others_depend = false;
    if (slot >= 0 && of.args[static_cast<std::size_t>(slot)].body->kind == Kind::ref)
      for (std::size_t k = 0; k < of.args.size(); ++k)
        others_depend |= static_cast<int>(k) != slot &&
                         depends_on(of.args[k].body, of.args[static_cast<std::size_t>(slot)].body->symbol);
    if (slot >= 0 && (others_depend || c.scope->find(name_key(base_of(*by))) == nullptr)) {
      out = in_slot(*of.function, of.args, slot, order, of.span, c);
      if (out.rank() == 1) out.row = c.layout == Layout::numerator;
      return finish(out, of, c);
    }
  }
  auto letters =
      by->kind == SynKind::product && order == 2 ? by->kids : std::vector<SynPtr>(static_cast<std::size_t>(order), by);
  out = v;
  for (const SynPtr& letter : letters) {
    Val variable = member_for(value(*letter, c), v, c);
    if (order == 2) {
      if (!variable_of(variable)) not_read("derivative-by", letter->span, "this is no variable");
      Val next;
      next.body = make::deriv(out.body, variable.body);
      next.axes = out.axes;
      next.axes.insert(next.axes.end(), variable.axes.begin(), variable.axes.end());
      next.span = of.span;
      out = next;
    } else {
      out = by_variable(out, variable, DerivMode::total, c, of.span);
      if (v.rank() == 1 && variable.rank() == 1 && c.layout != Layout::denominator) {
        std::swap(out.axes[0], out.axes[1]);
        c.readings.push_back("∇ of a vector is its transposed Jacobian");
      }
    }
  }
  return finish(out, of, c);
}

Val Elaborator::member_for(const Val& by, const Val& of, Context& c) {
  // ∇_a C, where C is a function of one member a^L of the family a.
  const Symbol* family = variable_of(by);
  if (!family || family->family == 0 || by.rank() != family->indices.size() || !of.body || of.body->kind != Kind::ref)
    return by;
  std::set<Expr> members;
  for (const Clause& clause : of.body->symbol->clauses)
    visit(clause.body, [&](Expr e) {
      if (e->kind == Kind::ref && e->symbol == family) {
        std::vector<Expr> at(e->kids.begin(), e->kids.begin() + static_cast<std::ptrdiff_t>(family->family));
        for (Expr term : at)
          if (!term->free.empty()) return;
        members.insert(load(family, at, by.span).body->kids[0]);
      }
    });
  if (members.size() != 1 || family->family != 1) return by;
  c.readings.push_back(family->name + " is " + family->name + " at " + index_text(*members.begin()) + ", what " +
                       of.body->symbol->name + " is a function of");
  Val out = load(family, {*members.begin()}, by.span);
  return out;
}

Val Elaborator::partial(const Operand& of, const std::vector<SynPtr>& by, Span span, Context& c) {
  if (of.function && of.args.size() > 1) {
    std::vector<int> slots;
    for (const SynPtr& letter : by) slots.push_back(slot_named(*of.function, of.args, *letter, c));
    if (std::all_of(slots.begin(), slots.end(), [](int slot) { return slot >= 0; }))
      return finish(apply(*of.function, of.args, of.span, c, slots), of, c);
  }
  if (of.function && of.args.size() == 1 && of.args[0].rank() == 1) {
    // ∂_1 f(x), ∂_i f(x): by components of the one argument.
    bool components = std::all_of(by.begin(), by.end(), [&](const SynPtr& letter) {
      return letter->kind == SynKind::number || (letter->kind == SynKind::name && !c.scope->find(name_key(*letter)) &&
                                                 !c.formals.contains(name_key(*letter)) && scan_.index_like(*letter));
    });
    if (components) {
      Val out = apply(*of.function, of.args, of.span, c, std::vector<int>(by.size(), 0));
      const std::size_t first = out.rank() - by.size();
      for (const SynPtr& letter : by) {
        Range axis{out.axes[first]->lo, out.axes[first]->hi};
        Expr at = letter->kind == SynKind::number ? index_value(*letter, c)
                                                  : make::index(letter_index(name_key(*letter), c, &axis));
        out = algebra_.component(out, first, at);
      }
      return finish(out, of, c);
    }
  }
  Val v = applied(of, c);
  for (std::size_t k = by.size(); k-- > 0;) {
    auto letters = by[k]->kind == SynKind::product ? by[k]->kids : std::vector<SynPtr>{by[k]};
    for (const SynPtr& letter : letters) v = by_variable(v, value(*letter, c), DerivMode::total, c, span);
  }
  return finish(v, of, c);
}

Val Elaborator::jacobian(const Operand& of, const SynPtr& by, int order, Span span, Context& c) {
  Val out;
  if (of.function) {
    int slot = by ? slot_named(*of.function, of.args, *by, c) : 0;
    if (slot < 0) not_read("slot", by->span, "there is no such argument");
    const bool all = !by && of.args.size() > 1 && all_scalar(of.args);
    if (!by && of.args.size() > 1 && !all)
      misfit(of.span,
             "D" + of.function->chain.back()->name + " of " + std::to_string(of.args.size()) +
                 " arguments: it is not said which",
             "write D_1 for the derivative in the first argument");
    out = all ? by_all_arguments(*of.function, of.args, order, of.span, c)
              : in_slot(*of.function, of.args, slot, order, of.span, c);
    if (out.rank() == 1) out.row = order == 1 && (all || of.args[static_cast<std::size_t>(slot)].rank() == 1);
  } else {
    Val v = *of.value;
    std::vector<const Symbol*> candidates;
    if (by) {
      Val variable = value(*by, c);
      if (!variable_of(variable)) not_read("derivative-by", by->span, "this is no variable");
      candidates = {variable_of(variable)};
    } else {
      for (const Symbol* s : symbols_in(v.body))
        if (s->role == Role::variable && !s->defined() && s->rank() > 0) candidates.push_back(s);
      if (of.variable) candidates = {of.variable};
    }
    if (candidates.size() != 1)
      not_read("jacobian", span, "it is not said what D differentiates by", "write the variable below it: D_x");
    out = v;
    for (int i = 0; i < order; ++i) {
      Val variable = load(candidates[0], {}, span);
      IndexVars axes = out.axes;
      axes.insert(axes.end(), variable.axes.begin(), variable.axes.end());
      out.body = make::deriv(out.body, variable.body);
      out.axes = axes;
    }
    out.row = out.rank() == 1 && v.scalar();
  }
  if (c.layout == Layout::denominator && out.rank() == 2 && order == 1) std::swap(out.axes[0], out.axes[1]);
  return finish(out, of, c);
}

Val Elaborator::derivative_fraction(const Syn& d, Context& c, const Val* operand) {
  Val of;
  const Syn* numerator = d.kids[0].get();
  std::optional<Val> slotted;
  std::vector<SynPtr> by;
  for (std::size_t i = 1; i < d.kids.size(); ++i)
    for (int n = 0; n < (i - 1 < d.orders.size() ? d.orders[i - 1] : 1); ++n) by.push_back(d.kids[i]);
  if (by.empty() || by.size() > 6) not_read("derivative", d.span, "this derivative is not read");
  if (operand) {
    of = *operand;
  } else {
    // f(x_t, h_{t-1}, w) with ∂ by one argument that another depends on: partial, in that slot.
    const Syn* head =
        numerator->kind == SynKind::product && numerator->kids.size() == 2 ? numerator->kids[0].get() : nullptr;
    const Syn* group = head ? numerator->kids[1].get() : nullptr;
    if (d.text == "∂" && by.size() == 1 && head && group->kind == SynKind::group && group->open == "(" &&
        group->kids.size() > 1 && is_function(*head, c) && !is_named_function(base_of(*head).text)) {
      Val f = function_value(*head, c);
      std::vector<Val> args = arguments(*group, c);
      int slot = slot_named(*f.function, args, *by[0], c);
      if (slot >= 0 && args[static_cast<std::size_t>(slot)].body->kind == Kind::ref) {
        bool others = false;
        for (std::size_t k = 0; k < args.size(); ++k)
          others |= static_cast<int>(k) != slot &&
                    depends_on(args[k].body, args[static_cast<std::size_t>(slot)].body->symbol);
        if (others) slotted = in_slot(*f.function, args, slot, 1, d.span, c);
      }
    }
    if (!slotted) of = numerator_value(*numerator, *by[0], c);
  }
  Val out;
  if (slotted) {
    out = *slotted;
  } else {
    DerivMode mode = d.text == "∂" && numerator ? mode_for(*numerator, of, c) : DerivMode::total;
    out = of;
    for (std::size_t k = by.size(); k-- > 0;) {
      Val variable = value(*by[k], c);
      variable.span = by[k]->span;
      if (by.size() == 2 && !variable.scalar() && of.scalar()) {
        // A Hessian by arrays: the first variable's axes come first.
        if (!variable_of(variable)) not_read("derivative-by", by[k]->span, "this is no variable");
        out.body = make::deriv(out.body, variable.body, mode);
        out.axes.insert(out.axes.begin(), variable.axes.begin(), variable.axes.end());
        out.row = false;
      } else {
        out = by_variable(out, variable, k + 1 == by.size() ? mode : DerivMode::total, c, d.span);
      }
    }
  }
  out.span = d.span;
  out.numeral = false;
  out.leibniz = nullptr;
  if (by.size() == 1 && numerator) {
    Val variable = value(*by[0], c);
    out.leibniz = std::make_shared<Leibniz>(
        Leibniz{dump(*numerator), dump(*by[0]), out.rank() - variable.rank(), variable.rank()});
  }
  return out;
}

Val Elaborator::numerator_value(const Syn& numerator, const Syn& by, Context& c) {
  const Syn& base = base_of(numerator);
  if (base.kind == SynKind::name && is_function(numerator, c) &&
      !(is_named_function(base.text) && !c.scope->find(name_key(base)))) {
    Val f = function_value(numerator, c);
    // A bare function: at the names that it is a function of, or at what it is differentiated by.
    try {
      return apply(*f.function, default_arguments(f.function->chain.back(), c, numerator.span), numerator.span, c);
    } catch (const Fit&) {
      if (f.function->chain.back()->formals.size() != 1) throw;
      Syn whole = base_of(by);
      Val x = value(whole, c);
      hint_argument(x, *f.function->chain.back()->formals[0]);
      return apply(*f.function, {x}, numerator.span, c);
    }
  }
  Val v = value(numerator, c);
  if (v.function)
    v = apply(*v.function, default_arguments(v.function->chain.back(), c, numerator.span), numerator.span, c);
  v.span = numerator.span;
  return v;
}

Val Elaborator::restrict_to(const Val& of, const Syn& where, Context& c) {
  std::vector<const Symbol*> bound;
  std::vector<Lambda> values;
  for (const SynPtr& kid : where.kids) {
    const Syn* chain = kid.get();
    if (chain->kind != SynKind::chain || chain->rels.size() != 1 || chain->rels[0] != "=")
      not_read("evaluation", where.span, "the place of evaluation is not read", "write it as x=a");
    Val x = value(*chain->kids[0], c), a = value(*chain->kids[1], c);
    const Symbol* symbol = variable_of(x);
    if (!symbol || x.rank() != symbol->indices.size())
      not_read("evaluation", chain->span, "only a whole variable can be put to a value");
    IndexVars params = x.axes;
    Expr body = a.body;
    if (!a.numeral) {
      if (!algebra_.same_shape(x, a)) misfit(chain->span, shape_text(x) + " cannot be " + shape_text(a));
      body = algebra_.on_axes(a, params);
    }
    bound.push_back(symbol);
    values.push_back(Lambda{params, body});
  }
  Val out = of;
  out.body = make::at(of.body, bound, values);
  out.span = cover(of.span, where.span);
  return out;
}

Val Elaborator::differential(const Val& of, Span span, Context& c) {
  if (of.function) misfit(span, "a function stands without its argument");
  if (differential_is_gradient) {
    const Symbol* v = variable_of(of);
    if (!v || !adjoint_syntax) not_read("differential", span, "d of this is not read");
    return by_variable(value(*adjoint_syntax, c), of, DerivMode::total, c, span);
  }
  for (const std::string& name : scan_.given_differentials)
    if (Entry* entry = c.scope->find(name); entry && entry->symbol && !entry->symbol->defined())
      not_read("differential", span, "d" + entry->symbol->name + " is free, but an equation of this sheet gives it",
               "say what dX stands for: \"dX denotes \\partial L/\\partial X\"");
  auto differential_of = [&](const Symbol* x) {
    std::string key = "d:" + std::to_string(x->id);
    Entry* entry = c.scope->find(key);
    if (!entry) {
      Symbol* dx = Pool::current().new_symbol("d" + x->name);
      dx->latex = "\\mathrm{d}" + x->latex;
      dx->indices = x->indices;
      dx->places = x->places;
      dx->family = x->family;
      dx->row = x->row;
      symbols.push_back(dx);
      Scope* root = c.scope;
      while (root->parent) root = root->parent;
      entry = &root->entries[key];
      entry->key = key;
      entry->symbol = dx;
    }
    return entry->symbol;
  };
  if (const Symbol* x = variable_of(of); x && !x->defined() && x->role == Role::variable) {
    Val out = of;
    out.body = make::ref(differential_of(x), of.body->kids);
    out.span = span;
    return out;
  }
  Val out = of;
  std::vector<Expr> terms;
  for (const std::string& name : scan_.differentials) {
    Entry* entry = c.scope->find(name);
    if (!entry || !entry->symbol || entry->symbol->defined() || !depends_on(of.body, entry->symbol)) continue;
    Val x = load(entry->symbol, {}, span);
    Expr term = make::mul({make::deriv(of.body, x.body), make::ref(differential_of(entry->symbol), x.body->kids)});
    for (auto it = x.axes.rbegin(); it != x.axes.rend(); ++it) term = make::sum(*it, term);
    terms.push_back(term);
  }
  if (terms.empty())
    not_read("differential", span, "it is not said by what this differential is taken",
             "write dX for the variable's differential");
  out.body = make::add(terms);
  out.span = span;
  out.leibniz = nullptr;
  return out;
}

}  // namespace gradus
