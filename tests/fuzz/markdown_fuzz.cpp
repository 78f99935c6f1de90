// Any bytes as a document.
#include "span_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const gradus::Source source("fuzz", std::string(reinterpret_cast<const char*>(data), size));
  const gradus::Document document = gradus::read_document(source);
  for (const gradus::Piece& piece : document.pieces) {
    gradus::fuzz::check(source, piece.span);
    gradus::fuzz::check(source, piece.chains, {});
  }
  gradus::fuzz::check(source, {}, document.diagnostics);
  return 0;
}
