// The writers: present an expression, render it in a dialect.
#include "notation/write.h"

#include "notation/present.h"

namespace gradus {

std::string write_latex(Expr e) { return render_latex(*Presenter(e).scalar(e)); }

std::string write_text(Expr e) { return render_text(*Presenter(e).scalar(e)); }

std::optional<Matrix> write_matrix(Expr e, const IndexVars& axes, bool row) {
  Presenter presenter(e, axes);
  const auto form = presenter.tensor(e, axes, row);
  if (!form) return std::nullopt;
  return Matrix{render_latex(**form), render_text(**form)};
}

}  // namespace gradus
