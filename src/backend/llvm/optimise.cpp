// The passes that explicit vector code needs and no others: no vectoriser, no unroller, no inliner.
#include "backend/llvm/optimise.h"

#include <llvm/IR/LegacyPassManager.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/Scalar/ADCE.h>
#include <llvm/Transforms/Scalar/DeadStoreElimination.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/LICM.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

namespace gradus {

llvm::SmallVector<char, 0> object_code(llvm::Module& module, const Machine& machine) {
  using namespace llvm;
  PassBuilder builder(machine.target.get());
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  FunctionPassManager passes;
  passes.addPass(SROAPass(SROAOptions::ModifyCFG));
  passes.addPass(SimplifyCFGPass());
  passes.addPass(EarlyCSEPass(true));
  // Twice: what moves out of an inner loop may then move out of the next.
  for (int i = 0; i < 2; ++i) {
    LoopPassManager in_loops;
    in_loops.addPass(LICMPass(LICMOptions()));
    passes.addPass(createFunctionToLoopPassAdaptor(std::move(in_loops), /*UseMemorySSA=*/true));
    passes.addPass(EarlyCSEPass(true));
  }
  passes.addPass(SROAPass(SROAOptions::ModifyCFG));
  passes.addPass(DSEPass());
  passes.addPass(ADCEPass());
  passes.addPass(SimplifyCFGPass());
  for (Function& function : module)
    if (!function.isDeclaration()) passes.run(function, functions);

  SmallVector<char, 0> object;
  raw_svector_ostream out(object);
  legacy::PassManager code;
  machine.target->addPassesToEmitFile(code, out, nullptr, CodeGenFileType::ObjectFile);
  code.run(module);
  return object;
}

}  // namespace gradus
