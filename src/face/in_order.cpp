#include "face/in_order.h"

#include <algorithm>

#include "program/buffers.h"
#include "program/passes.h"

namespace gradus::detail {

bool is_long_and_straight(const Program& program) {
  constexpr std::size_t kLong = 200;
  if (program.items.size() < kLong) return false;
  const auto looping = std::count_if(program.items.begin(), program.items.end(), [](const ProgramItem& item) {
    return item.sequence || !item.statement.loops.empty();
  });
  const bool sequences = std::any_of(program.items.begin(), program.items.end(),
                                     [](const ProgramItem& item) { return item.sequence != nullptr; });
  return !sequences && looping < 50;
}

void plan_in_order(Program& program) {
  settle_deltas(program);
  name_functions(program);
  tidy(program);
  forward_copies(program);
  tidy(program);
}

Nest in_order(const Program& program, const ScheduleOptions& options) {
  Nest nest;
  for (const ProgramItem& item : program.items) {
    NestStep step{item.statement, nullptr};
    step.statement.loops.clear();
    for (auto var = item.statement.loops.rbegin(); var != item.statement.loops.rend(); ++var) {
      auto loop = std::make_shared<Loop>();
      loop->var = *var;
      loop->body.push_back(std::move(step));
      step = {Assignment{}, std::move(loop)};
    }
    nest.steps.push_back(std::move(step));
  }
  place_buffers(program, nest, 1);
  for (Buffer& buffer : nest.buffers) {
    if (const auto own = options.strides.find(buffer.array); own != options.strides.end()) buffer.stride = own->second;
  }
  return nest;
}

}  // namespace gradus::detail
