// What can be compiled: values and their derivatives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gradus/expression.h>

namespace gradus::inline v1 {

class Variable;

/// An array (or a scalar) that a kernel computes: an expression with its axes, something that a sheet says, a traced
/// function, or a derivative of one of these.
class GRADUS_API Quantity {
 public:
  /// A scalar. Throws std::invalid_argument if the expression has free indices.
  Quantity(const Expression& scalar);

 private:
  friend struct detail::Access;
  explicit Quantity(std::shared_ptr<const detail::Wanted> wanted);
  std::shared_ptr<const detail::Wanted> wanted_;
};

/// The expression as an array over its free indices, in this order. Throws std::invalid_argument unless `axes` are
/// exactly its free indices.
GRADUS_API Quantity array(std::string name, const Expression& entry, std::vector<Index> axes);
/// A scalar with a name; messages and Kernel::outputs() use it.
GRADUS_API Quantity named(std::string name, const Expression& scalar);

/// What a derivative is by: a tensor, or an input's name: "x" of a traced function, a name of the sheet. A family of a
/// sheet (w_{0,j}^{1,i}) without its scripts stands for all its members, each of which makes an output.
class GRADUS_API Variable {
 public:
  Variable(const Tensor& tensor);
  Variable(std::string name);
  Variable(const char* name);

 private:
  friend struct detail::Access;
  std::shared_ptr<const detail::TensorNode> tensor_;
  std::string name_;
};

/// The gradient of a scalar, in the shape of the variable, by reverse mode: a small multiple of the scalar's own cost.
/// Gradients of one scalar by several variables that are compiled together share one reverse sweep.
GRADUS_API Quantity gradient(const Quantity& scalar, const Variable& by);
/// The derivative of every entry by every entry: the quantity's axes, then the variable's. By forward mode, or by
/// reverse mode where that takes fewer operations: the cost grows with the smaller of the two sizes. Where entry i
/// along some axis of the variable reaches entry i of the quantity alone, that axis stands once, and the zeroes off it
/// are not stored.
GRADUS_API Quantity jacobian(const Quantity& of, const Variable& by);
/// The second derivatives of a scalar: the Jacobian of its gradient.
GRADUS_API Quantity hessian(const Quantity& scalar, const Variable& by);
/// Σ seed · ∂of/∂by, by reverse mode; the seed becomes an input "seed" of the quantity's shape.
GRADUS_API Quantity vjp(const Quantity& of, const Variable& by, std::string seed = "seed");
/// ∂of/∂by · direction, by forward mode; the direction becomes an input "direction" of the variable's shape.
GRADUS_API Quantity jvp(const Quantity& of, const Variable& by, std::string direction = "direction");

}  // namespace gradus::inline v1
