#include "program/algebra.h"

namespace gradus {
namespace {

/// The statement's loops, and terms for its matrices: rows r and s, columns c and d of the matrix.
struct Frame {
  Assignment out;
  std::vector<Expr> at;  ///< index terms in front of those of a matrix
  const IndexVar *r = nullptr, *s = nullptr, *c = nullptr, *d = nullptr;

  Frame(const Assignment& statement, const Symbol* matrix) {
    out.loops = statement.loops;
    out.update = Update::add;
    const std::size_t batch = matrix->indices.size() - 2;
    at.assign(statement.body->kids.begin(), statement.body->kids.begin() + static_cast<long>(batch));
    const Interval rows = axis_of(matrix, batch), columns = axis_of(matrix, batch + 1);
    r = new_loop("r", rows);
    s = new_loop("s", rows);
    c = new_loop("c", columns);
    d = new_loop("d", columns);
  }

  std::vector<Expr> place(const IndexVars& terms) const {
    std::vector<Expr> all = at;
    for (Expr term : terms_of(terms)) all.push_back(term);
    return all;
  }
  Expr element(const Symbol* array, const IndexVars& terms) const { return make::ref(array, place(terms)); }
  void loop_over(const IndexVars& more) { out.loops.insert(out.loops.end(), more.begin(), more.end()); }
};

IndexVars operator+(IndexVars a, const IndexVars& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

Factored factored_by(const ProgramItems& items, const Symbol* factors) {
  Factored out;
  for_each_statement(items, [&](const Assignment& s) {
    if (s.algebra == MatrixStep::factors && s.target->symbol == factors) out.matrix = s.body->symbol;
    if (s.algebra == MatrixStep::inverse && s.body->symbol == factors) out.inverse = s.target->symbol;
  });
  return out;
}

Assignment pulled(const Assignment& statement, const Factored& factored, const AdjointAt& of_target,
                  const AdjointAt& of_matrix, const IndexVars& entries) {
  Frame f(statement, factored.matrix);
  f.out.target = of_matrix(f.place({f.r, f.c}));
  f.loop_over(entries);
  f.loop_over({f.r, f.c});
  if (statement.algebra == MatrixStep::inverse) {
    f.loop_over({f.d, f.s});
    f.out.body = make::mul({make::number(-1), f.element(factored.inverse, {f.d, f.r}), of_target(f.place({f.d, f.s})),
                            f.element(factored.inverse, {f.c, f.s})});
  } else {
    const Expr value = statement.algebra == MatrixStep::determinant ? statement.target : make::number(1);
    f.out.body = make::mul({of_target(f.at), value, f.element(factored.inverse, {f.c, f.r})});
  }
  return renamed(f.out);
}

Assignment pushed(const Assignment& statement, const Factored& factored, const Symbol* target_tangent,
                  const Symbol* matrix_tangent, const IndexVars& directions) {
  Frame f(statement, factored.matrix);
  const Expr change = f.element(matrix_tangent, IndexVars{f.r, f.c} + directions);
  if (statement.algebra == MatrixStep::inverse) {
    f.out.target = f.element(target_tangent, IndexVars{f.d, f.s} + directions);
    f.loop_over({f.d, f.s});
    f.out.body = make::mul(
        {make::number(-1), f.element(factored.inverse, {f.d, f.r}), change, f.element(factored.inverse, {f.c, f.s})});
  } else {
    f.out.target = f.element(target_tangent, directions);
    const Expr value = statement.algebra == MatrixStep::determinant ? statement.target : make::number(1);
    f.out.body = make::mul({value, f.element(factored.inverse, {f.c, f.r}), change});
  }
  f.loop_over({f.r, f.c});
  f.loop_over(directions);
  return renamed(f.out);
}

}  // namespace gradus
