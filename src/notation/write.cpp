// The writers: present an expression, render it in a dialect.
#include "notation/write.h"

#include "notation/present.h"
#include "rewrite/normal.h"

namespace gradus {

std::string write_latex(Expr e) { return render_latex(*Presenter(e).scalar(e)); }

std::string write_text(Expr e) { return render_text(*Presenter(e).scalar(e)); }

namespace {

/// Whether some entry is chosen by its number: a column that was written entry by entry.
bool lists_entries(Expr e, const IndexVars& axes) {
  bool found = false;
  visit(e, [&](Expr node) {
    if (node->kind == Kind::select || node->kind == Kind::delta)
      for (const IndexVar* axis : axes)
        for (std::size_t k = 0; k < 2; ++k)
          found |= node->kids[k] == make::index(axis) && node->kids[1 - k]->is_number();
  });
  return found;
}

/// An array of a few entries, each of which is an expression of its own.
std::optional<Matrix> write_entries(Expr e, const IndexVars& axes, bool row) {
  constexpr std::size_t most_entries = 9;
  if (axes.empty() || axes.size() > 2 || !lists_entries(e, axes)) return std::nullopt;
  const auto places = places_of(axes, most_entries);
  if (!places || places->empty()) return std::nullopt;
  const bool matrix = axes.size() == 2;
  std::string latex, text;
  const IndexMap* before = nullptr;
  for (const IndexMap& at : *places) {
    const Expr entry = simplify(substitute(e, at));
    const bool same_row = matrix ? before && before->at(axes[0]) == at.at(axes[0]) : row;
    if (before) latex += same_row ? " & " : " \\\\ ", text += same_row ? "  " : "; ";
    latex += write_latex(entry);
    text += write_text(entry);
    before = &at;
  }
  return Matrix{"\\begin{pmatrix} " + latex + " \\end{pmatrix}", "[" + text + "]"};
}

}  // namespace

std::optional<Matrix> write_matrix(Expr e, const IndexVars& axes, bool row) {
  if (auto entries = write_entries(e, axes, row)) return entries;
  Presenter presenter(e, axes);
  const auto form = presenter.tensor(e, axes, row);
  if (!form) return std::nullopt;
  return Matrix{render_latex(**form), render_text(**form)};
}

}  // namespace gradus
