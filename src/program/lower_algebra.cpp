// Inverses and determinants: the matrix becomes an array, is factored once, and what is wanted is made of the factors.
#include <algorithm>

#include "program/algebra.h"
#include "program/lowerer.h"

namespace gradus {

/// The factors of the matrix, and where they stand: the terms in front of row and column.
Lowerer::Factors Lowerer::factored(const Lambda& matrix) {
  const IndexVar *row = matrix.params[0], *column = matrix.params[1];
  const auto rows = interval_of(row), columns = interval_of(column);
  if (!rows || !columns || !constant_index(row->lo) || !constant_index(row->hi) || !constant_index(column->lo) ||
      !constant_index(column->hi))
    cannot_lower("the size of a matrix that is inverted is not known", "set the sizes in it");
  if (rows->extent() != columns->extent())
    cannot_lower("a matrix of " + std::to_string(rows->extent()) + " × " + std::to_string(columns->extent()) +
                     " has no inverse and no determinant",
                 "set sizes that make it square");
  Assignment entries;
  entries.body = scalar(matrix.body);
  Factors out;
  std::vector<Expr> own;
  std::vector<Interval> ranges;
  IndexMap map;
  const auto open = [&](const IndexVar* var) {
    const Expr lo = substitute(var->lo, map), hi = substitute(var->hi, map);
    // A bound that depends on what is no loop here is widened to all its values.
    const bool known = std::all_of(matrix.body->free.begin(), matrix.body->free.end(), [&](const IndexVar* other) {
      return is_level(other) || (!mentions(lo, other) && !mentions(hi, other));
    });
    entries.loops.push_back(known ? make::fresh(var->name, lo, hi) : new_loop(var->name, *interval_of(var)));
    map.emplace(var, make::index(entries.loops.back()));
    own.push_back(make::index(entries.loops.back()));
  };
  IndexVars free;
  for (const IndexVar* var : matrix.body->free) {
    if (var != row && var != column) free.push_back(var);
  }
  for (const IndexVar* var : outermost_first(free)) {
    const auto range = interval_of(var);
    if (!range) cannot_lower("the range of " + var->name + " is not known", "set the sizes in it");
    ranges.push_back(*range);
    out.at.push_back(make::index(var));
    if (is_level(var))
      own.push_back(make::index(var));
    else
      open(var);
  }
  const IndexVars loops = entries.loops;
  const std::vector<Expr> at = own;
  open(row);
  open(column);
  entries.body = substitute(entries.body, map);
  const std::size_t kept = entries.loops.size();
  if (const Symbol* known = known_array(entries, kept)) {
    if (const auto found = factors_.find(known); found != factors_.end()) {
      found->second.at = out.at;
      return found->second;
    }
  }
  const auto array = [&](const char* name, const std::vector<Interval>& axes) {
    std::vector<Interval> all = ranges;
    all.insert(all.end(), axes.begin(), axes.end());
    return new_array(name, "", all);
  };
  const auto element = [&](const Symbol* of, const std::vector<Interval>& axes) {
    std::vector<Expr> all = at;
    for (const Interval& axis : axes) all.push_back(make::index(new_loop("k", axis)));
    return make::ref(of, all);
  };
  const long n = rows->extent();
  const Interval square{0, n - 1};
  const Symbol* const whole = array("M", {*rows, *columns});
  entries.target = make::ref(whole, own);
  remember_array(entries, kept);
  place(renamed(entries));
  out.factors = array("F", {{0, rows_of_factors(n) - 1}, square});
  out.inverse = array("M⁻¹", {*columns, *rows});
  out.loops = loops;
  out.own = at;
  const auto step = [&](MatrixStep algebra, Expr target, Expr body) {
    Assignment statement;
    statement.loops = loops;
    statement.target = target;
    statement.body = body;
    statement.algebra = algebra;
    place(renamed(statement));
  };
  step(MatrixStep::factors, element(out.factors, {square, square}), element(whole, {*rows, *columns}));
  step(MatrixStep::inverse, element(out.inverse, {*columns, *rows}), element(out.factors, {square, square}));
  factors_[whole] = out;
  return out;
}

Expr Lowerer::lowered_inverse(Expr e) {
  const Factors factors = factored(e->args[0]);
  std::vector<Expr> at = factors.at;
  for (Expr kid : e->kids) at.push_back(scalar(kid));
  return make::ref(factors.inverse, at);
}

Expr Lowerer::lowered_determinant(Expr det, MatrixStep algebra) {
  const Factors factors = factored(det->args[0]);
  const Symbol*& value = determinants_[{factors.factors, algebra}];
  if (!value) {
    std::vector<Interval> ranges;
    for (std::size_t d = 0; d + 2 < factors.factors->indices.size(); ++d) ranges.push_back(axis_of(factors.factors, d));
    value = new_array(algebra == MatrixStep::determinant ? "det" : "logdet", "", ranges);
    Assignment statement;
    statement.loops = factors.loops;
    statement.target = make::ref(value, factors.own);
    std::vector<Expr> whole = factors.own;
    const Interval square = axis_of(factors.factors, ranges.size() + 1);
    for (int axis = 0; axis < 2; ++axis) whole.push_back(make::index(new_loop("k", square)));
    statement.body = make::ref(factors.factors, whole);
    statement.algebra = algebra;
    place(renamed(statement));
  }
  return make::ref(value, factors.at);
}

}  // namespace gradus
