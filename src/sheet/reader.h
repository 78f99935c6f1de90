// Reading a sheet statement by statement: what is declared, defined, assumed, claimed.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sheet/elaborate.h"
#include "sheet/elaborator.h"

namespace gradus {

/// The shape that a set gives its elements: ℝ^{m×n} → two axes.
struct SetShape {
  std::vector<Range> axes;
  bool row = false;
  Traits traits;
  std::string text;  ///< "ℝ^{m×n}"
};

class SheetReader {
 public:
  SheetReader(const Source& source, const Document& document, const ElaborateOptions& options, const Prescan& scan,
              Knowledge& knowledge, Layout layout);
  Sheet read();

  /// One more expression, in the scope at the end of the sheet.
  ElaboratedExpression expression(const SynPtr& syn);

 private:
  // Flow (reader.cpp).
  Context context() const;
  void heading(const Piece& piece);
  void formula(const Piece& piece);
  void chain(const Chain& chain, const Piece& piece, std::size_t k);
  void open_block(const std::string& title);
  void note(Statement::Kind kind, Span span, std::string text, int claim = 0);
  void end_of_display();
  void forget_inferred();

  // A formula's statements and their conditions (display.cpp).
  void statements(const Piece& piece);
  static Piece rows_apart(const Piece& piece);
  bool on_indices(const Chain& condition, const Piece& piece, std::size_t end) const;
  static bool narrows(const Piece& piece, std::size_t k);
  static Chain side_condition(const Chain& chain);

  // Declarations (declare.cpp).
  bool declaration(const Chain& chain, const std::vector<SynPtr>& names);
  static std::vector<SynPtr> names_before(const Piece& piece, std::size_t k);
  std::vector<SetShape> set_shapes(const Syn& set, Context& c);
  SetShape set_shape(const Syn& set, Context& c);
  void declare(const Syn& name, const SetShape& shape, Context& c);
  void declare_function(const Syn& name, const std::vector<SetShape>& domain, const SetShape& codomain, Context& c);
  bool declare_between(const Syn& first, const Syn& last, const SetShape& shape, Context& c);
  /// The vector of ones, the identity: declared names that are constants.
  void define_constant(const Syn& base, const SetShape& shape, Expr entry);
  bool collect_ranges(const Piece& piece);
  void apply_traits(const Syn& name, const Traits& traits);

  // Definitions (define.cpp).
  bool is_definition(const Chain& chain) const;
  bool is_fresh(const Syn& head) const;
  bool is_other_case(const Symbol& symbol, const Syn& name) const;  // cases.cpp
  bool names_no_member(const Syn& sup) const;
  void part_from_members(const Chain& chain);
  static std::size_t name_slots(const Syn& name);
  bool depends_through_definitions(Expr body, const Context& c) const;
  void begins_behind_base(const Syn& item, const std::string& key, const Symbol* family);
  bool names_quantities(const std::string& key, const Syn& group) const;
  void define(const Chain& chain);
  static void name_members(Symbol& symbol, const Clause& clause, std::size_t slots);
  void define_composition(const Syn& name, const Syn& rhs, Context& c);
  void define_as(const Syn& name, const FunctionVal& function, const std::vector<SynPtr>& names, Span span, Context& c);
  bool states_dependence(const Chain& chain);
  Symbol* copy_layout(const Symbol& like, const Syn& name, Role role);
  Symbol* formal_for(const Syn& name, const std::string& function, const Symbol* declared, Context& c);

  // Assumptions and prose (prose.cpp).
  void words(const Piece& piece, const Piece* next);
  bool assumption(const Chain& chain, bool scoped);
  std::vector<Chain> ordered_names(const Chain& chain, const Piece& piece, std::size_t k);
  bool hold_identically(Expr difference, Span span, std::vector<Expr>& zero);
  bool declare_number(const Syn& name, const Traits& traits, Context& c);
  bool constraint(const std::string& rel, const Syn& left, const Syn& right, Context& c, bool scoped);
  void dependence(const Syn& name, const std::vector<SynPtr>& on);
  void resolve_dependences(bool final);
  std::vector<Expr> fixed_indices(const Symbol& symbol, const Syn& name);
  int rank_of(const Syn& name) const;
  void hold(Symbol& symbol, const Traits& traits);
  void assume_behind(const Symbol& symbol, const Traits& traits);
  void extra_assumption(const std::string& text);
  bool says_assumption(const std::string& lead) const;
  /// "an $m \\times n$ matrix", "a vector of length $n$": a formula that is a shape.
  bool shape_formula(const Piece& piece);
  void shape_words(const std::string& text);
  void declare_shaped(const SynPtr& name, const SynPtr& shape, bool row);
  bool lead_scope_is_soft() const;
  bool lead_scope_is_narrow() const;
  bool entries_in(const Piece& piece);

  // Functions that words describe (described_functions.cpp).
  void described_functions(std::size_t at);
  void describe(const SynPtr& name, const std::string& phrase);
  bool formula_tells(const std::string& key) const;

  // Names for the parts of a whole (entries.cpp).
  enum class Parts : std::uint8_t { rows, columns, entries };
  bool gather(Entry& part, const Symbol& whole, const std::vector<std::size_t>& order);
  void name_parts(const Syn& name, Symbol& whole, Parts parts);
  bool names_entries(const Chain& chain);
  void bind_entries(bool all);

  /// Whether the piece says that dX stands for the gradient by X.
  void gradient_signs(const Piece& piece);
  void before_formula(const Piece& piece);
  void after_formula(const Piece& piece);
  void mention(const Piece& piece);
  void remember_subject(const SynPtr& s);
  void paragraph_begins(std::size_t at);
  void declare_ahead(std::size_t at);
  void condition_behind(std::size_t at);
  bool lists_components(const Chain& chain);
  static bool joins_subjects(const std::string& words);
  bool words_inside(const Piece& piece, std::size_t k) const;
  void unread_claims(const Chain& chain, const std::string& why);
  void see_functions(const Syn& syn);
  bool states_value(const Chain& chain) const;
  bool states_total(const Chain& chain) const;
  bool means_nothing_yet(const Chain& chain) const;
  bool renews(const Chain& chain) const;
  bool lead_is_if() const;
  bool explains_sign(const Chain& chain) const;
  bool is_quantity(const std::string& key) const;

  // Claims (claims.cpp).
  void claims(const Chain& chain, bool after_definition);
  void claim(const Chain& chain, const SynPtr& lhs, Span lhs_span, const SynPtr& rhs, Span rhs_span,
             const SynPtr& start);
  std::optional<Case> fit(const SynPtr& lhs, const SynPtr& rhs, const SynPtr& start, Context& c);
  std::string inferred_in(const std::vector<SynPtr>& formulas) const;
  void finish_case(Case& c);
  /// Sizes of I and 𝟏 that the step leaves open: the size that it names, or the only one of the sheet. False if there
  /// is no such size.
  bool settle_sizes(const Case& c);
  /// "for i ≠ k" in terms of the claim's own index variables.
  void narrow(Context& c, const Case& result);

  // An expression below the sheet (lone_expression.cpp).
  Scope* block_of_arguments(const SynPtr& syn, Scope* outer);
  std::optional<Val> lone_value(const SynPtr& syn, Scope* block, const Liberty& liberty, ElaboratedExpression& out);
  Scope* expression_block_ = nullptr;  ///< where the expression before was read

  const Source& source_;
  const Document& document_;
  const ElaborateOptions& options_;
  Elaborator e_;
  Layout layout_;
  std::vector<std::unique_ptr<Scope>> scopes_;
  Scope* scope_ = nullptr;
  Sheet sheet_;
  std::map<std::string, Range> ranges_;         ///< "for i = 1, …, m", in force from there on
  std::vector<Condition> lasting_conditions_;   ///< between sizes
  std::vector<Condition> lasting_constraints_;  ///< between quantities
  std::vector<Expr> lasting_vanishing_;
  std::vector<Assumed> lasting_assumed_;                ///< of symbols that steps before were read with
  std::size_t display_claims_ = 0;                      ///< how many claims stand before the last display
  bool below_display_ = false;                          ///< nothing was read since that display
  bool continues_display_ = false;                      ///< this sentence began with it
  std::map<Expr, std::vector<const Symbol*>> open_in_;  ///< what was not defined when it was assumed to vanish
  bool lasting_unread_ = false;                         ///< something that is assumed from there on was not understood
  std::vector<std::string> lasting_texts_;
  /// What holds for the display that follows, or for one statement of a display.
  struct Pending {
    std::vector<Condition> conditions;
    std::vector<Chain> index_conditions;  ///< i ≠ k: read with the claims that use the letters
    std::vector<Condition> constraints;   ///< s² < m
    std::vector<Assumed> assumed;
    std::vector<Expr> vanishing;
    std::vector<std::string> texts;
    bool unread = false;  ///< an assumption was not understood
  };
  Pending pending_;
  /// Of each defined quantity the conditions on indices under which its clauses hold, clause by clause.
  std::map<const Symbol*, std::vector<std::vector<Chain>>> cases_of_;
  bool in_display_ = false, used_pending_ = false;
  SynPtr pending_set_;            ///< the set of the declaration being read
  std::string lead_;              ///< the words right before the formula, lower case
  std::string sentence_;          ///< the sentence so far, lower case
  std::vector<SynPtr> subjects_;  ///< names that the sentence speaks of
  std::size_t named_ = 0;         ///< how many of them an attribute behind the formula belongs to
  bool declared_last_ = false;    ///< these came with a set of their own
  struct Dependence {
    Symbol* symbol;
    std::vector<SynPtr> on;
    bool last_layer = false;
  };
  std::vector<Dependence> dependences_;
  SynPtr open_dependent_, dependent_;
  bool awaiting_dependence_ = false;  ///< the words said "… is a function of"
  struct NamedEntries {
    SynPtr whole, part;
    std::size_t rank;
  };
  std::vector<NamedEntries> named_entries_;  ///< of arrays whose shape was not told yet
  SynPtr matrix_subject_;                    ///< the matrix that was named last
  std::string function_subject_;             ///< the function that was named last
  std::vector<SynPtr> paragraph_numerators_;
  bool gradient_words_ = false;  ///< the words could say what a sign stands for
  SynPtr differential_;          ///< X where dX is the subject of this sentence
  std::optional<Traits> trait_before_;
  std::set<std::uint32_t> ahead_;  ///< where declarations stand that were read before their place
  std::size_t behind_ =
      static_cast<std::size_t>(-1);  ///< the piece that was read as a condition of the display before it
  bool several_before_ = false;      ///< "symmetric matrices": of all names of the list
  bool scoped_traits_ = false;
  bool carried_assumed_ = false;
  bool inline_assumed_ = false;  ///< the formula before was assumed ("with a = 1 and b = 2")
  bool assumed_before_ = false;
  SynPtr shape_said_;  ///< the shape just read, for the names before or behind it
  SynPtr shape_for_next_;
  bool shape_after_be_ = false;
  std::set<std::string> seen_functions_;  ///< named functions that a formula above has used
  std::string barred_;                    ///< the accent of the name just read: \bar v
  enum class Follows : std::uint8_t {
    nothing,
    columns,
    rows,
    entries,
    components,
    jacobian,
    gradient,
    hessian,
    units
  } follows_ = Follows::nothing;
  bool last_layer_ = false;  ///< some quantity is a function of the last layer
  /// Where a row that starts with a relation goes on from.
  struct Row {
    SynPtr side;
    Span span;
    SynPtr start;  ///< of its chain
  };
  std::optional<Row> last_row_;
};

}  // namespace gradus
