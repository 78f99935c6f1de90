// Exact arithmetic under a limit of size, with GMP.
#include "expr/arithmetic.h"

namespace gradus {
namespace {

std::size_t bits(const mpz_class& n) { return mpz_sizeinbase(n.get_mpz_t(), 2); }
std::size_t bits(const Rational& q) { return bits(q.get_num()) + bits(q.get_den()); }

/// The exact q-th root, if there is one.
std::optional<mpz_class> exact_root(const mpz_class& n, unsigned long q) {
  mpz_class root;
  if (mpz_root(root.get_mpz_t(), n.get_mpz_t(), q) == 0) return std::nullopt;
  return root;
}

}  // namespace

std::optional<Rational> bounded_sum(const Rational& a, const Rational& b) {
  if (bits(a) + bits(b) > 2 * kMaxBits) return std::nullopt;
  Rational sum = a + b;
  if (bits(sum) > kMaxBits) return std::nullopt;
  return sum;
}

std::optional<Rational> bounded_product(const Rational& a, const Rational& b) {
  if (a == 0 || b == 0) return Rational(0);
  if (bits(a) + bits(b) > kMaxBits) return std::nullopt;
  return a * b;
}

std::optional<Rational> bounded_power(const Rational& base, const Rational& exponent) {
  if (exponent == 0) return Rational(1);
  if (base == 0) return exponent > 0 ? std::optional<Rational>(0) : std::nullopt;
  if (base == 1) return Rational(1);
  if (!exponent.get_num().fits_slong_p() || !exponent.get_den().fits_ulong_p()) return std::nullopt;
  const long p = exponent.get_num().get_si();
  const unsigned long q = exponent.get_den().get_ui();
  if (q != 1 && (base < 0 || q > 64)) return std::nullopt;
  mpz_class num = base.get_num(), den = base.get_den();
  if (q != 1) {
    const auto num_root = exact_root(num, q), den_root = exact_root(den, q);
    if (!num_root || !den_root) return std::nullopt;
    num = *num_root;
    den = *den_root;
  }
  const unsigned long times = p < 0 ? 0ul - static_cast<unsigned long>(p) : static_cast<unsigned long>(p);
  const bool unit = den == 1 && abs(num) == 1;
  if (!unit && (times > kMaxBits || (bits(num) + bits(den)) * times > kMaxBits)) return std::nullopt;
  mpz_pow_ui(num.get_mpz_t(), num.get_mpz_t(), unit ? times % 2 : times);
  mpz_pow_ui(den.get_mpz_t(), den.get_mpz_t(), unit ? 1 : times);
  Rational power = p < 0 ? Rational(den, num) : Rational(num, den);
  power.canonicalize();
  return power;
}

}  // namespace gradus
