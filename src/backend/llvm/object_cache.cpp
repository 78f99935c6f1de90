#include "backend/llvm/object_cache.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SHA256.h>
#include <llvm/Support/raw_ostream.h>

namespace gradus {
namespace {

/// Changes with whatever changes code without changing the IR: the passes, LLVM.
constexpr llvm::StringLiteral version = "gradus kernel 1, LLVM " LLVM_VERSION_STRING "\n";

std::string digest(llvm::ArrayRef<llvm::StringRef> texts) {
  llvm::SHA256 hash;
  for (llvm::StringRef text : texts) {
    hash.update(text);
    hash.update(llvm::StringRef("\0", 1));
  }
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

std::string header(const std::string& key, llvm::StringRef object) {
  return (version + key + "\n" + digest({object}) + "\n").str();
}

std::string path_of(const std::string& folder, const std::string& key) { return folder + "/" + key + ".o"; }

}  // namespace

std::string ObjectCache::key(const llvm::Module& module, const Machine& machine) const {
  if (folder_.empty()) return "";
  llvm::SmallString<0> bitcode;
  llvm::raw_svector_ostream out(bitcode);
  llvm::WriteBitcodeToFile(module, out);
  return digest({version, machine.target->getTargetCPU(), machine.target->getTargetFeatureString(), bitcode});
}

std::optional<llvm::SmallVector<char, 0>> ObjectCache::find(const std::string& key) const {
  if (key.empty()) return {};
  const auto file = llvm::MemoryBuffer::getFile(path_of(folder_, key));
  if (!file) return {};
  llvm::StringRef text = (*file)->getBuffer();
  const std::size_t length = header(key, "").size();
  if (text.size() <= length) return {};
  const llvm::StringRef object = text.drop_front(length);
  if (text.take_front(length) != header(key, object)) return {};
  return llvm::SmallVector<char, 0>(object.begin(), object.end());
}

/// Under a name of its own, then renamed: a reader sees all of an entry or none.
void ObjectCache::keep(const std::string& key, const llvm::SmallVector<char, 0>& object) const {
  if (key.empty() || llvm::sys::fs::create_directories(folder_)) return;
  auto file = llvm::sys::fs::TempFile::create(folder_ + "/new-%%%%%%%%");
  if (!file) return llvm::consumeError(file.takeError());
  {
    llvm::raw_fd_ostream out(file->FD, /*shouldClose=*/false);
    const llvm::StringRef bytes(object.data(), object.size());
    out << header(key, bytes) << bytes;
    out.flush();
    if (out.has_error()) {
      out.clear_error();
      return llvm::consumeError(file->discard());
    }
  }
  if (auto error = file->keep(path_of(folder_, key))) llvm::consumeError(std::move(error));
}

}  // namespace gradus
