// Elementary functions in terms of the C library's, at numbers; and programs as text.
#include "program/lowering.h"

#include <gtest/gtest.h>

#include <cmath>

#include "program/program.h"

namespace gradus {
namespace {

class Lowering : public ::testing::Test {
 protected:
  Pool pool_;
  Pool::Scope scope_{pool_};
};

double value(Expr e) {
  switch (e->kind) {
    case Kind::number: return e->number.get_d();
    case Kind::add: {
      double sum = 0;
      for (Expr kid : e->kids) sum += value(kid);
      return sum;
    }
    case Kind::mul: {
      double product = 1;
      for (Expr kid : e->kids) product *= value(kid);
      return product;
    }
    case Kind::pow: return std::pow(value(e->kids[0]), value(e->kids[1]));
    case Kind::select: {
      const double a = value(e->kids[0]), b = value(e->kids[1]);
      return value(e->kids[(e->relation() == Relation::gt ? a > b : a < b) ? 2 : 3]);
    }
    case Kind::func: {
      const double u = value(e->kids[0]);
      switch (static_cast<Elementary>(e->op)) {
        case Elementary::exp: return std::exp(u);
        case Elementary::log: return std::log(u);
        case Elementary::abs: return std::fabs(u);
        case Elementary::acos: return std::acos(u);
        default: break;
      }
      [[fallthrough]];
    }
    default: ADD_FAILURE() << "not written out: " << dump(e); return NAN;
  }
}

double at(Elementary function, const Rational& u) { return value(in_libm(make::func(function, make::number(u)))); }

TEST_F(Lowering, ExpansionsAtNumbers) {
  EXPECT_NEAR(at(Elementary::sigmoid, Rational(3, 2)), 1 / (1 + std::exp(-1.5)), 1e-16);
  EXPECT_EQ(at(Elementary::sigmoid, -1000), 0);
  EXPECT_NEAR(at(Elementary::softplus, Rational(-1, 2)), std::log1p(std::exp(-0.5)), 1e-15);
  EXPECT_EQ(at(Elementary::softplus, 1000), 1000);
  EXPECT_EQ(at(Elementary::relu, Rational(-3)), 0);
  EXPECT_EQ(at(Elementary::relu, Rational(7, 4)), 1.75);
  EXPECT_EQ(at(Elementary::step, 0), 0);
  EXPECT_EQ(at(Elementary::step, 2), 1);
  EXPECT_EQ(at(Elementary::sign, -2), -1);
  EXPECT_EQ(at(Elementary::sign, 0), 0);
  EXPECT_EQ(at(Elementary::sign, 3), 1);
  EXPECT_NEAR(at(Elementary::asec, 2), std::acos(0.5), 1e-15);
}

/// Nothing is left that has neither a name nor an expansion, but for derivatives of lgamma.
TEST_F(Lowering, EveryFunctionHasAForm) {
  const Symbol* x = Pool::current().new_symbol("x");
  for (const ElementaryRow& row : elementary_table()) {
    if (row.name.find("gamma") != std::string_view::npos && row.name != "lgamma" && row.name != "gamma") continue;
    visit(in_libm(make::func(row.id, make::ref(x))), [&](Expr node) {
      if (node->kind != Kind::func) return;
      EXPECT_NE(libm_name(static_cast<Elementary>(node->op)), "") << row.name;
    });
  }
  EXPECT_EQ(libm_name(Elementary::abs), "fabs");
  EXPECT_EQ(libm_name(Elementary::digamma), "");
}

TEST_F(Lowering, ProgramsAsText) {
  Symbol *x = Pool::current().new_symbol("x"), *f = Pool::current().new_symbol("f");
  x->indices = {{make::number(1), make::number(5)}, {make::number(0), make::number(2)}};
  f->indices = {{make::number(1), make::number(5)}};
  const IndexVar *l = make::fresh("l", make::number(1), make::number(5)),
                 *i = make::fresh("i", make::number(0), make::number(2));
  Assignment statement;
  statement.loops = {l, i};
  statement.update = Update::add;
  statement.target = make::ref(f, {make::index(l)});
  statement.body = make::div(make::sq(make::ref(x, {make::index(l), make::index(i)})), make::number(2));
  Program program;
  program.inputs = {x};
  program.outputs = {f};
  program.items = {{statement, nullptr}};
  EXPECT_EQ(print(program), "in x[1..5, 0..2]\nout f[1..5]\nfor l in 1..5, i in 0..2: f[l] += 1/2 * x[l, i]^2\n");
}

}  // namespace
}  // namespace gradus
