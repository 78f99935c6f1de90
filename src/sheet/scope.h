// Names in their scopes. A heading opens a scope below the one before it; a name that is declared again under the same
// heading opens an inner one. Names that a scope does not hold are inherited.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "expr/walk.h"
#include "sheet/syntax.h"

namespace gradus {

/// `columns u_k of U`: what a script of the alias means in the target. Axes without a script stay free.
struct Alias {
  Symbol* target = nullptr;
  std::vector<std::size_t> axis_of_script;
};

struct Entry {
  std::string key;
  Symbol* symbol = nullptr;    ///< as a quantity: variable, family, defined quantity
  Symbol* callable = nullptr;  ///< as a function of arguments (X and X(t) may both exist)
  std::optional<Alias> alias;
  std::vector<Symbol*> composition;  ///< a function that is a composition, outermost first
  std::vector<std::string> of;       ///< a quantity that is written with its variables: L(w)
  bool declared = false;             ///< by the author, not inferred
  bool broken = false;               ///< its definition was not understood: nothing that uses it is judged
  Span span;
};

struct Scope {
  Scope* parent = nullptr;
  std::size_t number = 0;  ///< in the order of opening
  std::string title;
  bool heading = false;  ///< opened by a heading, not by a redeclaration
  std::map<std::string, Entry> entries;

  Entry* here(const std::string& key);
  Entry* find(const std::string& key);
};

/// What stands below the scripts, if there are any.
inline const Syn& base_of(const Syn& s) { return s.kind == SynKind::scripts ? *s.kids[0] : s; }

/// The identity of a name: base letters with accent and style ("hat:x", "cal:L"). Bold is not part of it.
std::string name_key(const Syn& name);
/// The identity of a name together with its scripts taken literally ("v_c", "σ^2"); empty if they are no label.
std::string literal_key(const Syn& scripts, bool with_sub, bool with_sup);
/// How a name is shown in a terminal ("x̂", "ℒ").
std::string shown_name(const Syn& name);
/// Flat text of simple syntax (names, numbers, juxtaposed): "ij", "l+1"; empty if it is more than that.
std::string flat(const Syn& syn);

}  // namespace gradus
