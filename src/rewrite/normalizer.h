// The engine of the normal form: expressions in, polynomials in atoms out. Internal to rewrite.
//
// Soundness: every rule here is an equation that holds, for all sizes, wherever both its sides are defined; where a
// rule needs the sign of something, it asks sign_of and otherwise keeps an absolute value or leaves the atom alone.
// Conditions become indicators in {0, 1}: select(c, a, b) is c·a + (1 − c)·b, so that a case that is not taken is
// multiplied by 0.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/budget.h"
#include "expr/elementary.h"
#include "expr/symbol.h"
#include "expr/walk.h"
#include "rewrite/normal.h"
#include "rewrite/poly.h"
#include "rewrite/rules.h"

namespace gradus {

/// A sub-expression that is undefined everywhere: 1/0, log 0. Caught inside rewrite.
struct Undefined {};

enum class Sign : std::uint8_t { unknown, nonnegative, positive };

struct Settings {
  NormalOptions options;
  std::set<const Symbol*> open;       ///< defined symbols to unfold
  std::unordered_set<Expr> positive;  ///< refs known to be positive wherever both sides are defined
  bool wide_logs = false;             ///< log u as log |u|, which is the same wherever log u is defined
  bool expand_ranges = false;         ///< sums over short numeric ranges are written out
  bool expand_products = true;        ///< products of sums are multiplied out
  bool open_derivatives = false;      ///< ∂h_t/∂w of a recurrence as the derivative of its right side
  const IndexVar* peel = nullptr;     ///< sums and products that end at this index have their last term split off
};

class Normalizer {
 public:
  Normalizer(Settings settings, Budget& budget);

  Poly normal(Expr e);
  Expr to_expr(const Poly& poly);
  Poly multiply(const Poly& a, const Poly& b);
  /// `wide`: roots as roots of absolute values, also where the sign is clear.
  Poly power(const Poly& base, const Rational& exponent, bool wide = false);
  /// The polynomial with index variables replaced, normal again.
  Poly substituted(const Poly& poly, const IndexMap& map);
  /// Σ over the variables (the ranges of later ones may depend on earlier ones).
  Poly sum_over(const IndexVars& vars, const Poly& body);
  /// The expression under the equality conditions of the options: sizes and indices replaced.
  Expr imposed(Expr e);
  Sign sign_of(const Poly& poly);
  const Traits& traits_of(const Symbol* symbol) const { return settings_.options.traits_of(symbol); }
  const Settings& settings() const { return settings_; }
  const std::vector<Step>& steps() const { return steps_; }

 private:
  // normalizer.cpp: kinds of nodes, products of monomials
  Poly normal_of(Expr e);
  Poly normal_ref(Expr e);
  Poly normal_product(Expr e);
  Poly normal_power(Expr e);
  Poly normal_select(Expr e);
  Poly normal_reduce(Expr e);
  Poly normal_derivative(Expr e);
  std::optional<Poly> peeled(ReduceOp op, const IndexVar* var, Expr body);
  Expr normal_term(Expr e) { return to_expr(normal(e)); }
  Lambda normal_lambda(const Lambda& lambda);
  Expr factor_expr(Expr atom, const Rational& exponent);
  Poly factored(const Poly& poly);
  void settle(const Rational& coefficient, const Monomial& m, Poly& out);
  bool settle_factor(const Rational& coefficient, const Monomial& m, const Factor& factor, Poly& out);
  bool settle_delta(const Rational& coefficient, const Monomial& m, Expr delta, Poly& out);
  bool settle_indicators(const Rational& coefficient, const Monomial& m, Poly& out);
  bool settle_fraction(const Rational& coefficient, const Monomial& m, const Factor& denominator, Poly& out);
  bool settle_negative(const Rational& coefficient, const Monomial& m, const Factor& denominator, const Poly& d,
                       Poly& out);
  Poly product_of(const Rational& coefficient, const Monomial& m, const Poly& other);
  void check_size(const Poly& poly) const;

  // powers.cpp: powers, numbers, primitive parts, signs
  Poly by_cases(const Poly& u, Expr indicator, const std::function<Poly(const Poly&)>& f);
  Poly power_of_number(const Rational& base, const Rational& exponent);
  Poly power_of_monomial(const Rational& c, const Monomial& m, const Rational& exponent, bool wide);
  Poly symbolic_power(const Poly& base, const Poly& exponent);
  Poly absolute(const Poly& u);
  Poly absolute_power(Expr atom, const Rational& exponent);
  Sign sign_of_atom(Expr atom);
  Sign sign_of_factor(const Factor& factor);
  Sign sign_of_monomial(const Monomial& m);
  bool is_integer_valued(const Poly& poly) const;
  /// poly = coefficient · common · rest, rest with coprime integer coefficients, a positive leading one and no common
  /// atom.
  struct Primitive {
    Rational coefficient;
    Monomial common;
    Poly rest;
  };
  Primitive primitive(const Poly& poly);
  const Monomial& leading(const Poly& poly);
  bool precedes(const Monomial& a, const Monomial& b);
  Expr atom_of_sum(const Poly& rest);
  std::pair<Monomial, Rational> as_power(const Poly& sum);
  std::optional<Poly> square_root(const Poly& square);

  // functions.cpp: elementary functions, indicators
  Poly function(Elementary f, const Poly& u, bool wide = false);
  Poly function_of_smooth(Elementary f, const Poly& u);
  Poly exponential(const Poly& u);
  Poly logarithm(const Poly& u, bool wide = false);
  Poly log_of_factor(Expr atom, bool wide);
  Poly sine_or_cosine(bool sine, const Poly& u);
  Poly function_atom(Elementary f, const Poly& u) { return Poly::atom(make::func(f, to_expr(u))); }
  Poly positive_indicator(const Poly& d);
  Poly zero_indicator(const Poly& d);
  Poly integer_indicator(Expr d);
  Poly index_relation(Relation relation, Expr a, Expr b);
  Poly normal_delta(Expr a, Expr b);
  std::optional<bool> decide(Relation relation, Expr a, Expr b);
  bool zero_set_is_thin(const Poly& d);

  // sums.cpp: sums over indices
  Poly sum_term(const Rational& c, const Monomial& m, const IndexVars& vars);
  Poly sum_components(const Rational& c, const Monomial& m, const IndexVars& vars);
  std::optional<Poly> open_inner_sums(const Rational& c, const Monomial& m, const IndexVars& vars);
  std::optional<Poly> eliminate_delta(const Rational& c, const Monomial& m, const IndexVars& vars);
  std::optional<Poly> sum_of_powers(const Rational& c, const Monomial& m, const IndexVar* var);
  std::optional<Poly> cancel_inner_sum(const Rational& c, const Monomial& m, const IndexVars& vars);
  std::optional<Poly> drop_zero_ends(const Rational& c, const Monomial& m, const IndexVars& vars);
  std::optional<Poly> extend_range(const Rational& c, const Monomial& m, const IndexVars& vars);
  Poly written_out(const IndexVar* var, const Poly& body, ReduceOp op);
  Poly length_of(const IndexVar* var);
  bool surely_no_gap(const IndexVar* var);
  Poly product_over(const IndexVar* var, const Poly& body);
  std::optional<Poly> product_with_exception(const IndexVar* var, const Poly& body);
  bool vanishes_thinly(const Poly& poly);
  Poly extremum_over(ReduceOp op, const IndexVar* var, const Poly& body);

  // labels.cpp: canonical names of bound indices
  Poly labelled_sum(const Rational& c, const Monomial& m, const IndexVars& vars);
  int height(Expr e);
  const IndexVar* canonical(int level, Expr lo, Expr hi, const std::string& name);
  std::size_t shape(Expr e, const std::unordered_map<const IndexVar*, std::size_t>& colours);
  std::size_t shape_of_atom(Expr atom);
  Rational shift_of(const IndexVar* var, const std::vector<Expr>& bodies);
  const IndexVar* shifted(const IndexVar* var, const Rational& by, IndexMap& map);
  struct Search;
  void search_labels(Search& search, std::vector<std::size_t> colours);
  void try_labels(Search& search, const std::vector<std::size_t>& colours);
  Expr bind_one(ReduceOp op, const IndexVar* var, const Poly& body);

  // matrices.cpp: inverses, determinants, traits
  Poly normal_inverse(Expr e);
  Poly inverse_entry(const Lambda& matrix, Expr row, Expr column);
  Poly normal_det(Expr e);
  Poly determinant(const Lambda& matrix);
  Poly entry(const Lambda& matrix, Expr row, Expr column);
  std::optional<std::vector<Lambda>> square_factors(const Lambda& matrix);
  std::optional<Poly> contract_matrices(const Rational& c, const Monomial& m, const IndexVars& vars);
  std::optional<Poly> contract_inverse(const Rational& c, const Monomial& m, const IndexVars& vars, Expr inverse);
  std::optional<Poly> push_through(const Rational& c, const Monomial& m, const IndexVars& vars, Expr inverse);
  bool surely_invertible(const Poly& body, const IndexVar* p, const IndexVar* q) const;
  std::optional<Poly> rank_one_update(const Lambda& matrix);
  std::optional<Poly> contract_traits(const Rational& c, const Monomial& m, const IndexVars& vars);
  Lambda canonical_matrix(const Lambda& matrix);
  Poly symbolic_or_plain_power(const Poly& base, const Poly& exponent);
  bool precedes_by_shape(const Monomial& a, const Monomial& b);
  std::optional<Monomial> match_factors(const Monomial& wanted, const Monomial& m, const IndexVar* joint,
                                        IndexVars& vars);

  /// Remembers a use of a rule with what it did, the first of each, for derivations.
  void used(Rule rule, Expr before, Expr after);
  void note_sum(Rule rule, const Rational& c, const Monomial& m, const IndexVars& vars, const Poly& result);

  Settings settings_;
  Budget& budget_;
  std::unordered_map<Expr, Poly> memo_;
  std::unordered_map<Expr, int> heights_;
  std::unordered_map<Expr, std::size_t> atom_shapes_;
  std::unordered_map<Expr, Sign> signs_;
  std::unordered_map<Expr, Expr> imposed_;
  int depth_ = 0;
  int unfolding_ = 0;
  int relabelling_ = 0;
  std::vector<Step> steps_;
  std::set<Rule> rules_;
  std::set<const Symbol*> opened_;
};

}  // namespace gradus
