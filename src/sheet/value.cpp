#include "sheet/value.h"

#include "sheet/describe.h"

namespace gradus {

namespace {

IndexVars joined(IndexVars a, const IndexVars& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Val result(Expr body, IndexVars axes, bool row, const Val& a, const Val& b) {
  return Val{body, std::move(axes), row, false, cover(a.span, b.span), nullptr, nullptr, a.firm && b.firm};
}

[[noreturn]] void disagree(const Val& a, const Val& b, std::string message, std::string help = "") {
  throw Fit{
      {Severity::error, "shape", cover(a.span, b.span), std::move(message), std::move(help)}, true, a.firm && b.firm};
}

}  // namespace

std::string shape_text(const Val& v) {
  if (v.function) return "a function";
  if (v.axes.empty()) return "a scalar";
  if (v.axes.size() == 1) return std::string(v.row ? "a row of " : "a column of ") + length_text(v.axes[0]);
  std::string text = v.axes.size() == 2 ? "a matrix " : "a tensor ";
  for (std::size_t i = 0; i < v.axes.size(); ++i) text += (i ? "×" : "") + length_text(v.axes[i]);
  return text;
}

void Algebra::unify_axis(const Val& a, const IndexVar* x, const Val& b, const IndexVar* y) const {
  if (!unify_axis(x, y))
    disagree(a, b,
             shape_text(a) + " does not fit " + shape_text(b) + ": " + length_text(x) + " against " + length_text(y));
}

Expr Algebra::on_axes(const Val& b, const IndexVars& axes) const {
  IndexMap map;
  for (std::size_t i = 0; i < axes.size(); ++i) place(map, b.axes[i], axes[i]);
  return substitute(b.body, map);
}

bool Algebra::same_shape(const Val& a, const Val& b) const {
  if (a.rank() != b.rank() || (a.rank() == 1 && a.row != b.row)) return false;
  for (std::size_t i = 0; i < a.rank(); ++i)
    if (!unify_axis(a.axes[i], b.axes[i])) return false;
  return true;
}

Val Algebra::add(const Val& a, const Val& b, int sign, std::vector<std::string>& readings) const {
  auto signed_ = [&](Expr e) { return sign < 0 ? make::neg(e) : e; };
  if (a.numeral && !b.scalar() && !b.function) {
    if (!a.body->is_zero()) readings.push_back("a number beside an array is that number in every entry");
    Val out = result(make::add({a.body, signed_(b.body)}), b.axes, b.row, a, b);
    out.firm = b.firm;
    return out;
  }
  if (b.numeral && !a.scalar() && !a.function) {
    if (!b.body->is_zero()) readings.push_back("a number beside an array is that number in every entry");
    Val out = result(make::add({a.body, signed_(b.body)}), a.axes, a.row, a, b);
    out.firm = a.firm;
    return out;
  }
  if (a.rank() != b.rank() || a.function || b.function)
    disagree(a, b, "cannot add " + shape_text(a) + " and " + shape_text(b));
  if (a.rank() == 1 && a.row != b.row)
    disagree(a, b, "cannot add " + shape_text(a) + " and " + shape_text(b), "transpose one of them");
  for (std::size_t i = 0; i < a.rank(); ++i) unify_axis(a, a.axes[i], b, b.axes[i]);
  Val out = result(make::add({a.body, signed_(on_axes(b, a.axes))}), a.axes, a.row, a, b);
  out.numeral = a.numeral && b.numeral;
  // What is added has one shape: either term tells it. A number does not, it may stand for an array.
  out.firm = (a.firm && (!a.numeral || b.firm)) || (b.firm && !b.numeral);
  return out;
}

Val Algebra::negate(Val a) const {
  if (a.function) misfit(a.span, "a function without an argument has no sign");
  a.body = make::neg(a.body);
  a.leibniz = nullptr;
  return a;
}

Val Algebra::contract(const Val& left, const Val& right) const {
  const Val a = with_fresh_axes(left), b = with_fresh_axes(right);
  const IndexVar *shared = a.axes.back(), *inner = b.axes.front();
  unify_axis(a, shared, b, inner);
  IndexMap map;
  place(map, inner, shared);
  const Expr body = sum_over({shared}, make::mul({a.body, substitute(b.body, map)}));
  IndexVars axes(a.axes.begin(), a.axes.end() - 1);
  axes.insert(axes.end(), b.axes.begin() + 1, b.axes.end());
  bool row = axes.size() == 1 && a.rank() == 1 ? true : false;
  if (a.rank() == 1 && !a.row && b.rank() == 1) row = false;
  return result(body, axes, row, a, b);
}

Val Algebra::multiply(const Val& a, const Val& b, bool dot) const {
  if (a.function || b.function)
    misfit(a.function ? a.span : b.span, "a function stands without its argument", "write its argument in brackets");
  if (a.scalar() || b.scalar()) {
    Val out = result(make::mul({a.body, b.body}), a.scalar() ? b.axes : a.axes, a.scalar() ? b.row : a.row, a, b);
    out.numeral = a.numeral && b.numeral;
    return out;
  }
  std::size_t ra = a.rank(), rb = b.rank();
  if (ra == 1 && rb == 1) {
    if (a.row && !b.row) return contract(a, b);
    if (!a.row && b.row) return outer(a, b);
    if (dot) return contract(a, b);
    disagree(a, b, "cannot multiply " + shape_text(a) + " and " + shape_text(b),
             "transpose one of them, or write ⊙ for the element-wise product");
  }
  bool fits = (ra == 1 && a.row && rb == 2) || (ra == 2 && rb == 1 && !b.row) || (ra >= 2 && rb >= 2 && ra + rb <= 5) ||
              (ra >= 3 && rb == 1);
  if (!fits) disagree(a, b, "cannot multiply " + shape_text(a) + " and " + shape_text(b));
  return contract(a, b);
}

Val Algebra::outer(const Val& a, const Val& right) const {
  Val b = with_fresh_axes(right);
  return result(make::mul({a.body, b.body}), joined(a.axes, b.axes), false, a, b);
}

Val Algebra::hadamard(const Val& a, const Val& b, bool divide) const {
  auto combine = [&](Expr x, Expr y) { return divide ? make::div(x, y) : make::mul({x, y}); };
  if (a.function || b.function) misfit(cover(a.span, b.span), "a function stands without its argument");
  if (a.scalar() || b.scalar())
    return result(combine(a.body, b.body), a.scalar() ? b.axes : a.axes, a.scalar() ? b.row : a.row, a, b);
  if (a.rank() != b.rank() || (a.rank() == 1 && a.row != b.row))
    disagree(a, b, "an element-wise product needs equal shapes: " + shape_text(a) + " and " + shape_text(b));
  for (std::size_t i = 0; i < a.rank(); ++i) unify_axis(a, a.axes[i], b, b.axes[i]);
  return result(combine(a.body, on_axes(b, a.axes)), a.axes, a.row, a, b);
}

Val Algebra::divide(const Val& a, const Val& b, std::vector<std::string>& readings) const {
  if (a.function) misfit(a.span, "a function stands without its argument", "write its argument in brackets");
  if (!b.scalar()) {
    if (b.function) misfit(b.span, "a function stands without its argument");
    if (!a.scalar() && b.rank() != a.rank()) disagree(a, b, "cannot divide " + shape_text(a) + " by " + shape_text(b));
    if (b.rank() == 2) misfit(b.span, "division by a matrix", "write the inverse, or ⊘ for element-wise division");
    readings.push_back("division by a vector is element-wise");
    return hadamard(a, b, true);
  }
  Val out = result(make::div(a.body, b.body), a.axes, a.row, a, b);
  out.numeral = a.numeral && b.numeral;
  return out;
}

Val Algebra::frobenius(const Val& a, const Val& b) const {
  if (a.rank() != b.rank() || a.function || b.function)
    misfit(cover(a.span, b.span), "an inner product needs equal shapes: " + shape_text(a) + " and " + shape_text(b));
  for (std::size_t i = 0; i < a.rank(); ++i) unify_axis(a, a.axes[i], b, b.axes[i]);
  Val fresh = with_fresh_axes(a);
  Expr body = make::mul({fresh.body, on_axes(b, fresh.axes)});
  return result(sum_over(fresh.axes, body), {}, false, a, b);
}

Val Algebra::transpose(Val a) const {
  a.leibniz = nullptr;
  if (a.function) misfit(a.span, "a function without an argument has no transpose");
  if (a.rank() == 1) a.row = !a.row;
  if (a.rank() == 2) std::swap(a.axes[0], a.axes[1]);
  if (a.rank() > 2) misfit(a.span, "the transpose of " + shape_text(a) + " is not defined");
  return a;
}

void Algebra::require_square(const Val& a, const char* what) const {
  if (a.rank() != 2) misfit(a.span, std::string(what) + " needs a square matrix, this is " + shape_text(a));
  if (!unify_axis(a.axes[0], a.axes[1]))
    misfit(a.span, std::string(what) + " needs a square matrix, this is " + shape_text(a));
}

Val Algebra::matrix_power(const Val& a, int exponent) const {
  require_square(a, "a power");
  Val base = exponent < 0 ? inverse(a) : a;
  Val out = base;
  for (int i = 1; i < std::abs(exponent); ++i) out = contract(out, base);
  return out;
}

Val Algebra::power(const Val& base, Expr exponent) const {
  if (base.function) misfit(base.span, "a function stands without its argument");
  if (base.scalar()) {
    Val out = scalar(make::pow(base.body, exponent), base.span);
    out.firm = base.firm;
    out.numeral = base.numeral && exponent->is_number();
    return out;
  }
  if (base.rank() == 2 && exponent->is_number() && exponent->number.get_den() == 1 && exponent->number != 0 &&
      abs(exponent->number) <= 8)
    return matrix_power(base, static_cast<int>(exponent->number.get_num().get_si()));
  if (base.rank() == 1)  // by some conventions that of the entries, by others the squared length
    not_read("shape", base.span, "a power of " + shape_text(base) + " is not defined",
             "write ⊙ for element-wise products, or x^T x");
  misfit(base.span, "a power of " + shape_text(base) + " is not defined");
}

Val Algebra::inverse(const Val& a) const {
  if (a.scalar()) return scalar(make::inv(a.body), a.span);
  require_square(a, "an inverse");
  require_plain(a);
  const IndexVar* i = make::fresh(a.axes[0]);
  const IndexVar* j = make::fresh(a.axes[1]);
  Val fresh = with_fresh_axes(a);
  return Val{
      make::inverse(lambda(fresh), make::index(j), make::index(i)), {j, i}, false, false, a.span, nullptr, nullptr};
}

Val Algebra::map(const Val& a, const std::function<Expr(Expr)>& function) const {
  if (a.function) misfit(a.span, "a function stands without its argument");
  Val out = a;
  out.body = function(a.body);
  out.numeral = false;
  out.leibniz = nullptr;
  return out;
}

Val Algebra::trace(const Val& a) const {
  if (a.scalar()) return a;
  require_square(a, "a trace");
  const Val fresh = with_fresh_axes(a);
  IndexMap map;
  place(map, fresh.axes[1], fresh.axes[0]);
  return scalar(sum_over({fresh.axes[0]}, substitute(fresh.body, map)), a.span);
}

Val Algebra::determinant(const Val& a) const {
  if (a.scalar()) return a;
  require_square(a, "a determinant");
  require_plain(a);
  return scalar(make::det(lambda(with_fresh_axes(a))), a.span);
}

Val Algebra::diag(const Val& a) const {
  require_plain(a);
  if (a.rank() == 1) {
    const IndexVar* j = make::fresh(a.axes[0]);
    return Val{make::mul({make::delta(make::index(a.axes[0]), make::index(j)), a.body}),
               {a.axes[0], j},
               false,
               false,
               a.span,
               nullptr,
               nullptr};
  }
  require_square(a, "the diagonal");
  return Val{
      substitute(a.body, {{a.axes[1], make::index(a.axes[0])}}), {a.axes[0]}, false, false, a.span, nullptr, nullptr};
}

Val Algebra::norm_squared(const Val& a) const {
  if (a.function) misfit(a.span, "a function stands without its argument");
  Val fresh = with_fresh_axes(a);
  Val out = scalar(sum_over(fresh.axes, make::sq(fresh.body)), a.span);
  out.firm = true;  // a norm is a number, whatever it is of
  return out;
}

Val Algebra::reduce(ReduceOp op, const IndexVar* var, Val body) const {
  if (body.function) misfit(body.span, "a function stands without its argument");
  if (op != ReduceOp::sum && !body.scalar()) {
    misfit(body.span, "a product or maximum over " + shape_text(body) + " is not read");
  }
  body.body = make::reduce(op, var, body.body);
  body.numeral = false;
  body.leibniz = nullptr;
  return body;
}

Val Algebra::component(const Val& a, std::size_t axis, Expr at) const {
  require_plain(a);
  Val out = a;
  out.body = substitute(a.body, {{a.axes[axis], at}});
  out.axes.erase(out.axes.begin() + static_cast<std::ptrdiff_t>(axis));
  out.row = false;
  out.leibniz = nullptr;
  return out;
}

}  // namespace gradus
