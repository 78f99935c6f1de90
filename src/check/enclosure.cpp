#include "check/enclosure.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Enclosure everything{-infinity, infinity};

/// Rounded outward, unless the number is a small integer: those are exact.
Enclosure outward(double lo, double hi) {
  const auto exact = [](double x) { return std::isinf(x) || (std::abs(x) < 1e15 && x == std::floor(x)); };
  return {exact(lo) ? lo : std::nextafter(lo, -infinity), exact(hi) ? hi : std::nextafter(hi, infinity)};
}

/// 0 · ∞ is 0: the bound is approached by products of small with large numbers of either size.
double times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

Enclosure product(const Enclosure& a, const Enclosure& b) {
  const double corners[] = {times(a.lo, b.lo), times(a.lo, b.hi), times(a.hi, b.lo), times(a.hi, b.hi)};
  return outward(*std::min_element(corners, corners + 4), *std::max_element(corners, corners + 4));
}

Enclosure integer_power(const Enclosure& base, long n) {
  if (n < 0) {
    if (base.lo < 0 && base.hi > 0 && n % 2 != 0) return everything;
    const Enclosure positive = integer_power(base, -n);
    if (positive.lo >= 0) return outward(1 / positive.hi, positive.lo == 0 ? infinity : 1 / positive.lo);
    return positive.hi <= 0 ? outward(positive.hi == 0 ? -infinity : 1 / positive.hi, 1 / positive.lo) : everything;
  }
  const double a = std::pow(base.lo, static_cast<double>(n)), b = std::pow(base.hi, static_cast<double>(n));
  if (n % 2) return outward(a, b);
  return outward(base.lo <= 0 && base.hi >= 0 ? 0 : std::min(a, b), std::max(a, b));
}

Enclosure of_function(Elementary function, const Enclosure& x) {
  switch (function) {
    case Elementary::exp: return outward(std::exp(x.lo), std::exp(x.hi));
    case Elementary::sigmoid: return {0, x.hi <= 0 ? 0.5 : 1};
    case Elementary::softplus: return {std::max(0.0, x.lo), infinity};
    case Elementary::tanh:
    case Elementary::erf: return {x.lo >= 0 ? 0.0 : -1.0, x.hi <= 0 ? 0.0 : 1.0};
    case Elementary::sin:
    case Elementary::cos: return {-1, 1};
    case Elementary::sign: return {x.lo > 0 ? 1.0 : -1.0, x.hi < 0 ? -1.0 : 1.0};
    case Elementary::step: return {x.lo > 0 ? 1.0 : 0.0, x.hi < 0 ? 0.0 : 1.0};
    case Elementary::relu: return {std::max(0.0, x.lo), std::max(0.0, x.hi)};
    case Elementary::abs: return {x.lo > 0 ? x.lo : x.hi < 0 ? -x.hi : 0.0, std::max(std::abs(x.lo), std::abs(x.hi))};
    case Elementary::log: return {x.lo >= 1 ? 0.0 : -infinity, x.hi <= 1 ? 0.0 : infinity};
    case Elementary::cosh: return {1, infinity};
    case Elementary::gamma:
    case Elementary::trigamma: return {0, infinity};
    case Elementary::atan:
    case Elementary::asinh:
    case Elementary::sinh: return {x.lo >= 0 ? 0.0 : -infinity, x.hi <= 0 ? 0.0 : infinity};
    default: return everything;
  }
}

Enclosure of_component(const Traits& traits) {
  if (traits.sign) return {-1, 1};
  if (traits.binary || traits.one_hot) return {0, 1};
  if (traits.sums_to_one && (traits.positive || traits.nonzero)) return {0, 1};
  if (traits.positive) return {traits.integer ? 1.0 : 0.0, traits.below_one ? 1 : infinity};
  if (traits.unit_norm) return {-1, 1};
  return {-infinity, traits.below_one ? 1 : infinity};
}

}  // namespace

std::unordered_map<NodeId, Enclosure> enclose(const ScalarGraph& graph, const Problem& problem,
                                              const std::vector<NodeId>& order) {
  std::unordered_map<NodeId, Enclosure> known;
  const auto sum_of = [&](const std::vector<NodeId>& terms) {
    Enclosure sum{0, 0};
    for (NodeId term : terms) sum = outward(sum.lo + known.at(term).lo, sum.hi + known.at(term).hi);
    return sum;
  };
  // a / (a + b + …) lies between 0 and 1 where all of them are positive.
  const auto is_share = [&](const Scalar& node) {
    for (NodeId inverse : node.kids) {
      const Scalar& power = graph.at(inverse);
      if (power.op != ScalarOp::pow || !graph.is_constant(power.kids[1]) || graph.rational(power.kids[1]) != -1)
        continue;
      NodeId below = power.kids[0];
      while (graph.at(below).op == ScalarOp::named) below = graph.at(below).kids[0];
      const Scalar& sum = graph.at(below);
      if (sum.op != ScalarOp::add || node.kids.size() != 2) continue;
      const NodeId part = node.kids[0] == inverse ? node.kids[1] : node.kids[0];
      if (std::find(sum.kids.begin(), sum.kids.end(), part) != sum.kids.end() &&
          std::all_of(sum.kids.begin(), sum.kids.end(), [&](NodeId kid) { return known.at(kid).lo >= 0; }))
        return true;
    }
    return false;
  };
  for (NodeId id : order) {
    const Scalar& node = graph.at(id);
    Enclosure& value = known[id];
    value = everything;
    switch (node.op) {
      case ScalarOp::constant: {
        const double q = graph.rational(id).get_d();
        value = outward(q, q);
        break;
      }
      case ScalarOp::leaf: {
        const Symbol* symbol = graph.component(id).symbol;
        value = symbol->role == Role::constant ? Enclosure{3, 4} : of_component(problem.traits_of(symbol));
        break;
      }
      case ScalarOp::named: value = known.at(node.kids[0]); break;
      case ScalarOp::add: value = sum_of(node.kids); break;
      case ScalarOp::mul: {
        // Equal factors make a power.
        Enclosure result{1, 1};
        for (std::size_t k = 0; k < node.kids.size();) {
          std::size_t end = k;
          while (end < node.kids.size() && node.kids[end] == node.kids[k]) ++end;
          result = product(result, integer_power(known.at(node.kids[k]), static_cast<long>(end - k)));
          k = end;
        }
        value = is_share(node) ? Enclosure{0, 1} : result;
        break;
      }
      case ScalarOp::pow: {
        const Enclosure base = known.at(node.kids[0]);
        if (!graph.is_constant(node.kids[1])) {
          if (base.lo >= 0) value = {0, infinity};
          break;
        }
        const Rational& power = graph.rational(node.kids[1]);
        if (power.get_den() != 1)
          value = {0, infinity};
        else if (abs(power) <= 64)
          value = integer_power(base, power.get_num().get_si());
        break;
      }
      case ScalarOp::func: value = of_function(static_cast<Elementary>(node.sub), known.at(node.kids[0])); break;
      case ScalarOp::apply: {
        const Application& application = graph.application(id);
        if (application.slots.empty() && problem.traits_of(application.symbol).positive) value = {0, infinity};
        break;
      }
      case ScalarOp::select: {
        const Enclosure a = known.at(node.kids[2]), b = known.at(node.kids[3]);
        value = {std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
        break;
      }
      case ScalarOp::largest:
      case ScalarOp::smallest: {
        const bool largest = node.op == ScalarOp::largest;
        const auto middle = node.kids.begin() + static_cast<long>(node.kids.size() / 2);
        const bool of_itself = std::equal(node.kids.begin(), middle, middle);
        value = known.at(*middle);
        for (auto kid = middle + 1; kid != node.kids.end(); ++kid) {
          const Enclosure one = known.at(*kid);
          value.lo = of_itself && largest ? std::max(value.lo, one.lo) : std::min(value.lo, one.lo);
          value.hi = of_itself && !largest ? std::min(value.hi, one.hi) : std::max(value.hi, one.hi);
        }
        break;
      }
      case ScalarOp::undefined: break;
    }
    if (std::isnan(value.lo) || std::isnan(value.hi)) value = everything;
  }
  return known;
}

}  // namespace gradus
