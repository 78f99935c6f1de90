// Behind the face: from what is wanted to machine code.
#pragma once

#include "base/result.h"
#include "face/node.h"

namespace gradus::detail {

struct EngineOptions {
  bool single = false, precise = false;
  int threads = 1;
  std::string features, cache_folder;
  std::vector<std::pair<std::string, std::ptrdiff_t>> sizes;
  std::vector<std::pair<std::string, std::vector<std::ptrdiff_t>>> strides;
};

struct EngineArgument {
  std::string name;
  bool integer = false;
  std::vector<std::ptrdiff_t> shape, strides;
  std::ptrdiff_t lowest = 0, highest = 0;  ///< of an integer input that counts places
};

struct EngineKernel {
  std::vector<EngineArgument> inputs, outputs;
  std::shared_ptr<const void> code;
  void (*run)(const void* code, const void* const* inputs, void* const* outputs, void* workspace) = nullptr;
  std::size_t workspace_bytes = 0;
};

/// In a Pool of its own. The error's message is complete, in the user's names.
Result<EngineKernel> build(const std::vector<WantedPtr>& wanted, const EngineOptions& options);

/// A sheet's text, or why it cannot be read.
Result<std::string> sheet_text(const std::string& path);

}  // namespace gradus::detail
