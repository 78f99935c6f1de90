// How statements meet arrays: what must come before what, and along which loops two statements may run together.
// Internal to program.
#pragma once

#include "program/arrays.h"

namespace gradus {

struct Access {
  Expr ref = nullptr;
  bool write = false;
  Update update = Update::set;
};

/// A statement, or a sequence as a whole, that waits for its place.
struct Work {
  Assignment statement;  ///< with its loops; those that are placed already are not among `left`
  IndexVars left;
  std::shared_ptr<const Sequence> sequence;
  std::vector<Access> accesses;         ///< every one, index terms searched too; see note_accesses
  std::size_t id = 0;                   ///< its place in the list that note_order saw
  std::vector<std::size_t> after = {};  ///< ids of the works that come before it there; see note_order
};

/// To be called when the statement has changed.
void note_accesses(Work& work);
/// Numbers the works and says for each which of those before it it must come after. In time that grows with the
/// accesses, not with the pairs of works.
void note_order(std::vector<Work>& works);
/// Whether the two may run in one loop, iteration by iteration, with these variables as one.
bool may_share(const Work& earlier, const IndexVar* a, const Work& later, const IndexVar* b);
/// How many arrays the two meet along these variables.
int common_axes(const Work& one, const IndexVar* a, const Work& other, const IndexVar* b);

/// What it costs to run the statement with this variable across the lanes, in vector operations; null: not across
/// lanes.
double lane_cost(const Assignment& statement, const IndexVar* lane, const std::vector<const Symbol*>& fixed,
                 long lanes);

}  // namespace gradus
