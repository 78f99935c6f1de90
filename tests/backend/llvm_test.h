// Nests built by hand, and the means to run them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "backend/llvm/jit.h"
#include "expr/builders.h"

namespace gradus::llvm_test {

using Kind = Loop::Kind;

inline const Symbol* new_symbol(const std::string& name) { return Pool::current().new_symbol(name); }
inline const IndexVar* over(const std::string& name, long lo, long hi) {
  return make::fresh(name, make::number(lo), make::number(hi));
}
inline Expr at(const Symbol* array, std::vector<Expr> terms = {}) { return make::ref(array, std::move(terms)); }
inline Expr ix(const IndexVar* var) { return make::index(var); }

/// Row-major, counted from 0.
inline Buffer buffer(const Symbol* array, Storage storage, std::vector<long> extent, Element element = Element::real) {
  Buffer result;
  result.array = array;
  result.storage = storage;
  result.element = element;
  result.extent = std::move(extent);
  result.lo.assign(result.extent.size(), 0);
  result.in_block.assign(result.extent.size(), false);
  result.stride.assign(result.extent.size(), 1);
  result.size = 1;
  for (std::size_t d = result.extent.size(); d-- > 0;) {
    result.stride[d] = result.size;
    result.size *= result.extent[d];
  }
  return result;
}

inline NestStep statement(Expr target, Update update, Expr body) {
  NestStep step;
  step.statement.target = target;
  step.statement.update = update;
  step.statement.body = body;
  return step;
}

inline NestStep loop(Kind kind, const IndexVar* var, std::vector<NestStep> body, long block = 0,
                     bool descending = false) {
  auto made = std::make_shared<Loop>();
  made->kind = kind;
  made->var = var;
  made->block = block;
  made->descending = descending;
  made->body = std::move(body);
  NestStep step;
  step.loop = made;
  return step;
}

/// Compiles and calls once.
inline void run(const Nest& nest, std::vector<const void*> inputs, std::vector<void*> outputs,
                const CompileOptions& options = {}) {
  const Result<Kernel> kernel = compile(nest, options);
  ASSERT_TRUE(kernel) << kernel.error().message;
  void* const workspace = std::aligned_alloc(64, (kernel->workspace_bytes() + 127) / 64 * 64);
  (*kernel)(inputs.data(), outputs.data(), workspace);
  std::free(workspace);
}

inline std::vector<double> numbers(std::size_t count, double from = 0.3) {
  std::vector<double> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(std::sin(from + 1.7 * static_cast<double>(i)));
  return result;
}

class LlvmTest : public ::testing::Test {
 protected:
  Pool pool_;
  Pool::Scope scope_{pool_};
};

/// Every instruction set that is restricted to, and the machine's own.
inline std::vector<CompileOptions> machines() {
  std::vector<CompileOptions> result(1);
  for (const char* features : {"sse2", "avx2", "avx512"}) {
    CompileOptions options;
    options.features = features;
    Nest empty;
    if (compile(empty, options)) result.push_back(options);
  }
  CompileOptions narrow;
  narrow.lanes = 2;
  result.push_back(narrow);
  narrow.lanes = 1;
  result.push_back(narrow);
  return result;
}

}  // namespace gradus::llvm_test
