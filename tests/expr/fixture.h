// A pool with the names that tests use.
#pragma once

#include <gtest/gtest.h>

#include "expr/symbol.h"
#include "expr/walk.h"

namespace gradus {

class WithPool : public ::testing::Test {
 protected:
  Pool pool;
  Pool::Scope scope{pool};

  Symbol* symbol(const std::string& name, Role role = Role::variable) {
    Symbol* s = pool.new_symbol(name);
    s->role = role;
    return s;
  }
  Expr size(const std::string& name) { return make::ref(symbol(name, Role::size)); }
  /// A symbol with axes of these lengths.
  Symbol* array(const std::string& name, const std::vector<Expr>& lengths) {
    Symbol* s = symbol(name);
    for (Expr length : lengths) s->indices.push_back({make::number(1), length});
    s->places.assign(lengths.size(), Place::sub);
    return s;
  }
  Symbol* family(const std::string& name, Expr lo, Expr hi) {
    Symbol* s = symbol(name);
    s->indices.push_back({lo, hi});
    s->places = {Place::sub};
    s->family = 1;
    return s;
  }
  static const IndexVar* var(const std::string& name, Expr hi) { return make::fresh(name, make::number(1), hi); }
  static Expr ix(const IndexVar* v) { return make::index(v); }
  static Expr num(long n) { return make::number(n); }
  static Expr plus(Expr a, long n) { return make::add({a, make::number(n)}); }
};

}  // namespace gradus
