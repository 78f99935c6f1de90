// Bodies of statements: real values, a scalar where all lanes have the same and a vector elsewhere.
#include "backend/llvm/emitter.h"
#include "backend/llvm/vector_math.h"
#include "program/lowering.h"

#include <cmath>

namespace gradus {
namespace {

/// The nearest double.
double nearest(const Rational& number) {
  const double below = number.get_d();  // towards zero
  if (!std::isfinite(below) || Rational(below) == number) return below;
  const double above = std::nextafter(below, sgn(number) * HUGE_VAL);
  if (!std::isfinite(above)) return below;
  return abs(Rational(above) - number) < abs(number - Rational(below)) ? above : below;
}

bool is_reciprocal(Expr e) { return e->kind == Kind::pow && e->kids[1]->is_number() && e->kids[1]->number < 0; }

}  // namespace

Emitter::Value* Emitter::real(const Rational& number) { return llvm::ConstantFP::get(real_, nearest(number)); }

Emitter::Value* Emitter::vector(Value* value) {
  return is_vector(value) ? value : builder_.CreateVectorSplat(lanes_, value);
}

Emitter::Value* Emitter::real_of(const Integer& integer) {
  if (integer.uniform()) return builder_.CreateSIToFP(scalar(integer), real_);
  return builder_.CreateSIToFP(in_lanes(integer), vector_);
}

void Emitter::remember(Expr e, Value* value) {
  values_.emplace(e, value);
  order_.push_back(e);
}

/// Without recursion but for cases: a traced function may be deep.
Emitter::Value* Emitter::value(Expr e) {
  std::vector<Expr> todo{e};
  while (!todo.empty() && failure_.empty()) {
    Expr const top = todo.back();
    if (values_.contains(top)) {
      todo.pop_back();
      continue;
    }
    const std::size_t before = todo.size();
    for (Expr operand : operands(top))
      if (!values_.contains(operand)) todo.push_back(operand);
    if (todo.size() > before) continue;
    todo.pop_back();
    remember(top, emit_node(top));
  }
  return failure_.empty() ? values_.at(e) : llvm::PoisonValue::get(real_);
}

/// What emit_node asks for.
std::vector<Expr> Emitter::operands(Expr e) {
  switch (e->kind) {
    case Kind::add: return e->kids;
    case Kind::mul: {
      std::vector<Expr> factors;
      for (Expr kid : e->kids) factors.push_back(is_reciprocal(kid) ? kid->kids[0] : kid);
      return factors;
    }
    case Kind::pow: return e->kids[1]->is_number() ? std::vector<Expr>{e->kids[0]} : e->kids;
    case Kind::func: return e->kids;
    case Kind::select:
      if (is_integer(e->kids[0]) && is_integer(e->kids[1])) return {};
      return {e->kids[0], e->kids[1]};
    default: return {};
  }
}

Emitter::Value* Emitter::emit_node(Expr e) {
  switch (e->kind) {
    case Kind::number: return real(e->number);
    case Kind::index: return real_of(integer(e));
    case Kind::ref: {
      if (e->symbol->role == Role::constant) return llvm::ConstantFP::get(real_, M_PI);
      const std::size_t buffer = buffer_of(e->symbol);
      if (!failure_.empty()) break;
      if (nest_.buffers[buffer].element != Element::real) return real_of(load_integer(e));
      if (chunk_.loop && homes_.of[buffer].kind == Home::Kind::lanes) {
        llvm::AllocaInst* const element = private_element(buffer, e);
        if (!element) break;
        return builder_.CreateLoad(vector_, element);
      }
      return load(buffer, offset(buffer, e));
    }
    case Kind::add: return sum(e);
    case Kind::mul: return product(e);
    case Kind::pow:
      if (e->kids[1]->is_number()) return power(values_.at(e->kids[0]), e->kids[1]->number);
      return call("pow", {values_.at(e->kids[0]), values_.at(e->kids[1])});
    case Kind::func: {
      const auto function = static_cast<Elementary>(e->op);
      if (function == Elementary::abs)
        return builder_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, values_.at(e->kids[0]));
      const std::string_view name = libm_name(function);
      if (name.empty()) {
        fail("no compiled form of " + std::string(row_of(function).name));
        break;
      }
      return call(name, {values_.at(e->kids[0])});
    }
    case Kind::delta: {
      Value* const equal = condition(e);
      return builder_.CreateUIToFP(equal, is_vector(equal) ? vector_ : real_);
    }
    case Kind::select: return select(e);
    default: fail("no compiled form of " + dump(e));
  }
  return llvm::PoisonValue::get(real_);
}

/// What all lanes share first, and products last: they fuse with the sum.
Emitter::Value* Emitter::sum(Expr e) {
  Value* same = nullptr;
  std::vector<Value*> terms, products;
  for (Expr kid : e->kids) {
    Value* const term = values_.at(kid);
    if (is_vector(term))
      (kid->kind == Kind::mul ? products : terms).push_back(term);
    else
      same = same ? builder_.CreateFAdd(same, term) : term;
  }
  Value* result = same;
  terms.insert(terms.end(), products.begin(), products.end());
  for (Value* term : terms) result = result ? builder_.CreateFAdd(vector(result), term) : term;
  return result;
}

/// How many of the open loops an expression depends on, from the outermost to its innermost.
std::size_t Emitter::depth_of(Expr e) {
  for (std::size_t depth = open_.size(); depth > 0; --depth)
    if (std::find(e->free.begin(), e->free.end(), open_[depth - 1]) != e->free.end()) return depth;
  return 0;
}

/// What all lanes share first, and what changes in outer loops before what changes in inner ones: such products move
/// out of loops. A vector is divided by as a product with its inverse, which other quotients share; by `precise`,
/// truly.
Emitter::Value* Emitter::product(Expr e) {
  Value* same = nullptr;
  Value* varying = nullptr;
  std::vector<Value*> same_below, varying_below;
  bool negative = false;
  std::vector<Expr> factors = e->kids;
  if (!open_.empty())
    std::stable_sort(factors.begin(), factors.end(), [&](Expr a, Expr b) { return depth_of(a) < depth_of(b); });
  for (Expr kid : factors) {
    if (kid->is_number() && kid->number == -1) {
      negative = true;
    } else if (is_reciprocal(kid)) {
      Value* const base = values_.at(kid->kids[0]);
      if (!is_vector(base)) {
        same_below.push_back(power(base, -kid->kids[1]->number));
      } else if (options_.precise || kid->kids[1]->number.get_den() > 2) {
        varying_below.push_back(power(base, -kid->kids[1]->number));
      } else {
        Value* const factor = power(base, kid->kids[1]->number);
        varying = varying ? builder_.CreateFMul(varying, factor) : factor;
      }
    } else {
      Value* const factor = values_.at(kid);
      Value*& product = is_vector(factor) ? varying : same;
      product = product ? builder_.CreateFMul(product, factor) : factor;
    }
  }
  for (Value* below : same_below) same = same ? builder_.CreateFDiv(same, below) : inverse(below);
  Value* result = !varying ? same : same ? builder_.CreateFMul(vector(same), varying) : varying;
  for (Value* below : varying_below) result = result ? builder_.CreateFDiv(vector(result), below) : inverse(below);
  return negative ? builder_.CreateFNeg(result) : result;
}

Emitter::Value* Emitter::inverse(Value* x) { return builder_.CreateFDiv(llvm::ConstantFP::get(x->getType(), 1.0), x); }

Emitter::Value* Emitter::power(Value* x, const Rational& exponent) {
  const bool whole = exponent.get_den() == 1, half = exponent.get_den() == 2;
  if (exponent < 0 && (options_.precise || !(whole || half))) return inverse(power(x, -exponent));
  // The inverse is shared by all its powers.
  if (exponent < 0 && whole) return power(inverse(x), -exponent);
  if (exponent < 0) {
    Value* const root = inverse(builder_.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x));
    return power(root, -2 * exponent);
  }
  if ((whole || half) && exponent <= 64) {
    Value* result = half ? builder_.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x) : nullptr;
    const mpz_class floor = exponent.get_num() / exponent.get_den();
    Value* square = x;
    for (long n = floor.get_si(); n > 0; n /= 2) {
      if (n % 2) result = result ? builder_.CreateFMul(result, square) : square;
      if (n > 1) square = builder_.CreateFMul(square, square);
    }
    return result ? result : llvm::ConstantFP::get(x->getType(), 1.0);
  }
  return call("pow", {x, real(exponent)});
}

/// The relation of a select, or the equality of a δ, as bits.
Emitter::Value* Emitter::condition(Expr e) {
  using Predicate = llvm::CmpInst::Predicate;
  static constexpr Predicate of_integers[] = {Predicate::ICMP_EQ,  Predicate::ICMP_NE,  Predicate::ICMP_SLT,
                                              Predicate::ICMP_SLE, Predicate::ICMP_SGT, Predicate::ICMP_SGE};
  static constexpr Predicate of_reals[] = {Predicate::FCMP_OEQ, Predicate::FCMP_UNE, Predicate::FCMP_OLT,
                                           Predicate::FCMP_OLE, Predicate::FCMP_OGT, Predicate::FCMP_OGE};
  const auto relation = e->kind == Kind::delta ? Relation::eq : e->relation();
  Expr const a = e->kids[0], b = e->kids[1];
  if (e->kind == Kind::delta || (is_integer(a) && is_integer(b))) {
    const Integer difference = minus(integer(a), integer(b));
    Value* const value = difference.uniform() ? scalar(difference) : in_lanes(difference);
    return builder_.CreateICmp(of_integers[static_cast<int>(relation)], value,
                               llvm::Constant::getNullValue(value->getType()));
  }
  Value *left = values_.at(a), *right = values_.at(b);
  if (is_vector(left) || is_vector(right)) left = vector(left), right = vector(right);
  return builder_.CreateFCmp(of_reals[static_cast<int>(relation)], left, right);
}

Emitter::Value* Emitter::select(Expr e) {
  Value* const chosen = condition(e);
  if (const auto* known = llvm::dyn_cast<llvm::ConstantInt>(chosen)) return value(e->kids[known->isOne() ? 2 : 3]);
  Value* then = guarded(chosen, e->kids[2]);
  Value* otherwise = guarded(builder_.CreateNot(chosen), e->kids[3]);
  if (is_vector(chosen) || is_vector(then) || is_vector(otherwise)) then = vector(then), otherwise = vector(otherwise);
  return builder_.CreateSelect(chosen, then, otherwise);
}

/// A case: computed always, but what it reads may exist only where it is chosen. What is computed under this guard is
/// forgotten with it.
Emitter::Value* Emitter::guarded(Value* condition, Expr e) {
  Value* const outer = guard_;
  const std::size_t mark = order_.size();
  if (!outer) {
    guard_ = condition;
  } else if (is_vector(outer) || is_vector(condition)) {
    guard_ = builder_.CreateAnd(vector(outer), vector(condition));
  } else {
    guard_ = builder_.CreateAnd(outer, condition);
  }
  Value* const result = value(e);
  guard_ = outer;
  for (; order_.size() > mark; order_.pop_back()) values_.erase(order_.back());
  return result;
}

Emitter::Value* Emitter::call(std::string_view name, std::vector<Value*> arguments) {
  const bool many = std::any_of(arguments.begin(), arguments.end(), [&](Value* a) { return is_vector(a); });
  const auto declared = [&](const std::string& symbol, llvm::Type* type) {
    const std::vector<llvm::Type*> types(arguments.size(), type);
    llvm::FunctionCallee callee = module_->getOrInsertFunction(symbol, llvm::FunctionType::get(type, types, false));
    auto* const function = llvm::cast<llvm::Function>(callee.getCallee());
    function->setDoesNotThrow();
    function->setDoesNotAccessMemory();
    function->setWillReturn();
    return callee;
  };
  const std::string alone = scalar_function(name, options_.single);
  if (!many) return builder_.CreateCall(declared(alone, real_), arguments);
  if (name == "exp") return exponential(arguments[0]);
  if (name == "tanh" && !options_.precise) return hyperbolic_tangent(arguments[0]);
  for (Value*& argument : arguments) argument = vector(argument);
  const std::string together = vector_function(name, options_.lanes, options_.single, options_.precise, machine_.set);
  if (!together.empty()) return builder_.CreateCall(declared(together, vector_), arguments);
  Value* result = llvm::PoisonValue::get(vector_);
  for (std::uint64_t lane = 0; lane < lanes_; ++lane) {
    std::vector<Value*> of_lane;
    for (Value* argument : arguments) of_lane.push_back(builder_.CreateExtractElement(argument, lane));
    result = builder_.CreateInsertElement(result, builder_.CreateCall(declared(alone, real_), of_lane), lane);
  }
  return result;
}

}  // namespace gradus
