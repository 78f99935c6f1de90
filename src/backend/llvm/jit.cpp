#include "backend/llvm/jit.h"

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Object/ObjectFile.h>

#include "backend/llvm/emitter.h"
#include "backend/llvm/object_cache.h"
#include "backend/llvm/optimise.h"
#include "backend/llvm/vector_math.h"

namespace gradus {
namespace {

Diagnostic refused(const std::string& message) { return Diagnostic{Severity::error, "compile", {}, message, ""}; }

std::string text_of(llvm::Error error) { return llvm::toString(std::move(error)); }

}  // namespace

/// Puts an object file into memory.
class KernelLinker {
 public:
  static Result<Kernel> link(const llvm::SmallVector<char, 0>& object, const Machine& machine, const Homes& homes,
                             const CompileOptions& options, bool from_cache) {
    using namespace llvm::orc;
    auto made = LLJITBuilder()
                    .setJITTargetMachineBuilder(JITTargetMachineBuilder(machine.target->getTargetTriple()))
                    .setPlatformSetUp(setUpInactivePlatform)
                    .setLinkProcessSymbolsByDefault(false)
                    .create();
    if (!made) return refused(text_of(made.takeError()));
    const std::shared_ptr<LLJIT> jit = std::move(*made);
    auto buffer = llvm::MemoryBuffer::getMemBufferCopy({object.data(), object.size()}, "gradus");
    if (const std::string missing = define(*jit, *buffer); !missing.empty()) return refused(missing);
    if (auto error = jit->addObjectFile(std::move(buffer))) return refused(text_of(std::move(error)));
    Kernel kernel;
    for (std::size_t stage = 0; stage < homes.stages.size(); ++stage) {
      auto found = jit->lookup(entry_name(stage));
      if (!found) return refused(text_of(found.takeError()));
      kernel.stages_.push_back(
          {found->toPtr<void(const void* const*, void* const*, void*, long)>(), homes.stages[stage].parts});
    }
    kernel.code_ = jit;
    kernel.workspace_bytes_ = homes.workspace * (options.single ? sizeof(float) : sizeof(double));
    kernel.threads_ = options.threads;
    kernel.from_cache_ = from_cache;
    return kernel;
  }

 private:
  /// Gives the functions that the object calls their addresses; says which has none.
  static std::string define(llvm::orc::LLJIT& jit, const llvm::MemoryBuffer& buffer) {
    auto object = llvm::object::ObjectFile::createObjectFile(buffer.getMemBufferRef());
    if (!object) return text_of(object.takeError());
    llvm::orc::SymbolMap symbols;
    for (const llvm::object::SymbolRef& symbol : (*object)->symbols()) {
      auto flags = symbol.getFlags();
      auto name = symbol.getName();
      if (!flags || !name) return "the object file is not readable";
      if (!(*flags & llvm::object::SymbolRef::SF_Undefined) || name->empty()) continue;
      void* const address = function_address(name->str());
      if (!address) return "no compiled form of " + name->str();
      symbols[jit.mangleAndIntern(*name)] = {llvm::orc::ExecutorAddr::fromPtr(address),
                                             llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
    }
    if (symbols.empty()) return "";
    auto error = jit.getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols)));
    return error ? text_of(std::move(error)) : "";
  }
};

Result<Kernel> compile(const Nest& nest, const CompileOptions& options) {
  const Result<Machine> machine = gradus::machine(options.features);
  if (!machine) return machine.error();
  EmitOptions emit_options;
  emit_options.single = options.single;
  emit_options.precise = options.precise;
  const int element_bits = options.single ? 32 : 64;
  emit_options.lanes = options.lanes > 0 ? options.lanes : machine->register_bits() / element_bits;
  if (emit_options.lanes > 64 || (emit_options.lanes & (emit_options.lanes - 1)) != 0)
    return refused("lanes come in powers of two up to 64");
  if (options.threads < 0) return refused("a kernel runs on 1 thread or more, or on 0 for all that there are");

  const Homes homes = homes_of(nest);
  llvm::LLVMContext context;
  Emitter emitter(nest, homes, *machine, emit_options, context);
  const std::unique_ptr<llvm::Module> module = emitter.emit();
  if (!module) return refused(emitter.failure());

  const ObjectCache cache(options.cache_folder);
  const std::string key = cache.key(*module, *machine);
  if (const auto object = cache.find(key)) {
    // An entry that does not link is as good as none.
    if (Result<Kernel> kernel = KernelLinker::link(*object, *machine, homes, options, true)) return kernel;
  }
#ifndef NDEBUG
  std::string broken;
  llvm::raw_string_ostream report(broken);
  if (llvm::verifyModule(*module, &report)) return refused("broken code: " + report.str());
#endif
  const llvm::SmallVector<char, 0> object = object_code(*module, *machine);
  cache.keep(key, object);
  return KernelLinker::link(object, *machine, homes, options, false);
}

}  // namespace gradus
