// Expressions with indices, built in C++ and checked for shapes as they are built.
//
// An Expression is a scalar that may have free indices: x(l, j) is one number for each l and j. sum(j, e) binds j. An
// array is an expression with its free indices in an order: array("y", y_i, {i}) (quantity.h).
//
// Values are immutable handles: copying is cheap, building one is O(1) in time and memory, and they may be shared
// between threads. Subscripts count from 0.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include <gradus/error.h>

namespace gradus::detail {
struct IndexNode;
struct TensorNode;
struct Node;
struct Wanted;
struct SheetText;
struct Access;
using NodePtr = std::shared_ptr<const Node>;
}  // namespace gradus::detail

namespace gradus::inline v1 {

/// An index that runs over 0 … size − 1. Two indices are the same only if one is a copy of the other.
class GRADUS_API Index {
 public:
  /// Throws std::invalid_argument for a size below 1.
  explicit Index(std::ptrdiff_t size);
  Index(std::string name, std::ptrdiff_t size);
  std::ptrdiff_t size() const;
  const std::string& name() const;

 private:
  friend struct detail::Access;
  std::shared_ptr<const detail::IndexNode> node_;
};

class Expression;

/// What a tensor is read at: an index, a number, an integer tensor's entry (a gather), or a sum of such.
class GRADUS_API Subscript {
 public:
  Subscript(const Index& index);
  template <std::integral Integer>
  Subscript(Integer constant) : Subscript(from_integer(static_cast<std::ptrdiff_t>(constant))) {}
  /// Throws std::invalid_argument if the expression is not an entry of an integer tensor.
  Subscript(const Expression& entry);

 private:
  friend struct detail::Access;
  explicit Subscript(detail::NodePtr node);
  static Subscript from_integer(std::ptrdiff_t constant);
  detail::NodePtr node_;
};

GRADUS_API Subscript operator+(const Subscript& a, const Subscript& b);
GRADUS_API Subscript operator-(const Subscript& a, const Subscript& b);

/// A scalar with free indices.
class GRADUS_API Expression {
 public:
  /// A constant, taken exactly. Throws std::invalid_argument if it is not finite.
  Expression(double constant);
  /// The names of its free indices, in the order met.
  std::vector<std::string> free_indices() const;

  Expression& operator+=(const Expression& b);
  Expression& operator-=(const Expression& b);
  Expression& operator*=(const Expression& b);
  Expression& operator/=(const Expression& b);

 private:
  friend struct detail::Access;
  explicit Expression(detail::NodePtr node);
  detail::NodePtr node_;
};

/// An input with a shape.
class GRADUS_API Tensor {
 public:
  /// Throws std::invalid_argument for an extent below 1 or an empty name.
  Tensor(std::string name, std::vector<std::ptrdiff_t> shape);
  /// Tensor{"w", 3, 3}; a scalar has no extents.
  template <std::integral... Extents>
  explicit Tensor(std::string name, Extents... extents)
      : Tensor(std::move(name), std::vector<std::ptrdiff_t>{static_cast<std::ptrdiff_t>(extents)...}) {}
  /// Of integers (std::int64_t): its entries count as subscripts, and no derivative is taken by it.
  static Tensor integers(std::string name, std::vector<std::ptrdiff_t> shape);

  const std::string& name() const;
  const std::vector<std::ptrdiff_t>& shape() const;

  /// An entry. Throws std::invalid_argument for a wrong number of subscripts, for an index whose size is not the extent
  /// of its axis, and for a subscript that leaves the axis. v(k + 1) shifts; v(k + 0) reads a part of a longer axis.
  template <class... Subscripts>
  Expression operator()(const Subscripts&... at) const {
    return entry({Subscript(at)...});
  }
  Expression entry(std::vector<Subscript> at) const;

 private:
  friend struct detail::Access;
  explicit Tensor(std::shared_ptr<const detail::TensorNode> node);
  std::shared_ptr<const detail::TensorNode> node_;
};

GRADUS_API Expression operator+(const Expression& a, const Expression& b);
GRADUS_API Expression operator-(const Expression& a, const Expression& b);
GRADUS_API Expression operator*(const Expression& a, const Expression& b);
GRADUS_API Expression operator/(const Expression& a, const Expression& b);
GRADUS_API Expression operator-(const Expression& a);
inline Expression operator+(const Expression& a) { return a; }

/// Reductions over an index, which they bind. max and min are subdifferentiable: the derivative goes to the entries
/// that reach the extreme. log(sum(i, exp(e))) is compiled without overflow.
GRADUS_API Expression sum(const Index& over, const Expression& body);
GRADUS_API Expression product(const Index& over, const Expression& body);
GRADUS_API Expression max(const Index& over, const Expression& body);
GRADUS_API Expression min(const Index& over, const Expression& body);
/// sum({i, j}, body) is sum(i, sum(j, body)).
GRADUS_API Expression sum(std::initializer_list<Index> over, const Expression& body);

/// A comparison of two numbers; only for select.
class GRADUS_API Condition {
 private:
  friend struct detail::Access;
  Condition(int relation, Expression a, Expression b) : relation_(relation), a_(std::move(a)), b_(std::move(b)) {}
  int relation_;
  Expression a_, b_;
};

GRADUS_API Condition operator<(const Expression& a, const Expression& b);
GRADUS_API Condition operator<=(const Expression& a, const Expression& b);
GRADUS_API Condition operator>(const Expression& a, const Expression& b);
GRADUS_API Condition operator>=(const Expression& a, const Expression& b);
GRADUS_API Condition operator==(const Expression& a, const Expression& b);
GRADUS_API Condition operator!=(const Expression& a, const Expression& b);
/// One of two values; the derivative is that of the value taken.
GRADUS_API Expression select(const Condition& condition, const Expression& then, const Expression& otherwise);
/// The larger one; the first where they are equal.
GRADUS_API Expression max(const Expression& a, const Expression& b);
GRADUS_API Expression min(const Expression& a, const Expression& b);
/// 1 where the subscripts are equal, else 0.
GRADUS_API Expression delta(const Subscript& a, const Subscript& b);

GRADUS_API Expression pow(const Expression& base, const Expression& exponent);
GRADUS_API Expression sq(const Expression& u);
GRADUS_API Expression sqrt(const Expression& u);

/// Elementary functions. At kinks: abs'(0) = 0, relu'(0) = 0.
// clang-format off: it does not settle on a list of macro rows
#define GRADUS_FUNCTIONS(ROW)                                                  \
  ROW(exp) ROW(log) ROW(sin) ROW(cos) ROW(tan) ROW(asin) ROW(acos) ROW(atan)   \
  ROW(sinh) ROW(cosh) ROW(tanh) ROW(asinh) ROW(acosh) ROW(atanh) ROW(erf)      \
  ROW(sigmoid) ROW(softplus) ROW(abs) ROW(relu)
// clang-format on
#define GRADUS_FUNCTION(name) GRADUS_API Expression name(const Expression& u);
GRADUS_FUNCTIONS(GRADUS_FUNCTION)
#undef GRADUS_FUNCTION

}  // namespace gradus::inline v1
