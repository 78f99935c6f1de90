#include "program/plan.h"

#include "program/passes.h"

namespace gradus {

void prepare(Program& program) {
  settle_deltas(program);
  name_functions(program);
}

void plan(Program& program, std::vector<Ordering>* orderings) {
  settle_deltas(program);
  name_functions(program);
  tidy(program);
  forward_copies(program);
  tidy(program);
  merge_contractions(program);
  factor_contractions(program, orderings);
  expand_short_loops(program);
  forward_copies(program);
  tidy(program);
  hoist_invariants(program);
  tidy(program);
  forward_copies(program);
  tidy(program);
}

}  // namespace gradus
