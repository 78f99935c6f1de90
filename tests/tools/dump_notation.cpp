// Shows what the readers make of a document: `dump_notation FILE`, `dump_notation -e PLAIN`, `dump_notation -l LATEX`.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "notation/read.h"

namespace {

void print(const gradus::Source& source, const std::vector<gradus::Chain>& chains) {
  for (const gradus::Chain& chain : chains) {
    std::printf("  chain sep='%s' words='%s'\n", chain.separator.c_str(), chain.words.c_str());
    for (std::size_t i = 0; i < chain.sides.size(); ++i) {
      if (i > 0) std::printf("    %s\n", chain.rels[i - 1].c_str());
      std::printf("      %s\n", chain.sides[i] ? gradus::dump(*chain.sides[i]).c_str() : "(none)");
      std::printf("      `%s`\n", std::string(source.text(chain.side_spans[i])).c_str());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::string first = argv[1];
  std::vector<gradus::Diagnostic> diagnostics;
  std::string text;
  if (argc > 2) {
    text = argv[2];
  } else {
    std::ifstream file(first, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  const gradus::Source source(argc > 2 ? "-" : first, text);
  const gradus::Span all{0, static_cast<std::uint32_t>(text.size())};
  if (first == "-e") {
    print(source, gradus::read_plain(source, all, diagnostics));
  } else if (first == "-l") {
    print(source, gradus::read_latex(source, all, diagnostics));
  } else {
    gradus::Document document = gradus::read_document(source);
    diagnostics = std::move(document.diagnostics);
    const char* const kinds[] = {"heading", "words", "inline", "display", "paragraph"};
    for (const gradus::Piece& piece : document.pieces) {
      std::printf("%s", kinds[static_cast<int>(piece.kind)]);
      if (piece.level > 0) std::printf(" level %d", piece.level);
      if (!piece.text.empty()) std::printf(" |%s|", piece.text.c_str());
      std::printf("\n");
      print(source, piece.chains);
    }
  }
  for (const gradus::Diagnostic& d : diagnostics) std::printf("%s", gradus::render(d, source).c_str());
  return 0;
}
