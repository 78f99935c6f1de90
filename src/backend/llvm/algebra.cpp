#include "backend/llvm/algebra.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <type_traits>

namespace gradus {
namespace {

/// OpenBLAS, or else any LAPACK. OpenBLAS makes its threads and chooses its kernels when it is loaded: no threads here,
/// and the kernels of this processor, which old versions do not know by name.
void* load_lapack() {
  const auto while_unset = [](const char* name, const char* value, auto&& then) {
    const bool unset = !std::getenv(name) && value;
    if (unset) setenv(name, value, 1);
    void* const out = then();
    if (unset) unsetenv(name);
    return out;
  };
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const char* const core = avx512 ? "SkylakeX" : avx2 ? "Haswell" : nullptr;
  return while_unset("OPENBLAS_CORETYPE", core, [&] {
    return while_unset("OPENBLAS_NUM_THREADS", "1", [] {
      void* const openblas = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_LOCAL);
      return openblas ? openblas : dlopen("liblapack.so.3", RTLD_LAZY | RTLD_LOCAL);
    });
  });
}

void* lapack(const char* name) {
  static void* const library = load_lapack();
  return library ? dlsym(library, name) : nullptr;
}

template <class Real>
struct Lapack {
  using Factor = void (*)(const int* m, const int* n, Real* a, const int* lda, int* pivots, int* info);
  using Invert = void (*)(const int* n, Real* a, const int* lda, const int* pivots, Real* work, const int* size,
                          int* info);
  static constexpr bool f64 = std::is_same_v<Real, double>;
  inline static const auto factor = reinterpret_cast<Factor>(lapack(f64 ? "dgetrf_" : "sgetrf_"));
  inline static const auto invert = reinterpret_cast<Invert>(lapack(f64 ? "dgetri_" : "sgetri_"));
};

/// Factors lie row by row, without gaps: for LAPACK they are those of the transpose, whose inverse is the inverse's
/// transpose. Then a row of pivots, n rows of work, and a row more.
template <class Real>
int* pivots_of(long n, Real* factors) {
  return reinterpret_cast<int*>(factors + n * n);
}

template <class Real>
const Lapack<Real>& functions() {
  static const Lapack<Real> of;
  return of;
}

template <class Real>
void factors(long n, const Real* matrix, long row, long column, Real* out, long, long) {
  for (long i = 0; i < n; ++i) {
    for (long j = 0; j < n; ++j) out[i * n + j] = matrix[i * row + j * column];
  }
  const int size = static_cast<int>(n), lda = std::max(1, size);
  int info = 0;
  functions<Real>().factor(&size, &size, out, &lda, pivots_of(n, out), &info);
}

template <class Real>
bool singular(long n, const Real* factors) {
  for (long i = 0; i < n; ++i) {
    if (factors[i * n + i] == 0) return true;
  }
  return false;
}

template <class Real>
void inverse(long n, Real* factors, long, long, Real* out, long row, long column) {
  Real* const whole = factors + n * (n + 1);
  std::copy(factors, factors + n * n, whole);
  const int size = static_cast<int>(n), lda = std::max(1, size);
  int info = 0;
  const bool none = singular(n, factors);
  if (!none) functions<Real>().invert(&size, whole, &lda, pivots_of(n, factors), whole + n * n, &size, &info);
  for (long i = 0; i < n; ++i) {
    for (long j = 0; j < n; ++j)
      out[i * row + j * column] = none ? std::numeric_limits<Real>::quiet_NaN() : whole[i * n + j];
  }
}

template <class Real>
bool negative(long n, Real* factors) {
  bool out = false;
  for (long i = 0; i < n; ++i) out ^= (factors[i * n + i] < 0) != (pivots_of(n, factors)[i] != i + 1);
  return out;
}

template <class Real>
void determinant(long n, Real* factors, long, long, Real* out, long, long) {
  Real det = 1;
  for (long i = 0; i < n; ++i) det *= pivots_of(n, factors)[i] == i + 1 ? factors[i * n + i] : -factors[i * n + i];
  *out = det;
}

template <class Real>
void log_abs_determinant(long n, Real* factors, long, long, Real* out, long, long) {
  Real sum = 0;
  for (long i = 0; i < n; ++i) sum += std::log(std::fabs(factors[i * n + i]));
  *out = singular(n, factors) ? -std::numeric_limits<Real>::infinity() : sum;
}

template <class Real>
void log_determinant(long n, Real* factors, long, long, Real* out, long, long) {
  log_abs_determinant(n, factors, 0, 0, out, 0, 0);
  if (!singular(n, factors) && negative(n, factors)) *out = std::numeric_limits<Real>::quiet_NaN();
}

template <class Real>
void* address(const std::string& name) {
  if (!functions<Real>().factor || !functions<Real>().invert) return nullptr;
  const auto is = [&](MatrixStep algebra) { return name == algebra_function(algebra, !Lapack<Real>::f64); };
  if (is(MatrixStep::factors)) return reinterpret_cast<void*>(&factors<Real>);
  if (is(MatrixStep::inverse)) return reinterpret_cast<void*>(&inverse<Real>);
  if (is(MatrixStep::determinant)) return reinterpret_cast<void*>(&determinant<Real>);
  if (is(MatrixStep::log_determinant)) return reinterpret_cast<void*>(&log_determinant<Real>);
  if (is(MatrixStep::log_abs_determinant)) return reinterpret_cast<void*>(&log_abs_determinant<Real>);
  return nullptr;
}

}  // namespace

std::string algebra_function(MatrixStep algebra, bool single) {
  static constexpr const char* names[] = {
      "", "factors", "inverse", "determinant", "log_determinant", "log_abs_determinant"};
  return std::string("gradus_") + names[static_cast<int>(algebra)] + (single ? "_f32" : "_f64");
}

void* algebra_address(const std::string& name) {
  if (!name.starts_with("gradus_")) return nullptr;
  return name.ends_with("_f32") ? address<float>(name) : address<double>(name);
}

}  // namespace gradus
