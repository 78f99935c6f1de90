#include "check/evaluate.h"

#include <flint/fmpq.h>

#include <algorithm>

namespace gradus {

namespace {

/// Whether a rel b, if the balls decide it.
std::optional<bool> decide(Relation relation, const Ball& a, const Ball& b) {
  switch (relation) {
    case Relation::lt: return arb_lt(a, b) ? std::optional(true) : arb_ge(a, b) ? std::optional(false) : std::nullopt;
    case Relation::le: return arb_le(a, b) ? std::optional(true) : arb_gt(a, b) ? std::optional(false) : std::nullopt;
    case Relation::gt: return decide(Relation::lt, b, a);
    case Relation::ge: return decide(Relation::le, b, a);
    case Relation::eq: return arb_eq(a, b) ? std::optional(true) : arb_ne(a, b) ? std::optional(false) : std::nullopt;
    case Relation::ne: return arb_ne(a, b) ? std::optional(true) : arb_eq(a, b) ? std::optional(false) : std::nullopt;
  }
  return std::nullopt;
}

void power(Ball& result, const Ball& base, const Rational& exponent, slong prec) {
  if (exponent.get_den() == 1) {
    fmpz_t n;
    fmpz_init(n);
    fmpz_set_mpz(n, exponent.get_num().get_mpz_t());
    arb_pow_fmpz(result, base, n, prec);
    fmpz_clear(n);
    return;
  }
  fmpq_t q;
  fmpq_init(q);
  fmpq_set_mpq(q, exponent.get_mpq_t());
  if (!arb_is_nonnegative(base) || (exponent < 0 && !arb_is_positive(base)))
    arb_indeterminate(result);
  else
    arb_pow_fmpq(result, base, q, prec);
  fmpq_clear(q);
}

}  // namespace

bool Evaluator::run(const std::vector<NodeId>& order, slong prec) {
  if (values_.size() < graph_.size()) values_.resize(graph_.size());
  largest_ = smallest_ = 0;
  for (NodeId id : order) {
    budget_.spend(1 + static_cast<std::uint64_t>(prec) / 256);
    Ball& result = values_[static_cast<std::size_t>(id)];
    if (!compute(id, result, prec)) return false;
    note_scale(id, result);
  }
  return true;
}

void Evaluator::note_scale(NodeId id, const Ball& value) {
  if (!value.finite() || value.contains_zero()) return;
  const Scalar& node = graph_.at(id);
  const long exponent = value.exponent();
  largest_ = std::max(largest_, exponent);
  smallest_ = std::min(smallest_, exponent);
  if (node.op == ScalarOp::constant) {
    // Long constants hide what was added to a short one: 1 + 10^{-300}.
    const Rational& q = graph_.rational(id);
    const std::size_t bits = mpz_sizeinbase(q.get_num().get_mpz_t(), 2) + mpz_sizeinbase(q.get_den().get_mpz_t(), 2);
    if (bits > 64) smallest_ = std::min(smallest_, -static_cast<long>(bits));
  }
  if (node.op != ScalarOp::func) return;
  // Bounded functions swallow terms that are tiny beside 1 without a node for them: tanh x = 1 − 2e^{-2x} + …
  const Ball& argument = values_[static_cast<std::size_t>(node.kids[0])];
  const long size = argument.exponent();
  if (size < 3) return;
  const long bound = size > 40 ? 1L << 40 : 1L << size;
  switch (static_cast<Elementary>(node.sub)) {
    case Elementary::erf: smallest_ = std::min(smallest_, size > 20 ? -(1L << 40) : -2 * bound * bound); break;
    case Elementary::exp:
    case Elementary::sinh:
    case Elementary::cosh:
    case Elementary::tanh:
    case Elementary::sigmoid:
    case Elementary::softplus: smallest_ = std::min(smallest_, -3 * bound); break;
    default: break;
  }
}

bool Evaluator::compute(NodeId id, Ball& result, slong prec) {
  const Scalar& node = graph_.at(id);
  const auto kid = [&](std::size_t k) -> const Ball& { return values_[static_cast<std::size_t>(node.kids[k])]; };
  switch (node.op) {
    case ScalarOp::undefined: arb_indeterminate(result); return true;
    case ScalarOp::constant: result.set(graph_.rational(id), prec); return true;
    case ScalarOp::leaf: {
      if (graph_.component(id).symbol->role == Role::constant) {
        arb_const_pi(result, prec);
        return true;
      }
      auto it = point_.find(id);
      if (it == point_.end())
        arb_indeterminate(result);
      else
        result.set(it->second, prec);
      return true;
    }
    case ScalarOp::named: result = kid(0); return true;
    case ScalarOp::add: {
      Ball total(0L);
      for (std::size_t k = 0; k < node.kids.size(); ++k) arb_add(total, total, kid(k), prec);
      result = std::move(total);
      return true;
    }
    case ScalarOp::mul: {
      Ball product(1L);
      for (std::size_t k = 0; k < node.kids.size(); ++k) arb_mul(product, product, kid(k), prec);
      result = std::move(product);
      return true;
    }
    case ScalarOp::pow:
      if (graph_.is_constant(node.kids[1]))
        power(result, kid(0), graph_.rational(node.kids[1]), prec);
      else
        arb_pow(result, kid(0), kid(1), prec);
      return true;
    case ScalarOp::func: evaluate_elementary(static_cast<Elementary>(node.sub), result, kid(0), prec); return true;
    case ScalarOp::apply: {
      std::vector<const Ball*> args;
      for (std::size_t k = 0; k < node.kids.size(); ++k) args.push_back(&kid(k));
      return functions_.evaluate(graph_.application(id), args, result, prec);
    }
    case ScalarOp::select: {
      const auto holds = decide(static_cast<Relation>(node.sub), kid(0), kid(1));
      if (!holds)
        arb_indeterminate(result);
      else
        result = *holds ? kid(2) : kid(3);
      return true;
    }
    case ScalarOp::largest:
    case ScalarOp::smallest: {
      const std::size_t n = node.kids.size() / 2;
      const bool largest = node.op == ScalarOp::largest;
      if (std::equal(node.kids.begin(), node.kids.begin() + static_cast<long>(n),
                     node.kids.begin() + static_cast<long>(n))) {
        Ball best = kid(0);
        for (std::size_t k = 1; k < n; ++k)
          largest ? arb_max(best, best, kid(k), prec) : arb_min(best, best, kid(k), prec);
        result = std::move(best);
        return true;
      }
      for (std::size_t k = 0; k < n; ++k) {
        bool wins = true;
        for (std::size_t j = 0; wins && j < n; ++j)
          wins = j == k || (largest ? arb_gt(kid(k), kid(j)) : arb_lt(kid(k), kid(j)));
        if (!wins) continue;
        result = kid(n + k);
        return true;
      }
      arb_indeterminate(result);
      return true;
    }
  }
  return false;
}

std::optional<Rational> Evaluator::exact(NodeId root) const {
  constexpr std::size_t max_bits = 2000;
  std::unordered_map<NodeId, Rational> known;
  for (NodeId id : graph_.reachable({root})) {
    const Scalar& node = graph_.at(id);
    Rational value;
    switch (node.op) {
      case ScalarOp::constant: value = graph_.rational(id); break;
      case ScalarOp::leaf: {
        auto it = point_.find(id);
        if (it == point_.end()) return std::nullopt;
        value = it->second;
        break;
      }
      case ScalarOp::named: value = known.at(node.kids[0]); break;
      case ScalarOp::add:
        for (NodeId kid : node.kids) value += known.at(kid);
        break;
      case ScalarOp::mul:
        value = 1;
        for (NodeId kid : node.kids) value *= known.at(kid);
        break;
      case ScalarOp::pow: {
        const Rational &base = known.at(node.kids[0]), &power = known.at(node.kids[1]);
        if (power.get_den() != 1 || abs(power) > 64) return std::nullopt;
        const long n = power.get_num().get_si();
        if (n < 0 && base == 0) return std::nullopt;
        value = 1;
        for (long k = 0; k < std::abs(n); ++k) value *= base;
        if (n < 0) value = 1 / value;
        break;
      }
      default: {
        // A ball whose midpoint is exact is a rational too (polynomials of integers).
        if (static_cast<std::size_t>(id) >= values_.size() || !arb_is_exact(values_[static_cast<std::size_t>(id)]))
          return std::nullopt;
        fmpq_t q;
        fmpq_init(q);
        arf_get_fmpq(q, arb_midref(static_cast<arb_srcptr>(values_[static_cast<std::size_t>(id)])));
        fmpq_get_mpq(value.get_mpq_t(), q);
        fmpq_clear(q);
      }
    }
    if (mpz_sizeinbase(value.get_num().get_mpz_t(), 2) + mpz_sizeinbase(value.get_den().get_mpz_t(), 2) > max_bits)
      return std::nullopt;
    known[id] = std::move(value);
  }
  return known.at(root);
}

}  // namespace gradus
