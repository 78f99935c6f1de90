// Linear algebra in index notation: entries of inverses, determinants, and sums that contract by what is known of a
// matrix.
#include <algorithm>
#include <functional>

#include "rewrite/normalizer.h"

namespace gradus {
namespace {

bool is_sum(Expr atom) { return atom->kind == Kind::reduce && atom->reduce_op() == ReduceOp::sum; }

bool same_range(const IndexVar* a, const IndexVar* b) { return a->lo == b->lo && a->hi == b->hi; }

bool is_variable(Expr term, const IndexVar* var) { return term->kind == Kind::index && term->var == var; }

Expr delta_in(const Monomial& m, const IndexVar* p, const IndexVar* q) {
  for (const Factor& factor : m) {
    if (factor.atom->kind == Kind::delta && factor.exponent == 1 && has_variable(factor.atom, p) &&
        has_variable(factor.atom, q)) {
      return factor.atom;
    }
  }
  return nullptr;
}

IndexVars without(const IndexVars& vars, const IndexVar* var) {
  IndexVars rest;
  for (const IndexVar* v : vars) {
    if (v != var) rest.push_back(v);
  }
  return rest;
}

/// How many factors of the monomial, and of the sums in it, contain the variable.
std::size_t uses(const Monomial& m, const IndexVar* var) {
  return static_cast<std::size_t>(
      std::count_if(m.begin(), m.end(), [&](const Factor& f) { return has_variable(f.atom, var); }));
}

}  // namespace

Poly Normalizer::entry(const Lambda& matrix, Expr row, Expr column) {
  return substituted(normal(matrix.body), {{matrix.params[0], row}, {matrix.params[1], column}});
}

/// The matrix as a product of two square ones, if it is one.
std::optional<std::vector<Lambda>> Normalizer::square_factors(const Lambda& matrix) {
  const Poly body = normal(matrix.body);
  const IndexVar *p = matrix.params[0], *q = matrix.params[1];
  if (!body.is_monomial() || body.terms().begin()->second != 1) return std::nullopt;
  const Monomial& m = body.terms().begin()->first;
  if (m.size() != 1 || !is_sum(m[0].atom) || m[0].exponent != 1) return std::nullopt;
  IndexVars vars;
  Expr e = m[0].atom;
  for (; is_sum(e); e = e->kids[0]) vars.push_back(e->var);
  const Poly inner = normal(e);
  if (!inner.is_monomial() || inner.terms().begin()->second != 1) return std::nullopt;
  const Monomial& factors = inner.terms().begin()->first;
  for (const IndexVar* middle : vars) {
    if (!same_range(middle, p) || !same_range(middle, q)) continue;
    // What hangs together with p without the middle index.
    std::set<const IndexVar*> reached{p};
    Monomial left, right;
    for (bool grown = true; grown;) {
      grown = false;
      for (const Factor& factor : factors) {
        const bool touches = std::any_of(reached.begin(), reached.end(),
                                         [&](const IndexVar* v) { return has_variable(factor.atom, v); });
        if (!touches) continue;
        for (const IndexVar* v : vars) {
          if (v != middle && has_variable(factor.atom, v)) grown = reached.insert(v).second || grown;
        }
        if (has_variable(factor.atom, q)) grown = reached.insert(q).second || grown;
      }
    }
    if (reached.count(q)) continue;
    for (const Factor& factor : factors) {
      const bool is_left =
          std::any_of(reached.begin(), reached.end(), [&](const IndexVar* v) { return has_variable(factor.atom, v); });
      (is_left ? left : right).push_back(factor);
    }
    if (!uses(left, middle) || !uses(right, middle) || !uses(right, q)) continue;
    IndexVars left_vars, right_vars;
    for (const IndexVar* v : vars) {
      if (v != middle) (reached.count(v) ? left_vars : right_vars).push_back(v);
    }
    const auto lambda = [&](const IndexVar* row, const IndexVar* column, const IndexVars& bound, const Monomial& n) {
      Poly product;
      product.add(n, 1);
      const IndexVar *r = make::fresh(row), *c = make::fresh(column);
      const Poly value = substituted(sum_over(bound, product), {{row, make::index(r)}, {column, make::index(c)}});
      return normal_lambda({{r, c}, to_expr(value)});
    };
    return std::vector<Lambda>{lambda(p, middle, left_vars, left), lambda(middle, q, right_vars, right)};
  }
  return std::nullopt;
}

Lambda Normalizer::canonical_matrix(const Lambda& matrix) { return normal_lambda(matrix); }

Poly Normalizer::normal_inverse(Expr e) {
  return inverse_entry(canonical_matrix(e->args[0]), normal_term(e->kids[0]), normal_term(e->kids[1]));
}

namespace {

/// poly = scale · rest, the scale free of p and q.
struct Scaled {
  Rational coefficient = 1;
  Monomial scale;
};

}  // namespace

Poly Normalizer::inverse_entry(const Lambda& matrix, Expr row, Expr column) {
  const IndexVar *p = matrix.params[0], *q = matrix.params[1];
  const Poly body = normal(matrix.body);
  if (body.is_zero()) throw Undefined{};
  const Primitive parts = primitive(body);
  Scaled out{parts.coefficient, {}};
  for (const Factor& factor : parts.common) {
    if (!has_variable(factor.atom, p) && !has_variable(factor.atom, q)) out.scale.push_back(factor);
  }
  if (out.coefficient != 1 || !out.scale.empty()) {
    const Poly rest = product_of(1 / out.coefficient, scaled(out.scale, -1), body);
    Poly scale;
    settle(1 / out.coefficient, scaled(out.scale, -1), scale);
    return multiply(scale, inverse_entry(canonical_matrix({matrix.params, to_expr(rest)}), row, column));
  }
  // δ_pq d_p
  if (std::all_of(body.terms().begin(), body.terms().end(),
                  [&](const auto& term) { return delta_in(term.first, p, q) != nullptr; })) {
    Poly diagonal;
    for (const auto& [m, c] : body.terms()) diagonal.add(gradus::without(m, delta_in(m, p, q)), c);
    const Poly guard = normal_delta(row, column);
    return multiply(guard, power(substituted(diagonal, {{p, row}, {q, row}}), -1));
  }
  if (body.is_monomial() && body.terms().begin()->first.size() == 1) {
    const Factor& only = body.terms().begin()->first[0];
    const Expr atom = only.atom;
    if (only.exponent == 1 && atom->kind == Kind::inverse) {
      if (is_variable(atom->kids[0], p) && is_variable(atom->kids[1], q)) return entry(atom->args[0], row, column);
      if (is_variable(atom->kids[0], q) && is_variable(atom->kids[1], p)) return entry(atom->args[0], column, row);
    }
    if (only.exponent == 1 && atom->kind == Kind::ref && traits_of(atom->symbol).orthogonal && atom->slots.empty()) {
      return entry(matrix, column, row);
    }
  }
  if (const auto factors = square_factors(matrix)) {
    const IndexVar* middle = make::fresh(p);
    const Expr k = make::index(middle);
    const Poly product = multiply(inverse_entry((*factors)[1], row, k), inverse_entry((*factors)[0], k, column));
    return sum_over({middle}, product);
  }
  Lambda own = matrix;
  if (same_range(p, q)) {
    const Expr transposed = to_expr(substituted(body, {{p, make::index(q)}, {q, make::index(p)}}));
    if (transposed == own.body) {
      if (column->id < row->id) std::swap(row, column);
    } else if (transposed->id < own.body->id) {
      own.body = transposed;
      std::swap(row, column);
    }
  }
  return Poly::atom(make::inverse(own, row, column));
}

/// An invertible matrix by declaration, or a positive multiple of the identity.
bool Normalizer::surely_invertible(const Poly& body, const IndexVar* p, const IndexVar* q) const {
  if (!body.is_monomial() || body.terms().begin()->first.size() != 1) return false;
  const Factor& only = body.terms().begin()->first[0];
  if (only.exponent != 1 || !has_variable(only.atom, p) || !has_variable(only.atom, q)) return false;
  if (only.atom->kind == Kind::delta) return true;
  if (only.atom->kind != Kind::ref || !only.atom->slots.empty()) return false;
  const Traits& traits = traits_of(only.atom->symbol);
  return traits.invertible || traits.positive_definite || traits.positive_det || traits.orthogonal;
}

/// det(A + u vᵀ) = det A · (1 + vᵀ A⁻¹ u) for an invertible A.
std::optional<Poly> Normalizer::rank_one_update(const Lambda& matrix) {
  const IndexVar *p = matrix.params[0], *q = matrix.params[1];
  const Poly body = normal(matrix.body);
  if (body.size() != 2) return std::nullopt;
  for (const auto& [m, c] : body.terms()) {
    Poly base = body;
    base.add(m, -c);
    if (!surely_invertible(base, p, q)) continue;
    if (std::any_of(m.begin(), m.end(),
                    [&](const Factor& f) { return has_variable(f.atom, p) && has_variable(f.atom, q); }))
      continue;
    const Lambda rest = canonical_matrix({matrix.params, to_expr(base)});
    const IndexVar *row = make::fresh(p), *column = make::fresh(q);
    Poly update;
    update.add(m, c);
    update = substituted(update, {{p, make::index(row)}, {q, make::index(column)}});
    const Poly inverse = inverse_entry(rest, make::index(column), make::index(row));
    const Poly form = sum_over({row, column}, multiply(update, inverse));
    return multiply(determinant(rest), Poly(1) + form);
  }
  return std::nullopt;
}

Poly Normalizer::normal_det(Expr e) { return determinant(canonical_matrix(e->args[0])); }

Poly Normalizer::determinant(const Lambda& matrix) {
  const IndexVar *p = matrix.params[0], *q = matrix.params[1];
  const Poly body = normal(matrix.body);
  if (body.is_zero()) return 0;
  const Primitive parts = primitive(body);
  Monomial scale;
  for (const Factor& factor : parts.common) {
    if (!has_variable(factor.atom, p) && !has_variable(factor.atom, q)) scale.push_back(factor);
  }
  if (parts.coefficient != 1 || !scale.empty()) {
    Poly whole;
    settle(parts.coefficient, scale, whole);
    const Poly rest = product_of(1 / parts.coefficient, scaled(scale, -1), body);
    return multiply(symbolic_or_plain_power(whole, length_of(p)),
                    determinant(canonical_matrix({matrix.params, to_expr(rest)})));
  }
  if (std::all_of(body.terms().begin(), body.terms().end(),
                  [&](const auto& term) { return delta_in(term.first, p, q) != nullptr; })) {
    Poly diagonal;
    for (const auto& [m, c] : body.terms()) diagonal.add(gradus::without(m, delta_in(m, p, q)), c);
    return product_over(p, substituted(diagonal, {{q, make::index(p)}}));
  }
  if (body.is_monomial() && body.terms().begin()->first.size() == 1) {
    const Factor& only = body.terms().begin()->first[0];
    if (only.exponent == 1 && only.atom->kind == Kind::inverse &&
        ((is_variable(only.atom->kids[0], p) && is_variable(only.atom->kids[1], q)) ||
         (is_variable(only.atom->kids[0], q) && is_variable(only.atom->kids[1], p)))) {
      return power(determinant(only.atom->args[0]), -1);
    }
  }
  if (const auto factors = square_factors(matrix))
    return multiply(determinant((*factors)[0]), determinant((*factors)[1]));
  if (auto updated = rank_one_update(matrix)) return *updated;
  Lambda own = matrix;
  if (same_range(p, q)) {
    const Expr transposed = to_expr(substituted(body, {{p, make::index(q)}, {q, make::index(p)}}));
    if (transposed->id < own.body->id) own.body = transposed;
  }
  return Poly::atom(make::det(own));
}

Poly Normalizer::symbolic_or_plain_power(const Poly& base, const Poly& exponent) {
  return exponent.is_constant() ? power(base, exponent.constant()) : symbolic_power(base, exponent);
}

// ---- contractions

std::optional<Poly> Normalizer::contract_matrices(const Rational& c, const Monomial& m, const IndexVars& vars) {
  for (const Factor& factor : m) {
    if (factor.atom->kind != Kind::inverse || factor.exponent != 1) continue;
    if (auto result = contract_inverse(c, m, vars, factor.atom)) return result;
    if (auto result = push_through(c, m, vars, factor.atom)) return result;
  }
  return contract_traits(c, m, vars);
}

/// Σ_j A^{-1}_rj A_jt = δ_rt. Where A is a sum, its leading part is replaced: Σ_j A^{-1}_rj L_jt = δ_rt − Σ_j A^{-1}_rj
/// (A − L)_jt.
std::optional<Poly> Normalizer::contract_inverse(const Rational& c, const Monomial& m, const IndexVars& vars,
                                                 Expr inverse) {
  const Lambda& matrix = inverse->args[0];
  const IndexVar *p = matrix.params[0], *q = matrix.params[1];
  const Poly body = normal(matrix.body);
  // The leading part joins row and column in one factor or one sum, so that it can be found.
  const Monomial* lead = nullptr;
  for (const auto& [n, k] : body.terms()) {
    const bool joined = n.size() == 1 && n[0].exponent == 1 && n[0].atom->kind != Kind::delta &&
                        has_variable(n[0].atom, p) && has_variable(n[0].atom, q);
    if (joined && (!lead || precedes_by_shape(*lead, n))) lead = &n;
  }
  if (!lead) return std::nullopt;
  const Rational weight = body.terms().at(*lead);
  Poly others = body;
  others.add(*lead, -weight);
  const Monomial rest_of_m = gradus::without(m, inverse);
  for (const bool by_column : {true, false}) {
    const Expr joint = inverse->kids[by_column ? 1 : 0], other_end = inverse->kids[by_column ? 0 : 1];
    if (joint->kind != Kind::index || std::find(vars.begin(), vars.end(), joint->var) == vars.end()) continue;
    const IndexVar* j = joint->var;
    if (has_variable(other_end, j) || !same_range(j, p)) continue;
    std::set<Expr> candidates;
    for (const Factor& factor : rest_of_m) {
      visit(factor.atom, [&](Expr node) {
        const auto see = [&](Expr term) {
          const bool closed = std::all_of(term->free.begin(), term->free.end(),
                                          [&](const IndexVar* v) { return has_variable(factor.atom, v); });
          if (closed && affine(term) && !has_variable(term, j)) candidates.insert(term);
        };
        if (node->kind == Kind::ref || node->kind == Kind::inverse)
          std::for_each(node->kids.begin(), node->kids.end(), see);
        for (const Slot& slot : node->slots) std::for_each(slot.at.begin(), slot.at.end(), see);
      });
    }
    for (Expr t : candidates) {
      if (!surely_within(t, p->lo, p->hi)) continue;
      const IndexMap map = by_column ? IndexMap{{p, joint}, {q, t}} : IndexMap{{p, t}, {q, joint}};
      Poly wanted;
      wanted.add(*lead, 1);
      wanted = substituted(wanted, map);
      if (!wanted.is_monomial() || wanted.terms().begin()->second != 1) continue;
      Monomial found = wanted.terms().begin()->first;
      IndexVars left = vars;
      std::optional<Monomial> rest = match_factors(found, rest_of_m, j, left);
      if (!rest || has_variable(*rest, j)) continue;
      if (std::any_of(left.begin(), left.end(),
                      [&](const IndexVar* v) { return v != j && (has_variable(v->lo, j) || has_variable(v->hi, j)); }))
        continue;
      const Expr r = other_end;
      const Poly identity = multiply(normal_delta(r, t), product_of(c / weight, *rest, 1));
      const Poly correction =
          multiply(product_of(c / weight, *rest * Monomial{{inverse, 1}}, 1), substituted(others, map));
      Poly result = sum_over(without(left, j), identity);
      if (!others.is_zero()) result -= sum_over(left, correction);
      note_sum(Rule::inverse_product, c, m, vars, result);
      return result;
    }
  }
  return std::nullopt;
}

/// (c I + P Q)⁻¹ P = P (c I + Q P)⁻¹ and Q (c I + P Q)⁻¹ = (c I + Q P)⁻¹ Q, towards the one of the two inverses that
/// was known first, and always where Q (c I + P Q)⁻¹ P stands, which is I − c (c I + Q P)⁻¹. Where c ≠ 0 both are
/// invertible if one is.
std::optional<Poly> Normalizer::push_through(const Rational& c, const Monomial& m, const IndexVars& vars,
                                             Expr inverse) {
  const Lambda& matrix = inverse->args[0];
  const IndexVar *p = matrix.params[0], *q = matrix.params[1];
  const Poly body = normal(matrix.body);
  if (body.size() != 2) return std::nullopt;
  // body = scale·δ_pq + weight·Σ_i P_pi Q_iq
  Poly scale;
  Rational weight;
  const IndexVar* middle = nullptr;
  Monomial left, right;
  for (const auto& [n, k] : body.terms()) {
    if (const Expr delta = delta_in(n, p, q)) {
      const Monomial rest = gradus::without(n, delta);
      if (has_variable(rest, p) || has_variable(rest, q)) return std::nullopt;
      scale.add(rest, k);
      continue;
    }
    if (n.size() != 1 || n[0].exponent != 1 || !is_sum(n[0].atom) || is_sum(n[0].atom->kids[0])) return std::nullopt;
    const Poly inner = normal(n[0].atom->kids[0]);
    if (!inner.is_monomial()) return std::nullopt;
    weight = k * inner.terms().begin()->second;
    middle = make::fresh(n[0].atom->var);
    Poly renamed = substituted(inner, {{n[0].atom->var, make::index(middle)}});
    if (!renamed.is_monomial()) return std::nullopt;
    for (const Factor& factor : renamed.terms().begin()->first) {
      const bool at_p = has_variable(factor.atom, p), at_q = has_variable(factor.atom, q);
      if (at_p == at_q) return std::nullopt;
      (at_p ? left : right).push_back(factor);
    }
  }
  if (scale.is_zero() || !vanishes_thinly(scale) || !middle || left.empty() || right.empty() ||
      middle->lo->free.size() + middle->hi->free.size() > 0)
    return std::nullopt;
  // The companion scale·δ_ij + weight·Σ_p Q_ip P_pj.
  const IndexVar *i = make::fresh(middle), *j = make::fresh(middle), *k = make::fresh(p);
  const auto part = [&](const Monomial& n, const IndexMap& map) {
    Poly one;
    one.add(n, 1);
    return substituted(one, map);
  };
  const IndexMap q_side{{middle, make::index(i)}, {q, make::index(k)}},
      p_side{{middle, make::index(j)}, {p, make::index(k)}};
  const Poly gram = sum_over({k}, multiply(part(right, q_side), part(left, p_side)));
  const Poly companion = multiply(scale, normal_delta(make::index(i), make::index(j))) + gram.times(weight);
  const Lambda other = normal_lambda({{i, j}, to_expr(companion)});
  const bool downwards = other.body->id < matrix.body->id;
  const Monomial rest_of_m = gradus::without(m, inverse);
  for (const bool by_column : {true, false}) {
    const Expr joint = inverse->kids[by_column ? 1 : 0], far = inverse->kids[by_column ? 0 : 1];
    if (joint->kind != Kind::index || std::find(vars.begin(), vars.end(), joint->var) == vars.end()) continue;
    if (has_variable(far, joint->var) || !same_range(joint->var, p)) continue;
    // By column the joint meets P (its row index p), by row Q (its column index q).
    const Monomial& near_part = by_column ? left : right;
    const auto ends = [&](const IndexVar* beside) {
      std::set<Expr> found;
      for (const Factor& factor : rest_of_m) {
        if (!has_variable(factor.atom, beside)) continue;
        visit(factor.atom, [&](Expr node) {
          if (node->kind == Kind::ref) found.insert(node->kids.begin(), node->kids.end());
        });
      }
      return found;
    };
    // The other part of the product at the far end, perhaps behind more inverses of the same matrix.
    const std::function<bool(Expr, const Monomial&, const IndexVars&)> meets_other =
        [&](Expr from, const Monomial& rest, const IndexVars& open) {
          if (from->kind != Kind::index || std::find(open.begin(), open.end(), from->var) == open.end()) return false;
          for (Expr end : ends(from->var)) {
            if (!affine(end) || has_variable(end, from->var)) continue;
            const Poly wanted = part(by_column ? right : left, {{by_column ? q : p, from}, {middle, end}});
            IndexVars vars_left = open;
            if (!wanted.is_monomial() || wanted.terms().begin()->second != 1) continue;
            const auto last = match_factors(wanted.terms().begin()->first, rest, from->var, vars_left);
            if (last && !has_variable(*last, from->var)) return true;
          }
          for (const Factor& factor : rest) {
            if (factor.atom->kind != Kind::inverse || factor.exponent != 1 || !(factor.atom->args[0] == matrix))
              continue;
            for (int side = 0; side < 2; ++side) {
              if (factor.atom->kids[side] == from &&
                  meets_other(factor.atom->kids[1 - side], gradus::without(rest, factor.atom), open))
                return true;
            }
          }
          return false;
        };
    for (Expr end : ends(joint->var)) {
      if (!affine(end) || has_variable(end, joint->var) || !surely_within(end, middle->lo, middle->hi)) continue;
      const Poly wanted = part(near_part, {{by_column ? p : q, joint}, {middle, end}});
      if (!wanted.is_monomial() || wanted.terms().begin()->second != 1) continue;
      IndexVars left_vars = vars;
      const auto rest = match_factors(wanted.terms().begin()->first, rest_of_m, joint->var, left_vars);
      if (!rest || has_variable(*rest, joint->var)) continue;
      if (std::any_of(left_vars.begin(), left_vars.end(), [&](const IndexVar* v) {
            return has_variable(v->lo, joint->var) || has_variable(v->hi, joint->var);
          }))
        continue;
      if (!downwards && !meets_other(far, *rest, left_vars)) continue;
      const IndexVar* via = make::fresh(middle);
      const Expr v = make::index(via);
      const Poly moved = part(near_part, {{by_column ? p : q, far}, {middle, v}});
      const Poly entry = by_column ? inverse_entry(other, v, end) : inverse_entry(other, end, v);
      IndexVars next = without(left_vars, joint->var);
      next.push_back(via);
      const Poly result = sum_over(next, product_of(c, *rest, multiply(moved, entry)));
      note_sum(Rule::push_through, c, m, vars, result);
      return result;
    }
  }
  return std::nullopt;
}

/// The monomial without the wanted factors (a wanted sum may lie opened in it: then its indices leave `vars`); none if
/// they are not there.
std::optional<Monomial> Normalizer::match_factors(const Monomial& wanted, const Monomial& m, const IndexVar* joint,
                                                  IndexVars& vars) {
  Monomial factors;
  IndexVars bound;
  for (const Factor& factor : wanted) {
    if (!is_sum(factor.atom)) {
      factors = factors * Monomial{factor};
      continue;
    }
    if (factor.exponent != 1) return std::nullopt;
    Expr e = factor.atom;
    IndexMap map;
    for (; is_sum(e); e = e->kids[0]) {
      const IndexVar* fresh = make::fresh(e->var->name, substitute(e->var->lo, map), substitute(e->var->hi, map));
      map[e->var] = make::index(fresh);
      bound.push_back(fresh);
    }
    const Poly inner = substituted(normal(e), map);
    if (!inner.is_monomial() || inner.terms().begin()->second != 1) return std::nullopt;
    factors = factors * inner.terms().begin()->first;
  }
  if (bound.size() > 2) return std::nullopt;
  const auto take = [&](const Monomial& parts) -> std::optional<Monomial> {
    for (const Factor& part : parts) {
      const Rational there = exponent_of(m, part.atom);
      if (there != part.exponent && !(there.get_den() == 1 && part.exponent > 0 && there > part.exponent))
        return std::nullopt;
    }
    return m * scaled(parts, -1);
  };
  if (bound.empty()) return take(factors);
  std::optional<Monomial> result;
  IndexVars chosen;
  const std::function<bool(std::size_t, const IndexMap&)> assign = [&](std::size_t k, const IndexMap& map) {
    if (k == bound.size()) {
      Poly renamed;
      renamed.add(factors, 1);
      renamed = substituted(renamed, map);
      if (!renamed.is_monomial() || renamed.terms().begin()->second != 1) return false;
      const auto rest = take(renamed.terms().begin()->first);
      if (!rest || std::any_of(chosen.begin(), chosen.end(), [&](const IndexVar* v) { return has_variable(*rest, v); }))
        return false;
      result = rest;
      return true;
    }
    for (const IndexVar* var : vars) {
      if (var == joint || !same_range(var, bound[k]) || std::find(chosen.begin(), chosen.end(), var) != chosen.end())
        continue;
      IndexMap next = map;
      next[bound[k]] = make::index(var);
      chosen.push_back(var);
      if (assign(k + 1, next)) return true;
      chosen.pop_back();
    }
    return false;
  };
  if (!assign(0, {})) return std::nullopt;
  for (const IndexVar* var : chosen) vars = without(vars, var);
  return result;
}

/// What a declaration says of sums: Σ_k Q_ki Q_kj = δ_ij, Σ_i y_i = 1, Σ_i u_i² = 1.
std::optional<Poly> Normalizer::contract_traits(const Rational& c, const Monomial& m, const IndexVars& vars) {
  for (const IndexVar* var : vars) {
    const std::size_t count = uses(m, var);
    if (count == 0 || count > 2) continue;
    if (std::any_of(vars.begin(), vars.end(),
                    [&](const IndexVar* v) { return has_variable(v->lo, var) || has_variable(v->hi, var); }))
      continue;
    std::vector<Factor> holders;
    for (const Factor& factor : m) {
      if (has_variable(factor.atom, var)) holders.push_back(factor);
    }
    const Expr first = holders[0].atom;
    if (first->kind != Kind::ref || !first->slots.empty() || !first->args.empty()) continue;
    const Symbol* symbol = first->symbol;
    const auto full_axis = [&](Expr atom, std::size_t axis) {
      const Range& range = symbol->indices[axis];
      return is_variable(atom->kids[axis], var) && range.lo && range.hi && normal_term(range.lo) == var->lo &&
             normal_term(range.hi) == var->hi;
    };
    if (symbol->rank() == 1 && count == 1 && full_axis(first, symbol->family)) {
      const bool one = (holders[0].exponent == 1 && (traits_of(symbol).sums_to_one || traits_of(symbol).one_hot)) ||
                       (holders[0].exponent == 2 && traits_of(symbol).unit_norm);
      if (one) {
        const Poly result = sum_term(c, gradus::without(m, first), without(vars, var));
        note_sum(Rule::sums_to_one, c, m, vars, result);
        return result;
      }
    }
    if (symbol->rank() == 2 && traits_of(symbol).orthogonal) {
      const Expr second = count == 2 ? holders[1].atom : first;
      if (second->kind != Kind::ref || second->symbol != symbol || !second->slots.empty()) continue;
      if (count == 2 ? holders[0].exponent != 1 || holders[1].exponent != 1 : holders[0].exponent != 2) continue;
      bool same_member = true;
      for (std::size_t i = 0; i < symbol->family; ++i) same_member = same_member && first->kids[i] == second->kids[i];
      if (!same_member) continue;
      for (const std::size_t axis : {symbol->family, symbol->family + 1}) {
        const std::size_t other = 2 * symbol->family + 1 - axis;
        if (!full_axis(first, axis) || !full_axis(second, axis)) continue;
        if (has_variable(first->kids[other], var) || has_variable(second->kids[other], var)) continue;
        Monomial rest = gradus::without(gradus::without(m, first), second);
        const Poly result =
            sum_over(without(vars, var), product_of(c, rest, normal_delta(first->kids[other], second->kids[other])));
        note_sum(Rule::orthogonal, c, m, vars, result);
        return result;
      }
    }
  }
  return std::nullopt;
}

}  // namespace gradus
