// From the face's nodes to the library's expressions, in the current Pool.
#pragma once

#include <set>
#include <unordered_map>

#include "face/node.h"
#include "program/lower.h"

namespace gradus::detail {

/// Ends a build from deep inside; caught in build().
struct CannotBuild {
  std::string message;
};

class Translator {
 public:
  /// The quantity of an expression. A node is translated once.
  Quantity quantity(const Wanted& wanted);

  /// Appends a traced function to the program, as an output: every value that is used twice, and every long chain, is a
  /// number of its own, so that nothing is deep and nothing is computed twice.
  const Symbol* append_trace(const Wanted& wanted, Lowered& lowered);

  /// Tensors in the order met.
  const std::vector<TensorPtr>& tensors() const { return tensors_; }
  const Symbol* symbol_of(const TensorPtr& tensor);
  /// Those that the nodes read.
  static std::vector<TensorPtr> tensors_in(const std::vector<NodePtr>& entries);

 private:
  Expr expression(const Node& node);
  Expr made(const Node& node, const std::vector<Expr>& kids);
  const IndexVar* variable_of(const IndexPtr& index);

  std::unordered_map<const Node*, Expr> known_;
  std::unordered_map<const IndexNode*, const IndexVar*> variables_;
  std::unordered_map<const TensorNode*, const Symbol*> symbols_;
  std::vector<TensorPtr> tensors_;
};

}  // namespace gradus::detail
