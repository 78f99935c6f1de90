// The processor that code is made for: its instruction set and the width of its vector registers.
#pragma once

#include <llvm/Target/TargetMachine.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace gradus {

enum class VectorSet : std::uint8_t { sse2, avx2, avx512 };

struct Machine {
  std::unique_ptr<llvm::TargetMachine> target;
  VectorSet set = VectorSet::sse2;

  int register_bits() const { return set == VectorSet::avx512 ? 512 : set == VectorSet::avx2 ? 256 : 128; }
};

/// The host, or the host restricted to "sse2", "avx2" or "avx512".
Result<Machine> machine(const std::string& restricted_to);

}  // namespace gradus
