// What the handles of the public face hold. It belongs to no Pool: it lives as long as the user holds it, in any
// thread.
//
// The face has two sides that meet here and in engine.h alone, for they use the same words: the public classes
// (gradus::v1) and what stands behind them (engine.cpp: the library's own expressions, programs and kernels).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "expr/elementary.h"

namespace gradus::detail {

struct IndexNode {
  std::string name;  ///< may be empty
  std::ptrdiff_t size;
};
using IndexPtr = std::shared_ptr<const IndexNode>;

struct TensorNode {
  std::string name;
  std::vector<std::ptrdiff_t> shape;
  bool integer = false;
};
using TensorPtr = std::shared_ptr<const TensorNode>;

struct Node;
using NodePtr = std::shared_ptr<const Node>;

struct Node {
  enum class Kind : std::uint8_t {
    number,
    index,
    entry,
    add,
    mul,
    pow,
    func,
    reduce,
    select,
    delta
  } kind = Kind::number;
  std::uint8_t op = 0;  ///< of func, reduce and select: a row of the table, a ReduceOp, a Relation
  double number = 0;
  IndexPtr index;    ///< of index and reduce
  TensorPtr tensor;  ///< of entry
  std::vector<NodePtr> kids;
  std::vector<IndexPtr> free;
  std::uint32_t depth = 0;

  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();  ///< not recursive: a long chain does not run out of stack
};

struct SheetText {
  std::string name, text, scope;
};

/// A value, or a derivative of one.
struct Wanted {
  enum class Kind : std::uint8_t { expression, sheet, trace, gradient, jacobian, vjp, jvp } kind = Kind::expression;
  std::string name;              ///< of a sheet: the expression in its notation
  std::vector<NodePtr> entries;  ///< one; of a trace, one an output
  std::vector<IndexPtr> axes;    ///< of an expression
  bool scalar = true;            ///< of a trace
  std::shared_ptr<const SheetText> sheet;
  std::shared_ptr<const Wanted> of;  ///< of a derivative
  TensorPtr by;                      ///< of a derivative: a tensor, or else a name
  std::string by_name;
  std::string direction;  ///< of vjp and jvp: the input's name
};
using WantedPtr = std::shared_ptr<const Wanted>;

/// "the index i", or "an index of 3 values" for one without a name.
std::string told(const IndexNode& index);

}  // namespace gradus::detail
