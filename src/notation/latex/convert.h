// Paired LaTeX to items: commands take their arguments, letters become names, environments become rows or tables.
#pragma once

#include <string>
#include <vector>

#include "notation/grammar/grammar.h"
#include "notation/latex/tree.h"

namespace gradus::notation::latex {

using TreeView = std::span<const Tree>;

class Converter {
 public:
  Converter(Context& context, Grammar& grammar) : context_(context), grammar_(grammar) {}

  /// A list of items, its bars paired. `rows`: the list is a whole display, whose aligned environments are spliced in.
  Items list(TreeView trees, bool rows = false);

 private:
  // convert.cpp
  void step(TreeView trees, std::size_t& at, Items& out);
  void command(const Command& row, TreeView trees, std::size_t& at, Items& out);
  void bracket(const Tree& tree, Items& out);
  /// The next argument: what is in its braces, or the one tree. Empty and reported if there is none.
  TreeView argument(TreeView trees, std::size_t& at);
  /// The same as items. A command in place of the braces brings its own arguments: x^\frac12; a digit stands alone.
  Items argument_items(TreeView trees, std::size_t& at, bool script = false);
  /// The contents of [ … ] at trees[at], or none.
  std::optional<TreeView> option(TreeView trees, std::size_t& at) const;
  void fraction(const Tree& at_command, TreeView trees, std::size_t& at, Items& out);
  void physics_derivative(const Command& row, TreeView trees, std::size_t& at, Items& out);
  void overset(const Command& row, TreeView trees, std::size_t& at, Items& out);
  void underset(TreeView trees, std::size_t& at, Items& out);
  void substack(TreeView trees, std::size_t& at, Items& out);
  void statement(Items kids, Span span, Items& out) const;
  void relation(Span span, std::string text, Items& out) const;
  void atom(SynPtr syn, Items& out) const;
  void failed(const Tree& tree, Items& out) const;
  void unknown(const Tree& tree, Items& out);

  // names.cpp
  void accent(const Command& row, TreeView trees, std::size_t& at, Items& out);
  void style(const Command& row, TreeView trees, std::size_t& at, Items& out);
  void operator_name(TreeView trees, std::size_t& at, Items& out);
  void words(TreeView trees, std::size_t& at, Items& out);
  void digits(TreeView trees, std::size_t& at, Items& out);
  SynPtr styled(const SynPtr& syn, const std::string& style, const std::string& command) const;

  // environments.cpp
  void environment(const Tree& tree, bool alone, Items& out);
  void table(const Tree& tree, Items& out);
  void cases(const Tree& tree, Items& out);
  /// The cells of an environment, row by row.
  std::vector<std::vector<TreeView>> cells(const Tree& tree) const;

  Context& context_;
  Grammar& grammar_;
  bool rows_ = false;                                             ///< the present list is a whole display
  bool script_ = false;                                           ///< the present list is a script
  std::vector<std::pair<std::size_t, const Command*>> switches_;  ///< \bf: from that item on
  int depth_ = 0;
};

/// Text of the trees as words, without what is mathematics in it.
std::string plain_text(TreeView trees);
bool is_space(const Tree& tree);
bool is_digit(const Tree& tree);
bool is_symbol(const Tree& tree, std::string_view text);

}  // namespace gradus::notation::latex
