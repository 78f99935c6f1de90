// The one place that sees into the public handles.
#pragma once

#include <gradus/quantity.h>

#include "face/node.h"

namespace gradus::detail {

struct Access {
  static const IndexPtr& of(const Index& index) { return index.node_; }
  static const NodePtr& of(const Subscript& subscript) { return subscript.node_; }
  static const NodePtr& of(const Expression& expression) { return expression.node_; }
  static const TensorPtr& of(const Tensor& tensor) { return tensor.node_; }
  static const TensorPtr& of(const Variable& variable) { return variable.tensor_; }
  static const std::string& name_of(const Variable& variable) { return variable.name_; }
  static const WantedPtr& of(const Quantity& quantity) { return quantity.wanted_; }
  static int relation_of(const Condition& condition) { return condition.relation_; }
  static const Expression& left(const Condition& condition) { return condition.a_; }
  static const Expression& right(const Condition& condition) { return condition.b_; }
  static Condition condition(int relation, const Expression& a, const Expression& b) { return {relation, a, b}; }
  static Expression expression(NodePtr node) { return Expression(std::move(node)); }
  static Subscript subscript(NodePtr node) { return Subscript(std::move(node)); }
  static Quantity quantity(Wanted wanted) { return Quantity(std::make_shared<const Wanted>(std::move(wanted))); }
};

}  // namespace gradus::detail
