// Expressions as forms: index notation here and in present.cpp, matrix notation in fold.cpp.
//
// A Presenter serves one whole expression. It knows which names are taken there, and renames a bound index whose name
// would collide with a free one, with an outer one or with a symbol.
#pragma once

#include <optional>
#include <set>
#include <unordered_map>

#include "expr/walk.h"
#include "notation/form.h"

namespace gradus {

class Presenter {
 public:
  /// `unnamed`: axes that matrix notation leaves out; they take no name.
  explicit Presenter(Expr whole, const IndexVars& unnamed = {});

  /// Index notation.
  FormPtr scalar(Expr e);
  /// Matrix notation of the tensor with these axes; none if it has none.
  std::optional<FormPtr> tensor(Expr e, const IndexVars& axes, bool row = false);

  /// A symbol at the first `written` of its indices; the tensor axes behind them are left out. Primes follow the name.
  FormPtr symbol(Expr ref, std::size_t written, int primes = 0);
  /// What is handed to a function: the symbol itself, matrix notation, or entries.
  FormPtr argument(const Lambda& lambda);
  Forms arguments(Expr ref);
  FormPtr function(Elementary function, FormPtr argument);
  /// x^r for a rational r, with roots and fractions.
  FormPtr power(FormPtr base, const Rational& exponent);
  FormPtr rational(const Rational& positive);
  FormPtr index_name(const IndexVar* var);
  /// Σ_{var=lo}^{hi} body, with the body made while the variable has its name.
  template <class Body>
  FormPtr over(ReduceOp op, const IndexVar* var, const Body& body) {
    bind(var);
    FormPtr inside = body();
    FormPtr lower = var->lo ? form::relation("=", "=", index_name(var), inline_(var->lo)) : index_name(var);
    FormPtr upper = var->hi ? inline_(var->hi) : nullptr;
    unbind(var);
    return reduction(op, std::move(lower), std::move(upper), std::move(inside));
  }
  /// A name that nothing here has.
  std::string unused(const std::vector<std::string>& candidates);
  /// The terms of a sum in the order in which they are written.
  std::vector<Expr> in_order(Expr sum);
  static std::vector<Expr> factors_in_order(std::vector<Expr> factors);
  /// Coefficient and factors, those with negative powers below the line; what is behind stands after the fraction.
  FormPtr assemble(const Rational& coefficient, Forms above, Forms below, Forms behind);
  /// Whether the work on matrix notation is within its limit; spends some of it.
  bool may_fold() { return --folds_left_ >= 0; }
  bool taken(const std::string& name) const { return taken_.count(name) != 0; }
  /// ∂body/∂by…; the body stands above the line if it is short.
  FormPtr derivative(Expr body, const Forms& by);

 private:
  struct Term {
    bool negative = false;
    Expr positive = nullptr;
  };
  static Term split_sign(Expr e);
  void bind(const IndexVar* var);
  void unbind(const IndexVar* var);
  static FormPtr reduction(ReduceOp op, FormPtr lower, FormPtr upper, FormPtr body);
  FormPtr inline_(Expr e);
  FormPtr index_list(const std::vector<Expr>& terms, bool commas);
  FormPtr sum(Expr e);
  FormPtr product(Expr e);
  FormPtr application(Expr e);
  FormPtr slot_derivative(Expr e);
  FormPtr exponential(Expr base, Expr exponent);
  FormPtr reduce(Expr e);
  FormPtr select(Expr e);
  FormPtr condition(Relation relation, Expr a, Expr b);
  FormPtr entry(FormPtr matrix, const std::vector<Expr>& at);
  FormPtr deriv(Expr e);
  FormPtr at_values(Expr e);

  std::set<std::string> taken_;
  std::unordered_map<const IndexVar*, std::string> names_;
  bool in_matrices_ = false;  ///< matrix notation is asked for, in scalar arguments as well
  bool inline_fractions_ = false;
  int left_ = 20000;  ///< forms still to be made: beyond, the rest is "…"
  std::unordered_map<Expr, Rational> degrees_;
  int folds_left_ = 20000;
  int depth_ = 0;
};

/// Whether the trailing indices of the ref are exactly these parameters, in order, which occur nowhere else in it.
bool ends_in(Expr ref, const IndexVars& params);

}  // namespace gradus
