// A real number as a ball of Arb: midpoint and radius, owned. Whatever is computed from balls encloses the exact value.
#pragma once

#include <arb.h>
#include <gmpxx.h>

#include <string>

#include "expr/elementary.h"

namespace gradus {

class Ball {
 public:
  Ball() { arb_init(value_); }
  explicit Ball(long value) : Ball() { arb_set_si(value_, value); }
  Ball(const Ball& other) : Ball() { arb_set(value_, other.value_); }
  Ball(Ball&& other) noexcept : Ball() { arb_swap(value_, other.value_); }
  Ball& operator=(const Ball& other) {
    arb_set(value_, other.value_);
    return *this;
  }
  Ball& operator=(Ball&& other) noexcept {
    arb_swap(value_, other.value_);
    return *this;
  }
  ~Ball() { arb_clear(value_); }
  operator arb_ptr() { return value_; }
  operator arb_srcptr() const { return value_; }

  bool finite() const { return arb_is_finite(value_) != 0; }
  bool contains_zero() const { return arb_contains_zero(value_) != 0; }
  void set(const Rational& value, slong prec);
  /// An upper bound of log2 |x|; a very small number for an exact zero.
  long exponent() const;
  /// Certified decimal digits, at most `digits` of them: "0.73105857863…".
  std::string text(int digits) const;

 private:
  arb_t value_;
};

/// result := function(argument), by the table's ball column. Where the function is not defined (or its kink cannot be
/// excluded) the result is not finite.
void evaluate_elementary(Elementary function, Ball& result, const Ball& argument, slong prec);

}  // namespace gradus
