// Whole matrices, plainly: the factors are the matrix itself, and what is wanted comes of eliminating in extended
// precision.
#include <cmath>
#include <limits>

#include "backend/reference/evaluate.h"

namespace gradus {
namespace {

using Matrix = std::vector<std::vector<long double>>;

/// Gauss-Jordan with partial pivoting: `a` becomes the identity and `b` a⁻¹b, unless a is singular. Returns det a.
long double eliminate(Matrix& a, Matrix& b) {
  const std::size_t n = a.size();
  long double det = 1;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      if (std::fabs(a[i][k]) > std::fabs(a[pivot][k])) pivot = i;
    }
    if (a[pivot][k] == 0) return 0;
    if (pivot != k) {
      std::swap(a[pivot], a[k]);
      std::swap(b[pivot], b[k]);
      det = -det;
    }
    const long double d = a[k][k];
    det *= d;
    for (std::size_t j = 0; j < n; ++j) {
      a[k][j] /= d;
      b[k][j] /= d;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const long double factor = a[i][k];
      if (i == k || factor == 0) continue;
      for (std::size_t j = 0; j < n; ++j) {
        a[i][j] -= factor * a[k][j];
        b[i][j] -= factor * b[k][j];
      }
    }
  }
  return det;
}

}  // namespace

void BodyEvaluator::whole_matrices(const Assignment& statement) {
  const auto terms = [](Expr ref) { return std::pair(ref->kids.end()[-2]->var, ref->kids.back()->var); };
  /// Calls see(i, j, element) for each element of the matrix that the ref stands for.
  const auto each = [&](Expr ref, auto&& see) {
    const auto [row, column] = terms(ref);
    const long first_row = integer(row->lo), first_column = integer(column->lo);
    for (long i = first_row; i <= integer(row->hi); ++i) {
      for (long j = first_column; j <= integer(column->hi); ++j) {
        at[row] = i;
        at[column] = j;
        see(static_cast<std::size_t>(i - first_row), static_cast<std::size_t>(j - first_column), place_(ref));
      }
    }
    at.erase(row);
    at.erase(column);
  };
  const IndexVar* row = terms(statement.body).first;
  const auto n = static_cast<std::size_t>(std::max(0L, integer(row->hi) - integer(row->lo) + 1));
  Matrix matrix(n, std::vector<long double>(n));
  each(statement.body, [&](std::size_t i, std::size_t j, double& element) { matrix[i][j] = element; });
  if (statement.algebra == MatrixStep::factors) {
    each(statement.target,
         [&](std::size_t i, std::size_t j, double& element) { element = static_cast<double>(matrix[i][j]); });
    return;
  }
  Matrix inverse(n, std::vector<long double>(n));
  for (std::size_t i = 0; i < n; ++i) inverse[i][i] = 1;
  const long double det = eliminate(matrix, inverse);
  if (statement.algebra == MatrixStep::inverse) {
    each(statement.target, [&](std::size_t i, std::size_t j, double& element) {
      element = det == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(inverse[i][j]);
    });
    return;
  }
  const long double of_log = statement.algebra == MatrixStep::log_abs_determinant ? std::fabs(det) : det;
  place_(statement.target) = static_cast<double>(statement.algebra == MatrixStep::determinant ? det : std::log(of_log));
}

}  // namespace gradus
