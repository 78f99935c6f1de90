// The nest as a C or C++ function. Internal to backend/source.
#pragma once

#include "backend/source/bodies.h"
#include "backend/source/emit.h"

namespace gradus {

/// Where each local buffer is declared: in front of the first step that uses it, in the body of the innermost loop that
/// gives each of its iterations an array of its own.
struct Declarations {
  std::unordered_map<const NestStep*, std::vector<const Buffer*>> before;
  std::unordered_map<const Symbol*, int> writes, reads;  ///< statements
};
Declarations declarations_of(const Nest& nest);

class KernelWriter {
 public:
  KernelWriter(const Nest& nest, const SourceOptions& options);

  /// The function with its documentation, and before it what it needs.
  std::string function();
  /// The main that checks it (check.cpp).
  std::string check();
  const std::string& failure() const { return failure_; }

 private:
  bool is_c() const { return options_.language == SourceLanguage::c99; }
  void fail(const std::string& message);
  std::string documentation();
  std::string signature();
  std::string scalar_type(const Buffer& buffer) const;
  bool by_value(const Buffer& buffer) const;

  void line(const std::string& text);
  void steps(const std::vector<NestStep>& steps);
  void loop(const Loop& loop);
  void parts(const Loop& loop);
  void statement(const Assignment& statement, bool declares);
  /// Whether the step's own statement may declare it.
  bool declare(const Buffer& buffer, const NestStep& step);
  std::string element(Expr ref);
  Linear index(Expr term);
  std::pair<std::string, std::string> range_of(const IndexVar* var);
  const Buffer* buffer_of(const Symbol* array);

  // check.cpp
  std::string fill(const Buffer& input);
  std::pair<long, long> values_of(const Symbol* integers) const;

  const Nest& nest_;
  const SourceOptions& options_;
  Names names_;
  BodyDialect dialect_;
  IndexLeaves index_leaves_;
  Bodies bodies_;
  Declarations declarations_;
  std::unordered_map<const Symbol*, const Buffer*> buffers_;
  std::unordered_map<const IndexVar*, std::pair<std::string, std::string>> blocks_;  ///< names of first and last
  std::set<std::string> helpers_;
  std::vector<const Buffer*> on_heap_;
  std::vector<std::string> lines_;
  int depth_ = 1;
  long on_stack_ = 0;
  std::string function_, failure_;
};

}  // namespace gradus
