// Integers while code is emitted: affine forms, so that differences of indices are known when they are numbers.
#pragma once

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/Value.h>

namespace gradus {

/// constant + Σ factor·value + lane_step·lane + per_lane, where lane counts from the chunk's first.
struct Integer {
  long constant = 0;
  llvm::SmallVector<std::pair<llvm::Value*, long>, 2> terms;
  long lane_step = 0;
  llvm::Value* per_lane = nullptr;

  Integer() = default;
  Integer(long value) : constant(value) {}
  explicit Integer(llvm::Value* value) : terms{{value, 1}} {}

  /// The same in every lane.
  bool uniform() const { return lane_step == 0 && !per_lane; }
  bool known() const { return uniform() && terms.empty(); }
  bool is(long value) const { return known() && constant == value; }

  void add_term(llvm::Value* value, long factor) {
    for (auto it = terms.begin(); it != terms.end(); ++it) {
      if (it->first != value) continue;
      it->second += factor;
      if (it->second == 0) terms.erase(it);
      return;
    }
    if (factor != 0) terms.push_back({value, factor});
  }
};

}  // namespace gradus
