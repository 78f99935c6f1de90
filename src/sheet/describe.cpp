#include "sheet/describe.h"

namespace gradus {

std::string index_text(Expr e) {
  if (!e) return "?";
  switch (e->kind) {
    case Kind::number: return e->number.get_str();
    case Kind::index: return e->var->name;
    case Kind::ref: {
      std::string text = e->symbol->name;
      for (std::size_t i = 0; i < e->kids.size(); ++i) text += (i ? "," : "_") + index_text(e->kids[i]);
      return text;
    }
    case Kind::add: {
      std::string text;
      for (Expr kid : e->kids) {
        std::string part = index_text(kid);
        if (!text.empty() && part[0] != '-') text += "+";
        text += part;
      }
      // A number reads better behind the names: "n-1", not "-1+n".
      if (e->kids.size() == 2 && e->kids[0]->is_number()) {
        std::string number = index_text(e->kids[0]);
        return index_text(e->kids[1]) + (number[0] == '-' ? "" : "+") + number;
      }
      return text;
    }
    case Kind::mul: {
      if (e->kids.size() == 2 && e->kids[0]->is_number() && e->kids[0]->number == -1)
        return "-" + index_text(e->kids[1]);
      std::string text;
      for (Expr kid : e->kids) text += (text.empty() ? "" : "·") + index_text(kid);
      return text;
    }
    case Kind::pow: return index_text(e->kids[0]) + "^" + index_text(e->kids[1]);
    default: return "…";
  }
}

std::string length_text(const Range& range) {
  if (!range.lo || !range.hi) return "?";
  return index_text(make::add({make::sub(range.hi, range.lo), make::number(1)}));
}

std::string length_text(const IndexVar* axis) { return length_text(Range{axis->lo, axis->hi}); }

std::string range_text(const IndexVar* var) {
  if (!var->lo || !var->hi) return var->name + " any";
  return var->name + " = " + index_text(var->lo) + "…" + index_text(var->hi);
}

}  // namespace gradus
