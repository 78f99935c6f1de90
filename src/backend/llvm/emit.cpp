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
  std::size_t from = 0;
  for (std::size_t stage = 0; stage < homes_.stages.size(); ++stage) {
    std::vector<llvm::Function*> functions;
    for (const std::size_t to : homes_.stages[stage].ends) {
      functions.push_back(new_function("steps" + std::to_string(from), true));
      function(functions.back(), from, to);
      from = to;
      if (!failure_.empty()) return nullptr;
    }
    entry(entry_name(stage), functions);
  }
  return std::move(module_);
}

llvm::Function* Emitter::new_function(const std::string& name, bool internal) {
  llvm::Type* const pointer = builder_.getPtrTy();
  auto* const type =
      llvm::FunctionType::get(builder_.getVoidTy(), {pointer, pointer, pointer, builder_.getInt64Ty()}, false);
  auto* const function = llvm::Function::Create(
      type, internal ? llvm::Function::InternalLinkage : llvm::Function::ExternalLinkage, name, *module_);
  for (llvm::Argument& argument : function->args()) {
    if (argument.getType()->isPointerTy()) argument.addAttr(llvm::Attribute::NoAlias);
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

/// Subnormal numbers are flushed between saving and restoring the thread's settings. The functions are called, not
/// inlined, so that nothing moves across.
void Emitter::entry(const std::string& name, const std::vector<llvm::Function*>& functions) {
  llvm::Function* const function = new_function(name, false);
  builder_.SetInsertPoint(llvm::BasicBlock::Create(context_, "", function));
  Value* const saved = builder_.CreateAlloca(builder_.getInt32Ty());
  Value* const flushing = builder_.CreateAlloca(builder_.getInt32Ty());
  builder_.CreateIntrinsic(builder_.getVoidTy(), llvm::Intrinsic::x86_sse_stmxcsr, {saved});
  constexpr unsigned flush_results = 0x8000, subnormals_are_zero = 0x0040;
  builder_.CreateStore(
      builder_.CreateOr(builder_.CreateLoad(builder_.getInt32Ty(), saved), flush_results | subnormals_are_zero),
      flushing);
  builder_.CreateIntrinsic(builder_.getVoidTy(), llvm::Intrinsic::x86_sse_ldmxcsr, {flushing});
  std::vector<Value*> arguments;
  for (llvm::Argument& argument : function->args()) arguments.push_back(&argument);
  for (llvm::Function* called : functions) builder_.CreateCall(called, arguments);
  builder_.CreateIntrinsic(builder_.getVoidTy(), llvm::Intrinsic::x86_sse_ldmxcsr, {saved});
  builder_.CreateRetVoid();
}

void Emitter::function(llvm::Function* function, std::size_t from, std::size_t to) {
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
      case Loop::Kind::parts: parts(*step.loop); break;
      case Loop::Kind::blocks: blocks(*step.loop); break;
      case Loop::Kind::unrolled: unrolled(*step.loop); break;
      case Loop::Kind::lanes: lanes(*step.loop); break;
    }
  }
}

/// The one part whose number the function is given.
void Emitter::parts(const Loop& loop) {
  const Parts parts = parts_of(loop);
  Value* const number = entry_->getParent()->getArg(3);
  const auto blocks_before = [&](const Integer& part) {
    if (parts.blocks % parts.count == 0) return times(part, parts.blocks / parts.count);
    Value* const all = scalar(times(part, parts.blocks));
    return Integer(builder_.CreateUDiv(all, builder_.getInt64(static_cast<std::uint64_t>(parts.count))));
  };
  const Integer first = blocks_before(Integer(number));
  Part part{minus(blocks_before(plus(Integer(number), 1)), first), parts.block,
            parts.hi - parts.lo + 1 - parts.blocks * parts.block, 0};
  if (part.rest > 0) {
    Value* const last = builder_.getInt64(static_cast<std::uint64_t>(parts.count - 1));
    part.is_last = Integer(builder_.CreateZExt(builder_.CreateICmpEQ(number, last), builder_.getInt64Ty()));
  }
  const Integer count = plus(times(part.blocks, part.block), times(part.is_last, part.rest));
  bound_[loop.var] = Integer(number);
  over(loop.cut, {plus(times(first, parts.block), parts.lo), count, part}, loop.body);
  bound_.erase(loop.var);
}

/// The steps, with loops over the variable running over this span.
void Emitter::over(const IndexVar* var, const Span& span, const std::vector<NestStep>& steps) {
  std::optional<Span> around;
  if (const auto found = blocks_.find(var); found != blocks_.end()) around = found->second;
  blocks_[var] = span;
  this->steps(steps);
  blocks_.erase(var);
  if (around) blocks_[var] = *around;
}

/// None where it is only known at run time what is left over.
std::optional<Emitter::Pieces> Emitter::pieces_of(const Span& span, long size) {
  if (span.count.known()) {
    const long count = std::max(0L, span.count.constant);
    return Pieces{count / size, count % size, 1};
  }
  if (!span.part || span.part->block % size != 0) return std::nullopt;
  const Part& part = *span.part;
  return Pieces{plus(times(part.blocks, part.block / size), times(part.is_last, part.rest / size)), part.rest % size,
                part.is_last};
}

/// Inside a blocks loop over the variable, the current block; inside a parts loop, the part.
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
  if (const auto pieces = pieces_of(span, size)) {
    repeat(pieces->whole, [&](const Integer& k) { block(loop, plus(span.lo, times(k, size)), size); });
    if (pieces->rest == 0) return;
    return repeat(pieces->has_rest,
                  [&](const Integer&) { block(loop, plus(span.lo, times(pieces->whole, size)), pieces->rest); });
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
  over(loop.var, {start, count}, loop.body);
}

}  // namespace gradus
