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
  constexpr long most_entries = 9;
  if (axes.empty() || axes.size() > 2 || !lists_entries(e, axes)) return std::nullopt;
  long count = 1;
  std::vector<long> first, last;
  for (const IndexVar* axis : axes) {
    if (!axis->lo || !axis->hi || !axis->lo->is_number() || !axis->hi->is_number()) return std::nullopt;
    first.push_back(axis->lo->number.get_num().get_si());
    last.push_back(axis->hi->number.get_num().get_si());
    count *= last.back() - first.back() + 1;
    if (last.back() - first.back() >= most_entries || count > most_entries) return std::nullopt;
  }
  const bool matrix = axes.size() == 2;
  std::string latex, text;
  for (long i = first[0]; i <= last[0]; ++i) {
    for (long j = matrix ? first[1] : 0; j <= (matrix ? last[1] : 0); ++j) {
      IndexMap at{{axes[0], make::number(i)}};
      if (matrix) at[axes[1]] = make::number(j);
      const Expr entry = simplify(substitute(e, at));
      const bool begins = matrix ? j == first[1] : i == first[0];
      latex += (begins ? "" : matrix || row ? " & " : " \\\\ ") + write_latex(entry);
      text += (begins ? "" : matrix || row ? "  " : "; ") + write_text(entry);
    }
    if (matrix && i < last[0]) latex += " \\\\ ", text += "; ";
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
