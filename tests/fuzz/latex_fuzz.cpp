// Any bytes as a LaTeX formula: no crash, no hang, and every span lies in the text.
#include "span_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const gradus::Source source("fuzz", std::string(reinterpret_cast<const char*>(data), size));
  std::vector<gradus::Diagnostic> diagnostics;
  const auto chains = gradus::read_latex(source, {0, static_cast<std::uint32_t>(size)}, diagnostics);
  gradus::fuzz::check(source, chains, diagnostics);
  return 0;
}
