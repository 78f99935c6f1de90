// Random typed expressions: the derivative against central differences at several sizes.
#include <random>

#include "../expr/fixture.h"
#include "calculus/differentiate.h"
#include "evaluate.h"

namespace gradus {
namespace {

using namespace make;

class Generator {
 public:
  Generator(std::uint64_t seed, Expr n) : random_(seed), n_(n) {
    const auto add_symbol = [&](const std::string& name, std::size_t axes) {
      Symbol* s = Pool::current().new_symbol(name);
      for (std::size_t k = 0; k < axes; ++k) s->indices.push_back({number(1), n_});
      s->places.assign(axes, Place::sub);
      return s;
    };
    scalar = add_symbol("x", 0);
    vector = add_symbol("v", 1);
    matrix = add_symbol("A", 2);
    function_ = add_symbol("f", 0);
    function_->role = Role::function;
    defined_ = add_symbol("y", 1);
    const IndexVar* i = make::fresh("i", number(1), n_);
    scope_ = {i};
    defined_->clauses.push_back({{i}, {index(i)}, {}, expression(2)});
    scope_.clear();
  }

  Symbol* scalar;
  Symbol* vector;
  Symbol* matrix;

  Expr expression(int depth) {
    if (depth == 0) return leaf();
    switch (pick(11)) {
      case 0:
      case 1: return add({expression(depth - 1), expression(depth - 1)});
      case 2: return mul({expression(depth - 1), expression(depth - 1)});
      case 3:
        return gradus::make::pow(add({sq(expression(depth - 1)), number(1)}),
                                 number(Rational(pick(5) - 2, pick(2) + 1)));
      case 4: {
        const Elementary functions[] = {Elementary::sin, Elementary::tanh, Elementary::sigmoid, Elementary::atan,
                                        Elementary::softplus};
        return func(functions[pick(5)], expression(depth - 1));
      }
      case 5: return reduced(ReduceOp::sum, depth);
      case 6: return reduced(ReduceOp::sum, depth);
      case 7: return pick(2) ? reduced(ReduceOp::product, depth) : reduced(ReduceOp::sum, depth);
      case 8:
        return select(pick(2) ? Relation::ne : Relation::le, term(), term(), expression(depth - 1),
                      expression(depth - 1));
      case 9: {
        const IndexVar* p = make::fresh("p", number(1), n_);
        scope_.push_back(p);
        const Lambda whole{{p}, expression(depth - 1)};
        scope_.pop_back();
        return func(Elementary::tanh,
                    mul({number(Rational(1, 9)), apply(function_, {}, {whole, {{}, expression(depth - 1)}})}));
      }
      default: {
        const IndexVar* p = make::fresh("p", number(1), n_);
        const IndexVar* q = make::fresh("q", number(1), n_);
        scope_.push_back(p), scope_.push_back(q);
        const Expr entry = func(Elementary::sin, expression(depth - 1));
        scope_.pop_back(), scope_.pop_back();
        const Lambda m{{p, q}, add({mul({number(5), delta(index(p), index(q))}), entry})};
        return pick(2) ? inverse(m, term(), term()) : mul({number(Rational(1, 50)), det(m)});
      }
    }
  }

 private:
  long pick(long below) { return static_cast<long>(random_() % static_cast<std::uint64_t>(below)); }
  Expr term() {
    return scope_.empty() ? number(1 + pick(2))
                          : index(scope_[static_cast<std::size_t>(pick(static_cast<long>(scope_.size())))]);
  }
  Expr leaf() {
    switch (pick(7)) {
      case 0: return ref(scalar);
      case 1:
      case 2: return ref(vector, {term()});
      case 3: return ref(matrix, {term(), term()});
      case 4: return defined_->defined() ? ref(defined_, {term()}) : ref(scalar);
      case 5: return delta(term(), term());
      default: return number(Rational(pick(5) - 2, 1 + pick(3)));
    }
  }
  Expr reduced(ReduceOp op, int depth) {
    // The same variable is sometimes bound twice on a path.
    const bool again = !scope_.empty() && pick(4) == 0;
    const bool tail = !again && !scope_.empty() && pick(3) == 0;
    const IndexVar* var = again ? scope_.back() : make::fresh("j", tail ? term() : number(1), n_);
    scope_.push_back(var);
    Expr body = expression(depth - 1);
    scope_.pop_back();
    return reduce(op, var, op == ReduceOp::product ? func(Elementary::sigmoid, body) : body);
  }

  std::mt19937_64 random_;
  Expr n_;
  Symbol* function_;
  Symbol* defined_;
  IndexVars scope_;
};

TEST(RandomExpressions, DeriveRight) {
  const std::uint64_t first = 20240;
  RecordProperty("seed", static_cast<int>(first));
  int compared = 0;
  for (std::uint64_t seed = first; seed < first + 1500; ++seed) {
    Pool pool;
    Pool::Scope scope(pool);
    Symbol* n = pool.new_symbol("n");
    n->role = Role::size;
    Generator generator(seed, ref(n));
    const Expr e = generator.expression(4);
    const IndexVar* k = make::fresh("k", number(1), ref(n));
    const IndexVar* l = make::fresh("l", number(1), ref(n));
    for (const Expr wrt :
         {ref(generator.scalar), ref(generator.vector, {index(k)}), ref(generator.matrix, {index(k), index(l)})}) {
      const Expr derivative = differentiate(e, wrt);
      bool pending = false;
      visit(derivative, [&](Expr node) { pending = pending || node->kind == Kind::deriv; });
      EXPECT_FALSE(pending) << "seed " << seed << " " << dump(e);
      Evaluator evaluate;
      evaluate.sizes = {{n, 2}};
      for (const long row : {1, 2}) {
        evaluate.indices = {{k, row}, {l, 2}};
        const double expected = evaluate.slope(e, wrt), found = evaluate(derivative);
        if (!std::isfinite(expected) || std::abs(expected) > 1e4) continue;
        ASSERT_NEAR(found, expected, 1e-4 * (1 + std::abs(expected))) << "seed " << seed << "\n"
                                                                      << dump(e) << "\n by " << dump(wrt) << "\n"
                                                                      << dump(derivative);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 4000);
}

}  // namespace
}  // namespace gradus
