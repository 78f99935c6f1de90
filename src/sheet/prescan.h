// A look over the whole sheet before anything is elaborated: how each name is used (with which scripts, called or not),
// which letters are bound as indices, which stand for sizes. A slot's kind is decided once for the sheet.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sheet/syntax.h"

namespace gradus {

struct Usage {
  int subs = 0;  ///< the most index-like subscripts seen at once
  int sups = 0;  ///< superscript indices (w^{2,0}: 2)
  bool sup_paren = false, sup_bracket = false, sup_index = false;
  bool shifted = false;        ///< some index is a letter plus or minus something (h_{t-1})
  bool letter_above = false;   ///< some superscript index is a letter
  bool letter_script = false;  ///< some index is a letter, not only numerals
  bool called = false;         ///< followed by (…) somewhere
  std::set<int> call_arity;
  bool call_parameters = false;         ///< called with parameters behind a semicolon: f(x; w)
  std::vector<std::string> call_names;  ///< the plain names of the first call with only plain names
  bool called_apart = false;            ///< some two calls have different arguments
  bool primed = false;
  bool transposed = false;  ///< w^T, where T is no size
  bool leads = false;       ///< something follows it side by side: f x
  bool bold = false;
  bool differentiated_by = false;  ///< stands under a ∂
  std::set<std::string> labels;    ///< literal subscripts that are no indices
};

struct Prescan {
  std::map<std::string, Usage> names;
  std::set<std::string> index_letters;        ///< bound by Σ, Π, max or quantified ("i = 1, …, m")
  std::set<std::string> size_letters;         ///< upper limits, exponents of ℝ
  std::set<std::string> list_ends;            ///< the L of l = 1, …, L
  std::set<std::string> fixed_sizes;          ///< those that a set or the end of a list (x_1, …, x_n) makes sizes
  std::set<std::string> script_letters;       ///< letters that stand below a name
  std::set<std::string> differentials;        ///< names X for which `dX` is written
  std::set<std::string> functions;            ///< names that are declared as functions somewhere
  std::set<std::string> numbered_partials;    ///< names f whose f_1, f_2 the text calls partial derivatives
  std::set<std::string> given_differentials;  ///< those for which `dX = …` is written
  bool index_like(const Syn& script) const;
  std::vector<std::map<std::string, Usage>> sections;  ///< the same, heading by heading
  const Usage& usage(const std::string& key, std::size_t section) const;
};

Prescan prescan(const Document& document);
void prescan_formula(const Chain& chain, Prescan& into);  ///< counts for the last section

/// The subscript or superscript as separate items: "ij" → i, j; "1,i" → 1, i; "l+1" → l+1; "(i)" → i.
std::vector<SynPtr> script_items(const SynPtr& script);

}  // namespace gradus
