// The shape of a counted loop: tested at its end, so that what its body always does can move out of it.
#pragma once

#include "backend/llvm/emitter.h"

namespace gradus {

template <class Body>
void Emitter::repeat(const Integer& count, Body body) {
  if (count.known() && count.constant <= 0) return;
  if (count.is(1)) return body(Integer(0L));
  llvm::Function* const function = builder_.GetInsertBlock()->getParent();
  auto* const loop = llvm::BasicBlock::Create(context_, "", function);
  auto* const after = llvm::BasicBlock::Create(context_, "", function);
  Value* const number = scalar(count);
  if (count.known()) {
    builder_.CreateBr(loop);
  } else {
    builder_.CreateCondBr(builder_.CreateICmpSGT(number, builder_.getInt64(0)), loop, after);
  }
  llvm::BasicBlock* const before = builder_.GetInsertBlock();
  builder_.SetInsertPoint(loop);
  llvm::PHINode* const k = builder_.CreatePHI(builder_.getInt64Ty(), 2);
  k->addIncoming(builder_.getInt64(0), before);
  body(Integer(k));
  Value* const next = builder_.CreateAdd(k, builder_.getInt64(1), "", true, true);
  k->addIncoming(next, builder_.GetInsertBlock());
  builder_.CreateCondBr(builder_.CreateICmpSLT(next, number), loop, after);
  builder_.SetInsertPoint(after);
}

}  // namespace gradus
