// Any bytes as a document: read, then elaborated. Nothing may crash, hang or lose its span.
#include <cstdint>
#include <cstdlib>

#include "notation/read.h"
#include "sheet/sheet.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gradus;
  Pool pool;
  const Pool::Scope scope(pool);
  const Source source("fuzz.md", std::string(reinterpret_cast<const char*>(data), size));
  const Document document = read_document(source);
  for (const Piece& piece : document.pieces) {
    if (piece.span.end > size || piece.span.begin > piece.span.end) std::abort();
  }
  const Sheet sheet = elaborate(source, document);
  for (const Claim& claim : sheet.claims) {
    if (claim.lhs_span.end > size || claim.rhs_span.end > size) std::abort();
  }
  return 0;
}
