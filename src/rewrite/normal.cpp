// The public face: normal forms, and proofs that try the least opening of definitions first.
#include "rewrite/normal.h"

#include <algorithm>
#include <chrono>

#include "calculus/differentiate.h"
#include "rewrite/prove.h"

namespace gradus {
namespace {

constexpr std::uint64_t kMaxSteps = 4'000'000;
constexpr int kMaxLayers = 80;

std::vector<std::string> told(const std::unordered_set<Expr>& positive, const NormalOptions& options) {
  std::vector<std::string> result;
  for (Expr e : positive) {
    if (!options.traits_of(e->symbol).positive) result.push_back(e->symbol->name + " > 0");
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// One attempt: both sides normal under the same settings.
struct Attempt {
  bool equal = false;
  Expr residual = nullptr, left = nullptr, right = nullptr;
  std::vector<Step> steps;
};

Attempt attempt(Expr a, Expr b, Settings settings, double seconds) {
  Budget budget("steps of the normal form", kMaxSteps, seconds);
  Normalizer normalizer(std::move(settings), budget);
  Attempt result;
  const Poly left = normalizer.normal(normalizer.imposed(a)), right = normalizer.normal(normalizer.imposed(b));
  const Poly difference = left - right;
  result.left = normalizer.to_expr(left);
  result.right = normalizer.to_expr(right);
  result.residual = normalizer.to_expr(difference);
  try {
    result.equal = vanishes(normalizer, difference) || vanishes_times_matrix(normalizer, difference);
  } catch (const OverBudget&) {
    // the difference stands, only the cleared one is too long
  }
  result.steps = normalizer.steps();
  return result;
}

bool has_numeric_range(Expr e) {
  bool found = false;
  visit(e, [&](Expr node) {
    if (node->kind != Kind::reduce || !node->var->lo || !node->var->hi) return;
    found = found || (node->var->lo->is_number() && node->var->hi->is_number());
  });
  return found;
}

bool has_log(Expr e) {
  bool found = false;
  visit(e, [&](Expr node) {
    found = found || (node->kind == Kind::func && static_cast<Elementary>(node->op) == Elementary::log);
  });
  return found;
}

/// Whether a derivative of something defined is left that its definition would open.
bool has_open_derivative(Expr e) {
  bool found = false;
  visit(e, [&](Expr node) {
    found = found || (node->kind == Kind::deriv && node->kids[0]->kind == Kind::ref &&
                      node->kids[0]->symbol != node->kids[1]->symbol && unfold(node->kids[0]));
  });
  return found;
}

/// Symbols to open next: defined ones in the residual, outermost first (nothing else there is defined through them).
std::set<const Symbol*> next_layer(Expr residual, const std::set<const Symbol*>& open) {
  std::vector<const Symbol*> here;
  visit(residual, [&](Expr node) {
    if (node->kind != Kind::ref || !node->symbol->defined() || open.count(node->symbol)) return;
    if (std::find(here.begin(), here.end(), node->symbol) == here.end() && unfold(node)) here.push_back(node->symbol);
  });
  std::set<const Symbol*> layer;
  for (const Symbol* symbol : here) {
    const bool below = std::any_of(here.begin(), here.end(), [&](const Symbol* other) {
      return other != symbol && std::any_of(other->clauses.begin(), other->clauses.end(), [&](const Clause& clause) {
               return clause.body && depends_on(clause.body, symbol);
             });
    });
    if (!below) layer.insert(symbol);
  }
  if (layer.empty()) layer.insert(here.begin(), here.end());
  return layer;
}

class Prover {
 public:
  Prover(Expr a, Expr b, const NormalOptions& options)
      : options_(options),
        deadline_(std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                         std::chrono::duration<double>(options.seconds))) {
    proof_.derivation.start = a;
    Derivation left, right;
    a_ = carry_out(a, &left);
    b_ = carry_out(b, &right);
    for (auto* trace : {&left, &right}) {
      proof_.derivation.steps.insert(proof_.derivation.steps.end(), trace->steps.begin(), trace->steps.end());
    }
  }

  /// The proof, by induction where nothing else helps.
  Proof run() {
    const Proof direct = run_directly();
    if (direct.equal || settings_.peel) return direct;
    const auto induction = induction_for(a_, b_);
    if (!induction || left() <= 0) return direct;
    // A claim about some t only says nothing about t − 1.
    for (const Condition& condition : options_.conditions) {
      if (has_variable(condition.a, induction->index) || has_variable(condition.b, induction->index)) return direct;
    }
    NormalOptions options = options_;
    options.seconds = left();
    Prover base(induction->base_left, induction->base_right, options);
    if (!base.run_directly().equal) return direct;
    options.seconds = left();
    Prover step(induction->step_left, induction->step_right, options);
    step.settings_.peel = induction->index;
    const Proof proved = step.run_directly();
    if (!proved.equal) return direct;
    Proof result = direct;
    result.equal = true;
    result.residual = make::number(0);
    Derivation& derivation = result.derivation;
    derivation.steps.push_back(
        {"induction over " + induction->index->name + ": start", induction->base_left, induction->base_right});
    derivation.steps.push_back(
        {"induction over " + induction->index->name + ": step", induction->step_left, induction->step_right});
    derivation.steps.insert(derivation.steps.end(), proved.derivation.steps.begin(), proved.derivation.steps.end());
    derivation.result = induction->step_right;
    return result;
  }

 private:
  Proof run_directly() {
    settings_.options = options_;
    collect_positive(a_, settings_.positive);
    collect_positive(b_, settings_.positive);
    for (const Condition& condition : options_.conditions) {
      const bool less = condition.relation == Relation::lt;
      if (!less && condition.relation != Relation::gt) continue;
      const Expr big = less ? condition.b : condition.a, small = less ? condition.a : condition.b;
      if (big->kind == Kind::ref && small->is_number() && small->number >= 0) settings_.positive.insert(big);
    }
    if (a_ == b_) {
      proof_.equal = true;
      proof_.residual = make::number(0);
      finish(a_, b_);
      return proof_;
    }
    if (options_.open_definitions) {
      settings_.open = defined_symbols(make::add({a_, b_}));
      try_settings();
      return conclude();
    }
    for (int layer = 0; layer < kMaxLayers; ++layer) {
      if (try_settings()) return proof_;
      if (!last_) break;
      if (!settings_.open_derivatives && has_open_derivative(last_)) {
        settings_.open_derivatives = true;
        continue;
      }
      const auto next = next_layer(last_, settings_.open);
      if (next.empty()) break;
      settings_.open.insert(next.begin(), next.end());
    }
    return conclude();
  }

  double left() const { return std::chrono::duration<double>(deadline_ - std::chrono::steady_clock::now()).count(); }

  bool try_one(const Settings& settings) {
    if (left() <= 0) {
      over_ = OverBudget{"seconds for the normal form"};
      last_ = nullptr;
      return false;
    }
    try {
      Attempt result = attempt(a_, b_, settings, left());
      last_ = result.residual;
      if (!proof_.residual) proof_.residual = result.residual;
      if (!result.equal) return false;
      proof_.equal = true;
      proof_.residual = make::number(0);
      proof_.assumptions = told(settings.positive, settings.options);
      proof_.derivation.steps.insert(proof_.derivation.steps.end(), result.steps.begin(), result.steps.end());
      finish(result.left, result.right);
      return true;
    } catch (const OverBudget& over) {
      over_ = over;
    } catch (const Undefined&) {
      over_ = OverBudget{"a division by zero"};
    }
    last_ = nullptr;
    return false;
  }

  /// The settings as they are; then with more means, where they can make a difference.
  bool try_settings() {
    if (try_one(settings_)) return true;
    const Expr residual = last_;
    if (residual) {
      Settings more = settings_;
      more.wide_logs = has_log(residual);
      more.expand_ranges = has_numeric_range(residual);
      if ((more.wide_logs || more.expand_ranges) && try_one(more)) return true;
    } else {
      Settings less = settings_;
      less.expand_products = false;
      if (try_one(less)) return true;
    }
    if (residual) last_ = residual;
    return false;
  }

  void finish(Expr left, Expr right) {
    Derivation& derivation = proof_.derivation;
    if (left != a_) derivation.steps.push_back({"normal form of the left side", a_, left});
    if (right != b_) derivation.steps.push_back({"normal form of the right side", b_, right});
    derivation.result = right;
  }

  Proof conclude() {
    if (!proof_.equal && !proof_.residual) throw over_.value_or(OverBudget{"normal form"});
    return proof_;
  }

  NormalOptions options_;
  std::chrono::steady_clock::time_point deadline_;
  Settings settings_;
  Expr a_ = nullptr, b_ = nullptr, last_ = nullptr;
  Proof proof_;
  std::optional<OverBudget> over_;
};

}  // namespace

Normal normalize(Expr e, const NormalOptions& options) {
  Settings settings;
  settings.options = options;
  const Expr carried = carry_out(e);
  if (options.open_definitions) settings.open = defined_symbols(carried);
  Budget budget("steps of the normal form", kMaxSteps, options.seconds);
  Normalizer normalizer(std::move(settings), budget);
  try {
    return {normalizer.to_expr(normalizer.normal(normalizer.imposed(carried))), {}};
  } catch (const Undefined&) {
    throw OverBudget{"a division by zero"};
  }
}

Proof prove_equal(Expr a, Expr b, const NormalOptions& options) { return Prover(a, b, options).run(); }

}  // namespace gradus
