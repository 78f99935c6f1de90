// A computation on arrays, as data: what a sheet's quantities and their derivatives become before they are compiled.
//
// An array is a symbol whose index ranges are numbers. A statement runs over its loops and puts a scalar body into a
// place of its target; the body reads arrays at index terms, which may themselves read integer arrays (a gather). One
// statement so covers maps, contractions, reductions, gathers and scatters:
//
//   for l in 1..1000, i in 0..2:   f[l] += w1[i] * h[l,i]
//
// What is done to whole matrices (a factorisation, an inverse, a determinant) is a statement of its own kind, see
// MatrixStep.
//
// An array has one `set` that covers it, or a `set` of its neutral value, and then any number of updates; nothing
// reads it before the last of them, except inside a sequence, where an iteration may read what earlier ones wrote.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "expr/walk.h"

namespace gradus {

enum class Update : std::uint8_t { set, add, max, min };

/// What a statement does with whole matrices. Its body is then no more than a ref to the array that it reads; the last
/// two index terms there (and of a target that is a matrix) are variables of their own, for a row and a column, and no
/// loops: one run of the statement takes them all. Its update is `set`.
enum class MatrixStep : std::uint8_t {
  none,
  factors,          ///< of a matrix, once for all that follows: n rows for its factors, n + 2 more for pivots and work
  inverse,          ///< from the factors: NaN throughout where the matrix is singular
  determinant,      ///< from the factors, as are the next; 0 where it is singular
  log_determinant,  ///< NaN where the determinant is negative, −∞ where it is 0
  log_abs_determinant,  ///< −∞ where the determinant is 0
};

struct Assignment {
  IndexVars loops;        ///< outermost first; a bound may depend on loops before it (j < i). Own variables.
  Expr target = nullptr;  ///< a ref: the array at index terms
  Update update = Update::set;
  Expr body = nullptr;  ///< of number, index, ref, add, mul, pow, func, select and delta nodes
  bool lazy = false;    ///< cheap, or a neutral value: belongs right before what reads or updates it
  MatrixStep algebra = MatrixStep::none;
};

struct Sequence;

/// A statement, or a sequence (then `statement.target` is null).
struct ProgramItem {
  Assignment statement;
  std::shared_ptr<const Sequence> sequence;
};
using ProgramItems = std::vector<ProgramItem>;

/// A recurrence: its items in order, for one value of the variable after the other.
struct Sequence {
  const IndexVar* var = nullptr;
  bool descending = false;
  ProgramItems items;
};

struct Program {
  std::vector<const Symbol*> inputs;   ///< in the order in which a kernel takes them
  std::vector<const Symbol*> outputs;  ///< likewise; each is written by the items
  ProgramItems items;
};

/// Integer value of an index term or bound without variables; none where it has any.
std::optional<long> constant_index(Expr term);

/// The values that the entries of an integer array may have, by the axes that they index; none if it indexes nothing.
std::optional<std::pair<long, long>> index_range(const Program& program, const Symbol* array);

/// As lines of text, for people and for golden files.
std::string print(const Program& program);

}  // namespace gradus
