// Signs that a sheet uses for gradients: "we write $dV$ for the gradient $\frac{\partial J}{\partial V}$", "$dW$
// denotes the derivative of the loss $J$", "$dW := \frac{\partial J}{\partial W}$". From there on dX is the gradient by
// X.
#include <algorithm>

#include "sheet/reader.h"
#include "sheet/words.h"

namespace gradus {

namespace {

/// X of dX.
SynPtr differential_in(const Syn& s) {
  const bool d = s.kind == SynKind::product && s.kids.size() == 2 && s.kids[0]->kind == SynKind::name &&
                 s.kids[0]->text == "d" && base_of(*s.kids[1]).kind == SynKind::name;
  return d ? s.kids[1] : nullptr;
}

/// Whether these words make what follows the subject of their sentence.
bool introduces(const std::string& lead) {
  const std::size_t end = lead.find_last_not_of(" \t");
  if (end == std::string::npos || lead[end] == ',' || lead[end] == ':' || lead[end] == '.') return true;
  static const char* const kWords[] = {"write",    "writing", "let",  "here", "by",     "denote", "denotes",
                                       "notation", "where",   "that", "and",  "symbol", "define", "use"};
  const std::string last = last_words(lead, 1);
  return std::any_of(std::begin(kWords), std::end(kWords), [&](const char* word) { return last == word; });
}

/// "the gradient of", "the derivatives of the loss"
bool gradient_of(const std::string& lead) {
  std::size_t at = std::string::npos;
  for (const char* noun : {"gradient", "derivative"})
    if (const std::size_t found = lead.rfind(noun); found != std::string::npos)
      at = at == std::string::npos ? found : std::max(at, found);
  if (at == std::string::npos) return false;
  const std::string rest = lead.substr(at);
  return word(rest, "of") && !has(rest, "respect") && !word(rest, "by");
}

}  // namespace

void SheetReader::gradient_signs(const Piece& piece) {
  const auto stands_for = [&](const SynPtr& loss) {
    e_.adjoint_syntax = loss;
    e_.differential_is_gradient = true;
  };
  for (const Chain& c : piece.chains) {
    if (c.sides.empty() || !c.sides[0]) continue;
    const Syn& first = *c.sides[0];
    if (c.sides.size() == 2 && c.sides[1] && c.sides[1]->kind == SynKind::deriv && c.sides[1]->kids[0] &&
        c.sides[1]->kids.size() == 2) {
      const SynPtr by = differential_in(first);
      if (by && dump(*by) == dump(*c.sides[1]->kids[1])) stands_for(c.sides[1]->kids[0]);
    }
    if (c.sides.size() != 1) continue;
    if (const SynPtr by = differential_in(first)) {
      if (introduces(lead_)) differential_ = by;
    } else if (differential_ && (gradient_words_ || has(sentence_, "denote"))) {
      if (first.kind == SynKind::deriv && first.kids[0])
        stands_for(first.kids[0]);
      else if (base_of(first).kind == SynKind::name && gradient_of(lead_))
        stands_for(c.sides[0]);
    }
  }
}

}  // namespace gradus
