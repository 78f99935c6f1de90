// The two engines against each other: the symbolic derivative of random expressions, and the derivative of their scalar
// graphs, must agree in ball arithmetic. GRADUS_SEED and GRADUS_COUNT choose the run.
#include <cstdlib>
#include <iostream>

#include "calculus/differentiate.h"
#include "random_expression.h"

namespace gradus {
namespace {

long from_environment(const char* name, long otherwise) {
  const char* text = std::getenv(name);
  return text ? std::atol(text) : otherwise;
}

NumericOutcome compare(Expr lhs, Expr rhs, const IndexVars& free) {
  Case side;
  side.free = free;
  side.lhs = lhs;
  side.rhs = rhs;
  NumericOptions options;
  options.points = 1;
  options.size_choices = 1;
  options.seconds = 0.5;
  options.max_nodes = 60'000;
  return compare_numerically(side, {}, options);
}

bool disagree(Expr body, Expr wrt, const IndexVars& free) {
  return compare(make::deriv(body, wrt), differentiate(body, wrt), free).kind == NumericOutcome::Kind::differ;
}

/// The smallest sub-expression on which the engines still disagree.
Expr minimised(Expr body, Expr wrt, IndexVars free) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    std::vector<Expr> kids = body->kids;
    for (const Lambda& lambda : body->args) kids.push_back(lambda.body);
    for (Expr kid : kids) {
      IndexVars inner = free;
      inner.insert(inner.end(), kid->free.begin(), kid->free.end());
      if (kid->kind == Kind::index || !disagree(kid, wrt, inner)) continue;
      body = kid;
      smaller = true;
      break;
    }
  }
  return body;
}

TEST(Property, SymbolicDerivativeAgreesWithBalls) {
  const long seed = from_environment("GRADUS_SEED", 20240601), count = from_environment("GRADUS_COUNT", 10'000);
  std::cout << "seed " << seed << ", " << count << " expressions\n";
  long agreed = 0, undecided = 0, zero = 0;
  for (long k = 0; k < count; ++k) {
    Pool pool;
    Pool::Scope scope(pool);
    test::RandomExpression maker(combine(static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(k)));
    IndexVars free;
    Expr wrt = maker.variable(free);
    Expr body = maker.scalar(3 + static_cast<int>(k % 4));
    for (int attempt = 0; attempt < 20 && !depends_on(body, wrt->symbol); ++attempt)
      body = maker.scalar(3 + static_cast<int>(k % 4));
    Expr derivative = differentiate(body, wrt);
    // Every third time a second derivative.
    if (k % 3 == 0) {
      Expr again = maker.variable(free);
      derivative = differentiate(derivative, again);
      const auto outcome = compare(make::deriv(make::deriv(body, wrt), again), derivative, free);
      ASSERT_NE(outcome.kind, NumericOutcome::Kind::differ)
          << "expression " << k << ": second derivative of " << dump(body) << "\nby " << dump(wrt) << " and "
          << dump(again) << "\ngives " << dump(derivative) << "\nnumbers " << outcome.counterexample->lhs << " and "
          << outcome.counterexample->rhs;
      outcome.kind == NumericOutcome::Kind::agree ? ++agreed : ++undecided;
      continue;
    }
    const auto outcome = compare(make::deriv(body, wrt), derivative, free);
    if (outcome.kind == NumericOutcome::Kind::differ) {
      Expr smallest = minimised(body, wrt, free);
      std::string definitions;
      for (const Symbol* symbol : symbols_in(smallest))
        for (const Clause& clause : symbol->clauses) definitions += "\n  " + symbol->name + " := " + dump(clause.body);
      FAIL() << "expression " << k << ": derivative of " << dump(smallest) << definitions << "\nby " << dump(wrt)
             << "\ngives " << dump(differentiate(smallest, wrt)) << "\nnumbers " << outcome.counterexample->lhs
             << " and " << outcome.counterexample->rhs;
    }
    outcome.kind == NumericOutcome::Kind::agree ? ++agreed : ++undecided;
    zero += outcome.vanish;
    // The comparison itself must be able to fail.
    if (k % 50 == 1 && outcome.kind == NumericOutcome::Kind::agree && !outcome.vanish) {
      ASSERT_EQ(
          compare(make::deriv(body, wrt), make::mul({make::number(Rational(1'000'001, 1'000'000)), derivative}), free)
              .kind,
          NumericOutcome::Kind::differ)
          << dump(body);
    }
  }
  std::cout << agreed << " agree, " << undecided << " over budget or undefined, " << zero << " derivatives are zero\n";
  // Almost all must be decided, or the test tests nothing.
  EXPECT_GE(agreed * 100, count * 90);
  EXPECT_LE(zero * 100, count * 20);
}

}  // namespace
}  // namespace gradus
