// Index terms as integers, and the loads and stores at them.
#include <llvm/IR/MDBuilder.h>

#include <numeric>

#include "backend/llvm/emit_loops.h"

namespace gradus {

Integer Emitter::plus(const Integer& a, const Integer& b) {
  Integer result = a;
  result.constant += b.constant;
  for (const auto& [value, factor] : b.terms) result.add_term(value, factor);
  result.lane_step += b.lane_step;
  if (!result.per_lane)
    result.per_lane = b.per_lane;
  else if (b.per_lane)
    result.per_lane = builder_.CreateAdd(a.per_lane, b.per_lane);
  return result;
}

Integer Emitter::times(const Integer& a, long factor) {
  if (factor == 0) return 0;
  if (factor == 1) return a;
  Integer result = a;
  result.constant *= factor;
  for (auto& term : result.terms) term.second *= factor;
  result.lane_step *= factor;
  if (result.per_lane) {
    Value* const splat = builder_.CreateVectorSplat(lanes_, builder_.getInt64(static_cast<std::uint64_t>(factor)));
    result.per_lane = builder_.CreateMul(result.per_lane, splat);
  }
  return result;
}

Integer Emitter::product(const Integer& a, const Integer& b) {
  if (a.known()) return times(b, a.constant);
  if (b.known()) return times(a, b.constant);
  if (a.uniform() && b.uniform()) return Integer(builder_.CreateNSWMul(scalar(a), scalar(b)));
  Integer result;
  result.per_lane = builder_.CreateMul(in_lanes(a), in_lanes(b));
  return result;
}

Emitter::Value* Emitter::scalar(const Integer& integer) {
  Value* result = nullptr;
  for (const auto& [value, factor] : integer.terms) {
    Value* const term =
        factor == 1 ? value : builder_.CreateNSWMul(value, builder_.getInt64(static_cast<std::uint64_t>(factor)));
    result = result ? builder_.CreateNSWAdd(result, term) : term;
  }
  llvm::ConstantInt* const constant = builder_.getInt64(static_cast<std::uint64_t>(integer.constant));
  if (!result) return constant;
  return integer.constant == 0 ? result : builder_.CreateNSWAdd(result, constant);
}

Emitter::Value* Emitter::in_lanes(const Integer& integer) {
  Integer common = integer;
  common.lane_step = 0;
  common.per_lane = nullptr;
  Value* result = builder_.CreateVectorSplat(lanes_, scalar(common));
  if (integer.lane_step != 0) {
    Value* const step =
        builder_.CreateVectorSplat(lanes_, builder_.getInt64(static_cast<std::uint64_t>(integer.lane_step)));
    result = builder_.CreateAdd(result, builder_.CreateMul(lane_numbers_, step));
  }
  return integer.per_lane ? builder_.CreateAdd(result, integer.per_lane) : result;
}

Integer Emitter::integer(Expr e) {
  auto [numerator, denominator] = fraction(e);
  if (denominator == 1) return numerator;
  bool divides = numerator.constant % denominator == 0 && numerator.lane_step % denominator == 0 && !numerator.per_lane;
  for (const auto& term : numerator.terms) divides &= term.second % denominator == 0;
  if (divides) {
    numerator.constant /= denominator;
    numerator.lane_step /= denominator;
    for (auto& term : numerator.terms) term.second /= denominator;
    return numerator;
  }
  llvm::ConstantInt* const divisor = builder_.getInt64(static_cast<std::uint64_t>(denominator));
  if (numerator.uniform()) return Integer(builder_.CreateExactSDiv(scalar(numerator), divisor));
  Integer result;
  result.per_lane = builder_.CreateExactSDiv(in_lanes(numerator), builder_.CreateVectorSplat(lanes_, divisor));
  return result;
}

/// Numerator and denominator of an index term: j·(j + 1)·1/2 is exact as a whole, not factor by factor.
std::pair<Integer, long> Emitter::fraction(Expr e) {
  switch (e->kind) {
    case Kind::number:
      if (e->number.get_num().fits_slong_p() && e->number.get_den().fits_slong_p())
        return {e->number.get_num().get_si(), e->number.get_den().get_si()};
      break;
    case Kind::index: {
      const auto found = bound_.find(e->var);
      if (found != bound_.end()) return {found->second, 1};
      fail("index " + e->var->name + " has no loop around it");
      return {0, 1};
    }
    case Kind::add: {
      std::vector<std::pair<Integer, long>> terms;
      long common = 1;
      for (Expr kid : e->kids) {
        terms.push_back(fraction(kid));
        common = std::lcm(common, terms.back().second);
      }
      Integer sum = 0;
      for (const auto& [numerator, denominator] : terms) sum = plus(sum, times(numerator, common / denominator));
      return {sum, common};
    }
    case Kind::mul: {
      Integer result = 1;
      long denominator = 1;
      for (Expr kid : e->kids) {
        const auto [a, b] = fraction(kid);
        result = product(result, a);
        denominator *= b;
      }
      return {result, denominator};
    }
    case Kind::pow:
      if (e->kids[1]->is_number() && e->kids[1]->number.get_den() == 1 && e->kids[1]->number > 0 &&
          e->kids[1]->number < 16) {
        const auto [base, below] = fraction(e->kids[0]);
        Integer result = 1;
        long denominator = 1;
        for (long i = e->kids[1]->number.get_num().get_si(); i > 0; --i) {
          result = product(result, base);
          denominator *= below;
        }
        return {result, denominator};
      }
      break;
    case Kind::ref: return {load_integer(e), 1};
    default: break;
  }
  fail("an index term that is no polynomial in indices: " + dump(e));
  return {0, 1};
}

bool Emitter::is_integer(Expr e) {
  switch (e->kind) {
    case Kind::number: return e->number.get_den() == 1 && e->number.get_num().fits_slong_p();
    case Kind::index: return true;
    case Kind::ref: {
      const auto found = homes_.number.find(e->symbol);
      return found != homes_.number.end() && nest_.buffers[found->second].element != Element::real;
    }
    case Kind::add:
    case Kind::mul: return std::all_of(e->kids.begin(), e->kids.end(), [&](Expr kid) { return is_integer(kid); });
    default: return false;
  }
}

std::size_t Emitter::buffer_of(const Symbol* array) {
  const auto found = homes_.number.find(array);
  if (found != homes_.number.end()) return found->second;
  fail("array " + array->name + " has no buffer");
  return 0;
}

/// Where an element is in its buffer.
Integer Emitter::offset(std::size_t number, Expr ref) {
  const Buffer& buffer = nest_.buffers[number];
  Integer result = 0;
  for (std::size_t d = 0; d < ref->kids.size(); ++d) {
    if (buffer.stride[d] == 0) continue;
    Integer at = integer(ref->kids[d]);
    if (d < buffer.in_block.size() && buffer.in_block[d]) {
      const IndexVars& free = ref->kids[d]->free;
      const auto var = std::find_if(free.begin(), free.end(), [&](const IndexVar* v) { return blocks_.contains(v); });
      if (var == free.end()) {
        fail("array " + buffer.array->name + " is kept for a block, and used outside");
        return 0;
      }
      at = minus(at, blocks_.at(*var).lo);
    } else {
      at = minus(at, buffer.lo[d]);
    }
    result = plus(result, times(at, buffer.stride[d]));
  }
  return result;
}

Emitter::Value* Emitter::base(std::size_t number) {
  if (bases_[number]) return bases_[number];
  const Buffer& buffer = nest_.buffers[number];
  const Home& home = homes_.of[number];
  llvm::Function* const function = entry_->getParent();
  const auto size = static_cast<std::uint64_t>(std::max(1L, buffer.size));
  llvm::IRBuilder<> at_entry(entry_);
  if (home.kind == Home::Kind::body || home.kind == Home::Kind::stack) {
    bases_[number] = new_alloca(llvm::ArrayType::get(real_, size));
  } else if (home.kind == Home::Kind::argument) {
    const bool input = buffer.storage == Storage::input;
    std::uint64_t place = 0;
    for (std::size_t i = 0; i < number; ++i) place += nest_.buffers[i].storage == buffer.storage;
    Value* const slot =
        at_entry.CreateConstInBoundsGEP1_64(at_entry.getPtrTy(), function->getArg(input ? 0 : 1), place);
    llvm::LoadInst* const pointer = at_entry.CreateLoad(at_entry.getPtrTy(), slot);
    pointer->setMetadata(llvm::LLVMContext::MD_invariant_load, llvm::MDNode::get(context_, {}));
    bases_[number] = pointer;
  } else {
    Value* const first = at_entry.CreateConstInBoundsGEP1_64(real_, function->getArg(2), home.offset);
    Value* const own = at_entry.CreateMul(function->getArg(3), at_entry.getInt64(home.copy));
    bases_[number] = home.copy == 0 ? first : at_entry.CreateInBoundsGEP(real_, first, own);
  }
  return bases_[number];
}

/// The element's address, or that of lane 0. The constant part comes last, so that neighbours share the rest.
Emitter::Value* Emitter::address(std::size_t number, const Integer& offset) {
  const Buffer& buffer = nest_.buffers[number];
  llvm::Type* const type = buffer.element == Element::real  ? real_
                           : buffer.element == Element::i32 ? builder_.getInt32Ty()
                                                            : builder_.getInt64Ty();
  Value* pointer = base(number);
  Integer varying = offset;
  varying.constant = 0;
  varying.lane_step = 0;
  varying.per_lane = nullptr;
  if (!varying.terms.empty()) pointer = builder_.CreateGEP(type, pointer, scalar(varying));
  if (offset.constant != 0)
    pointer = builder_.CreateGEP(type, pointer, builder_.getInt64(static_cast<std::uint64_t>(offset.constant)));
  if (offset.per_lane || (offset.lane_step != 0 && offset.lane_step != 1)) {
    Integer lanes;
    lanes.lane_step = offset.lane_step;
    lanes.per_lane = offset.per_lane;
    pointer = builder_.CreateGEP(type, pointer, in_lanes(lanes));
  }
  return pointer;
}

/// No two buffers overlap: each is a type of its own to type-based alias analysis. What is on the stack needs none.
void Emitter::set_alias_class(llvm::Instruction* access, std::size_t buffer) {
  const Home::Kind kind = homes_.of[buffer].kind;
  if (kind != Home::Kind::argument && kind != Home::Kind::workspace) return;
  if (!tags_[buffer]) {
    llvm::MDBuilder metadata(context_);
    llvm::MDNode* const root = metadata.createTBAARoot("gradus");
    llvm::MDNode* const type = metadata.createTBAAScalarTypeNode("buffer " + std::to_string(buffer), root);
    tags_[buffer] = metadata.createTBAAStructTagNode(type, type, 0);
  }
  access->setMetadata(llvm::LLVMContext::MD_tbaa, tags_[buffer]);
}

/// The lanes that may touch memory: those that live, and that the cases around choose. Null: all.
Emitter::Value* Emitter::active() {
  Value* mask = chunk_.mask;
  if (!guard_) return mask;
  Value* const guard = is_vector(guard_) ? guard_ : builder_.CreateVectorSplat(lanes_, guard_);
  return mask ? builder_.CreateAnd(mask, guard) : guard;
}

/// Raw elements. Lanes that may not touch memory get 1 (0 if they are integers), which no function minds.
Emitter::Value* Emitter::load(std::size_t number, const Integer& offset) {
  const Buffer& buffer = nest_.buffers[number];
  const bool real = buffer.element == Element::real;
  llvm::Type* const type = real                             ? real_
                           : buffer.element == Element::i32 ? builder_.getInt32Ty()
                                                            : builder_.getInt64Ty();
  const llvm::Align alignment(type->getScalarSizeInBits() / 8);
  store_columns(number);
  Value* pointer = address(number, offset);
  llvm::Instruction* result = nullptr;
  if (offset.uniform()) {
    if (guard_) {
      // An element that is not chosen may not exist; the first one does.
      Value* const wanted = is_vector(guard_) ? builder_.CreateOrReduce(active()) : guard_;
      pointer = builder_.CreateSelect(wanted, pointer, base(number));
    }
    result = builder_.CreateAlignedLoad(type, pointer, alignment);
  } else {
    auto* const lanes = llvm::FixedVectorType::get(type, lanes_);
    llvm::Constant* const harmless = real ? llvm::ConstantFP::get(lanes, 1.0) : llvm::Constant::getNullValue(lanes);
    Value* const mask = active();
    if (!mask && real && rows_of(number, offset) > 0) return load_column(number, offset, rows_of(number, offset));
    if (pointer->getType()->isVectorTy()) {
      result = builder_.CreateMaskedGather(lanes, pointer, alignment, mask, harmless);
    } else if (mask) {
      result = builder_.CreateMaskedLoad(lanes, pointer, alignment, mask, harmless);
    } else {
      result = builder_.CreateAlignedLoad(lanes, pointer, alignment);
    }
  }
  if (buffer.storage == Storage::input)
    result->setMetadata(llvm::LLVMContext::MD_invariant_load, llvm::MDNode::get(context_, {}));
  set_alias_class(result, number);
  return result;
}

Integer Emitter::load_integer(Expr ref) {
  const std::size_t number = buffer_of(ref->symbol);
  if (!failure_.empty()) return 0;
  Value* value = load(number, offset(number, ref));
  const bool many = is_vector(value);
  llvm::Type* const type = many ? static_cast<llvm::Type*>(integers_) : builder_.getInt64Ty();
  if (nest_.buffers[number].element == Element::real)
    value = builder_.CreateFPToSI(value, type);
  else
    value = builder_.CreateSExt(value, type);
  if (!many) return Integer(value);
  Integer result;
  result.per_lane = value;
  return result;
}

void Emitter::store(std::size_t number, const Integer& offset, Update update, Value* value) {
  if (nest_.buffers[number].element != Element::real) return fail("an integer array as a target");
  const llvm::Align alignment(real_->getScalarSizeInBits() / 8);
  if (offset.per_lane && update != Update::set) return store_lane_by_lane(number, offset, update, value);
  if (update != Update::set) value = combine(update, load(number, offset), value);
  if (is_column(offset) && !chunk_.mask) return columns_.push_back({number, offset, value});
  store_columns(number);
  Value* const pointer = address(number, offset);
  llvm::Instruction* result = nullptr;
  if (offset.uniform()) {
    result = builder_.CreateAlignedStore(value, pointer, alignment);
  } else if (pointer->getType()->isVectorTy()) {
    result = builder_.CreateMaskedScatter(value, pointer, alignment, chunk_.mask);
  } else if (chunk_.mask) {
    result = builder_.CreateMaskedStore(value, pointer, alignment, chunk_.mask);
  } else {
    result = builder_.CreateAlignedStore(value, pointer, alignment);
  }
  set_alias_class(result, number);
}

/// Updates at gathered places: several lanes may meet at one.
void Emitter::store_lane_by_lane(std::size_t number, const Integer& offset, Update update, Value* value) {
  Value* const places = in_lanes(offset);
  for (std::uint64_t lane = 0; lane < lanes_; ++lane) {
    Value* live = builder_.getInt64(1);
    if (chunk_.mask)
      live = builder_.CreateZExt(builder_.CreateExtractElement(chunk_.mask, lane), builder_.getInt64Ty());
    repeat(Integer(live), [&](const Integer&) {
      Integer place(builder_.CreateExtractElement(places, lane));
      store(number, place, update, builder_.CreateExtractElement(value, lane));
    });
  }
}

/// The register of an array that lives in one lanes loop.
llvm::AllocaInst* Emitter::private_element(std::size_t number, Expr ref) {
  const Integer at = offset(number, ref);
  if (!at.known()) {
    fail("array " + nest_.buffers[number].array->name + " is not kept, and used at an index that is not written out");
    return nullptr;
  }
  llvm::AllocaInst*& element = private_[{number, chunk_.copy, chunk_.instance, at.constant}];
  if (!element) element = new_alloca(vector_);
  return element;
}

}  // namespace gradus
