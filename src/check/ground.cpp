#include "check/ground.h"

#include <algorithm>
#include <limits>

namespace gradus {

namespace {

// Deeper than this the machine's stack is in danger; recursions without a base end here too.
constexpr int max_depth = 2000;
constexpr long max_components = 4096, max_terms = 100'000;

}  // namespace

std::size_t Grounder::KeyHash::operator()(const Key& key) const {
  std::size_t hash = reinterpret_cast<std::size_t>(key.e) * 0x9e3779b97f4a7c15ull + static_cast<std::size_t>(key.env);
  for (long value : key.values) hash = (hash ^ static_cast<std::size_t>(value)) * 0xff51afd7ed558ccdull + (hash >> 29);
  return hash;
}

Grounder::Grounder(ScalarGraph& graph, const Sizes& sizes, Budget& budget, long first_member, Outside outside)
    : graph_(graph), sizes_(sizes), budget_(budget), first_member_(first_member), outside_(outside) {
  envs_.emplace_back();
  env_numbers_.emplace(Env{}, 0);
  graph_.elementary_derivative = [this](Elementary function, NodeId argument) {
    const ElementaryRow& row = row_of(function);
    if (!argument_of_table_) argument_of_table_ = Pool::current().new_symbol("u");
    Expr& formula = table_derivatives_[static_cast<int>(function)];
    if (!formula && row.derivative) formula = row.derivative(make::ref(argument_of_table_));
    if (!formula) return fail("no derivative of " + std::string(row.name) + " in the table");
    Binding binding;
    binding.values = {argument};
    return eval(formula, intern_env({{argument_of_table_, intern_binding(std::move(binding))}}));
  };
}

NodeId Grounder::fail(std::string reason) {
  reason_ = std::move(reason);
  return graph_.undefined();
}

NodeId Grounder::ground(Expr e, const IndexValues& values) {
  if (open_definitions_) memo_.clear();
  values_ = values;
  depth_ = 0;
  return eval(e, 0);
}

std::optional<long> Grounder::integer(Expr e, const IndexValues& values) {
  values_ = values;
  depth_ = 0;
  return eval_integer(e, 0);
}

Grounder::Bounds Grounder::bounds(const IndexVar* var, const IndexValues& values) {
  values_ = values;
  depth_ = 0;
  return eval_bounds(var, 0);
}

Grounder::Bounds Grounder::eval_bounds(const IndexVar* var, EnvId env) {
  Bounds result;
  if (var->lo) result.lo = eval_integer(var->lo, env);
  if (var->hi) result.hi = eval_integer(var->hi, env);
  return result;
}

Grounder::Bounds Grounder::bounds(const Symbol* symbol, std::size_t position, const std::vector<long>& at) {
  const Range& range = symbol->indices[position];
  // A length that changes along a family (n_l in W^l) speaks of earlier indices by the symbol's own variables, or by
  // those of its clauses.
  Assigned assigned(*this);
  if (symbol->family > 0 || !symbol->vars.empty()) {
    for (const Clause& clause : symbol->clauses)
      for (std::size_t k = 0; k < at.size() && k < clause.pattern.size(); ++k)
        if (clause.pattern[k]->kind == Kind::index) assigned.set(clause.pattern[k]->var, at[k]);
    for (std::size_t k = 0; k < at.size() && k < symbol->vars.size(); ++k)
      if (symbol->vars[k]) assigned.set(symbol->vars[k], at[k]);
  }
  Bounds result;
  if (range.lo) result.lo = eval_integer(range.lo, 0);
  if (range.hi) result.hi = eval_integer(range.hi, 0);
  return result;
}

std::optional<long> Grounder::eval_integer(Expr e, EnvId env) {
  switch (e->kind) {
    case Kind::number:
      if (e->number.get_den() != 1 || !mpz_fits_slong_p(e->number.get_num().get_mpz_t())) return std::nullopt;
      return e->number.get_num().get_si();
    case Kind::index: {
      auto it = values_.find(e->var);
      if (it == values_.end()) return std::nullopt;
      return it->second;
    }
    default: break;
  }
  NodeId id = eval(e, env);
  while (graph_.at(id).op == ScalarOp::named) id = graph_.at(id).kids[0];
  if (!graph_.is_constant(id)) return std::nullopt;
  const Rational& value = graph_.rational(id);
  if (value.get_den() != 1 || !mpz_fits_slong_p(value.get_num().get_mpz_t())) return std::nullopt;
  return value.get_num().get_si();
}

bool Grounder::eval_indices(const std::vector<Expr>& terms, EnvId env, std::vector<long>& at) {
  for (Expr term : terms) {
    const auto value = eval_integer(term, env);
    if (!value) return false;
    at.push_back(*value);
  }
  return true;
}

NodeId Grounder::eval(Expr e, EnvId env) {
  budget_.spend();
  if (e->kind == Kind::number) return graph_.constant(e->number);
  env = restrict_to(e, env);
  Key key{e, env, {}};
  for (const IndexVar* var : e->free) {
    auto it = values_.find(var);
    if (it == values_.end()) return fail("the index " + var->name + " has no value");
    key.values.push_back(it->second);
  }
  if (auto it = memo_.find(key); it != memo_.end()) return it->second;
  if (++depth_ > max_depth) throw OverBudget{"depth of definitions (a recursion without a base?)"};
  const NodeId result = compute(e, env);
  --depth_;
  memo_.emplace(std::move(key), result);
  return result;
}

NodeId Grounder::compute(Expr e, EnvId env) {
  const auto kids = [&] {
    std::vector<NodeId> nodes;
    for (Expr kid : e->kids) nodes.push_back(eval(kid, env));
    return nodes;
  };
  switch (e->kind) {
    case Kind::number: return graph_.constant(e->number);
    case Kind::index: return graph_.constant(values_.at(e->var));
    case Kind::ref: return eval_ref(e, env);
    case Kind::add: return graph_.add(kids());
    case Kind::mul: return graph_.mul(kids());
    case Kind::pow: {
      const NodeId base = eval(e->kids[0], env);
      return graph_.pow(base, eval(e->kids[1], env));
    }
    case Kind::func: return graph_.func(static_cast<Elementary>(e->op), eval(e->kids[0], env));
    case Kind::reduce: return eval_reduce(e, env);
    case Kind::delta: {
      const auto a = eval_integer(e->kids[0], env), b = eval_integer(e->kids[1], env);
      if (!a || !b) return fail("an index is not an integer");
      return graph_.constant(*a == *b ? 1 : 0);
    }
    case Kind::select: {
      const NodeId a = eval(e->kids[0], env), b = eval(e->kids[1], env);
      // Only the branch that is taken has to make sense where the condition is decided here.
      if (graph_.is_constant(a) && graph_.is_constant(b)) {
        const NodeId chosen = graph_.select(e->relation(), a, b, graph_.constant(1), graph_.constant(0));
        return eval(graph_.is_zero(chosen) ? e->kids[3] : e->kids[2], env);
      }
      const NodeId then = eval(e->kids[2], env);
      return graph_.select(e->relation(), a, b, then, eval(e->kids[3], env));
    }
    case Kind::inverse:
    case Kind::det: return eval_matrix(e, env);
    case Kind::deriv: return eval_deriv(e, env);
    case Kind::at: {
      std::vector<std::pair<const Symbol*, std::int32_t>> bindings;
      for (std::size_t k = 0; k < e->bound.size(); ++k)
        bindings.emplace_back(e->bound[k], bind(e->bound[k], e->args[k], env));
      return eval(e->kids[0], extend(env, bindings));
    }
  }
  return graph_.undefined();
}

NodeId Grounder::eval_reduce(Expr e, EnvId env) {
  const Bounds range = eval_bounds(e->var, env);
  if (!range.lo || !range.hi) return fail("the range of " + e->var->name + " is not known");
  if (*range.hi - *range.lo >= max_terms) throw OverBudget{"terms of a sum (" + std::to_string(max_terms) + ")"};
  const ReduceOp op = e->reduce_op();
  Assigned assigned(*this);
  assigned.set(e->var, *range.lo);
  std::vector<NodeId> nodes;
  for (long value = *range.lo; value <= *range.hi; ++value) {
    assigned.change(e->var, value);
    const NodeId node = eval(e->kids[0], env);
    if (node == graph_.undefined()) return node;
    if (op == ReduceOp::sum && graph_.is_zero(node)) continue;
    nodes.push_back(node);
  }
  switch (op) {
    case ReduceOp::sum: return graph_.add(std::move(nodes));
    case ReduceOp::product: return graph_.mul(std::move(nodes));
    case ReduceOp::max:
    case ReduceOp::min:
      if (nodes.empty()) return fail("the maximum over an empty range");
      return graph_.extreme(op == ReduceOp::max, nodes, nodes);
  }
  return graph_.undefined();
}

NodeId Grounder::eval_ref(Expr e, EnvId env) {
  const Symbol* symbol = e->symbol;
  std::vector<long> at;
  if (!eval_indices(e->kids, env, at)) return fail("an index of " + symbol->name + " is not an integer");
  if (const auto binding = lookup(symbol, env)) {
    if (!e->args.empty() || !e->slots.empty()) return fail(symbol->name + " is a function handed as an argument");
    return bound_component(symbol, *binding, at);
  }
  if (symbol->role == Role::size && symbol->clauses.empty()) return graph_.constant(sizes_.of(symbol, at));
  for (std::size_t k = 0; k < at.size() && k < symbol->indices.size(); ++k) {
    const Bounds range = bounds(symbol, k, at);
    if (!(range.lo && at[k] < *range.lo) && !(range.hi && at[k] > *range.hi)) continue;
    out_of_range_ = true;
    if (outside_ == Outside::zero) return graph_.constant(0);
    if (outside_ == Outside::free) return graph_.leaf({symbol, 0, at});
    if (outside_ == Outside::periodic && range.lo && range.hi && *range.hi >= *range.lo) {
      const long length = *range.hi - *range.lo + 1;
      at[k] = *range.lo + ((at[k] - *range.lo) % length + length) % length;
    } else
      return fail("index " + std::to_string(at[k]) + " of " + symbol->name + " is out of range");
  }
  if (!symbol->clauses.empty()) {
    if (const auto unfolded = match(symbol, at, env)) return eval_defined(e, at, *unfolded, env);
    // Where a recursion ends there is a free quantity (h_0). Elsewhere what is defined for other members is not free.
    const bool general =
        std::any_of(symbol->clauses.begin(), symbol->clauses.end(), [](const Clause& c) { return !c.vars.empty(); });
    if (general && !base_of_recursion(symbol, at)) return fail(symbol->name + " is not defined at these indices");
  }
  if (symbol->role == Role::function) return eval_abstract(e, at, env);
  return graph_.leaf({symbol, 0, at});
}

NodeId Grounder::bound_component(const Symbol* symbol, std::int32_t binding, const std::vector<long>& at) {
  const Binding& bound = bindings_[binding];
  switch (bound.kind) {
    case Binding::Kind::placeholder: return graph_.leaf({symbol, bound.tag, at});
    case Binding::Kind::array: {
      if (at.size() != bound.extent.size())
        return fail(symbol->name + " has another number of indices than its argument");
      long flat = 0;
      for (std::size_t k = 0; k < at.size(); ++k) {
        const long offset = at[k] - bound.lo[k];
        if (offset < 0 || offset >= bound.extent[k]) return fail("index of " + symbol->name + " is out of range");
        flat = flat * bound.extent[k] + offset;
      }
      return bound.values[flat];
    }
    case Binding::Kind::closure: {
      const Binding closure = bound;  // a copy: evaluation may add bindings
      if (at.size() != closure.lambda.params.size())
        return fail(symbol->name + " has another number of indices than its argument");
      Assigned assigned(*this);
      for (const auto& [var, value] : closure.captured) assigned.set(var, value);
      for (std::size_t k = 0; k < at.size(); ++k) assigned.set(closure.lambda.params[k], at[k]);
      return eval(closure.lambda.body, closure.env);
    }
  }
  return graph_.undefined();
}

std::int32_t Grounder::bind(const Symbol* formal, const Lambda& lambda, EnvId env) {
  Binding binding;
  bool known = lambda.params.size() == formal->indices.size();
  long total = 1;
  for (std::size_t k = 0; known && k < lambda.params.size(); ++k) {
    Bounds range = bounds(formal, k, {});
    if (!range.lo || !range.hi) range = eval_bounds(lambda.params[k], env);
    known = range.lo && range.hi && *range.hi >= *range.lo && *range.hi - *range.lo < max_components;
    if (!known) break;
    binding.lo.push_back(*range.lo);
    binding.extent.push_back(*range.hi - *range.lo + 1);
    total *= binding.extent.back();
    known = total <= max_components;
  }
  if (!known) {
    binding = Binding{};
    binding.kind = Binding::Kind::closure;
    binding.lambda = lambda;
    binding.env = env;
    for (const auto* var : lambda.body->free)
      if (auto it = values_.find(var); it != values_.end()) binding.captured.emplace_back(var, it->second);
    return intern_binding(std::move(binding));
  }
  Assigned assigned(*this);
  for (std::size_t k = 0; k < lambda.params.size(); ++k) assigned.set(lambda.params[k], 0);
  for (long flat = 0; flat < total; ++flat) {
    long rest = flat;
    for (std::size_t k = lambda.params.size(); k-- > 0;) {
      assigned.change(lambda.params[k], binding.lo[k] + rest % binding.extent[k]);
      rest /= binding.extent[k];
    }
    binding.values.push_back(eval(lambda.body, env));
  }
  return intern_binding(std::move(binding));
}

NodeId Grounder::eval_abstract(Expr e, const std::vector<long>& at, EnvId env) {
  Application application{e->symbol, at, {}, {}};
  std::vector<NodeId> args;
  std::vector<std::vector<long>> lo(e->args.size()), extent(e->args.size());
  for (std::size_t a = 0; a < e->args.size(); ++a) {
    const Lambda& lambda = e->args[a];
    Assigned assigned(*this);
    long total = 1;
    for (const IndexVar* param : lambda.params) {
      const Bounds range = eval_bounds(param, env);
      if (!range.lo || !range.hi) return fail("the shape of an argument of " + e->symbol->name + " is not known");
      lo[a].push_back(*range.lo);
      extent[a].push_back(std::max(0L, *range.hi - *range.lo + 1));
      total *= extent[a].back();
      if (total > max_components) return fail("an argument of " + e->symbol->name + " is too large");
      assigned.set(param, *range.lo);
    }
    for (long flat = 0; flat < total; ++flat) {
      long rest = flat;
      for (std::size_t k = lambda.params.size(); k-- > 0;) {
        assigned.change(lambda.params[k], lo[a][k] + rest % extent[a][k]);
        rest /= extent[a][k];
      }
      args.push_back(eval(lambda.body, env));
    }
    application.widths.push_back(static_cast<std::uint32_t>(total));
  }
  for (const Slot& slot : e->slots) {
    std::vector<long> component;
    if (slot.arg >= e->args.size() || !eval_indices(slot.at, env, component) || component.size() != lo[slot.arg].size())
      return fail("a derivative of " + e->symbol->name + " by an argument that it does not have");
    long flat = 0, before = 0;
    for (std::size_t k = 0; k < component.size(); ++k) {
      const long offset = component[k] - lo[slot.arg][k];
      if (offset < 0 || offset >= extent[slot.arg][k])
        return fail("index of an argument of " + e->symbol->name + " is out of range");
      flat = flat * extent[slot.arg][k] + offset;
    }
    for (std::uint32_t a = 0; a < slot.arg; ++a) before += application.widths[a];
    application.slots.push_back(static_cast<std::uint32_t>(before + flat));
  }
  return graph_.apply(std::move(application), std::move(args));
}

NodeId Grounder::eval_defined(Expr e, const std::vector<long>& at, const Unfolded& unfolded, EnvId env) {
  const Symbol* symbol = e->symbol;
  if (e->args.size() != symbol->formals.size()) return fail(symbol->name + " takes another number of arguments");
  std::vector<std::pair<const Symbol*, std::int32_t>> bindings;
  for (std::size_t k = 0; k < e->args.size(); ++k)
    bindings.emplace_back(symbol->formals[k], bind(symbol->formals[k], e->args[k], env));
  std::vector<std::pair<const Symbol*, std::vector<long>>> wrt;
  for (const Slot& slot : e->slots) {
    std::vector<long> component;
    if (slot.arg >= e->args.size() || !eval_indices(slot.at, env, component))
      return fail("a derivative of " + symbol->name + " by an argument that it does not have");
    wrt.emplace_back(symbol->formals[slot.arg], std::move(component));
  }
  const EnvId inner = extend(env, bindings);
  Assigned assigned(*this);
  for (const auto& [var, value] : unfolded.vars) assigned.set(var, value);
  for (const IndexVar* var : unfolded.clause->body->free)
    open_definitions_ = open_definitions_ || !unfolded.vars.count(var);
  if (!wrt.empty()) return derive_bound(unfolded.clause->body, inner, wrt, false);
  return graph_.named({symbol, 0, at}, eval(unfolded.clause->body, inner));
}

NodeId Grounder::derive_bound(Expr body, EnvId env, const std::vector<std::pair<const Symbol*, std::vector<long>>>& wrt,
                              bool local) {
  std::vector<std::pair<const Symbol*, std::int32_t>> placeholders;
  std::unordered_map<int, std::int32_t> binding_of_tag;
  for (const auto& [symbol, component] : wrt) {
    const auto bound = lookup(symbol, env);
    if (!bound) return fail(symbol->name + " is not bound");
    if (bindings_[*bound].kind == Binding::Kind::placeholder) continue;
    Binding placeholder;
    placeholder.kind = Binding::Kind::placeholder;
    placeholder.tag = tags_.emplace(std::pair{symbol, env}, static_cast<int>(tags_.size()) + 1).first->second;
    binding_of_tag[placeholder.tag] = *bound;
    placeholders.emplace_back(symbol, intern_binding(std::move(placeholder)));
  }
  const EnvId inner = extend(env, placeholders);
  NodeId node = eval(body, inner);
  if (local && graph_.at(node).op == ScalarOp::named) node = graph_.at(node).kids[0];
  for (const auto& [symbol, component] : wrt) {
    const NodeId leaf = bound_component(symbol, *lookup(symbol, inner), component);
    if (bound_component(symbol, *lookup(symbol, env), component) == graph_.undefined()) return graph_.undefined();
    node = graph_.derivative(node, leaf, local);
  }
  std::unordered_map<NodeId, NodeId> values;
  for (NodeId id : graph_.reachable({node})) {
    if (graph_.at(id).op != ScalarOp::leaf) continue;
    const Component component = graph_.component(id);
    if (auto it = binding_of_tag.find(component.tag); it != binding_of_tag.end())
      values[id] = bound_component(component.symbol, it->second, component.at);
  }
  return graph_.substitute(node, values);
}

/// Whether the variable is a later member of an open-ended recursion than the body reaches (z^{L+1} of a loss on z^L):
/// no zero is meant there, the formula is about the members before.
bool Grounder::beyond_recursion(NodeId body, NodeId variable) {
  const Scalar node = graph_.at(variable);
  if (node.op != ScalarOp::leaf && node.op != ScalarOp::named) return false;
  const Component component = graph_.component(variable);
  const Symbol* symbol = component.symbol;
  if (symbol->clauses.empty() || symbol->family == 0) return false;
  if (!recursive(symbol)) return false;
  std::vector<long> last(symbol->family, std::numeric_limits<long>::min());
  for (NodeId id : graph_.reachable({body})) {
    if (id == variable) return false;
    const ScalarOp op = graph_.at(id).op;
    if ((op != ScalarOp::leaf && op != ScalarOp::named) || graph_.component(id).symbol != symbol) continue;
    for (std::size_t k = 0; k < symbol->family && k < graph_.component(id).at.size(); ++k)
      last[k] = std::max(last[k], graph_.component(id).at[k]);
  }
  for (std::size_t k = 0; k < symbol->family && k < component.at.size(); ++k)
    if (!symbol->indices[k].hi && last[k] != std::numeric_limits<long>::min() && component.at[k] > last[k]) return true;
  return false;
}

NodeId Grounder::eval_deriv(Expr e, EnvId env) {
  Expr body = e->kids[0], wrt = e->kids[1];
  const bool local = e->mode() == DerivMode::local;
  if (wrt->kind != Kind::ref) return fail("a derivative by something that is not a variable");
  if (const auto bound = lookup(wrt->symbol, env)) {
    std::vector<long> at;
    if (!eval_indices(wrt->kids, env, at)) return fail("an index of " + wrt->symbol->name + " is not an integer");
    return derive_bound(body, env, {{wrt->symbol, at}}, local);
  }
  // ∂ℓ/∂x of a quantity that does not know x: whoever writes it means a dependence that was not understood. It is not
  // zero.
  if (body->kind == Kind::ref && body->symbol != wrt->symbol && body->symbol->role == Role::variable &&
      !lookup(body->symbol, env) && !depends_on(body, wrt->symbol))
    return fail(body->symbol->name + " is not known to depend on " + wrt->symbol->name);
  const NodeId variable = eval(wrt, env);
  const ScalarOp op = graph_.at(variable).op;
  if (variable == graph_.undefined()) return variable;
  if (op != ScalarOp::leaf && op != ScalarOp::named && op != ScalarOp::apply) return fail("a derivative by a constant");
  NodeId node = eval(body, env);
  // A local derivative that leaves nothing, where the quantity does depend on the variable, is not what was meant.
  if (local && node != variable) {
    const NodeId opened = graph_.at(node).op == ScalarOp::named ? graph_.at(node).kids[0] : node;
    if (graph_.is_zero(graph_.derivative(opened, variable, true)) &&
        !graph_.is_zero(graph_.derivative(opened, variable, false)))
      return fail("with everything else held fixed, nothing depends on " + wrt->symbol->name);
  }
  if (beyond_recursion(node, variable))
    return fail("a derivative by a member of " + wrt->symbol->name + " that is not reached");
  if (local && node != variable && graph_.at(node).op == ScalarOp::named) node = graph_.at(node).kids[0];
  return graph_.derivative(node, variable, local);
}

}  // namespace gradus
