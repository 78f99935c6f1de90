// Deterministic random numbers: everything drawn is a hash of the seed and of what it is drawn for.
#pragma once

#include <cstdint>

#include "expr/expr.h"

namespace gradus {

inline std::uint64_t scramble(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}
inline std::uint64_t combine(std::uint64_t a, std::uint64_t b) { return scramble(a ^ scramble(b)); }

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(scramble(seed)) {}
  std::uint64_t next() { return state_ = scramble(state_); }
  /// From lo to hi, both included.
  long within(long lo, long hi) { return lo + static_cast<long>(next() % static_cast<std::uint64_t>(hi - lo + 1)); }

 private:
  std::uint64_t state_;
};

}  // namespace gradus
