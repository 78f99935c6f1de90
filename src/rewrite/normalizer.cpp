// The engine's core: what each kind of node becomes, and products of monomials brought to rest.
#include "rewrite/normalizer.h"

#include <algorithm>

#include "calculus/differentiate.h"

namespace gradus {
namespace {

constexpr int kMaxDepth = 1500;
constexpr int kMaxUnfolding = 40;
constexpr std::size_t kMaxBits = 4096;

class Deeper {
 public:
  Deeper(int& depth, int limit, const char* what) : depth_(depth) {
    if (depth_ >= limit) throw OverBudget{what};
    ++depth_;
  }
  ~Deeper() { --depth_; }

 private:
  int& depth_;
};

}  // namespace

Normalizer::Normalizer(Settings settings, Budget& budget) : settings_(std::move(settings)), budget_(budget) {}

void Normalizer::used(Rule rule, Expr before, Expr after) {
  if (before != after && rules_.insert(rule).second) steps_.push_back({std::string(name_of(rule)), before, after});
}

void Normalizer::check_size(const Poly& poly) const {
  if (poly.size() > settings_.options.max_terms) {
    throw OverBudget{"terms of the normal form (" + std::to_string(settings_.options.max_terms) + ")"};
  }
}

Expr Normalizer::imposed(Expr e) {
  const auto known = imposed_.find(e);
  if (known != imposed_.end()) return known->second;
  Expr result = e;
  for (const Condition& condition : settings_.options.conditions) {
    if (condition.relation != Relation::eq) continue;
    Expr a = condition.a, b = condition.b;
    if (a->kind == Kind::number || (a->kind == Kind::ref && b->kind == Kind::index)) std::swap(a, b);
    if (a->kind == Kind::index && !has_variable(b, a->var)) {
      result = substitute(result, {{a->var, b}});
    } else if (a->kind == Kind::ref && a->kids.empty() && a->args.empty() && a->symbol->role == Role::size) {
      result = substitute_symbols(result, {{a->symbol, Lambda{{}, b}}});
    }
  }
  imposed_[e] = result;
  return result;
}

Poly Normalizer::normal(Expr e) {
  const auto known = memo_.find(e);
  if (known != memo_.end()) return known->second;
  const Deeper deeper(depth_, kMaxDepth, "depth of the expression");
  budget_.spend();
  Poly result = normal_of(e);
  check_size(result);
  return memo_[e] = std::move(result);
}

Poly Normalizer::normal_of(Expr e) {
  switch (e->kind) {
    case Kind::number: return Poly(e->number);
    case Kind::index: {
      const IndexVar* var = e->var;
      if (var->lo && var->hi && !has_variable(var->lo, var)) {
        Expr lo = imposed(var->lo), hi = imposed(var->hi);
        if (compare(Relation::eq, lo, hi).value_or(false)) return normal(lo);
      }
      return Poly::atom(e);
    }
    case Kind::ref: return normal_ref(e);
    case Kind::add: {
      Poly sum;
      for (Expr kid : e->kids) {
        sum += normal(kid);
        check_size(sum);
        // Term by term, so that 1 + 2x + 2y(1 + 2x) is found to be (1 + 2x)(1 + 2y).
        if (!settings_.expand_products && sum.size() > 1) sum = factored(sum);
      }
      return sum;
    }
    case Kind::mul: return normal_product(e);
    case Kind::pow: return normal_power(e);
    case Kind::func: return function(static_cast<Elementary>(e->op), normal(e->kids[0]));
    case Kind::reduce: return normal_reduce(e);
    case Kind::delta: return normal_delta(normal_term(e->kids[0]), normal_term(e->kids[1]));
    case Kind::select: return normal_select(e);
    case Kind::inverse: return normal_inverse(e);
    case Kind::det: return normal_det(e);
    case Kind::deriv: return normal_derivative(e);
    case Kind::at: return Poly::atom(e);
  }
  return Poly::atom(e);
}

Lambda Normalizer::normal_lambda(const Lambda& lambda) {
  Poly body = normal(lambda.body);
  Lambda result;
  if (lambda.params.empty()) return {{}, to_expr(body)};
  int level = height(to_expr(body));
  IndexMap map;
  for (const IndexVar* param : lambda.params) {
    // An open range (a whole family handed as one argument) has no bounds to normalise.
    const Expr lo = param->lo ? normal_term(substitute(param->lo, map)) : nullptr;
    const Expr hi = param->hi ? normal_term(substitute(param->hi, map)) : nullptr;
    const IndexVar* name = canonical(level++, lo, hi, param->name);
    while (name != param && has_variable(lambda.body, name)) name = canonical(level++, lo, hi, param->name);
    map[param] = make::index(name);
    result.params.push_back(name);
  }
  result.body = to_expr(substituted(body, map));
  return result;
}

Poly Normalizer::normal_ref(Expr e) {
  const Symbol* symbol = e->symbol;
  if (symbol->defined() && settings_.open.count(symbol)) {
    if (const auto body = unfold(e)) {
      const Deeper deeper(unfolding_, kMaxUnfolding, "definitions inside definitions");
      const Expr opened = carry_out(imposed(*body));
      if (opened->kind != Kind::deriv && opened->kind != Kind::at) {
        Poly result = normal(opened);
        if (opened_.insert(symbol).second) steps_.push_back({"definition of " + symbol->name, e, *body});
        return result;
      }
    }
  }
  const Traits& traits = traits_of(symbol);
  std::vector<Expr> indices;
  for (Expr kid : e->kids) indices.push_back(normal_term(kid));
  const std::size_t rank = symbol->rank(), family = symbol->family;
  const bool plain = e->args.empty() && e->slots.empty();
  if (plain && traits.one_hot && traits.hot && rank == 1) return normal_delta(indices[family], normal_term(traits.hot));
  Poly guard = 1;
  if (rank == 2 && indices[family] != indices[family + 1]) {
    Expr &row = indices[family], &column = indices[family + 1];
    if (traits.diagonal && plain) {
      guard = normal_delta(row, column);
      if (guard.is_zero()) return guard;
    }
    if ((traits.symmetric || traits.positive_definite || traits.diagonal) && column->id < row->id)
      std::swap(row, column);
  }
  std::vector<Lambda> args;
  for (const Lambda& lambda : e->args) args.push_back(normal_lambda(lambda));
  std::vector<Slot> slots;
  for (const Slot& slot : e->slots) {
    Slot normal_slot{slot.arg, {}};
    for (Expr term : slot.at) normal_slot.at.push_back(normal_term(term));
    slots.push_back(std::move(normal_slot));
  }
  if (traits.symmetric_arguments && args.size() == 2 && args[1].body->id < args[0].body->id) {
    std::swap(args[0], args[1]);
    for (Slot& slot : slots) slot.arg = 1 - slot.arg;
  }
  const Expr atom = make::apply(symbol, std::move(indices), std::move(args), std::move(slots));
  return guard == Poly(1) ? Poly::atom(atom) : multiply(guard, Poly::atom(atom));
}

Poly Normalizer::normal_product(Expr e) {
  Poly product = 1;
  for (Expr kid : e->kids) {
    const Poly factor = normal(kid);
    if (factor.is_zero()) return factor;
    product = multiply(product, factor);
  }
  return product;
}

Poly Normalizer::normal_power(Expr e) {
  const Poly exponent = normal(e->kids[1]);
  const Poly base = normal(e->kids[0]);
  if (exponent.is_constant()) return power(base, exponent.constant());
  return symbolic_power(base, exponent);
}

Poly Normalizer::normal_select(Expr e) {
  Poly condition;
  const auto is_index_term = [](Expr t) {
    const auto form = affine(t);
    return form && std::all_of(form->terms.begin(), form->terms.end(), [](const auto& term) {
             return term.first->kind == Kind::index ||
                    (term.first->kind == Kind::ref && term.first->symbol->role == Role::size);
           });
  };
  const Expr a = normal_term(e->kids[0]), b = normal_term(e->kids[1]);
  const Relation relation = e->relation();
  if (is_index_term(a) && is_index_term(b)) {
    condition = index_relation(relation, a, b);
  } else {
    const Poly d = normal(a) - normal(b);
    switch (relation) {
      case Relation::eq: condition = zero_indicator(d); break;
      case Relation::ne: condition = Poly(1) - zero_indicator(d); break;
      case Relation::gt: condition = positive_indicator(d); break;
      case Relation::ge: condition = positive_indicator(d) + zero_indicator(d); break;
      case Relation::lt: condition = Poly(1) - positive_indicator(d) - zero_indicator(d); break;
      case Relation::le: condition = Poly(1) - positive_indicator(d); break;
    }
  }
  if (condition.is_zero()) return normal(e->kids[3]);
  if (condition == Poly(1)) return normal(e->kids[2]);
  return multiply(condition, normal(e->kids[2])) + multiply(Poly(1) - condition, normal(e->kids[3]));
}

Poly Normalizer::normal_reduce(Expr e) {
  const IndexVar* var = e->var;
  if (!var->lo || !var->hi) throw OverBudget{"the range of " + var->name + ", which is not known"};
  const Expr lo = normal_term(var->lo), hi = normal_term(var->hi);
  const bool fresh = lo != var->lo || hi != var->hi;
  const IndexVar* bound = fresh ? make::fresh(var->name, lo, hi) : var;
  const Expr body_expr = fresh ? substitute(e->kids[0], {{var, make::index(bound)}}) : e->kids[0];
  const ReduceOp op = e->reduce_op();
  if (compare(Relation::eq, lo, hi).value_or(false)) return normal(substitute(body_expr, {{bound, lo}}));
  if (compare(Relation::lt, hi, lo).value_or(false)) {
    if (op == ReduceOp::sum) return 0;
    if (op == ReduceOp::product) return 1;
  }
  if (auto split = peeled(op, bound, body_expr)) return *split;
  const Poly body = normal(body_expr);
  if (settings_.expand_ranges) {
    const auto length = affine(make::sub(hi, lo));
    if (length && length->terms.empty() && length->constant <= 12 && op != ReduceOp::max && op != ReduceOp::min) {
      return written_out(bound, body, op);
    }
  }
  switch (op) {
    case ReduceOp::sum: return sum_over({bound}, body);
    case ReduceOp::product: return product_over(bound, body);
    default: return extremum_over(op, bound, body);
  }
}

/// Σ_{k=a}^t f(k) = Σ_{k=a}^{t-1} f(k) + f(t) where a ≤ t for certain, for the index t that an induction goes by.
std::optional<Poly> Normalizer::peeled(ReduceOp op, const IndexVar* var, Expr body) {
  if (!settings_.peel || (op != ReduceOp::sum && op != ReduceOp::product)) return std::nullopt;
  const auto end = affine(var->hi);
  if (!end) return std::nullopt;
  const auto place = end->terms.find(make::index(settings_.peel));
  if (place == end->terms.end() || place->second != 1 || end->constant < 0 || end->constant > 3) return std::nullopt;
  if (!decide(Relation::le, var->lo, var->hi).value_or(false)) return std::nullopt;
  const IndexVar* shorter = make::fresh(var->name, var->lo, normal_term(make::sub(var->hi, make::number(1))));
  const Poly rest = normal(make::reduce(op, shorter, substitute(body, {{var, make::index(shorter)}})));
  const Poly last = normal(substitute(body, {{var, var->hi}}));
  return op == ReduceOp::sum ? rest + last : multiply(rest, last);
}

/// A derivative that calculus left: of a quantity defined by recurrence, opened once where the settings ask for it.
Poly Normalizer::normal_derivative(Expr e) {
  const Expr body = e->kids[0], wrt = e->kids[1];
  if (!settings_.open_derivatives || e->mode() != DerivMode::total || body->kind != Kind::ref ||
      body->symbol == wrt->symbol) {
    return Poly::atom(e);
  }
  const auto opened = unfold(body);
  if (!opened) return Poly::atom(e);
  const Deeper deeper(unfolding_, kMaxUnfolding, "definitions inside definitions");
  const Expr carried = carry_out(imposed(make::deriv(*opened, wrt)));
  bool circular = false;
  visit(carried, [&](Expr node) { circular = circular || node == e; });
  if (circular) return Poly::atom(e);
  if (opened_.insert(body->symbol).second) steps_.push_back({"definition of " + body->symbol->name, e, carried});
  return normal(carried);
}

// ---- expressions of polynomials

Expr Normalizer::factor_expr(Expr atom, const Rational& exponent) {
  return exponent == 1 ? atom : make::pow(atom, make::number(exponent));
}

Expr Normalizer::to_expr(const Poly& poly) {
  std::vector<Expr> terms;
  terms.reserve(poly.size());
  for (const auto& [m, c] : poly.terms()) {
    std::vector<Expr> factors{make::number(c)};
    std::vector<Expr> exponents;
    for (const Factor& factor : m) {
      if (factor.atom->kind == Kind::func && factor.atom->op == static_cast<std::uint8_t>(Elementary::exp)) {
        exponents.push_back(make::mul({make::number(factor.exponent), factor.atom->kids[0]}));
      } else {
        factors.push_back(factor_expr(factor.atom, factor.exponent));
      }
    }
    if (!exponents.empty()) factors.push_back(make::func(Elementary::exp, make::add(std::move(exponents))));
    terms.push_back(make::mul(std::move(factors)));
  }
  const Expr e = make::add(std::move(terms));
  // Where sums are kept as atoms, a sum's own normal form is that atom.
  if (settings_.expand_products || poly.size() < 2) memo_.try_emplace(e, poly);
  return e;
}

Poly Normalizer::substituted(const Poly& poly, const IndexMap& map) {
  if (map.empty()) return poly;
  Poly result;
  for (const auto& [m, c] : poly.terms()) {
    Monomial kept;
    Poly changed = 1;
    for (const Factor& factor : m) {
      const bool touched = std::any_of(factor.atom->free.begin(), factor.atom->free.end(),
                                       [&](const IndexVar* v) { return map.count(v) != 0; });
      if (touched) {
        budget_.spend();
        changed = multiply(changed, power(normal(substitute(factor.atom, map)), factor.exponent));
      } else {
        kept.push_back(factor);
      }
    }
    result += product_of(c, kept, changed);
  }
  return result;
}

// ---- products

Poly Normalizer::product_of(const Rational& coefficient, const Monomial& m, const Poly& other) {
  Poly result;
  for (const auto& [n, d] : other.terms()) settle(coefficient * d, m * n, result);
  check_size(result);
  return result;
}

Poly Normalizer::multiply(const Poly& a, const Poly& b) {
  if (a.is_zero() || b.is_zero()) return {};
  if (a.is_constant()) return b.times(a.constant());
  if (b.is_constant()) return a.times(b.constant());
  if (!settings_.expand_products && a.size() > 1 && b.size() > 1) return multiply(factored(a), factored(b));
  Poly result;
  for (const auto& [m, c] : a.terms()) {
    for (const auto& [n, d] : b.terms()) settle(c * d, m * n, result);
    check_size(result);
  }
  return result;
}

/// The polynomial as one product, its primitive part an atom.
Poly Normalizer::factored(const Poly& poly) {
  const Primitive p = primitive(poly);
  Monomial m = p.common;
  if (p.rest.size() > 1) m = m * Monomial{{atom_of_sum(p.rest), 1}};
  Poly product;
  settle(p.coefficient, m, product);
  return product;
}

/// Adds coefficient · m to out after every rule that concerns the factors of one product.
void Normalizer::settle(const Rational& coefficient, const Monomial& m, Poly& out) {
  budget_.spend();
  if (coefficient == 0) return;
  if (mpz_sizeinbase(coefficient.get_num().get_mpz_t(), 2) + mpz_sizeinbase(coefficient.get_den().get_mpz_t(), 2) >
      kMaxBits) {
    throw OverBudget{"digits of a coefficient"};
  }
  const Deeper deeper(depth_, kMaxDepth, "depth of the expression");
  std::size_t indicators = 0;
  for (const Factor& factor : m) {
    if (settle_factor(coefficient, m, factor, out)) return;
    if (is_indicator(factor.atom)) ++indicators;
  }
  if (indicators) {
    for (const Factor& factor : m) {
      if (factor.atom->kind == Kind::delta && settle_delta(coefficient, m, factor.atom, out)) return;
    }
    if (settle_indicators(coefficient, m, out)) return;
  }
  for (const Factor& factor : m) {
    if (factor.atom->kind == Kind::add && factor.exponent < 0 && settle_fraction(coefficient, m, factor, out)) return;
  }
  out.add(m, coefficient);
}

bool Normalizer::settle_factor(const Rational& coefficient, const Monomial& m, const Factor& factor, Poly& out) {
  const Rational& e = factor.exponent;
  const auto whole = [&] {
    mpz_class floor;
    mpz_fdiv_q(floor.get_mpz_t(), e.get_num().get_mpz_t(), e.get_den().get_mpz_t());
    return Rational(floor);
  };
  switch (factor.atom->kind) {
    case Kind::number: {  // a prime under a root: √2·√2 = 2
      if (e < 1 && e > 0) return false;
      const Rational k = whole();
      const Poly value = power_of_number(factor.atom->number, k);
      Monomial rest = without(m, factor.atom);
      if (e != k) rest = rest * Monomial{{factor.atom, e - k}};
      out += product_of(coefficient, rest, value);
      return true;
    }
    case Kind::add: {
      if (e < 1 || !settings_.expand_products) return false;
      const Rational k = whole();
      Monomial rest = without(m, factor.atom);
      if (e != k) rest = rest * Monomial{{factor.atom, e - k}};
      out += product_of(coefficient, rest, power(normal(factor.atom), k));
      return true;
    }
    case Kind::delta:
    case Kind::select: {
      if (e == 1) return false;
      if (e < 0) return false;
      settle(coefficient, without(m, factor.atom) * Monomial{{factor.atom, 1}}, out);
      return true;
    }
    case Kind::func: {
      const auto f = static_cast<Elementary>(factor.atom->op);
      if (f == Elementary::sin && e.get_den() == 1 && e >= 2) {
        const Expr cosine = make::func(Elementary::cos, factor.atom->kids[0]);
        const Monomial rest = m * Monomial{{factor.atom, -2}};
        settle(coefficient, rest, out);
        settle(-coefficient, rest * Monomial{{cosine, 2}}, out);
        used(Rule::pythagoras, make::sq(factor.atom), make::sub(make::number(1), make::sq(cosine)));
        return true;
      }
      if (f == Elementary::abs && (e >= 1 || e < 0)) {
        const Rational k = whole();
        Monomial rest = without(m, factor.atom);
        if (e != k) rest = rest * Monomial{{factor.atom, e - k}};
        out += product_of(coefficient, rest, absolute_power(factor.atom->kids[0], k));
        return true;
      }
      return false;
    }
    case Kind::ref: {  // entries of a one-hot vector are 0 or 1
      if (!traits_of(factor.atom->symbol).one_hot || !factor.atom->slots.empty() || e.get_den() != 1 || e < 2)
        return false;
      settle(coefficient, without(m, factor.atom) * Monomial{{factor.atom, 1}}, out);
      return true;
    }
    default: return false;
  }
}

/// δ_ab f(a) = δ_ab f(b): the later variable is replaced by the earlier one.
bool Normalizer::settle_delta(const Rational& coefficient, const Monomial& m, Expr delta, Poly& out) {
  if (exponent_of(m, delta) != 1) return false;
  const auto difference = affine(make::sub(delta->kids[0], delta->kids[1]));
  if (!difference) return false;
  const IndexVar* var = nullptr;
  Rational weight;
  for (const auto& [term, k] : difference->terms) {
    if (term->kind != Kind::index || abs(k) != 1) continue;
    if (!var || term->var->id > var->id) var = term->var, weight = k;
  }
  if (!var) return false;
  const Monomial rest = without(m, delta);
  if (!has_variable(rest, var)) return false;
  // var = var − (a − b)/weight
  const Expr value = normal_term(
      make::sub(make::index(var), make::mul({make::number(1 / weight), make::sub(delta->kids[0], delta->kids[1])})));
  if (has_variable(value, var)) return false;
  try {
    Poly changed;
    changed.add(rest, coefficient);
    changed = substituted(changed, {{var, value}});
    out += product_of(1, {{delta, 1}}, changed);
    Poly before;
    before.add(m, coefficient);
    used(Rule::delta_swap, to_expr(before), make::mul({delta, to_expr(changed)}));
    return true;
  } catch (const Undefined&) {
    return false;  // δ_ik/(x_i − x_k) is multiplied by its other half elsewhere
  }
}

/// Indicators of real conditions: [d > 0]·[d = 0] = 0, [x = 0]·x = 0.
bool Normalizer::settle_indicators(const Rational& coefficient, const Monomial& m, Poly& out) {
  for (const Factor& factor : m) {
    if (factor.atom->kind != Kind::select || factor.exponent != 1) continue;
    const Expr d = factor.atom->kids[0];
    if (factor.atom->relation() == Relation::eq) {
      if (exponent_of(m, make::select(Relation::gt, d, make::number(0), make::number(1), make::number(0))) == 1)
        return true;
      // d = c·x + rest with x an atom: x may be replaced where d is zero.
      const Poly whole = normal(d);
      const Monomial lead = leading(whole);
      if (lead.size() == 1 && lead[0].exponent == 1) {
        const Rational e = exponent_of(m, lead[0].atom);
        if (e > 0 && e.get_den() == 1) {
          Poly other;
          Rational c;
          for (const auto& [n, k] : whole.terms()) {
            if (n == lead) {
              c = k;
            } else {
              other.add(n, k);
            }
          }
          bool smaller = true;
          for (const auto& [n, k] : other.terms()) smaller = smaller && exponent_of(n, lead[0].atom) == 0;
          if (!smaller) continue;
          out += product_of(coefficient, without(m, lead[0].atom), power(other.times(-1 / c), e));
          return true;
        }
      }
      continue;
    }
    if (factor.atom->relation() != Relation::gt) continue;
    // [a > 0]·[b > 0] = [a > 0] where b ≥ a is certain; 0 where a + b ≤ 0 is; [a > 0] + [b > 0] − 1 where a + b > 0 is.
    for (const Factor& second : m) {
      if (second.atom == factor.atom || second.atom->kind != Kind::select || second.exponent != 1) continue;
      if (second.atom->relation() != Relation::gt) continue;
      const Poly a = normal(d), b = normal(second.atom->kids[0]);
      for (const Rational& scale : {Rational(1), Rational(1, 2), Rational(2)}) {
        if (sign_of(b - a.times(scale)) != Sign::unknown) {
          settle(coefficient, without(m, second.atom), out);
          return true;
        }
        const Poly total = a.times(scale) + b;
        if (sign_of(total.negated()) != Sign::unknown) return true;
        if (sign_of(total) == Sign::positive) {  // one of them is positive
          const Monomial rest = without(without(m, factor.atom), second.atom);
          settle(coefficient, rest * Monomial{{factor.atom, 1}}, out);
          settle(coefficient, rest * Monomial{{second.atom, 1}}, out);
          settle(-coefficient, rest, out);
          return true;
        }
      }
    }
  }
  return false;
}

/// lead·D^{-k} = (D − rest)·D^{-k}, so that e^x/(e^x + 1) and 1 − 1/(e^x + 1) are one.
bool Normalizer::settle_fraction(const Rational& coefficient, const Monomial& m, const Factor& denominator, Poly& out) {
  const Poly d = normal(denominator.atom);
  if (d.size() < 2) return false;
  const Monomial lead = leading(d);
  for (const Factor& factor : lead) {
    if (exponent_of(m, factor.atom) < factor.exponent) return settle_negative(coefficient, m, denominator, d, out);
  }
  const Monomial cofactor = m * scaled(lead, -1);
  Rational c;
  Poly rest;
  for (const auto& [n, k] : d.terms()) {
    if (n == lead) {
      c = k;
    } else {
      rest.add(n, k);
    }
  }
  settle(coefficient / c, cofactor * Monomial{{denominator.atom, 1}}, out);
  out += product_of(-coefficient / c, cofactor, rest);
  return true;
}

/// With D = c + a·(…): a^{-1}·D^{-k} = (D − (D − c))·a^{-1}·D^{-k}/c, so that e^{-x}/(1 + e^x) = e^{-x} − 1/(1 + e^x).
bool Normalizer::settle_negative(const Rational& coefficient, const Monomial& m, const Factor& denominator,
                                 const Poly& d, Poly& out) {
  const Rational c = d.constant();
  if (c == 0) return false;
  for (const Factor& factor : m) {
    if (factor.exponent >= 0 || factor.atom == denominator.atom || factor.atom->kind == Kind::add) continue;
    bool everywhere = true;
    Poly rest;
    for (const auto& [n, k] : d.terms()) {
      if (n.empty()) continue;
      const Rational e = exponent_of(n, factor.atom);
      everywhere = everywhere && e > 0 && e <= -factor.exponent;
      rest.add(n, k);
    }
    if (!everywhere) continue;
    settle(coefficient / c, m * Monomial{{denominator.atom, 1}}, out);
    out += product_of(-coefficient / c, m, rest);
    return true;
  }
  return false;
}

}  // namespace gradus
