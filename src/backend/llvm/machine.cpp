#include "backend/llvm/machine.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>

#include <mutex>

namespace gradus {
namespace {

Diagnostic refused(const std::string& message) {
  return Diagnostic{Severity::error, "machine", {}, message, "leave the instruction set to the program"};
}

void initialise_once() {
  static std::once_flag done;
  std::call_once(done, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    // A tenth of compile time for nothing: addresses here are affine in the loop variables, as x86 has them. LLVM has
    // no other switch for it.
    auto& switches = llvm::cl::getRegisteredOptions();
    if (const auto found = switches.find("disable-lsr"); found != switches.end())
      static_cast<llvm::cl::opt<bool>*>(found->second)->setValue(true);
  });
}

}  // namespace

Result<Machine> machine(const std::string& restricted_to) {
  initialise_once();
  const auto features = llvm::sys::getHostCPUFeatures();
  const auto has = [&](std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (!features.lookup(name)) return false;
    return true;
  };
  const bool avx2 = has({"avx2", "fma"});
  const bool avx512 = avx2 && has({"avx512f", "avx512dq", "avx512vl", "avx512bw"});

  Machine machine;
  std::string cpu, list;
  if (restricted_to.empty()) {
    machine.set = avx512 ? VectorSet::avx512 : avx2 ? VectorSet::avx2 : VectorSet::sse2;
    cpu = llvm::sys::getHostCPUName().str();
    for (const auto& feature : features) {
      list += list.empty() ? "" : ",";
      list += (feature.second ? "+" : "-") + feature.first().str();
    }
  } else if (restricted_to == "sse2") {
    cpu = "x86-64";
  } else if (restricted_to == "avx2") {
    if (!avx2) return refused("this processor has no AVX2");
    machine.set = VectorSet::avx2;
    cpu = "x86-64-v3";
  } else if (restricted_to == "avx512") {
    if (!avx512) return refused("this processor has no AVX-512");
    machine.set = VectorSet::avx512;
    cpu = "x86-64-v4";
  } else {
    return refused("there is no instruction set " + restricted_to + "; there are sse2, avx2 and avx512");
  }

  const std::string triple = llvm::sys::getProcessTriple();
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target) return refused(error);
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Standard;
  machine.target.reset(target->createTargetMachine(triple, cpu, list, options, llvm::Reloc::PIC_,
                                                   llvm::CodeModel::Small, llvm::CodeGenOptLevel::Default, true));
  if (!machine.target) return refused("no code can be made for " + triple);
  return machine;
}

}  // namespace gradus
