// The reader of a product: things side by side, by type products, applications, sums over an index, derivatives.
// Internal to sheet.
#pragma once

#include "sheet/elaborator.h"

namespace gradus {

/// An operator sign between factors.
inline bool is_op(const Syn& s) { return s.kind == SynKind::op; }
/// (…), {…}, perhaps with scripts; `square`: […] too.
inline bool is_group(const Syn& s, bool square = false) {
  const Syn& base = base_of(s);
  return base.kind == SynKind::group && (base.open == "(" || base.open == "{" || (square && base.open == "["));
}

class ProductReader {
 public:
  ProductReader(Elaborator& e, const std::vector<SynPtr>& kids, Context& c) : e_(e), kids_(kids), c_(c) {}
  Val read();

 private:
  bool done() const { return at_ >= end_; }
  const Syn& here() const { return *kids_[at_]; }
  Algebra& algebra() { return e_.algebra(); }

  // product.cpp: factors and the operators between them
  Val low();
  Val middle();
  Val quotient(const Val& left);
  /// Chains of ∂ fractions whose plain product does not fit: contract what is differentiated by (DESIGN §6).
  std::optional<Val> leibniz(const Val& a, const Val& b);
  Val times(const Val& left, const Val& right, bool dot);
  /// Juxtaposed factors, up to an operator. `first`: already read.
  Val side_by_side(const Val* first);
  Val sum_over(const Syn& big);
  /// ∏_{k<j} a_k ∏_{k>j} a_k stand side by side: a ∏ ends where another sign begins that has nothing to do with its
  /// letters.
  std::size_t product_ends(const std::vector<std::string>& letters) const;
  Val factor();

  // product_functions.cpp: functions with their arguments
  /// df/dx (a): the derivative of a function that stands without its argument, at a.
  Val evaluated(const Syn& d, Val v);
  /// ∂f/∂y_a (g(x)): the partial derivative of the function f, at g(x).
  std::optional<Val> partial_at(const Syn& d);
  bool is_point(const SynPtr& s);
  /// (f ∘ g)(x), (f ∘ g)'(x)
  std::optional<Val> composition_here(const Syn& s);
  /// L(w) of a quantity that is written with its variables.
  std::optional<Val> quantity_of(const Syn& s);
  bool function_here(const Syn& s);
  /// A function with its argument in brackets, or without (\log x); then the scripts behind the bracket.
  Val application(const Syn& head);
  Val function_of(const Syn& head);
  /// \log p_i, \ln\det X, \log\sum …: up to an operator sign, a bracket of its own, or the next function.
  Val bare_argument();
  bool function_at(const Syn& head);

  // product_operators.cpp: ∇, ∂, D, d and what they stand before
  /// What an operator such as d/dx or ∇_w in front applies to: the following juxtaposed things up to an operator sign.
  Val operand(Span span);
  bool starts_operator(const Syn& s) const;
  Val nabla(const Syn& s);
  /// Δf(x)
  Val laplacian(const Syn& s);
  /// ∇ and ∂_w in front of a function apply to that one application (its outer scripts belong to the result).
  std::shared_ptr<Elaborator::Operand> this_operand(Span span);
  int order_of(const Syn& s);
  /// ∂_w L, ∂_1∂_2 f(u, v).
  Val partial(const Syn& s);
  bool jacobian_sign(const Syn& s, const Syn& base);
  Val jacobian(const Syn& s, const Syn& base);
  bool differential_here(const Syn& base);
  Val differential(const Syn& s);

  Elaborator& e_;
  const std::vector<SynPtr>& kids_;
  Context& c_;
  std::size_t at_ = 0;
  std::size_t end_ = kids_.size();                        ///< where what is being read ends
  std::pair<SynPtr, SynPtr>* operand_scripts_ = nullptr;  ///< where the scripts behind an operand's bracket go
};

}  // namespace gradus
