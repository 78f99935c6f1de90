#include "notation/plain/vocabulary.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "expr/elementary.h"
#include "notation/latex/commands.h"

namespace gradus::notation::plain {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

constexpr Row raised_rows[] = {
    {"⁰", "0"}, {"¹", "1"}, {"²", "2"}, {"³", "3"}, {"⁴", "4"}, {"⁵", "5"}, {"⁶", "6"}, {"⁷", "7"}, {"⁸", "8"},
    {"⁹", "9"}, {"⁺", "+"}, {"⁻", "-"}, {"⁼", "="}, {"⁽", "("}, {"⁾", ")"}, {"ᵃ", "a"}, {"ᵇ", "b"}, {"ᶜ", "c"},
    {"ᵈ", "d"}, {"ᵉ", "e"}, {"ᶠ", "f"}, {"ᵍ", "g"}, {"ʰ", "h"}, {"ⁱ", "i"}, {"ʲ", "j"}, {"ᵏ", "k"}, {"ˡ", "l"},
    {"ᵐ", "m"}, {"ⁿ", "n"}, {"ᵒ", "o"}, {"ᵖ", "p"}, {"ʳ", "r"}, {"ˢ", "s"}, {"ᵗ", "t"}, {"ᵘ", "u"}, {"ᵛ", "v"},
    {"ʷ", "w"}, {"ˣ", "x"}, {"ʸ", "y"}, {"ᶻ", "z"}, {"ᴷ", "K"}, {"ᴸ", "L"}, {"ᴹ", "M"}, {"ᴺ", "N"}, {"ᵀ", "T"},
    {"ᴰ", "D"},
};

constexpr Row lowered_rows[] = {
    {"₀", "0"}, {"₁", "1"}, {"₂", "2"}, {"₃", "3"}, {"₄", "4"}, {"₅", "5"}, {"₆", "6"}, {"₇", "7"}, {"₈", "8"},
    {"₉", "9"}, {"₊", "+"}, {"₋", "-"}, {"₌", "="}, {"₍", "("}, {"₎", ")"}, {"ₐ", "a"}, {"ₑ", "e"}, {"ₕ", "h"},
    {"ᵢ", "i"}, {"ⱼ", "j"}, {"ₖ", "k"}, {"ₗ", "l"}, {"ₘ", "m"}, {"ₙ", "n"}, {"ₒ", "o"}, {"ₚ", "p"}, {"ᵣ", "r"},
    {"ₛ", "s"}, {"ₜ", "t"}, {"ᵤ", "u"}, {"ᵥ", "v"}, {"ₓ", "x"},
};

constexpr Row accent_rows[] = {
    {"\u0302", "hat"}, {"\u0304", "bar"}, {"\u0305", "bar"}, {"\u0303", "tilde"}, {"\u0307", "dot"},
    {"\u0308", "ddot"}, {"\u20D7", "vec"},
};

constexpr std::string_view functions[] = {
    "tr",     "trace",   "det",    "logdet", "inv",   "diag",  "diagm", "vec",  "norm",  "norm1",  "norm2",   "normF",
    "normf",  "vector",  "matrix", "eye",    "dot",   "outer", "kron",  "sum",  "prod",  "max",    "min",     "argmax",
    "argmin", "softmax", "lse",    "logsumexp", "rank", "mean", "var",  "sup",  "inf",   "lim",    "exp",     "adj",
};

constexpr std::string_view vocabulary[] = {
    "symmetric", "invertible", "orthogonal", "diagonal", "positive", "definite", "semidefinite", "nonzero", "for",
    "where",     "with",       "and",        "if",       "is",       "are",      "all",          "since",   "when",
    "differentiable", "scalar", "constant",  "given",    "such",     "that",     "let",          "then",    "otherwise",
    "nonnegative", "negative", "integer",    "unit",     "onehot",   "real",     "entries",
};

template <std::size_t N>
std::string_view find(const Row (&rows)[N], std::string_view key) {
  const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.first == key; });
  return row == std::end(rows) ? std::string_view() : row->second;
}

template <std::size_t N>
bool contains(const std::string_view (&words)[N], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace

std::string_view raised(std::string_view character) { return find(raised_rows, character); }
std::string_view lowered(std::string_view character) { return find(lowered_rows, character); }
std::string_view combining_accent(std::string_view character) { return find(accent_rows, character); }

std::string_view letter_named(std::string_view word) {
  if (word.size() < 2) return {};
  const latex::Command* row = latex::find_command(word);
  if (!row || row->meaning != latex::Meaning::name) return {};
  const unsigned char first = static_cast<unsigned char>(row->text[0]);
  const bool greek = first == 0xCE || first == 0xCF;
  return greek || word == "nabla" || word == "partial" || word == "ell" ? row->text : std::string_view();
}

bool is_function(std::string_view word) { return contains(functions, word) || elementary_named(word).has_value(); }

bool speaks(std::string_view word) { return contains(vocabulary, word); }

std::string latex_of(std::string_view word) {
  const latex::Command* row = latex::find_command(word);
  const bool known = row && (row->meaning == latex::Meaning::function || row->meaning == latex::Meaning::limit);
  if (known) return "\\" + std::string(word);
  std::size_t letters = 0;
  while (letters < word.size() && !(word[letters] >= '0' && word[letters] <= '9')) ++letters;
  if (letters == 1 && word.size() > 1) return std::string(word.substr(0, 1)) + "_{" + std::string(word.substr(1)) + "}";
  return word.size() == 1 ? std::string(word) : "\\operatorname{" + std::string(word) + "}";
}

}  // namespace gradus::notation::plain
