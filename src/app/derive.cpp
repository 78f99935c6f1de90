// Deriving: a value is differentiated by the engine, simplified, and written with its steps.
#include "app/derive.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "app/derive_family.h"
#include "app/derive_read.h"
#include "app/domain.h"
#include "app/layers.h"
#include "calculus/differentiate.h"
#include "notation/write.h"
#include "rewrite/normal.h"
#include "sheet/describe.h"

namespace gradus {
namespace {

std::string layout_of(const Understood& u) {
  return std::string(u.gradient_rows ? "a gradient is a row" : "a gradient has the shape of its variable") + "; " +
         (u.jacobian_columns ? "a Jacobian has one column an output" : "a Jacobian has one row an output");
}

/// Rules that a reader of the brief derivation takes for granted.
bool is_routine(std::string_view rule) {
  return rule.starts_with("linearity") || rule == "constant" || rule.starts_with("∂x") || rule.starts_with("δ");
}

/// Names of everything that the expression speaks of, definitions and sizes included.
void collect_names(Expr e, std::set<std::string>& names, std::set<const Symbol*>& seen) {
  visit(e, [&](Expr node) {
    for (const Expr bound : {node->var ? node->var->lo : nullptr, node->var ? node->var->hi : nullptr}) {
      if (bound && bound->kind == Kind::ref) names.insert(bound->symbol->name);
    }
  });
  for (const Symbol* symbol : symbols_in(e)) {
    names.insert(symbol->name);
    if (!seen.insert(symbol).second) continue;
    for (const Clause& clause : symbol->clauses) collect_names(clause.body, names, seen);
  }
}

std::vector<std::string> names_in(Expr e) {
  std::set<std::string> names;
  std::set<const Symbol*> seen;
  collect_names(e, names, seen);
  return {names.begin(), names.end()};
}

/// Names for indices that nothing else has.
class IndexNames {
 public:
  explicit IndexNames(const std::vector<Value>& values) {
    std::set<const Symbol*> seen;
    for (const Value& value : values) {
      collect_names(value.body, taken_, seen);
      for (const IndexVar* var : value.body->free) {
        if (std::count(value.axes.begin(), value.axes.end(), var) == 0) taken_.insert(var->name);
      }
    }
  }
  /// A value with axes of its own, named apart from all others.
  Value renamed(const Value& value) {
    Value out = value;
    IndexMap map;
    for (const IndexVar*& axis : out.axes) {
      const IndexVar* own = make::fresh(next(), axis->lo, axis->hi);
      map[axis] = make::index(own);
      axis = own;
    }
    out.body = substitute(value.body, map);
    return out;
  }
  std::string function() {
    for (const char* name : {"f", "F", "J", "φ", "f₀"}) {
      if (!taken_.contains(name)) return name;
    }
    return "f₁";
  }

 private:
  std::string next() {
    for (const char* name : {"i", "j", "k", "l", "p", "q", "r", "s", "t", "m", "n", "o", "u", "v"}) {
      if (taken_.insert(name).second) return name;
    }
    std::string name = "i";
    while (!taken_.insert(name).second) name += "′";
    return name;
  }
  std::set<std::string> taken_;
};

Shown shown(Expr e) { return {write_latex(e), write_text(e)}; }

std::optional<Shown> folded(const Value& value) {
  const auto matrix = write_matrix(value.body, value.axes, value.row);
  if (!matrix) return std::nullopt;
  return Shown{matrix->latex, matrix->text};
}

/// How long it looks as it would be shown.
std::size_t length(const Value& value) {
  const auto matrix = folded(value);
  return matrix ? matrix->text.size() : 3 * write_text(value.body).size();
}

/// The simplest of several equal forms; the conditions of domain that it needed are added.
Expr simplest(const Value& value, std::vector<std::string>& assumptions) {
  Value best = value;
  best.body = simplify(value.body);
  try {
    NormalOptions options;
    options.seconds = 1.0;
    const Normal normal = normalize(value.body, options);
    Value other = value;
    other.body = simplify(normal.form);
    if (length(other) < length(best)) {
      best = other;
      for (const std::string& assumption : normal.assumptions) {
        if (std::find(assumptions.begin(), assumptions.end(), assumption) == assumptions.end()) {
          assumptions.push_back(assumption);
        }
      }
    }
  } catch (const OverBudget&) {
    // too large to multiply out: the light simplification stands
  }
  return best.body;
}

std::string shape_of(const Value& value) {
  const IndexVars& axes = value.axes;
  if (axes.empty()) return "scalar";
  std::vector<std::string> lengths, names;
  for (const IndexVar* axis : axes) {
    lengths.push_back(length_text(axis));
    names.push_back(axis->name);
  }
  if (axes.size() == 1) return (value.row ? "row of " : "column of ") + lengths[0];
  const std::string product = fmt::format("{}", fmt::join(lengths, "×"));
  if (axes.size() == 2) return product + " matrix";
  return fmt::format("{} tensor with axes {}", product, fmt::join(names, ", "));
}

class Deriver {
 public:
  Deriver(const DeriveRequest& request, const Understood& understood, Derivative& out)
      : request_(request), understood_(understood), out_(out) {}

  void run() {
    if (!understood_.by || std::all_of(understood_.by->axes.begin(), understood_.by->axes.end(),
                                       [](const IndexVar* axis) { return axis->lo && axis->hi; })) {
      run_one();
    } else {
      run_family();
    }
  }

 private:
  void run_one() {
    const std::size_t order = understood_.by ? static_cast<std::size_t>(std::max(request_.order, 1)) : 0;
    const std::vector<Value> by(order, understood_.by.value_or(Value{}));
    const Value expression = with_ranges(*understood_.expression);
    std::vector<Value> all{expression};
    all.insert(all.end(), by.begin(), by.end());
    IndexNames names(all);
    Value value = names.renamed(expression);
    reserve(value);
    out_.expression = folded(value).value_or(shown(value.body));
    out_.expression_shape = shape_of(value);
    Expr raw = value.body;
    if (by.empty()) {
      asked_for(value);
      raw = carried_out(value);
    } else {
      Value pending = value;
      pending.body = name_for(value, names);
      for (std::size_t k = 0; k < by.size(); ++k) {
        const Value variable = names.renamed(by[k]);
        reserve(variable);
        const bool gradient = value.axes.empty() && variable.axes.size() == 1;
        const bool jacobian = k == 0 && value.axes.size() == 1 && variable.axes.size() == 1;
        value.axes.insert(value.axes.end(), variable.axes.begin(), variable.axes.end());
        if (jacobian && understood_.jacobian_columns) std::swap(value.axes[0], value.axes[1]);
        value.row = gradient && variable.row != understood_.gradient_rows;
        pending.axes = value.axes;
        pending.row = value.row;
        pending.body = make::deriv(pending.body, variable.body);
        value.body = differentiated(value, variable.body);
      }
      asked_for(pending);
      raw = value.body;
    }
    value.body = raw;
    finish(value);
    domain_of(expression.body, out_.assumptions);
    out_.ok = true;
    result_ = value;
  }

  /// By each part of a family, and once more with the parts as arrays.
  void run_family() {
    const Expr whole = understood_.expression->body;
    const Symbol* family = understood_.by->body->symbol;
    const std::vector<FamilyPart> parts = parts_of_family(whole, family, names_in(whole));
    for (const FamilyPart& part : parts) {
      Understood one = understood_;
      one.by = Value{part.member, part.axes};
      Derivative derivative;
      derivative.request = out_.request;
      derivative.wrt = out_.wrt;
      Deriver deriver(request_, one, derivative);
      deriver.run_one();
      if (part.array) deriver.in_arrays_of(family, parts, part);
      out_.parts.push_back(std::move(derivative));
    }
    if (out_.parts.empty()) {
      out_.diagnostics.push_back({Severity::error,
                                  "derivative-by",
                                  {},
                                  "it is not said which member of " + family->name + " is meant",
                                  "write its indices: w_{1,i}"});
      return;
    }
    const Derivative& first = out_.parts.front();
    out_.expression = first.expression;
    out_.expression_shape = first.expression_shape;
    out_.name = first.name;
    out_.ok = true;
  }

  void in_arrays_of(const Symbol* family, const std::vector<FamilyPart>& parts, const FamilyPart& part) {
    Value value = result_;
    value.body = in_arrays(result_.body, family, parts);
    std::vector<Expr> at;
    for (const IndexVar* axis : result_.axes) at.push_back(make::index(axis));
    const Expr entry = make::ref(part.array, at);
    const auto matrix = folded(value);
    if (!matrix) return;
    Value pending = value;
    pending.body = make::deriv(name_, entry);
    out_.result = *matrix;
    out_.left = folded(pending).value_or(out_.left);
    out_.folded = out_.new_names = true;
    out_.readings.push_back(
        fmt::format("{} is {}, {}", write_text(entry), write_text(in_terms(part, at)), ranges_of(value)));
  }

  static Expr in_terms(const FamilyPart& part, const std::vector<Expr>& at) {
    IndexMap map;
    for (std::size_t i = 0; i < part.axes.size(); ++i) map[part.axes[i]] = at[i];
    return substitute(part.member, map);
  }

  static std::string ranges_of(const Value& value) {
    std::vector<std::string> ranges;
    for (const IndexVar* axis : value.axes) ranges.push_back(range_text(axis));
    return fmt::format("{}", fmt::join(ranges, ", "));
  }

  /// What stands above the line of ∂f/∂x: the expression itself where it is short enough to be a name, else a new one.
  Expr name_for(const Value& value, IndexNames& names) {
    std::vector<Expr> at;
    for (const IndexVar* axis : value.axes) at.push_back(make::index(axis));
    const Expr body = value.body;
    const bool is_name = body->kind == Kind::ref && body->slots.empty() && body->symbol->defined() && body->kids == at;
    if (is_name) return name_ = body;
    Symbol* f = Pool::current().new_symbol(names.function());
    f->latex = f->name;
    for (const IndexVar* axis : value.axes) f->indices.push_back({axis->lo, axis->hi});
    f->places.assign(f->indices.size(), Place::axis);
    f->row = value.row;
    out_.name = f->name;
    return name_ = make::ref(f, at);
  }

  void asked_for(const Value& pending) {
    out_.left_entry = shown(pending.body);
    out_.left = folded(pending).value_or(out_.left_entry);
  }

  Expr differentiated(const Value& value, Expr by) {
    Derivation trace;
    Value out = value;
    out.body = differentiate(value.body, by, {.trace = request_.steps == StepGrain::none ? nullptr : &trace});
    if (const auto layer = instead_of(out.body, value.body, by)) return *layer;
    tell(trace);
    return simplified(out);
  }

  Expr carried_out(const Value& value) {
    Derivation trace;
    Value out = value;
    out.body = carry_out(opened(value.body), request_.steps == StepGrain::none ? nullptr : &trace);
    const Expr asked = value.body;
    if (asked->kind == Kind::deriv) {
      if (const auto layer = instead_of(out.body, asked->kids[0], asked->kids[1])) return *layer;
    }
    tell(trace);
    return simplified(out);
  }

  /// For a derivative that is too large to write out: one definition deep.
  std::optional<Expr> instead_of(Expr whole, Expr quantity, Expr by) {
    constexpr double kReadable = 3000;
    if (written_size(whole) < kReadable) return std::nullopt;
    const auto layer = one_layer(quantity, by);
    if (!layer) return std::nullopt;
    const Expr simple = simplify(*layer);
    if (request_.steps != StepGrain::none) {
      step({"chain rule, one definition deep", make::deriv(quantity, by), simple});
    }
    out_.readings.push_back("written out it has " + count_text(written_size(whole)) +
                            " terms: shown one definition deep");
    return simple;
  }

  static std::string count_text(double count) {
    return count < 1e6 ? fmt::format("{:.0f}", count) : fmt::format("about {:.0e}", count);
  }

  /// Derivatives of defined functions by their arguments, ∇f(x) and F′(x), in terms of the definition.
  Expr opened(Expr e) {
    std::unordered_map<Expr, Expr> done;
    const std::function<Expr(Expr)> map = [&](Expr node) -> Expr {
      const auto known = done.find(node);
      if (known != done.end()) return known->second;
      std::optional<Expr> definition;
      if (node->kind == Kind::ref && !node->slots.empty() && node->symbol->defined()) definition = unfold(node);
      if (definition && request_.steps != StepGrain::none)
        step({"definition of " + node->symbol->name, node, *definition});
      return done[node] = definition ? *definition : rebuild(node, map);
    };
    return map(e);
  }

  Expr simplified(const Value& value) {
    const Expr simple = simplest(value, out_.assumptions);
    if (request_.steps != StepGrain::none) step({"simplify", value.body, simple});
    return simple;
  }

  std::string dummy_name() const {
    for (const char* name : {"k", "l", "m", "p", "r", "s", "t"}) {
      if (!axes_.contains(name)) return name;
    }
    return "q";
  }

  /// The letters of these axes are theirs in every step.
  void reserve(const Value& value) {
    for (const IndexVar* axis : value.axes) axes_[axis->name].insert(axis);
    for (const IndexVar* var : value.body->free) axes_[var->name].insert(var);
  }

  void tell(const Derivation& trace) {
    for (const Step& s : trace.steps) {
      if (request_.steps == StepGrain::full || !is_routine(s.rule)) step(s);
    }
  }

  void step(const Step& s) {
    // Open dummies of the sums around it do not take the letters of the axes.
    IndexMap apart;
    for (const Expr side : {s.before, s.after}) {
      for (const IndexVar* var : side->free) {
        if (axes_.contains(var->name) && !axes_.at(var->name).contains(var) && !apart.contains(var)) {
          apart[var] = make::index(make::fresh(dummy_name(), var->lo, var->hi));
        }
      }
    }
    const auto renamed = [&](Expr e) { return apart.empty() ? e : substitute(e, apart); };
    DeriveStep written{s.rule, shown(renamed(s.before)), shown(renamed(s.after))};
    if (written.before.text != written.after.text) out_.steps.push_back(std::move(written));
  }

  void finish(const Value& value) {
    out_.entry = shown(value.body);
    out_.ranges.clear();
    for (const IndexVar* axis : value.axes) {
      if (!axis->lo || !axis->hi) continue;
      out_.ranges += fmt::format("{}{} = {}, \\dots, {}", out_.ranges.empty() ? "" : ", \\; ", axis->name,
                                 write_latex(axis->lo), write_latex(axis->hi));
    }
    auto matrix = folded(value);
    // A number with sums or components left in it is no clearer than its index notation.
    if (value.axes.empty() && matrix) {
      const bool sums = matrix->latex.find("\\sum") != std::string::npos;
      if (sums || !value.body->free.empty() || matrix->text.size() >= out_.entry.text.size()) matrix.reset();
    }
    out_.folded = matrix.has_value();
    out_.result = matrix.value_or(out_.entry);
    out_.shape = shape_of(value);
    out_.layout = layout_of(understood_);
  }

  /// A free index that no range was told for gets the one over which the definitions sum that index of that symbol.
  Value with_ranges(const Value& value) {
    IndexMap map;
    std::vector<std::string> told;
    visit(value.body, [&](Expr node) {
      if (node->kind != Kind::ref) return;
      for (std::size_t i = 0; i < node->kids.size(); ++i) {
        const IndexVar* var = node->kids[i]->kind == Kind::index ? node->kids[i]->var : nullptr;
        if (!var || var->lo || map.count(var) ||
            std::count(value.body->free.begin(), value.body->free.end(), var) == 0) {
          continue;
        }
        std::set<const Symbol*> seen;
        std::optional<Range> range;
        find_range(value.body, node->symbol, i, seen, range);
        if (!range) continue;
        const IndexVar* own = make::fresh(var->name, range->lo, range->hi);
        map[var] = make::index(own);
        out_.readings.push_back(range_text(own));
      }
    });
    Value out = value;
    if (!map.empty()) out.body = substitute(value.body, map);
    return out;
  }

  static void find_range(Expr e, const Symbol* symbol, std::size_t at, std::set<const Symbol*>& seen,
                         std::optional<Range>& range) {
    visit(e, [&](Expr node) {
      if (range || node->kind != Kind::ref) return;
      // In a definition f(x; w) := … the parameter w is a symbol of its own, with the same name.
      if (node->symbol->name == symbol->name && at < node->kids.size()) {
        const Expr term = node->kids[at];
        if (term->kind == Kind::index && term->var->lo && term->var->hi) range = Range{term->var->lo, term->var->hi};
      }
      if (!seen.insert(node->symbol).second) return;
      for (const Clause& clause : node->symbol->clauses) find_range(clause.body, symbol, at, seen, range);
    });
  }

  const DeriveRequest& request_;
  const Understood& understood_;
  Value result_;
  std::map<std::string, std::set<const IndexVar*>> axes_;  ///< letters that are taken, and by which variables
  Expr name_ = nullptr;
  Derivative& out_;
};

}  // namespace

Derivative derive(const DeriveRequest& request) {
  Derivative out;
  out.request = request.expression;
  out.wrt = request.wrt;
  Pool pool;
  const Pool::Scope scope(pool);
  const Understood understood = understand(request);
  out.source = understood.source;
  out.diagnostics = understood.diagnostics;
  out.readings = understood.readings;
  if (!understood.expression) return out;
  try {
    Deriver(request, understood, out).run();
  } catch (const OverBudget& over) {
    out.diagnostics.push_back(
        {Severity::error, "budget", {}, "the derivative is too large: " + over.what, "derive a part of it"});
  }
  return out;
}

}  // namespace gradus
