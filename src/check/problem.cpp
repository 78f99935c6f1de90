#include "check/problem.h"

#include <algorithm>

#include "check/random.h"
#include "expr/traits.h"

namespace gradus {

namespace {

/// Gathers symbols below expressions, through definitions, ranges of axes and of bound variables.
class Reach {
 public:
  void add(Expr e) {
    if (!e || !seen_.insert(e).second) return;
    if (e->var) add(e->var);
    if (e->symbol) add(e->symbol);
    for (const Symbol* symbol : e->bound) add(symbol);
    for (const IndexVar* var : e->free) add(var);
    for (Expr kid : e->kids) add(kid);
    for (const Lambda& lambda : e->args) {
      for (const IndexVar* param : lambda.params) add(param);
      add(lambda.body);
    }
    for (const Slot& slot : e->slots)
      for (Expr at : slot.at) add(at);
  }
  void add(const IndexVar* var) {
    add(var->lo);
    add(var->hi);
  }
  void add(const Symbol* symbol) {
    if (!symbols.insert(symbol).second) return;
    for (const Range& range : symbol->indices) add(range.lo), add(range.hi);
    for (const Symbol* formal : symbol->formals) add(formal);
    for (const Clause& clause : symbol->clauses) {
      add(clause.body);
      for (Expr term : clause.pattern) add(term);
      for (const Condition& condition : clause.when) add(condition.a), add(condition.b);
    }
    add(symbol->traits.hot);
  }
  std::set<const Symbol*> symbols;

 private:
  std::set<Expr> seen_;
};

/// How many derivatives are nested in an expression, definitions opened.
class Order {
 public:
  int of(Expr e) {
    if (auto it = known_.find(e); it != known_.end()) return it->second;
    known_[e] = 0;  // a recursion counts once
    int deepest = 0;
    for (Expr kid : e->kids) deepest = std::max(deepest, of(kid));
    for (const Lambda& lambda : e->args) deepest = std::max(deepest, of(lambda.body));
    if (e->symbol && open_.insert(e->symbol).second) {
      for (const Clause& clause : e->symbol->clauses) deepest = std::max(deepest, of(clause.body));
      open_.erase(e->symbol);
    }
    deepest += static_cast<int>(e->slots.size()) + (e->kind == Kind::deriv ? 1 : 0);
    return known_[e] = std::min(deepest, 6);
  }

 private:
  std::unordered_map<Expr, int> known_;
  std::set<const Symbol*> open_;
};

}  // namespace

std::set<const Symbol*> reachable_symbols(const std::vector<Expr>& roots) {
  Reach reach;
  for (Expr root : roots) reach.add(root);
  return std::move(reach.symbols);
}

Problem::Problem(const Case& side_, const Claim& claim_, const Hypothesis* hypothesis_)
    : side(side_), claim(claim_), hypothesis(hypothesis_) {
  Reach reach;
  reach.add(side.lhs);
  reach.add(side.rhs);
  free = side.free;
  for (Expr e : {side.lhs, side.rhs}) free.insert(free.end(), e->free.begin(), e->free.end());
  std::sort(free.begin(), free.end(), [](auto a, auto b) { return a->id < b->id; });
  free.erase(std::unique(free.begin(), free.end()), free.end());
  for (const IndexVar* var : free) reach.add(var);
  for (const Condition& condition : claim.conditions) reach.add(condition.a), reach.add(condition.b);
  for (const Condition& condition : claim.constraints) reach.add(condition.a), reach.add(condition.b);
  for (Expr e : claim.vanishing) reach.add(e);
  if (hypothesis)
    for (Expr e : hypothesis->vanishing) reach.add(e);
  for (const Assumed& assumed : claim.assumed)
    if (assumed.traits.hot) reach.add(assumed.traits.hot);
  symbols.assign(reach.symbols.begin(), reach.symbols.end());
  std::sort(symbols.begin(), symbols.end(), [](auto a, auto b) { return a->id < b->id; });
  std::optional<long> first_base;
  for (const Symbol* symbol : symbols) {
    if (symbol->role == Role::size && symbol->clauses.empty() && symbol->indices.empty()) sizes.push_back(symbol);
    for (const Clause& clause : symbol->clauses)
      for (std::size_t k = 0; k < symbol->family && k < clause.pattern.size(); ++k)
        if (clause.pattern[k]->is_number() && clause.vars.size() < symbol->family) {
          const long value = clause.pattern[k]->number.get_num().get_si();
          first_base = first_base ? std::min(*first_base, value) : value;
        }
  }
  const auto pin = [&](Expr e, const IndexVars& bound) {
    for (const IndexVar* var : e->free)
      if (std::find(bound.begin(), bound.end(), var) == bound.end() &&
          std::find(pinned.begin(), pinned.end(), var) == pinned.end())
        pinned.push_back(var);
  };
  for (const Symbol* symbol : symbols) {
    for (const Clause& clause : symbol->clauses) pin(clause.body, clause.vars);
    if (Expr hot = traits_of(symbol).hot) pin(hot, symbol->vars);
  }
  if (first_base) first_member = *first_base + 1;
  Order order;
  left_order = order.of(side.lhs);
  right_order = order.of(side.rhs);
}

Traits Problem::traits_of(const Symbol* symbol) const {
  Traits traits = symbol->traits;
  for (const Assumed& assumed : claim.assumed)
    if (assumed.symbol == symbol) merge(traits, assumed.traits);
  if (hypothesis)
    for (const Assumed& assumed : hypothesis->assumed)
      if (assumed.symbol == symbol) merge(traits, assumed.traits);
  return traits;
}

long SizeChoice::of(const Symbol* symbol, const std::vector<long>& at) const {
  auto it = values.find(symbol);
  if (at.empty()) return it == values.end() ? 2 : it->second;
  // The lengths of neighbouring layers differ, so that a transposed or swapped product shows.
  if (small) return 1 + (it == values.end() ? 0 : it->second - 1);
  long turn = static_cast<long>(symbol->id);
  for (long k : at) turn += k;
  return 2 + ((turn % 3) + 3) % 3;
}

bool SizeChoice::below(const SizeChoice& other) const {
  return values != other.values && std::all_of(values.begin(), values.end(), [&](const auto& entry) {
           return entry.second <= other.values.at(entry.first);
         });
}

std::string SizeChoice::text() const {
  std::string text;
  for (const auto& [symbol, value] : values)
    text += (text.empty() ? "" : ", ") + symbol->name + "=" + std::to_string(value);
  return text;
}

namespace {

bool admissible(const Problem& problem, const SizeChoice& choice) {
  Budget budget("sizes", 100'000);
  try {
    ScalarGraph graph(budget, 10'000);
    Grounder grounder(graph, choice, budget, problem.first_member);
    for (const Condition& condition : problem.claim.conditions) {
      if (!condition.a->free.empty() || !condition.b->free.empty()) continue;
      const auto a = grounder.integer(condition.a, {}), b = grounder.integer(condition.b, {});
      if (!a || !b) continue;
      const NodeId holds = graph.select(condition.relation, graph.constant(*a), graph.constant(*b), graph.constant(1),
                                        graph.constant(0));
      if (graph.is_zero(holds)) return false;
    }
    const auto empty = [](const Grounder::Bounds& b) { return b.lo && b.hi && *b.hi < *b.lo; };
    for (const Symbol* symbol : problem.symbols)
      for (std::size_t k = 0; k < symbol->indices.size(); ++k)
        if (empty(grounder.bounds(symbol, k, {}))) return false;
    for (const Symbol* symbol : problem.symbols) {
      const Traits traits = problem.traits_of(symbol);
      if (!traits.hot || symbol->indices.empty() || !traits.hot->free.empty()) continue;
      const auto hot = grounder.integer(traits.hot, {});
      const auto range = grounder.bounds(symbol, symbol->indices.size() - 1, {});
      if (hot && ((range.lo && *hot < *range.lo) || (range.hi && *hot > *range.hi))) return false;
    }
    for (const IndexVar* var : problem.free)
      if (empty(grounder.bounds(var, {}))) return false;
    return true;
  } catch (const OverBudget&) {
    return false;
  }
}

}  // namespace

std::vector<SizeChoice> size_choices(const Problem& problem, std::uint64_t seed, bool small, std::size_t count) {
  const std::size_t n = problem.sizes.size();
  std::vector<SizeChoice> chosen;
  std::set<std::vector<long>> tried;
  const auto consider = [&](const std::vector<long>& values, std::vector<SizeChoice>& into) {
    if (!tried.insert(values).second) return;
    SizeChoice choice;
    choice.small = small;
    for (std::size_t k = 0; k < n; ++k) choice.values[problem.sizes[k]] = values[k];
    if (admissible(problem, choice)) into.push_back(std::move(choice));
  };
  if (n == 0) {
    consider({}, chosen);
    return chosen;
  }
  if (small) {
    // By growing total, then lexicographically.
    const long most = n <= 4 ? 4 : 3;
    std::vector<std::vector<long>> all{{}};
    for (std::size_t k = 0; k < n && all.size() < 5000; ++k) {
      std::vector<std::vector<long>> longer;
      for (const auto& prefix : all)
        for (long value = 1; value <= most; ++value) {
          longer.push_back(prefix);
          longer.back().push_back(value);
        }
      all = std::move(longer);
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      long sum_a = 0, sum_b = 0;
      for (long v : a) sum_a += v;
      for (long v : b) sum_b += v;
      return sum_a < sum_b;
    });
    for (auto values : all) {
      if (chosen.size() >= count) break;
      values.resize(n, 1);
      consider(values, chosen);
    }
    return chosen;
  }
  Random random(combine(seed, 0x512e));
  const long most = std::min<long>(5, static_cast<long>(n) + 1);
  std::vector<SizeChoice> repeated, unit;
  for (int attempt = 0; attempt < 400 && chosen.size() < count; ++attempt) {
    // Different sizes, then sizes that coincide, and at last sizes of 1, where nothing else is admissible.
    const long lo = attempt < 300 ? 2 : 1, hi = attempt < 40 ? std::max(most, 3L) : 5;
    std::vector<long> values;
    for (std::size_t k = 0; k < n; ++k) values.push_back(random.within(lo, hi));
    const std::set<long> distinct(values.begin(), values.end());
    if (distinct.size() == std::min<std::size_t>(n, 4) || (n > 4 && distinct.size() >= 4))
      consider(values, lo == 1 ? unit : chosen);
    else if (attempt >= 100)
      consider(values, lo == 1 ? unit : repeated);
    if (attempt >= 300 && chosen.size() + repeated.size() + unit.size() >= count) break;
  }
  for (auto* more : {&repeated, &unit})
    for (auto& choice : *more)
      if (chosen.size() < count) chosen.push_back(std::move(choice));
  return chosen;
}

}  // namespace gradus
