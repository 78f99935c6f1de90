#include "sheet/words.h"

#include <algorithm>

namespace gradus {

std::string lower(std::string_view text) {
  std::string out;
  for (char ch : text) out += ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch == '\n' ? ' ' : ch;
  return out;
}

bool has(const std::string& text, const char* phrase) { return text.find(phrase) != std::string::npos; }

/// The word stands alone in the text and is not negated.
bool word(const std::string& text, const std::string& wanted) {
  for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    auto letter = [](char ch) { return (ch >= 'a' && ch <= 'z'); };
    bool left = at == 0 || (!letter(text[at - 1]) && text[at - 1] != '-');
    bool right = at + wanted.size() >= text.size() || !letter(text[at + wanted.size()]);
    bool negated = at >= 4 && text.compare(at - 4, 4, "not ") == 0;
    negated |= at >= 4 && text.compare(at - 4, 4, "non ") == 0;
    if (left && right && !negated) return true;
  }
  return false;
}

bool ends_with_noun(const std::string& text, const char* phrase) {
  const std::size_t at = text.rfind(phrase);
  if (at == std::string::npos) return false;
  const std::string behind = text.substr(at + std::char_traits<char>::length(phrase));
  const auto plain = [](char ch) { return (ch >= 'a' && ch <= 'z') || ch == ' ' || ch == '-'; };
  if (!std::all_of(behind.begin(), behind.end(), plain)) return false;
  for (const char* joint : {"and", "or", "is", "are", "with", "that", "which", "where", "for", "by", "then"})
    if (word(behind, joint)) return false;
  std::size_t words = 0;
  for (std::size_t i = 0; i < behind.size(); ++i) words += behind[i] != ' ' && (i == 0 || behind[i - 1] == ' ');
  return words <= 4;
}

std::string last_words(const std::string& text, std::size_t count) {
  std::size_t end = text.find_last_not_of(" \t,:");
  if (end == std::string::npos) return "";
  std::size_t at = end + 1;
  for (std::size_t n = 0; n < count && at != std::string::npos && at > 0; ++n) {
    at = text.find_last_of(" (", at - 1);
    if (at == std::string::npos) return text.substr(0, end + 1);
  }
  return text.substr(at + 1, end - at);
}

namespace {

/// "diagonal" of a matrix that is, and not "the diagonal of A", "diagonal entries".
bool says_diagonal(const std::string& text) {
  for (std::size_t at = text.find("diagonal"); at != std::string::npos; at = text.find("diagonal", at + 1)) {
    std::string behind = text.substr(at + 8);
    const std::size_t begin = behind.find_first_not_of(' ');
    behind = begin == std::string::npos ? "" : behind.substr(begin);
    const std::string before = last_words(text.substr(0, at), 1);
    const auto starts = [&](const char* noun) { return behind.rfind(noun, 0) == 0; };
    const bool matrix = starts("matri");
    const bool noun = starts("entr") || starts("element") || starts("of ") || starts("part") || starts("term") ||
                      starts("block") || starts("component") || starts("coefficient") || starts("value") ||
                      ((before == "the" || before == "its" || before == "main" || before == "whose") && !matrix);
    if (!noun && word(text.substr(0, at + 8).substr(at > 8 ? at - 8 : 0), "diagonal")) return true;
  }
  return false;
}

}  // namespace

Traits traits_in(const std::string& text) {
  Traits t;
  t.symmetric = word(text, "symmetric") && !has(text, "skew-symmetric") && !has(text, "antisymmetric") &&
                !has(text, "symmetric in");
  t.positive_definite = word(text, "positive definite") || word(text, "positive-definite") || word(text, "spd");
  if (t.positive_definite) t.symmetric = true;
  t.orthogonal = word(text, "orthogonal") && !has(text, "orthogonal to");
  t.diagonal = says_diagonal(text);
  t.invertible =
      word(text, "invertible") || word(text, "nonsingular") || word(text, "non-singular") || word(text, "regular");
  t.nonzero = word(text, "nonzero") || word(text, "non-zero");
  t.one_hot = word(text, "one-hot") || word(text, "one hot");
  t.positive = (word(text, "positive") && !t.positive_definite && !has(text, "positive semi")) ||
               word(text, "strictly positive");
  t.unit_norm =
      word(text, "unit vector") || word(text, "unit norm") || word(text, "unit length") || word(text, "unit vectors");
  t.sums_to_one = word(text, "probability vector") || has(text, "sums to one") || has(text, "sum to one") ||
                  has(text, "sum to 1") || has(text, "sums to 1") || word(text, "probabilities");
  t.symmetric_arguments = has(text, "symmetric in its");
  t.affine = word(text, "affine");
  return t;
}

bool any(const Traits& t) {
  return t.positive || t.nonzero || t.symmetric || t.positive_definite || t.orthogonal || t.diagonal || t.invertible ||
         t.positive_det || t.sums_to_one || t.one_hot || t.unit_norm || t.symmetric_arguments || t.affine;
}

std::string traits_text(const Traits& t) {
  std::string out;
  auto add = [&](bool on, const char* text) {
    if (on) out += (out.empty() ? "" : ", ") + std::string(text);
  };
  add(t.symmetric, "symmetric");
  add(t.positive_definite, "positive definite");
  add(t.orthogonal, "orthogonal");
  add(t.diagonal, "diagonal");
  add(t.invertible, "invertible");
  add(t.positive_det, "of positive determinant");
  add(t.positive, "positive");
  add(t.nonzero, "nonzero");
  add(t.one_hot, "one-hot");
  add(t.sums_to_one, "entries sum to one");
  add(t.unit_norm, "of length one");
  add(t.symmetric_arguments, "symmetric in its arguments");
  add(t.affine, "affine");
  return out;
}

}  // namespace gradus
