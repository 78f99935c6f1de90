// Random expressions: the normal form has the same value, at several sizes and points; what is proved is equal there.
#include <cstdlib>
#include <functional>
#include <random>

#include "evaluate.h"
#include "fixture.h"

namespace gradus {
namespace {

class Random : public RewriteTest {
 protected:
  Random() {
    x_ = scalar("x"), y_ = scalar("y"), p_ = scalar("p", true);
    n_ = size("n"), m_ = size("m");
    a_ = tensor("a", {n_}), c_ = tensor("c", {m_}), A_ = tensor("A", {n_, m_}), B_ = tensor("B", {n_, n_});
    u_ = tensor("u", {n_});
    u_->traits.positive = true;
    k_ = var("k", n_), l_ = var("l", n_);
  }

  /// A longer run, or another one: GRADUS_SEED=7 GRADUS_ROUNDS=50000.
  static std::uint64_t number_from(const char* name, std::uint64_t usual) {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : usual;
  }

  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

  /// An index variable in scope with that range.
  Expr index_term(Expr size) {
    std::vector<const IndexVar*> fitting;
    for (const IndexVar* v : scope_) {
      if (v->hi == size) fitting.push_back(v);
    }
    if (fitting.empty() || pick(12) == 0) return make::number(1);
    return ix(fitting[pick(fitting.size())]);
  }

  Expr leaf() {
    switch (pick(10)) {
      case 0: return x_;
      case 1: return y_;
      case 2: return p_;
      case 3: return make::number(Rational(static_cast<long>(pick(7)) - 3, 1 + static_cast<long>(pick(3))));
      case 4: return at(u_, {index_term(n_)});
      case 5: return at(c_, {index_term(m_)});
      case 6: return at(A_, {index_term(n_), index_term(m_)});
      case 7: return at(B_, {index_term(n_), index_term(n_)});
      default: return at(a_, {index_term(n_)});
    }
  }

  Expr expression(int depth) {
    if (depth <= 0) return leaf();
    switch (pick(14)) {
      case 0:
      case 1:
      case 2: return make::add({expression(depth - 1), expression(depth - 1)});
      case 3:
      case 4:
      case 5: return make::mul({expression(depth - 1), expression(depth - 1)});
      case 6:
      case 7:
      case 8: {
        const IndexVar* v = pick(6) == 0 ? make::fresh("i", make::number(0), make::sub(n_, make::number(1)))
                                         : var("i", pick(2) ? n_ : m_);
        if (pick(8) == 0) v = make::fresh("i", make::number(1), ix(k_));
        scope_.push_back(v);
        const Expr body = expression(depth - 1);
        scope_.pop_back();
        const ReduceOp op = pick(5) ? ReduceOp::sum : pick(2) ? ReduceOp::product : ReduceOp::max;
        return make::reduce(op, v, body);
      }
      case 9: return make::pow(expression(depth - 1), make::number(-1));
      case 10: {
        const Rational exponents[] = {2, 3, Rational(1, 2), Rational(-1, 2), -2, Rational(3, 2), Rational(2, 3)};
        return make::pow(expression(depth - 1), make::number(exponents[pick(7)]));
      }
      case 11: {
        const Expr i = index_term(n_), j = index_term(n_);
        if (pick(2)) return make::mul({make::delta(i, j), expression(depth - 1)});
        const Relation relation = static_cast<Relation>(pick(6));
        if (pick(2)) return make::select(relation, i, j, expression(depth - 1), expression(depth - 1));
        return make::select(relation, leaf(), leaf(), expression(depth - 1), expression(depth - 1));
      }
      default: {
        const Elementary functions[] = {Elementary::exp,      Elementary::log,   Elementary::sigmoid, Elementary::tanh,
                                        Elementary::sin,      Elementary::cos,   Elementary::abs,     Elementary::relu,
                                        Elementary::softplus, Elementary::sign,  Elementary::step,    Elementary::atan,
                                        Elementary::asinh,    Elementary::exp,   Elementary::log,     Elementary::tan,
                                        Elementary::acosh,    Elementary::atanh, Elementary::acos};
        return make::func(functions[pick(19)], expression(depth - 1));
      }
    }
  }

  static bool close(double a, double b) { return std::fabs(a - b) <= 1e-4 * (1 + std::fabs(a) + std::fabs(b)); }

  /// The first point where the two differ, as text; empty if none.
  std::string differ(Expr a, Expr b) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      Evaluator value(seed);
      const long n = std::lround(value(n_));
      for (long k = 1; k <= n; ++k) {
        for (long l = 1; l <= n; ++l) {
          value.indices[k_] = k;
          value.indices[l_] = l;
          const double left = value(a), right = value(b);
          if (!std::isfinite(left) || !std::isfinite(right) || std::fabs(left) > 1e6 || std::fabs(right) > 1e6)
            continue;
          ++compared_;
          if (!close(left, right)) {
            return "seed " + std::to_string(seed) + " k=" + std::to_string(k) + " l=" + std::to_string(l) + ": " +
                   std::to_string(left) + " against " + std::to_string(right);
          }
        }
      }
    }
    return "";
  }

  std::uint64_t seed_ = number_from("GRADUS_SEED", 20240611), rounds_ = number_from("GRADUS_ROUNDS", 3000);
  std::mt19937_64 random_{seed_};
  Expr x_, y_, p_, n_, m_;
  Symbol *a_, *c_, *A_, *B_, *u_;
  const IndexVar *k_, *l_;
  std::vector<const IndexVar*> scope_;
  long compared_ = 0;
};

TEST_F(Random, NormalFormKeepsTheValue) {
  int normalised = 0, idempotent = 0;
  for (std::uint64_t round = 0; round < rounds_; ++round) {
    scope_ = {k_, l_};
    const Expr e = expression(2 + static_cast<int>(pick(3)));
    try {
      NormalOptions options;
      options.seconds = 0.3;
      const Expr form = normalize(e, options).form;
      ++normalised;
      EXPECT_EQ(differ(e, form), "") << "GRADUS_SEED=" << seed_ << " round " << round << ": " << dump(e)
                                     << "\nnormal form " << dump(form);
      if (normalize(form, options).form == form) ++idempotent;
      if (HasFailure()) break;
    } catch (const OverBudget&) {
    }
  }
  EXPECT_GT(normalised, 2000);
  EXPECT_GT(compared_, 10000);
  EXPECT_GT(idempotent, normalised * 95 / 100);
}

TEST_F(Random, MatrixWordsKeepTheirValue) {
  using Entry = std::function<Expr(Expr, Expr)>;
  const Symbol *C = tensor("C", {n_, n_}), *w = tensor("w", {n_});
  const auto plain = [&](const Symbol* s) -> Entry { return [=](Expr i, Expr j) { return at(s, {i, j}); }; };
  const auto lambda = [&](const Entry& f) {
    const IndexVar *p = var("p", n_), *q = var("q", n_);
    return Lambda{{p, q}, f(ix(p), ix(q))};
  };
  const auto product = [&](const Entry& f, const Entry& g, Expr middle) -> Entry {
    return
        [=, this](Expr i, Expr j) { return sum(middle, [&](Expr k) { return make::mul({f(i, k), g(k, j)}); }, "k"); };
  };
  const auto transposed = [](const Entry& f) -> Entry { return [=](Expr i, Expr j) { return f(j, i); }; };
  const std::function<Entry(int)> square = [&](int depth) -> Entry {
    if (depth <= 0) return plain(pick(2) ? B_ : C);
    switch (pick(8)) {
      case 0: return transposed(square(depth - 1));
      case 1: {
        const Entry f = square(depth - 1), g = square(depth - 1);
        return [=](Expr i, Expr j) { return make::add({f(i, j), g(i, j)}); };
      }
      case 2: return product(square(depth - 1), square(depth - 1), n_);
      case 3: return product(plain(A_), transposed(plain(A_)), m_);
      case 4: {
        const Entry f = square(depth - 1);
        return [=, this](Expr i, Expr j) { return make::add({f(i, j), make::mul({p_, make::delta(i, j)})}); };
      }
      case 5: {
        const Entry f = square(depth - 1);
        return [=, this](Expr i, Expr j) { return make::add({f(i, j), make::mul({at(a_, {i}), at(w, {j})})}); };
      }
      default: {
        const Entry f = square(depth - 1);
        return [=](Expr i, Expr j) { return make::inverse(lambda(f), i, j); };
      }
    }
  };
  int normalised = 0;
  for (std::uint64_t round = 0; round < rounds_ / 3; ++round) {
    const Entry f = square(1 + static_cast<int>(pick(3))), g = square(static_cast<int>(pick(3)));
    Expr e = nullptr;
    switch (pick(4)) {
      case 0: e = product(f, g, n_)(ix(k_), ix(l_)); break;
      case 1: e = sum(n_, [&](Expr i) { return product(f, g, n_)(i, i); }); break;
      case 2: e = make::det(lambda(f)); break;
      default: e = sum(n_, [&](Expr j) { return make::mul({f(ix(k_), j), at(a_, {j})}); }); break;
    }
    try {
      NormalOptions options;
      options.seconds = 0.3;
      const Expr form = normalize(e, options).form;
      ++normalised;
      EXPECT_EQ(differ(e, form), "") << "GRADUS_SEED=" << seed_ << " round " << round << ": " << dump(e)
                                     << "\nnormal form " << dump(form);
      if (HasFailure()) break;
    } catch (const OverBudget&) {
    }
  }
  EXPECT_GT(normalised, 500);
  EXPECT_GT(compared_, 2000);
}

TEST_F(Random, WhatIsProvedIsEqual) {
  int proved = 0;
  for (std::uint64_t round = 0; round < rounds_; ++round) {
    scope_ = {k_, l_};
    const Expr e = expression(2 + static_cast<int>(pick(2)));
    scope_ = {k_, l_};
    // A near miss: one leaf replaced, or wholly another expression.
    std::vector<Expr> leaves;
    visit(e, [&](Expr node) {
      if (node->kind == Kind::ref || node->kind == Kind::func || node->kind == Kind::delta || node->kind == Kind::pow)
        leaves.push_back(node);
    });
    if (leaves.empty()) continue;
    const Expr target = leaves[pick(leaves.size())];
    const std::function<Expr(Expr)> mutate = [&](Expr node) { return node == target ? leaf() : rebuild(node, mutate); };
    const Expr other = mutate(e);
    if (e == other) continue;
    try {
      NormalOptions options;
      options.seconds = 0.3;
      if (!prove_equal(e, other, options).equal) continue;
      ++proved;
      EXPECT_EQ(differ(e, other), "") << "GRADUS_SEED=" << seed_ << " round " << round << ": " << dump(e) << "\nand "
                                      << dump(other);
      if (HasFailure()) break;
    } catch (const OverBudget&) {
    }
  }
  RecordProperty("proved", proved);
}

}  // namespace
}  // namespace gradus
