// Single factors of a term as vectors and matrices.
#include <algorithm>

#include "notation/fold.h"

namespace gradus {
namespace {

bool holds(const IndexVars& vars, const IndexVar* var) { return std::count(vars.begin(), vars.end(), var) != 0; }

const IndexVar* plain(Expr e) { return e->kind == Kind::index ? e->var : nullptr; }

bool equal_terms(Expr a, Expr b) { return a == b || compare(Relation::eq, a, b) == std::optional(true); }

/// Whether the variable runs over the whole of that index of the ref's symbol.
bool runs_over(Expr ref, std::size_t at, const IndexVar* var) {
  const Symbol* symbol = ref->symbol;
  if (at >= symbol->indices.size()) return false;
  IndexMap earlier;
  for (std::size_t i = 0; i < at && i < symbol->vars.size(); ++i) {
    if (symbol->vars[i]) earlier[symbol->vars[i]] = ref->kids[i];
  }
  const auto bound = [&](Expr e) { return earlier.empty() ? e : substitute(e, earlier); };
  const Range& range = symbol->indices[at];
  return range.lo && range.hi && equal_terms(bound(range.lo), var->lo) && equal_terms(bound(range.hi), var->hi);
}

IndexVars used(Expr e, const IndexVars& among) {
  IndexVars out;
  for (const IndexVar* var : among) {
    if (holds(e->free, var)) out.push_back(var);
  }
  return out;
}

/// The tensor variables at the axes of a ref, or none if one stands elsewhere or an axis of several holds no variable.
std::optional<IndexVars> axes_of(Expr ref, const IndexVars& tensor) {
  IndexVars out;
  const std::size_t family = ref->symbol->family;
  bool others = false;
  for (std::size_t i = 0; i < ref->kids.size(); ++i) {
    const IndexVar* var = plain(ref->kids[i]);
    if (var && holds(tensor, var)) {
      if (i < family) return std::nullopt;
      out.push_back(var);
    } else if (!used(ref->kids[i], tensor).empty()) {
      return std::nullopt;
    } else if (i >= family) {
      others = true;
    }
  }
  if (others && !out.empty()) return std::nullopt;
  return out;
}

MatrixChain on(FormPtr base, const IndexVars& axes, bool symmetric = false) {
  return chain::of(std::move(base), axes[0], axes.size() > 1 ? axes[1] : nullptr, symmetric);
}

}  // namespace

bool only_on_axes(Expr e, const IndexVar* var) {
  if (!holds(e->free, var)) return true;
  const auto kids_fit = [&](const std::vector<Expr>& kids) {
    return std::all_of(kids.begin(), kids.end(), [&](Expr kid) { return plain(kid) == var || !holds(kid->free, var); });
  };
  switch (e->kind) {
    case Kind::index: return false;
    case Kind::ref: {
      for (std::size_t i = 0; i < e->kids.size(); ++i) {
        if (!holds(e->kids[i]->free, var)) continue;
        if (i < e->symbol->family || plain(e->kids[i]) != var || !runs_over(e, i, var)) return false;
      }
      for (const Slot& slot : e->slots) {
        if (!kids_fit(slot.at)) return false;
      }
      return std::all_of(e->args.begin(), e->args.end(),
                         [&](const Lambda& l) { return holds(l.params, var) || only_on_axes(l.body, var); });
    }
    case Kind::select: return false;
    case Kind::delta:
    case Kind::inverse:
      if (!kids_fit(e->kids)) return false;
      return std::none_of(e->args.begin(), e->args.end(),
                          [&](const Lambda& l) { return !holds(l.params, var) && holds(l.body->free, var); });
    case Kind::det:
    case Kind::at: return false;
    default: return std::all_of(e->kids.begin(), e->kids.end(), [&](Expr kid) { return only_on_axes(kid, var); });
  }
}

std::optional<MatrixChain> Folder::atom(Expr e, const IndexVars& tensor) {
  if (!presenter_.may_fold()) return std::nullopt;
  const IndexVars inside = used(e, tensor);
  if (inside.size() > 2) return std::nullopt;
  switch (e->kind) {
    case Kind::ref: return e->slots.empty() ? reference(e, tensor) : slots(e, tensor);
    case Kind::delta: {
      const IndexVar* a = plain(e->kids[0]);
      const IndexVar* b = plain(e->kids[1]);
      if (inside.size() == 2) return a && b ? std::optional(chain::identity(a, b)) : std::nullopt;
      const Expr other = e->kids[holds(tensor, a) ? 1 : 0];
      if (presenter_.taken("e")) return std::nullopt;
      return chain::of(form::scripts(form::name("e"), presenter_.scalar(other), nullptr), inside[0], nullptr);
    }
    case Kind::inverse: {
      const IndexVar* row = plain(e->kids[0]);
      const IndexVar* column = plain(e->kids[1]);
      if (!row || !column || !holds(tensor, row) || !holds(tensor, column)) return std::nullopt;
      const Lambda& matrix = e->args[0];
      const auto base = tensor_argument(matrix);
      if (!base) return std::nullopt;
      const bool symmetric = matrix.body->kind == Kind::ref && matrix.body->symbol->traits.symmetric;
      MatrixChain out = chain::of(*base, row, column, symmetric);
      out.factors[0].inverted = true;
      return out;
    }
    case Kind::func: {
      const auto argument = this->tensor(e->kids[0], inside, false);
      if (!argument) return std::nullopt;
      const auto id = static_cast<Elementary>(e->op);
      if (id == Elementary::abs) {  // |x| of an array would be read as a norm or a determinant
        return on(form::function(form::word("abs"), *argument), inside);
      }
      return on(presenter_.function(id, *argument), inside);
    }
    case Kind::pow: return elementwise_power(e, inside);
    case Kind::deriv: return deriv(e, tensor);
    case Kind::add:
    case Kind::mul:
    case Kind::reduce: {
      if (e->kind == Kind::reduce && e->reduce_op() != ReduceOp::sum) return std::nullopt;
      const auto folded = terms(e, inside);
      return folded ? std::optional(factor(*folded, inside)) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

std::optional<FormPtr> Folder::tensor_argument(const Lambda& lambda) {
  if (ends_in(lambda.body, lambda.params) && lambda.body->slots.empty()) return presenter_.argument(lambda);
  return tensor(lambda.body, lambda.params, false);
}

std::optional<MatrixChain> Folder::reference(Expr e, const IndexVars& tensor) {
  const IndexVars inside = used(e, tensor);
  IndexVars in_arguments;
  for (const Lambda& argument : e->args) {
    const IndexVars more = used(argument.body, tensor);
    in_arguments.insert(in_arguments.end(), more.begin(), more.end());
  }
  if (!in_arguments.empty()) return elementwise_call(e, inside);
  const auto axes = axes_of(e, tensor);
  if (!axes || axes->empty() || axes->size() > 2) return std::nullopt;
  FormPtr name = presenter_.symbol(e, e->kids.size() - axes->size());
  if (!e->args.empty()) name = form::call(std::move(name), presenter_.arguments(e));
  const Traits& traits = e->symbol->traits;
  MatrixChain out = on(std::move(name), *axes, axes->size() == 2 && (traits.symmetric || traits.diagonal));
  if (e->symbol->row && axes->size() == 1) out.factors[0].transposed = true;
  return out;
}

/// σ(Wx + b), σ′(z): a function of one number at every entry of an array.
std::optional<MatrixChain> Folder::elementwise_call(Expr e, const IndexVars& inside) {
  if (e->args.size() != 1 || !e->args[0].params.empty() || e->symbol->rank() != 0) return std::nullopt;
  const bool in_head =
      std::any_of(e->kids.begin(), e->kids.end(), [&](Expr kid) { return !used(kid, inside).empty(); });
  if (in_head) return std::nullopt;
  const auto argument = tensor(e->args[0].body, inside, false);
  if (!argument) return std::nullopt;
  const auto primes = static_cast<int>(e->slots.size());
  return on(form::call(presenter_.symbol(e, e->kids.size(), primes), {*argument}), inside);
}

std::optional<MatrixChain> Folder::elementwise_power(Expr e, const IndexVars& inside) {
  if (!e->kids[1]->is_number()) {
    // a^{x_i}: a number to the power of an array has no usual notation.
    return std::nullopt;
  }
  const auto base = tensor(e->kids[0], inside, false);
  if (!base) return std::nullopt;
  const Rational exponent = e->kids[1]->number;
  const Rational positive = abs(exponent);
  Forms factors;
  const bool name = (*base)->kind == Form::Kind::name;
  if (positive == 1 || (positive == 2 && name)) {
    factors.assign(positive == 1 ? 1 : 2, *base);
  } else if (positive == Rational(1, 2)) {
    factors.push_back(form::root(*base));
  } else {
    Forms sup{form::name("\\odot", "⊙"), presenter_.rational(positive)};
    factors.push_back(form::power(*base, form::prefixed(std::move(sup))));
  }
  MatrixChain out = on(nullptr, inside);
  MatrixFactor& factor = out.factors[0];
  if (exponent < 0) {
    factor.below = std::move(factors);
  } else {
    factor.base = factors.size() == 1 ? factors[0] : form::circled("⊙", std::move(factors));
  }
  return out;
}

/// Df(x), ∇g(x), ∇²g(x) of abstract functions.
std::optional<MatrixChain> Folder::slots(Expr e, const IndexVars& tensor) {
  for (const Lambda& argument : e->args) {
    if (!used(argument.body, tensor).empty()) {
      const bool scalars = std::all_of(e->slots.begin(), e->slots.end(), [](const Slot& s) { return s.at.empty(); });
      return scalars ? elementwise_call(e, used(e, tensor)) : std::nullopt;
    }
  }
  const auto head = axes_of(e, tensor);
  if (!head) return std::nullopt;
  IndexVars axes = *head;
  const Slot& first = e->slots[0];
  for (const Slot& slot : e->slots) {
    if (slot.arg != first.arg || slot.at.size() != first.at.size()) return std::nullopt;
    for (const Expr term : slot.at) {
      const IndexVar* var = plain(term);
      if (!var || !holds(tensor, var)) return std::nullopt;
      axes.push_back(var);
    }
  }
  const std::size_t order = e->slots.size();
  if (axes.empty() || axes.size() > 2 || axes.size() != head->size() + first.at.size() * order) return std::nullopt;
  FormPtr number = e->args.size() == 1 ? nullptr : form::number(std::to_string(first.arg + 1));
  const std::size_t written = e->kids.size() - head->size();
  if (first.at.empty()) {
    if (number) return std::nullopt;
    return on(form::call(presenter_.symbol(e, written, static_cast<int>(order)), presenter_.arguments(e)), axes);
  }
  FormPtr operation;
  bool tight = false;
  if (head->empty()) {
    if (first.at.size() > 1) return std::nullopt;
    operation = form::scripts(form::name("\\nabla", "∇"), std::move(number), order == 2 ? form::number("2") : nullptr);
  } else {
    tight = !number;
    operation = form::scripts(form::name("D"), std::move(number), nullptr);
  }
  Forms parts{std::move(operation), presenter_.symbol(e, written)};
  FormPtr whole = form::call(tight ? form::list(parts, "") : form::prefixed(parts), presenter_.arguments(e));
  return on(std::move(whole), axes, head->empty() && order == 2);
}

/// ∂L/∂z as a vector, ∂y/∂x and ∂²L/∂x² as matrices.
std::optional<MatrixChain> Folder::deriv(Expr e, const IndexVars& tensor) {
  std::vector<Expr> sides;
  Expr body = e;
  for (; body->kind == Kind::deriv; body = body->kids[0]) sides.insert(sides.begin(), body->kids[1]);
  if (body->kind != Kind::ref || !body->slots.empty()) return std::nullopt;
  IndexVars axes;
  Forms by;
  const auto named = [&](Expr side) -> FormPtr {
    for (const Lambda& argument : side->args) {
      if (!used(argument.body, tensor).empty()) return nullptr;
    }
    const auto own = axes_of(side, tensor);
    if (!own || (own->empty() && side->symbol->rank() > 0 && side != body)) return nullptr;
    axes.insert(axes.end(), own->begin(), own->end());
    FormPtr name = presenter_.symbol(side, side->kids.size() - own->size());
    return side->args.empty() ? name : form::call(std::move(name), presenter_.arguments(side));
  };
  FormPtr above = named(body);
  if (!above) return std::nullopt;
  for (const Expr side : sides) {
    by.push_back(named(side));
    if (!by.back()) return std::nullopt;
  }
  if (axes.empty() || axes.size() > 2) return std::nullopt;
  return on(form::derivative(std::move(above), nullptr, by), axes);
}

}  // namespace gradus
