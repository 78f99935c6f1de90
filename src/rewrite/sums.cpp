// Sums over indices: linear, δ eliminated, what does not depend on an index moved out, independent parts taken apart.
//
// A sum of products is split into connected components: Σ_i Σ_j a_i b_j is (Σ_i a_i)·(Σ_j b_j), two atoms that may be
// raised to powers and cancelled against denominators like any other.
#include <algorithm>
#include <numeric>

#include "rewrite/normalizer.h"

namespace gradus {
namespace {

bool depends_on_any(Expr e, const IndexVars& vars) {
  return std::any_of(vars.begin(), vars.end(), [&](const IndexVar* v) { return has_variable(e, v); });
}

bool range_depends(const IndexVar* var, const IndexVar* on) {
  return has_variable(var->lo, on) || has_variable(var->hi, on);
}

bool is_sum(Expr atom) { return atom->kind == Kind::reduce && atom->reduce_op() == ReduceOp::sum; }

constexpr std::size_t kMaxVars = 24;

}  // namespace

Poly Normalizer::sum_over(const IndexVars& vars, const Poly& body) {
  Poly result;
  for (const auto& [m, c] : body.terms()) {
    result += sum_term(c, m, vars);
    check_size(result);
  }
  return result;
}

Poly Normalizer::sum_term(const Rational& c, const Monomial& m, const IndexVars& vars) {
  budget_.spend();
  if (vars.empty()) {
    Poly result;
    settle(c, m, result);
    return result;
  }
  if (vars.size() > kMaxVars) throw OverBudget{"nested sums (" + std::to_string(kMaxVars) + ")"};
  if (auto opened = open_inner_sums(c, m, vars)) return *opened;
  if (auto eliminated = eliminate_delta(c, m, vars)) return *eliminated;
  if (auto contracted = contract_matrices(c, m, vars)) return *contracted;
  if (auto cancelled = cancel_inner_sum(c, m, vars)) return *cancelled;
  if (auto shorter = drop_zero_ends(c, m, vars)) return *shorter;
  if (auto extended = extend_range(c, m, vars)) return *extended;
  return sum_components(c, m, vars);
}

void Normalizer::note_sum(Rule rule, const Rational& c, const Monomial& m, const IndexVars& vars, const Poly& result) {
  if (rules_.count(rule)) return;
  Poly body;
  body.add(m, c);
  Expr before = to_expr(body);
  for (auto var = vars.rbegin(); var != vars.rend(); ++var) before = make::sum(*var, before);
  used(rule, before, to_expr(result));
}

/// Σ_k b_k Σ_i a_ki is one sum over k and i.
std::optional<Poly> Normalizer::open_inner_sums(const Rational& c, const Monomial& m, const IndexVars& vars) {
  Monomial kept;
  Poly opened = 1;
  IndexVars all = vars;
  for (const Factor& factor : m) {
    const bool open = is_sum(factor.atom) && factor.exponent > 0 && factor.exponent.get_den() == 1 &&
                      depends_on_any(factor.atom, vars);
    if (!open) {
      kept.push_back(factor);
      continue;
    }
    if (factor.exponent > 8) throw OverBudget{"power of a sum inside a sum"};
    for (long copy = 0; copy < factor.exponent.get_num().get_si(); ++copy) {
      IndexMap map;
      Expr e = factor.atom;
      for (; is_sum(e); e = e->kids[0]) {
        const IndexVar* fresh = make::fresh(e->var->name, substitute(e->var->lo, map), substitute(e->var->hi, map));
        map[e->var] = make::index(fresh);
        all.push_back(fresh);
      }
      opened = multiply(opened, substituted(normal(e), map));
    }
  }
  if (all.size() == vars.size()) return std::nullopt;
  if (all.size() > kMaxVars) throw OverBudget{"nested sums (" + std::to_string(kMaxVars) + ")"};
  return sum_over(all, product_of(c, kept, opened));
}

/// Σ_i δ_ik f(i) = f(k), where k surely lies in the range; otherwise the condition that it does stays as a factor.
std::optional<Poly> Normalizer::eliminate_delta(const Rational& c, const Monomial& m, const IndexVars& vars) {
  struct Choice {
    Expr delta = nullptr;
    const IndexVar* var = nullptr;
    Expr value = nullptr;
    bool within = false;
  } best;
  for (const Factor& factor : m) {
    if (factor.atom->kind != Kind::delta || factor.exponent != 1) continue;
    const auto difference = affine(make::sub(factor.atom->kids[0], factor.atom->kids[1]));
    if (!difference) continue;
    for (const auto& [term, k] : difference->terms) {
      if (term->kind != Kind::index || abs(k) != 1 || std::find(vars.begin(), vars.end(), term->var) == vars.end())
        continue;
      const Expr whole = make::sub(factor.atom->kids[0], factor.atom->kids[1]);
      const Expr value = normal_term(make::sub(term, make::mul({make::number(1 / k), whole})));
      if (has_variable(value, term->var)) continue;
      // A range that depends on the value's own variables must not depend on the variable that goes.
      const bool circular = std::any_of(value->free.begin(), value->free.end(), [&](const IndexVar* v) {
        return v->lo && v->hi && std::find(vars.begin(), vars.end(), v) != vars.end() && range_depends(v, term->var);
      });
      if (circular) continue;
      const bool within = surely_within(value, term->var->lo, term->var->hi);
      if (!best.var || (within && !best.within)) best = {factor.atom, term->var, value, within};
    }
  }
  if (!best.var) return std::nullopt;
  IndexMap map{{best.var, best.value}};
  IndexVars rest;
  for (const IndexVar* var : vars) {
    if (var == best.var) continue;
    if (!var->lo->free.empty() || !var->hi->free.empty()) {
      const Expr lo = substitute(var->lo, map), hi = substitute(var->hi, map);
      if (lo != var->lo || hi != var->hi) {
        const IndexVar* fresh = make::fresh(var->name, lo, hi);
        map[var] = make::index(fresh);
        rest.push_back(fresh);
        continue;
      }
    }
    rest.push_back(var);
  }
  try {
    Poly body;
    body.add(without(m, best.delta), c);
    body = substituted(body, map);
    if (!best.within) {
      body = multiply(body, index_relation(Relation::ge, best.value, substitute(best.var->lo, map)));
      body = multiply(body, index_relation(Relation::le, best.value, substitute(best.var->hi, map)));
    }
    const Poly result = sum_over(rest, body);
    note_sum(Rule::delta_sum, c, m, vars, result);
    return result;
  } catch (const Undefined&) {
    return std::nullopt;
  }
}

namespace {

/// Whether the expression is defined whatever its variables are: sums, products, natural powers, entire functions.
/// Powers with an index in the exponent are natural where `declared_at` says so.
bool total(Expr e) {
  bool result = true;
  visit(e, [&](Expr node) {
    switch (node->kind) {
      case Kind::pow: {
        const Expr exponent = node->kids[1];
        if (exponent->is_number()) {
          result = result && exponent->number.get_den() == 1 && exponent->number > 0;
        } else {
          const auto form = affine(exponent);  // natural at the new value: see declared_at
          result =
              result && form && form->constant.get_den() == 1 &&
              std::all_of(form->terms.begin(), form->terms.end(), [](const auto& t) {
                return t.second.get_den() == 1 && (t.first->kind == Kind::index || t.first->symbol->role == Role::size);
              });
        }
        break;
      }
      case Kind::func: {
        const auto f = static_cast<Elementary>(node->op);
        result = result && row_of(f).domain == Domain::all && f != Elementary::tan;
        break;
      }
      case Kind::ref: result = result && node->args.empty() && node->slots.empty(); break;
      case Kind::number:
      case Kind::index:
      case Kind::add:
      case Kind::mul:
      case Kind::delta:
      case Kind::reduce: break;
      default: result = false;
    }
  });
  return result;
}

/// Whether every component that contains the variable exists where it has that value.
bool declared_at(const Monomial& m, const IndexVar* var, Expr value) {
  bool found = false, within = true;
  for (const Factor& factor : m) {
    visit(factor.atom, [&](Expr node) {
      if (node->kind == Kind::pow && !node->kids[1]->is_number() && has_variable(node->kids[1], var)) {
        const Expr exponent = substitute(node->kids[1], {{var, value}});
        within = within && compare(Relation::ge, exponent, make::number(0)).value_or(false);
      }
      if (node->kind != Kind::ref || !within) return;
      for (std::size_t i = 0; i < node->kids.size(); ++i) {
        if (!has_variable(node->kids[i], var)) continue;
        found = true;
        if (i >= node->symbol->indices.size() || !node->symbol->indices[i].lo || !node->symbol->indices[i].hi) {
          within = false;
          return;
        }
        const Range& range = node->symbol->indices[i];
        within = within && surely_within(substitute(node->kids[i], {{var, value}}), range.lo, range.hi);
      }
    });
  }
  return found && within;
}

}  // namespace

/// Σ_{k=0}^n k·c_k = Σ_{k=1}^n k·c_k: a first or last term that is zero is left out.
std::optional<Poly> Normalizer::drop_zero_ends(const Rational& c, const Monomial& m, const IndexVars& vars) {
  for (std::size_t at = 0; at < vars.size(); ++at) {
    const IndexVar* var = vars[at];
    // Only a factor that is the index itself, or an indicator, can vanish at an end.
    const bool may_vanish = std::any_of(m.begin(), m.end(), [&](const Factor& f) {
      return f.exponent > 0 && has_variable(f.atom, var) && (f.atom->kind == Kind::index || is_indicator(f.atom));
    });
    if (!may_vanish || !compare(Relation::le, var->lo, var->hi).value_or(false)) continue;
    if (std::any_of(vars.begin(), vars.end(),
                    [&](const IndexVar* v) { return range_depends(v, var) || range_depends(var, v); }))
      continue;
    for (const bool below : {true, false}) {
      Poly body;
      body.add(m, c);
      try {
        if (!substituted(body, {{var, below ? var->lo : var->hi}}).is_zero()) continue;
      } catch (const Undefined&) {
        continue;
      }
      const Expr next = normal_term(make::add({below ? var->lo : var->hi, make::number(below ? 1 : -1)}));
      const IndexVar* shorter = make::fresh(var->name, below ? next : var->lo, below ? var->hi : next);
      IndexVars rest = vars;
      rest[at] = shorter;
      return sum_over(rest, substituted(body, {{var, make::index(shorter)}}));
    }
  }
  return std::nullopt;
}

/// Σ_{k=2}^n a_k = Σ_{k=1}^n a_k − a_1: a range that stops a little short of where its components exist is filled up,
/// so that sums over neighbouring ranges can be compared.
std::optional<Poly> Normalizer::extend_range(const Rational& c, const Monomial& m, const IndexVars& vars) {
  constexpr long kMost = 3;
  for (std::size_t at = 0; at < vars.size(); ++at) {
    const IndexVar* var = vars[at];
    if (!surely_no_gap(var) || !has_variable(m, var)) continue;
    if (std::any_of(vars.begin(), vars.end(),
                    [&](const IndexVar* v) { return range_depends(v, var) || range_depends(var, v); }))
      continue;
    if (!std::all_of(m.begin(), m.end(), [&](const Factor& f) {
          return !has_variable(f.atom, var) || (f.exponent > 0 && f.exponent.get_den() == 1 && total(f.atom));
        })) {
      continue;
    }
    for (const bool below : {true, false}) {
      const auto value = [&](long k) {
        return normal_term(make::add({below ? var->lo : var->hi, make::number(below ? -k : k)}));
      };
      long steps = 0;
      while (steps <= kMost && declared_at(m, var, value(steps + 1))) ++steps;
      if (steps > kMost) continue;
      Poly body;
      body.add(m, c);
      while (steps > 0 && substituted(body, {{var, value(steps)}}).is_zero()) --steps;
      if (steps == 0) continue;
      const IndexVar* wide = make::fresh(var->name, below ? value(steps) : var->lo, below ? var->hi : value(steps));
      IndexVars extended = vars, rest = vars;
      extended[at] = wide;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
      Poly result = sum_over(extended, substituted(body, {{var, make::index(wide)}}));
      for (long k = 1; k <= steps; ++k) result -= sum_over(rest, substituted(body, {{var, value(k)}}));
      return result;
    }
  }
  return std::nullopt;
}

/// Σ_n Σ_k a_nk (Σ_k a_nk)^{-1} = Σ_n 1: a part that stands summed in a denominator is summed first.
std::optional<Poly> Normalizer::cancel_inner_sum(const Rational& c, const Monomial& m, const IndexVars& vars) {
  if (vars.size() < 2) return std::nullopt;
  const bool divides = std::any_of(m.begin(), m.end(), [&](const Factor& f) {
    return (f.atom->kind == Kind::add || is_sum(f.atom)) && f.exponent < 1 && depends_on_any(f.atom, vars);
  });
  if (!divides) return std::nullopt;
  for (const IndexVar* var : vars) {
    if (std::any_of(vars.begin(), vars.end(), [&](const IndexVar* v) { return range_depends(v, var); })) continue;
    Monomial inside, outside;
    for (const Factor& factor : m) (has_variable(factor.atom, var) ? inside : outside).push_back(factor);
    if (inside.empty() || outside.empty()) continue;
    const Poly inner = sum_over({var}, product_of(1, inside, 1));
    if (!inner.is_monomial() || inner.terms().begin()->first.size() != 1) continue;
    const Expr atom = inner.terms().begin()->first[0].atom;
    if (!is_sum(atom)) continue;
    const Poly product = product_of(c, outside, inner);
    const bool absorbed = std::all_of(product.terms().begin(), product.terms().end(), [&](const auto& term) {
      const Rational e = exponent_of(term.first, atom);
      return e <= 0 || e.get_den() != 1;
    });
    if (!absorbed) continue;
    IndexVars rest;
    std::copy_if(vars.begin(), vars.end(), std::back_inserter(rest), [&](const IndexVar* v) { return v != var; });
    return sum_over(rest, product);
  }
  return std::nullopt;
}

bool Normalizer::surely_no_gap(const IndexVar* var) {
  return compare(Relation::ge, make::add({var->hi, make::number(1)}), var->lo).value_or(false);
}

Poly Normalizer::length_of(const IndexVar* var) {
  return normal(make::add({make::sub(var->hi, var->lo), make::number(1)}));
}

/// Σ i and Σ i² in closed form.
std::optional<Poly> Normalizer::sum_of_powers(const Rational& c, const Monomial& m, const IndexVar* var) {
  if (m.size() != 1 || m[0].atom != make::index(var) || !surely_no_gap(var)) return std::nullopt;
  const Rational& k = m[0].exponent;
  if (k != 1 && k != 2) return std::nullopt;
  const Poly hi = normal(var->hi), below = normal(var->lo) - Poly(1);
  const auto value = [&](const Poly& n) {
    const Poly square = multiply(n, n);
    if (k == 1) return (square + n).times(Rational(1, 2));
    return multiply(square, n).times(Rational(1, 3)) + square.times(Rational(1, 2)) + n.times(Rational(1, 6));
  };
  return (value(hi) - value(below)).times(c);
}

Poly Normalizer::sum_components(const Rational& c, const Monomial& m, const IndexVars& vars) {
  // A variable that nothing depends on counts its range.
  for (std::size_t i = 0; i < vars.size(); ++i) {
    const IndexVar* var = vars[i];
    if (has_variable(m, var) || !surely_no_gap(var)) continue;
    if (std::any_of(vars.begin(), vars.end(), [&](const IndexVar* v) { return v != var && range_depends(v, var); }))
      continue;
    IndexVars rest = vars;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    return sum_over(rest, product_of(c, m, length_of(var)));
  }
  // Components: variables joined by a factor or by a range.
  std::vector<std::size_t> group(vars.size());
  std::iota(group.begin(), group.end(), 0);
  const auto find = [&](std::size_t i) {
    while (group[i] != i) i = group[i];
    return i;
  };
  for (const Factor& factor : m) {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < vars.size(); ++i) {
      if (!has_variable(factor.atom, vars[i])) continue;
      if (first) group[find(i)] = find(*first);
      first = first.value_or(i);
    }
  }
  for (std::size_t i = 0; i < vars.size(); ++i) {
    for (std::size_t j = 0; j < vars.size(); ++j) {
      if (i != j && range_depends(vars[i], vars[j])) group[find(i)] = find(j);
    }
  }
  Monomial outside;
  for (const Factor& factor : m) {
    if (!depends_on_any(factor.atom, vars)) outside.push_back(factor);
  }
  Poly result;
  settle(c, outside, result);
  for (std::size_t root = 0; root < vars.size(); ++root) {
    if (find(root) != root) continue;
    IndexVars members;
    for (std::size_t i = 0; i < vars.size(); ++i) {
      if (find(i) == root) members.push_back(vars[i]);
    }
    Monomial inside;
    for (const Factor& factor : m) {
      if (depends_on_any(factor.atom, members)) inside.push_back(factor);
    }
    std::optional<Poly> part;
    if (members.size() == 1) part = sum_of_powers(1, inside, members[0]);
    if (!part) part = labelled_sum(1, inside, members);
    result = multiply(result, *part);
  }
  return result;
}

Poly Normalizer::written_out(const IndexVar* var, const Poly& body, ReduceOp op) {
  Poly result = op == ReduceOp::sum ? 0 : 1;
  const auto length = affine(make::sub(var->hi, var->lo));
  const long count = length->constant.get_num().get_si();
  for (long k = 0; k <= count; ++k) {
    const Expr value = normal_term(make::add({var->lo, make::number(k)}));
    const Poly one = substituted(body, {{var, value}});
    result = op == ReduceOp::sum ? result + one : multiply(result, one);
    check_size(result);
  }
  return result;
}

/// Π_i (i = k ? a_i : b_i) = a_k·Π_i b_i/b_k, where b_k is zero at most on a thin set.
std::optional<Poly> Normalizer::product_with_exception(const IndexVar* var, const Poly& body) {
  const Expr delta = indicator_in(body);
  if (!delta || delta->kind != Kind::delta || !has_variable(delta, var)) return std::nullopt;
  const auto difference = affine(make::sub(delta->kids[0], delta->kids[1]));
  const auto place = difference ? difference->terms.find(make::index(var)) : std::map<Expr, Rational>::iterator{};
  if (!difference || place == difference->terms.end() || abs(place->second) != 1) return std::nullopt;
  const Expr whole = make::sub(delta->kids[0], delta->kids[1]);
  const Expr value = normal_term(make::sub(make::index(var), make::mul({make::number(1 / place->second), whole})));
  if (has_variable(value, var) || !surely_within(value, var->lo, var->hi)) return std::nullopt;
  const auto [on, off] = cases_of(body, delta);
  const IndexMap map{{var, value}};
  const Poly usual = substituted(off, map);
  if (usual.is_zero() || !(sign_of(usual) == Sign::positive || vanishes_thinly(usual))) return std::nullopt;
  return multiply(multiply(substituted(on, map), product_over(var, off)), power(usual, -1));
}

/// Whether every factor of the polynomial's primitive form is positive or zero on a thin set only.
bool Normalizer::vanishes_thinly(const Poly& poly) {
  if (poly.is_constant()) return !poly.is_zero();
  const Primitive p = primitive(poly);
  if (p.rest.size() > 1 && !zero_set_is_thin(p.rest)) return false;
  return std::all_of(p.common.begin(), p.common.end(), [&](const Factor& factor) {
    if (sign_of_factor(factor) == Sign::positive) return true;
    if (factor.atom->kind == Kind::pow) return vanishes_thinly(normal(factor.atom->kids[0]));
    return zero_set_is_thin(normal(factor.atom));
  });
}

/// Π_i (c·u_i·v): constants to the power of the length, exponentials added up, every factor a product of its own.
Poly Normalizer::product_over(const IndexVar* var, const Poly& body) {
  if (body.is_zero()) {
    return compare(Relation::le, var->lo, var->hi).value_or(false) ? Poly()
                                                                   : Poly::atom(bind_one(ReduceOp::product, var, body));
  }
  try {
    if (auto result = product_with_exception(var, body)) return *result;
  } catch (const Undefined&) {
  }
  const bool closed = surely_no_gap(var);
  Rational c = 1;
  Monomial m;
  if (body.is_monomial()) {
    c = body.terms().begin()->second;
    m = body.terms().begin()->first;
  } else {
    const Primitive p = primitive(body);
    c = p.coefficient;
    m = p.common;
    if (p.rest.size() > 1) m = m * Monomial{{atom_of_sum(p.rest), 1}};
  }
  Poly result = 1;
  if (c != 1) {
    result = closed ? symbolic_or_plain_power(Poly(c), length_of(var))
                    : Poly::atom(bind_one(ReduceOp::product, var, Poly(c)));
  }
  for (const Factor& factor : m) {
    if (!has_variable(factor.atom, var) && closed) {
      const Poly base = power(normal(factor.atom), factor.exponent);
      result = multiply(result, symbolic_or_plain_power(base, length_of(var)));
    } else if (factor.atom->kind == Kind::func && static_cast<Elementary>(factor.atom->op) == Elementary::exp) {
      result = multiply(result, exponential(sum_over({var}, normal(factor.atom->kids[0]).times(factor.exponent))));
    } else {
      Poly next;
      const Poly inner = factor.atom->kind == Kind::add ? normal(factor.atom) : Poly::atom(factor.atom);
      settle(1, {{bind_one(ReduceOp::product, var, inner), factor.exponent}}, next);
      result = multiply(result, next);
    }
  }
  return result;
}

/// max_i (u_i + v) = v + max_i u_i.
Poly Normalizer::extremum_over(ReduceOp op, const IndexVar* var, const Poly& body) {
  Poly inside, outside;
  for (const auto& [m, c] : body.terms()) (has_variable(m, var) ? inside : outside).add(m, c);
  if (inside.is_zero() && compare(Relation::le, var->lo, var->hi).value_or(false)) return outside;
  return outside + Poly::atom(bind_one(op, var, inside));
}

}  // namespace gradus
