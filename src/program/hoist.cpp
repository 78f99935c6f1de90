// What does not change in some of a statement's loops is computed outside them: parts of the body, and factors over the
// same loops together.
#include <algorithm>

#include "program/passes.h"
#include "program/place.h"

namespace gradus {
namespace {

class Hoist : public Rewriter {
 private:
  void rewrite(Assignment s) override {
    const double whole = iterations(s.loops);
    s.body = inside(s.body, s.loops, whole, true);
    emit(std::move(s));
  }

  /// Whether e is computed much less often where its own variables run.
  static bool pays(const std::vector<Expr>& of, const IndexVars& loops, double whole) {
    double there = 1;  // over all values of its variables
    for (const IndexVar* loop : loops) {
      if (std::any_of(of.begin(), of.end(), [&](Expr e) { return mentions_itself(e, loop); }))
        there *= static_cast<double>(interval_of(loop)->extent());
    }
    return 2 * there <= whole;
  }

  static bool mentions_itself(Expr e, const IndexVar* var) {
    return std::find(e->free.begin(), e->free.end(), var) != e->free.end();
  }

  Expr inside(Expr e, const IndexVars& loops, double whole, bool top) {
    if (e->kids.empty() || e->kind == Kind::ref || e->kind == Kind::delta || e->kind == Kind::select) return e;
    if (!top && pays({e}, loops, whole) && is_work(e)) {
      if (const auto named = name(e, "v", true)) return *named;
    }
    Expr own = rebuild(e, [&](Expr kid) { return inside(kid, loops, whole, false); });
    if (own->kind != Kind::mul) return own;
    // Factors over the same loops, or fewer, are multiplied there.
    std::vector<Expr> factors = own->kids;
    for (bool again = true; again;) {
      again = false;
      for (std::size_t a = 0; a < factors.size() && !again; ++a) {
        for (std::size_t b = 0; b < factors.size() && !again; ++b) {
          if (a == b) continue;
          const bool fits = std::all_of(loops.begin(), loops.end(), [&](const IndexVar* loop) {
            return !mentions_itself(factors[a], loop) || mentions_itself(factors[b], loop);
          });
          if (!fits || !pays({factors[b]}, loops, whole) || factors[b]->is_number()) continue;
          if (factors.size() == 2 && factors[a]->is_number()) continue;
          const auto named = name(make::mul({factors[a], factors[b]}), "v", true);
          if (!named) continue;
          factors[a] = *named;
          factors.erase(factors.begin() + static_cast<long>(b));
          again = true;
        }
      }
    }
    return make::mul(factors);
  }

  static bool is_work(Expr e) {
    return e->kind == Kind::add || e->kind == Kind::mul || e->kind == Kind::pow || e->kind == Kind::func;
  }
};

}  // namespace

void hoist_invariants(Program& program) { program.items = Hoist().run(program.items); }

}  // namespace gradus
