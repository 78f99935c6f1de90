#include "backend/llvm/homes.h"

#include <algorithm>

namespace gradus {
namespace {

constexpr std::size_t largest_function = 1500;  // nodes; compile time grows faster than this
constexpr long largest_on_stack = 64;           // elements
constexpr long body_budget = 6000;              // elements on the stack for one body of a blocks loop
constexpr std::size_t alignment = 16;           // elements: 64 bytes in single precision

bool mentions(Expr e, const IndexVar* var) { return std::find(e->free.begin(), e->free.end(), var) != e->free.end(); }

std::size_t cost_of_node(Expr node) { return node->kind == Kind::func ? 20 : 1; }

std::size_t times_written(const Loop& loop) {
  return loop.kind == Loop::Kind::unrolled ? static_cast<std::size_t>(known_count(loop.var).value_or(4)) : 1;
}

/// What is known of a local buffer's uses.
struct Uses {
  bool used = false;
  bool one_body = true, one_lanes = true;
  std::size_t first_step = 0, last_step = 0;  // of the top level
  const Loop* body = nullptr;
  const Loop* lanes = nullptr;
  bool of_a_lane = true;  // every use is at the lane's own element of an axis that is not kept
};

class Surveyor {
 public:
  Surveyor(const Nest& nest, const Homes& homes) : nest_(nest), homes_(homes), uses_(nest.buffers.size()) {}

  /// The cost of each top-level step.
  std::vector<std::size_t> survey() {
    std::vector<std::size_t> costs;
    for (; top_ < nest_.steps.size(); ++top_) costs.push_back(step(nest_.steps[top_]));
    return costs;
  }
  const Uses& uses(std::size_t buffer) const { return uses_[buffer]; }

 private:
  std::size_t step(const NestStep& step) {
    if (!step.loop) return expression(step.statement.target) + expression(step.statement.body);
    const Loop& loop = *step.loop;
    const Loop* const body = body_;
    const Loop* const lanes = lanes_;
    if (loop.kind == Loop::Kind::blocks && !body_) body_ = &loop;
    if (loop.kind == Loop::Kind::lanes) lanes_ = &loop;
    expression(loop.var->lo);
    expression(loop.var->hi);
    std::size_t cost = 0;
    for (const NestStep& inner : loop.body) cost += this->step(inner);
    body_ = body;
    lanes_ = lanes;
    return cost * times_written(loop);
  }
  std::size_t expression(Expr e) {
    std::size_t cost = 0;
    visit(e, [&](Expr node) {
      cost += cost_of_node(node);
      if (node->kind == Kind::ref && node->symbol->role != Role::constant) use(node);
    });
    return cost;
  }
  void use(Expr node) {
    const auto found = homes_.number.find(node->symbol);
    if (found == homes_.number.end()) return;
    const Buffer& buffer = nest_.buffers[found->second];
    Uses& uses = uses_[found->second];
    if (uses.used) {
      uses.one_body &= uses.body == body_;
      uses.one_lanes &= uses.lanes == lanes_;
    } else {
      uses.first_step = top_;
    }
    uses.used = true;
    uses.last_step = top_;
    uses.body = body_;
    uses.lanes = lanes_;
    bool own = false;
    for (std::size_t d = 0; lanes_ && d < node->kids.size(); ++d) {
      if (!mentions(node->kids[d], lanes_->var)) continue;
      own = true;
      if (buffer.stride[d] != 0) uses.of_a_lane = false;
    }
    uses.of_a_lane &= own;
  }

  const Nest& nest_;
  const Homes& homes_;
  std::vector<Uses> uses_;
  std::size_t top_ = 0;
  const Loop* body_ = nullptr;
  const Loop* lanes_ = nullptr;
};

}  // namespace

std::optional<long> known_count(const IndexVar* var) {
  const auto lo = constant_index(var->lo), hi = constant_index(var->hi);
  if (!lo || !hi) return {};
  return std::max(0L, *hi - *lo + 1);
}

std::size_t cost_of(const std::vector<NestStep>& steps) {
  std::size_t cost = 0;
  for (const NestStep& step : steps) {
    if (step.loop) {
      cost += cost_of(step.loop->body) * times_written(*step.loop);
    } else {
      visit(step.statement.body, [&](Expr node) { cost += cost_of_node(node); });
      ++cost;
    }
  }
  return cost;
}

Homes homes_of(const Nest& nest) {
  Homes homes;
  homes.of.resize(nest.buffers.size());
  for (std::size_t i = 0; i < nest.buffers.size(); ++i) homes.number.emplace(nest.buffers[i].array, i);
  Surveyor surveyor(nest, homes);
  const std::vector<std::size_t> costs = surveyor.survey();
  std::vector<std::size_t> function_of;
  std::size_t cost = 0, functions = 0;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const Loop* const loop = nest.steps[i].loop.get();
    const bool parts = loop && loop->kind == Loop::Kind::parts;
    const bool new_stage = i == 0 || parts || homes.stages.back().parts > 1;
    if (new_stage) homes.stages.push_back({parts ? parts_of(*loop).count : 1, {}});
    std::vector<std::size_t>& ends = homes.stages.back().ends;
    if (new_stage || (cost > 0 && cost + costs[i] > largest_function)) {
      ends.push_back(i);
      ++functions;
      cost = 0;
    }
    ends.back() = i + 1;
    cost += costs[i];
    if (!loop) homes.straight_line += costs[i];
    function_of.push_back(functions);
  }

  std::unordered_map<const Loop*, long> on_stack;
  for (std::size_t i = 0; i < nest.buffers.size(); ++i) {
    const Buffer& buffer = nest.buffers[i];
    const Uses& uses = surveyor.uses(i);
    Home& home = homes.of[i];
    if (buffer.storage != Storage::local) {
      home.kind = Home::Kind::argument;
    } else if (uses.used && uses.one_lanes && uses.lanes && uses.of_a_lane && buffer.element == Element::real) {
      home.kind = Home::Kind::lanes;
      home.loop = uses.lanes;
    } else if (uses.used && uses.one_body && uses.body && on_stack[uses.body] + buffer.size <= body_budget) {
      on_stack[uses.body] += buffer.size;
      home.kind = Home::Kind::body;
      home.loop = uses.body;
    } else if (uses.used && function_of[uses.first_step] == function_of[uses.last_step] &&
               buffer.size <= largest_on_stack) {
      home.kind = Home::Kind::stack;
    } else {
      const std::size_t one = (static_cast<std::size_t>(buffer.size) + alignment - 1) / alignment * alignment;
      home.offset = homes.workspace;
      if (buffer.copies > 1) home.copy = one;
      homes.workspace += one * static_cast<std::size_t>(buffer.copies);
    }
  }
  return homes;
}

}  // namespace gradus
