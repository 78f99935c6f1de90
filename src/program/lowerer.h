// The state of a lowering. Internal to program.
#pragma once

#include <map>
#include <set>

#include "program/arrays.h"
#include "program/lower.h"

namespace gradus {

/// Ends a lowering from deep inside; caught in lower().
struct CannotLower {
  Diagnostic why;
};
[[noreturn]] void cannot_lower(std::string message, std::string help);

/// An index of a clause's pattern: variable plus offset, or a term without a variable.
struct PatternTerm {
  const IndexVar* var = nullptr;
  Rational offset;
};
PatternTerm pattern_term(Expr term);
/// The clause with a variable replaced, by another one that joins its variables or by a number.
Clause replaced(Clause clause, const IndexVar* var, Expr by);
/// Whether the members of the family have shapes of their own.
bool is_layered(const Symbol* symbol);
/// Lambdas that put the known sizes in.
std::unordered_map<const Symbol*, Lambda> size_lambdas(const SizeMap& known);

class Lowerer {
 public:
  Lowerer(const SizeMap& sizes, Lowered& out);
  void add(const Quantity& wanted);
  /// The first element that is read although no clause says it, in words.
  std::string unsaid() const;

 private:
  // lower.cpp
  Expr sized(Expr e);
  Expr scalar(Expr e);
  Expr lowered_ref(Expr e);
  static Expr zero_at_zero(Expr product);
  Expr lowered_reduce(Expr e);
  Expr log_sum_exp(Expr sum);
  bool is_exponential_sum(Expr e);
  /// A new array over the free variables of `over`, filled by `update` of the body over these and the bound variables.
  Expr named(std::string name, Expr over, const IndexVars& bound, Update update, Expr body);
  void place(Assignment statement);
  using Form = std::tuple<Update, IndexVars, Expr>;
  Form canonical(const Assignment& statement, std::size_t kept);
  const Symbol* known_array(const Assignment& statement, std::size_t kept);
  void remember_array(const Assignment& statement, std::size_t kept);
  const Symbol* array_of(const Symbol* variable);
  Expr member_of_family(Expr ref, const std::vector<Expr>& at);
  std::optional<Interval> defined_extent(const Symbol* variable, std::size_t axis);
  static IndexVars outermost_first(IndexVars vars);
  bool is_level(const IndexVar* var) const;
  // lower_algebra.cpp
  /// A matrix that was factored, in the statements that are placed already.
  struct Factors {
    const Symbol *factors = nullptr, *inverse = nullptr;
    IndexVars loops;        ///< around its statements
    std::vector<Expr> own;  ///< the terms in front of row and column there
    std::vector<Expr> at;   ///< these terms where it is read
  };
  Factors factored(const Lambda& matrix);
  Expr lowered_inverse(Expr e);
  Expr lowered_determinant(Expr det, MatrixStep algebra);
  // lower_definition.cpp
  void define(const Symbol* symbol);
  const std::vector<Clause>& clauses_of(const Symbol* symbol);
  std::optional<Interval> numbers_of(const IndexVar* var);
  void settle(Clause clause, std::vector<Clause>& out);
  bool split_cases(const Clause& clause, std::vector<Clause>& out);
  bool chooses(const Symbol* symbol);
  void clear_for_conditions(const Symbol* symbol);
  void write_clause(const Symbol* symbol, const Clause& clause, const std::vector<const IndexVar*>& sequence_of_axis);

  // lower_layers.cpp
  Expr with_members(Expr e);
  const Symbol* member_of_layers(const Symbol* family, const std::vector<Expr>& member);
  // lower_recurrence.cpp
  friend class Recurrence;
  void define_recurrence(const std::vector<const Symbol*>& group);

  /// A recurrence that is being written; the outermost level has no variable.
  struct Level {
    const IndexVar* var = nullptr;
    ProgramItems items;
  };

  Lowered& out_;
  std::unordered_map<const Symbol*, Lambda> size_values_;
  std::unordered_map<Expr, Expr> sized_, scalar_, with_members_;
  std::vector<Level> levels_;
  std::map<std::tuple<std::size_t, Expr, Expr, bool>, const IndexVar*> places_;
  std::map<Form, const Symbol*> known_;
  std::unordered_map<const Symbol*, Factors> factors_;  ///< by the array of the matrix
  std::map<std::pair<const Symbol*, MatrixStep>, const Symbol*> determinants_;
  std::set<const Symbol*> defined_, open_;
  std::unordered_map<const Symbol*, std::vector<Clause>> clauses_;
  std::map<std::pair<const Symbol*, std::vector<Expr>>, const Symbol*> members_;           ///< of layered families
  std::unordered_map<const Symbol*, std::pair<const Symbol*, std::vector<Expr>>> origin_;  ///< the other way
  std::vector<const Symbol*> chosen_;  ///< arrays of zeroes to which clauses add under conditions
  /// Members that a recurrence starts from and no clause says, by array and axis.
  std::map<std::pair<const Symbol*, std::size_t>, Interval> initial_;
};

}  // namespace gradus
