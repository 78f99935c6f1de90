// Small sheets built by hand, for the tests of the engine below the readers.
#pragma once

#include <gtest/gtest.h>

#include "check/numeric.h"
#include "expr/builders.h"

namespace gradus::test {

struct Built : ::testing::Test {
  Pool pool;
  Pool::Scope scope{pool};

  Symbol* size(const std::string& name) {
    Symbol* s = pool.new_symbol(name);
    s->role = Role::size;
    return s;
  }
  /// A variable with axes of these lengths.
  Symbol* variable(const std::string& name, std::vector<Expr> lengths = {}) {
    Symbol* s = pool.new_symbol(name);
    for (Expr length : lengths) s->indices.push_back({make::number(1), length}), s->places.push_back(Place::axis);
    return s;
  }
  Symbol* formal(const std::string& name, std::vector<Expr> lengths = {}) {
    Symbol* s = variable(name, std::move(lengths));
    s->role = Role::parameter;
    return s;
  }
  Symbol* function(const std::string& name, std::vector<const Symbol*> formals, std::vector<Expr> lengths = {}) {
    Symbol* s = variable(name, std::move(lengths));
    s->role = Role::function;
    s->formals = std::move(formals);
    return s;
  }
  const IndexVar* index(const std::string& name, Expr length) { return make::fresh(name, make::number(1), length); }
  static Expr ix(const IndexVar* var) { return make::index(var); }
  /// A vector variable as a lambda.
  Lambda vector(const Symbol* symbol, Expr length) {
    const IndexVar* i = index("i", length);
    return {{i}, make::ref(symbol, {ix(i)})};
  }
  static void define(Symbol* symbol, Expr body, IndexVars vars = {}) {
    Clause clause;
    clause.vars = vars;
    for (const IndexVar* var : vars) clause.pattern.push_back(ix(var));
    clause.body = body;
    symbol->clauses.push_back(clause);
  }
  NumericOutcome compare(Expr lhs, Expr rhs, IndexVars free = {}, Claim claim = {}, NumericOptions options = {}) {
    Case c;
    c.free = std::move(free);
    c.lhs = lhs;
    c.rhs = rhs;
    return compare_numerically(c, claim, options);
  }
};

using Outcome = NumericOutcome::Kind;

}  // namespace gradus::test
