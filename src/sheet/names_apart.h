// Names that only look like another name with a script, told apart before anything is elaborated.
//
// h' beside h, z_1 and z_2 of different shapes, a point x_0 beside x, samples x_i beside a point x: each becomes a name
// of its own where the sheet declares, defines or uses it so. What is left as it is may still be a component, a member
// of a family, a transpose or a derivative.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sheet/syntax.h"

namespace gradus {

/// Which names to tell apart; keys as in scope.h.
struct Apart {
  std::set<std::string> primed;    ///< h where h' is another name
  std::set<std::string> literal;   ///< "z_1", "x_s": the name with this script is a name
  std::set<std::string> families;  ///< x where the members x_i are no components of x
};

/// What the document says by itself.
Apart names_apart(const Document& document);
Document told_apart(const Document& document, const Apart& apart);
SynPtr told_apart(const SynPtr& syn, const Apart& apart);

}  // namespace gradus
