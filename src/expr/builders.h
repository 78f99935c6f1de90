// The only makers of nodes. They flatten sums and products, fold exact constants (up to a bit limit), drop neutral
// operands, sort commutative ones and collect equal ones (x + x is 2·x, x·x is x²); nothing that needs an assumption.
// An operand of more than 256 operands is not flattened.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "expr/elementary.h"
#include "expr/expr.h"
#include "expr/symbol.h"

namespace gradus::make {

Expr number(long value);
Expr number(const Rational& value);
Expr index(const IndexVar* var);
/// A component of a symbol; one index term for each of its indices.
Expr ref(const Symbol* symbol, std::vector<Expr> indices = {});
/// An application, with a lambda for each argument, and partial derivatives in argument slots (kept sorted).
Expr apply(const Symbol* symbol, std::vector<Expr> indices, std::vector<Lambda> args, std::vector<Slot> slots = {});
Expr add(std::vector<Expr> terms);
Expr mul(std::vector<Expr> factors);
Expr pow(Expr base, Expr exponent);
Expr func(Elementary function, Expr argument);
/// Σ, Π, max, min over var; an empty numeric range gives the neutral element for Σ and Π.
Expr reduce(ReduceOp op, const IndexVar* var, Expr body);
Expr sum(const IndexVar* var, Expr body);
Expr delta(Expr a, Expr b);
Expr select(Relation relation, Expr a, Expr b, Expr then, Expr otherwise);
Expr inverse(Lambda matrix, Expr row, Expr column);
Expr det(Lambda matrix);
Expr deriv(Expr body, Expr wrt, DerivMode mode = DerivMode::total);
/// The body with symbols replaced by lambdas over their indices, after its derivatives are carried out.
Expr at(Expr body, std::vector<const Symbol*> bound, std::vector<Lambda> values);
Expr pi();

Expr neg(Expr a);
Expr inv(Expr a);
Expr sq(Expr a);
Expr sqrt(Expr a);
Expr sub(Expr a, Expr b);
Expr div(Expr a, Expr b);

/// A variable with a name of its own, to bind.
const IndexVar* fresh(std::string name, Expr lo, Expr hi);
/// The same name and range, another variable.
const IndexVar* fresh(const IndexVar* like);

}  // namespace gradus::make
