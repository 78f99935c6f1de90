// Compiles a nest to machine code in memory.
//
// Policy on numbers: subnormal values are flushed to zero while a kernel runs (the thread's settings come back when it
// returns). NaN in an input stays NaN in all that depends on it, max and min included. Vector functions are those of
// glibc's libmvec (at most 4 ulps) or SLEEF (at most 1 ulp, always with `precise`), and our own exp (at most 1 ulp) and
// tanh (at most 4). A vector is divided by as a product with its inverse, unless `precise`.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "program/nest.h"

namespace gradus {

struct CompileOptions {
  bool single = false;       ///< f32 instead of f64
  bool precise = false;      ///< vector functions to 1 ulp
  int lanes = 0;             ///< SIMD lanes; 0: as many as the machine's registers hold
  std::string features;      ///< "sse2", "avx2" or "avx512" instead of all that the machine has
  std::string cache_folder;  ///< where compiled code is kept between runs; empty: nowhere
  int threads = 1;           ///< OpenMP's that a call may use; 0: as many as OpenMP has. Results do not depend on it
};

/// A compiled nest. Calls from several threads at once are fine if each has its own workspace and outputs.
class Kernel {
 public:
  /// `inputs` and `outputs` are in the program's order; they must not overlap, and are aligned as their elements are.
  /// `workspace` has workspace_bytes(), aligned to 64.
  void operator()(const void* const* inputs, void* const* outputs, void* workspace) const;
  std::size_t workspace_bytes() const { return workspace_bytes_; }
  bool from_cache() const { return from_cache_; }

 private:
  friend class KernelLinker;
  Kernel() = default;
  std::shared_ptr<const void> code_;
  /// A function, and how often it is called: with 0, 1, …, each of which may be on a thread of its own.
  struct Stage {
    void (*code)(const void* const*, void* const*, void*, long part) = nullptr;
    long parts = 1;
  };
  std::vector<Stage> stages_;
  int threads_ = 1;
  std::size_t workspace_bytes_ = 0;
  bool from_cache_ = false;
};

Result<Kernel> compile(const Nest& nest, const CompileOptions& options = {});

}  // namespace gradus
