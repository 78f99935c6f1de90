// Works through a graph with a stack of its own: a node waits on it until the derivatives it needs are there.
#include "calculus/engine.h"

#include <algorithm>

#include "expr/dependence.h"

namespace gradus {
namespace {

constexpr std::size_t kMaxSteps = 400;
constexpr int kMaxNesting = 100;    // definitions by derivatives of definitions by derivatives …
constexpr int kMaxOpened = 20'000;  // definitions opened for one derivative that was asked for from outside

/// Limits over all the engines that one derivative sets to work, so that every input ends.
struct Session {
  int nesting = 0;
  int opened = 0;
};
thread_local Session session;

class Nested {
 public:
  Nested() {
    if (session.nesting++ == 0) session.opened = 0;
  }
  ~Nested() { --session.nesting; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;
};

bool same_lambda(const Lambda& a, const Lambda& b) {
  if (a == b) return true;
  if (a.params.size() != b.params.size()) return false;
  std::vector<Expr> terms;
  for (const IndexVar* param : a.params) terms.push_back(make::index(make::fresh(param)));
  return apply_lambda(a, terms) == apply_lambda(b, terms);
}

std::size_t count_sums(Expr e) {
  std::size_t count = 0;
  visit(e, [&](Expr node) { count += node->kind == Kind::reduce && node->reduce_op() == ReduceOp::sum; });
  return count;
}

}  // namespace

/// Whether the node is a component of the very quantity that wrt is a component of.
bool Engine::is_own(Expr node) const {
  return node->kind == Kind::ref && node->symbol == wrt_->symbol && node->slots.empty() && wrt_->slots.empty() &&
         std::equal(node->args.begin(), node->args.end(), wrt_->args.begin(), wrt_->args.end(), same_lambda);
}

bool Engine::binds_own_index(Expr node) const {
  const auto own = [&](const IndexVar* var) {
    return std::find(wrt_->free.begin(), wrt_->free.end(), var) != wrt_->free.end();
  };
  if (node->kind == Kind::reduce && own(node->var)) return true;
  return std::any_of(node->args.begin(), node->args.end(), [&](const Lambda& lambda) {
    return std::any_of(lambda.params.begin(), lambda.params.end(), own);
  });
}

bool Engine::independent(Expr node) {
  const auto [place, fresh] = independent_.try_emplace(node, false);
  if (fresh) place->second = !depends_on(node, wrt_->symbol);
  return place->second;
}

Expr Engine::known(Expr node) {
  const auto found = derivatives_.find(node);
  if (found != derivatives_.end()) return found->second;
  return independent(node) ? make::number(0) : nullptr;
}

Expr Engine::settle(Expr node, Reason::Kind kind, Expr value) {
  reasons_[node] = {kind, nullptr};
  return value;
}

Expr Engine::keep(Expr node) { return settle(node, Reason::Kind::kept, make::deriv(node, wrt_, mode_)); }

Expr Engine::instead(Expr node, Reason::Kind kind, Expr other) {
  reasons_[node] = {kind, other};
  if (const Expr value = known(other)) return value;
  stack_.push_back(other);
  return nullptr;
}

/// The derivative of the definition that stands behind a reference; kept where it cannot be opened.
Expr Engine::open(Expr node) {
  const auto before = reasons_.find(node);
  if (before != reasons_.end() && before->second.kind == Reason::Kind::opened) {
    return instead(node, Reason::Kind::opened, before->second.instead);
  }
  if (session.opened++ > kMaxOpened) return keep(node);
  const auto body = unfold(node);
  if (body) return instead(node, Reason::Kind::opened, carry_out(*body));
  if (surely_free(node) && node->args.empty()) return settle(node, Reason::Kind::constant, make::number(0));
  return keep(node);
}

/// Another member of the family that wrt belongs to may depend on it through a recurrence; the same one is independent.
Expr Engine::attempt_own_symbol(Expr node) {
  const bool fixed = mode_ == DerivMode::local && node != body_;
  if (fixed || !is_recursive(node->symbol)) return settle(node, Reason::Kind::component, same_component(node, wrt_));
  const auto together = timelines_.same_time(node);
  if (!together) return node == wrt_ ? make::number(1) : keep(node);
  if (*together) return settle(node, Reason::Kind::component, same_component(node, wrt_));
  if (timelines_.surely_before(node)) return settle(node, Reason::Kind::constant, make::number(0));
  return timelines_.opening_ends(node) || mode_ == DerivMode::local ? open(node) : keep(node);
}

Expr Engine::attempt_reference(Expr node) {
  if (is_own(node)) return attempt_own_symbol(node);
  if (!node->symbol->defined()) {
    if (node->args.empty()) return settle(node, Reason::Kind::constant, make::number(0));
    return nullptr;
  }
  if (mode_ == DerivMode::local && node->args.empty()) {
    return node == body_ ? open(node) : settle(node, Reason::Kind::constant, make::number(0));
  }
  if (timelines_.surely_before(node)) return settle(node, Reason::Kind::constant, make::number(0));
  return timelines_.opening_ends(node) ? open(node) : keep(node);
}

/// b at x = a, where b could not be opened: the partial derivatives at the point, times those of the values.
Expr Engine::attempt_at(Expr node) {
  const Expr body = node->kids[0];
  const bool own_is_bound = std::find(node->bound.begin(), node->bound.end(), wrt_->symbol) != node->bound.end();
  const bool rest = !own_is_bound && depends_on(body, wrt_->symbol);
  // A definition of a bound symbol would open a path that the point cuts.
  const bool any_defined =
      std::any_of(node->bound.begin(), node->bound.end(), [](const Symbol* s) { return s->defined(); });
  if (any_defined || session.nesting > kMaxNesting) return keep(node);
  std::vector<Expr> inner;
  for (const Lambda& value : node->args) {
    inner.push_back(known(value.body));
    if (!inner.back()) stack_.push_back(value.body);
  }
  if (std::count(inner.begin(), inner.end(), nullptr)) return nullptr;
  std::vector<Expr> terms;
  if (rest) terms.push_back(carry_out(make::at(make::deriv(body, wrt_, mode_), node->bound, node->args)));
  for (std::size_t i = 0; i < node->args.size(); ++i) {
    if (inner[i]->is_zero()) continue;
    std::vector<Expr> components;
    IndexMap renamed;
    IndexVars fresh;
    for (const IndexVar* param : node->args[i].params) {
      fresh.push_back(make::fresh(param));
      components.push_back(make::index(fresh.back()));
      renamed[param] = components.back();
    }
    const Expr partial =
        carry_out(make::at(make::deriv(body, make::ref(node->bound[i], components)), node->bound, node->args));
    Expr term = make::mul({partial, substitute(inner[i], renamed)});
    for (auto var = fresh.rbegin(); var != fresh.rend(); ++var) term = make::sum(*var, term);
    terms.push_back(term);
  }
  return settle(node, Reason::Kind::kept, make::add(std::move(terms)));
}

/// The derivative, or null with what is missing on the stack.
Expr Engine::attempt(Expr node) {
  if (binds_own_index(node)) {
    const auto before = reasons_.find(node);
    return instead(node, Reason::Kind::renamed, before != reasons_.end() ? before->second.instead : refresh(node));
  }
  if (node->kind == Kind::deriv) return keep(node);
  if (node->kind == Kind::at) return attempt_at(node);
  if (node->kind == Kind::ref) {
    const std::size_t height = stack_.size();
    if (const Expr value = attempt_reference(node)) return value;
    if (stack_.size() > height) return nullptr;
  }
  const Derived derived = apply_rule(node, [&](Expr child) {
    const Expr value = known(child);
    if (!value) stack_.push_back(child);
    return value;
  });
  if (derived.value) return settle(node, Reason::Kind::rule, derived.value);
  return derived.rule.empty() ? keep(node) : nullptr;
}

Expr Engine::derivative(Expr body) {
  const Nested nested;
  body_ = body;
  if (session.nesting > kMaxNesting) return make::deriv(body, wrt_, mode_);
  stack_.push_back(body);
  while (!stack_.empty()) {
    const Expr node = stack_.back();
    if (known(node)) {
      stack_.pop_back();
      continue;
    }
    const std::size_t height = stack_.size();
    if (const Expr value = attempt(node)) {
      derivatives_[node] = value;
      stack_.resize(height - 1);
    }
  }
  return known(body);
}

/// How a child's derivative stands in a step: pending, unless it is plain.
Expr Engine::pending(Expr child) {
  if (independent(child)) return make::number(0);
  const Expr value = known(child);
  if (value && value->is_number()) return value;
  return make::deriv(child, wrt_, mode_);
}

void Engine::write_steps(Expr body, std::vector<Step>& steps) {
  struct Frame {
    Expr node;
    bool after;  ///< its parts are told; what contracts comes now
  };
  std::vector<Frame> stack{{body, false}};
  std::unordered_map<Expr, bool> told;
  while (!stack.empty() && steps.size() < kMaxSteps) {
    const Frame frame = stack.back();
    stack.pop_back();
    const Expr node = frame.node;
    const Expr value = known(node);
    if (!value) continue;
    if (frame.after) {
      const Derived real = apply_rule(node, [&](Expr child) { return known(child); });
      if (real.value && real.uncontracted && real.value != real.uncontracted) {
        const bool fewer = count_sums(real.value) < count_sums(real.uncontracted);
        steps.push_back({fewer ? "δ eliminates Σ" : "δ taken out of Σ", real.uncontracted, real.value});
      }
      continue;
    }
    if (!told.emplace(node, true).second) continue;
    const Expr before = make::deriv(node, wrt_, mode_);
    const auto reason = reasons_.find(node);
    if (reason == reasons_.end()) {
      if (independent(node) && node == body) steps.push_back({"constant", before, value});
      continue;
    }
    switch (reason->second.kind) {
      case Reason::Kind::constant: steps.push_back({"constant", before, value}); break;
      case Reason::Kind::component:
        if (!value->is_number() || node == body) steps.push_back({"∂x_i/∂x_j = δ_ij", before, value});
        break;
      case Reason::Kind::kept: break;
      case Reason::Kind::renamed: stack.push_back({reason->second.instead, false}); break;
      case Reason::Kind::opened:
        steps.push_back(
            {"definition of " + node->symbol->name, before, make::deriv(reason->second.instead, wrt_, mode_)});
        stack.push_back({reason->second.instead, false});
        break;
      case Reason::Kind::rule: {
        std::vector<Expr> parts;
        const Derived step = apply_rule(node, [&](Expr child) {
          const Expr shown = pending(child);
          if (!shown->is_number()) parts.push_back(child);
          return shown;
        });
        if (!step.value) break;
        steps.push_back({std::string(step.rule), before, step.value});
        stack.push_back({node, true});
        for (std::size_t i = parts.size(); i-- > 0;) stack.push_back({parts[i], false});
        break;
      }
    }
  }
}

}  // namespace gradus
