// Sizes: named ones (N, n_l), and flexible ones that stand for the length of an undeclared axis until use tells it.
//
// A flexible size is resolved by unification. Elaboration runs over the sheet several times; what one pass has unified
// is known from the start of the next, so that every axis is made with its final range.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "expr/walk.h"

namespace gradus {

class Dims {
 public:
  /// The size of that name; `rank` index slots (n_l has one). The same symbol in every pass.
  Symbol* named(const std::string& name, const std::string& latex, std::size_t rank = 0);
  bool has(const std::string& name) const { return named_.contains(name); }
  /// A flexible size for that key ("x#0": first axis of x), resolved if it already is.
  Range flexible(const std::string& key) { return flexible(key, {}); }
  /// The same for a family: one size for each member, at these index terms (n_l).
  Range flexible(const std::string& key, const std::vector<Expr>& member);
  /// The range as known now: flexible sizes replaced by what they were unified with.
  Range resolve(Range range) const;
  Expr resolve(Expr e) const;
  bool is_flexible(const Range& range) const;
  /// Whether it is the size of an I or 𝟏.
  bool is_anonymous(const Symbol* size) const { return anonymous_.contains(size); }
  /// Makes the two ranges one if a flexible one allows it; false if they certainly or possibly differ.
  bool unify(const Range& a, const Range& b);
  /// Whether a ≥ b for all sizes from 1 up: polynomials in them (D(D+1)/2 ≥ D).
  static bool surely_at_least(Expr a, Expr b);
  /// Whether anything new was unified since the last call.
  bool changed() { return std::exchange(changed_, false); }

 private:
  const Symbol* flexible_symbol(const Range& range) const;
  std::map<std::string, Symbol*> named_;
  std::map<std::string, Symbol*> flexible_;
  std::unordered_set<const Symbol*> known_flexible_;
  std::set<std::string> shown_;        ///< names of flexible sizes
  std::set<const Symbol*> anonymous_;  ///< flexible sizes of 𝟏, I, …
  struct Resolved {
    IndexVars params;  ///< what the range calls the member's index terms
    Range range;
  };
  bool bind(Expr flexible, const Range& to);
  std::unordered_map<const Symbol*, Resolved> resolved_;
  bool changed_ = false;
};

}  // namespace gradus
