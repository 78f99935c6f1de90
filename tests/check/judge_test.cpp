// Verdicts on random identities: true ones by random rewriting are never called wrong, false ones by a random slip are
// never called right. GRADUS_SEED and GRADUS_COUNT choose the run.
#include "check/judge.h"

#include <cstdlib>
#include <iostream>

#include "random_expression.h"

namespace gradus {
namespace {

using namespace make;

long from_environment(const char* name, long otherwise) {
  const char* text = std::getenv(name);
  return text ? std::atol(text) : otherwise;
}

/// An expression equal to e wherever e is defined.
Expr rewritten(Expr e, Random& random, int depth = 0) {
  if (depth > 12) return e;
  e = rebuild(e, [&](Expr kid) {
    return kid->kind == Kind::index || kid->is_number() ? kid : rewritten(kid, random, depth + 1);
  });
  if (random.within(0, 2) != 0) return e;
  switch (e->kind) {
    case Kind::mul:
      for (std::size_t k = 0; k < e->kids.size(); ++k) {
        if (e->kids[k]->kind != Kind::add) continue;
        std::vector<Expr> terms;
        for (Expr term : e->kids[k]->kids) {
          std::vector<Expr> factors = e->kids;
          factors[k] = term;
          terms.push_back(mul(factors));
        }
        return add(terms);
      }
      return e;
    case Kind::pow:
      if (e->kids[1] == number(2)) {
        // (a + b)² = a² + 2ab + b²
        if (e->kids[0]->kind != Kind::add) return e;
        Expr a = e->kids[0]->kids[0], b = sub(e->kids[0], a);
        return add({sq(a), mul({number(2), a, b}), sq(b)});
      }
      return e;
    case Kind::func:
      switch (static_cast<Elementary>(e->op)) {
        case Elementary::tanh:
          return sub(mul({number(2), func(Elementary::sigmoid, mul({number(2), e->kids[0]}))}), number(1));
        case Elementary::sigmoid: return inv(add({number(1), func(Elementary::exp, neg(e->kids[0]))}));
        case Elementary::softplus: return func(Elementary::log, add({number(1), func(Elementary::exp, e->kids[0])}));
        case Elementary::exp:
          if (e->kids[0]->kind == Kind::add) {
            Expr first = e->kids[0]->kids[0];
            return mul({func(Elementary::exp, first), func(Elementary::exp, sub(e->kids[0], first))});
          }
          return e;
        default: return e;
      }
    case Kind::reduce:
      if (e->reduce_op() == ReduceOp::sum && e->kids[0]->kind == Kind::add) {
        std::vector<Expr> sums;
        for (Expr term : e->kids[0]->kids) sums.push_back(refresh(sum(e->var, term)));
        return add(sums);
      }
      return e;
    case Kind::ref:
      if (!e->kids.empty() && e->kids[0]->kind == Kind::index && e->args.empty()) {
        const IndexVar* k = fresh(e->kids[0]->var);
        return sum(k, mul({delta(e->kids[0], index(k)), substitute(e, {{e->kids[0]->var, index(k)}})}));
      }
      return unfold(e).value_or(e);
    default: return e;
  }
}

/// e with one random slip.
Expr slipped(Expr e, Random& random) {
  if (!e->kids.empty() && e->kind != Kind::ref && e->kind != Kind::delta && e->kind != Kind::inverse &&
      random.within(0, 3) != 0) {
    const std::size_t chosen = static_cast<std::size_t>(random.within(0, static_cast<long>(e->kids.size()) - 1));
    std::size_t at = 0;
    Expr target = e->kids[chosen];
    if (target->kind != Kind::index)
      return rebuild(e, [&](Expr kid) { return at++ == chosen && kid == target ? slipped(kid, random) : kid; });
  }
  switch (random.within(0, 4)) {
    case 0: return mul({number(2), e});
    case 1: return neg(e);
    case 2: return add({e, number(Rational(1, 7))});
    case 3: return sq(e);
    default:
      if (e->kind == Kind::add || e->kind == Kind::mul) {
        std::vector<Expr> fewer(e->kids.begin() + 1, e->kids.end());
        return e->kind == Kind::add ? add(fewer) : mul(fewer);
      }
      return mul({number(Rational(1, 2)), e});
  }
}

Judgement judged(Expr lhs, Expr rhs, const IndexVars& free) {
  Claim claim;
  Case side;
  side.free = free;
  side.lhs = lhs;
  side.rhs = rhs;
  claim.cases.push_back(side);
  JudgeLimits limits;
  limits.seconds = 1.0;
  Judgement result = judge(claim, limits);
  result.decisive = nullptr;
  return result;
}

TEST(Judge, RandomIdentitiesAreJudgedSoundly) {
  const long seed = from_environment("GRADUS_SEED", 20240602), count = from_environment("GRADUS_COUNT", 2000);
  std::cout << "seed " << seed << ", " << count << " identities\n";
  long proved = 0, confirmed = 0, refuted = 0, conditional = 0, undecided = 0;
  for (long k = 0; k < count; ++k) {
    Pool pool;
    Pool::Scope scope(pool);
    test::RandomExpression maker(combine(static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(k)));
    IndexVars free{maker.axis(maker.n())};
    Expr lhs = maker.scalar(2 + static_cast<int>(k % 3), free);
    if (k % 4 == 0) {
      // Not by a defined quantity: opening it would cut the paths that leave it.
      IndexVars indices;
      Expr wrt = maker.variable(indices);
      if (!wrt->symbol->defined() && depends_on(lhs, wrt->symbol)) {
        lhs = deriv(lhs, wrt);
        free.insert(free.end(), indices.begin(), indices.end());
      }
    }
    Expr rhs = rewritten(lhs, maker.random());
    const Judgement right = judged(lhs, rhs, free);
    ASSERT_TRUE(right.kind != VerdictKind::wrong && right.kind != VerdictKind::conditional)
        << "identity " << k << ": " << dump(lhs) << "\n= " << dump(rhs) << "\n"
        << right.counterexample->lhs << ", " << right.counterexample->rhs;
    ASSERT_EQ(right.reason.find("contradict"), std::string::npos)
        << "identity " << k << ": " << dump(lhs) << "\n= " << dump(rhs);
    right.kind == VerdictKind::proved ? ++proved : right.kind == VerdictKind::confirmed ? ++confirmed : ++undecided;

    Expr other = slipped(rhs, maker.random());
    Case side;
    side.free = free;
    side.lhs = lhs;
    side.rhs = other;
    NumericOptions other_seed;
    other_seed.seed = 999;
    if (compare_numerically(side, {}, other_seed).kind != NumericOutcome::Kind::differ) continue;
    const Judgement wrong = judged(lhs, other, free);
    ASSERT_TRUE(wrong.kind != VerdictKind::proved && wrong.kind != VerdictKind::confirmed)
        << "slip " << k << ": " << dump(lhs) << "\n= " << dump(other);
    ASSERT_EQ(wrong.reason.find("contradict"), std::string::npos)
        << "slip " << k << ": " << dump(lhs) << "\n= " << dump(other);
    wrong.kind == VerdictKind::wrong ? ++refuted : wrong.kind == VerdictKind::conditional ? ++conditional : ++undecided;
    if (wrong.kind == VerdictKind::wrong) {
      ASSERT_TRUE(wrong.counterexample);
      EXPECT_NE(wrong.counterexample->lhs, wrong.counterexample->rhs);
    }
  }
  std::cout << proved << " proved, " << confirmed << " confirmed; " << refuted << " refuted, " << conditional
            << " conditional; " << undecided << " undecided\n";
  EXPECT_GE(proved * 2, count);
  EXPECT_LE(undecided * 20, count);
}

}  // namespace
}  // namespace gradus
