// Index notation folded into matrix notation.
//
// A term is a network: factors that share index variables. Variables that are summed over join two factors into a
// matrix product (chain.h); one that three factors share needs an element-wise product or a diagonal matrix; one that
// chooses a member of a family (a sample) stays an explicit Σ with matrices inside.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "notation/chain.h"
#include "notation/present.h"

namespace gradus {

class Folder {
 public:
  explicit Folder(Presenter& presenter) : presenter_(presenter) {}
  /// The tensor with these axes: none, one (a column, or a row) or two.
  std::optional<FormPtr> tensor(Expr e, const IndexVars& axes, bool row);
  /// The number in matrix notation as far as that goes.
  FormPtr scalar(Expr e);

 private:
  /// Scalars in front of a chain.
  struct Parts {
    Rational coefficient = 1;
    Forms above, below;
  };
  struct Term {
    Parts parts;
    std::optional<MatrixChain> chain;
  };
  struct Network {
    std::vector<Expr> factors;
    IndexVars bound;
  };

  // Sums and terms (fold.cpp).
  std::optional<Term> term(Expr e, const IndexVars& axes);
  std::optional<Term> with_explicit(const Network& network, const IndexVars& axes, IndexVars apart, int more);
  std::optional<Term> distribute(const Network& network, const IndexVars& axes, std::size_t at);
  std::optional<Term> network(const std::vector<Expr>& factors, IndexVars bound, const IndexVars& axes);
  bool contract(std::vector<MatrixChain>& chains, const IndexVars& bound, const IndexVars& axes, Parts& parts);
  bool finish(std::vector<MatrixChain>& chains, const IndexVars& axes, Term& term);
  std::optional<std::vector<Term>> terms(Expr e, const IndexVars& axes);
  MatrixChain factor(const std::vector<Term>& terms, const IndexVars& axes);
  std::vector<Term> grouped(std::vector<Term> terms);
  FormPtr written(const Term& term);
  FormPtr sum(std::vector<Term> terms, bool row);
  static void flatten(Expr e, Network& network);
  void scalar_factor(Expr e, const Rational& exponent, Parts& parts);

  // Single factors (fold_atoms.cpp).
  std::optional<MatrixChain> atom(Expr e, const IndexVars& tensor);
  std::optional<FormPtr> tensor_argument(const Lambda& lambda);
  std::optional<MatrixChain> reference(Expr e, const IndexVars& tensor);
  std::optional<MatrixChain> slots(Expr e, const IndexVars& tensor);
  std::optional<MatrixChain> elementwise_call(Expr e, const IndexVars& inside);
  std::optional<MatrixChain> elementwise_power(Expr e, const IndexVars& inside);
  std::optional<MatrixChain> deriv(Expr e, const IndexVars& tensor);

  Presenter& presenter_;
};

/// Whether the variable is used as a plain index of a tensor axis that it runs over completely, everywhere in e.
bool only_on_axes(Expr e, const IndexVar* var);

}  // namespace gradus
