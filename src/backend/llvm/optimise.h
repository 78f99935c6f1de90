// From IR to an object file in memory.
#pragma once

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/Module.h>

#include "backend/llvm/machine.h"

namespace gradus {

llvm::SmallVector<char, 0> object_code(llvm::Module& module, const Machine& machine);

}  // namespace gradus
