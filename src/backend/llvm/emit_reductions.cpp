// Sums (and maxima) across lanes: a register for each while the lanes loop runs, one horizontal step at its end.
#include "backend/llvm/emitter.h"

namespace gradus {

/// What tells the elements that are summed at the same time apart: term, written-out variables in it, instance.
Emitter::TargetKey Emitter::key_of(const Assignment& statement) {
  TargetKey key{statement.target, {static_cast<long>(statement.update), chunk_.instance}};
  const IndexVars& free = statement.target->free;
  for (const IndexVar* var : written_out_)
    if (std::find(free.begin(), free.end(), var) != free.end()) key.second.push_back(bound_.at(var).constant);
  if (holding_ != Holding::no) key.second.push_back(chunk_.copy);
  return key;
}

/// Adds a chunk to a sum across lanes.
void Emitter::reduce_lanes(const Assignment& statement, std::size_t buffer, Value* value) {
  const auto [found, added] = reduction_of_.try_emplace(key_of(statement), reductions_.size());
  if (added) {
    Reduction& reduction = reductions_.emplace_back();
    llvm::IRBuilderBase::InsertPointGuard keep(builder_);
    builder_.SetInsertPoint(before_lanes_->getTerminator());
    reduction.buffer = buffer;
    reduction.update = statement.update;
    reduction.offset = offset(buffer, statement.target);
    for (unsigned i = 0; i < partials_; ++i) {
      reduction.partial.push_back(new_alloca(vector_));
      builder_.CreateStore(neutral(statement.update), reduction.partial.back());
    }
  }
  llvm::AllocaInst* const partial = reductions_[found->second].partial[chunk_.copy % partials_];
  Value* const before = builder_.CreateLoad(vector_, partial);
  Value* after = combine(statement.update, before, value);
  if (chunk_.mask) after = builder_.CreateSelect(chunk_.mask, after, before);
  builder_.CreateStore(after, partial);
}

/// At the end of a lanes loop. Neighbours are summed together, four at a time.
void Emitter::finish_reductions() {
  std::stable_sort(reductions_.begin(), reductions_.end(),
                   [](const Reduction& a, const Reduction& b) { return a.buffer < b.buffer; });
  for (std::size_t i = 0; i < reductions_.size();) {
    if (i + 4 <= reductions_.size() && lanes_ >= 4 && are_neighbours(i, 4)) {
      finish_four(i);
      i += 4;
    } else {
      finish_one(reductions_[i++]);
    }
  }
  reductions_.clear();
  reduction_of_.clear();
}

/// Whether these sums go to places side by side.
bool Emitter::are_neighbours(std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    const Reduction& reduction = reductions_[i];
    if (reduction.update != Update::add || reduction.buffer != reductions_[first].buffer) return false;
    if (!minus(reduction.offset, reductions_[first].offset).is(static_cast<long>(i - first))) return false;
  }
  return true;
}

Emitter::Value* Emitter::merged(const Reduction& reduction) {
  std::vector<Value*> parts;
  for (llvm::AllocaInst* partial : reduction.partial) parts.push_back(builder_.CreateLoad(vector_, partial));
  for (; parts.size() > 1; parts.resize(parts.size() / 2))
    for (std::size_t i = 0; i < parts.size() / 2; ++i)
      parts[i] = combine(reduction.update, parts[i], parts[i + parts.size() / 2]);
  return parts[0];
}

/// The two halves of a vector of this width, put together.
Emitter::Value* Emitter::halved(Update update, Value* value, unsigned width) {
  std::vector<int> low, high;
  for (unsigned i = 0; i < width / 2; ++i) {
    low.push_back(static_cast<int>(i));
    high.push_back(static_cast<int>(i + width / 2));
  }
  return combine(update, builder_.CreateShuffleVector(value, low), builder_.CreateShuffleVector(value, high));
}

void Emitter::finish_one(const Reduction& reduction) {
  Value* total = merged(reduction);
  for (unsigned width = lanes_; width > 1; width /= 2) total = halved(reduction.update, total, width);
  store(reduction.buffer, reduction.offset, reduction.update, builder_.CreateExtractElement(total, std::uint64_t{0}));
}

/// a, b, c, d to (Σa, Σb, Σc, Σd), transposing as it sums, and one vector added to memory.
void Emitter::finish_four(std::size_t first) {
  const auto summed = [&](Value* x, Value* y, int group) {
    return builder_.CreateFAdd(interleaved(x, y, group, 0), interleaved(x, y, group, 1));
  };
  std::vector<Value*> sums;
  for (std::size_t i = first; i < first + 4; ++i) sums.push_back(merged(reductions_[i]));
  Value* total = summed(summed(sums[0], sums[1], 1), summed(sums[2], sums[3], 1), 2);
  for (unsigned left = lanes_; left > 4; left /= 2) total = halved(Update::add, total, left);
  const Reduction& target = reductions_[first];
  const llvm::Align alignment(real_->getScalarSizeInBits() / 8);
  Value* const pointer = address(target.buffer, target.offset);
  llvm::LoadInst* const before = builder_.CreateAlignedLoad(total->getType(), pointer, alignment);
  set_alias_class(before, target.buffer);
  set_alias_class(builder_.CreateAlignedStore(builder_.CreateFAdd(before, total), pointer, alignment), target.buffer);
}

/// NaN in either operand stays.
Emitter::Value* Emitter::combine(Update update, Value* old, Value* value) {
  switch (update) {
    case Update::set: return value;
    case Update::add: return builder_.CreateFAdd(value, old);
    case Update::max:
    case Update::min: break;
  }
  Value* const better = update == Update::max ? builder_.CreateFCmpOGT(value, old) : builder_.CreateFCmpOLT(value, old);
  Value* const chosen = builder_.CreateSelect(better, value, old);
  return builder_.CreateSelect(builder_.CreateFCmpUNO(value, value), value, chosen);
}

Emitter::Value* Emitter::neutral(Update update) {
  llvm::Constant* const infinity = llvm::ConstantFP::getInfinity(vector_, update == Update::max);
  return update == Update::add ? llvm::Constant::getNullValue(vector_) : infinity;
}

}  // namespace gradus
