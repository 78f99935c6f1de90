// Canonical names of bound indices.
//
// A binder's variable is one of a fixed family, chosen by level and range, where the level is above every level inside:
// two sums that differ in the names of their indices become the same node. Which index of a nest gets which level is
// found by colour refinement (colours are structural hashes that do not look at names); ties are searched, the least
// wins.
#include <algorithm>
#include <tuple>

#include "expr/caches.h"
#include "rewrite/normalizer.h"

namespace gradus {
namespace {

constexpr int kMaxLeaves = 240;

std::size_t mix(std::size_t h, std::size_t value) {
  return (h ^ (value + 0x9e3779b97f4a7c15ull + (h << 6) + (h >> 2))) * 0xff51afd7ed558ccdull;
}

std::size_t hash_of(const Rational& q) {
  return mix(static_cast<std::size_t>(mpz_get_si(q.get_num().get_mpz_t())),
             static_cast<std::size_t>(mpz_get_si(q.get_den().get_mpz_t())));
}

/// The identity of a bound; an open range has none.
std::uint32_t bound_id(Expr bound) { return bound ? bound->id : UINT32_MAX; }

}  // namespace

const IndexVar* Normalizer::canonical(int level, Expr lo, Expr hi, const std::string& name) {
  auto& family = Pool::current().caches().canonical;
  auto& entry = family[{level, bound_id(lo), bound_id(hi)}];
  if (!entry.first) entry = {make::fresh(name, lo, hi), level};
  return entry.first;
}

/// One above the highest level of a canonical variable bound in e.
int Normalizer::height(Expr e) {
  if (!e) return 0;
  const auto known = heights_.find(e);
  if (known != heights_.end()) return known->second;
  int result = 0;
  const auto& family = Pool::current().caches().canonical;
  const auto bound = [&](const IndexVar* var) {
    result = std::max({result, height(var->lo), height(var->hi)});
    for (int level = result;; ++level) {
      const auto it = family.find({level, bound_id(var->lo), bound_id(var->hi)});
      if (it != family.end() && it->second.first == var) {
        result = level + 1;
        break;
      }
      if (level > result + 64) break;
    }
  };
  for (Expr kid : e->kids) result = std::max(result, height(kid));
  for (const Slot& slot : e->slots) {
    for (Expr term : slot.at) result = std::max(result, height(term));
  }
  for (const Lambda& lambda : e->args) {
    result = std::max(result, height(lambda.body));
    for (const IndexVar* param : lambda.params) bound(param);
  }
  if (e->kind == Kind::reduce) bound(e->var);
  return heights_[e] = result;
}

/// A structural hash that sees variables only through their colours; sums and products count in any order, and a bound
/// variable is known by its range alone.
std::size_t Normalizer::shape(Expr e, const std::unordered_map<const IndexVar*, std::size_t>& colours) {
  if (!e) return 0x77;  // an open bound
  if (e->kind == Kind::index) {
    const auto it = colours.find(e->var);
    if (it != colours.end()) return it->second;
    return mix(0x1d, e->var->id);
  }
  const bool coloured =
      std::any_of(e->free.begin(), e->free.end(), [&](const IndexVar* v) { return colours.count(v) != 0; });
  const bool binds = e->kind == Kind::reduce || !e->args.empty();
  if (!coloured && !binds && e->free.empty() && e->kids.empty()) return mix(0x2b, e->id);
  std::size_t h = mix(static_cast<std::size_t>(e->kind) * 64 + e->op, e->symbol ? e->symbol->id + 1 : 0);
  if (e->kind == Kind::number) return mix(h, hash_of(e->number));
  if (!coloured && e->kind != Kind::reduce) return mix(h, e->id);
  auto inner = colours;
  const auto bind = [&](const IndexVar* var) {
    inner[var] = mix(mix(0x3f, shape(var->lo, inner)), shape(var->hi, inner));
  };
  if (e->kind == Kind::reduce) {
    if (!coloured) return mix(h, e->id);
    bind(e->var);
    h = mix(h, inner[e->var]);
  }
  const auto outside = inner;
  for (const Lambda& lambda : e->args) {
    inner = outside;
    for (std::size_t i = 0; i < lambda.params.size(); ++i) {
      bind(lambda.params[i]);
      inner[lambda.params[i]] = mix(inner[lambda.params[i]], i);
    }
    h = mix(h, shape(lambda.body, inner));
  }
  inner = outside;
  const bool commutative =
      e->kind == Kind::add || e->kind == Kind::mul || e->kind == Kind::delta || e->kind == Kind::inverse;
  const auto symmetric_matrix = [&](const Symbol* symbol) {
    const Traits& traits = traits_of(symbol);
    return symbol->rank() == 2 && (traits.symmetric || traits.positive_definite || traits.diagonal);
  };
  const bool symmetric = e->kind == Kind::ref && symmetric_matrix(e->symbol);
  if (commutative) {
    std::size_t total = 0;
    for (Expr kid : e->kids) total += mix(0x55, shape(kid, inner));
    h = mix(h, total);
  } else if (symmetric) {
    std::size_t total = 0;
    for (std::size_t i = 0; i < e->kids.size(); ++i) {
      const std::size_t kid = shape(e->kids[i], inner);
      if (i < e->symbol->family) {
        h = mix(h, kid);
      } else {
        total += mix(0x77, kid);
      }
    }
    h = mix(h, total);
  } else {
    for (Expr kid : e->kids) h = mix(h, shape(kid, inner));
  }
  std::size_t slots = 0;
  for (const Slot& slot : e->slots) {
    std::size_t s = mix(0x99, slot.arg);
    for (Expr term : slot.at) s = mix(s, shape(term, inner));
    slots += s;
  }
  return mix(h, slots);
}

/// The atom without the names of its free variables.
std::size_t Normalizer::shape_of_atom(Expr atom) {
  const auto known = atom_shapes_.find(atom);
  if (known != atom_shapes_.end()) return known->second;
  std::unordered_map<const IndexVar*, std::size_t> colours;
  for (const IndexVar* var : atom->free) colours[var] = 0x5eed;
  return atom_shapes_[atom] = shape(atom, colours);
}

// ---- shifts: Σ_{i=0}^{n-1} a_{i+1} is Σ_{i=1}^{n} a_i

/// The largest constant that stands beside the variable in an index term; 0 if it stands nowhere alone.
Rational Normalizer::shift_of(const IndexVar* var, const std::vector<Expr>& bodies) {
  std::optional<Rational> most, most_in_ranges;
  const auto see = [&](Expr term, std::optional<Rational>& into) {
    if (!has_variable(term, var)) return;
    const auto form = affine(term);
    if (!form) return;
    const auto it = form->terms.find(make::index(var));
    if (it == form->terms.end() || it->second != 1) return;
    if (!into || form->constant > *into) into = form->constant;
  };
  for (Expr body : bodies) {
    visit(body, [&](Expr node) {
      if (node->kind == Kind::ref) {
        for (Expr kid : node->kids) see(kid, most);
      }
      for (const Slot& slot : node->slots) {
        for (Expr term : slot.at) see(term, most);
      }
      if (node->kind == Kind::inverse) {
        for (Expr kid : node->kids) see(kid, most);
      }
      if (node->kind == Kind::reduce) {
        see(node->var->lo, most_in_ranges);
        see(node->var->hi, most_in_ranges);
      }
    });
  }
  return most ? *most : most_in_ranges.value_or(0);
}

const IndexVar* Normalizer::shifted(const IndexVar* var, const Rational& by, IndexMap& map) {
  const IndexVar* fresh = make::fresh(var->name, normal_term(make::add({var->lo, make::number(by)})),
                                      normal_term(make::add({var->hi, make::number(by)})));
  map[var] = make::sub(make::index(fresh), make::number(by));
  return fresh;
}

Expr Normalizer::bind_one(ReduceOp op, const IndexVar* var, const Poly& body) {
  Poly inner = body;
  const Rational by = shift_of(var, {to_expr(body)});
  if (by != 0) {
    IndexMap map;
    var = shifted(var, by, map);
    inner = substituted(inner, map);
  }
  const Expr expr = to_expr(inner);
  int level = height(expr);
  const Expr lo = normal_term(var->lo), hi = normal_term(var->hi);
  level = std::max({level, height(lo), height(hi)});
  const IndexVar* name = canonical(level, lo, hi, var->name);
  while (name != var && has_variable(expr, name)) name = canonical(++level, lo, hi, var->name);
  const Expr atom = make::reduce(op, name, to_expr(substituted(inner, {{var, make::index(name)}})));
  memo_.try_emplace(atom, Poly::atom(atom));
  return atom;
}

// ---- the search

struct Normalizer::Search {
  Monomial m;
  IndexVars vars;
  int level = 0;
  int leaves = 0;
  bool cancels = false;
  std::optional<std::pair<IndexVars, Monomial>> best;   ///< names innermost first
  std::optional<std::pair<IndexVars, Poly>> rewritten;  ///< where the new names bring other rules to bear
  Rational coefficient;
};

Poly Normalizer::labelled_sum(const Rational& c, const Monomial& m, const IndexVars& vars) {
  Search search{m, vars, 0, 0, false, {}, {}, 1};
  // Shifts first: they do not depend on names.
  {
    std::vector<Expr> atoms;
    for (const Factor& factor : search.m) atoms.push_back(factor.atom);
    IndexMap map;
    IndexVars moved;
    for (const IndexVar* var : search.vars) {
      const Rational by = shift_of(var, atoms);
      const bool fixed = std::any_of(search.vars.begin(), search.vars.end(), [&](const IndexVar* v) {
        return v != var && (has_variable(v->lo, var) || has_variable(v->hi, var) || has_variable(var->lo, v) ||
                            has_variable(var->hi, v));
      });
      moved.push_back(by == 0 || fixed ? var : shifted(var, by, map));
    }
    if (!map.empty()) {
      Poly body;
      body.add(search.m, 1);
      body = substituted(body, map);
      return sum_over(moved, body).times(c);
    }
  }
  for (const Factor& factor : m) search.level = std::max(search.level, height(factor.atom));
  for (const IndexVar* var : vars) search.level = std::max({search.level, height(var->lo), height(var->hi)});
  std::vector<std::size_t> colours(vars.size(), 1);
  search_labels(search, colours);
  if (search.cancels) return {};
  if (!search.best && search.rewritten && relabelling_ < 4) {
    ++relabelling_;
    const Poly result = sum_over(search.rewritten->first, search.rewritten->second).times(c);
    --relabelling_;
    return result;
  }
  // Without a stable naming the sum keeps its own indices: an atom all the same, that is found equal less often.
  if (!search.best) search.best.emplace(IndexVars(vars.rbegin(), vars.rend()), m);
  const auto& [names, factors] = *search.best;
  Poly one;
  one.add(factors, 1);
  Expr atom = to_expr(one);
  for (const IndexVar* name : names) atom = make::sum(name, atom);
  memo_.try_emplace(atom, Poly::atom(atom));
  Poly result;
  settle(c * search.coefficient, {{atom, 1}}, result);
  return result;
}

void Normalizer::search_labels(Search& search, std::vector<std::size_t> colours) {
  budget_.spend();
  const std::size_t n = search.vars.size();
  const auto classes = [&] {
    std::set<std::size_t> distinct(colours.begin(), colours.end());
    return distinct.size();
  };
  for (std::size_t round = 0, before = 0; round <= n; ++round) {
    std::unordered_map<const IndexVar*, std::size_t> by_var;
    for (std::size_t i = 0; i < n; ++i) by_var[search.vars[i]] = colours[i];
    std::vector<std::size_t> next(n);
    for (std::size_t i = 0; i < n; ++i) {
      const IndexVar* var = search.vars[i];
      const std::size_t own = by_var[var];
      std::size_t h = mix(mix(mix(0x11, own), shape(var->lo, by_var)), shape(var->hi, by_var)), total = 0;
      by_var[var] = mix(0xabcdef, own);
      for (const Factor& factor : search.m) {
        if (!has_variable(factor.atom, var)) continue;
        budget_.spend();
        total += mix(shape(factor.atom, by_var), hash_of(factor.exponent));
      }
      for (const IndexVar* other : search.vars) {
        if (other != var && (has_variable(other->lo, var) || has_variable(other->hi, var))) {
          total += mix(mix(0x22, shape(other->lo, by_var)), mix(shape(other->hi, by_var), by_var[other]));
        }
      }
      by_var[var] = own;
      next[i] = mix(h, total);
    }
    colours = std::move(next);
    const std::size_t now = classes();
    if (now == n || (round > 0 && now == before)) break;
    before = now;
  }
  // The first class with several members; each of them in turn is singled out.
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < n; ++i) members[colours[i]].push_back(i);
  for (const auto& [colour, list] : members) {
    if (list.size() < 2) continue;
    for (std::size_t i : list) {
      if (search.leaves > kMaxLeaves) return;
      auto single = colours;
      single[i] = mix(0x777, colour);
      search_labels(search, std::move(single));
    }
    return;
  }
  try_labels(search, colours);
}

void Normalizer::try_labels(Search& search, const std::vector<std::size_t>& colours) {
  ++search.leaves;
  std::vector<std::size_t> order(search.vars.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return colours[a] < colours[b]; });
  // Outermost first; a range may only use what stands further out.
  std::vector<std::size_t> nest;
  while (!order.empty()) {
    const auto ready = std::find_if(order.begin(), order.end(), [&](std::size_t i) {
      return std::none_of(order.begin(), order.end(), [&](std::size_t j) {
        return i != j &&
               (has_variable(search.vars[i]->lo, search.vars[j]) || has_variable(search.vars[i]->hi, search.vars[j]));
      });
    });
    if (ready == order.end()) throw OverBudget{"ranges that depend on each other"};
    nest.push_back(*ready);
    order.erase(ready);
  }
  IndexMap map;
  IndexVars names;
  int level = search.level + static_cast<int>(nest.size());
  for (std::size_t i : nest) {
    const IndexVar* var = search.vars[i];
    const Expr lo = normal_term(substitute(var->lo, map)), hi = normal_term(substitute(var->hi, map));
    const IndexVar* name = canonical(--level, lo, hi, var->name);
    if (has_variable(search.m, name) && std::find(search.vars.begin(), search.vars.end(), name) == search.vars.end()) {
      // A canonical name that is free here already: one level above all.
      int free_level = search.level + static_cast<int>(nest.size());
      do {
        name = canonical(free_level++, lo, hi, var->name);
      } while (has_variable(search.m, name));
    }
    map[var] = make::index(name);
    names.insert(names.begin(), name);
  }
  Poly body;
  body.add(search.m, 1);
  body = substituted(body, map);
  if (!body.is_monomial()) {
    if (!search.rewritten) search.rewritten.emplace(IndexVars(names.rbegin(), names.rend()), body);
    return;
  }
  const auto& [m, c] = *body.terms().begin();
  std::pair candidate(names, m);
  const auto key = [](const std::pair<IndexVars, Monomial>& x) {
    std::vector<std::tuple<std::uint32_t, Rational>> k;
    for (const IndexVar* v : x.first) k.push_back({v->id, 0});
    for (const Factor& f : x.second) k.push_back({f.atom->id, f.exponent});
    return k;
  };
  if (!search.best || key(candidate) < key(*search.best)) {
    search.best = std::move(candidate);
    search.coefficient = c;
    search.cancels = false;
  } else if (candidate == *search.best && c == -search.coefficient) {
    search.cancels = true;  // S = −S under an exchange of indices
  }
}

}  // namespace gradus
