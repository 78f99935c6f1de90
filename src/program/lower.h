// From expressions to a program: definitions become arrays, every sum an array of its own, sizes numbers.
#pragma once

#include <unordered_map>

#include "base/result.h"
#include "program/program.h"

namespace gradus {

/// What is wanted: an array `name` that holds the body over its axes.
struct Quantity {
  std::string name, latex;
  Expr body = nullptr;
  IndexVars axes;
};

/// Sizes by their references: n, or n_2 of a family. n itself, of a family, is the size of every member that has none
/// of its own.
using SizeMap = std::unordered_map<Expr, long>;

/// An array that is handed in: a variable of the sheet, or those members of a family that differ in letters only
/// (w_{0,j}^{1,i}: numerals choose an array, letters an element).
struct Variable {
  const Symbol* symbol = nullptr;
  std::vector<Expr> member;  ///< index terms: a numeral, or null for an axis of the array
  const Symbol* array = nullptr;
};

struct Lowered {
  Program program;  ///< its inputs are the variables that are not defined
  /// In the order of the program's inputs; behind them what an empty sum has left out, which is none.
  std::vector<Variable> variables;
  std::unordered_map<const Symbol*, const Symbol*> arrays;  ///< of each variable and each definition that was met
  std::vector<const Symbol*> held;  ///< arrays that a derivative takes as constants (the shift of a log-sum-exp)
};

/// A sum of exponentials under a logarithm is shifted by its largest exponent. Derivatives in the bodies are carried
/// out symbolically first. An error names what has no size, no definition, or no compiled form.
Result<Lowered> lower(const std::vector<Quantity>& wanted, const SizeMap& sizes);

/// The sizes that the quantities and their definitions mention, in the order met.
std::vector<const Symbol*> sizes_of(const std::vector<Quantity>& wanted);
/// The members of families of sizes (n_l for l = 0, …, L) that they mention, as far as the known sizes tell which.
std::vector<Expr> size_members_of(const std::vector<Quantity>& wanted, const SizeMap& known);
/// The expression with the known sizes put in.
Expr with_sizes(Expr e, const SizeMap& known);

}  // namespace gradus
