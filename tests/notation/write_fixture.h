// Symbols to write expressions with: x, y ∈ ℝⁿ, A, X ∈ ℝ^{n×n}, weights of a network, abstract functions.
#pragma once

#include <gtest/gtest.h>

#include "expr/builders.h"
#include "expr/walk.h"
#include "notation/write.h"

namespace gradus {

class WriteTest : public ::testing::Test {
 protected:
  Pool pool_;
  Pool::Scope scope_{pool_};

  Symbol* scalar(const std::string& name, Role role = Role::variable) {
    Symbol* symbol = pool_.new_symbol(name);
    symbol->latex = name;
    symbol->role = role;
    return symbol;
  }
  Symbol* tensor(const std::string& name, std::vector<Expr> sizes, std::vector<Place> family = {}) {
    Symbol* symbol = scalar(name);
    symbol->family = family.size();
    for (const Expr size : sizes) symbol->indices.push_back({make::number(1), size});
    symbol->places = std::move(family);
    symbol->places.resize(sizes.size(), Place::axis);
    return symbol;
  }
  Symbol* function(const std::string& name, std::vector<const Symbol*> formals, std::vector<Expr> sizes = {}) {
    Symbol* symbol = tensor(name, std::move(sizes));
    symbol->role = Role::function;
    symbol->formals = std::move(formals);
    return symbol;
  }

  Expr one = make::number(1), two = make::number(2), zero = make::number(0);
  Expr n = make::ref(scalar("n", Role::size));
  Expr L = make::ref(scalar("L", Role::size));
  const IndexVar* vi = make::fresh("i", one, n);
  const IndexVar* vj = make::fresh("j", one, n);
  const IndexVar* vk = make::fresh("k", one, n);
  const IndexVar* vl = make::fresh("l", one, L);
  Expr i = make::index(vi), j = make::index(vj), k = make::index(vk), l = make::index(vl);
  Symbol *sx = tensor("x", {n}), *sy = tensor("y", {n}), *sb = tensor("b", {n}), *ss = tensor("s", {n});
  Symbol *sA = tensor("A", {n, n}), *sX = tensor("X", {n, n}), *sB = tensor("B", {n, n});
  Symbol* sSample = tensor("x", {L, n}, {Place::sub});
  Expr u = make::ref(scalar("u")), v = make::ref(scalar("v")), c = make::ref(scalar("c"));

  Expr x(Expr at) { return make::ref(sx, {at}); }
  Expr y(Expr at) { return make::ref(sy, {at}); }
  Expr b(Expr at) { return make::ref(sb, {at}); }
  Expr s(Expr at) { return make::ref(ss, {at}); }
  Expr A(Expr r, Expr col) { return make::ref(sA, {r, col}); }
  Expr B(Expr r, Expr col) { return make::ref(sB, {r, col}); }
  Expr X(Expr r, Expr col) { return make::ref(sX, {r, col}); }
  Expr mul(std::initializer_list<Expr> factors) { return make::mul(factors); }
  Expr add(std::initializer_list<Expr> terms) { return make::add(terms); }
  Expr sum(const IndexVar* var, Expr body) { return make::sum(var, body); }
  Expr half(Expr e) { return make::mul({make::number(Rational(1, 2)), e}); }
};

}  // namespace gradus
