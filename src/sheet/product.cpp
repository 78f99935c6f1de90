// Products: things side by side, read by type as products, applications, sums over an index, derivatives.
//
// Precedence: juxtaposition, then · × * /, then ⊙ ⊘ ⊗ : ∘. A Σ or a derivative without numerator takes what follows it.
#include "sheet/product.h"

#include <algorithm>

namespace gradus {

namespace {

bool is_low(const std::string& op) {
  return op == "⊙" || op == "⊘" || op == "⊗" || op == ":" || op == "∘" || op == "⊕";
}

}  // namespace

Val ProductReader::read() {
  Val v = low();
  if (at_ < kids_.size()) not_read("notation", kids_[at_]->span, "this cannot stand here");
  return v;
}

Val ProductReader::low() {
  Val left = middle();
  while (!done() && is_op(here()) && is_low(here().text)) {
    std::string op = here().text;
    Span span = here().span;
    ++at_;
    if (done()) not_read("notation", span, "something is missing after `" + op + "`");
    Val right = middle();
    if (left.function && right.function && op == "∘") {
      auto both = std::make_shared<FunctionVal>(*left.function);
      both->chain.insert(both->chain.end(), right.function->chain.begin(), right.function->chain.end());
      left.function = both;
      left.span = cover(left.span, right.span);
      continue;
    }
    e_.hint_like(left, right);
    e_.hint_like(right, left);
    if (op == "⊙" || op == "∘")
      left = algebra().hadamard(left, right, false);
    else if (op == "⊘")
      left = algebra().hadamard(left, right, true);
    else if (op == ":")
      left = algebra().frobenius(left, right);
    else if (op == "⊗" && left.rank() == 1 && right.rank() == 1 && !e_.scan().names.contains("vec"))
      left = algebra().outer(left, right);
    else if (op == "⊗" && left.rank() == right.rank() && (left.rank() == 2 || left.rank() == 1))
      left = algebra().kronecker(left, right);
    else
      not_read("operator", span, "`" + op + "` is not read between " + shape_text(left) + " and " + shape_text(right));
  }
  return left;
}

Val ProductReader::middle() {
  Val left = side_by_side(nullptr);
  while (!done() && is_op(here()) && !is_low(here().text)) {
    std::string op = here().text;
    Span span = here().span;
    ++at_;
    if (done()) not_read("notation", span, "something is missing after `" + op + "`");
    if (op == "/") {
      left = quotient(left);
      continue;
    }
    Val right = side_by_side(nullptr);
    left = times(left, right, op == "·" || op == "×");
  }
  return left;
}

Val ProductReader::quotient(const Val& left) {
  // 1/2 x: two numerals side by side with a slash are one fraction.
  if (left.numeral && here().kind == SynKind::number) {
    Val v = algebra().divide(left, factor(), c_.readings);
    while (!done() && !is_op(here())) v = times(v, factor(), false);
    return v;
  }
  std::size_t start = at_;
  std::vector<std::string> kept = c_.readings;
  try {
    return algebra().divide(left, side_by_side(nullptr), kept = c_.readings);
  } catch (const Fit&) {
    // a/b c: where b c does not fit below the line, only b stands there.
    at_ = start;
    c_.readings = kept;
    Val v = algebra().divide(left, factor(), c_.readings);
    while (!done() && !is_op(here())) v = times(v, factor(), false);
    return v;
  }
}

std::optional<Val> ProductReader::leibniz(const Val& a, const Val& b) {
  if (!a.leibniz || !b.leibniz) return std::nullopt;
  auto joined = [&](const Val& outer, const Val& inner) -> std::optional<Val> {
    std::size_t n = outer.leibniz->denominator_rank;
    if (outer.leibniz->denominator != inner.leibniz->numerator || n != inner.leibniz->numerator_rank)
      return std::nullopt;
    if (outer.rank() != outer.leibniz->numerator_rank + n || inner.rank() != n + inner.leibniz->denominator_rank)
      return std::nullopt;
    Val out = outer;
    IndexVars shared(outer.axes.end() - static_cast<std::ptrdiff_t>(n), outer.axes.end());
    IndexMap map;
    for (std::size_t i = 0; i < n; ++i) {
      if (algebra().pair_of(shared[i]) || algebra().pair_of(inner.axes[i])) return std::nullopt;
      if (!e_.dims().unify({shared[i]->lo, shared[i]->hi}, {inner.axes[i]->lo, inner.axes[i]->hi})) return std::nullopt;
      map[inner.axes[i]] = make::index(shared[i]);
    }
    out.body = make::mul({outer.body, substitute(inner.body, map)});
    for (auto it = shared.rbegin(); it != shared.rend(); ++it) out.body = make::sum(*it, out.body);
    out.axes.resize(out.axes.size() - n);
    out.axes.insert(out.axes.end(), inner.axes.begin() + static_cast<std::ptrdiff_t>(n), inner.axes.end());
    out.row = false;
    out.span = cover(outer.span, inner.span);
    out.leibniz = std::make_shared<Leibniz>(Leibniz{outer.leibniz->numerator, inner.leibniz->denominator,
                                                    outer.leibniz->numerator_rank, inner.leibniz->denominator_rank});
    return out;
  };
  if (auto v = joined(a, b)) return v;
  return joined(b, a);
}

Val ProductReader::times(const Val& left, const Val& right, bool dot) {
  const Val a = e_.quantity(left, c_), b = e_.quantity(right, c_);
  if (a.rank() >= 1 && b.scalar() && b.body->kind == Kind::ref && b.body->symbol->rank() == 0)
    if (auto it = e_.inferred.find(b.body->symbol); it != e_.inferred.end()) c_.suspects.push_back(it->second);
  auto chained = [&](Val v) {
    if (a.leibniz && b.leibniz) {
      if (a.leibniz->denominator == b.leibniz->numerator)
        v.leibniz = std::make_shared<Leibniz>(Leibniz{a.leibniz->numerator, b.leibniz->denominator,
                                                      a.leibniz->numerator_rank, b.leibniz->denominator_rank});
      else if (b.leibniz->denominator == a.leibniz->numerator)
        v.leibniz = std::make_shared<Leibniz>(Leibniz{b.leibniz->numerator, a.leibniz->denominator,
                                                      b.leibniz->numerator_rank, a.leibniz->denominator_rank});
    }
    return v;
  };
  if (c_.liberty.leibniz && a.leibniz && b.leibniz && !a.scalar() && !b.scalar()) {
    bool literal = false;
    try {
      algebra().multiply(a, b, dot);
      literal = true;
    } catch (const Fit&) {
    }
    if (!literal)
      if (auto v = leibniz(a, b)) {
        c_.readings.push_back("a chain of ∂ fractions is summed over what it has in common");
        return *v;
      }
  }
  return chained(algebra().multiply(a, b, dot));
}

Val ProductReader::side_by_side(const Val* first) {
  Val left = first ? *first : factor();
  while (!done() && !is_op(here())) {
    if (here().kind == SynKind::restrict_) {
      left = e_.restrict_to(left, here(), c_);
      ++at_;
      continue;
    }
    left = times(left, factor(), false);
  }
  return left;
}

Val ProductReader::sum_over(const Syn& big) {
  auto kept = c_.bound;
  std::vector<SynPtr> region(kids_.begin() + static_cast<std::ptrdiff_t>(at_), kids_.end());
  if (region.empty()) not_read("notation", big.span, "nothing stands after this sign");
  Elaborator::Binder binder = e_.bind(big, region, c_);
  std::size_t term = c_.term, end = end_;
  if (binder.op == ReduceOp::product) end_ = product_ends(binder.letters);
  Val body = low();
  end_ = end;
  c_.term = term;
  for (const SynPtr& guard : binder.guards) {
    Expr otherwise = binder.op == ReduceOp::sum ? make::number(0) : make::number(1);
    if (binder.op == ReduceOp::max || binder.op == ReduceOp::min)
      not_read("limits", guard->span, "a narrowed maximum is not read");
    body.body = e_.guard(*guard, c_, body.body, otherwise);
  }
  for (auto it = binder.vars.rbegin(); it != binder.vars.rend(); ++it) body = algebra().reduce(binder.op, *it, body);
  c_.bound = kept;
  body.span = cover(big.span, body.span);
  return body;
}

std::size_t ProductReader::product_ends(const std::vector<std::string>& letters) const {
  for (std::size_t i = at_ + 1; i < end_; ++i) {
    if (kids_[i]->kind != SynKind::bigop || is_op(*kids_[i - 1])) continue;
    bool free = std::any_of(letters.begin(), letters.end(), [&](const std::string& letter) {
      return Elaborator::occurs_free(
          letter, {kids_.begin() + static_cast<std::ptrdiff_t>(i), kids_.begin() + static_cast<std::ptrdiff_t>(end_)},
          {});
    });
    if (!free) return i;
  }
  return end_;
}

Val ProductReader::factor() {
  const Syn& s = here();
  const Syn& base = base_of(s);
  if (s.kind == SynKind::op) not_read("notation", s.span, "an operator cannot stand here");
  if (s.kind == SynKind::restrict_) not_read("notation", s.span, "nothing stands before this bar");
  ++at_;
  if (s.kind == SynKind::bigop) return sum_over(s);
  if (s.kind == SynKind::deriv) {
    if (auto there = partial_at(s)) return *there;
    if (s.kids[0]) return evaluated(s, e_.derivative_fraction(s, c_, nullptr));
    Val of = operand(s.span);
    return e_.derivative_fraction(s, c_, &of);
  }
  if (auto composed = composition_here(s)) return *composed;
  bool one = base.text == "1" || base.text == "𝟏";
  if (one && s.kind == SynKind::name && !done() && here().kind == SynKind::group && here().kids.size() == 1 &&
      here().kids[0]->kind == SynKind::chain) {
    ++at_;  // 𝟏[i = j]
    return e_.value(*kids_[at_ - 1], c_);
  }
  if (base.kind == SynKind::name) {
    if (base.text == "∇") return nabla(s);
    if (base.text == "∂" && s.kind == SynKind::scripts && s.sub) return partial(s);
    if (base.text == "Δ" && s.kind == SynKind::name && !done() && !c_.scope->find("Δ") && function_at(here()))
      return laplacian(s);
    if (jacobian_sign(s, base)) return jacobian(s, base);
    if (base.text == "d" && !done() && differential_here(base)) return differential(s);
    if (auto whole = quantity_of(s)) return *whole;
    if (function_here(s)) return application(s);
  }
  return e_.value(s, c_);
}

Val Elaborator::product_value(const std::vector<SynPtr>& kids, Context& c) {
  constexpr std::size_t most_factors = 200;  // each factor walks what stands before it
  if (kids.size() > most_factors)
    not_read("size", cover(kids.front()->span, kids.back()->span), "a product of more than 200 factors is not read",
             "give a part of it a name");
  return ProductReader(*this, kids, c).read();
}

}  // namespace gradus
