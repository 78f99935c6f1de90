// Random quantities in index notation: sums, triangles, gathers, selections, maxima, and recurrences over time with the
// definitions around them. What is derived from their programs is held against each other by the property test.
#pragma once

#include <iterator>
#include <random>

#include "program/lower.h"

namespace gradus {

class RandomProgram {
 public:
  explicit RandomProgram(std::uint64_t seed) : generator_(seed) {
    symbols_ = {variable("a", {}), variable("u", {range(1, kShort)}), variable("x", {range(1, kLong)}),
                variable("W", {range(1, kShort), range(1, kLong)})};
    variables_ = symbols_;
    for (const long extent : {kShort, kLong}) {
      Symbol* places = variable("c" + std::to_string(extent), {range(1, extent)});
      places->traits.integer = true;
      gathers_.push_back(places);
    }
    if (pick(3) == 0) define_array();
    const std::size_t recurrences = pick(4) == 0 ? 2 : pick(2);
    for (std::size_t n = 0; n < recurrences; ++n) define_recurrence();
    if (pick(3) == 0) define_array();
  }

  /// A scalar that depends on the definitions, where there are any.
  Expr quantity() {
    std::vector<Expr> terms{expression(2 + pick(3), {})};
    for (const Symbol* symbol : defined_) {
      if (pick(3) != 0) terms.push_back(over_all(symbol));
    }
    return pick(5) == 0 && terms.size() > 1 ? make::mul(terms) : make::add(terms);
  }

  const std::vector<const Symbol*>& variables() const { return variables_; }
  double number() { return std::normal_distribution<double>()(generator_); }
  /// An entry of an integer array: a place on an axis of that many.
  double place(const Symbol* gather) { return static_cast<double>(pick(extent_of(gather->indices[0])) + 1); }

 private:
  static constexpr long kShort = 4, kLong = 37;

  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(generator_); }

  static Range range(long lo, long hi) { return {make::number(lo), make::number(hi)}; }
  static std::size_t extent_of(const Range& axis) {
    return static_cast<std::size_t>(axis.hi->number.get_num().get_si());
  }

  static Symbol* variable(const std::string& name, std::vector<Range> axes) {
    Symbol* symbol = Pool::current().new_symbol(name);
    symbol->latex = name;
    symbol->indices = std::move(axes);
    symbol->places.assign(symbol->indices.size(), Place::axis);
    return symbol;
  }

  const IndexVar* over(const char* name, Expr lo, Expr hi, long extent) {
    const IndexVar* var = make::fresh(name, std::move(lo), std::move(hi));
    extents_[var] = extent;
    return var;
  }

  /// A scalar expression; `free` are index variables in scope.
  Expr expression(std::size_t depth, const IndexVars& free) {
    if (depth == 0 || pick(6) == 0) return leaf(free);
    switch (pick(10)) {
      case 0: return make::add({expression(depth - 1, free), expression(depth - 1, free)});
      case 1:
      case 2: return make::mul({expression(depth - 1, free), expression(depth - 1, free)});
      case 3: return make::func(smooth(), expression(depth - 1, free));
      case 4:
        return make::div(expression(depth - 1, free),
                         make::add({make::number(2), make::sq(expression(depth - 1, free))}));
      case 5: {
        const Expr condition = expression(1, free);
        return make::select(Relation::gt, condition, make::number(Rational(1, 7)), expression(depth - 1, free),
                            expression(depth - 1, free));
      }
      case 6: return masked(expression(depth - 1, free), free);
      default: return reduction(depth, free);
    }
  }

  Expr reduction(std::size_t depth, const IndexVars& free) {
    const long extent = pick(2) == 0 ? kShort : kLong;
    Expr lo = make::number(1), hi = make::number(extent);
    // A triangle: up to another index, or from it on.
    const std::vector<Expr> others = indices(extent, free);
    if (!others.empty() && pick(3) == 0) {
      const Expr other = others[pick(others.size())];
      const Expr shifted = make::add({other, make::number(static_cast<long>(pick(2)))});
      if (pick(2) == 0)
        hi = make::sub(shifted, make::number(1));
      else
        lo = shifted;
    }
    const IndexVar* var = over("i", lo, hi, extent);
    IndexVars inner = free;
    inner.push_back(var);
    const Expr body = expression(depth - 1, inner);
    // A maximum of nothing is none: its range is whole.
    if (pick(6) == 0) {
      const IndexVar* whole = over("m", make::number(1), make::number(extent), extent);
      return make::reduce(pick(2) == 0 ? ReduceOp::max : ReduceOp::min, whole,
                          substitute(body, IndexMap{{var, make::index(whole)}}));
    }
    return make::sum(var, make::mul({make::number(Rational(1, extent)), body}));
  }

  /// The expression where two indices, or an index and a number, stand so.
  Expr masked(Expr body, const IndexVars& free) {
    const long extent = pick(2) == 0 ? kShort : kLong;
    const Expr a = term(extent, free), b = term(extent, free);
    if (pick(2) == 0) return make::mul({make::delta(a, b), body});
    constexpr Relation relations[] = {Relation::lt, Relation::le, Relation::eq, Relation::ne};
    return make::select(relations[pick(std::size(relations))], a, b, body, pick(2) == 0 ? make::number(0) : leaf(free));
  }

  Elementary smooth() {
    constexpr Elementary all[] = {Elementary::exp,     Elementary::tanh,     Elementary::sin,
                                  Elementary::sigmoid, Elementary::softplus, Elementary::atan};
    return all[pick(std::size(all))];
  }
  Elementary bounded() {
    constexpr Elementary all[] = {Elementary::tanh, Elementary::sin, Elementary::sigmoid, Elementary::atan};
    return all[pick(std::size(all))];
  }

  std::vector<Expr> indices(long extent, const IndexVars& free) const {
    std::vector<Expr> fit;
    for (const IndexVar* var : free) {
      if (extents_.at(var) == extent) fit.push_back(make::index(var));
    }
    return fit;
  }

  Expr term(long extent, const IndexVars& free) {
    const std::vector<Expr> fit = indices(extent, free);
    if (fit.empty() || pick(8) == 0) return make::number(static_cast<long>(pick(kShort)) + 1);
    const Expr at = fit[pick(fit.size())];
    return pick(6) == 0 ? make::ref(gathers_[extent == kShort ? 0 : 1], {at}) : at;
  }

  /// Something of the symbol: entries at terms in scope.
  Expr entry(const Symbol* symbol, const IndexVars& free) {
    std::vector<Expr> at;
    for (const Range& axis : symbol->indices) at.push_back(term(static_cast<long>(extent_of(axis)), free));
    return make::ref(symbol, std::move(at));
  }

  Expr leaf(const IndexVars& free) {
    if (pick(6) == 0) return make::number(Rational(static_cast<long>(pick(9)) - 4, 3));
    return entry(symbols_[pick(symbols_.size())], free);
  }

  Expr over_all(const Symbol* symbol) {
    IndexVars free;
    for (const Range& axis : symbol->indices) {
      const auto extent = static_cast<long>(extent_of(axis));
      free.push_back(over("s", make::number(1), make::number(extent), extent));
    }
    std::vector<Expr> at;
    for (const IndexVar* var : free) at.push_back(make::index(var));
    Expr out = make::mul({make::ref(symbol, at), leaf(free)});
    for (const IndexVar* var : free) out = make::sum(var, out);
    return out;
  }

  void add(Symbol* symbol) {
    symbols_.push_back(symbol);
    defined_.push_back(symbol);
  }

  void define_array() {
    const long extent = pick(2) == 0 ? kShort : kLong;
    Symbol* array = variable("y", {range(1, extent)});
    const IndexVar* i = over("i", make::number(1), make::number(extent), extent);
    array->clauses = {{{i}, {make::index(i)}, {}, expression(3, {i})}};
    add(array);
  }

  /// One array or two that carry each other, up or down the steps, each of numbers or of short vectors.
  void define_recurrence() {
    const long steps = pick(2) == 0 ? kShort : kLong;
    const bool down = pick(3) == 0;
    std::vector<Symbol*> group;
    for (std::size_t n = pick(2) + 1; n > 0; --n) {
      std::vector<Range> axes{range(1, steps)};
      if (pick(2) == 0) axes.push_back(range(1, kShort));
      group.push_back(variable(n == 1 ? "h" : "g", std::move(axes)));
    }
    const long first = down ? steps : 1;
    const IndexVar* t = down ? over("t", make::number(1), make::number(steps - 1), steps)
                             : over("t", make::number(2), make::number(steps), steps);
    const Expr before = make::add({make::index(t), make::number(down ? 1 : -1)});
    for (Symbol* symbol : group) {
      IndexVars axes;
      if (symbol->indices.size() == 2) axes.push_back(over("j", make::number(1), make::number(kShort), kShort));
      std::vector<Expr> pattern{make::number(first)};
      for (const IndexVar* j : axes) pattern.push_back(make::index(j));
      symbol->clauses.push_back({axes, pattern, {}, expression(2, axes)});
    }
    std::vector<const Symbol*> ready;
    for (Symbol* symbol : group) {
      IndexVars axes{t};
      if (symbol->indices.size() == 2) axes.push_back(over("j", make::number(1), make::number(kShort), kShort));
      std::vector<Expr> pattern;
      for (const IndexVar* var : axes) pattern.push_back(make::index(var));
      // What went before of one or all, what this step has already, and anything else.
      std::vector<Expr> terms;
      for (const Symbol* other : group) {
        if (other == symbol || pick(3) != 0) terms.push_back(carried(other, before, axes));
      }
      for (const Symbol* other : ready) {
        if (pick(2) == 0) terms.push_back(carried(other, make::index(t), axes));
      }
      terms.push_back(expression(1 + pick(3), axes));
      Expr body = pick(4) == 0 ? make::add({make::mul({make::number(Rational(1, 2)), terms[0]}), terms.back()})
                               : make::func(bounded(), pick(3) == 0 ? make::mul(terms) : make::add(terms));
      symbol->clauses.push_back({axes, pattern, {}, body});
      ready.push_back(symbol);
    }
    for (Symbol* symbol : group) add(symbol);
  }

  /// The array at a step: an entry, times something; or a sum over its entries.
  Expr carried(const Symbol* symbol, Expr step, const IndexVars& free) {
    if (symbol->indices.size() == 1) return make::mul({make::ref(symbol, {step}), leaf(free)});
    // The step itself chooses no entry: such an array would be stepped along both of its axes.
    const IndexVars entries(free.begin() + 1, free.end());
    if (pick(2) == 0) return make::mul({make::ref(symbol, {step, term(kShort, entries)}), leaf(free)});
    const IndexVar* k = over("k", make::number(1), make::number(kShort), kShort);
    IndexVars inner = free;
    inner.push_back(k);
    const Expr entry = make::ref(symbol, {step, make::index(k)});
    return make::sum(k, make::mul({make::number(Rational(1, 3)), entry, expression(1, inner)}));
  }

  std::mt19937_64 generator_;
  std::vector<const Symbol*> symbols_, variables_, gathers_, defined_;
  std::unordered_map<const IndexVar*, long> extents_;
};

}  // namespace gradus
