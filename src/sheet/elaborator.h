// Elaboration of formulas: syntax and scopes in, values in index notation out.
//
// Literal readings come first; what a literal reading could not do is tried again with one of the liberties of
// `Liberty` set, and then said in `readings`. Types and declarations choose; never whether a claim becomes true.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sheet/names_apart.h"
#include "sheet/prescan.h"
#include "sheet/scope.h"
#include "sheet/sheet.h"
#include "sheet/value.h"

namespace gradus {

enum class Layout : std::uint8_t {
  standard,     ///< a gradient has the shape of its variable, a Jacobian one row an output
  denominator,  ///< the same gradients, Jacobians transposed: one column an output
  numerator     ///< gradients as rows, Jacobians one row an output
};

/// Readings that are not literal, in the order in which they are tried.
struct Liberty {
  bool sample_component = false;  ///< x_j beside the current sample x_l is component j of that sample
  bool leibniz = false;           ///< a chain of ∂ fractions contracts what is differentiated by with what follows
  bool copies = false;            ///< f_1, f_2 are uses of one declared f
  int slot = 0;  ///< a ∇ of a function of several arguments is the gradient in this slot (0: not chosen)
};

/// What is known from one pass over the sheet to the next.
struct Knowledge {
  Dims dims;
  std::map<std::string, int> ranks;  ///< of undeclared names ("2:x" → 1), raised by use
  std::map<std::string, bool> rows;
  /// Layouts of defined names, for uses before their definition.
  struct Layout {
    std::vector<Place> places;
    std::size_t family = 0;
    bool operator==(const Layout&) const = default;
  };
  std::map<std::string, Layout> layouts;
  std::map<std::string, long> bases;  ///< families whose member with this numeral was declared: w_0 ∈ ℝ^n
  Apart apart;                        ///< names that only look like another one with a script
  bool parted = false;                ///< another one was found: the text is read anew
  bool changed = false;
  /// A name with this script is a name of its own.
  void part(const std::string& key) {
    if (apart.literal.insert(key).second) parted = true;
  }
  /// The members x_i are no components of x.
  void part_family(const std::string& key) {
    if (apart.families.insert(key).second) parted = true;
  }
  bool raise(const std::string& key, int rank) {
    int& known = ranks[key];
    if (rank <= known) return false;
    known = rank;
    return changed = true;
  }
};

/// What one formula is read in.
struct Context {
  Scope* scope = nullptr;
  std::map<std::string, const IndexVar*> bound;    ///< by Σ, Π, max
  std::map<std::string, const IndexVar*> indices;  ///< free letters of this statement
  std::map<std::string, const Symbol*> formals;    ///< parameters of the definition whose body is read
  std::map<std::string, Range> ranges;             ///< "for i = 1, …, m" in force here
  std::vector<Condition> conditions;               ///< "K = 1", "i ≠ k"
  std::vector<const Chain*> statement;             ///< the statement as written, for ranges and samples
  std::vector<std::string> readings;
  Liberty liberty;
  Layout layout = Layout::standard;
  std::vector<std::string> suspects;  ///< undeclared names behind a matrix: vectors, if scalars do not fit
  int slots_open = 0;                 ///< how many ∇ had a slot that nothing told: the number of slots to try
  bool claim = false;  ///< a claim is read: a layer that is not quantified lies between the first and the last
  bool used_sample = false;
  std::size_t term = 0;               ///< which term of the sum is being read, from 1
  std::set<const IndexVar*> guessed;  ///< letters whose range nobody said: it is that of the first use
};

class Elaborator {
 public:
  Elaborator(const Prescan& scan, Knowledge& knowledge) : scan_(scan), known_(knowledge), algebra_(knowledge.dims) {}

  // Formulas (expression.cpp).
  Val value(const Syn& syn, Context& c);
  Val scalar_value(const Syn& syn, Context& c);
  Val term_value(const Syn& syn, Context& c);
  Val sum_value(const Syn& syn, Context& c);
  Val group_value(const Syn& syn, Context& c);
  Val matrix_value(const Syn& syn, Context& c);
  // Lists with an ellipsis (lists.cpp).
  static bool has_dots(const std::vector<SynPtr>& items);
  Val tuple(const Syn& group, Context& c);
  Val listed(const std::vector<SynPtr>& items, Context& c);
  Val dotted_matrix(const Syn& syn, Context& c);
  Val cases_value(const Syn& syn, Context& c);
  /// The relation of a chain node between real or index values, as a selection.
  Expr guard(const Syn& chain, Context& c, Expr then, Expr otherwise);
  Val norm(const Syn& group, const SynPtr& sub, const SynPtr& sup, Context& c);

  // Names and scripts (names.cpp).
  Val name_value(const Syn& name, Context& c);
  Val scripts_value(const Syn& scripts, Context& c);
  Val with_superscript(Val base, const Syn& sup, Context& c);
  Val with_subscript(Val base, const Syn& sub, Context& c);
  Val load(const Symbol* symbol, const std::vector<Expr>& given, Span span);
  Val load_entry(Entry& entry, const Syn& name, const SynPtr& sub, const SynPtr& sup, SynPtr& left_sub,
                 SynPtr& left_sup, Context& c);
  Entry& infer(const Syn& name, Context& c, const SynPtr& sub, const SynPtr& sup);
  std::string hint_key(const Syn& name, Context& c);
  Val load_scripted(const Symbol* symbol, const Syn& name, const SynPtr& sub, const SynPtr& sup, SynPtr& left_sub,
                    SynPtr& left_sup, Context& c);
  Entry& infer_label(const Syn& scripts, Context& c);
  /// Names that mean something by convention where they are not declared: e^x, δ_ij, e_i, 𝟏_n, I_n, indicators.
  std::optional<Val> special_scripts(const Syn& scripts, Context& c);
  /// A defined function that stands without its argument: its value at the names that it is defined with.
  Val quantity(Val v, Context& c);
  Val prime_of(const Val& v, int order);
  /// s beside a defined s²: its positive root.
  Val root_of(Entry& square, const Syn& name, const SynPtr& sub, SynPtr& left_sub, Context& c);
  /// Whether the subscript is a label because the sheet labels that name (W_f, W_i, W_o).
  bool labelled(const Syn& base, const SynPtr& sub, const Context& c) const;
  bool indices_only(const SynPtr& script) const;
  Val adjoint(const Syn& name, Context& c);
  bool name_is_constant(const Syn& name) const;
  Val ones(const Range& range, Span span);
  Val identity(const Range& range, Span span);
  IndexVars current_samples(const Symbol& symbol, const Syn& name, Context& c);
  bool sample_component(const Symbol& symbol, const Syn& name, const Syn& script, std::vector<Expr>& given, Context& c);
  void check_range(Expr term, const Range& axis, const Symbol* symbol, const Syn& item);
  /// A letter whose range was told by one use stands where another range is declared.
  void check_guess(Expr term, const Range& axis, const Symbol* symbol, const Syn& item, const Context& c);
  /// An undeclared scalar that stands where an array is needed: its rank is raised for the next pass.
  void hint_like(const Val& scalar, const Val& like);

  // Index terms and ranges (indices.cpp).
  Expr index_value(const Syn& syn, Context& c);
  const IndexVar* free_index(const std::string& letter, const Range& range);
  const IndexVar* letter_index(const std::string& letter, Context& c, const Range* axis);
  /// The range that the uses of a letter in the syntax give it.
  std::optional<Range> guess_range(const std::string& letter, const Syn& syn, Context& c);
  std::optional<Range> guess_range(const std::string& letter, const std::vector<SynPtr>& region, Context& c);
  std::vector<Expr> members_of(const Symbol& symbol, const Syn& scripts, const std::string& letter, Context& c);
  /// The range of index k, for the member at the given family indices.
  Range range_of(const Symbol* symbol, std::size_t k, const std::vector<Expr>& given) const;
  Expr size_value(const Syn& syn, Context& c);
  struct Binder {
    ReduceOp op;
    std::vector<const IndexVar*> vars;
    std::vector<std::string> letters;
    std::vector<SynPtr> guards;
  };
  /// A letter that no Σ or Π among them binds; what is in `apart` is not looked into.
  static bool occurs_free(const std::string& letter, const std::vector<SynPtr>& factors,
                          const std::vector<const Syn*>& apart);
  Binder bind(const Syn& bigop, const std::vector<SynPtr>& region, Context& c);

  std::vector<SynPtr> statement_sides(const Context& c) const;

  // Products and applications (product.cpp, application.cpp).
  Val product_value(const std::vector<SynPtr>& kids, Context& c);
  bool is_function(const Syn& syn, Context& c);
  /// The arguments of f that the subscripts name, f_x, f_{xy} of f(x, y), or f_1, f_{12} where the text says so; empty
  /// if they do not all name a number it takes.
  std::vector<int> argument_slots(const Symbol& f, const std::string& key, const std::vector<SynPtr>& items) const;
  /// f(args), differentiated once in each argument of `slots`, the new axes behind.
  Val apply(const FunctionVal& function, std::vector<Val> args, Span span, Context& c, std::vector<int> slots = {});
  Val apply_symbol(Symbol* f, std::vector<Val> args, const std::vector<Expr>& component, Span span, Context& c,
                   std::vector<int> slots);
  /// Drops axes of length one that an assumption (K = 1) makes so.
  void squeeze(Val& v, const Context& c);
  void hint_argument(const Val& v, const Symbol& formal);
  /// Makes the arguments fit the formals: packs scalars into ℝ^k, repairs a domain ℝ^{M×M} that is used as ℝ^M × ℝ^M.
  void fit_arguments(Symbol* f, std::vector<Val>& args, Span span);
  std::vector<Val> arguments(const Syn& group, Context& c);
  std::vector<Val> default_arguments(const Symbol* f, Context& c, Span span);
  Val elementary_call(const Syn& head, const std::vector<Val>& args, Context& c, Span span);
  Val binomial(const Syn& syn, Context& c);
  bool is_named_function(const std::string& name) const;
  /// One that takes a number and gives one: exp, cot, silu.
  bool is_number_function(const std::string& name) const;

  Val function_value(const Syn& head, Context& c);

  // Derivatives (operators.cpp).
  /// What ∇, ∂_w or D stands before: a function with its arguments, or a value.
  struct Operand {
    std::shared_ptr<FunctionVal> function;
    std::vector<Val> args;
    std::vector<SynPtr> arg_syntax;
    bool implicit = false;  ///< the arguments were not written
    std::shared_ptr<Val> value;
    const Symbol* variable = nullptr;  ///< what a quantity is said to be a function of: E(w)
    SynPtr sub, sup;                   ///< scripts behind the argument's bracket: they belong to the result
    SynPtr next, next_next;            ///< what follows in the product (it may tell a slot)
    Span span;
  };
  static bool all_scalar(const std::vector<Val>& args);
  Val by_all_arguments(const FunctionVal& f, const std::vector<Val>& args, int order, Span span, Context& c);
  Val nabla(const Operand& of, const SynPtr& by, int order, Span span, Context& c);
  Val partial(const Operand& of, const std::vector<SynPtr>& by, Span span, Context& c);
  Val jacobian(const Operand& of, const SynPtr& by, int order, Span span, Context& c);
  Val derivative_fraction(const Syn& deriv, Context& c, const Val* operand);
  Val differential(const Val& of, Span span, Context& c);
  /// ∂of/∂by with the axes of `of` before those of `by` (a gradient has the shape of its variable).
  Val by_variable(const Val& of, const Val& by, DerivMode mode, Context& c, Span span);
  /// The derivative in argument slots; `order` times in the same slot.
  Val in_slot(const FunctionVal& f, const std::vector<Val>& args, int slot, int order, Span span, Context& c) {
    return apply(f, args, span, c, std::vector<int>(static_cast<std::size_t>(order), slot));
  }
  Val restrict_to(const Val& of, const Syn& where, Context& c);
  Val applied(const Operand& of, Context& c);
  /// The member of a family that `of` is a function of, where the family stands without an index.
  Val member_for(const Val& by, const Val& of, Context& c);
  Val finish(Val v, const Operand& of, Context& c);
  /// The slot whose argument is (a member of) that name; −1 if none or several.
  int slot_named(const FunctionVal& f, const std::vector<Val>& args, const Syn& by, Context& c);
  /// A numerator; a bare function stands at the names that it is a function of.
  Val numerator_value(const Syn& numerator, const Syn& by, Context& c);
  DerivMode mode_for(const Syn& numerator, const Val& of, Context& c) const;

  Dims& dims() { return known_.dims; }
  const Prescan& scan() const { return scan_; }
  /// How the name is used under the present heading, or else in the sheet.
  const Usage& usage(const std::string& key) const { return scan_.usage(key, section); }
  std::size_t section = 0;
  /// A name of this statement has just turned out to be an array: nothing follows from the shapes around it yet.
  bool unsettled = false;
  Algebra& algebra() { return algebra_; }
  Knowledge& knowledge() { return known_; }

  /// Symbols made in this pass; names for symbols in the order of their birth.
  std::vector<Symbol*> symbols;
  Symbol* new_symbol(const Syn& name, const std::string& extra_shown = "", const std::string& extra_latex = "");
  /// In prose: "local derivative … held fixed", with the final quantity excepted.
  bool local_derivatives = false;
  std::set<std::string> total_of;         ///< names whose derivative is along all paths although others are local
  bool differential_is_gradient = false;  ///< prose: dX stands for ∂L/∂X
  std::string adjoint_accent;             ///< prose: a bar stands for the gradient of the loss
  SynPtr adjoint_syntax;                  ///< that loss, as written
  std::optional<Range> layer_units;       ///< "all layers have M units"
  bool matrix_convention = false;         ///< undeclared names: a–g scalar, h–z vector, A–Z matrix
  std::map<const Symbol*, std::string> inferred;  ///< undeclared symbols, with the key of what is known of them
  std::set<const Symbol*> firm;                   ///< symbols whose shape follows from declarations
  std::vector<Diagnostic> notes;                  ///< repairs, told once

 private:
  const Prescan& scan_;
  Knowledge& known_;
  Algebra algebra_;
  std::map<std::string, const IndexVar*> free_;  ///< free letters by letter and range: one variable for the sheet
  int depth_ = 0;
  bool guessing_ = false;
};

}  // namespace gradus
