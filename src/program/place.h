// Walking a program while statements are put in front of others, at the outermost level where their variables stand.
// Internal to program.
#pragma once

#include <functional>

#include "program/arrays.h"

namespace gradus {

class Rewriter {
 public:
  virtual ~Rewriter() = default;
  ProgramItems run(const ProgramItems& items);

 protected:
  /// What becomes of a statement that is no algebra: calls emit() for it and for what goes before it.
  virtual void rewrite(Assignment statement) = 0;
  /// A statement of the program, or what became of it.
  void emit(Assignment statement);
  /// A statement that fills an array of its own: outside every sequence whose variable it does not vary with. All
  /// statements of such an array, its zeroes and its updates, go the same way.
  void emit_outside(Assignment statement);
  bool is_sequence_variable(const IndexVar* var) const;

  /// An array over the free variables of e (its place in the statement), set to e, put in front. None where e would
  /// have to be computed at places that it does not have.
  std::optional<Expr> name(Expr e, const std::string& called, bool lazy = false);

 private:
  void take(const Assignment& statement);
  struct Level {
    const IndexVar* var = nullptr;
    ProgramItems items;
  };
  std::vector<Level> levels_;
};

/// The loops' interval product.
double iterations(const IndexVars& loops);

}  // namespace gradus
