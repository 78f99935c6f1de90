#include "program/lower.h"

#include <algorithm>
#include <functional>

#include "calculus/differentiate.h"
#include "program/covered.h"
#include "program/lowerer.h"

namespace gradus {

void cannot_lower(std::string message, std::string help) {
  throw CannotLower{{Severity::error, "compile", {}, std::move(message), std::move(help)}};
}

std::unordered_map<const Symbol*, Lambda> size_lambdas(const SizeMap& known) {
  std::unordered_map<const Symbol*, Lambda> out;
  for (const auto& [size, value] : known) {
    Lambda& lambda = out[size->symbol];
    if (size->kids.empty() && !lambda.body) lambda = {{}, make::number(value)};
  }
  // Of a family: the members one after the other, then the rest.
  for (auto& [symbol, lambda] : out) {
    if (symbol->indices.empty()) continue;
    std::vector<Expr> at;
    for (std::size_t d = 0; d < symbol->indices.size(); ++d) {
      lambda.params.push_back(make::fresh("l", nullptr, nullptr));
      at.push_back(make::index(lambda.params.back()));
    }
    Expr body = lambda.body ? lambda.body : make::ref(symbol, at);
    for (const auto& [size, value] : known) {
      if (size->symbol != symbol || size->kids.size() != at.size()) continue;
      Expr here = make::number(value);
      for (std::size_t d = at.size(); d-- > 0;) here = make::select(Relation::eq, at[d], size->kids[d], here, body);
      body = here;
    }
    lambda.body = body;
  }
  return out;
}

Expr with_sizes(Expr e, const SizeMap& known) { return substitute_symbols(e, size_lambdas(known)); }

Lowerer::Lowerer(const SizeMap& sizes, Lowered& out) : out_(out), size_values_(size_lambdas(sizes)) {
  levels_.emplace_back();
}

namespace {

/// A member of a layered family that no numeral chooses is no array.
void refuse_layers(Expr e) {
  if (e->kind != Kind::ref || !is_layered(e->symbol)) return;
  cannot_lower("each member of " + e->symbol->name + " has a shape of its own",
               "name one, by a numeral: " + e->symbol->name + "_1");
}

}  // namespace

void Lowerer::add(const Quantity& wanted) {
  IndexMap map;
  IndexVars axes;
  std::vector<Interval> ranges;
  for (const IndexVar* axis : wanted.axes) {
    const IndexVar* own = make::fresh(axis->name, sized(substitute(axis->lo, map)), sized(substitute(axis->hi, map)));
    const auto range = interval_of(own);
    if (!range) {
      visit(wanted.body, refuse_layers);
      cannot_lower("the range of " + axis->name + " is not known", "set the sizes in it");
    }
    map.emplace(axis, make::index(own));
    axes.push_back(own);
    ranges.push_back(*range);
  }
  Assignment statement;
  statement.loops = axes;
  statement.body = scalar(sized(substitute(carry_out(wanted.body), map)));
  const Symbol* array = new_array(wanted.name, wanted.latex, ranges);
  std::vector<Expr> at;
  for (const IndexVar* axis : axes) at.push_back(make::index(axis));
  statement.target = make::ref(array, at);
  out_.program.outputs.push_back(array);
  place(renamed(statement));
  out_.program.items.insert(out_.program.items.end(), levels_[0].items.begin(), levels_[0].items.end());
  levels_[0].items.clear();
}

Expr Lowerer::sized(Expr e) {
  const auto [found, fresh] = sized_.try_emplace(e, nullptr);
  if (!fresh) return found->second;
  const Expr out = with_members(substitute_symbols(e, size_values_));
  return sized_[e] = out;
}

Expr Lowerer::scalar(Expr e) {
  if (const auto found = scalar_.find(e); found != scalar_.end()) return found->second;
  Expr out = nullptr;
  switch (e->kind) {
    case Kind::number:
    case Kind::index: out = e; break;
    case Kind::ref: out = lowered_ref(e); break;
    case Kind::reduce: out = lowered_reduce(e); break;
    case Kind::func:
      if (e->op == static_cast<std::uint8_t>(Elementary::log)) {
        const Expr u = e->kids[0];
        if (u->kind == Kind::det) {
          out = lowered_determinant(u, MatrixStep::log_determinant);
          break;
        }
        if (u->kind == Kind::func && u->op == static_cast<std::uint8_t>(Elementary::abs) &&
            u->kids[0]->kind == Kind::det) {
          out = lowered_determinant(u->kids[0], MatrixStep::log_abs_determinant);
          break;
        }
        if (is_exponential_sum(u)) {
          out = log_sum_exp(u);
          break;
        }
        // log(1 + exp(v))
        if (u->kind == Kind::add && u->kids.size() == 2 && u->kids[0]->is_one() && u->kids[1]->kind == Kind::func &&
            u->kids[1]->op == static_cast<std::uint8_t>(Elementary::exp)) {
          out = make::func(Elementary::softplus, scalar(u->kids[1]->kids[0]));
          break;
        }
      }
      [[fallthrough]];
    case Kind::add:
    case Kind::pow:
    case Kind::select:
    case Kind::delta: out = rebuild(e, [&](Expr kid) { return scalar(kid); }); break;
    case Kind::mul: out = zero_at_zero(rebuild(e, [&](Expr kid) { return scalar(kid); })); break;
    case Kind::inverse: out = lowered_inverse(e); break;
    case Kind::det: out = lowered_determinant(e, MatrixStep::determinant); break;
    case Kind::deriv:
    case Kind::at: cannot_lower("a derivative here cannot be carried out", "ask for the derivative by --grad instead");
  }
  scalar_.emplace(e, out);
  return out;
}

/// x log x is 0 at 0.
Expr Lowerer::zero_at_zero(Expr product) {
  if (product->kind != Kind::mul) return product;
  for (Expr factor : product->kids) {
    if (factor->kind != Kind::func || factor->op != static_cast<std::uint8_t>(Elementary::log)) continue;
    const Expr u = factor->kids[0];
    if (std::find(product->kids.begin(), product->kids.end(), u) == product->kids.end()) continue;
    return make::select(Relation::eq, u, make::number(0), make::number(0), product);
  }
  return product;
}

Expr Lowerer::lowered_ref(Expr e) {
  const Symbol* symbol = e->symbol;
  if (symbol->role == Role::constant) return e;
  if (symbol->role == Role::size)
    cannot_lower("the size " + symbol->name + " is not known", "set it: --set " + symbol->name + "=100");
  refuse_layers(e);
  if (!e->slots.empty()) cannot_lower("a derivative of " + symbol->name + " is not known", "define " + symbol->name);
  if (!e->args.empty()) {
    if (const auto body = unfold(e)) return scalar(sized(carry_out(*body)));
    // A function of integers is an array of its values.
    const bool of_integers =
        symbol->clauses.empty() && std::all_of(e->args.begin(), e->args.end(), [](const Lambda& a) {
          return a.params.empty() && interval_of(a.body).has_value();
        });
    if (!of_integers)
      cannot_lower("the function " + symbol->name + " is not defined", "give its definition in the sheet");
    std::vector<Expr> at;
    for (const Lambda& argument : e->args) at.push_back(scalar(argument.body));
    const Symbol*& array = out_.arrays[symbol];
    if (!array) {
      std::vector<Interval> ranges;
      for (const Lambda& argument : e->args) ranges.push_back(*interval_of(argument.body));
      Symbol* values = new_array(symbol->name, symbol->latex, ranges);
      values->traits.integer = true;
      array = values;
      out_.program.inputs.push_back(array);
      out_.variables.push_back({symbol, std::vector<Expr>(at.size(), nullptr), array});
    }
    return make::ref(array, at);
  }
  std::vector<Expr> at;
  for (Expr kid : e->kids) at.push_back(scalar(kid));
  if (symbol->defined()) define(symbol);
  const bool counted =
      std::all_of(symbol->indices.begin(), symbol->indices.end(), [](const Range& r) { return r.lo && r.hi; });
  if (!symbol->defined() && !counted) return member_of_family(e, at);
  return make::ref(array_of(symbol), at);
}

/// A family whose members nobody counted: what numerals choose are arrays of their own.
Expr Lowerer::member_of_family(Expr ref, const std::vector<Expr>& at) {
  const Symbol* family = ref->symbol;
  std::vector<Expr> member, left;
  for (Expr term : at) {
    member.push_back(term->is_number() ? term : nullptr);
    if (!term->is_number()) left.push_back(term);
  }
  for (const Variable& variable : out_.variables) {
    if (variable.symbol == family && variable.member == member) return make::ref(variable.array, left);
  }
  std::vector<Interval> ranges;
  for (Expr term : left) {
    const auto range = interval_of(term);
    if (!range) cannot_lower("the members of " + family->name + " are not counted", "say where its indices run");
    ranges.push_back(*range);
  }
  const Symbol* array = new_array(family->name, family->latex, ranges);
  out_.program.inputs.push_back(array);
  out_.variables.push_back({family, member, array});
  return make::ref(array, left);
}

const Symbol* Lowerer::array_of(const Symbol* variable) {
  if (const auto found = out_.arrays.find(variable); found != out_.arrays.end()) return found->second;
  std::vector<Interval> ranges;
  IndexMap map;
  for (std::size_t d = 0; d < variable->indices.size(); ++d) {
    const Range& range = variable->indices[d];
    std::optional<Interval> extent;
    if (range.lo && range.hi) {
      const auto least = interval_of(sized(substitute(range.lo, map))),
                 most = interval_of(sized(substitute(range.hi, map)));
      if (least && most) extent = Interval{least->lo, most->hi};
    } else {
      extent = defined_extent(variable, d);
    }
    if (!extent)
      cannot_lower("the size of " + variable->name + " is not known",
                   "declare its shape in the sheet, and set the sizes");
    ranges.push_back(*extent);
    if (!variable->vars.empty() && variable->vars[d])
      map.emplace(variable->vars[d], make::index(new_loop(variable->vars[d]->name, ranges.back())));
  }
  Symbol* array = new_array(variable->name, variable->latex, ranges);
  array->traits.integer = variable->traits.integer;
  out_.arrays.emplace(variable, array);
  if (!variable->defined()) {
    out_.program.inputs.push_back(array);
    const auto origin = origin_.find(variable);
    if (origin != origin_.end())
      out_.variables.push_back({origin->second.first, origin->second.second, array});
    else
      out_.variables.push_back({variable, std::vector<Expr>(ranges.size(), nullptr), array});
  }
  return array;
}

/// The members that the clauses of a definition say.
std::optional<Interval> Lowerer::defined_extent(const Symbol* variable, std::size_t axis) {
  std::optional<Interval> hull;
  if (const auto found = initial_.find({variable, axis}); found != initial_.end()) hull = found->second;
  if (variable->defined() && clauses_of(variable).empty() && !hull) return Interval{};  // at these sizes no member
  for (const Clause& clause : clauses_of(variable)) {
    IndexMap map;
    for (const IndexVar* var : clause.vars) {
      if (!var->lo || !var->hi) continue;
      map.emplace(
          var, make::index(make::fresh(var->name, sized(substitute(var->lo, map)), sized(substitute(var->hi, map)))));
    }
    const auto members = interval_of(sized(substitute(clause.pattern[axis], map)));
    if (!members) return std::nullopt;
    if (hull && members->extent() == 0) continue;
    hull = hull && hull->extent() > 0 ? Interval{std::min(hull->lo, members->lo), std::max(hull->hi, members->hi)}
                                      : *members;
  }
  return hull;
}

namespace {

/// Σ_i Σ_j body as one reduction.
Expr innermost(Expr reduce, IndexVars& bound) {
  Expr body = reduce;
  while (body->kind == Kind::reduce && body->op == reduce->op) {
    bound.push_back(body->var);
    body = body->kids[0];
  }
  return body;
}

}  // namespace

Expr Lowerer::lowered_reduce(Expr e) {
  IndexVars bound;
  const Expr body = innermost(e, bound);
  switch (e->reduce_op()) {
    case ReduceOp::sum: return named("s", e, bound, Update::add, scalar(body));
    case ReduceOp::max:
    case ReduceOp::min: {
      // Its derivative goes to the element that equals it: the elements are kept.
      const Expr kept = named("v", body, {}, Update::set, scalar(body));
      return named("m", e, bound, e->reduce_op() == ReduceOp::max ? Update::max : Update::min, kept);
    }
    case ReduceOp::product: {
      const auto range = interval_of(bound[0]);
      if (bound.size() > 1 || !range || range->extent() > 32 || !constant_index(bound[0]->lo) ||
          !constant_index(bound[0]->hi))
        cannot_lower("a long product has no compiled form", "write it as the exponential of a sum of logarithms");
      std::vector<Expr> factors;
      for (long k = range->lo; k <= range->hi; ++k) factors.push_back(substitute(body, {{bound[0], make::number(k)}}));
      return scalar(make::mul(std::move(factors)));
    }
  }
  return nullptr;
}

namespace {

/// The exponent of a body that is exp(u), or of a product with one such factor; null if there is none.
Expr exponential_factor(Expr body) {
  if (body->kind == Kind::func && body->op == static_cast<std::uint8_t>(Elementary::exp)) return body;
  if (body->kind != Kind::mul) return nullptr;
  Expr found = nullptr;
  for (Expr kid : body->kids) {
    if (kid->kind != Kind::func || kid->op != static_cast<std::uint8_t>(Elementary::exp)) continue;
    if (found) return nullptr;
    found = kid;
  }
  return found;
}

}  // namespace

bool Lowerer::is_exponential_sum(Expr e) {
  if (e->kind != Kind::reduce || e->reduce_op() != ReduceOp::sum) return false;
  IndexVars bound;
  return exponential_factor(innermost(e, bound)) != nullptr;
}

Expr Lowerer::log_sum_exp(Expr sum) {
  IndexVars bound;
  const Expr body = innermost(sum, bound);
  const Expr exponential = exponential_factor(body);
  const Expr exponent = named("t", exponential, {}, Update::set, scalar(exponential->kids[0]));
  const Expr shift = named("m", sum, bound, Update::max, exponent);
  out_.held.push_back(shift->symbol);
  const Expr shifted = make::func(Elementary::exp, make::sub(exponent, shift));
  const Expr rest = body == exponential
                        ? make::number(1)
                        : scalar(rebuild(body, [&](Expr kid) { return kid == exponential ? make::number(1) : kid; }));
  const Expr total = named("s", sum, bound, Update::add, make::mul({rest, shifted}));
  return make::add({shift, make::func(Elementary::log, total)});
}

/// The variables, each after those that its bounds mention.
IndexVars Lowerer::outermost_first(IndexVars vars) {
  IndexVars out;
  while (!vars.empty()) {
    auto next = std::find_if(vars.begin(), vars.end(), [&](const IndexVar* var) {
      return std::none_of(vars.begin(), vars.end(), [&](const IndexVar* other) {
        return other != var && (mentions(var->lo, other) || mentions(var->hi, other));
      });
    });
    if (next == vars.end()) next = vars.begin();
    out.push_back(*next);
    vars.erase(next);
  }
  return out;
}

bool Lowerer::is_level(const IndexVar* var) const {
  return std::any_of(levels_.begin(), levels_.end(), [&](const Level& level) { return level.var == var; });
}

Expr Lowerer::named(std::string name, Expr over, const IndexVars& bound, Update update, Expr body) {
  IndexVars free;
  for (const IndexVar* var : over->free) {
    if (std::find(bound.begin(), bound.end(), var) == bound.end()) free.push_back(var);
  }
  free = outermost_first(std::move(free));
  Assignment statement;
  std::vector<Interval> ranges;
  std::vector<Expr> at, own;
  IndexMap map;
  const auto open = [&](const IndexVar* var) {
    // A bound that depends on what is no loop here, and no axis of the array, is widened to all its values: an array
    // is not filled anew at every step of a recurrence.
    const Expr lo = substitute(var->lo, map), hi = substitute(var->hi, map);
    const auto known = [&](Expr bound_term) {
      return std::all_of(bound_term->free.begin(), bound_term->free.end(), [&](const IndexVar* needed) {
        return (is_level(needed) && std::find(free.begin(), free.end(), needed) != free.end()) ||
               std::find(statement.loops.begin(), statement.loops.end(), needed) != statement.loops.end();
      });
    };
    const auto range = interval_of(var);
    if (!range) cannot_lower("the range of " + var->name + " is not known", "set the sizes in it");
    const IndexVar* loop = known(lo) && known(hi) ? make::fresh(var->name, lo, hi) : new_loop(var->name, *range);
    map.emplace(var, make::index(loop));
    statement.loops.push_back(loop);
    return loop;
  };
  for (const IndexVar* var : free) {
    ranges.push_back(interval_of(var).value_or(Interval{}));
    at.push_back(make::index(var));
    if (is_level(var))
      own.push_back(make::index(var));
    else
      own.push_back(make::index(open(var)));
  }
  for (const IndexVar* var : bound) open(var);
  statement.update = update;
  statement.body = substitute(body, map);
  if (const Symbol* known = known_array(statement, free.size())) return make::ref(known, at);
  const Symbol* array = new_array(std::move(name), "", ranges);
  statement.target = make::ref(array, own);
  remember_array(statement, free.size());
  if (update != Update::set) {
    // The neutral value first.
    Assignment first;
    first.loops.assign(statement.loops.begin(),
                       statement.loops.begin() + static_cast<long>(statement.loops.size() - bound.size()));
    first.target = statement.target;
    first.lazy = true;
    first.body = neutral(update);
    place(renamed(first));
  }
  place(std::move(statement));
  return make::ref(array, at);
}

/// The body with its loops numbered in order: equal for statements that say the same.
Lowerer::Form Lowerer::canonical(const Assignment& statement, std::size_t kept) {
  IndexMap map;
  IndexVars loops;
  for (std::size_t i = 0; i < statement.loops.size(); ++i) {
    const IndexVar* loop = statement.loops[i];
    const Expr lo = substitute(loop->lo, map), hi = substitute(loop->hi, map);
    const IndexVar*& place = places_[{i, lo, hi, i < kept}];
    if (!place) place = make::fresh("k", lo, hi);
    map.emplace(loop, make::index(place));
    loops.push_back(place);
  }
  return {statement.update, loops, substitute(statement.body, map)};
}

const Symbol* Lowerer::known_array(const Assignment& statement, std::size_t kept) {
  const auto found = known_.find(canonical(statement, kept));
  return found == known_.end() ? nullptr : found->second;
}

void Lowerer::remember_array(const Assignment& statement, std::size_t kept) {
  known_.emplace(canonical(statement, kept), statement.target->symbol);
}

void Lowerer::place(Assignment statement) {
  std::size_t level = levels_.size();
  while (--level > 0 && !varies_with(statement, levels_[level].var)) {
  }
  levels_[level].items.push_back({std::move(statement), nullptr});
}

namespace {

Result<Lowered> lower_at(const std::vector<Quantity>& wanted, const SizeMap& sizes) {
  Lowered out;
  try {
    Lowerer lowerer(sizes, out);
    for (const Quantity& quantity : wanted) lowerer.add(quantity);
    if (const std::string what = outside_read(out.program); !what.empty())
      cannot_lower(what, "check the ranges of the indices, or define the first member: h_0 = …");
    std::string place = uncovered_read(out.program);
    if (place.empty()) place = lowerer.unsaid();
    if (!place.empty())
      cannot_lower("nothing in the sheet says what " + place + " is",
                   "define every member that is needed; see `gradus show`");
  } catch (const CannotLower& failure) {
    return failure.why;
  }
  return out;
}

/// Variables that an empty sum leaves out are variables all the same, of gradient 0. What they are is known at sizes 1
/// and 2; their extents at 0 follow, for extents are affine in a size.
void add_left_out(const std::vector<Quantity>& wanted, const SizeMap& sizes, Lowered& to) {
  SizeMap one = sizes, two = sizes;
  for (const auto& [size, value] : sizes) {
    if (value == 0) one[size] = 1, two[size] = 2;
  }
  const Result<Lowered> first = lower_at(wanted, one), second = lower_at(wanted, two);
  if (!first || !second) return;
  const auto find = [](const std::vector<Variable>& among, const Variable& like) {
    return std::find_if(among.begin(), among.end(),
                        [&](const Variable& v) { return v.symbol == like.symbol && v.member == like.member; });
  };
  const auto members = [](const std::vector<Variable>& among, const Symbol* family) {
    return std::count_if(among.begin(), among.end(), [&](const Variable& v) { return v.symbol == family; });
  };
  for (const Variable& variable : first->variables) {
    const auto again = find(second->variables, variable);
    // Of no layers there are no members.
    const bool counted = members(first->variables, variable.symbol) == members(second->variables, variable.symbol);
    if (!counted || again == second->variables.end() || find(to.variables, variable) != to.variables.end()) continue;
    std::vector<Interval> axes;
    for (std::size_t d = 0; d < variable.array->indices.size(); ++d) {
      const Interval here = axis_of(variable.array, d), there = axis_of(again->array, d);
      axes.push_back({2 * here.lo - there.lo, 2 * here.hi - there.hi});
    }
    to.variables.push_back(
        {variable.symbol, variable.member, new_array(variable.array->name, variable.array->latex, axes)});
  }
}

}  // namespace

Result<Lowered> lower(const std::vector<Quantity>& wanted, const SizeMap& sizes) {
  Result<Lowered> out = lower_at(wanted, sizes);
  const bool empty = std::any_of(sizes.begin(), sizes.end(), [](const auto& size) { return size.second == 0; });
  if (out && empty) add_left_out(wanted, sizes, *out);
  return out;
}

namespace {

/// Calls see(reference) for each size that the quantities and their definitions mention, in the order met.
void each_size(const std::vector<Quantity>& wanted, const std::function<void(Expr)>& see) {
  std::set<const Symbol*> seen;
  std::vector<Expr> open;
  const auto look = [&](Expr e) {
    if (!e) return;
    visit(e, [&](Expr node) {
      const auto range = [&](const IndexVar* var) {
        if (var->lo) open.push_back(var->lo);
        if (var->hi) open.push_back(var->hi);
      };
      for (const IndexVar* var : node->free) range(var);
      if (node->var) range(node->var);
      if (node->kind == Kind::ref && node->symbol->role == Role::size) see(node);
      if (node->kind != Kind::ref || !seen.insert(node->symbol).second) return;
      for (const Range& axis : node->symbol->indices) open.insert(open.end(), {axis.lo, axis.hi});
      for (const Clause& clause : node->symbol->clauses) {
        open.push_back(clause.body);
        for (const IndexVar* var : clause.vars) range(var);
      }
    });
  };
  std::set<Expr> done;
  for (const Quantity& quantity : wanted) {
    open.push_back(quantity.body);
    for (const IndexVar* axis : quantity.axes) open.insert(open.end(), {axis->lo, axis->hi});
  }
  while (!open.empty()) {
    const Expr next = open.back();
    open.pop_back();
    if (next && done.insert(next).second) look(next);
  }
}

}  // namespace

std::vector<const Symbol*> sizes_of(const std::vector<Quantity>& wanted) {
  std::vector<const Symbol*> out;
  each_size(wanted, [&](Expr size) {
    if (std::find(out.begin(), out.end(), size->symbol) == out.end()) out.push_back(size->symbol);
  });
  return out;
}

std::vector<Expr> size_members_of(const std::vector<Quantity>& wanted, const SizeMap& known) {
  std::vector<Expr> out;
  each_size(wanted, [&](Expr size) {
    if (size->kids.size() != 1) return;
    IndexMap numbers;
    for (const IndexVar* var : size->kids[0]->free) {
      if (!var->lo || !var->hi) return;
      numbers.emplace(var, make::index(make::fresh(var->name, with_sizes(var->lo, known), with_sizes(var->hi, known))));
    }
    const auto range = interval_of(with_sizes(substitute(size->kids[0], numbers), known));
    for (long k = range ? range->lo : 1; k <= (range ? range->hi : 0); ++k) {
      const Expr member = make::ref(size->symbol, {make::number(k)});
      if (std::find(out.begin(), out.end(), member) == out.end()) out.push_back(member);
    }
  });
  return out;
}

}  // namespace gradus
