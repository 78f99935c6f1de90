// Statements on whole matrices: one call each.
#include "backend/llvm/algebra.h"
#include "backend/llvm/emitter.h"

namespace gradus {

void Emitter::whole_matrices(const Assignment& statement) {
  if (chunk_.loop) return fail("a factorisation inside a loop across lanes");
  const auto is_matrix = [](Expr ref) { return !ref->kids.empty() && ref->kids.back()->kind == Kind::index; };
  std::vector<Value*> arguments;
  const IndexVar* const rows = statement.body->kids.end()[-2]->var;
  arguments.push_back(builder_.getInt64(static_cast<std::uint64_t>(known_count(rows).value_or(0))));
  for (Expr ref : {statement.body, statement.target}) {
    const std::size_t buffer = buffer_of(ref->symbol);
    if (!failure_.empty()) return;
    const bool matrix =
        ref == statement.body || statement.algebra == MatrixStep::factors || statement.algebra == MatrixStep::inverse;
    IndexMap first;
    std::array<long, 2> strides{0, 0};
    for (std::size_t i = 0; matrix && is_matrix(ref) && i < 2; ++i) {
      const std::size_t axis = ref->kids.size() - 2 + i;
      first.emplace(ref->kids[axis]->var, ref->kids[axis]->var->lo);
      strides[i] = nest_.buffers[buffer].stride[axis];
    }
    arguments.push_back(address(buffer, offset(buffer, first.empty() ? ref : substitute(ref, first))));
    for (const long stride : strides) arguments.push_back(builder_.getInt64(static_cast<std::uint64_t>(stride)));
  }
  std::vector<llvm::Type*> types;
  for (Value* argument : arguments) types.push_back(argument->getType());
  const auto function = module_->getOrInsertFunction(algebra_function(statement.algebra, options_.single),
                                                     llvm::FunctionType::get(builder_.getVoidTy(), types, false));
  builder_.CreateCall(function, arguments)->addFnAttr(llvm::Attribute::NoUnwind);
}

}  // namespace gradus
