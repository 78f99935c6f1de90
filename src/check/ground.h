// An expression at concrete sizes, as a graph of scalars.
//
// Sums run over their ranges, definitions are looked up clause by clause at concrete indices (and stay named nodes, so
// that one can differentiate by them), derivatives are carried out on the graph. Every result is memoised by
// expression, values of its free indices and bindings of the formal parameters it depends on.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "check/scalar_graph.h"
#include "expr/walk.h"

namespace gradus {

/// The lengths of axes (and other integer symbols), by symbol and indices of the family.
class Sizes {
 public:
  virtual ~Sizes() = default;
  virtual long of(const Symbol* symbol, const std::vector<long>& at) const = 0;
};

/// What a component beyond the range of its axis is: nothing; or, where the author may mean so, zero (padding), one
/// more free entry, or the entry that comes round again.
enum class Outside : std::uint8_t { undefined, zero, free, periodic };

using IndexValues = std::unordered_map<const IndexVar*, long>;

class Grounder {
 public:
  /// `first_member`: where recursions over families without a declared range begin.
  Grounder(ScalarGraph& graph, const Sizes& sizes, Budget& budget, long first_member,
           Outside outside = Outside::undefined);

  /// The node of e; undefined where an index is out of range and the like (reason() says why).
  NodeId ground(Expr e, const IndexValues& values);
  std::optional<long> integer(Expr e, const IndexValues& values);
  /// The concrete range of an index of a symbol; a bound is missing where the range is open.
  struct Bounds {
    std::optional<long> lo, hi;
  };
  Bounds bounds(const Symbol* symbol, std::size_t position, const std::vector<long>& at);
  Bounds bounds(const IndexVar* var, const IndexValues& values);
  const std::string& reason() const { return reason_; }
  /// Whether an index has left its range.
  bool out_of_range() const { return out_of_range_; }
  /// Whether a clause of the symbol matches these indices (true for symbols without clauses).
  bool has_clause(const Symbol* symbol, const std::vector<long>& at);
  /// Whether e itself, below no definition, speaks of members of a recursion that no clause defines: its base (h_0), or
  /// what lies beyond its end, where the formula means nothing.
  enum class Mention : std::uint8_t { defined, base, beyond };
  Mention mentions(Expr e, const IndexValues& values);

 private:
  using EnvId = std::int32_t;
  /// What a formal parameter stands for: its components, or (open axes) an expression in the environment of the call,
  /// or placeholders while a derivative by it is taken.
  struct Binding {
    enum class Kind : std::uint8_t { array, closure, placeholder } kind = Kind::array;
    std::vector<long> lo, extent;
    std::vector<NodeId> values;
    Lambda lambda;
    std::vector<std::pair<const IndexVar*, long>> captured;
    EnvId env = 0;
    int tag = 0;
    friend bool operator==(const Binding&, const Binding&) = default;
  };
  using Env =
      std::vector<std::pair<const Symbol*, std::int32_t>>;  // sorted by symbol id; second: number of the binding
  struct Unfolded {
    const Clause* clause = nullptr;
    IndexValues vars;
  };

  NodeId eval(Expr e, EnvId env);
  NodeId compute(Expr e, EnvId env);
  NodeId eval_ref(Expr e, EnvId env);
  NodeId eval_reduce(Expr e, EnvId env);
  NodeId eval_deriv(Expr e, EnvId env);
  /// Whether the symbol's definition leads back to the symbol.
  static bool recursive(const Symbol* symbol);
  /// Which of its indices the recursion steps along: l in z_j^{l+1} = Σ_i w_ij σ(z_i^l).
  const std::set<std::size_t>& recursion_positions(const Symbol* symbol);
  /// Whether a member that no clause defines may be a free quantity where the recursion ends (h_0), every other index
  /// being in its range.
  bool base_of_recursion(const Symbol* symbol, const std::vector<long>& at);
  bool beyond_recursion(NodeId body, NodeId variable);
  NodeId eval_matrix(Expr e, EnvId env);
  NodeId eval_abstract(Expr e, const std::vector<long>& at, EnvId env);
  NodeId eval_defined(Expr e, const std::vector<long>& at, const Unfolded& unfolded, EnvId env);
  NodeId bound_component(const Symbol* symbol, std::int32_t binding, const std::vector<long>& at);
  /// Derivative of body by components of formal parameters, at what these are bound to in env.
  NodeId derive_bound(Expr body, EnvId env, const std::vector<std::pair<const Symbol*, std::vector<long>>>& wrt,
                      bool local);

  std::optional<long> eval_integer(Expr e, EnvId env);
  bool eval_indices(const std::vector<Expr>& terms, EnvId env, std::vector<long>& at);
  Bounds eval_bounds(const IndexVar* var, EnvId env);
  std::optional<Unfolded> match(const Symbol* symbol, const std::vector<long>& at, EnvId env);
  bool matches(const Symbol* symbol, const Clause& clause, const std::vector<long>& at, EnvId env, IndexValues& vars);

  std::int32_t bind(const Symbol* formal, const Lambda& lambda, EnvId env);
  EnvId extend(EnvId env, const std::vector<std::pair<const Symbol*, std::int32_t>>& bindings);
  EnvId restrict_to(Expr e, EnvId env);
  std::int32_t intern_binding(Binding binding);
  EnvId intern_env(Env env);
  std::optional<std::int32_t> lookup(const Symbol* symbol, EnvId env) const;
  NodeId fail(std::string reason);

  struct Key {
    Expr e;
    EnvId env;
    std::vector<long> values;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  /// Sets index variables for a while.
  class Assigned {
   public:
    explicit Assigned(Grounder& grounder) : values_(grounder.values_) {}
    ~Assigned() {
      for (auto it = before_.rbegin(); it != before_.rend(); ++it) {
        if (it->second)
          values_[it->first] = *it->second;
        else
          values_.erase(it->first);
      }
    }
    Assigned(const Assigned&) = delete;
    Assigned& operator=(const Assigned&) = delete;
    void set(const IndexVar* var, long value) {
      auto it = values_.find(var);
      before_.emplace_back(var, it == values_.end() ? std::nullopt : std::optional<long>(it->second));
      values_[var] = value;
    }
    /// For a variable that was set before: another value.
    void change(const IndexVar* var, long value) { values_[var] = value; }

   private:
    IndexValues& values_;
    std::vector<std::pair<const IndexVar*, std::optional<long>>> before_;
  };

  ScalarGraph& graph_;
  const Sizes& sizes_;
  Budget& budget_;
  long first_member_;
  Outside outside_;
  IndexValues values_;
  std::unordered_map<Key, NodeId, KeyHash> memo_;
  std::vector<Binding> bindings_;
  std::vector<Env> envs_;
  std::map<Env, EnvId> env_numbers_;
  std::map<std::pair<Expr, EnvId>, EnvId> restricted_;
  std::map<std::pair<const Symbol*, EnvId>, int> tags_;
  int depth_ = 0;
  std::string reason_;
  bool out_of_range_ = false;
  /// Some definition speaks of an index that the claim leaves free (J := −log ŷ_o): what is memoised holds for one
  /// choice.
  bool open_definitions_ = false;
  std::map<const Symbol*, std::set<std::size_t>> recursion_positions_;
  const Symbol* argument_of_table_ = nullptr;
  std::unordered_map<int, Expr> table_derivatives_;
};

}  // namespace gradus
