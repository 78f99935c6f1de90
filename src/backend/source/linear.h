// Index terms as text: sums of names with whole factors, and what is no such sum as a name of its own. C and Python
// write them alike. Internal to backend/source.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "expr/walk.h"

namespace gradus {

/// constant + Σ factor · text, over a common denominator that divides the whole.
struct Linear {
  std::vector<std::pair<std::string, long>> terms;
  long constant = 0;
  long below = 1;

  void add(const std::string& text, long factor);
  bool known() const { return terms.empty(); }
};

/// How the leaves are written.
struct IndexLeaves {
  std::function<std::string(const IndexVar*)> variable;
  std::function<std::string(Expr)> element;  ///< of an integer array
  std::string divide;                        ///< exact division: " / "
};

/// The term, with denominator 1. Calls `fail` for what is no index term.
Linear linear(Expr term, const IndexLeaves& leaves, const std::function<void(const std::string&)>& fail);
Linear plus(Linear a, const Linear& b, long factor = 1);

/// "3 * l + i - 1".
std::string text_of(const Linear& linear);
/// Σ stride · index, the constants together at the end: "3 * (l - 1) + i".
std::string text_of(const std::vector<std::pair<Linear, long>>& strided);

}  // namespace gradus
