// One request, one response: a document goes in, what was understood of it and the verdicts come out. The only place
// that names dialects; the command line (and whatever comes beside it) only asks and shows.
//
//   Response response = respond({.name = "notes.md", .text = text});
//   std::cout << text_report(response);                              // report.h
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "check/verdict.h"
#include "sheet/sheet.h"

namespace gradus {

struct Request {
  std::string name;                 ///< as the user wrote it
  std::string text;                 ///< the document, byte for byte
  std::vector<std::string> assume;  ///< extra assumptions: "A symmetric"
  int only = 0;                     ///< judge this claim alone; 0: all
  bool judge = true;                ///< false: read and elaborate, no verdicts
};

/// What became of a request. The expressions in it live in its pool.
struct Response {
  std::unique_ptr<Pool> pool;
  Source source;
  Document document;
  Sheet sheet;
  std::vector<Verdict> verdicts;        ///< one a claim, in order; empty if not judged
  std::vector<Diagnostic> diagnostics;  ///< of the document and the sheet, in document order
  int only = 0;

  /// Whether every claim that was asked for is proved or confirmed.
  bool holds() const;
};

Response respond(Request request);

/// A document's bytes from a file, or from standard input for "-". Fails for a file that is not there, is no text, or
/// is larger than a sheet can be.
Result<std::string> read_text(const std::string& path);

}  // namespace gradus
