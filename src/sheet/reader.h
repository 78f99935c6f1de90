// Reading a sheet statement by statement: what is declared, defined, assumed, claimed.
#pragma once

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

  // Declarations (declare.cpp).
  bool declaration(const Chain& chain, const std::vector<const Chain*>& names);
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
  static std::size_t name_slots(const Syn& name);
  bool depends_through_definitions(Expr body, const Context& c) const;
  void define(const Chain& chain);
  static void name_members(Symbol& symbol, const Clause& clause, std::size_t slots);
  void define_composition(const Syn& name, const Syn& rhs, Context& c);
  Symbol* copy_layout(const Symbol& like, const Syn& name, Role role);
  Symbol* formal_for(const Syn& name, const std::string& function, const Symbol* declared, Context& c);

  // Assumptions and prose (prose.cpp).
  void words(const Piece& piece, const Piece* next);
  bool assumption(const Chain& chain, bool scoped);
  void dependence(const Syn& name, const std::vector<SynPtr>& on);
  void resolve_dependences(bool final);
  std::vector<Expr> fixed_indices(const Symbol& symbol, const Syn& name);
  int rank_of(const Syn& name) const;
  void extra_assumption(const std::string& text);
  bool says_assumption(const std::string& lead) const;
  /// "an $m \\times n$ matrix", "a vector of length $n$": a formula that is a shape.
  bool shape_formula(const Piece& piece);
  void shape_words(const std::string& text);
  void declare_shaped(const SynPtr& name, const SynPtr& shape, bool row);
  bool lead_scope_is_soft() const;
  void before_formula(const Piece& piece);
  void after_formula(const Piece& piece);
  void mention(const Piece& piece);
  void remember_subject(const SynPtr& s);
  void paragraph_begins(std::size_t at);
  static bool joins_subjects(const std::string& words);
  static bool narrows(const Piece& piece, std::size_t k);
  static Chain side_condition(const Chain& chain);
  bool words_inside(const Piece& piece, std::size_t k) const;
  void unread_claims(const Chain& chain, const std::string& why);
  void see_functions(const Syn& syn);
  bool states_value(const Chain& chain) const;
  bool is_quantity(const std::string& key) const;

  // Claims (claims.cpp).
  void claims(const Chain& chain, bool after_definition);
  void claim(const Chain& chain, const SynPtr& lhs, Span lhs_span, const SynPtr& rhs, Span rhs_span,
             const SynPtr& start);
  std::optional<Case> fit(const SynPtr& lhs, const SynPtr& rhs, const SynPtr& start, Context& c);
  std::string inferred_in(const std::vector<SynPtr>& formulas) const;
  void finish_case(Case& c) const;
  /// "for i ≠ k" in terms of the claim's own index variables.
  void narrow(Context& c, const Case& result);

  const Source& source_;
  const Document& document_;
  const ElaborateOptions& options_;
  Elaborator e_;
  Layout layout_;
  std::vector<std::unique_ptr<Scope>> scopes_;
  Scope* scope_ = nullptr;
  Sheet sheet_;
  std::map<std::string, Range> ranges_;        ///< "for i = 1, …, m", in force from there on
  std::vector<Condition> lasting_conditions_;  ///< between sizes
  std::vector<Expr> lasting_vanishing_;
  std::vector<std::string> lasting_texts_;
  /// What holds for the display that follows, or for one statement of a display.
  struct Pending {
    std::vector<Condition> conditions;
    std::vector<Chain> index_conditions;  ///< i ≠ k: read with the claims that use the letters
    std::vector<Assumed> assumed;
    std::vector<Expr> vanishing;
    std::vector<std::string> texts;
    bool unread = false;  ///< an assumption was not understood
  };
  Pending pending_;
  bool in_display_ = false, used_pending_ = false;
  SynPtr pending_set_;              ///< the set of the declaration being read
  std::string lead_;                ///< the words right before the formula, lower case
  std::string sentence_;            ///< the sentence so far, lower case
  std::vector<SynPtr> subjects_;    ///< names that the sentence speaks of
  std::size_t fresh_subjects_ = 0;  ///< how many of them came with the last formulas in a row
  struct Dependence {
    Symbol* symbol;
    std::vector<SynPtr> on;
    bool last_layer = false;
  };
  std::vector<Dependence> dependences_;
  SynPtr open_dependent_, dependent_;
  bool awaiting_dependence_ = false;  ///< the words said "… is a function of"
  SynPtr matrix_subject_;             ///< the matrix that was named last
  std::string function_subject_;      ///< the function that was named last
  std::vector<SynPtr> paragraph_numerators_;
  bool gradient_words_ = false, saw_differential_ = false;
  std::optional<Traits> trait_before_;
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
  SynPtr last_side_;         ///< of the display before, for displays that continue it
  Span last_span_;
  SynPtr last_start_;
  bool last_was_chain_ = false;
};

}  // namespace gradus
