// Functions that only words describe: "$\psi$ denotes the digamma function", "the Heaviside function $H$". What the
// words do not tell for certain is not judged: the name would stand for any function.
#include <algorithm>
#include <array>

#include "sheet/reader.h"
#include "sheet/words.h"

namespace gradus {

namespace {

struct Described {
  std::string_view words;  ///< before "function", "density", …
  std::string_view name;   ///< the function as it is called; empty: known to the author only
};

/// A longer phrase stands before the shorter ones in it.
constexpr std::array kDescribed = {
    Described{"standard normal cumulative distribution", "Φ"},
    Described{"standard normal distribution", "Φ"},
    Described{"standard normal cdf", "Φ"},
    Described{"standard gaussian cdf", "Φ"},
    Described{"logistic sigmoid", "sigmoid"},
    Described{"standard logistic", "sigmoid"},
    Described{"log-gamma", "lgamma"},
    Described{"incomplete gamma", ""},
    Described{"complementary error", "erfc"},
    Described{"gauss error", "erf"},
    Described{"hyperbolic tangent", "tanh"},
    Described{"hyperbolic sine", "sinh"},
    Described{"hyperbolic cosine", "cosh"},
    Described{"rectified linear unit", "relu"},
    Described{"natural logarithm", "log"},
    Described{"unit step", "step"},
    Described{"heaviside", "step"},
    Described{"indicator", ""},
    Described{"beta", ""},
    Described{"zeta", ""},
    Described{"floor", ""},
    Described{"ceiling", ""},
};

struct Description {
  bool certain = false;
  std::string name;
};

/// What "the … function" names: by its proper name, or by a name of the elementary table. None where the words only
/// say what the function is for ("the activation function").
std::optional<Description> description(const std::string& words, const Elaborator& e) {
  std::string text = lower(words);
  for (const std::string_view noun : {" function", " density", " pdf"})
    if (text.ends_with(noun)) text.resize(text.size() - noun.size());
  const auto ends_with = [&](std::string_view phrase) {
    return text.ends_with(phrase) && (text.size() == phrase.size() || text[text.size() - phrase.size() - 1] == ' ');
  };
  const bool density = words.size() > text.size() && lower(words).find("function", text.size()) == std::string::npos;
  if (!density)
    for (const Described& row : kDescribed)
      if (ends_with(row.words)) return Description{!row.name.empty(), std::string(row.name)};
  const std::string last = last_words(text, 1);
  if (!density && text.size() < words.size() && e.is_number_function(last)) return Description{true, last};
  if (density && has(text, "standard normal")) return Description{true, "normpdf"};
  if (text == "its") return Description{};
  // A proper name: the Bessel function.
  const std::size_t begin = text.rfind(' ') + 1;
  if (words.size() > text.size() && words[begin] >= 'A' && words[begin] <= 'Z') return Description{};
  return std::nullopt;
}

/// The phrase behind "is the", "denotes the" at the beginning of the words, up to a noun; empty if there is none.
std::string phrase_behind(const std::string& text) {
  const std::string low = lower(text);
  std::size_t at = low.find_first_not_of(' ');
  const auto skip = [&](std::initializer_list<const char*> words) {
    for (const char* w : words) {
      const std::size_t length = std::char_traits<char>::length(w);
      if (at != std::string::npos && low.compare(at, length, w) == 0 && low.size() > at + length &&
          low[at + length] == ' ') {
        at = low.find_first_not_of(' ', at + length);
        return true;
      }
    }
    return false;
  };
  if (skip({"its"})) return low.compare(at, 7, "density") == 0 ? "its density" : "";
  skip({"is", "denotes", "denote", "denoting", "be", "stands for", "represents", "means", "for", "as"});
  if (!skip({"the", "a"})) return "";
  const std::size_t end = std::min(low.find_first_of(".,;:()", at), low.size());
  for (const char* noun : {" function", " density", " pdf", " cdf", " unit", " logarithm"}) {
    const std::size_t found = low.find(noun, at);
    if (found != std::string::npos && found < end)
      return text.substr(at, found + std::char_traits<char>::length(noun) - at);
  }
  return "";
}

/// The phrase that ends the words before a name: "with the Heaviside function".
std::string phrase_before(const std::string& text) {
  const std::string low = lower(text);
  const std::size_t end = low.find_last_not_of(' ');
  if (end == std::string::npos) return "";
  const std::size_t the = low.rfind("the ", end);
  if (the == std::string::npos || low.find_first_of(".,;:()", the) <= end) return "";
  const std::string phrase = text.substr(the + 4, end - the - 3);
  const std::string noun = lower(last_words(phrase, 1));
  return noun == "function" || noun == "density" || noun == "cdf" ? phrase : "";
}

SynPtr name_alone(const Piece& piece) {
  if (piece.kind != Piece::Kind::inline_math || piece.chains.size() != 1 || !piece.chains[0].rels.empty() ||
      piece.chains[0].sides.size() != 1 || !piece.chains[0].sides[0] || piece.chains[0].sides[0]->kind != SynKind::name)
    return nullptr;
  return piece.chains[0].sides[0];
}

SynPtr call(const SynPtr& name, const SynPtr& argument) {
  auto group = std::make_shared<Syn>();
  group->kind = SynKind::group;
  group->open = "(";
  group->kids = {argument};
  auto product = std::make_shared<Syn>();
  product->kind = SynKind::product;
  product->kids = {name, group};
  product->span = group->span = name->span;
  return product;
}

}  // namespace

/// Whether a formula of the sheet declares or defines the name itself.
bool SheetReader::formula_tells(const std::string& key) const {
  for (const Piece& piece : document_.pieces)
    for (const Chain& c : piece.chains) {
      if (c.rels.empty() || !c.sides[0]) continue;
      const Syn* head = c.sides[0].get();
      if (head->kind == SynKind::product && head->kids.size() == 2 && head->kids[1]->kind == SynKind::group &&
          std::all_of(head->kids[1]->kids.begin(), head->kids[1]->kids.end(),
                      [](const SynPtr& argument) { return argument && argument->kind == SynKind::name; }))
        head = head->kids[0].get();
      if (head->kind == SynKind::name && name_key(*head) == key) return true;
    }
  return false;
}

void SheetReader::describe(const SynPtr& name, const std::string& phrase) {
  if (phrase.empty() || is_quantity(name_key(*name)) || formula_tells(name_key(*name))) return;
  const auto found = description(phrase, e_);
  if (!found) return;
  if (!found->certain) {
    sheet_.diagnostics.push_back({Severity::warning, "description", name->span,
                                  "`" + phrase + "` is not a function that is known here", "define it by a formula"});
    Entry& entry = scope_->entries[name_key(*name)];
    entry.key = name_key(*name);
    entry.broken = true;
    return;
  }
  if (found->name == name->text) return;  // Φ is what it is called by itself
  auto argument = std::make_shared<Syn>();
  argument->kind = SynKind::name;
  argument->text = argument->latex = "u";
  argument->span = name->span;
  auto function = std::make_shared<Syn>();
  function->kind = SynKind::name;
  function->text = found->name;
  function->latex = found->name;
  function->style = "op";
  function->span = name->span;
  Chain meaning;
  meaning.span = name->span;
  meaning.rels = {":="};
  meaning.sides = {call(name, argument), call(function, argument)};
  meaning.side_spans = {name->span, name->span};
  define(meaning);
  note(Statement::Kind::definition, name->span,
       std::string(source_.text(name->span)) + " is the function " + found->name);
}

/// Those of this heading, before anything is read: "… = ψ(x), where ψ is the digamma function".
void SheetReader::described_functions(std::size_t at) {
  for (; at < document_.pieces.size() && document_.pieces[at].kind != Piece::Kind::heading; ++at) {
    const SynPtr name = name_alone(document_.pieces[at]);
    if (!name) continue;
    const auto words_at = [&](std::size_t k) {
      return k < document_.pieces.size() && document_.pieces[k].kind == Piece::Kind::words ? document_.pieces[k].text
                                                                                           : std::string();
    };
    const std::string behind = phrase_behind(words_at(at + 1));
    describe(name, behind.empty() && at > 0 ? phrase_before(words_at(at - 1)) : behind);
  }
}

}  // namespace gradus
