// Lanes loops: chunks of V lanes, sums across lanes, and the statements in them.
#include "backend/llvm/emit_loops.h"

namespace gradus {
namespace {

constexpr unsigned widest_unroll = 8;       // chunks side by side: as many as hide the latency of a sum
constexpr std::size_t unrolled_cost = 200;  // nodes that are written out side by side at most

unsigned unroll_for(std::size_t cost) {
  unsigned unroll = widest_unroll;
  while (unroll > 1 && unroll * cost > unrolled_cost) unroll /= 2;
  return unroll;
}

}  // namespace

void Emitter::lanes(const Loop& loop) {
  const Span span = lanes_span_ ? *lanes_span_ : span_of(loop.var);
  if (span.count.known() && span.count.constant <= 0) return;
  const long lanes = static_cast<long>(lanes_);
  const std::size_t cost = std::max<std::size_t>(1, cost_of(loop.body) * instances_.size());
  const unsigned unroll = holding_ == Holding::no ? unroll_for(cost) : widest_unroll;
  partials_ = std::min(unroll, instances_.size() > 4 ? 1U : instances_.size() > 2 ? 2U : 4U);

  // Sums start, and their places are computed, in a block of their own before the chunks.
  llvm::Function* const function = builder_.GetInsertBlock()->getParent();
  before_lanes_ = llvm::BasicBlock::Create(context_, "", function);
  auto* const chunks = llvm::BasicBlock::Create(context_, "", function);
  builder_.CreateBr(before_lanes_);
  builder_.SetInsertPoint(before_lanes_);
  builder_.CreateBr(chunks);
  builder_.SetInsertPoint(chunks);
  private_.clear();

  const auto write = [&](const Integer& first, unsigned copy, const Integer* live) {
    chunk(loop, plus(span.lo, first), copy, live);
  };
  if (const auto groups = pieces_of(span, unroll * lanes)) {
    repeat(groups->whole, [&](const Integer& k) {
      for (unsigned c = 0; c < unroll; ++c) write(plus(times(k, unroll * lanes), c * lanes), c, nullptr);
    });
    const auto write_rest = [&](const Integer&) {
      const Integer done = times(groups->whole, unroll * lanes);
      const long full = groups->rest / lanes;
      for (long c = 0; c < full; ++c) write(plus(done, c * lanes), static_cast<unsigned>(c), nullptr);
      const Integer live = groups->rest % lanes;
      if (!live.is(0)) write(plus(done, full * lanes), static_cast<unsigned>(full), &live);
    };
    if (groups->rest > 0) repeat(groups->has_rest, write_rest);
  } else {
    Value* const count = builder_.CreateIntrinsic(llvm::Intrinsic::smax, {builder_.getInt64Ty()},
                                                  {scalar(span.count), builder_.getInt64(0)});
    Value* const full = builder_.CreateUDiv(count, builder_.getInt64(lanes_));
    repeat(Integer(full), [&](const Integer& k) { write(times(k, lanes), 0, nullptr); });
    const Integer done = times(Integer(full), lanes);
    const Integer live = minus(Integer(count), done);
    Value* const some =
        builder_.CreateZExt(builder_.CreateICmpSGT(scalar(live), builder_.getInt64(0)), builder_.getInt64Ty());
    repeat(Integer(some), [&](const Integer&) { write(done, 0, &live); });
  }
  finish_reductions();
  before_lanes_ = nullptr;
}

/// One chunk, from this value of the variable on, for each instance.
void Emitter::chunk(const Loop& loop, const Integer& first, unsigned copy, const Integer* live) {
  chunk_ = Chunk{&loop, copy, 0, nullptr, nullptr};
  if (live) {
    Value* const count = scalar(*live);
    chunk_.mask = builder_.CreateICmpULT(lane_numbers_, builder_.CreateVectorSplat(lanes_, count));
    chunk_.last = builder_.CreateSub(count, builder_.getInt64(1));
  }
  Integer here = first;
  here.lane_step += 1;
  bound_[loop.var] = here;
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    chunk_.instance = static_cast<unsigned>(i);
    for (const auto& [var, value] : instances_[i]) bound_[var] = value;
    steps(loop.body);
    for (const auto& [var, value] : instances_[i]) bound_.erase(var);
  }
  store_columns({});
  bound_.erase(loop.var);
  chunk_ = Chunk{};
}

void Emitter::statement(const Assignment& statement) {
  if (statement.algebra != MatrixStep::none) return whole_matrices(statement);
  values_.clear();
  order_.clear();
  const std::size_t buffer = buffer_of(statement.target->symbol);
  if (!failure_.empty()) return;
  if (holding_ == Holding::load || holding_ == Holding::store) return hold(statement, buffer);
  Value* const result = value(statement.body);
  if (!failure_.empty()) return;
  if (!chunk_.loop) return store(buffer, offset(buffer, statement.target), statement.update, result);
  if (holding_ == Holding::add) {
    llvm::AllocaInst* const held = held_.at(key_of(statement));
    builder_.CreateStore(combine(statement.update, builder_.CreateLoad(vector_, held), vector(result)), held);
    return;
  }
  if (homes_.of[buffer].kind == Home::Kind::lanes) return update_private(statement, buffer, result);
  const IndexVars& free = statement.target->free;
  const bool of_lane = std::find(free.begin(), free.end(), chunk_.loop->var) != free.end();
  Integer place;
  if (of_lane) place = offset(buffer, statement.target);
  if (of_lane && !place.uniform()) return store(buffer, place, statement.update, vector(result));
  if (statement.update != Update::set) return reduce_lanes(statement, buffer, vector(result));
  Value* const last = !is_vector(result) ? result
                      : chunk_.mask      ? builder_.CreateExtractElement(result, chunk_.last)
                                         : builder_.CreateExtractElement(result, lanes_ - 1);
  store(buffer, offset(buffer, statement.target), Update::set, last);
}

/// Loads a target into the register that stands for it, or stores it back.
void Emitter::hold(const Assignment& statement, std::size_t buffer) {
  llvm::AllocaInst*& held = held_[key_of(statement)];
  if (holding_ == Holding::store)
    return store(buffer, offset(buffer, statement.target), Update::set, builder_.CreateLoad(vector_, held));
  if (held) return;  // another statement adds to it too
  held = new_alloca(vector_);
  builder_.CreateStore(vector(load(buffer, offset(buffer, statement.target))), held);
}

void Emitter::update_private(const Assignment& statement, std::size_t buffer, Value* value) {
  llvm::AllocaInst* const element = private_element(buffer, statement.target);
  if (!element) return;
  value = vector(value);
  if (statement.update != Update::set) value = combine(statement.update, builder_.CreateLoad(vector_, element), value);
  builder_.CreateStore(value, element);
}

}  // namespace gradus
