#include "program/arrays.h"

#include <algorithm>

namespace gradus {
namespace {

std::optional<Interval> product(std::optional<Interval> a, std::optional<Interval> b) {
  if (!a || !b) return std::nullopt;
  const long corners[] = {a->lo * b->lo, a->lo * b->hi, a->hi * b->lo, a->hi * b->hi};
  return Interval{*std::min_element(corners, corners + 4), *std::max_element(corners, corners + 4)};
}

/// The factor that is a fraction, times the rest: i(i+1)/2.
std::optional<Interval> scaled(const Rational& factor, std::optional<Interval> of) {
  if (!of) return std::nullopt;
  const auto times = [&](long value, bool up) {
    const Rational exact = factor * value;
    mpz_class rounded;
    if (up)
      mpz_cdiv_q(rounded.get_mpz_t(), exact.get_num_mpz_t(), exact.get_den_mpz_t());
    else
      mpz_fdiv_q(rounded.get_mpz_t(), exact.get_num_mpz_t(), exact.get_den_mpz_t());
    return rounded.get_si();
  };
  if (factor < 0) return Interval{times(of->hi, false), times(of->lo, true)};
  return Interval{times(of->lo, false), times(of->hi, true)};
}

}  // namespace

std::optional<long> constant_index(Expr term) {
  const auto range = interval_of(term);
  if (!term->free.empty() || !range || range->lo != range->hi) return std::nullopt;
  return range->lo;
}

std::optional<Interval> interval_of(Expr term) {
  switch (term->kind) {
    case Kind::number:
      if (term->number.get_den() != 1 || !term->number.get_num().fits_slong_p()) return std::nullopt;
      return Interval{term->number.get_num().get_si(), term->number.get_num().get_si()};
    case Kind::index: return interval_of(term->var);
    case Kind::add: {
      Interval sum{0, 0};
      // Fractions only come right in the whole: a common denominator first.
      mpz_class common = 1;
      for (Expr kid : term->kids) {
        const Expr first = kid->kind == Kind::mul ? kid->kids[0] : kid;
        if (first->is_number()) common = lcm(common, first->number.get_den());
      }
      for (Expr kid : term->kids) {
        const auto one = interval_of(common == 1 ? kid : make::mul({make::number(Rational(common)), kid}));
        if (!one) return std::nullopt;
        sum.lo += one->lo;
        sum.hi += one->hi;
      }
      return scaled(Rational(1, common), sum);
    }
    case Kind::mul: {
      std::optional<Interval> rest = Interval{1, 1};
      Rational factor = 1;
      for (Expr kid : term->kids) {
        if (kid->is_number())
          factor *= kid->number;
        else
          rest = product(rest, interval_of(kid));
      }
      return scaled(factor, rest);
    }
    case Kind::pow: {
      const auto base = interval_of(term->kids[0]);
      const auto exponent = interval_of(term->kids[1]);
      if (!base || !exponent || exponent->lo != exponent->hi || exponent->lo < 1 || exponent->lo > 8)
        return std::nullopt;
      std::optional<Interval> power = Interval{1, 1};
      for (long i = 0; i < exponent->lo; ++i) power = product(power, base);
      return power;
    }
    default: return std::nullopt;
  }
}

std::optional<Interval> interval_of(const IndexVar* var) {
  if (!var->lo || !var->hi) return std::nullopt;
  const auto lo = interval_of(var->lo), hi = interval_of(var->hi);
  if (!lo || !hi) return std::nullopt;
  return Interval{lo->lo, hi->hi};
}

Interval axis_of(const Symbol* array, std::size_t axis) {
  return {interval_of(array->indices[axis].lo)->lo, interval_of(array->indices[axis].hi)->hi};
}

Symbol* new_array(std::string name, std::string latex, const std::vector<Interval>& axes) {
  Symbol* array = Pool::current().new_symbol(std::move(name));
  array->latex = std::move(latex);
  for (const Interval& axis : axes) {
    array->indices.push_back({make::number(axis.lo), make::number(axis.hi)});
    array->places.push_back(Place::axis);
  }
  return array;
}

long elements(const Symbol* array) {
  long count = 1;
  for (std::size_t d = 0; d < array->indices.size(); ++d) count *= axis_of(array, d).extent();
  return count;
}

const IndexVar* new_loop(std::string name, Interval range) {
  return make::fresh(std::move(name), make::number(range.lo), make::number(range.hi));
}

IndexVars loops_over(const Symbol* array) {
  IndexVars loops;
  for (std::size_t d = 0; d < array->indices.size(); ++d)
    loops.push_back(new_loop("k" + std::to_string(d + 1), axis_of(array, d)));
  return loops;
}

std::vector<Expr> terms_of(const IndexVars& loops) {
  std::vector<Expr> terms;
  for (const IndexVar* loop : loops) terms.push_back(make::index(loop));
  return terms;
}

bool mentions(Expr e, const IndexVar* var) {
  return std::any_of(e->free.begin(), e->free.end(), [&](const IndexVar* free) {
    return free == var || (free->lo && mentions(free->lo, var)) || (free->hi && mentions(free->hi, var));
  });
}

IndexVars loops_needed(const std::vector<Expr>& terms, const IndexVars& loops) {
  IndexVars needed;
  for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
    bool is = std::any_of(terms.begin(), terms.end(), [&](Expr term) { return mentions(term, *loop); });
    for (const IndexVar* other : needed) is = is || mentions(other->lo, *loop) || mentions(other->hi, *loop);
    if (is) needed.insert(needed.begin(), *loop);
  }
  return needed;
}

bool varies_with(const Assignment& statement, const IndexVar* var) {
  return mentions(statement.body, var) || mentions(statement.target, var) ||
         std::any_of(statement.loops.begin(), statement.loops.end(),
                     [&](const IndexVar* loop) { return mentions(loop->lo, var) || mentions(loop->hi, var); });
}

Assignment renamed(const Assignment& statement) {
  Assignment out = statement;
  IndexMap map;
  for (const IndexVar*& loop : out.loops) {
    const IndexVar* fresh = make::fresh(loop->name, substitute(loop->lo, map), substitute(loop->hi, map));
    map.emplace(loop, make::index(fresh));
    loop = fresh;
  }
  out.target = substitute(out.target, map);
  out.body = substitute(out.body, map);
  return out;
}

std::optional<std::pair<long, long>> index_range(const Program& program, const Symbol* array) {
  std::optional<std::pair<long, long>> range;
  const auto look = [&](Expr e) {
    visit(e, [&](Expr node) {
      if (node->kind != Kind::ref || node->symbol->role == Role::constant) return;
      for (std::size_t d = 0; d < node->kids.size(); ++d) {
        if (node->kids[d]->kind != Kind::ref || node->kids[d]->symbol != array) continue;
        const Interval axis = axis_of(node->symbol, d);
        if (!range) range = {axis.lo, axis.hi};
        range = {std::max(range->first, axis.lo), std::min(range->second, axis.hi)};
      }
    });
  };
  for_each_statement(program.items, [&](const Assignment& s) {
    look(s.body);
    look(s.target);
  });
  return range;
}

namespace {

void collect_reads(Expr e, std::vector<Expr>& out) {
  if (e->kind == Kind::ref) {
    if (e->symbol->role == Role::constant) return;
    if (std::find(out.begin(), out.end(), e) == out.end()) out.push_back(e);
    return;
  }
  for (Expr kid : e->kids) collect_reads(kid, out);
}

}  // namespace

std::vector<Expr> reads_of(Expr body) {
  std::vector<Expr> out;
  collect_reads(body, out);
  return out;
}

std::vector<const Symbol*> arrays_read(const Assignment& statement) {
  std::vector<const Symbol*> out;
  const auto search = [&](Expr e) {
    for (const Symbol* symbol : symbols_in(e)) {
      if (symbol->role != Role::constant && std::find(out.begin(), out.end(), symbol) == out.end())
        out.push_back(symbol);
    }
  };
  search(statement.body);
  for (Expr term : statement.target->kids) search(term);
  for (const IndexVar* loop : statement.loops) {
    search(loop->lo);
    search(loop->hi);
  }
  return out;
}

bool covers_once(const Assignment& statement) {
  const Symbol* array = statement.target->symbol;
  if (statement.loops.size() != array->indices.size()) return false;
  std::vector<const IndexVar*> seen;
  for (std::size_t d = 0; d < array->indices.size(); ++d) {
    const Expr term = statement.target->kids[d];
    if (term->kind != Kind::index) return false;
    const IndexVar* var = term->var;
    if (std::find(statement.loops.begin(), statement.loops.end(), var) == statement.loops.end()) return false;
    if (std::find(seen.begin(), seen.end(), var) != seen.end()) return false;
    if (!constant_index(var->lo) || !constant_index(var->hi) || interval_of(var) != axis_of(array, d)) return false;
    seen.push_back(var);
  }
  return true;
}

Expr neutral(Update update) {
  const long sign = update == Update::max ? -1 : update == Update::min ? 1 : 0;
  return make::number(Rational(mpz_class(sign) << 1023));
}

Assignment filled(const Symbol* array, Expr value) {
  Assignment out;
  out.loops = loops_over(array);
  out.target = make::ref(array, terms_of(out.loops));
  out.body = value;
  out.lazy = true;
  return out;
}

ProgramItems mapped(const ProgramItems& items, const std::function<Assignment(const Assignment&)>& map) {
  ProgramItems out;
  for (const ProgramItem& item : items) {
    if (item.sequence) {
      auto copy = std::make_shared<Sequence>(*item.sequence);
      copy->items = mapped(item.sequence->items, map);
      out.push_back({Assignment{}, std::move(copy)});
    } else {
      out.push_back({map(item.statement), nullptr});
    }
  }
  return out;
}

namespace {

double operations_at(const ProgramItems& items, double times) {
  double total = 0;
  for (const ProgramItem& item : items) {
    if (item.sequence) {
      total +=
          operations_at(item.sequence->items, times * static_cast<double>(interval_of(item.sequence->var)->extent()));
      continue;
    }
    double here = 1;
    visit(item.statement.body, [&](Expr) { ++here; });
    for (const IndexVar* loop : item.statement.loops) here *= static_cast<double>(interval_of(loop)->extent());
    total += times * here;
  }
  return total;
}

}  // namespace

double operations(const ProgramItems& items) { return operations_at(items, 1); }

}  // namespace gradus
