// A sheet of bench/problems as a compiled kernel, called with the arrays as a user holds them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/compute.h"
#include "backend/llvm/jit.h"

namespace gradus::bench {

/// Where an argument of a kernel lies: its first element, and its strides where it is no array of its own.
struct Argument {
  std::string name;  ///< in the sheet: "q"; of an output "∂E/∂q"
  std::vector<long> strides;
};

class SheetKernel {
 public:
  /// Ends the program with a message if the sheet does not compile: a benchmark of nothing is no result.
  SheetKernel(const std::string& sheet, const std::string& quantity, std::vector<WantedDerivative> derivatives,
              const std::vector<std::string>& sizes, const std::vector<Argument>& strided = {});

  void bind(const std::string& name, const void* data);  ///< an input
  void bind(const std::string& name, void* data);        ///< an output
  /// Everything must be bound.
  void operator()() const { (*kernel_)(inputs_.data(), outputs_.data(), workspace_.get()); }
  double compile_seconds() const { return compile_seconds_; }

 private:
  std::vector<std::string> input_names_, output_names_;
  std::vector<const void*> inputs_;
  std::vector<void*> outputs_;
  std::unique_ptr<Kernel> kernel_;
  std::unique_ptr<void, void (*)(void*)> workspace_;
  double compile_seconds_ = 0;
};

}  // namespace gradus::bench
