// Identifiers for what sheets call by letters: ᾱ is alpha_bar, ∂E/∂w is dE_dw. Internal to backend/source.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "expr/symbol.h"

namespace gradus {

/// The name in letters, digits and underscores; "v" where nothing of it is left.
std::string identifier(std::string_view name);

/// Names that are taken, of arrays for good and of loop variables while their loop is open.
class Names {
 public:
  /// `reserved`: words that the language or the file uses already.
  explicit Names(std::set<std::string> reserved) : taken_(std::move(reserved)) {}

  /// A new name, like the wish.
  std::string fresh(const std::string& wish);
  /// The next of t1, t2, ….
  std::string numbered(const std::string& letter);
  const std::string& of(const Symbol* array);

  void enter(const IndexVar* var);
  void leave();
  bool knows(const IndexVar* var) const;
  const std::string& of(const IndexVar* var) const;  ///< a variable that was entered

 private:
  std::string free(const std::string& wish) const;

  std::set<std::string> taken_;
  std::map<std::string, int> next_;
  std::map<const Symbol*, std::string> arrays_;
  std::vector<std::pair<const IndexVar*, std::string>> open_;
};

}  // namespace gradus
