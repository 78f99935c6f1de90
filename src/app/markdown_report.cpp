// The sheet with its verdicts woven in: a block quote after the formula (comment lines in a LaTeX file). Mathematics in
// it stands as code, never between dollars, so that the woven sheet reads to the same claims.
#include <fmt/format.h>

#include <map>

#include "app/report.h"
#include "app/steps.h"
#include "notation/write.h"

namespace gradus {
namespace {

constexpr std::string_view kSignature = "**gradus** ";

std::string code(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '`' || c == '$') c = ' ';
  }
  return "`" + text + "`";
}

/// Words are not to be taken for mathematics either.
std::string words(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '$') c = ' ';
  }
  return text;
}

std::vector<std::string> lines_of(const StepView& step) {
  const Verdict& v = *step.verdict;
  std::string first = fmt::format("{}{} {} {}", kSignature, mark_of(v.kind), step.claim->n, name_of(v.kind));
  if (!v.method.empty()) first += fmt::format(" ({})", words(v.method));
  std::vector<std::string> lines{first};
  for (const std::string& reading : step.readings) lines.push_back("read as: " + code(reading));
  if (holds(v.kind)) return lines;
  if (!step.problem.empty()) lines.push_back("because: " + code(step.problem));
  if (!v.hypothesis.empty()) lines.push_back("holds if: " + code(v.hypothesis));
  if (!v.residual.empty()) lines.push_back("left − right: " + code(latex_to_text(v.residual)));
  if (v.counterexample) lines.push_back("for example: " + code(describe(*v.counterexample)));
  if (!v.correction.empty()) lines.push_back("correct: " + code(v.correction));
  return lines;
}

bool is_math(const Piece& piece) {
  return piece.kind == Piece::Kind::inline_math || piece.kind == Piece::Kind::display_math;
}

class Weaver {
 public:
  explicit Weaver(const Response& response)
      : text_(response.source.text()), pieces_(response.document.pieces), steps_(steps_of(response)) {
    quote_ = !response.source.name().ends_with(".tex");
    prefix_ = quote_ ? "> " : "% ";
  }

  std::string weave() const {
    std::map<std::size_t, std::vector<std::string>> blocks;  // by the offset of the line end where the block goes in
    for (const StepView& step : steps_) {
      std::vector<std::string>& block = blocks[place_after(*step.claim)];
      for (const std::string& line : lines_of(step)) block.push_back(prefix_ + line);
    }
    std::string out;
    std::size_t from = 0;
    for (const auto& [at, block] : blocks) {
      out += text_.substr(from, at - from);
      // In Markdown a quote stands between blank lines, and two trailing spaces break a line inside it.
      out += quote_ ? "\n\n" + join(block, "  \n") : "\n" + join(block, "\n");
      if (quote_ && !blank(at + 1)) out += '\n';
      from = at;
    }
    out += text_.substr(from);
    if (!blocks.empty() && !out.ends_with('\n')) out += '\n';
    return out;
  }

 private:
  std::size_t end_of_line(std::size_t at) const {
    const std::size_t end = text_.find('\n', at);
    return end == std::string_view::npos ? text_.size() : end;
  }

  /// Whether the line that begins here is blank, or the end of the document.
  bool blank(std::size_t at) const {
    return at >= text_.size() ||
           text_.substr(at, end_of_line(at) - at).find_first_not_of(" \t\r") == std::string_view::npos;
  }

  /// The formula that the offset lies in, if any.
  const Piece* around(std::size_t at) const {
    for (const Piece& piece : pieces_) {
      if (is_math(piece) && piece.span.begin < at && at < piece.span.end) return &piece;
    }
    return nullptr;
  }

  /// The end of the line on which the claim's formula ends, or of the paragraph if it stands among words.
  std::size_t place_after(const Claim& claim) const {
    const Piece* piece = around(claim.span.begin + 1);
    bool in_words = piece != nullptr && piece->kind == Piece::Kind::inline_math;
    std::size_t at = end_of_line(piece != nullptr ? piece->span.end : claim.span.end);
    for (;;) {
      if (const Piece* other = around(at)) {
        in_words = other->kind == Piece::Kind::inline_math;
        at = end_of_line(other->span.end);
        continue;
      }
      if (!in_words || blank(at + 1)) return at;
      at = end_of_line(at + 1);
    }
  }

  std::string_view text_;
  const std::vector<Piece>& pieces_;
  std::vector<StepView> steps_;
  bool quote_ = true;
  std::string prefix_;
};

}  // namespace

std::string markdown_report(const Response& response) { return Weaver(response).weave(); }

std::string without_verdicts(const std::string& text) {
  std::string out;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end;
    const bool quoted = line.starts_with("> ") || line.starts_with("% ");
    if (quoted && line.substr(2).starts_with(kSignature)) {
      // The blank line that was put before a quote goes with it.
      if (!inside && line[0] == '>' && out.ends_with("\n\n")) out.pop_back();
      inside = true;
    }
    inside = inside && quoted;
    if (!inside) out += line;
  }
  return out;
}

}  // namespace gradus
