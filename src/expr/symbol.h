// What a name stands for: a variable, a family of variables, a size, an abstract or a defined function.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/expr.h"

namespace gradus {

enum class Role : std::uint8_t {
  variable,   ///< a free quantity: scalar, array, or family of them; or a defined quantity (it has clauses)
  size,       ///< a positive integer: length of an axis, number of samples
  parameter,  ///< a formal parameter of a definition; bound by it
  function,   ///< takes arguments; abstract if it has no clauses
  constant,   ///< π
};

/// An inclusive integer range.
struct Range {
  Expr lo = nullptr;
  Expr hi = nullptr;
};

/// Where an index of a symbol is written.
enum class Place : std::uint8_t { axis, sub, sup, sup_paren, sup_bracket };

/// a rel b, between index terms or sizes.
struct Condition {
  Relation relation = Relation::eq;
  Expr a = nullptr;
  Expr b = nullptr;
};

/// What is assumed of a symbol. Of an array they speak of its tensor axes, for every member of a family.
struct Traits {
  bool positive = false;  ///< every entry > 0
  bool nonzero = false;
  bool below_one = false;  ///< every entry < 1
  bool symmetric = false;
  bool positive_definite = false;
  bool orthogonal = false;
  bool diagonal = false;
  bool invertible = false;
  bool positive_det = false;
  bool sums_to_one = false;
  bool one_hot = false;  ///< with `hot` the index of the one, if it is named
  bool integer = false;
  bool sign = false;    ///< every entry −1 or 1
  bool binary = false;  ///< every entry 0 or 1
  bool unit_norm = false;
  bool symmetric_arguments = false;  ///< of a function: exchanging its arguments changes nothing
  bool affine = false;               ///< of an abstract function
  bool even = false, odd = false;    ///< of an abstract scalar function
  Expr hot = nullptr;
};

/// One clause of a definition: `symbol[pattern](formals) := body` wherever the conditions hold. A pattern term is an
/// index variable of `vars` plus an integer (h_t, z^{l+1}), or a numeral (h_0).
struct Clause {
  IndexVars vars;
  std::vector<Expr> pattern;
  std::vector<Condition> when;
  Expr body = nullptr;
};

struct Symbol {
  std::uint32_t id = 0;
  std::string name;   ///< Unicode, as shown: "x̂", "Σ", "u_o"
  std::string latex;  ///< as written back: "\\hat x"
  Role role = Role::variable;
  /// One range an index: first `family` indices that choose a member (sample, layer), then the tensor axes.
  std::vector<Range> indices;
  std::vector<Place> places;  ///< parallel to indices
  IndexVars vars;             ///< parallel to indices or empty: what later ranges call an earlier index (n_l in W^l)
  std::size_t family = 0;
  bool row = false;                    ///< a row vector: its one tensor axis lies across
  std::vector<const Symbol*> formals;  ///< parameters: their axes are the shapes of the arguments
  std::size_t parameters = 0;          ///< how many of the last arguments are written behind a semicolon: f(x; w)
  std::vector<Clause> clauses;
  Traits traits;

  bool defined() const { return !clauses.empty(); }
  std::size_t rank() const { return indices.size() - family; }
};

}  // namespace gradus
