// Tracing: generic scalar code, run once on symbols, becomes a quantity.
//
//   auto f = gradus::trace(2, [](auto const* x) { return 100.0 * pow(x[1] - x[0] * x[0], 2) + pow(1.0 - x[0], 2); });
//   auto kernel = gradus::compile({f, gradient(f, "x")});
//
// The code is a template over its scalar type, as for Ceres, CppAD or Eigen; functions are found by argument-dependent
// lookup (write `using std::exp;` where it is called with double too). Loops and branches on plain integers run as they
// are and are unrolled; a branch on a traced value cannot be seen from one run and throws Error: write
// select(less(a, b), then, otherwise), max, min or abs. Cost: O(1) an operation; a function of n operations is compiled
// in time proportional to n.
#pragma once

#include <cmath>
#include <type_traits>

#include <gradus/quantity.h>

namespace gradus::inline v1 {

/// A number of the traced function.
class GRADUS_API Traced {
 public:
  Traced() : value_(0.0) {}
  template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
  Traced(Number constant) : value_(static_cast<double>(constant)) {}
  explicit Traced(Expression value) : value_(std::move(value)) {}
  const Expression& expression() const { return value_; }

  Traced& operator+=(const Traced& b) { return *this = Traced(value_ + b.value_); }
  Traced& operator-=(const Traced& b) { return *this = Traced(value_ - b.value_); }
  Traced& operator*=(const Traced& b) { return *this = Traced(value_ * b.value_); }
  Traced& operator/=(const Traced& b) { return *this = Traced(value_ / b.value_); }

  friend Traced operator+(const Traced& a, const Traced& b) { return Traced(a.value_ + b.value_); }
  friend Traced operator-(const Traced& a, const Traced& b) { return Traced(a.value_ - b.value_); }
  friend Traced operator*(const Traced& a, const Traced& b) { return Traced(a.value_ * b.value_); }
  friend Traced operator/(const Traced& a, const Traced& b) { return Traced(a.value_ / b.value_); }
  friend Traced operator-(const Traced& a) { return Traced(-a.value_); }
  friend Traced operator+(const Traced& a) { return a; }

  // Decided where both sides are constants; else they throw Error.
  friend bool operator<(const Traced& a, const Traced& b) { return decide(a) < decide(b); }
  friend bool operator<=(const Traced& a, const Traced& b) { return decide(a) <= decide(b); }
  friend bool operator>(const Traced& a, const Traced& b) { return decide(a) > decide(b); }
  friend bool operator>=(const Traced& a, const Traced& b) { return decide(a) >= decide(b); }
  friend bool operator==(const Traced& a, const Traced& b) { return decide(a) == decide(b); }
  friend bool operator!=(const Traced& a, const Traced& b) { return decide(a) != decide(b); }

 private:
  static double decide(const Traced& value);
  Expression value_;
};

inline Traced pow(const Traced& a, const Traced& b) { return Traced(pow(a.expression(), b.expression())); }
inline Traced sqrt(const Traced& u) { return Traced(sqrt(u.expression())); }
inline Traced sq(const Traced& u) { return Traced(sq(u.expression())); }
inline Traced fabs(const Traced& u) { return Traced(abs(u.expression())); }
inline Traced hypot(const Traced& a, const Traced& b) { return sqrt(a * a + b * b); }
inline Traced max(const Traced& a, const Traced& b) { return Traced(max(a.expression(), b.expression())); }
inline Traced min(const Traced& a, const Traced& b) { return Traced(min(a.expression(), b.expression())); }
inline Traced fmax(const Traced& a, const Traced& b) { return max(a, b); }
inline Traced fmin(const Traced& a, const Traced& b) { return min(a, b); }
#define GRADUS_FUNCTION(name) \
  inline Traced name(const Traced& u) { return Traced(name(u.expression())); }
GRADUS_FUNCTIONS(GRADUS_FUNCTION)
#undef GRADUS_FUNCTION

/// For select: a < b and a <= b of traced numbers, and of plain ones in the same generic code.
inline Condition less(const Traced& a, const Traced& b) { return a.expression() < b.expression(); }
inline Condition less_equal(const Traced& a, const Traced& b) { return a.expression() <= b.expression(); }
inline bool less(double a, double b) { return a < b; }
inline bool less_equal(double a, double b) { return a <= b; }
inline Traced select(const Condition& condition, const Traced& then, const Traced& otherwise) {
  return Traced(select(condition, then.expression(), otherwise.expression()));
}
inline double select(bool condition, double then, double otherwise) { return condition ? then : otherwise; }

}  // namespace gradus::inline v1

namespace gradus::detail {
GRADUS_API std::vector<Traced> traced_inputs(std::ptrdiff_t n);
GRADUS_API Quantity traced_function(const std::vector<Traced>& outputs, bool scalar);
}  // namespace gradus::detail

namespace gradus::inline v1 {

/// The scalar function f(x) of n numbers; its input is "x". Throws std::invalid_argument if n < 1, Error where f
/// branches on a traced value, and what f throws.
template <class F>
Quantity trace(std::ptrdiff_t n, F&& f) {
  const std::vector<Traced> x = detail::traced_inputs(n);
  return detail::traced_function({Traced(f(x.data()))}, true);
}

/// The function f(x, y) that reads n numbers x and writes m numbers y: a vector of m entries.
template <class F>
Quantity trace(std::ptrdiff_t n, std::ptrdiff_t m, F&& f) {
  const std::vector<Traced> x = detail::traced_inputs(n);
  std::vector<Traced> y(static_cast<std::size_t>(m));
  f(x.data(), y.data());
  return detail::traced_function(y, false);
}

}  // namespace gradus::inline v1
