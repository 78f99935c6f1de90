// Compiled code on disk, by the content it was compiled from. An entry that is not exactly what was written for this
// content (damaged, foreign, of another version) does not count.
#pragma once

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/Module.h>

#include <optional>
#include <string>

#include "backend/llvm/machine.h"

namespace gradus {

class ObjectCache {
 public:
  /// Keeps nothing if the folder's name is empty. The folder is made when the first entry is kept.
  explicit ObjectCache(std::string folder) : folder_(std::move(folder)) {}

  /// Of what is compiled, for which processor, by which version. Empty without a folder.
  std::string key(const llvm::Module& module, const Machine& machine) const;
  std::optional<llvm::SmallVector<char, 0>> find(const std::string& key) const;
  void keep(const std::string& key, const llvm::SmallVector<char, 0>& object) const;

 private:
  std::string folder_;
};

}  // namespace gradus
