#include "check/slips.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "check/problem.h"
#include "notation/write.h"

namespace gradus {

namespace {

using namespace make;

constexpr std::size_t max_variants = 800;

/// The node with one operand replaced.
Expr with_kid(Expr e, std::size_t k, Expr by) {
  std::size_t at = 0;
  return rebuild(e, [&](Expr kid) { return at++ == k ? by : kid; });
}

class Variants {
 public:
  explicit Variants(const Case& side) : problem_(side, empty_, nullptr) {
    for (const Symbol* size : problem_.sizes)
      if (sizes_.size() < 4) sizes_.push_back(size);
    collect_factors(side.lhs);
    if (side.start && side.start != side.lhs) collect_factors(side.start);
    whole(side.rhs);
    IndexVars scope = problem_.free;
    below(side.rhs, scope,
          [&](int rank, Slip slip, Expr e, const std::string& diagnosis) { add(rank, slip, e, diagnosis); });
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  std::vector<std::pair<int, Mended>> found_;

 private:
  using Emit = std::function<void(int, Slip, Expr, const std::string&)>;

  void add(int rank, Slip slip, Expr e, const std::string& diagnosis) {
    if (found_.size() < max_variants && seen_.insert(e).second) found_.emplace_back(rank, Mended{slip, e, diagnosis});
  }

  void whole(Expr e) {
    add(0, Slip::sign, neg(e), "the sign is wrong");
    add(1, Slip::factor, mul({number(2), e}), "a factor 2 is missing");
    add(1, Slip::factor, mul({number(Rational(1, 2)), e}), "a factor 2 too many");
    add(6, Slip::factor, mul({number(-2), e}), "a factor −2 is missing");
    for (const Symbol* size : sizes_) {
      add(3, Slip::factor, mul({inv(ref(size)), e}), "the factor 1/" + size->name + " is missing");
      add(3, Slip::factor, mul({ref(size), e}),
          "a factor " + size->name + " is missing, or one of 1/" + size->name + " too much");
    }
    add(2, Slip::zero, number(0), "everything cancels");
  }

  /// Factors of the left side that may have been lost, with the variables of its sums.
  void collect_factors(Expr e) {
    const auto take = [&](Expr f) {
      if (f->is_number() || f->kind == Kind::deriv || f->kind == Kind::index || f->kind == Kind::reduce ||
          factors_.size() >= 16)
        return;
      if (std::find(factors_.begin(), factors_.end(), f) == factors_.end()) factors_.push_back(f);
    };
    visit(e, [&](Expr node) {
      if (node->kind == Kind::mul)
        for (Expr kid : node->kids) take(kid->kind == Kind::pow && kid->kids[1]->is_number() ? kid->kids[0] : kid);
      if (node->kind == Kind::pow) take(node->kids[0]);
      if (node->kind == Kind::ref && !node->args.empty()) take(node);
    });
  }

  /// The factor with the variables that are in scope here, matched by name and range; null if one is not.
  static Expr in_scope(Expr factor, const IndexVars& scope) {
    IndexMap map;
    for (const IndexVar* var : factor->free) {
      const IndexVar* match = nullptr;
      for (const IndexVar* here : scope)
        if (here == var || (here->name == var->name && here->lo == var->lo && here->hi == var->hi)) match = here;
      if (!match) return nullptr;
      if (match != var) map[var] = index(match);
    }
    return map.empty() ? factor : substitute(factor, map);
  }

  void lost(Expr term, const IndexVars& scope, const Emit& emit) {
    for (Expr factor : factors_)
      if (Expr here = in_scope(factor, scope))
        emit(10, Slip::lost_factor, mul({here, term}), "the factor " + write_text(here) + " is lost");
  }

  void below(Expr e, IndexVars& scope, const Emit& emit) {
    if (found_.size() >= max_variants) return;
    if (e->kind != Kind::add) lost(e, scope, emit);
    switch (e->kind) {
      case Kind::add: terms(e, scope, emit); break;
      case Kind::mul:
        for (std::size_t k = 0; k < e->kids.size(); ++k) {
          std::vector<Expr> fewer = e->kids;
          fewer.erase(fewer.begin() + static_cast<long>(k));
          emit(12, Slip::extra_factor, mul(fewer), "the factor " + write_text(e->kids[k]) + " is too much");
        }
        break;
      case Kind::pow:
        if (e->kids[1]->is_number())
          for (const Rational& power : {Rational(e->kids[1]->number + 1), Rational(e->kids[1]->number - 1), Rational(2),
                                        Rational(-e->kids[1]->number)})
            emit(12, Slip::power, pow(e->kids[0], number(power)), "a power is wrong");
        break;
      case Kind::func:
        if (const auto& row = row_of(static_cast<Elementary>(e->op)); row.derivative)
          emit(11, Slip::prime, row.derivative(e->kids[0]), "a derivative is missing");
        break;
      case Kind::ref: reference(e, scope, emit); break;
      case Kind::reduce: reduction(e, emit); break;
      default: break;
    }
    if (e->kind == Kind::ref || e->kind == Kind::index || e->kind == Kind::delta || e->kind == Kind::at ||
        e->kind == Kind::deriv)
      return;
    if (e->kind == Kind::reduce) scope.push_back(e->var);
    for (std::size_t k = 0; k < e->kids.size(); ++k)
      below(e->kids[k], scope, [&](int rank, Slip slip, Expr kid, const std::string& diagnosis) {
        if (found_.size() < max_variants) emit(rank, slip, with_kid(e, k, kid), diagnosis);
      });
    if (e->kind == Kind::reduce) scope.pop_back();
  }

  void terms(Expr e, const IndexVars& scope, const Emit& emit) {
    for (std::size_t k = 0; k < e->kids.size(); ++k) {
      Expr term = e->kids[k];
      std::vector<Expr> others = e->kids;
      others.erase(others.begin() + static_cast<long>(k));
      const auto with = [&](Expr changed) {
        std::vector<Expr> all = others;
        all.push_back(changed);
        return make::add(all);
      };
      emit(2, Slip::sign, with(neg(term)), "the sign of a term is wrong");
      emit(4, Slip::factor, with(mul({number(2), term})), "a factor 2 is missing in a term");
      emit(4, Slip::factor, with(mul({number(Rational(1, 2)), term})), "a factor 2 too many in a term");
      emit(8, Slip::term, make::add(others), "the term " + write_text(term) + " is too much");
      for (const Symbol* size : sizes_) {
        emit(9, Slip::factor, with(mul({inv(ref(size)), term})),
             "the factor 1/" + size->name + " is missing in a term");
        emit(9, Slip::factor, with(mul({ref(size), term})), "a factor " + size->name + " is missing in a term");
      }
      lost(term, scope, [&](int rank, Slip slip, Expr changed, const std::string& diagnosis) {
        emit(rank, slip, with(changed), diagnosis);
      });
    }
  }

  void reference(Expr e, const IndexVars& scope, const Emit& emit) {
    const auto with = [&](std::vector<Expr> indices) {
      return apply(e->symbol, std::move(indices), e->args, e->slots);
    };
    for (std::size_t i = 0; i < e->kids.size(); ++i) {
      for (std::size_t j = i + 1; j < e->kids.size(); ++j) {
        std::vector<Expr> swapped = e->kids;
        std::swap(swapped[i], swapped[j]);
        emit(5, Slip::indices, with(swapped), "two indices are exchanged, or a transposition is missing");
      }
      for (const IndexVar* var : scope) {
        if (e->kids[i] == index(var)) continue;
        std::vector<Expr> other = e->kids;
        other[i] = index(var);
        emit(15, Slip::indices, with(other), "an index is wrong: " + var->name + " belongs there");
      }
    }
    const bool univariate = e->args.size() == 1 && e->args[0].params.empty();
    if (univariate) {
      std::vector<Slot> more = e->slots;
      more.push_back({0, {}});
      emit(11, Slip::prime, apply(e->symbol, e->kids, e->args, more),
           "a derivative of " + e->symbol->name + " is missing");
      if (!e->slots.empty())
        emit(12, Slip::prime, apply(e->symbol, e->kids, e->args, {}),
             "a derivative of " + e->symbol->name + " is too much");
    }
    if (!e->args.empty()) return;
    for (const Symbol* other : problem_.symbols) {
      const bool fits =
          other != e->symbol && other->role == e->symbol->role && other->role == Role::variable &&
          other->formals.empty() &&
          std::equal(other->indices.begin(), other->indices.end(), e->symbol->indices.begin(), e->symbol->indices.end(),
                     [](const Range& a, const Range& b) { return a.lo == b.lo && a.hi == b.hi; });
      if (fits) emit(18, Slip::name, ref(other, e->kids), e->symbol->name + " should be " + other->name);
    }
  }

  void reduction(Expr e, const Emit& emit) {
    const ReduceOp op = e->reduce_op();
    if (op == ReduceOp::sum)
      emit(11, Slip::reduction, reduce(ReduceOp::product, e->var, e->kids[0]), "a sum stands for a product");
    if (op == ReduceOp::product)
      emit(11, Slip::reduction, reduce(ReduceOp::sum, e->var, e->kids[0]), "a product stands for a sum");
    if (!e->var->lo || !e->var->hi) return;
    for (const long shift : {1L, -1L})
      for (const bool low : {true, false}) {
        const IndexVar* var = fresh(e->var->name, low ? make::add({e->var->lo, number(shift)}) : e->var->lo,
                                    low ? e->var->hi : make::add({e->var->hi, number(shift)}));
        emit(11, Slip::limits, reduce(op, var, substitute(e->kids[0], {{e->var, index(var)}})),
             "a limit is off by one");
      }
  }

  const Claim empty_;
  const Problem problem_;
  std::vector<const Symbol*> sizes_;
  std::vector<Expr> factors_;
  std::set<Expr> seen_;
};

}  // namespace

std::vector<Mended> mend(const Case& side, const Claim& claim, double seconds, std::size_t most) {
  const auto begin = std::chrono::steady_clock::now();
  const auto left = [&] {
    return seconds - std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  std::vector<Mended> mended;
  Variants variants(side);
  for (auto& [rank, variant] : variants.found_) {
    if (left() <= 0 || mended.size() >= most) break;
    Case candidate = side;
    candidate.rhs = variant.right;
    NumericOptions options;
    options.points = options.size_choices = 1;
    options.seconds = 0.1;
    if (compare_numerically(candidate, claim, options).kind != NumericOutcome::Kind::agree) continue;
    options.points = options.size_choices = 2;
    options.seed = 5;
    if (compare_numerically(candidate, claim, options).kind == NumericOutcome::Kind::agree)
      mended.push_back(std::move(variant));
  }
  return mended;
}

}  // namespace gradus
