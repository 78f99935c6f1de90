// The rules, one function a kind of node.
#include "calculus/rules.h"

#include <algorithm>

#include "calculus/contract.h"

namespace gradus {
namespace {

constexpr std::size_t kMaxFactors = 256;  // a product of more dependent factors than this stays underived

/// Asks for several derivatives at once, so that what is missing is missed together.
class Asked {
 public:
  explicit Asked(const Child& derivative_of) : derivative_of_(derivative_of) {}
  Expr operator()(Expr child) {
    const Expr derivative = derivative_of_(child);
    missing_ = missing_ || !derivative;
    return derivative;
  }
  bool missing() const { return missing_; }

 private:
  const Child& derivative_of_;
  bool missing_ = false;
};

Derived derive_add(Expr node, Asked derivative_of) {
  std::vector<Expr> terms;
  for (Expr kid : node->kids) terms.push_back(derivative_of(kid));
  if (derivative_of.missing()) return {nullptr, "linearity"};
  return {make::add(std::move(terms)), "linearity"};
}

bool is_reciprocal(Expr e) { return e->kind == Kind::pow && e->kids[1]->is_number() && e->kids[1]->number < 0; }

Derived derive_mul(Expr node, Asked derivative_of) {
  std::vector<Expr> derivatives;
  for (Expr kid : node->kids) derivatives.push_back(derivative_of(kid));
  if (derivative_of.missing()) return {nullptr, "product rule"};
  std::vector<Expr> terms;
  std::string_view rule = "product rule";
  for (std::size_t i = 0; i < derivatives.size(); ++i) {
    if (derivatives[i]->is_zero()) continue;
    if (is_reciprocal(node->kids[i])) rule = "quotient rule";
    std::vector<Expr> factors;
    for (std::size_t k = 0; k < derivatives.size(); ++k) factors.push_back(k == i ? derivatives[k] : node->kids[k]);
    if (terms.size() == kMaxFactors) return {};
    terms.push_back(make::mul(std::move(factors)));
  }
  if (terms.size() == 1) rule = "linearity";
  return {make::add(std::move(terms)), rule};
}

Derived derive_pow(Expr node, Asked derivative_of) {
  const Expr base = node->kids[0], exponent = node->kids[1];
  const Expr d_base = derivative_of(base), d_exponent = derivative_of(exponent);
  if (derivative_of.missing()) return {nullptr, "power rule"};
  std::vector<Expr> terms;
  if (!d_base->is_zero()) {
    terms.push_back(make::mul({exponent, make::pow(base, make::sub(exponent, make::number(1))), d_base}));
  }
  if (!d_exponent->is_zero()) terms.push_back(make::mul({node, make::func(Elementary::log, base), d_exponent}));
  return {make::add(std::move(terms)), d_exponent->is_zero() ? "power rule" : "exponential rule"};
}

Derived derive_func(Expr node, Asked derivative_of) {
  const ElementaryRow& row = row_of(static_cast<Elementary>(node->op));
  const Expr u = node->kids[0];
  const Expr inner = derivative_of(u);
  if (derivative_of.missing()) return {nullptr, "chain rule"};
  if (!row.derivative) return {};
  return {make::mul({row.derivative(u), inner}), "chain rule"};
}

Derived derive_reduce(Expr node, Asked derivative_of) {
  if (node->reduce_op() == ReduceOp::max || node->reduce_op() == ReduceOp::min) return {};
  const IndexVar* var = node->var;
  const Expr body = node->kids[0];
  const Expr inner = derivative_of(body);
  const bool is_sum = node->reduce_op() == ReduceOp::sum;
  const std::string_view rule = is_sum ? "linearity: Σ" : "product rule: Π";
  if (derivative_of.missing()) return {nullptr, rule};
  if (is_sum) return {contract(var, inner), rule, make::sum(var, inner)};
  const IndexVar* one = make::fresh(var);
  const Expr others = make::reduce(
      ReduceOp::product, var, make::select(Relation::ne, make::index(var), make::index(one), body, make::number(1)));
  const Expr term = make::mul({others, substitute(inner, {{var, make::index(one)}})});
  return {contract(one, term), rule, make::sum(one, term)};
}

Derived derive_select(Expr node, Asked derivative_of) {
  Expr then = derivative_of(node->kids[2]), otherwise = derivative_of(node->kids[3]);
  if (derivative_of.missing()) return {nullptr, "case by case"};
  // δ·a in one case and nothing in the other: the δ stands outside, where a Σ around finds it.
  std::vector<Expr> deltas, inside;
  const Expr one_case = otherwise->is_zero() ? then : then->is_zero() ? otherwise : nullptr;
  if (one_case) {
    for (Expr factor : one_case->kind == Kind::mul ? one_case->kids : std::vector<Expr>{one_case}) {
      (factor->kind == Kind::delta ? deltas : inside).push_back(factor);
    }
    const Expr rest = make::mul(std::move(inside));
    (otherwise->is_zero() ? then : otherwise) = rest;
  }
  deltas.push_back(make::select(node->relation(), node->kids[0], node->kids[1], then, otherwise));
  return {make::mul(std::move(deltas)), "case by case"};
}

/// Sums over the parameters of a lambda, innermost last, contracted or written out.
struct Sums {
  Expr contracted;
  Expr plain;

  void over(const IndexVars& vars) {
    for (auto var = vars.rbegin(); var != vars.rend(); ++var) {
      contracted = contract(*var, contracted);
      plain = make::sum(*var, plain);
    }
  }
};

/// Fresh variables for a lambda's parameters, whose ranges may refer to one another.
IndexVars fresh_parameters(const Lambda& lambda, IndexMap& renamed) {
  IndexVars fresh;
  for (const IndexVar* param : lambda.params) {
    const IndexVar* var = make::fresh(param->name, param->lo ? substitute(param->lo, renamed) : nullptr,
                                      param->hi ? substitute(param->hi, renamed) : nullptr);
    renamed[param] = make::index(var);
    fresh.push_back(var);
  }
  return fresh;
}

std::vector<Expr> as_terms(const IndexVars& vars) {
  std::vector<Expr> terms;
  for (const IndexVar* var : vars) terms.push_back(make::index(var));
  return terms;
}

/// f(u, v, …): for each argument, the partial derivative in its slot times the argument's derivative, summed over the
/// argument's components; the contributions of all arguments add.
Derived derive_application(Expr node, Asked derivative_of) {
  std::vector<Expr> inner;
  for (const Lambda& arg : node->args) inner.push_back(derivative_of(arg.body));
  if (derivative_of.missing()) return {nullptr, "chain rule"};
  std::vector<Expr> contracted, plain;
  for (std::size_t i = 0; i < node->args.size(); ++i) {
    if (inner[i]->is_zero()) continue;
    IndexMap renamed;
    const IndexVars components = fresh_parameters(node->args[i], renamed);
    std::vector<Slot> slots = node->slots;
    slots.push_back({static_cast<std::uint32_t>(i), as_terms(components)});
    const Expr partial = make::apply(node->symbol, node->kids, node->args, std::move(slots));
    const Expr term = make::mul({partial, substitute(inner[i], renamed)});
    Sums sums{term, term};
    sums.over(components);
    contracted.push_back(sums.contracted);
    plain.push_back(sums.plain);
  }
  const std::string_view rule = contracted.size() > 1 ? "chain rule, fan-out: contributions add" : "chain rule";
  return {make::add(std::move(contracted)), rule, make::add(std::move(plain))};
}

/// ∂(A⁻¹)_rc = −Σ_pq (A⁻¹)_rp ∂A_pq (A⁻¹)_qc and ∂det A = det A · Σ_pq (A⁻¹)_qp ∂A_pq.
Derived derive_matrix(Expr node, Asked derivative_of) {
  const bool is_inverse = node->kind == Kind::inverse;
  const std::string_view rule = is_inverse ? "derivative of the inverse" : "derivative of the determinant";
  const Lambda& matrix = node->args[0];
  const Expr inner = derivative_of(matrix.body);
  if (derivative_of.missing()) return {nullptr, rule};
  IndexMap renamed;
  const IndexVars pq = fresh_parameters(matrix, renamed);
  if (pq.size() != 2) return {};
  const Expr p = make::index(pq[0]), q = make::index(pq[1]);
  const Expr entry = substitute(inner, renamed);
  Expr term;
  if (is_inverse) {
    term = make::mul({make::inverse(matrix, node->kids[0], p), entry, make::inverse(matrix, q, node->kids[1])});
  } else {
    term = make::mul({make::inverse(matrix, q, p), entry});
  }
  Sums sums{term, term};
  sums.over(pq);
  const Expr factor = is_inverse ? make::number(-1) : node;
  return {make::mul({factor, sums.contracted}), rule, make::mul({factor, sums.plain})};
}

}  // namespace

Derived apply_rule(Expr node, const Child& derivative_of) {
  const Asked asked(derivative_of);
  switch (node->kind) {
    case Kind::number:
    case Kind::index:
    case Kind::delta: return {make::number(0), "constant"};
    case Kind::ref: return derive_application(node, asked);
    case Kind::add: return derive_add(node, asked);
    case Kind::mul: return derive_mul(node, asked);
    case Kind::pow: return derive_pow(node, asked);
    case Kind::func: return derive_func(node, asked);
    case Kind::reduce: return derive_reduce(node, asked);
    case Kind::select: return derive_select(node, asked);
    case Kind::inverse:
    case Kind::det: return derive_matrix(node, asked);
    case Kind::deriv:
    case Kind::at: break;
  }
  return {};
}

Expr same_component(Expr ref, Expr wrt) {
  std::vector<Expr> deltas;
  for (std::size_t i = 0; i < ref->kids.size() && i < wrt->kids.size(); ++i) {
    deltas.push_back(make::delta(ref->kids[i], wrt->kids[i]));
  }
  return make::mul(std::move(deltas));
}

}  // namespace gradus
