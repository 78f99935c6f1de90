// Values while a formula is read, and the algebra of shapes: columns, rows, matrices, tensors over index notation.
//
// Every operation checks shapes; where they do not fit it throws Fit (fit.h) with both shapes named.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sheet/dims.h"
#include "sheet/fit.h"
#include "sheet/sheet.h"

namespace gradus {

/// A function that has not been applied yet: `f`, `g ∘ f`; the outermost first.
struct FunctionVal {
  std::vector<Symbol*> chain;
  int primes = 0;
  SynPtr power;                 ///< f^2(x): the power of the value
  std::vector<int> partials;    ///< g_{xy}: partial derivatives in these arguments
  int copy = 0;                 ///< f_2: the second use of f, or 0
  std::vector<Expr> component;  ///< parallel to the symbol's indices; null where none was given
};

/// Which derivative a factor is, for chains such as ∂L/∂y ∂y/∂x.
struct Leibniz {
  std::string numerator, denominator;
  std::size_t numerator_rank = 0, denominator_rank = 0;
};

struct Val {
  Expr body = nullptr;
  IndexVars axes;
  bool row = false;
  bool numeral = false;  ///< a plain number (it may stand for number · 𝟏)
  Span span;
  std::shared_ptr<FunctionVal> function;
  std::shared_ptr<Leibniz> leibniz;
  bool firm = false;  ///< the shape follows from declarations, whatever was inferred of undeclared names

  std::size_t rank() const { return axes.size(); }
  bool scalar() const { return axes.empty() && !function; }
};

/// An axis of vec(X) or A ⊗ B is two indices in one, the second running faster. The body holds these two, and never
/// the axis, which only stands for them in the shape.
struct IndexPair {
  const IndexVar* slow = nullptr;
  const IndexVar* fast = nullptr;
};

/// "M×N", "row of N", "column of N", "scalar".
std::string shape_text(const Val& v);

class Algebra {
 public:
  explicit Algebra(Dims& dims) : dims_(dims) {}

  Val scalar(Expr e, Span span) const { return Val{e, {}, false, false, span, nullptr, nullptr}; }
  /// b's body on a's axes; throws where the shapes differ.
  Expr on_axes(const Val& b, const IndexVars& axes) const;
  bool same_shape(const Val& a, const Val& b) const;
  /// A sum or difference; `what` notes a broadcast numeral.
  Val add(const Val& a, const Val& b, int sign, std::vector<std::string>& readings) const;
  Val negate(Val a) const;
  /// Juxtaposition and `·` by type: scalar multiple, matrix product, inner or outer product.
  Val multiply(const Val& a, const Val& b, bool dot) const;
  Val hadamard(const Val& a, const Val& b, bool divide) const;
  Val outer(const Val& a, const Val& b) const;
  Val divide(const Val& a, const Val& b, std::vector<std::string>& readings) const;
  Val frobenius(const Val& a, const Val& b) const;
  Val transpose(Val a) const;
  Val power(const Val& base, Expr exponent) const;
  Val inverse(const Val& a) const;
  Val map(const Val& a, const std::function<Expr(Expr)>& function) const;
  Val trace(const Val& a) const;
  /// The columns of a matrix below one another; a vector is a column.
  Val vec(const Val& a) const;
  Val kronecker(const Val& a, const Val& b) const;
  /// The two indices that an axis of vec or ⊗ is; none for any other.
  const IndexPair* pair_of(const IndexVar* axis) const;
  /// The axes with pairs taken apart.
  IndexVars taken_apart(const IndexVars& axes) const;
  /// Where an axis must be one index: throws for an axis of vec or ⊗.
  void require_plain(const Val& a) const;
  Val determinant(const Val& a) const;
  Val diag(const Val& a) const;
  Val norm_squared(const Val& a) const;
  Val reduce(ReduceOp op, const IndexVar* var, Val body) const;
  Val matrix_power(const Val& a, int exponent) const;
  Lambda lambda(const Val& a) const { return Lambda{a.axes, a.body}; }
  /// Sums over the last axis of a and the first of b.
  Val contract(const Val& a, const Val& b) const;
  /// Entry of an axis at an index term.
  Val component(const Val& a, std::size_t axis, Expr at) const;
  void require_square(const Val& a, const char* what) const;

 private:
  void unify_axis(const Val& a, const IndexVar* x, const Val& b, const IndexVar* y) const;
  bool unify_axis(const IndexVar* x, const IndexVar* y) const;
  Val with_fresh_axes(const Val& v) const;
  const IndexVar* fresh_axis(const IndexVar* axis) const;
  const IndexVar* paired(const IndexVar* slow, const IndexVar* fast) const;
  void place(IndexMap& map, const IndexVar* from, const IndexVar* to) const;
  Expr sum_over(const IndexVars& axes, Expr body) const;
  Dims& dims_;
  mutable std::unordered_map<const IndexVar*, IndexPair> pairs_;  ///< made as values are made
};

}  // namespace gradus
