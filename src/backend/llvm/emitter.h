// Writes a nest as LLVM IR: explicit vectors across the lanes, scalars elsewhere. Internal to backend/llvm.
//
// A lanes loop is written in chunks of V lanes; several chunks stand one after the other, so that what they share is
// loaded once and their sums do not wait for each other. The last chunk is masked. Elements that stay at one place
// while an inner loop runs are kept in registers by LLVM's loop-invariant code motion, for which every buffer has an
// alias class of its own.
#pragma once

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "backend/llvm/homes.h"
#include "backend/llvm/integers.h"
#include "backend/llvm/machine.h"

namespace gradus {

/// Of the function that is called for a stage, with inputs, outputs, workspace and the number of the part.
inline std::string entry_name(std::size_t stage) { return "gradus_stage" + std::to_string(stage); }

struct EmitOptions {
  bool single = false;
  bool precise = false;
  int lanes = 0;
};

class Emitter {
 public:
  Emitter(const Nest& nest, const Homes& homes, const Machine& machine, const EmitOptions& options,
          llvm::LLVMContext& context);

  /// The whole nest; after a failure, null, and failure() says why.
  std::unique_ptr<llvm::Module> emit();
  const std::string& failure() const { return failure_; }

 private:
  using Value = llvm::Value;
  /// The chunk of lanes that is being written.
  struct Chunk {
    const Loop* loop = nullptr;
    unsigned copy = 0;      ///< which of the copies that stand side by side
    unsigned instance = 0;  ///< which iteration of a jammed loop around
    Value* mask = nullptr;  ///< the live lanes; null: all
    Value* last = nullptr;  ///< number of the last live lane, where there is a mask
  };
  /// What is cut into parts, of which one is written: it has so many blocks, and `rest` more if it is the last.
  struct Part {
    Integer blocks;
    long block = 1, rest = 0;
    Integer is_last;  ///< 1 or 0
  };
  /// The values that a loop's variable takes.
  struct Span {
    Integer lo, count;
    std::optional<Part> part = {};
  };
  /// A span in pieces of one size, and what is left over, where `has_rest` is 1.
  struct Pieces {
    Integer whole;
    long rest = 0;
    Integer has_rest;
  };
  /// A sum (or maximum) across lanes, kept in registers while its lanes loop runs.
  struct Reduction {
    std::size_t buffer = 0;
    Integer offset;
    Update update = Update::add;
    std::vector<llvm::AllocaInst*> partial;
  };
  /// A store that waits for its neighbours.
  struct Column {
    std::size_t buffer = 0;
    Integer offset;
    Value* value = nullptr;
  };
  using TargetKey = std::pair<Expr, std::vector<long>>;
  /// Values of loops around the lanes loop, and several such at once.
  using Instance = std::vector<std::pair<const IndexVar*, Integer>>;
  using Instances = std::vector<Instance>;
  /// What a lanes loop does with its targets while they are held in registers.
  enum class Holding : std::uint8_t { no, load, add, store };

  // emit.cpp: functions and the loops around lanes
  void function(llvm::Function* function, std::size_t from, std::size_t to);
  void entry(const std::string& name, const std::vector<llvm::Function*>& functions);
  llvm::Function* new_function(const std::string& name, bool internal);
  void steps(const std::vector<NestStep>& steps);
  void serial(const Loop& loop);
  void parts(const Loop& loop);
  void blocks(const Loop& loop);
  void block(const Loop& loop, const Integer& start, const Integer& count);
  void unrolled(const Loop& loop);
  void over(const IndexVar* var, const Span& span, const std::vector<NestStep>& steps);
  Span span_of(const IndexVar* var);
  std::optional<Pieces> pieces_of(const Span& span, long size);
  /// body(k) for k = 0 … count − 1.
  template <class Body>
  void repeat(const Integer& count, Body body);
  llvm::AllocaInst* new_alloca(llvm::Type* type);

  // emit_lanes.cpp: lanes loops and statements
  void lanes(const Loop& loop);
  void chunk(const Loop& loop, const Integer& first, unsigned copy, const Integer* live);
  void statement(const Assignment& statement);
  void update_private(const Assignment& statement, std::size_t buffer, Value* value);

  void hold(const Assignment& statement, std::size_t buffer);
  TargetKey key_of(const Assignment& statement);

  // emit_tiles.cpp: register tiles
  bool tile(const Loop& outermost);
  template <class Body>
  void in_groups(const Loop& loop, long most, Body body);
  void sums_tile(const std::vector<const Loop*>& chain, const Loop& inner, bool two);
  void held_tile(const std::vector<const Loop*>& chain, const Loop& inner, std::size_t row, std::size_t statements);

  // emit_reductions.cpp: sums across lanes
  void reduce_lanes(const Assignment& statement, std::size_t buffer, Value* value);
  void finish_reductions();
  bool are_neighbours(std::size_t first, std::size_t count);
  void finish_one(const Reduction& reduction);
  void finish_four(std::size_t first);
  Value* merged(const Reduction& reduction);
  Value* halved(Update update, Value* value, unsigned width);
  Value* combine(Update update, Value* old, Value* value);
  Value* neutral(Update update);

  // emit_memory.cpp: integers, addresses, loads and stores
  Integer integer(Expr e);
  std::pair<Integer, long> fraction(Expr e);
  Integer load_integer(Expr ref);
  Integer plus(const Integer& a, const Integer& b);
  Integer times(const Integer& a, long factor);
  Integer product(const Integer& a, const Integer& b);
  Integer minus(const Integer& a, const Integer& b) { return plus(a, times(b, -1)); }
  bool is_integer(Expr e);
  Value* scalar(const Integer& integer);
  Value* in_lanes(const Integer& integer);
  std::size_t buffer_of(const Symbol* array);
  Integer offset(std::size_t buffer, Expr ref);
  Value* base(std::size_t buffer);
  Value* address(std::size_t buffer, const Integer& offset);
  Value* load(std::size_t buffer, const Integer& offset);
  void store(std::size_t buffer, const Integer& offset, Update update, Value* value);
  void store_lane_by_lane(std::size_t buffer, const Integer& offset, Update update, Value* value);
  llvm::AllocaInst* private_element(std::size_t buffer, Expr ref);
  Value* active();
  void set_alias_class(llvm::Instruction* access, std::size_t buffer);

  // emit_columns.cpp: lanes along rows
  long rows_of(std::size_t buffer, const Integer& offset);
  Value* load_column(std::size_t buffer, const Integer& offset, long step);
  bool is_column(const Integer& offset) const;
  void store_columns(std::optional<std::size_t> only);
  void store_rows(const std::vector<Column>& columns);
  Value* interleaved(Value* x, Value* y, int group, int from);

  // emit_values.cpp: bodies
  Value* value(Expr e);
  Value* emit_node(Expr e);
  std::vector<Expr> operands(Expr e);
  Value* sum(Expr e);
  Value* product(Expr e);
  std::size_t depth_of(Expr e);
  Value* inverse(Value* x);
  Value* power(Value* x, const Rational& exponent);
  Value* select(Expr e);
  Value* guarded(Value* condition, Expr e);
  Value* condition(Expr e);
  Value* call(std::string_view name, std::vector<Value*> arguments);
  Value* real(const Rational& number);
  Value* real_of(const Integer& integer);
  Value* vector(Value* value);
  bool is_vector(const Value* value) const { return value->getType()->isVectorTy(); }
  void remember(Expr e, Value* value);

  // emit_algebra.cpp: whole matrices
  void whole_matrices(const Assignment& statement);

  // emit_functions.cpp: functions that are written out
  Value* exponential(Value* x);
  Value* hyperbolic_tangent(Value* x);
  std::pair<Value*, Value*> exponent_and_rest(Value* x);
  Value* power_of_two(Value* n);

  void fail(const std::string& message) {
    if (failure_.empty()) failure_ = message;
  }

  const Nest& nest_;
  const Homes& homes_;
  const Machine& machine_;
  EmitOptions options_;
  llvm::LLVMContext& context_;
  std::unique_ptr<llvm::Module> module_;
  llvm::IRBuilder<> builder_;
  unsigned lanes_;
  llvm::Type* real_;
  llvm::FixedVectorType* vector_;
  llvm::FixedVectorType* integers_;
  Value* lane_numbers_;
  std::string failure_;

  // of the function that is being written
  llvm::BasicBlock* entry_ = nullptr;
  std::vector<Value*> bases_;
  std::unordered_map<const IndexVar*, Integer> bound_;
  std::unordered_map<const IndexVar*, Span> blocks_;  // or parts
  std::map<std::tuple<std::size_t, unsigned, unsigned, long>, llvm::AllocaInst*> private_;
  std::vector<llvm::MDNode*> tags_;

  // of the loops around
  std::vector<const IndexVar*> open_;  // outermost first
  Instances instances_{{}};
  std::optional<Span> lanes_span_;  // the part of a lanes loop that is written, where it is not the whole
  Holding holding_ = Holding::no;
  std::map<TargetKey, llvm::AllocaInst*> held_;

  // of the lanes loop
  Chunk chunk_;
  llvm::BasicBlock* before_lanes_ = nullptr;
  std::vector<Column> columns_;
  unsigned partials_ = 1;
  std::vector<const IndexVar*> written_out_;
  std::vector<Reduction> reductions_;
  std::map<TargetKey, std::size_t> reduction_of_;

  // of the statement
  std::unordered_map<Expr, Value*> values_;
  std::vector<Expr> order_;
  Value* guard_ = nullptr;
};

}  // namespace gradus
