// Sums, products and powers. Equal terms and factors are collected on the way (x + x is 2·x, x·x is x²), which keeps
// derivatives of shared nodes small; nothing is expanded.
#include <algorithm>
#include <unordered_map>

#include "expr/arithmetic.h"
#include "expr/builders.h"

namespace gradus::make {
namespace {

/// A longer sum or product stays one operand when it is put into another: a chain of n links, built link by link, would
/// otherwise cost n² operands.
constexpr std::size_t kMaxFlattened = 256;

bool flattens(Expr e, Kind kind) { return e->kind == kind && e->kids.size() <= kMaxFlattened; }

bool before(Expr a, Expr b) {
  if (a->is_number() != b->is_number()) return a->is_number();
  return a->id < b->id;
}

Expr node_of(Kind kind, std::vector<Expr> kids) {
  Node node;
  node.kind = kind;
  node.kids = std::move(kids);
  return Pool::current().intern(std::move(node));
}

/// A term as coefficient · rest.
struct Weighted {
  Rational coefficient;
  Expr rest;
};

Weighted split(Expr term) {
  if (term->kind != Kind::mul || !term->kids.front()->is_number() || term->kids[1]->is_number()) return {1, term};
  if (term->kids.size() == 2) return {term->kids.front()->number, term->kids[1]};
  return {term->kids.front()->number, node_of(Kind::mul, {term->kids.begin() + 1, term->kids.end()})};
}

/// Sums the coefficients of equal rests; a rest keeps the place where it first stood.
class Collector {
 public:
  void add(Expr term) {
    if (term->is_number()) {
      if (const auto sum = bounded_sum(constant_, term->number)) {
        constant_ = *sum;
        return;
      }
    }
    const Weighted part = split(term);
    const auto [place, fresh] = place_.try_emplace(part.rest, parts_.size());
    if (fresh) {
      parts_.push_back({part.coefficient, part.rest});
      return;
    }
    Rational& coefficient = parts_[place->second].coefficient;
    if (const auto sum = bounded_sum(coefficient, part.coefficient)) {
      coefficient = *sum;
    } else {
      parts_.push_back(part);
    }
  }
  const Rational& constant() const { return constant_; }
  const std::vector<Weighted>& parts() const { return parts_; }

 private:
  Rational constant_ = 0;
  std::vector<Weighted> parts_;
  std::unordered_map<Expr, std::size_t> place_;
};

bool is_integer(Expr e) { return e->is_number() && e->number.get_den() == 1; }

/// Whether b^m · b^n is b^(m+n) wherever the left side is defined, and the right side is defined nowhere else.
bool exponents_add(Expr base, const Rational& m, const Rational& n) {
  if (base->is_number()) return base->number > 0;
  return sgn(m) == sgn(n);
}

}  // namespace

Expr number(const Rational& value) {
  Node node;
  node.kind = Kind::number;
  node.number = value;
  node.number.canonicalize();
  return Pool::current().intern(std::move(node));
}

Expr number(long value) { return number(Rational(value)); }

Expr add(std::vector<Expr> terms) {
  // Whole terms first, so that a sum cancels against itself before it is flattened.
  Collector whole;
  for (Expr term : terms) whole.add(term);
  Collector flat;
  for (const Weighted& part : whole.parts()) {
    if (part.coefficient == 1 && flattens(part.rest, Kind::add)) {
      for (Expr term : part.rest->kids) flat.add(term);
    } else if (part.coefficient != 0) {
      flat.add(part.coefficient == 1 ? part.rest : mul({number(part.coefficient), part.rest}));
    }
  }
  if (whole.constant() != 0) flat.add(number(whole.constant()));
  std::vector<Expr> kids;
  kids.reserve(flat.parts().size() + 1);
  if (flat.constant() != 0) kids.push_back(number(flat.constant()));
  for (const Weighted& part : flat.parts()) {
    if (part.coefficient != 0) {
      kids.push_back(part.coefficient == 1 ? part.rest : mul({number(part.coefficient), part.rest}));
    }
  }
  if (kids.empty()) return number(0);
  if (kids.size() == 1) return kids.front();
  std::sort(kids.begin(), kids.end(), before);
  return node_of(Kind::add, std::move(kids));
}

Expr mul(std::vector<Expr> factors) {
  std::vector<Expr> flat;
  flat.reserve(factors.size());
  for (Expr factor : factors) {
    if (flattens(factor, Kind::mul)) {
      flat.insert(flat.end(), factor->kids.begin(), factor->kids.end());
    } else {
      flat.push_back(factor);
    }
  }
  Rational coefficient = 1;
  struct Power {
    Expr base;
    Rational exponent;
    Expr original;  // the factor as it came, while it is the only one of its base
  };
  std::vector<Power> powers;
  std::unordered_multimap<Expr, std::size_t> place;
  const auto multiply = [&](const Rational& value) {
    const auto product = bounded_product(coefficient, value);
    if (product) coefficient = *product;
    return product.has_value();
  };
  for (Expr factor : flat) {
    if (factor->is_number() && multiply(factor->number)) continue;
    const bool is_power = factor->kind == Kind::pow && factor->kids[1]->is_number();
    const Expr base = is_power ? factor->kids[0] : factor;
    const Rational exponent = is_power ? factor->kids[1]->number : Rational(1);
    bool merged = false;
    for (auto [it, end] = place.equal_range(base); it != end && !merged; ++it) {
      Power& known = powers[it->second];
      if (!exponents_add(base, known.exponent, exponent)) continue;
      if (const auto sum = bounded_sum(known.exponent, exponent)) {
        known.exponent = *sum;
        known.original = nullptr;
        merged = true;
      }
    }
    if (merged) continue;
    place.emplace(base, powers.size());
    powers.push_back({base, exponent, factor});
  }
  std::vector<Expr> kids;
  for (const Power& power : powers) {
    const Expr factor = power.original ? power.original : pow(power.base, number(power.exponent));
    if (factor->is_number() && multiply(factor->number)) continue;
    kids.push_back(factor);
  }
  if (coefficient == 0) return number(0);
  if (coefficient != 1) kids.push_back(number(coefficient));
  if (kids.empty()) return number(1);
  if (kids.size() == 1) return kids.front();
  std::sort(kids.begin(), kids.end(), before);
  return node_of(Kind::mul, std::move(kids));
}

Expr pow(Expr base, Expr exponent) {
  if (exponent->is_zero() || base->is_one()) return number(1);
  if (exponent->is_one()) return base;
  if (base->is_number() && exponent->is_number()) {
    if (const auto value = bounded_power(base->number, exponent->number)) return number(*value);
  }
  if (base->kind == Kind::delta && exponent->is_number() && exponent->number > 0) return base;
  // (b^m)^n = b^(mn) holds wherever the left side is defined, for an integer n.
  if (base->kind == Kind::pow && is_integer(exponent) && base->kids[1]->is_number()) {
    if (const auto product = bounded_product(exponent->number, base->kids[1]->number)) {
      return pow(base->kids[0], number(*product));
    }
  }
  return node_of(Kind::pow, {base, exponent});
}

Expr neg(Expr a) { return mul({number(-1), a}); }
Expr inv(Expr a) { return pow(a, number(-1)); }
Expr sq(Expr a) { return pow(a, number(2)); }
Expr sqrt(Expr a) { return pow(a, number(Rational(1, 2))); }
Expr sub(Expr a, Expr b) { return add({a, neg(b)}); }
Expr div(Expr a, Expr b) { return mul({a, inv(b)}); }

}  // namespace gradus::make
