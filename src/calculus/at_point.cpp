// Opens definitions that depend on the replaced symbols, then replaces.
#include "calculus/at_point.h"

#include <algorithm>

#include "calculus/recurrence.h"
#include "expr/children.h"
#include "expr/dependence.h"

namespace gradus {
namespace {

constexpr std::size_t kMaxOpened = 4096;

using Symbols = std::vector<const Symbol*>;

bool is_among(const Symbol* symbol, const Symbols& symbols) {
  return std::find(symbols.begin(), symbols.end(), symbol) != symbols.end();
}

bool definition_reaches(const Symbol* symbol, const Symbols& bound) {
  if (!symbol->defined()) return false;
  const SymbolSet& reach = reach_of(symbol);
  return std::any_of(bound.begin(), bound.end(), [&](const Symbol* b) { return contains(reach, b); });
}

/// Opens every definition through which an expression depends on the symbols.
class Opening {
 public:
  explicit Opening(const Symbols& bound) : bound_(bound) {}

  /// Null if a definition cannot be opened.
  Expr run(Expr e) {
    std::vector<Expr> stack{e};
    while (!stack.empty()) {
      const Expr node = stack.back();
      const std::size_t height = stack.size();
      const auto need = [&](Expr child) {
        const auto known = opened_.find(child);
        if (known != opened_.end()) return known->second;
        stack.push_back(child);
        return Expr{nullptr};
      };
      if (opened_.count(node)) {
        stack.pop_back();
        continue;
      }
      const Expr made = open(node, need);
      if (stuck_) return nullptr;
      if (stack.size() > height) continue;
      opened_[node] = made;
      stack.pop_back();
    }
    return opened_.at(e);
  }

 private:
  bool through_definitions(Expr node) const {
    const SymbolSet& direct = direct_symbols(node);
    return std::any_of(direct.begin(), direct.end(),
                       [&](const Symbol* s) { return !is_among(s, bound_) && definition_reaches(s, bound_); });
  }

  template <class Need>
  Expr open(Expr node, const Need& need) {
    if (!through_definitions(node)) return node;
    if (node->kind == Kind::deriv || node->kind == Kind::at) {
      stuck_ = true;
      return nullptr;
    }
    if (node->kind == Kind::ref && !is_among(node->symbol, bound_) && definition_reaches(node->symbol, bound_)) {
      const auto body = opening_ends(node) && ++count_ < kMaxOpened ? unfold(node) : std::nullopt;
      if (body) return need(*body);
      // A free member of a family depends on nothing.
      if (!surely_free(node) || !node->args.empty()) stuck_ = true;
      return node;
    }
    bool ready = true;
    for_each_child(node, [&](Expr child) { ready = need(child) && ready; });
    if (!ready) return nullptr;
    return rebuild(node, [&](Expr child) { return opened_.at(child); });
  }

  const Symbols& bound_;
  std::unordered_map<Expr, Expr> opened_;
  std::size_t count_ = 0;
  bool stuck_ = false;
};

}  // namespace

Expr at_point(Expr body, const Symbols& bound, const std::vector<Lambda>& values) {
  Symbols used;
  std::vector<Lambda> used_values;
  std::unordered_map<const Symbol*, Lambda> map;
  for (std::size_t i = 0; i < bound.size() && i < values.size(); ++i) {
    if (!depends_on(body, bound[i])) continue;
    used.push_back(bound[i]);
    used_values.push_back(values[i]);
    map.emplace(bound[i], values[i]);
  }
  if (used.empty()) return body;
  const Expr opened = Opening(used).run(body);
  return opened ? substitute_symbols(opened, map) : make::at(body, std::move(used), std::move(used_values));
}

}  // namespace gradus
