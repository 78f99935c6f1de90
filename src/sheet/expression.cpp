// Formulas by the kind of their syntax: sums, fractions, brackets, norms, matrices, cases.
#include <algorithm>

#include "sheet/elaborator.h"

namespace gradus {

namespace {

constexpr int kDepthLimit = 400;

Relation relation_of(const std::string& text, Span span) {
  if (text == "=") return Relation::eq;
  if (text == "≠") return Relation::ne;
  if (text == "<") return Relation::lt;
  if (text == "≤") return Relation::le;
  if (text == ">") return Relation::gt;
  if (text == "≥") return Relation::ge;
  not_read("relation", span, "the relation `" + text + "` is not read here");
}

struct DepthGuard {
  int& depth;
  explicit DepthGuard(int& d, Span span) : depth(d) {
    if (++depth > kDepthLimit) {
      --depth;
      not_read("depth", span, "this formula is nested too deeply");
    }
  }
  ~DepthGuard() { --depth; }
};

}  // namespace

Val Elaborator::value(const Syn& syn, Context& c) {
  DepthGuard guard(depth_, syn.span);
  switch (syn.kind) {
    case SynKind::number: {
      std::string digits;
      long scale = 0;
      bool point = false;
      for (char ch : syn.text) {
        if (ch == '.')
          point = true;
        else if (ch >= '0' && ch <= '9') {
          digits += ch;
          scale += point;
        }
      }
      if (digits.empty() || digits.size() > 2000) not_read("number", syn.span, "this number is not read");
      Rational number{mpz_class(digits, 10)};
      mpz_class ten;
      mpz_ui_pow_ui(ten.get_mpz_t(), 10, static_cast<unsigned long>(scale));
      number /= ten;
      number.canonicalize();
      Val v = algebra_.scalar(make::number(number), syn.span);
      v.numeral = v.firm = true;
      return v;
    }
    case SynKind::name: return name_value(syn, c);
    case SynKind::scripts: return scripts_value(syn, c);
    case SynKind::group: return group_value(syn, c);
    case SynKind::product: return product_value(syn.kids, c);
    case SynKind::sum: return sum_value(syn, c);
    case SynKind::frac: {
      if (syn.text == "binom") return binomial(syn, c);
      Val top = quantity(value(*syn.kids[0], c), c), bottom = quantity(value(*syn.kids[1], c), c);
      Val out = algebra_.divide(top, bottom, c.readings);
      out.span = syn.span;
      return out;
    }
    case SynKind::root: {
      Expr degree = syn.kids.size() > 1 ? scalar_value(*syn.kids[1], c).body : make::number(2);
      Val out =
          algebra_.map(quantity(value(*syn.kids[0], c), c), [&](Expr e) { return make::pow(e, make::inv(degree)); });
      out.span = syn.span;
      return out;
    }
    case SynKind::bigop:
    case SynKind::deriv:
    case SynKind::restrict_: return product_value({std::make_shared<Syn>(syn)}, c);
    case SynKind::matrix: return matrix_value(syn, c);
    case SynKind::cases: return cases_value(syn, c);
    case SynKind::under: return value(*syn.kids[0], c);
    case SynKind::text: not_read("words", syn.span, "words inside the formula are not read: " + syn.text);
    case SynKind::bad: not_read("notation", syn.span, syn.text.empty() ? "this notation is not read" : syn.text);
    case SynKind::op:
    case SynKind::chain: not_read("notation", syn.span, "this cannot stand here");
  }
  not_read("notation", syn.span, "this is not read");
}

Val Elaborator::scalar_value(const Syn& syn, Context& c) {
  Val v = value(syn, c);
  if (!v.scalar()) misfit(syn.span, "a scalar is needed here, this is " + shape_text(v));
  return v;
}

/// A term of a sum. The power of a vector beside other terms, 1 − h², can only be that of each entry.
Val Elaborator::term_value(const Syn& syn, Context& c) {
  const Syn* head = syn.kind == SynKind::scripts ? syn.kids[0].get() : nullptr;
  if (head && head->kind == SynKind::group && head->open == "(" && head->kids.size() == 1) head = head->kids[0].get();
  const bool power = head && syn.sup && syn.sup->kind == SynKind::number && !syn.primes && syn.sup->text == "2" &&
                     ((head->kind == SynKind::name && head->text != "e") || head != syn.kids[0].get());
  if (power) {
    Syn base = syn;
    base.sup = nullptr;
    const Val v = base.sub ? scripts_value(base, c) : value(*head, c);
    if (v.rank() == 1 && !v.function) {
      c.readings.push_back("the power of a vector is that of its entries");
      Val out = algebra_.map(v, [](Expr e) { return make::sq(e); });
      out.span = syn.span;
      return out;
    }
  }
  return quantity(value(syn, c), c);
}

Val Elaborator::sum_value(const Syn& syn, Context& c) {
  std::vector<Val> terms;
  std::size_t before = c.term;
  for (std::size_t i = 0; i < syn.kids.size(); ++i) {
    int sign = i < syn.signs.size() ? syn.signs[i] : 1;
    if (sign == 0) not_read("plus-minus", syn.span, "± is two statements in one", "write both");
    c.term = syn.kids.size() > 1 ? i + 1 : before;
    terms.push_back(syn.kids.size() > 1 ? term_value(*syn.kids[i], c) : quantity(value(*syn.kids[i], c), c));
    terms.back().span = syn.kids[i]->span;
  }
  c.term = before;
  const Val* array = nullptr;
  for (const Val& term : terms)
    if (!term.scalar() && !term.function) array = &term;
  if (array)
    for (const Val& term : terms) hint_like(term, *array);
  auto sign_of = [&](std::size_t i) { return i < syn.signs.size() ? syn.signs[i] : 1; };
  Val total = sign_of(0) < 0 ? algebra_.negate(terms[0]) : terms[0];
  if (sign_of(0) < 0) total.numeral = terms[0].numeral;
  try {
    for (std::size_t i = 1; i < terms.size(); ++i) total = algebra_.add(total, terms[i], sign_of(i), c.readings);
  } catch (const Fit& why) {
    if (!why.firm && !unsettled)
      for (const std::string& suspect : c.suspects) known_.raise(suspect, 1);
    throw;
  }
  if (terms.size() > 1) total.leibniz = nullptr;
  total.span = syn.span;
  return total;
}

Val Elaborator::norm(const Syn& group, const SynPtr& sub, const SynPtr& sup, Context& c) {
  if (group.kids.size() != 1) not_read("norm", group.span, "a norm holds one expression");
  Val inner = quantity(value(*group.kids[0], c), c);
  std::string kind = sub ? flat(*sub) : "";
  Span span = sup ? cover(group.span, sup->span) : sub ? cover(group.span, sub->span) : group.span;
  if (group.open == "|" && inner.rank() == 2 && !sub) {
    Val det = algebra_.determinant(inner);
    return sup ? with_superscript(det, *sup, c) : det;
  }
  if (inner.scalar()) {
    if (group.open == "‖" && inner.body->kind == Kind::ref && inner.body->kids.empty() && inner.body->args.empty())
      if (auto it = inferred.find(inner.body->symbol); it != inferred.end()) known_.raise(it->second, 1);
    if (sup && sup->kind == SynKind::number && sup->text == "2") return algebra_.power(inner, make::number(2));
    Val out = algebra_.map(inner, [](Expr e) { return make::func(Elementary::abs, e); });
    out.span = span;
    return sup ? with_superscript(out, *sup, c) : out;
  }
  auto reduce_all = [&](Val v, ReduceOp op) {
    for (auto it = v.axes.rbegin(); it != v.axes.rend(); ++it) v.body = make::reduce(op, *it, v.body);
    return algebra_.scalar(v.body, span);
  };
  if (kind == "1") {
    Val out = reduce_all(algebra_.map(inner, [](Expr e) { return make::func(Elementary::abs, e); }), ReduceOp::sum);
    return sup ? with_superscript(out, *sup, c) : out;
  }
  if (kind == "∞") {
    Val out = reduce_all(algebra_.map(inner, [](Expr e) { return make::func(Elementary::abs, e); }), ReduceOp::max);
    return sup ? with_superscript(out, *sup, c) : out;
  }
  if (!kind.empty() && kind != "2" && kind != "F" && kind != "Fro" && kind != "fro") {
    Val weight = value(*sub, c);
    if (weight.rank() != 2 || inner.rank() != 1) not_read("norm", sub->span, "this norm is not read");
    // ‖x‖_A² = xᵀAx
    Val column = inner;
    column.row = false;
    Val row = column;
    row.row = true;
    Val square = algebra_.multiply(algebra_.multiply(row, weight, false), column, false);
    if (sup && sup->kind == SynKind::number && sup->text == "2") return square;
    Val root = algebra_.map(square, make::sqrt);
    return sup ? with_superscript(root, *sup, c) : root;
  }
  if (kind == "2" && inner.rank() == 2)
    not_read("norm", group.span, "the spectral norm of a matrix is not read", "write \\|A\\|_F for the Frobenius norm");
  Val square = algebra_.norm_squared(inner);
  square.span = span;
  if (sup && sup->kind == SynKind::number && sup->text == "2") return square;
  Val root = algebra_.map(square, make::sqrt);
  root.span = span;
  return sup ? with_superscript(root, *sup, c) : root;
}

Val Elaborator::group_value(const Syn& syn, Context& c) {
  if (syn.open == "‖" || syn.open == "|") return norm(syn, nullptr, nullptr, c);
  if (syn.open == "⟨") {
    if (syn.kids.size() != 2) not_read("bracket", syn.span, "⟨·,·⟩ holds two arrays");
    Val a = value(*syn.kids[0], c), b = value(*syn.kids[1], c);
    hint_like(a, b);
    hint_like(b, a);
    Val out = a.scalar() && b.scalar() ? algebra_.multiply(a, b, false) : algebra_.frobenius(a, b);
    out.span = syn.span;
    return out;
  }
  if (syn.open == "⌊" || syn.open == "⌈") not_read("bracket", syn.span, "rounding brackets are not read");
  if (syn.open == "(" && syn.kids.size() > 1) return tuple(syn, c);
  if (syn.kids.size() != 1) not_read("bracket", syn.span, "a list of several things cannot stand here");
  if (syn.kids[0]->kind == SynKind::chain &&
      (syn.open == "[" || syn.open == "(" || syn.open == "{"))  // Iverson bracket
    return algebra_.scalar(guard(*syn.kids[0], c, make::number(1), make::number(0)), syn.span);
  Val v = value(*syn.kids[0], c);
  v.span = syn.span;
  v.leibniz = nullptr;
  return v;
}

Val Elaborator::matrix_value(const Syn& syn, Context& c) {
  int columns = std::max(1, syn.columns);
  std::size_t rows = syn.kids.size() / static_cast<std::size_t>(columns);
  if (rows == 0 || rows * static_cast<std::size_t>(columns) != syn.kids.size() || syn.kids.size() > 64)
    not_read("matrix", syn.span, "this matrix is not read");
  if (std::any_of(syn.kids.begin(), syn.kids.end(),
                  [](const SynPtr& kid) { return kid->kind == SynKind::name && kid->text == "…"; }))
    return dotted_matrix(syn, c);
  std::vector<Expr> cells;
  for (const SynPtr& kid : syn.kids) {
    const Val cell = quantity(value(*kid, c), c);
    if (!cell.scalar()) misfit(kid->span, "a scalar is needed here, this is " + shape_text(cell));
    cells.push_back(cell.body);
  }
  const IndexVar* i = make::fresh("i", make::number(1), make::number(static_cast<long>(rows)));
  const IndexVar* j = make::fresh("j", make::number(1), make::number(columns));
  bool one_row = rows == 1 && columns > 1, one_column = columns == 1;
  Expr body = make::number(0);
  for (std::size_t k = cells.size(); k-- > 0;) {
    long r = static_cast<long>(k) / columns + 1, q = static_cast<long>(k) % columns + 1;
    Expr then = cells[k];
    if (k + 1 == cells.size()) {
      body = then;
      continue;
    }
    Expr place = one_column ? make::index(i) : make::index(j);
    if (one_row || one_column)
      body = make::select(Relation::eq, place, make::number(one_column ? r : q), then, body);
    else
      body = make::select(Relation::eq, make::index(i), make::number(r),
                          make::select(Relation::eq, make::index(j), make::number(q), then, body), body);
  }
  if (one_row) return Val{body, {j}, true, false, syn.span, nullptr, nullptr};
  if (one_column) return Val{body, {i}, false, false, syn.span, nullptr, nullptr};
  return Val{body, {i, j}, false, false, syn.span, nullptr, nullptr};
}

Expr Elaborator::guard(const Syn& chain, Context& c, Expr then, Expr otherwise) {
  Expr result = then;
  auto runs = [&](const Syn& s) {
    return s.kind == SynKind::name && (c.bound.contains(name_key(s)) || c.indices.contains(name_key(s)));
  };
  // i ≠ k, j ≤ i + 1: where one side is an index the others are.
  const bool indices = std::any_of(chain.kids.begin(), chain.kids.end(), [&](const SynPtr& kid) { return runs(*kid); });
  for (std::size_t i = chain.rels.size(); i-- > 0;) {
    auto side = [&](const Syn& s) {
      if (runs(s) || (indices && (s.kind == SynKind::name || s.kind == SynKind::sum || s.kind == SynKind::number)))
        return index_value(s, c);
      Val v = quantity(value(s, c), c);
      if (!v.scalar()) misfit(s.span, "a condition compares single numbers, this is " + shape_text(v));
      return v.body;
    };
    Expr a = side(*chain.kids[i]), b = side(*chain.kids[i + 1]);
    result = make::select(relation_of(chain.rels[i], chain.span), a, b, result, otherwise);
  }
  return result;
}

namespace {

/// Whether one of two conditions holds wherever the other does not, edges apart: x < 0 and x ≥ 0, y = 1 and y = 0; of
/// an index also t = 0 and t > 0: it begins or ends there.
bool complementary(const Syn& a, const Syn& b, bool of_index) {
  if (a.kids.size() != 2 || b.kids.size() != 2) return false;
  const std::string left = flat(*a.kids[0]), right = flat(*a.kids[1]);
  const bool same = left == flat(*b.kids[0]) && right == flat(*b.kids[1]);
  const bool swapped = left == flat(*b.kids[1]) && right == flat(*b.kids[0]);
  const auto less = [](const std::string& r) { return r == "<" || r == "≤"; };
  const auto more = [](const std::string& r) { return r == ">" || r == "≥"; };
  const std::string &r = a.rels[0], &q = b.rels[0];
  if (of_index && left == flat(*b.kids[0]) && (r == "=") != (q == "=") && r != "≠" && q != "≠") return true;
  if (r == "=" && q == "=") return left == flat(*b.kids[0]) && a.kids[1]->kind == SynKind::number;
  if ((r == "=" || r == "≠") && (q == "=" || q == "≠")) return r != q && (same || swapped);
  return (same && ((less(r) && more(q)) || (more(r) && less(q)))) ||
         (swapped && ((less(r) && less(q)) || (more(r) && more(q))));
}

}  // namespace

Val Elaborator::cases_value(const Syn& syn, Context& c) {
  std::vector<std::pair<Val, SynPtr>> rows;
  for (std::size_t i = 0; i + 1 < syn.kids.size() || i < syn.kids.size(); i += 2)
    rows.emplace_back(value(*syn.kids[i], c), i + 1 < syn.kids.size() ? syn.kids[i + 1] : nullptr);
  if (rows.empty()) not_read("cases", syn.span, "these cases are not read");
  // All values have one shape; a number stands for an array of it.
  const Val* shape = &rows[0].first;
  for (auto& [v, condition] : rows) {
    v = quantity(std::move(v), c);
    if (!v.scalar()) shape = &v;
  }
  Val out = *shape;
  std::size_t last = rows.size() - 1;
  for (std::size_t i = rows.size(); i-- > 0;) {
    auto& [v, condition] = rows[i];
    Expr entry = v.body;
    if (!v.scalar()) {
      if (!algebra_.same_shape(*shape, v))
        misfit(syn.span, "the cases differ in shape: " + shape_text(*shape) + " and " + shape_text(v));
      entry = algebra_.on_axes(v, shape->axes);
    } else if (!shape->scalar() && !v.numeral)
      misfit(syn.span, "the cases differ in shape: " + shape_text(*shape) + " and " + shape_text(v));
    const Syn* chain = condition.get();
    while (chain && chain->kind == SynKind::group && chain->kids.size() == 1) chain = chain->kids[0].get();
    bool plain = chain && chain->kind == SynKind::chain;
    if (i == last) {
      // The last case is the rest; a condition there is taken to complete the others.
      out.body = entry;
      if (plain && rows.size() == 1) not_read("cases", syn.span, "one case alone says nothing about the rest");
      if (plain && rows.size() == 2) {
        const Syn* other = rows[0].second.get();
        while (other && other->kind == SynKind::group && other->kids.size() == 1) other = other->kids[0].get();
        if (other && other->kind == SynKind::chain &&
            !complementary(*other, *chain, c.indices.contains(flat(*chain->kids[0]))))
          not_read("cases", syn.span, "it is not said what holds where neither condition does");
      }
      continue;
    }
    if (!plain) not_read("cases", condition ? condition->span : syn.span, "the condition of this case is not read");
    out.body = guard(*chain, c, entry, out.body);
  }
  out.numeral = false;
  out.leibniz = nullptr;
  out.span = syn.span;
  return out;
}

}  // namespace gradus
