#include "notation/plain/vocabulary.h"

#include <algorithm>
#include <iterator>

#include "expr/elementary.h"
#include "notation/latex/commands.h"

namespace gradus::notation::plain {
namespace {

constexpr std::string_view functions[] = {
    "tr",     "trace",   "det",    "logdet",    "inv",  "diag",  "diagm", "vec", "norm", "norm1", "norm2", "normF",
    "normf",  "vector",  "matrix", "eye",       "dot",  "outer", "kron",  "sum", "prod", "max",   "min",   "argmax",
    "argmin", "softmax", "lse",    "logsumexp", "rank", "mean",  "var",   "sup", "inf",  "lim",   "exp",   "adj",
};

constexpr std::string_view vocabulary[] = {
    "symmetric", "invertible", "orthogonal",     "diagonal",    "positive", "definite", "semidefinite", "nonzero",
    "for",       "where",      "with",           "and",         "if",       "is",       "are",          "all",
    "since",     "when",       "differentiable", "scalar",      "constant", "given",    "such",         "that",
    "let",       "then",       "otherwise",      "nonnegative", "negative", "integer",  "unit",         "onehot",
    "real",      "entries",
};

template <std::size_t N>
bool contains(const std::string_view (&words)[N], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace

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
