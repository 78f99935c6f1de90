// A formula or a document as one line of text, to compare with.
#pragma once

#include <string>
#include <vector>

#include "notation/read.h"

namespace gradus::test {

inline std::string line_of(const std::vector<Chain>& chains) {
  std::string out;
  for (const Chain& chain : chains) {
    if (!out.empty()) out += " | ";
    if (!chain.words.empty()) out += "{" + chain.words + "} ";
    for (std::size_t i = 0; i < chain.sides.size(); ++i) {
      if (i > 0) out += " " + chain.rels[i - 1] + " ";
      out += chain.sides[i] ? dump(*chain.sides[i]) : "";
    }
  }
  return out;
}

inline std::string slugs_of(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const Diagnostic& d : diagnostics) out += (out.empty() ? "" : " ") + d.slug;
  return out;
}

/// The chains of a formula, then its diagnostics' slugs behind "!".
inline std::string latex(const std::string& text) {
  const Source source("test", text);
  std::vector<Diagnostic> diagnostics;
  const std::string line = line_of(read_latex(source, {0, static_cast<std::uint32_t>(text.size())}, diagnostics));
  return diagnostics.empty() ? line : line + " ! " + slugs_of(diagnostics);
}

inline std::string plain(const std::string& text) {
  const Source source("test", text);
  std::vector<Diagnostic> diagnostics;
  const std::string line = line_of(read_plain(source, {0, static_cast<std::uint32_t>(text.size())}, diagnostics));
  return diagnostics.empty() ? line : line + " ! " + slugs_of(diagnostics);
}

/// The pieces of a document: "# title", words, "$…$" with the chains, "$$…$$", "¶".
inline std::string document(const std::string& text, const std::string& name = "test.md") {
  const Source source(name, text);
  const Document document = read_document(source);
  std::string out;
  for (const Piece& piece : document.pieces) {
    if (!out.empty()) out += '\n';
    switch (piece.kind) {
      case Piece::Kind::heading:
        out += std::string(static_cast<std::size_t>(piece.level), '#') + " " + piece.text;
        break;
      case Piece::Kind::words: out += piece.text; break;
      case Piece::Kind::inline_math: out += "$" + line_of(piece.chains) + "$"; break;
      case Piece::Kind::display_math: out += "$$" + line_of(piece.chains) + "$$"; break;
      case Piece::Kind::paragraph: out += "¶"; break;
    }
  }
  if (!document.diagnostics.empty()) out += "\n! " + slugs_of(document.diagnostics);
  return out;
}

}  // namespace gradus::test
