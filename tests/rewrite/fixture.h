// Names and shorthands for the tests of the normal form.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "expr/elementary.h"
#include "expr/symbol.h"
#include "rewrite/normal.h"

namespace gradus {

class RewriteTest : public ::testing::Test {
 protected:
  Expr num(long v) { return make::number(v); }
  Symbol* symbol(const std::string& name, Role role = Role::variable) {
    Symbol* s = pool_.new_symbol(name);
    s->role = role;
    return s;
  }
  Expr size(const std::string& name) { return make::ref(symbol(name, Role::size)); }
  Expr scalar(const std::string& name, bool positive = false) {
    Symbol* s = symbol(name);
    s->traits.positive = positive;
    return make::ref(s);
  }
  Symbol* tensor(const std::string& name, const std::vector<Expr>& sizes) {
    Symbol* s = symbol(name);
    for (Expr n : sizes) {
      s->indices.push_back({num(1), n});
      s->places.push_back(Place::axis);
    }
    return s;
  }
  const IndexVar* var(const std::string& name, Expr hi) { return make::fresh(name, num(1), hi); }
  static Expr ix(const IndexVar* v) { return make::index(v); }
  static Expr at(const Symbol* s, std::vector<Expr> indices) { return make::ref(s, std::move(indices)); }

  template <class Body>
  Expr sum(Expr hi, Body body, const std::string& name = "i") {
    const IndexVar* v = var(name, hi);
    return make::sum(v, body(ix(v)));
  }
  template <class Body>
  Expr sum_range(Expr lo, Expr hi, Body body) {
    const IndexVar* v = make::fresh("i", lo, hi);
    return make::sum(v, body(ix(v)));
  }

  static Expr add(std::vector<Expr> t) { return make::add(std::move(t)); }
  static Expr mul(std::vector<Expr> f) { return make::mul(std::move(f)); }
  static Expr sub(Expr a, Expr b) { return make::sub(a, b); }
  static Expr div(Expr a, Expr b) { return make::div(a, b); }
  static Expr fn(Elementary f, Expr u) { return make::func(f, u); }
  static Expr exp(Expr u) { return make::func(Elementary::exp, u); }
  static Expr log(Expr u) { return make::func(Elementary::log, u); }

  static bool proves(Expr a, Expr b, const NormalOptions& options = {}) {
    try {
      const Proof proof = prove_equal(a, b, options);
      last_residual = proof.residual;
      return proof.equal;
    } catch (const OverBudget& over) {
      last_over = over.what;
      return false;
    }
  }
  static std::string why() { return (last_residual ? dump(last_residual) : "") + last_over; }

  static inline Expr last_residual = nullptr;
  static inline std::string last_over;

 private:
  Pool pool_;
  Pool::Scope scope_{pool_};
};

#define PROVES(a, b) EXPECT_TRUE(proves(a, b)) << why()
#define DOES_NOT_PROVE(a, b) EXPECT_FALSE(proves(a, b))

}  // namespace gradus
