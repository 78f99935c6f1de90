// Opening a definition: which clause certainly says what this reference is, and its body with everything put in.
#include <algorithm>

#include "expr/caches.h"
#include "expr/walk.h"

namespace gradus {
namespace {

enum class Match : std::uint8_t { yes, no, unknown };

Match both(Match a, Match b) {
  if (a == Match::no || b == Match::no) return Match::no;
  return a == Match::yes ? b : a;
}

Match certain(std::optional<bool> fact) { return !fact ? Match::unknown : *fact ? Match::yes : Match::no; }

/// A pattern term as clause variable plus offset; no variable in a numeral or another closed term.
struct PatternTerm {
  const IndexVar* var = nullptr;
  Rational offset;
};

PatternTerm parse(Expr term, const IndexVars& vars) {
  const auto form = affine(term);
  if (!form || form->terms.size() != 1) return {};
  const auto& [atom, weight] = *form->terms.begin();
  if (atom->kind != Kind::index || weight != 1 || std::find(vars.begin(), vars.end(), atom->var) == vars.end())
    return {};
  return {atom->var, form->constant};
}

/// Where a clause variable may not lie outside its range, or surely does not.
Match in_range(const IndexVar* var, const IndexMap& found, bool strict) {
  Match match = Match::yes;
  const Expr value = found.at(var);
  const auto bound = [&](Relation relation, Expr limit) {
    if (!limit) return;
    const Match one = certain(compare(relation, value, substitute(limit, found)));
    match = both(match, one == Match::unknown && !strict ? Match::yes : one);
  };
  bound(Relation::ge, var->lo);
  bound(Relation::le, var->hi);
  return match;
}

/// Indices that choose a member of a family must certainly fit the clause: h_{t-1} may be the initial h_0. An index
/// along an axis was typed when it was read; there only a certain misfit counts.
Match match_clause(const Clause& clause, Expr ref, IndexMap& found) {
  if (clause.pattern.size() != ref->kids.size()) return Match::no;
  Match match = Match::yes;
  std::unordered_map<const IndexVar*, bool> strict;
  for (std::size_t i = 0; i < clause.pattern.size(); ++i) {
    const bool family = i < ref->symbol->family;
    const PatternTerm pattern = parse(clause.pattern[i], clause.vars);
    if (!pattern.var) {
      match = both(match, certain(compare(Relation::eq, ref->kids[i], substitute(clause.pattern[i], found))));
      continue;
    }
    const Expr value = make::add({ref->kids[i], make::number(-pattern.offset)});
    const auto [place, fresh] = found.try_emplace(pattern.var, value);
    if (!fresh) match = both(match, certain(compare(Relation::eq, place->second, value)));
    strict[pattern.var] = strict[pattern.var] || family;
  }
  for (const auto& [var, is_strict] : strict) match = both(match, in_range(var, found, is_strict));
  for (const Condition& condition : clause.when) {
    match = both(match,
                 certain(compare(condition.relation, substitute(condition.a, found), substitute(condition.b, found))));
  }
  return match;
}

std::size_t numerals(const Clause& clause) {
  return static_cast<std::size_t>(std::count_if(clause.pattern.begin(), clause.pattern.end(),
                                                [&](Expr term) { return !parse(term, clause.vars).var; }));
}

/// The clause that certainly matches, if every more special one certainly does not.
const Clause* choose(Expr ref, IndexMap& found) {
  std::vector<const Clause*> order;
  for (const Clause& clause : ref->symbol->clauses) order.push_back(&clause);
  std::stable_sort(order.begin(), order.end(),
                   [](const Clause* a, const Clause* b) { return numerals(*a) > numerals(*b); });
  std::optional<std::size_t> doubtful;  // how special the most special clause is that may match
  for (const Clause* clause : order) {
    if (doubtful && numerals(*clause) < *doubtful) return nullptr;
    IndexMap values;
    const Match match = match_clause(*clause, ref, values);
    if (match == Match::yes) {
      found = std::move(values);
      return clause;
    }
    if (match == Match::unknown && !doubtful) doubtful = numerals(*clause);
  }
  return nullptr;
}

/// f(formals) differentiated in the slots, at the arguments.
Expr differentiated(Expr body, Expr ref, const std::vector<Lambda>& values) {
  const Symbol* symbol = ref->symbol;
  for (const Slot& slot : ref->slots) {
    body = make::deriv(body, make::ref(symbol->formals[slot.arg], slot.at));
  }
  return make::at(body, symbol->formals, values);
}

Expr open(Expr ref) {
  const Symbol* symbol = ref->symbol;
  if (symbol->formals.size() != ref->args.size()) return nullptr;
  IndexMap found;
  const Clause* clause = choose(ref, found);
  if (!clause || !clause->body) return nullptr;
  // Every other variable of the clause is determined by the pattern; one that is not would stay free.
  const Expr body = substitute(refresh(clause->body), found);
  if (ref->slots.empty()) {
    std::unordered_map<const Symbol*, Lambda> values;
    for (std::size_t i = 0; i < ref->args.size(); ++i) values[symbol->formals[i]] = ref->args[i];
    return substitute_symbols(body, values);
  }
  const bool in_reach = std::all_of(ref->slots.begin(), ref->slots.end(),
                                    [&](const Slot& slot) { return slot.arg < symbol->formals.size(); });
  return in_reach ? differentiated(body, ref, ref->args) : nullptr;
}

}  // namespace

bool surely_free(Expr ref) {
  const auto& clauses = ref->symbol->clauses;
  return std::all_of(clauses.begin(), clauses.end(), [&](const Clause& clause) {
    IndexMap found;
    return match_clause(clause, ref, found) == Match::no;
  });
}

std::optional<Expr> unfold(Expr ref) {
  if (ref->kind != Kind::ref || !ref->symbol->defined()) return std::nullopt;
  Pool::Caches& caches = Pool::current().caches();
  caches.notice_definitions();
  const auto known = caches.unfolded.find(ref);
  const Expr body = known != caches.unfolded.end() ? known->second : (caches.unfolded[ref] = open(ref));
  return body ? std::optional(body) : std::nullopt;
}

}  // namespace gradus
