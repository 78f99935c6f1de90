// A kernel as one readable file without dependencies: C++17, C99 or NumPy. The loops of the C and C++ text are those of
// the nest, so its length does not depend on the sizes of sums.
#pragma once

#include <unordered_map>

#include "base/result.h"
#include "program/nest.h"

namespace gradus {

enum class SourceLanguage : std::uint8_t { cpp17, c99 };

struct SourceOptions {
  SourceLanguage language = SourceLanguage::cpp17;
  std::string function = "kernel";
  std::vector<std::string> comments;  ///< lines above the function: what it computes
  std::unordered_map<const Symbol*, std::string>
      meanings;  ///< of inputs and outputs; their notation where there is none
  /// Adds a main that checks gradients against differences of the value on random inputs, and exits 0 or 1.
  bool with_main = false;
  const Symbol* value = nullptr;                                   ///< an output of one element
  std::vector<std::pair<const Symbol*, const Symbol*>> gradients;  ///< an output, and the input that it is for
};

/// The error names a function without a C form.
Result<std::string> emit(const Nest& nest, const SourceOptions& options);

/// A NumPy function that takes the inputs and returns the outputs; `language` and `with_main` play no part. A sum of
/// products is an einsum, other statements broadcast; sequences, and loops with bounds that vary, are loops.
Result<std::string> emit_numpy(const Program& program, const SourceOptions& options);

}  // namespace gradus
