// Capture-free substitution of index variables and of symbols.
//
// One engine walks the graph with an environment: what the index variables that are bound on the way stand for. A
// node's image depends only on the environment of its own free variables, so images are remembered for the shortest
// environment that says all about them, and shared parts stay shared. The stack is explicit.
#include <algorithm>
#include <deque>

#include "expr/dependence.h"
#include "expr/walk.h"

namespace gradus {
namespace {

using SymbolMap = std::unordered_map<const Symbol*, Lambda>;

/// The innermost entry of a chain: `var` stands for `value` below its binder. An entry without a variable is a barrier:
/// below it only index variables are replaced.
struct Env {
  const IndexVar* var = nullptr;
  Expr value = nullptr;
  const Env* parent = nullptr;
  bool symbols = true;
};

struct Key {
  Expr node;
  const Env* env;
  std::uint32_t place = 0;  ///< which binder of the node
  friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    return key.node->hash ^ (reinterpret_cast<std::size_t>(key.env) * 0x9e3779b97f4a7c15ull) ^ key.place;
  }
};

bool occurs(const IndexVars& free, const IndexVar* var) {
  return std::binary_search(free.begin(), free.end(), var,
                            [](const IndexVar* a, const IndexVar* b) { return a->id < b->id; });
}

class Substitution {
 public:
  Substitution(const IndexMap& indices, const SymbolMap& symbols, bool refresh)
      : indices_(indices), symbols_(symbols), refresh_(refresh) {
    for (const auto& [var, value] : indices_) captured_.insert(captured_.end(), value->free.begin(), value->free.end());
    for (const auto& [symbol, value] : symbols_) targets_.push_back(symbol);
    std::sort(targets_.begin(), targets_.end(), [](const Symbol* a, const Symbol* b) { return a->id < b->id; });
  }

  Expr run(Expr e) {
    stack_.push_back({e, &root_});
    while (!stack_.empty()) {
      const auto [node, env] = stack_.back();
      if (image(node, env)) {
        stack_.pop_back();
        continue;
      }
      const std::size_t before = stack_.size();
      const Expr made = attempt(node, effective(node, env));
      if (!made) continue;  // what is missing now stands on the stack
      stack_.resize(before - 1);
      images_[{node, effective(node, env)}] = made;
    }
    return image(e, &root_);
  }

 private:
  bool holds_target(Expr node) const {
    if (targets_.empty()) return false;
    const SymbolSet& set = direct_symbols(node);
    return std::any_of(targets_.begin(), targets_.end(), [&](const Symbol* s) { return contains(set, s); });
  }

  const Env* effective(Expr node, const Env* env) const {
    while (env->parent) {
      const bool matters = env->var ? occurs(node->free, env->var) : env->parent->symbols && holds_target(node);
      if (matters) break;
      env = env->parent;
    }
    return env;
  }

  bool untouched(Expr node, const Env* env) const {
    if (env->parent || refresh_) return false;
    if (holds_target(node)) return false;
    return std::none_of(node->free.begin(), node->free.end(), [&](const IndexVar* v) { return indices_.count(v); });
  }

  /// The image if it is known, else null.
  Expr image(Expr node, const Env* env) const {
    env = effective(node, env);
    const auto known = images_.find({node, env});
    if (known != images_.end()) return known->second;
    return untouched(node, env) ? node : nullptr;
  }

  bool need(Expr node, const Env* env, Expr& out) {
    out = image(node, env);
    if (!out) stack_.push_back({node, env});
    return out != nullptr;
  }

  bool shadows(const IndexVar* var, const Env* env) const {
    for (; env; env = env->parent) {
      if (env->var == var) return true;
    }
    return indices_.count(var) > 0;
  }

  /// The environment below a binder, and the variable that it binds now; null while its range is not ready.
  const Env* below(Expr node, const Env* env, std::uint32_t place, const IndexVar* var, const Env* inner,
                   const IndexVar*& now) {
    const Key key{node, env, place};
    const auto known = inner_.find(key);
    if (known != inner_.end()) {
      now = known->second.first;
      return known->second.second;
    }
    Expr lo = nullptr, hi = nullptr;
    bool ready = true;
    if (var->lo) ready = need(var->lo, inner, lo) && ready;
    if (var->hi) ready = need(var->hi, inner, hi) && ready;
    if (!ready) return nullptr;
    const bool renamed = refresh_ || !symbols_.empty() || lo != var->lo || hi != var->hi ||
                         std::find(captured_.begin(), captured_.end(), var) != captured_.end();
    now = renamed ? make::fresh(var->name, lo, hi) : var;
    const Env* entered = inner;
    if (renamed || shadows(var, inner))
      entered = &environments_.emplace_back(Env{var, make::index(now), inner, inner->symbols});
    inner_[key] = {now, entered};
    return entered;
  }

  bool map_lambdas(Expr node, const Env* env, std::vector<Lambda>& out) {
    bool ready = true;
    std::uint32_t place = 1;
    for (const Lambda& lambda : node->args) {
      Lambda mapped;
      const Env* inner = env;
      for (const IndexVar* param : lambda.params) {
        const IndexVar* now = nullptr;
        const Env* entered = inner ? below(node, env, place, param, inner, now) : nullptr;
        ++place;
        inner = entered;
        mapped.params.push_back(now);
      }
      ready = inner && need(lambda.body, inner, mapped.body) && ready;
      out.push_back(std::move(mapped));
    }
    return ready;
  }

  bool map_all(const std::vector<Expr>& from, const Env* env, std::vector<Expr>& out) {
    bool ready = true;
    out.reserve(from.size());
    for (Expr e : from) {
      Expr mapped = nullptr;
      ready = need(e, env, mapped) && ready;
      out.push_back(mapped);
    }
    return ready;
  }

  const Env* without_symbols(Expr node, const Env* env) {
    if (!env->symbols) return env;
    auto& barrier = inner_[{node, env, 0}];
    if (!barrier.second) barrier.second = &environments_.emplace_back(Env{nullptr, nullptr, env, false});
    return barrier.second;
  }

  Expr attempt(Expr node, const Env* env) {
    switch (node->kind) {
      case Kind::number: return node;
      case Kind::index: return image_of(node->var, env);
      case Kind::ref: return attempt_ref(node, env);
      case Kind::reduce: return attempt_reduce(node, env);
      case Kind::deriv:
      case Kind::at:
        if (env->symbols && holds_target(node)) return attempt_pending(node, env);
        break;
      default: break;
    }
    std::vector<Expr> kids;
    std::vector<Lambda> args;
    const bool ready = map_all(node->kids, env, kids);
    if (!map_lambdas(node, env, args) || !ready) return nullptr;
    if (kids == node->kids && args == node->args) return node;
    switch (node->kind) {
      case Kind::inverse: return make::inverse(std::move(args[0]), kids[0], kids[1]);
      case Kind::det: return make::det(std::move(args[0]));
      case Kind::at: return make::at(kids[0], node->bound, std::move(args));
      default: break;
    }
    std::size_t next = 0;
    return rebuild(node, [&](Expr) { return kids[next++]; });
  }

  Expr image_of(const IndexVar* var, const Env* env) const {
    for (; env; env = env->parent) {
      if (env->var == var) return env->value;
    }
    const auto mapped = indices_.find(var);
    return mapped == indices_.end() ? make::index(var) : mapped->second;
  }

  Expr attempt_ref(Expr node, const Env* env) {
    std::vector<Expr> kids;
    std::vector<Lambda> args;
    std::vector<Slot> slots;
    bool ready = map_all(node->kids, env, kids);
    ready = map_lambdas(node, env, args) && ready;
    for (const Slot& slot : node->slots) {
      Slot mapped{slot.arg, {}};
      ready = map_all(slot.at, env, mapped.at) && ready;
      slots.push_back(std::move(mapped));
    }
    if (!ready) return nullptr;
    if (env->symbols && args.empty()) {
      const auto target = symbols_.find(node->symbol);
      if (target != symbols_.end()) return apply_lambda(target->second, kids);
    }
    return make::apply(node->symbol, std::move(kids), std::move(args), std::move(slots));
  }

  Expr attempt_reduce(Expr node, const Env* env) {
    const IndexVar* var = nullptr;
    const Env* inner = below(node, env, 1, node->var, env, var);
    Expr body = nullptr;
    if (!inner || !need(node->kids[0], inner, body)) return nullptr;
    return make::reduce(node->reduce_op(), var, body);
  }

  /// A pending derivative is taken before symbols are replaced: ∂b/∂x with x ↦ a is "∂b/∂x at x = a". An `at` joins
  /// what it binds already with what is replaced now, all at once.
  Expr attempt_pending(Expr node, const Env* env) {
    const bool is_at = node->kind == Kind::at;
    const Env* only_indices = without_symbols(node, env);
    std::vector<Expr> kids;
    std::vector<Lambda> values;
    const bool ready = map_all(node->kids, only_indices, kids);
    if (!map_lambdas(node, env, values) || !ready) return nullptr;
    std::vector<const Symbol*> bound = node->bound;
    const Expr body = is_at ? kids[0] : make::deriv(kids[0], kids[1], node->mode());
    for (const Symbol* symbol : targets_) {
      if (!contains(direct_symbols(body), symbol)) continue;
      if (std::find(bound.begin(), bound.end(), symbol) != bound.end()) continue;
      bound.push_back(symbol);
      values.push_back(symbols_.at(symbol));
    }
    return make::at(body, std::move(bound), std::move(values));
  }

  const IndexMap& indices_;
  const SymbolMap& symbols_;
  bool refresh_;
  IndexVars captured_;
  std::vector<const Symbol*> targets_;
  Env root_;
  std::deque<Env> environments_;
  std::unordered_map<Key, Expr, KeyHash> images_;
  std::unordered_map<Key, std::pair<const IndexVar*, const Env*>, KeyHash> inner_;
  std::vector<std::pair<Expr, const Env*>> stack_;
};

const IndexMap kNoIndices;
const SymbolMap kNoSymbols;

}  // namespace

Expr substitute(Expr e, const IndexMap& map) {
  if (map.empty()) return e;
  return Substitution(map, kNoSymbols, false).run(e);
}

Expr refresh(Expr e) { return Substitution(kNoIndices, kNoSymbols, true).run(e); }

Expr apply_lambda(const Lambda& lambda, const std::vector<Expr>& at) {
  IndexMap map;
  for (std::size_t i = 0; i < lambda.params.size() && i < at.size(); ++i) map[lambda.params[i]] = at[i];
  return substitute(lambda.body, map);
}

Expr substitute_symbols(Expr e, const std::unordered_map<const Symbol*, Lambda>& map) {
  if (map.empty()) return e;
  return Substitution(kNoIndices, map, false).run(e);
}

}  // namespace gradus
