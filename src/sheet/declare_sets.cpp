// The sets that declarations name: ℝ^{m×n}, 𝕊_+, (0, 1), products of them; and the ranges of indices.
#include "sheet/describe.h"
#include "sheet/reader.h"

namespace gradus {

SetShape SheetReader::set_shape(const Syn& set, Context& c) {
  SetShape shape;
  auto axis = [&](const Syn& length) {
    Expr size = e_.size_value(length, c);
    shape.axes.push_back({make::number(1), size});
  };
  const Syn& base = base_of(set);
  SynPtr sup = set.kind == SynKind::scripts ? set.sup : nullptr;
  SynPtr sub = set.kind == SynKind::scripts ? set.sub : nullptr;
  if (base.kind == SynKind::group && (base.open == "{" || base.open == "[" || base.open == "(")) {
    if (base.kids.size() == 1 && base.open == "(" && !sup) return set_shape(*base.kids[0], c);
    shape.text = "[…]";
    if (base.open == "{" && base.kids.size() == 2) {
      auto is = [&](const Syn& s, const char* digit, int sign) {
        if (s.kind == SynKind::sum)
          return s.kids.size() == 1 && s.signs[0] == sign && s.kids[0]->kind == SynKind::number &&
                 s.kids[0]->text == digit;
        return sign > 0 && s.kind == SynKind::number && s.text == digit;
      };
      const Syn &a = *base.kids[0], &b = *base.kids[1];
      shape.traits.binary = (is(a, "0", 1) && is(b, "1", 1)) || (is(a, "1", 1) && is(b, "0", 1));
      shape.traits.sign = (is(a, "1", -1) && is(b, "1", 1)) || (is(a, "1", 1) && is(b, "1", -1));
      if (shape.traits.binary) shape.text = "{0, 1}";
      if (shape.traits.sign) shape.text = "{−1, 1}";
    }
    if (base.kids.size() == 2 && base.kids[0]->kind == SynKind::number && base.open == "(" &&
        flat(*base.kids[0]) == "0")
      shape.traits.positive = true, shape.traits.below_one = flat(*base.kids[1]) == "1";
  } else if (base.kind == SynKind::name &&
             (base.text == "R" || base.text == "N" || base.text == "Z" || base.text == "ℝ" || base.text == "S") &&
             (base.style == "bb" || base.text == "R" || base.text == "ℝ")) {
    shape.text = "ℝ";
    if (base.text == "N" || base.text == "Z") shape.traits.integer = true, shape.traits.positive = base.text == "N";
    if (base.text == "S") shape.traits.symmetric = true;
    if (sub) {
      std::string mark = flat(*sub);
      if (mark.find('+') != std::string::npos || sub->kind == SynKind::chain || mark.find('>') != std::string::npos) {
        shape.traits.positive = base.text != "S";
        shape.traits.positive_definite = base.text == "S";
      }
    }
  } else {
    not_read("set", set.span, "this set is not read", "declare it as \\mathbb{R}^{m \\times n}");
  }
  if (sup) {
    const Syn* power = sup.get();
    while (power->kind == SynKind::group && power->kids.size() == 1) power = power->kids[0].get();
    if (power->kind == SynKind::name && (power->text == "+" || power->text == "*"))
      shape.traits.positive = power->text == "+";
    else if (power->kind == SynKind::product) {
      std::vector<SynPtr> part;
      auto flush = [&] {
        if (part.empty()) not_read("set", sup->span, "this exponent is not read");
        if (part.size() == 1)
          axis(*part[0]);
        else {
          auto product = std::make_shared<Syn>(*power);
          product->kids = part;
          axis(*product);
        }
        part.clear();
      };
      for (const SynPtr& kid : power->kids) {
        if (kid->kind == SynKind::op && (kid->text == "×" || (kid->text == "*")))
          flush();
        else
          part.push_back(kid);
      }
      flush();
    } else
      axis(*power);
    if (base.text == "S" && shape.axes.size() == 1) shape.axes.push_back(shape.axes[0]);
    // ℝ^{1×n} is a row, ℝ^{n×1} a column.
    if (shape.axes.size() == 2 && shape.axes[0].hi->is_one() && !shape.axes[1].hi->is_one()) {
      shape.axes.erase(shape.axes.begin());
      shape.row = true;
    } else if (shape.axes.size() == 2 && shape.axes[1].hi->is_one())
      shape.axes.pop_back();
    else if (shape.axes.size() == 1 && shape.axes[0].hi->is_one())
      shape.axes.clear();
    if (!shape.axes.empty()) {
      shape.text += "^";
      std::string inner;
      for (const Range& r : shape.axes) inner += (inner.empty() ? "" : "×") + length_text(r);
      shape.text += shape.axes.size() > 1 ? "{" + inner + "}" : inner;
    }
  }
  return shape;
}

std::vector<SetShape> SheetReader::set_shapes(const Syn& set, Context& c) {
  if (set.kind == SynKind::product) {
    std::vector<SetShape> shapes;
    std::vector<SynPtr> part;
    for (const SynPtr& kid : set.kids) {
      if (kid->kind == SynKind::op && kid->text == "×") continue;
      if (kid->kind == SynKind::op) not_read("set", kid->span, "this set is not read");
      shapes.push_back(set_shape(*kid, c));
    }
    return shapes;
  }
  return {set_shape(set, c)};
}

bool SheetReader::collect_ranges(const Piece& piece) {
  bool any = false;
  Context c = context();
  for (std::size_t k = 0; k < piece.chains.size(); ++k) {
    const Chain& first = piece.chains[k];
    if (first.sides.size() == 2 && first.rels[0] == "∈" && first.sides[0] && first.sides[1] &&
        first.sides[1]->kind == SynKind::group && first.sides[1]->open == "{" && first.sides[1]->kids.size() == 3 &&
        first.sides[1]->kids[1]->text == "…") {
      try {
        const Range range{e_.index_value(*first.sides[1]->kids[0], c), e_.size_value(*first.sides[1]->kids[2], c)};
        ranges_[flat(*first.sides[0])] = range;
        for (const SynPtr& before : names_before(piece, k))
          if (!is_quantity(name_key(*before))) ranges_[name_key(*before)] = range;
        any = true;
      } catch (const Fit&) {
      }
      continue;
    }
    if (first.sides.size() != 2 || first.rels[0] != "=" || !first.sides[0] || !first.sides[1]) continue;
    if (first.sides[0]->kind != SynKind::name) continue;
    const Chain* dots = k + 1 < piece.chains.size() ? &piece.chains[k + 1] : nullptr;
    if (!dots || dots->separator != "," || dots->sides.size() != 1 || !dots->sides[0]) continue;
    std::size_t end = k + 2;
    bool ellipsis = dots->sides[0]->kind == SynKind::name && dots->sides[0]->text == "…";
    if (!ellipsis && k + 2 < piece.chains.size() && piece.chains[k + 2].sides.size() == 1 &&
        piece.chains[k + 2].sides[0] && piece.chains[k + 2].sides[0]->kind == SynKind::name &&
        piece.chains[k + 2].sides[0]->text == "…") {
      ellipsis = true;  // i = 1, 2, …, n
      end = k + 3;
    }
    // i, j = 1, …, n: every letter of the list.
    std::vector<std::string> letters{name_key(*first.sides[0])};
    for (const SynPtr& before : names_before(piece, k))
      if (before->kind == SynKind::name && e_.scan().index_like(*before) && !is_quantity(name_key(*before)))
        letters.push_back(name_key(*before));
    try {
      Expr lo = e_.index_value(*first.sides[1], c);
      if (ellipsis && end < piece.chains.size() && piece.chains[end].sides.size() == 1 && piece.chains[end].sides[0]) {
        const Range range{lo, e_.size_value(*piece.chains[end].sides[0], c)};
        for (const std::string& letter : letters) ranges_[letter] = range;
        any = true;
      } else if (!ellipsis && dots->sides[0]->kind == SynKind::number && first.sides[1]->kind == SynKind::number &&
                 e_.scan().index_like(*first.sides[0])) {
        const Range range{lo, e_.index_value(*dots->sides[0], c)};  // l = 1, 2
        for (const std::string& letter : letters) ranges_[letter] = range;
        any = true;
      }
    } catch (const Fit&) {
    }
  }
  return any;
}

}  // namespace gradus
