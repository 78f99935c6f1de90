// Chains: products of matrices and vectors whose outer ends are index variables. Joining two chains at an index is a
// matrix product; which of the equal ways to write it (x^T A y or y^T A^T x) is taken is decided here.
#pragma once

#include <vector>

#include "expr/expr.h"
#include "notation/form.h"

namespace gradus {

struct MatrixFactor {
  FormPtr base;     ///< null: only what it is divided by
  Forms below;      ///< element-wise divisors
  FormPtr flipped;  ///< how its transpose is written, where that is more than a T behind it: (A + B)ᵀ is Aᵀ + Bᵀ
  bool transposed = false;
  bool inverted = false;
  bool symmetric = false;
  bool identity = false;
};

/// An end is an index variable, or null for the end of a vector that has length one.
struct MatrixChain {
  const IndexVar* row = nullptr;
  const IndexVar* column = nullptr;
  std::vector<MatrixFactor> factors;
};

namespace chain {

MatrixChain of(FormPtr base, const IndexVar* row, const IndexVar* column, bool symmetric = false);
MatrixChain ones(const IndexVar* row);
MatrixChain identity(const IndexVar* row, const IndexVar* column);
MatrixChain transposed(MatrixChain c);
/// a · b; the column of a and the row of b are summed over, or both of length one.
MatrixChain joined(MatrixChain a, MatrixChain b);
/// Element-wise product; both have the same ends.
MatrixChain hadamard(const MatrixChain& a, const MatrixChain& b);
/// diag(v) as a matrix, or diag(M) as a vector.
FormPtr diag(const MatrixChain& c);

/// The factors, to stand in a product.
Forms factors(const MatrixChain& c);
FormPtr form(const MatrixChain& c);
/// A chain without ends: a number. Norms are seen, transposes avoided.
FormPtr scalar(const MatrixChain& c);
/// The trace of a chain whose two ends are one index.
FormPtr trace(const MatrixChain& c);
bool same(const MatrixFactor& a, const MatrixFactor& b);

}  // namespace chain
}  // namespace gradus
