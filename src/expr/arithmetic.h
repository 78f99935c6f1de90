// Exact arithmetic under a limit of size: what would grow beyond it stays unevaluated. Internal to expr.
#pragma once

#include <optional>

#include "expr/expr.h"

namespace gradus {

/// Numbers longer than this (numerator and denominator together) are not computed: 9^{9^9} stays a power.
constexpr std::size_t kMaxBits = 10'000;

std::optional<Rational> bounded_sum(const Rational& a, const Rational& b);
std::optional<Rational> bounded_product(const Rational& a, const Rational& b);
/// None if too long, undefined (0 to a negative power), not rational, or not real.
std::optional<Rational> bounded_power(const Rational& base, const Rational& exponent);

}  // namespace gradus
