// The grounder's other half: which clause of a definition holds, what formal parameters are bound to, and matrices.
#include <algorithm>
#include <bit>

#include "check/ground.h"

namespace gradus {

bool Grounder::matches(const Symbol* symbol, const Clause& clause, const std::vector<long>& at, EnvId env,
                       IndexValues& vars) {
  if (clause.pattern.size() != at.size()) return false;
  const auto is_var = [&](const IndexVar* var) {
    return std::find(clause.vars.begin(), clause.vars.end(), var) != clause.vars.end();
  };
  const IndexValues outside = values_;
  const auto restore = [&](bool result) {
    values_ = outside;
    return result;
  };
  for (const IndexVar* var : clause.vars) values_.erase(var);
  for (std::size_t k = 0; k < at.size(); ++k) {
    Expr term = clause.pattern[k];
    const IndexVar* open = nullptr;
    for (const IndexVar* var : term->free)
      if (is_var(var) && !values_.count(var)) open = var;
    if (open) {
      // The term is var + c: its value at var = 0 is c.
      values_[open] = 0;
      const auto offset = eval_integer(term, env);
      if (!offset) return restore(false);
      values_[open] = at[k] - *offset;
      vars[open] = at[k] - *offset;
      // Families without a declared range begin somewhere, or a recursion never ends.
      if (k < symbol->family && !open->lo && !symbol->indices[k].lo && at[k] < first_member_ + std::max(0L, *offset))
        return restore(false);
    }
    if (eval_integer(term, env) != at[k]) return restore(false);
  }
  for (const IndexVar* var : clause.vars) {
    const auto value = values_.find(var);
    if (value == values_.end()) return restore(false);
    const Bounds range = eval_bounds(var, env);
    if ((range.lo && value->second < *range.lo) || (range.hi && value->second > *range.hi)) return restore(false);
  }
  for (const Condition& condition : clause.when) {
    const NodeId a = eval(condition.a, env), b = eval(condition.b, env);
    if (!graph_.is_constant(a) || !graph_.is_constant(b)) return restore(false);
    if (graph_.is_zero(graph_.select(condition.relation, a, b, graph_.constant(1), graph_.constant(0))))
      return restore(false);
  }
  return restore(true);
}

std::optional<Grounder::Unfolded> Grounder::match(const Symbol* symbol, const std::vector<long>& at, EnvId env) {
  // Clauses with numerals ("h_0") go before those with variables, in whatever order they were written.
  for (const bool numerals : {true, false})
    for (const Clause& clause : symbol->clauses) {
      const bool has_numeral =
          std::any_of(clause.pattern.begin(), clause.pattern.end(), [](Expr t) { return t->free.empty(); });
      if (has_numeral != numerals) continue;
      Unfolded unfolded{&clause, {}};
      if (matches(symbol, clause, at, env, unfolded.vars)) return unfolded;
    }
  return std::nullopt;
}

bool Grounder::has_clause(const Symbol* symbol, const std::vector<long>& at) {
  return symbol->clauses.empty() || match(symbol, at, 0).has_value();
}

bool Grounder::recursive(const Symbol* symbol) {
  return std::any_of(symbol->clauses.begin(), symbol->clauses.end(),
                     [&](const Clause& c) { return depends_on(c.body, symbol); });
}

const std::set<std::size_t>& Grounder::recursion_positions(const Symbol* symbol) {
  const auto [it, added] = recursion_positions_.try_emplace(symbol);
  if (!added) return it->second;
  for (const Clause& clause : symbol->clauses) {
    std::set<Expr> seen;
    std::vector<std::pair<Expr, int>> todo{{clause.body, 0}};
    while (!todo.empty()) {
      const auto [body, depth] = todo.back();
      todo.pop_back();
      visit(body, [&, depth = depth](Expr node) {
        if (node->kind != Kind::ref || !seen.insert(node).second) return;
        if (node->symbol != symbol) {
          if (depth >= 4 || node->symbol->clauses.empty() || !depends_on(node, symbol)) return;
          if (const auto opened = unfold(node)) todo.emplace_back(*opened, depth + 1);
          return;
        }
        for (std::size_t k = 0; k < node->kids.size() && k < clause.pattern.size(); ++k) {
          const auto step = affine(make::sub(node->kids[k], clause.pattern[k]));
          if (step && step->terms.empty() && step->constant != 0) it->second.insert(k);
        }
      });
    }
  }
  return it->second;
}

bool Grounder::base_of_recursion(const Symbol* symbol, const std::vector<long>& at) {
  if (!recursive(symbol)) return false;
  const auto& positions = recursion_positions(symbol);
  if (positions.empty()) return true;
  for (std::size_t k = 0; k < at.size(); ++k) {
    if (positions.count(k)) continue;
    const bool fits = std::any_of(symbol->clauses.begin(), symbol->clauses.end(), [&](const Clause& clause) {
      if (k >= clause.pattern.size()) return false;
      if (clause.pattern[k]->free.empty()) return eval_integer(clause.pattern[k], 0) == at[k];
      if (clause.pattern[k]->kind != Kind::index) return true;
      Assigned assigned(*this);
      for (std::size_t i = 0; i < at.size() && i < clause.pattern.size(); ++i)
        if (clause.pattern[i]->kind == Kind::index) assigned.set(clause.pattern[i]->var, at[i]);
      const Bounds range = eval_bounds(clause.pattern[k]->var, 0);
      return !(range.lo && at[k] < *range.lo) && !(range.hi && at[k] > *range.hi);
    });
    if (!fits) return false;
  }
  return true;
}

Grounder::Mention Grounder::mentions(Expr e, const IndexValues& values) {
  Mention result = Mention::defined;
  visit(e, [&](Expr node) {
    if (node->kind != Kind::ref || node->symbol->clauses.empty() || node->symbol->family == 0) return;
    for (const IndexVar* var : node->free)
      if (!values.count(var)) return;
    values_ = values;
    depth_ = 0;
    std::vector<long> at;
    if (!eval_indices(node->kids, 0, at) || match(node->symbol, at, 0)) return;
    Mention here = Mention::base;
    for (std::size_t k = 0; k < node->symbol->family && k < at.size(); ++k) {
      std::vector<long> before = at;
      --before[k];
      if (match(node->symbol, before, 0)) here = Mention::beyond;
    }
    result = std::max(result, here);
  });
  return result;
}

std::int32_t Grounder::intern_binding(Binding binding) {
  // Calls with the same arguments share their bodies; the newest bindings are the likeliest.
  const std::size_t window = bindings_.size() > 256 ? bindings_.size() - 256 : 0;
  for (std::size_t k = bindings_.size(); k-- > window;)
    if (bindings_[k] == binding) return static_cast<std::int32_t>(k);
  bindings_.push_back(std::move(binding));
  return static_cast<std::int32_t>(bindings_.size() - 1);
}

Grounder::EnvId Grounder::intern_env(Env env) {
  const auto [it, added] = env_numbers_.emplace(std::move(env), static_cast<EnvId>(envs_.size()));
  if (added) envs_.push_back(it->first);
  return it->second;
}

Grounder::EnvId Grounder::extend(EnvId env, const std::vector<std::pair<const Symbol*, std::int32_t>>& bindings) {
  if (bindings.empty()) return env;
  Env extended = envs_[env];
  for (const auto& [symbol, binding] : bindings) {
    auto it = std::find_if(extended.begin(), extended.end(), [&](const auto& entry) { return entry.first == symbol; });
    if (it == extended.end())
      extended.emplace_back(symbol, binding);
    else
      it->second = binding;
  }
  std::sort(extended.begin(), extended.end(), [](const auto& a, const auto& b) { return a.first->id < b.first->id; });
  return intern_env(std::move(extended));
}

Grounder::EnvId Grounder::restrict_to(Expr e, EnvId env) {
  if (env == 0) return 0;
  const auto key = std::pair{e, env};
  if (auto it = restricted_.find(key); it != restricted_.end()) return it->second;
  Env kept;
  for (const auto& entry : envs_[env])
    if (depends_on(e, entry.first)) kept.push_back(entry);
  const EnvId result = intern_env(std::move(kept));
  restricted_.emplace(key, result);
  return result;
}

std::optional<std::int32_t> Grounder::lookup(const Symbol* symbol, EnvId env) const {
  for (const auto& [bound, binding] : envs_[env])
    if (bound == symbol) return binding;
  return std::nullopt;
}

// Determinants by expansion along rows, each minor of the last rows computed once (a set of columns is a bit set).
// The inverse is the adjugate over the determinant. Sizes are small here.
NodeId Grounder::eval_matrix(Expr e, EnvId env) {
  const Lambda& matrix = e->args[0];
  if (matrix.params.size() != 2) return fail("the matrix of an inverse or determinant has not two axes");
  const Bounds rows = eval_bounds(matrix.params[0], env), columns = eval_bounds(matrix.params[1], env);
  if (!rows.lo || !rows.hi || !columns.lo || !columns.hi) return fail("the shape of a matrix is not known");
  const long n = *rows.hi - *rows.lo + 1;
  if (n != *columns.hi - *columns.lo + 1 || n < 1) return fail("a matrix that is inverted is not square");
  if (n > 8) throw OverBudget{"size of an inverted matrix (8)"};
  std::vector<std::vector<NodeId>> entries(n, std::vector<NodeId>(n));
  {
    Assigned assigned(*this);
    assigned.set(matrix.params[0], 0);
    assigned.set(matrix.params[1], 0);
    for (long r = 0; r < n; ++r)
      for (long c = 0; c < n; ++c) {
        assigned.change(matrix.params[0], *rows.lo + r);
        assigned.change(matrix.params[1], *columns.lo + c);
        entries[r][c] = eval(matrix.body, env);
        if (entries[r][c] == graph_.undefined()) return graph_.undefined();
      }
  }
  const auto determinant = [&](const std::vector<long>& of_rows, unsigned of_columns) {
    std::unordered_map<unsigned, NodeId> minor{{0u, graph_.constant(1)}};
    for (std::size_t k = of_rows.size(); k-- > 0;) {
      std::unordered_map<unsigned, NodeId> larger;
      const int width = static_cast<int>(of_rows.size() - k);
      for (unsigned set = of_columns; set; set = (set - 1) & of_columns) {
        if (std::popcount(set) != width) continue;
        std::vector<NodeId> terms;
        int sign = 1;
        for (long c = 0; c < n; ++c) {
          if (!(set >> c & 1u)) continue;
          terms.push_back(graph_.mul({graph_.constant(sign), entries[of_rows[k]][c], minor.at(set & ~(1u << c))}));
          sign = -sign;
        }
        larger[set] = graph_.add(std::move(terms));
      }
      minor = std::move(larger);
    }
    return minor.at(of_columns);
  };
  std::vector<long> all_rows;
  for (long r = 0; r < n; ++r) all_rows.push_back(r);
  const unsigned all_columns = (1u << n) - 1;
  const NodeId det = determinant(all_rows, all_columns);
  if (e->kind == Kind::det) return det;
  const auto row = eval_integer(e->kids[0], env), column = eval_integer(e->kids[1], env);
  if (!row || !column) return fail("an index of an inverse is not an integer");
  // The inverse has the columns' axis first: entry (i, j) is the cofactor of (j, i).
  const long i = *row - *columns.lo, j = *column - *rows.lo;
  if (i < 0 || i >= n || j < 0 || j >= n) return fail("an index of an inverse is out of range");
  std::vector<long> other_rows;
  for (long r = 0; r < n; ++r)
    if (r != j) other_rows.push_back(r);
  const NodeId cofactor = determinant(other_rows, all_columns & ~(1u << i));
  return graph_.mul({graph_.constant((i + j) % 2 ? -1 : 1), cofactor, graph_.pow(det, graph_.constant(-1))});
}

}  // namespace gradus
