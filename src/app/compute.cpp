#include "app/compute.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <set>

#include "app/names.h"
#include "app/quantities.h"
#include "notation/write.h"
#include "program/derivatives.h"
#include "program/lowering.h"
#include "program/plan.h"

namespace gradus {
namespace {

Diagnostic trouble(std::string slug, std::string message, std::string help) {
  return {Severity::error, std::move(slug), {}, std::move(message), std::move(help)};
}

std::string shape_text(const std::vector<long>& shape) {
  return shape.empty() ? "a scalar" : fmt::format("{}", fmt::join(shape, "×"));
}

/// "x + y" under a ∂ stands in brackets.
std::string bracketed(const std::string& expression) {
  int depth = 0;
  for (const char c : expression) {
    if (std::strchr("([{", c))
      ++depth;
    else if (std::strchr(")]}", c))
      --depth;
    else if (depth == 0 && std::strchr("+-*/ ", c))
      return "(" + expression + ")";
  }
  return expression;
}

std::vector<long> shape_of(const Symbol* array) {
  std::vector<long> out;
  for (const Range& axis : array->indices) out.push_back(*constant_index(axis.hi) - *constant_index(axis.lo) + 1);
  return out;
}

/// What is told of a name: left and right of its "=".
std::optional<std::pair<std::string, std::string>> parted(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) return std::nullopt;
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

/// Where the members of a defined family run along an axis: in its first clause that says it for a letter.
std::optional<Range> range_of_members(const Symbol* symbol, std::size_t axis) {
  if (const Range& range = symbol->indices[axis]; range.lo && range.hi) return range;
  for (const Clause& clause : symbol->clauses) {
    if (axis >= clause.pattern.size()) continue;
    const Expr term = clause.pattern[axis];
    if (term->free.size() != 1 || !term->free[0]->lo || !term->free[0]->hi) continue;
    const IndexVar* var = term->free[0];
    return Range{substitute(term, {{var, var->lo}}), substitute(term, {{var, var->hi}})};
  }
  return std::nullopt;
}

/// A letter that is left open (y_i, h_t) is an axis; where nothing else does, the definition of what it chooses from
/// says its range. The letter whose range is not known; null if there is none.
const IndexVar* range_over_indices(Quantity& quantity) {
  IndexVars axes;
  for (const IndexVar* var : quantity.body->free) {
    if (std::find(quantity.axes.begin(), quantity.axes.end(), var) == quantity.axes.end()) axes.push_back(var);
  }
  axes.insert(axes.end(), quantity.axes.begin(), quantity.axes.end());
  for (const IndexVar*& axis : axes) {
    if (axis->lo && axis->hi) continue;
    std::optional<Range> range;
    visit(quantity.body, [&](Expr node) {
      if (node->kind != Kind::ref) return;
      for (std::size_t d = 0; d < node->kids.size() && !range; ++d) {
        if (node->kids[d]->kind == Kind::index && node->kids[d]->var == axis) range = range_of_members(node->symbol, d);
      }
    });
    if (!range) return axis;
    const IndexVar* ranged = make::fresh(axis->name, range->lo, range->hi);
    quantity.body = substitute(quantity.body, {{axis, make::index(ranged)}});
    axis = ranged;
  }
  quantity.axes = std::move(axes);
  return nullptr;
}

/// A letter in a definition that neither a sum nor the name binds.
std::optional<Diagnostic> open_index(const ProgramItems& items, const IndexVars& around) {
  for (const ProgramItem& item : items) {
    IndexVars bound = around;
    if (item.sequence) {
      bound.push_back(item.sequence->var);
      if (auto why = open_index(item.sequence->items, bound)) return why;
      continue;
    }
    if (item.statement.algebra != MatrixStep::none) continue;  // rows and columns are its own
    bound.insert(bound.end(), item.statement.loops.begin(), item.statement.loops.end());
    for (const IndexVar* var : item.statement.body->free) {
      if (std::find(bound.begin(), bound.end(), var) != bound.end()) continue;
      return trouble(
          "index-range",
          "nothing says what " + var->name + " is in the definition of " + item.statement.target->symbol->name,
          "sum over it, with brackets around the whole summand, or give the name that index");
    }
  }
  return std::nullopt;
}

class Computer {
 public:
  Computer(const ComputeRequest& request, Computation& out) : request_(request), out_(out) {}

  void run() {
    if (!read() || !read_data() || !settle_sizes()) return;
    const Result<Lowered> lowered = lower(quantities_, sizes_);
    if (!lowered) return say(lowered.error());
    lowered_ = out_.values = *lowered;
    if (const auto why = open_index(lowered_.program.items, {})) return say(*why);
    if (!derive()) return;
    out_.derived = lowered_.program;
    plan(lowered_.program, &out_.orderings);
    write_in_libm(lowered_.program);
    out_.program = lowered_.program;
    name_arrays();
    if (!fit_data()) return;
    out_.ok = true;
  }

 private:
  struct Given {
    TypedName name;
    std::string typed, file;
    Array array;
  };

  void say(Diagnostic diagnostic) { out_.diagnostics.push_back(std::move(diagnostic)); }

  bool read() {
    ReadQuantities read = read_quantities(request_.name, request_.text, request_.scope, request_.quantities);
    out_.source = read.source;
    out_.diagnostics = std::move(read.diagnostics);
    for (std::size_t i = 0; i < read.values.size(); ++i) {
      if (!read.values[i]) return false;
      Quantity quantity{request_.quantities[i], request_.quantities[i], read.values[i]->body, read.values[i]->axes};
      if (const IndexVar* unknown = range_over_indices(quantity)) {
        say(trouble("index-range", "nothing says where " + unknown->name + " runs in " + quantity.name,
                    "write a number in its place, or a sum over it"));
        return false;
      }
      quantities_.push_back(std::move(quantity));
    }
    return !quantities_.empty();
  }

  /// A first lowering with any sizes tells the variables that the quantities need.
  bool read_data() {
    size_symbols_ = sizes_of(quantities_);
    for (const std::string& item : request_.sets) {
      const auto parts = parted(item);
      if (!parts) {
        say(trouble("usage", "\"" + item + "\" sets nothing", "write --set L=1000"));
        return false;
      }
      const TypedName name = typed_name(parts->first);
      const Expr size = size_named(name, size_symbols_);
      if (!size) {
        data_.push_back({name, parts->first, parts->second, {}});
        continue;
      }
      long value = 0;
      const auto [end, error] =
          std::from_chars(parts->second.data(), parts->second.data() + parts->second.size(), value);
      if (error != std::errc() || end != parts->second.data() + parts->second.size() || value < 0 ||
          value > (1L << 40)) {
        say(trouble("usage", "\"" + parts->second + "\" is no size",
                    "give a whole number: --set " + parts->first + "=1000"));
        return false;
      }
      set_size(size, value, "set");
    }
    for (const std::string& item : request_.data) {
      const auto parts = parted(item);
      if (!parts) {
        say(trouble("usage", "\"" + item + "\" names no file", "write --data x=x.npy"));
        return false;
      }
      data_.push_back({typed_name(parts->first), parts->first, parts->second, {}});
    }
    for (Given& given : data_) {
      Result<Array> array = read_array(given.file);
      if (!array) {
        say(array.error());
        return false;
      }
      given.array = std::move(*array);
    }
    return true;
  }

  void set_size(Expr size, long value, const std::string& from) {
    if (!sizes_.emplace(size, value).second) return;
    out_.sizes.push_back(fmt::format("{} = {} ({})", typed(size), value, from));
  }

  /// As it is typed: n, n_2.
  static std::string typed(Expr size) { return written({size->symbol, size->kids, nullptr}, {}); }

  /// Sizes that the shapes of data tell: each declared extent that has one unknown size in it.
  bool settle_sizes() {
    std::vector<const Symbol*> variables;
    for (const Quantity& quantity : quantities_) collect_variables(quantity.body, variables);
    for (bool again = true; again;) {
      again = false;
      for (const Given& given : data_) {
        for (const Symbol* variable : variables) {
          const auto member = member_of(given.name, variable);
          if (!member) continue;
          const auto axes = static_cast<std::size_t>(std::count(member->begin(), member->end(), nullptr));
          const std::vector<long> shape = given.array.shape_as(axes);
          if (shape.size() != axes) continue;  // told below
          IndexMap at;
          for (std::size_t d = 0; d < member->size(); ++d) {
            if ((*member)[d] && d < variable->vars.size() && variable->vars[d]) at[variable->vars[d]] = (*member)[d];
          }
          std::size_t axis = 0;
          for (std::size_t d = 0; d < variable->indices.size(); ++d) {
            if ((*member)[d]) continue;
            const long extent = shape[axis++];
            const Range& range = variable->indices[d];
            if (!range.lo || !range.hi) continue;
            const Expr length = make::add({range.hi, make::neg(range.lo), make::number(1)});
            const auto form = affine(with_sizes(substitute(length, at), sizes_));
            if (!form) continue;
            Rational rest = Rational(extent) - form->constant;
            Expr unknown = nullptr;
            Rational weight;
            bool one = true;
            for (const auto& [term, k] : form->terms) {
              const bool size = term->kind == Kind::ref && term->symbol->role == Role::size;
              one = one && size && !unknown;
              // Members stacked have one size for all: n, of n_l.
              const bool member =
                  size && std::all_of(term->kids.begin(), term->kids.end(), [](Expr kid) { return kid->is_number(); });
              unknown = member || !size ? term : make::ref(term->symbol), weight = k;
            }
            if (!one || !unknown || weight == 0 || sizes_.count(unknown)) continue;
            const Rational value = rest / weight;
            if (value.get_den() != 1 || value < 0) continue;
            set_size(unknown, value.get_num().get_si(), "from " + given.typed);
            again = true;
          }
        }
      }
    }
    long next = 3;
    const auto settle = [&](Expr size) {
      if (sizes_.count(size)) return true;
      if (!request_.any_size) {
        const std::string name = typed(size);
        say(trouble("compile", "the size " + name + " is not known",
                    "set it, --set " + name + "=1000, or give data of a variable that has it"));
        return false;
      }
      set_size(size, next++, "chosen");
      return true;
    };
    for (const Symbol* size : size_symbols_) {
      if (size->indices.empty() && !settle(make::ref(size))) return false;
    }
    for (Expr size : size_members_of(quantities_, sizes_)) {
      if (!sizes_.count(make::ref(size->symbol)) && !settle(size)) return false;
    }
    return true;
  }

  static void collect_variables(Expr e, std::vector<const Symbol*>& out) {
    visit(e, [&](Expr node) {
      if (node->kind != Kind::ref || std::find(out.begin(), out.end(), node->symbol) != out.end()) return;
      out.push_back(node->symbol);
      for (const Clause& clause : node->symbol->clauses) collect_variables(clause.body, out);
    });
  }

  bool derive() {
    Program& program = lowered_.program;
    DerivativeBuilder builder(lowered_);
    const std::vector<const Symbol*> values = program.outputs;
    for (std::size_t i = 0; i < values.size(); ++i) output_names_.emplace_back(values[i], request_.quantities[i]);
    // All gradients come from one sweep back, at the place of the first.
    std::vector<Variable> by_gradient;
    for (const WantedDerivative& wanted : request_.derivatives) {
      if (wanted.kind != WantedDerivative::Kind::gradient) continue;
      const auto by = variables_of(wanted);
      if (!by) return false;
      for (const Variable& variable : *by) {
        const bool known = std::any_of(by_gradient.begin(), by_gradient.end(),
                                       [&](const Variable& other) { return other.array == variable.array; });
        if (!known) by_gradient.push_back(variable);
      }
    }
    bool swept = false;
    for (const WantedDerivative& wanted : request_.derivatives) {
      const bool gradient = wanted.kind == WantedDerivative::Kind::gradient;
      if (gradient && swept) continue;
      const auto by = gradient ? std::optional(by_gradient) : variables_of(wanted);
      if (!by) return false;
      if (const auto why = derive_one(builder, wanted, values[0], *by)) {
        say(*why);
        return false;
      }
      swept |= gradient;
    }
    for (const auto& choice : builder.choices()) tell_mode(choice);
    return true;
  }

  /// The variables that the derivative is by; none if there is none of that name, which is said.
  std::optional<std::vector<Variable>> variables_of(const WantedDerivative& wanted) {
    const TypedName name = typed_name(wanted.by);
    std::vector<Variable> by;
    for (const Variable& variable : lowered_.variables) {
      // The initial members of a recurrence are named one by one: h itself is what is defined.
      if (means(name, variable) && !(variable.symbol->defined() && means(name, variable.symbol)))
        by.push_back(variable);
    }
    // By a defined quantity, which then counts as independent.
    for (const auto& [symbol, array] : lowered_.arrays) {
      if (symbol->defined() && means(name, symbol))
        by.push_back({symbol, std::vector<Expr>(array->indices.size(), nullptr), array});
    }
    if (!by.empty()) return by;
    std::vector<std::string> known;
    for (const Variable& variable : lowered_.variables) known.push_back(written(variable, quantities_));
    say(trouble("derivative-by", request_.quantities[0] + " has no variable " + wanted.by,
                known.empty() ? "at these sizes it depends on nothing"
                              : fmt::format("its variables are {}", fmt::join(known, ", "))));
    return std::nullopt;
  }

  std::optional<Diagnostic> derive_one(DerivativeBuilder& builder, const WantedDerivative& wanted, const Symbol* value,
                                       const std::vector<Variable>& by) {
    using Kind = WantedDerivative::Kind;
    std::vector<const Symbol*> arrays;
    std::vector<std::string> names;
    for (const Variable& variable : by) {
      arrays.push_back(variable.array);
      names.push_back(written(variable, quantities_));
    }
    const std::string of = bracketed(request_.quantities[0]);
    if ((wanted.kind == Kind::gradient || wanted.kind == Kind::hessian) && !value->indices.empty()) {
      return trouble(
          "derivative-by",
          fmt::format("{} is an array, {}: it has no gradient and no Hessian", of, shape_text(shape_of(value))),
          "ask for --jacobian " + wanted.by + ", or --vjp " + wanted.by);
    }
    if (wanted.kind == Kind::jvp && by.size() != 1)
      return trouble("derivative-by", "a direction is of one array", "name one member of the family");
    switch (wanted.kind) {
      case Kind::gradient:
      case Kind::vjp: {
        const bool gradient = wanted.kind == Kind::gradient;
        const auto made = gradient ? builder.gradient(value, arrays) : builder.vjp(value, arrays, "seed");
        if (!made) return made.error();
        for (std::size_t i = 0; i < arrays.size(); ++i) {
          add_output((*made)[i], fmt::format("{}∂{}/∂{}", gradient ? "" : "seed·", of, names[i]));
          const auto& member = by[i].member;
          if (std::any_of(member.begin(), member.end(), [](Expr term) { return term != nullptr; }))
            family_[(*made)[i]] = fmt::format("{}∂{}/∂{}", gradient ? "" : "seed·", of, by[i].symbol->name);
          if (gradient) gradient_by_.emplace((*made)[i], arrays[i]);
        }
        return std::nullopt;
      }
      case Kind::jacobian:
        for (std::size_t i = 0; i < arrays.size(); ++i) {
          const auto made = builder.jacobian(value, arrays[i]);
          if (!made) return made.error();
          if (builder.in_blocks(*made)) blocks_.insert(*made);
          add_output(*made, fmt::format("∂{}/∂{}", of, names[i]));
        }
        return std::nullopt;
      case Kind::jvp: {
        const auto made = builder.jvp({value}, arrays[0], "direction");
        if (!made) return made.error();
        add_output(made->front(), fmt::format("∂{}/∂{}·direction", of, names[0]));
        return std::nullopt;
      }
      case Kind::hessian: {
        const auto made = builder.hessian(value, arrays);
        if (!made) return made.error();
        for (std::size_t i = 0; i < made->size(); ++i) {
          if (builder.in_blocks((*made)[i])) blocks_.insert((*made)[i]);
          add_output((*made)[i], fmt::format("∂²{}/∂{}∂{}", of, names[i / names.size()], names[i % names.size()]));
        }
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  void add_output(const Symbol* array, std::string name) {
    lowered_.program.outputs.push_back(array);
    output_names_.emplace_back(array, std::move(name));
  }

  void tell_mode(const DerivativeBuilder::Choice& choice) {
    const auto named = std::find_if(output_names_.begin(), output_names_.end(),
                                    [&](const auto& n) { return n.first == choice.derivative; });
    if (named == output_names_.end()) return;  // a step on the way to a Hessian
    std::string line = fmt::format("{}: {} mode", named->second, choice.reverse ? "reverse" : "forward");
    const bool asked = choice.forward_cost && choice.reverse_cost;
    if (asked) {
      line += fmt::format(", {:.2g} operations; the other takes {:.2g}",
                          choice.reverse ? *choice.reverse_cost : *choice.forward_cost,
                          choice.reverse ? *choice.forward_cost : *choice.reverse_cost);
    }
    line += fmt::format(" ({} by {} entries)", choice.of_entries, choice.by_entries);
    out_.modes.push_back(std::move(line));
  }

  void name_arrays() {
    for (const Symbol* input : out_.program.inputs) {
      const auto variable = std::find_if(lowered_.variables.begin(), lowered_.variables.end(),
                                         [&](const Variable& v) { return v.array == input; });
      out_.inputs.push_back({written(*variable, quantities_), variable->symbol->latex, shape_text(shape_of(input)),
                             input, variable->symbol, "", nullptr});
    }
    for (const Symbol* output : out_.program.outputs) {
      const auto named =
          std::find_if(output_names_.begin(), output_names_.end(), [&](const auto& n) { return n.first == output; });
      const auto by = gradient_by_.find(output);
      const std::string shape =
          shape_text(shape_of(output)) + (blocks_.contains(output) ? ", the blocks that are not zero" : "");
      out_.outputs.push_back({named->second, "", shape, output, nullptr, family_[output],
                              by == gradient_by_.end() ? nullptr : by->second});
    }
  }

  bool fit_data() {
    out_.data.resize(out_.inputs.size());
    for (const Given& given : data_) {
      std::vector<std::size_t> meant;
      for (std::size_t i = 0; i < out_.inputs.size(); ++i) {
        const auto variable = std::find_if(lowered_.variables.begin(), lowered_.variables.end(),
                                           [&](const Variable& v) { return v.array == out_.inputs[i].array; });
        if (means(given.name, *variable)) meant.push_back(i);
      }
      const auto why = meant.empty()       ? unused(given)
                       : meant.size() == 1 ? put(given, meant[0])
                                           : put_in_turn(given, meant);
      if (why) {
        say(*why);
        return false;
      }
    }
    return true;
  }

  std::optional<Diagnostic> put(const Given& given, std::size_t input) {
    const std::vector<long> wanted = shape_of(out_.inputs[input].array), shape = given.array.shape_as(wanted.size());
    if (shape != wanted) {
      return trouble("data-shape",
                     fmt::format("{} is {} in the sheet{}; {} is {}", out_.inputs[input].name, shape_text(wanted),
                                 out_.sizes.empty() ? "" : fmt::format(", with {}", fmt::join(out_.sizes, ", ")),
                                 given.file, shape_text(shape)),
                     "give an array of that shape, rows first, or set other sizes");
    }
    out_.data[input] = given.array;
    out_.data[input].shape = shape;
    return std::nullopt;
  }

  /// A whole family from one vector, its members one after the other.
  std::optional<Diagnostic> put_in_turn(const Given& given, const std::vector<std::size_t>& inputs) {
    long total = 0;
    std::vector<std::string> members;
    for (const std::size_t input : inputs) {
      long size = 1;
      for (const long extent : shape_of(out_.inputs[input].array)) size *= extent;
      total += size;
      members.push_back(fmt::format("{} ({})", out_.inputs[input].name, out_.inputs[input].shape));
    }
    // One behind the other in a vector, or stacked where they have one shape.
    std::vector<long> stacked = shape_of(out_.inputs[inputs[0]].array);
    const bool alike = std::all_of(inputs.begin(), inputs.end(),
                                   [&](std::size_t input) { return shape_of(out_.inputs[input].array) == stacked; });
    stacked.insert(stacked.begin(), static_cast<long>(inputs.size()));
    const bool stack = alike && given.array.shape_as(stacked.size()) == stacked;
    if (!stack && given.array.shape_as(1) != std::vector<long>{total}) {
      return trouble("data-shape",
                     fmt::format("{} stands for several arrays: {}; {} is {}", given.typed, fmt::join(members, ", "),
                                 given.file, shape_text(given.array.shape)),
                     fmt::format("give each by its own name, or all in one vector of {}, in this order{}", total,
                                 alike ? fmt::format(", or stacked, {}", shape_text(stacked)) : ""));
    }
    auto next = given.array.values.begin();
    for (const std::size_t input : inputs) {
      Array& member = out_.data[input];
      member.shape = shape_of(out_.inputs[input].array);
      long size = 1;
      for (const long extent : member.shape) size *= extent;
      member.values.assign(next, next + size);
      next += size;
    }
    return std::nullopt;
  }

  /// Data of what an empty sum has left out does no harm.
  std::optional<Diagnostic> unused(const Given& given) const {
    std::vector<const Symbol*> variables;
    for (const Quantity& quantity : quantities_) collect_variables(quantity.body, variables);
    if (std::any_of(variables.begin(), variables.end(),
                    [&](const Symbol* v) { return !v->defined() && means(given.name, v); }))
      return std::nullopt;
    std::vector<std::string> known;
    for (const NamedArray& input : out_.inputs) known.push_back(input.name);
    return trouble("data", "nothing here needs " + given.typed,
                   known.empty() ? "at these sizes nothing is needed"
                                 : fmt::format("the variables are {}", fmt::join(known, ", ")));
  }

  const ComputeRequest& request_;
  Computation& out_;
  std::vector<Quantity> quantities_;
  std::vector<const Symbol*> size_symbols_;
  std::vector<Given> data_;
  SizeMap sizes_;
  Lowered lowered_;
  std::vector<std::pair<const Symbol*, std::string>> output_names_;
  std::unordered_map<const Symbol*, const Symbol*> gradient_by_;
  std::unordered_map<const Symbol*, std::string> family_;
  std::set<const Symbol*> blocks_;  ///< Jacobians whose shared axis stands once
};

}  // namespace

Computation compute(const ComputeRequest& request) {
  Computation out;
  Computer(request, out).run();
  return out;
}

}  // namespace gradus
