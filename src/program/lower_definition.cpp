// Definitions as arrays: each clause is a statement over the members that it says. Conditions on indices (for i > 0,
// cases by t = 0) become ranges; those that are none (i < j, i ≠ j) choose in the body, over an array of zeroes.
#include <algorithm>

#include "expr/dependence.h"
#include "expr/relation.h"
#include "program/covered.h"
#include "program/lowerer.h"

namespace gradus {

PatternTerm pattern_term(Expr term) {
  const auto form = affine(term);
  if (!form || form->terms.size() != 1 || form->terms.begin()->first->kind != Kind::index ||
      form->terms.begin()->second != 1)
    return {};
  return {form->terms.begin()->first->var, form->constant};
}

namespace {

long floor_of(const Rational& q) {
  mpz_class out;
  mpz_fdiv_q(out.get_mpz_t(), q.get_num_mpz_t(), q.get_den_mpz_t());
  return out.get_si();
}

}  // namespace

Clause replaced(Clause clause, const IndexVar* var, Expr by) {
  const auto put = [&](const IndexMap& map) {
    const auto in = [&](Expr& e) {
      if (e) e = substitute(e, map);
    };
    for (Expr& term : clause.pattern) in(term);
    for (Condition& condition : clause.when) in(condition.a), in(condition.b);
    in(clause.body);
  };
  const IndexMap map{{var, by}};
  put(map);
  std::erase(clause.vars, var);
  if (by->kind == Kind::index) clause.vars.push_back(by->var);
  for (const IndexVar*& other : clause.vars) {
    if ((other->lo && mentions(other->lo, var)) || (other->hi && mentions(other->hi, var))) {
      const IndexVar* moved = make::fresh(other->name, substitute(other->lo, map), substitute(other->hi, map));
      put({{other, make::index(moved)}});
      other = moved;
    }
  }
  return clause;
}

const std::vector<Clause>& Lowerer::clauses_of(const Symbol* symbol) {
  const auto [found, fresh] = clauses_.try_emplace(symbol);
  if (!fresh) return found->second;
  std::vector<Clause> out;
  for (std::size_t c = 0; c < symbol->clauses.size(); ++c) {
    Clause clause = symbol->clauses[c];
    // What has a clause of its own, y_0 beside y_i, is not said by the one for all.
    for (const Clause& special : symbol->clauses) {
      std::size_t numerals = 0, at = 0;
      for (std::size_t d = 0; d < special.pattern.size(); ++d) {
        if (!pattern_term(special.pattern[d]).var) ++numerals, at = d;
      }
      if (numerals == 1 && special.when.empty() && at < clause.pattern.size() && pattern_term(clause.pattern[at]).var)
        clause.when.push_back({Relation::ne, clause.pattern[at], special.pattern[at]});
    }
    settle(std::move(clause), out);
  }
  return clauses_[symbol] = std::move(out);
}

/// The range of a clause's variable, if its bounds are numbers.
std::optional<Interval> Lowerer::numbers_of(const IndexVar* var) {
  if (!var->lo || !var->hi) return std::nullopt;
  const auto lo = constant_index(sized(var->lo)), hi = constant_index(sized(var->hi));
  return lo && hi ? std::optional(Interval{lo.value_or(0), hi.value_or(-1)}) : std::nullopt;
}

/// Adds the clause to `out`, cut into parts whose conditions are ranges as far as can be.
void Lowerer::settle(Clause clause, std::vector<Clause>& out) {
  std::vector<Condition> left;
  while (!clause.when.empty()) {
    Condition condition = clause.when.back();
    clause.when.pop_back();
    const auto form = affine(sized(make::sub(condition.a, condition.b)));
    if (form && form->terms.empty()) {
      if (!holds<Rational>(condition.relation, form->constant, 0)) return;
      continue;
    }
    const IndexVar* var = form && form->terms.size() == 1 && form->terms.begin()->first->kind == Kind::index
                              ? form->terms.begin()->first->var
                              : nullptr;
    const bool own = var && std::find(clause.vars.begin(), clause.vars.end(), var) != clause.vars.end();
    const std::optional<Interval> known = own ? numbers_of(var) : std::nullopt;
    if (!known) {
      left.push_back(condition);
      continue;
    }
    const Rational weight = form->terms.begin()->second, value = -form->constant / weight;
    const Relation relation = weight < 0 ? mirrored(condition.relation) : condition.relation;
    const long below = floor_of(value);
    const bool whole = value.get_den() == 1;
    Interval range = *known;
    switch (relation) {
      case Relation::eq: range = whole ? Interval{below, below} : Interval{}; break;
      case Relation::le: range.hi = std::min(range.hi, below); break;
      case Relation::lt: range.hi = std::min(range.hi, whole ? below - 1 : below); break;
      case Relation::ge: range.lo = std::max(range.lo, whole ? below : below + 1); break;
      case Relation::gt: range.lo = std::max(range.lo, below + 1); break;
      case Relation::ne:
        if (whole && below > known->lo && below < known->hi) {
          // Two ranges, one on each side.
          clause.when.insert(clause.when.end(), left.begin(), left.end());
          for (const Relation side : {Relation::lt, Relation::gt}) {
            Clause part = clause;
            part.when.push_back({side, make::index(var), make::number(below)});
            settle(std::move(part), out);
          }
          return;
        }
        if (whole && below == known->lo) ++range.lo;
        if (whole && below == known->hi) --range.hi;
        break;
    }
    if (range.lo < known->lo || range.hi > known->hi || range.extent() == 0) return;
    if (range == *known) continue;
    clause.when.insert(clause.when.end(), left.begin(), left.end());
    left.clear();
    clause = replaced(std::move(clause), var,
                      relation == Relation::eq ? make::number(range.lo) : make::index(new_loop(var->name, range)));
  }
  clause.when = std::move(left);
  if (!split_cases(clause, out)) out.push_back(std::move(clause));
}

/// Cases by an index (1 if t = 0, otherwise f(h_{t-1})) as clauses, if their conditions are ranges.
bool Lowerer::split_cases(const Clause& clause, std::vector<Clause>& out) {
  const Expr body = clause.body;
  if (body->kind != Kind::select) return false;
  for (const Expr side : {body->kids[0], body->kids[1]}) {
    const auto form = affine(sized(side));
    if (!form || std::any_of(form->terms.begin(), form->terms.end(),
                             [](const auto& term) { return term.first->kind != Kind::index; }))
      return false;
  }
  std::vector<Clause> parts;
  for (const bool chosen : {true, false}) {
    Clause part = clause;
    part.when.push_back({chosen ? body->relation() : opposite(body->relation()), body->kids[0], body->kids[1]});
    part.body = body->kids[chosen ? 2 : 3];
    settle(std::move(part), parts);
  }
  for (const Clause& part : parts) {
    if (part.when.size() > clause.when.size()) return false;
  }
  out.insert(out.end(), parts.begin(), parts.end());
  return true;
}

void Lowerer::define(const Symbol* symbol) {
  if (open_.count(symbol) || !defined_.insert(symbol).second) return;
  std::vector<const Symbol*> group;
  for (const Symbol* other : reach_of(symbol)) {
    if (other->defined() && other->formals.empty() && contains(reach_of(other), symbol)) group.push_back(other);
  }
  if (group.empty()) {
    clear_for_conditions(symbol);
    for (const Clause& clause : clauses_of(symbol)) write_clause(symbol, clause, {});
    return;
  }
  if (levels_.size() > 1)
    cannot_lower("the recurrence of " + symbol->name + " stands inside another", "name its result");
  for (const Symbol* member : group) defined_.insert(member);
  open_.insert(group.begin(), group.end());
  define_recurrence(group);
  for (const Symbol* member : group) open_.erase(member);
}

bool Lowerer::chooses(const Symbol* symbol) {
  const std::vector<Clause>& clauses = clauses_of(symbol);
  return std::any_of(clauses.begin(), clauses.end(), [](const Clause& clause) { return !clause.when.empty(); });
}

/// Zeroes, to which clauses that hold under a condition add.
void Lowerer::clear_for_conditions(const Symbol* symbol) {
  const Symbol* array = array_of(symbol);
  if (!chooses(symbol)) return;
  place(filled(array, make::number(0)));
  chosen_.push_back(array);
}

std::string Lowerer::unsaid() const {
  for (const Symbol* array : chosen_) {
    if (std::string what = unsaid_read(out_.program, array); !what.empty()) return what;
  }
  return {};
}

/// Where a variable of the pattern is one of the loops around it, the clause's own variable is that loop's.
void Lowerer::write_clause(const Symbol* symbol, const Clause& clause,
                           const std::vector<const IndexVar*>& sequence_of_axis) {
  const Symbol* array = array_of(symbol);
  IndexMap map;
  Assignment statement;
  std::vector<Expr> at;
  for (std::size_t d = 0; d < clause.pattern.size(); ++d) {
    const PatternTerm term = pattern_term(clause.pattern[d]);
    if (!term.var) {
      at.push_back(scalar(sized(substitute(clause.pattern[d], map))));
      continue;
    }
    if (map.count(term.var)) {
      at.push_back(sized(substitute(clause.pattern[d], map)));
      continue;
    }
    const IndexVar* sequence = d < sequence_of_axis.size() ? sequence_of_axis[d] : nullptr;
    if (sequence) {
      map.emplace(term.var, make::add({make::index(sequence), make::number(-term.offset)}));
      at.push_back(make::index(sequence));
      continue;
    }
    const Expr lo = sized(substitute(term.var->lo, map)), hi = sized(substitute(term.var->hi, map));
    const IndexVar* loop = make::fresh(term.var->name, lo, hi);
    if (!interval_of(loop)) cannot_lower("the range of " + loop->name + " is not known", "set the sizes in it");
    map.emplace(term.var, make::index(loop));
    statement.loops.push_back(loop);
    at.push_back(sized(substitute(clause.pattern[d], map)));
  }
  statement.target = make::ref(array, at);
  statement.body = scalar(sized(substitute(clause.body, map)));
  if (chooses(symbol)) statement.update = Update::add;
  for (const Condition& condition : clause.when) {
    const auto side = [&](Expr e) { return scalar(sized(substitute(e, map))); };
    statement.body =
        make::select(condition.relation, side(condition.a), side(condition.b), statement.body, make::number(0));
  }
  place(std::move(statement));
}

}  // namespace gradus
