// Definitions that refer to themselves: in which index they run, what they can depend on, when opening them ends.
// Internal to calculus.
#pragma once

#include <map>

#include "expr/walk.h"

namespace gradus {

/// Whether the symbol's definition refers to the symbol again, perhaps through others.
bool is_recursive(const Symbol* symbol);

/// The index in which the definitions between two symbols run: every reference on the way has a time at most (down) or
/// at least (up) that of the definition it stands in. So z^{l-1} cannot depend on w^l, and z^{l+1} leads back to z^l in
/// one round.
struct Timeline {
  std::map<const Symbol*, std::size_t> position;  ///< which index of the symbol is its time
  bool down = true;
};

/// Timelines from definitions to one symbol, worked out once each.
class Timelines {
 public:
  explicit Timelines(Expr wrt) : wrt_(wrt) {}

  /// True only if the reference lies before everything that wrt can influence.
  bool surely_before(Expr ref);
  /// Whether a reference to wrt's own symbol is at wrt's time, if that is certain.
  std::optional<bool> same_time(Expr ref);
  /// Whether opening the reference again and again certainly ends: no recurrence, a numeral as time, or a constant
  /// distance to wrt.
  bool opening_ends(Expr ref);

 private:
  const Timeline* timeline(const Symbol* from);
  Expr wrt_;
  std::map<const Symbol*, std::optional<Timeline>> known_;
};

/// The same without a variable in view: no recurrence, or numerals alone as indices.
bool opening_ends(Expr ref);

}  // namespace gradus
