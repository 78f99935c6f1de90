// The differentiation engine: derivatives of all nodes of a graph by one component, each worked out once. Internal to
// calculus.
#pragma once

#include <unordered_map>

#include "calculus/differentiate.h"
#include "calculus/recurrence.h"
#include "calculus/rules.h"

namespace gradus {

class Engine {
 public:
  Engine(Expr wrt, DerivMode mode) : wrt_(wrt), mode_(mode), timelines_(wrt) {}

  Expr derivative(Expr body);
  /// The steps that `derivative` took, from the outside in.
  void write_steps(Expr body, std::vector<Step>& steps);

 private:
  /// Why a node's derivative is what it is.
  struct Reason {
    enum class Kind : std::uint8_t { rule, opened, renamed, component, constant, kept } kind = Kind::rule;
    Expr instead = nullptr;  ///< what was differentiated instead: the opened definition, the renamed copy
  };

  bool independent(Expr node);
  Expr known(Expr node);
  Expr attempt(Expr node);
  Expr attempt_reference(Expr node);
  Expr attempt_own_symbol(Expr node);
  Expr attempt_at(Expr node);
  Expr instead(Expr node, Reason::Kind kind, Expr other);
  Expr open(Expr node);
  Expr keep(Expr node);
  Expr settle(Expr node, Reason::Kind kind, Expr value);
  bool is_own(Expr node) const;
  bool binds_own_index(Expr node) const;
  Expr pending(Expr child);

  Expr wrt_;
  DerivMode mode_;
  Timelines timelines_;
  Expr body_ = nullptr;
  std::unordered_map<Expr, Expr> derivatives_;
  std::unordered_map<Expr, Reason> reasons_;
  std::unordered_map<Expr, bool> independent_;
  std::vector<Expr> stack_;
};

}  // namespace gradus
