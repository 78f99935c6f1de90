// The axes of values: of their own, matched with one another, summed over; axes of vec and ⊗, which are two indices.
#include "sheet/describe.h"
#include "sheet/value.h"

namespace gradus {

namespace {

Range range_of(const IndexVar* var) { return {var->lo, var->hi}; }

}  // namespace

const IndexPair* Algebra::pair_of(const IndexVar* axis) const {
  const auto found = pairs_.find(axis);
  return found == pairs_.end() ? nullptr : &found->second;
}

const IndexVar* Algebra::paired(const IndexVar* slow, const IndexVar* fast) const {
  const auto length = [](const IndexVar* var) { return make::add({make::sub(var->hi, var->lo), make::number(1)}); };
  const IndexVar* axis = make::fresh("p", make::number(1), make::mul({length(slow), length(fast)}));
  pairs_[axis] = {slow, fast};
  return axis;
}

IndexVars Algebra::taken_apart(const IndexVars& axes) const {
  IndexVars out;
  for (const IndexVar* axis : axes) {
    const IndexPair* pair = pair_of(axis);
    if (pair)
      out.insert(out.end(), {pair->slow, pair->fast});
    else
      out.push_back(axis);
  }
  return out;
}

void Algebra::require_plain(const Val& a) const {
  for (const IndexVar* axis : a.axes)
    if (pair_of(axis)) not_read("kronecker", a.span, "this is not read of vec(…) or of a Kronecker product");
}

const IndexVar* Algebra::fresh_axis(const IndexVar* axis) const {
  const IndexPair* pair = pair_of(axis);
  if (!pair) return make::fresh(axis);
  const IndexPair old = *pair;
  return paired(make::fresh(old.slow), make::fresh(old.fast));
}

/// The same value with axes of its own, so that a value may stand beside itself (x xᵀ).
Val Algebra::with_fresh_axes(const Val& v) const {
  if (v.axes.empty()) return v;
  Val out = v;
  IndexMap map;
  for (auto& axis : out.axes) {
    const IndexVar* fresh = fresh_axis(axis);
    place(map, axis, fresh);
    axis = fresh;
  }
  out.body = substitute(v.body, map);
  return out;
}

/// Where the body had the one axis, it gets the other.
void Algebra::place(IndexMap& map, const IndexVar* from, const IndexVar* to) const {
  const auto one = [&](const IndexVar* old, const IndexVar* now) {
    Expr at = make::index(now);
    if (now->lo && old->lo && now->lo != old->lo) at = make::add({at, make::sub(old->lo, now->lo)});
    map[old] = at;
  };
  const IndexPair *a = pair_of(from), *b = pair_of(to);
  if (!a && !b) return one(from, to);
  one(a->slow, b->slow);
  one(a->fast, b->fast);
}

/// Of pairs, both indices must agree: the rows of vec(X) and vec(Xᵀ) are as many, and differ in what they are.
bool Algebra::unify_axis(const IndexVar* x, const IndexVar* y) const {
  const IndexPair *a = pair_of(x), *b = pair_of(y);
  if (!a && !b) return dims_.unify(range_of(x), range_of(y));
  if (a && b && dims_.unify(range_of(a->slow), range_of(b->slow)) && dims_.unify(range_of(a->fast), range_of(b->fast)))
    return true;
  if (!dims_.unify(range_of(x), range_of(y))) return false;
  not_read("kronecker", Span{}, "entries of vec(…) or of a Kronecker product beside others of another order");
}

Expr Algebra::sum_over(const IndexVars& axes, Expr body) const {
  const IndexVars indices = taken_apart(axes);
  for (auto it = indices.rbegin(); it != indices.rend(); ++it) body = make::sum(*it, body);
  return body;
}

Val Algebra::vec(const Val& a) const {
  require_plain(a);
  if (a.function || a.rank() > 2) misfit(a.span, "vec takes a matrix, this is " + shape_text(a));
  Val out = with_fresh_axes(a);
  out.row = false;
  if (a.rank() == 2) out.axes = {paired(out.axes[1], out.axes[0])};
  return out;
}

Val Algebra::kronecker(const Val& left, const Val& right) const {
  require_plain(left);
  require_plain(right);
  if (left.rank() == 1 && right.rank() == 1 && left.row == right.row) {
    const Val a = with_fresh_axes(left), b = with_fresh_axes(right);
    Val out = a;
    out.body = make::mul({a.body, b.body});
    out.axes = {paired(a.axes[0], b.axes[0])};
    out.span = cover(left.span, right.span);
    out.firm = a.firm && b.firm;
    out.leibniz = nullptr;
    return out;
  }
  if (left.rank() != 2 || right.rank() != 2)
    misfit(cover(left.span, right.span),
           "a Kronecker product is read of two matrices, here are " + shape_text(left) + " and " + shape_text(right));
  const Val a = with_fresh_axes(left), b = with_fresh_axes(right);
  Val out = a;
  out.body = make::mul({a.body, b.body});
  out.axes = {paired(a.axes[0], b.axes[0]), paired(a.axes[1], b.axes[1])};
  out.span = cover(left.span, right.span);
  out.firm = a.firm && b.firm;
  out.leibniz = nullptr;
  return out;
}

}  // namespace gradus
