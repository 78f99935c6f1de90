#include "app/session.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "check/check.h"
#include "notation/read.h"

namespace gradus {
namespace {

constexpr std::size_t kMaxBytes = 8u << 20;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// Elaborates the document anew with one side replaced. Everything lives in the pool of the response, so that the
/// claim it returns can be judged like any other.
class Replacement : public Recheck {
 public:
  Replacement(const Source& source, const ElaborateOptions& options, std::size_t claims)
      : source_(source), options_(options), claims_(claims) {}

  std::optional<Claim> with_replacement(int claim, Span span, const std::string& latex) override {
    if (span.end > source_.text().size() || span.empty()) return std::nullopt;
    std::string text(source_.text().substr(0, span.begin));
    text += latex;
    // `\alpha` put before a letter must not become another macro.
    if (!latex.empty() && is_letter(latex.back()) && span.end < source_.text().size() &&
        is_letter(source_.text()[span.end])) {
      text += ' ';
    }
    text += source_.text().substr(span.end);
    const Source changed(source_.name(), std::move(text));
    Sheet sheet = elaborate(changed, read_document(changed), options_);
    if (sheet.claims.size() != claims_) return std::nullopt;  // it tore the sheet apart
    const auto found =
        std::find_if(sheet.claims.begin(), sheet.claims.end(), [&](const Claim& c) { return c.n == claim; });
    if (found == sheet.claims.end()) return std::nullopt;
    return std::move(*found);
  }

 private:
  const Source& source_;
  const ElaborateOptions& options_;
  std::size_t claims_;
};

bool same_place(const Diagnostic& a, const Diagnostic& b) { return a.span == b.span && a.message == b.message; }

/// What a reader and elaboration both told is told once: beside its claim if it has one, in the reader's words (which
/// know the exact kind of the fault), otherwise among the diagnostics of the sheet.
std::vector<Diagnostic> told_once(const Document& document, Sheet& sheet) {
  std::vector<Diagnostic> all = document.diagnostics;
  all.insert(all.end(), sheet.diagnostics.begin(), sheet.diagnostics.end());
  std::vector<const Diagnostic*> beside_claims;
  for (Claim& claim : sheet.claims) {
    for (Diagnostic& d : claim.diagnostics) {
      const auto reader = std::find_if(document.diagnostics.begin(), document.diagnostics.end(),
                                       [&](const Diagnostic& other) { return same_place(d, other); });
      if (reader != document.diagnostics.end()) d = *reader;
      beside_claims.push_back(&d);
    }
  }
  std::vector<Diagnostic> once;
  for (const Diagnostic& d : all) {
    const auto same = [&](const Diagnostic& other) { return same_place(d, other); };
    if (std::any_of(once.begin(), once.end(), same)) continue;
    if (std::any_of(beside_claims.begin(), beside_claims.end(), [&](const Diagnostic* c) { return same(*c); }))
      continue;
    once.push_back(d);
  }
  std::stable_sort(once.begin(), once.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.span.begin < b.span.begin; });
  return once;
}

Diagnostic refuse(std::string slug, std::string message, std::string help) {
  return {Severity::error, std::move(slug), {}, std::move(message), std::move(help)};
}

}  // namespace

bool Response::holds() const {
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (only != 0 && sheet.claims[i].n != only) continue;
    if (verdicts[i].kind != VerdictKind::proved && verdicts[i].kind != VerdictKind::confirmed) return false;
  }
  return true;
}

Response respond(Request request) {
  Response response;
  response.pool = std::make_unique<Pool>();
  const Pool::Scope scope(*response.pool);
  response.only = request.only;
  response.source = Source(std::move(request.name), std::move(request.text));
  response.document = read_document(response.source);
  const ElaborateOptions options{.assume = std::move(request.assume)};
  response.sheet = elaborate(response.source, response.document, options);

  response.diagnostics = told_once(response.document, response.sheet);
  if (response.sheet.statements.empty()) {
    response.diagnostics.push_back({Severity::warning,
                                    "empty",
                                    {},
                                    "no mathematics was found in " + response.source.name(),
                                    "write formulas between $…$ or $$…$$"});
  }

  if (request.judge) {
    Replacement replacement(response.source, options, response.sheet.claims.size());
    response.verdicts = check(response.source, response.sheet, {.only = request.only}, &replacement);
  }
  return response;
}

Result<std::string> read_text(const std::string& path) {
  std::error_code ignored;
  if (path != "-" && std::filesystem::is_directory(path, ignored)) {
    return refuse("no-file", path + " is a folder", "name the sheets in it: " + path + "/*.md");
  }
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return refuse("no-file", path + " cannot be read: " + std::strerror(errno), "check the name and the folder");
  }
  std::string text;
  std::size_t got = 0;
  std::vector<char> buffer(1u << 16);
  while (text.size() <= kMaxBytes && (got = std::fread(buffer.data(), 1, buffer.size(), file)) > 0) {
    text.append(buffer.data(), got);
  }
  if (file != stdin) std::fclose(file);
  if (text.size() > kMaxBytes) {
    return refuse("too-large", path + " has more than " + std::to_string(kMaxBytes >> 20) + " MB",
                  "split the document into sheets");
  }
  if (text.find('\0') != std::string::npos) {
    return refuse("binary", path + " is a binary file, not a text", "give a Markdown, LaTeX or plain-text document");
  }
  return text;
}

}  // namespace gradus
