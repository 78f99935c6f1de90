// Functions, and the loops around lanes.
#include "backend/llvm/emit_loops.h"

#include <llvm/IR/IntrinsicsX86.h>

namespace gradus {

Emitter::Emitter(const Nest& nest, const Homes& homes, const Machine& machine, const EmitOptions& options,
                 llvm::LLVMContext& context)
    : nest_(nest), homes_(homes), machine_(machine), options_(options), context_(context), builder_(context) {
  lanes_ = static_cast<unsigned>(options.lanes);
  real_ = options.single ? builder_.getFloatTy() : builder_.getDoubleTy();
  vector_ = llvm::FixedVectorType::get(real_, lanes_);
  integers_ = llvm::FixedVectorType::get(builder_.getInt64Ty(), lanes_);
  std::vector<llvm::Constant*> numbers;
  for (unsigned i = 0; i < lanes_; ++i) numbers.push_back(builder_.getInt64(i));
  lane_numbers_ = llvm::ConstantVector::get(numbers);
  llvm::FastMathFlags flags;
  flags.setAllowContract();
  builder_.setFastMathFlags(flags);
}

std::unique_ptr<llvm::Module> Emitter::emit() {
  module_ = std::make_unique<llvm::Module>("gradus", context_);
  module_->setTargetTriple(machine_.target->getTargetTriple().str());
  module_->setDataLayout(machine_.target->createDataLayout());
  tags_.assign(nest_.buffers.size(), nullptr);
  std::vector<llvm::Function*> parts;
  std::size_t from = 0;
  for (const std::size_t to : homes_.part_ends) {
    parts.push_back(new_function("part" + std::to_string(parts.size()), true));
    part(parts.back(), from, to);
    from = to;
    if (!failure_.empty()) return nullptr;
  }
  entry(parts);
  return std::move(module_);
}

llvm::Function* Emitter::new_function(const std::string& name, bool internal) {
  llvm::Type* const pointer = builder_.getPtrTy();
  auto* const type = llvm::FunctionType::get(builder_.getVoidTy(), {pointer, pointer, pointer}, false);
  auto* const function = llvm::Function::Create(
      type, internal ? llvm::Function::InternalLinkage : llvm::Function::ExternalLinkage, name, *module_);
  for (llvm::Argument& argument : function->args()) {
    argument.addAttr(llvm::Attribute::NoAlias);
    argument.addAttr(llvm::Attribute::NoUndef);
  }
  function->addFnAttr(llvm::Attribute::NoUnwind);
  if (internal) function->addFnAttr(llvm::Attribute::NoInline);
  const std::string width = std::to_string(machine_.register_bits());
  function->addFnAttr("prefer-vector-width", width);
  function->addFnAttr("min-legal-vector-width", width);
  function->addFnAttr("denormal-fp-math", "preserve-sign,preserve-sign");
  return function;
}

/// Subnormal numbers are flushed between saving and restoring the thread's settings. The parts are called, not
/// inlined, so that nothing moves across.
void Emitter::entry(const std::vector<llvm::Function*>& parts) {
  llvm::Function* const function = new_function(entry_name, false);
  builder_.SetInsertPoint(llvm::BasicBlock::Create(context_, "", function));
  Value* const saved = builder_.CreateAlloca(builder_.getInt32Ty());
  Value* const flushing = builder_.CreateAlloca(builder_.getInt32Ty());
  builder_.CreateIntrinsic(builder_.getVoidTy(), llvm::Intrinsic::x86_sse_stmxcsr, {saved});
  constexpr unsigned flush_results = 0x8000, subnormals_are_zero = 0x0040;
  builder_.CreateStore(
      builder_.CreateOr(builder_.CreateLoad(builder_.getInt32Ty(), saved), flush_results | subnormals_are_zero),
      flushing);
  builder_.CreateIntrinsic(builder_.getVoidTy(), llvm::Intrinsic::x86_sse_ldmxcsr, {flushing});
  for (llvm::Function* part : parts) {
    builder_.CreateCall(part, {function->getArg(0), function->getArg(1), function->getArg(2)});
  }
  builder_.CreateIntrinsic(builder_.getVoidTy(), llvm::Intrinsic::x86_sse_ldmxcsr, {saved});
  builder_.CreateRetVoid();
}

void Emitter::part(llvm::Function* function, std::size_t from, std::size_t to) {
  bases_.assign(nest_.buffers.size(), nullptr);
  private_.clear();
  entry_ = llvm::BasicBlock::Create(context_, "", function);
  auto* const start = llvm::BasicBlock::Create(context_, "", function);
  builder_.SetInsertPoint(start);
  // Very long code that runs once is better had soon than fast.
  constexpr std::size_t too_long = 100'000;
  bool straight = homes_.straight_line > too_long;
  for (std::size_t i = from; i < to; ++i) straight &= !nest_.steps[i].loop;
  if (straight) function->addFnAttr(llvm::Attribute::OptimizeNone);
  steps(
      {nest_.steps.begin() + static_cast<std::ptrdiff_t>(from), nest_.steps.begin() + static_cast<std::ptrdiff_t>(to)});
  builder_.CreateRetVoid();
  llvm::IRBuilder<>(entry_).CreateBr(start);
}

/// In the function's first block, so that it can become registers.
llvm::AllocaInst* Emitter::new_alloca(llvm::Type* type) {
  llvm::IRBuilder<> at_entry(entry_);
  llvm::AllocaInst* const result = at_entry.CreateAlloca(type);
  result->setAlignment(llvm::Align(64));
  return result;
}

void Emitter::steps(const std::vector<NestStep>& steps) {
  for (const NestStep& step : steps) {
    if (!failure_.empty()) return;
    if (!step.loop) {
      statement(step.statement);
      continue;
    }
    switch (step.loop->kind) {
      case Loop::Kind::serial: serial(*step.loop); break;
      case Loop::Kind::blocks: blocks(*step.loop); break;
      case Loop::Kind::unrolled: unrolled(*step.loop); break;
      case Loop::Kind::lanes: lanes(*step.loop); break;
    }
  }
}

/// Inside a blocks loop over the variable, the current block.
Emitter::Span Emitter::span_of(const IndexVar* var) {
  if (const auto found = blocks_.find(var); found != blocks_.end()) return found->second;
  const Integer lo = integer(var->lo);
  return {lo, plus(minus(integer(var->hi), lo), 1)};
}

void Emitter::serial(const Loop& loop) {
  if (tile(loop)) return;
  const Span span = span_of(loop.var);
  open_.push_back(loop.var);
  repeat(span.count, [&](const Integer& k) {
    bound_[loop.var] = loop.descending ? plus(minus(plus(span.lo, span.count), k), -1) : plus(span.lo, k);
    steps(loop.body);
  });
  open_.pop_back();
  bound_.erase(loop.var);
}

void Emitter::unrolled(const Loop& loop) {
  const Span span = span_of(loop.var);
  if (!span.lo.known() || !span.count.known()) return serial(loop);
  written_out_.push_back(loop.var);
  for (long k = 0; k < span.count.constant; ++k) {
    bound_[loop.var] = span.lo.constant + (loop.descending ? span.count.constant - 1 - k : k);
    steps(loop.body);
  }
  written_out_.pop_back();
  bound_.erase(loop.var);
}

void Emitter::blocks(const Loop& loop) {
  const Span span = span_of(loop.var);
  const long size = std::max(1L, loop.block);
  if (span.count.known()) {
    const long full = std::max(0L, span.count.constant) / size, rest = std::max(0L, span.count.constant) % size;
    if (full > 0) {
      repeat(full, [&](const Integer& k) { block(loop, plus(span.lo, times(k, size)), size); });
    }
    if (rest > 0) block(loop, plus(span.lo, full * size), rest);
    return;
  }
  Value* const count = builder_.CreateIntrinsic(llvm::Intrinsic::smax, {builder_.getInt64Ty()},
                                                {scalar(span.count), builder_.getInt64(0)});
  Value* const full = builder_.CreateUDiv(count, builder_.getInt64(static_cast<std::uint64_t>(size)));
  repeat(Integer(full), [&](const Integer& k) { block(loop, plus(span.lo, times(k, size)), size); });
  const Integer rest = minus(Integer(count), times(Integer(full), size));
  Value* const some =
      builder_.CreateZExt(builder_.CreateICmpSGT(scalar(rest), builder_.getInt64(0)), builder_.getInt64Ty());
  repeat(Integer(some), [&](const Integer&) { block(loop, plus(span.lo, times(Integer(full), size)), rest); });
}

/// The body for one block. What lives for a block only has its own place in each way the body is written out.
void Emitter::block(const Loop& loop, const Integer& start, const Integer& count) {
  for (std::size_t i = 0; i < bases_.size(); ++i)
    if (homes_.of[i].loop == &loop) bases_[i] = nullptr;
  private_.clear();
  blocks_[loop.var] = Span{start, count};
  steps(loop.body);
  blocks_.erase(loop.var);
}

}  // namespace gradus
