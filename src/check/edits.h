// The catalogue of slips: what an author's right side would be with one slip undone, as text.
//
// Edits are made on the author's LaTeX, guided by the syntax tree of the side: a factor 2 lost, a sign, a
// transposition, a size divided by or not, factors in the wrong order, a lost factor, a wrong index, a sum for a
// product, a missing prime. Which of them mends the step is for the checker to say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/source.h"
#include "sheet/syntax.h"

namespace gradus {

/// The kinds of slip that the catalogue knows.
enum class Slip : std::uint8_t {
  sign,
  factor,
  term,
  lost_factor,
  extra_factor,
  indices,
  arrangement,
  limits,
  reduction,
  power,
  prime,
  name,
  number,
  zero
};

struct Edit {
  Slip slip = Slip::factor;
  std::string latex;      ///< the whole right side, edited
  std::string diagnosis;  ///< what was wrong: "a factor 2 is missing"
  Span where;             ///< the smallest sub-term that the edit touches
};

struct SlipContext {
  const Source& source;
  Span span;                   ///< of the right side
  SynPtr right;                ///< its tree
  std::vector<SynPtr> others;  ///< trees of the left side and of the chain's start, where lost factors come from
  std::vector<std::string> size_latex;  ///< names of sizes: "L", "n"
};

/// Edits in the order in which they are worth trying.
std::vector<Edit> edits_of(const SlipContext& context);

/// Top-level terms of a side, with the sign in front.
std::vector<Span> top_level_terms(const Syn& side);

}  // namespace gradus
