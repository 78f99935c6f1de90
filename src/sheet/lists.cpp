// Lists and matrices with an ellipsis: (x_1, …, x_n), a column with ⋮, a matrix with ⋱. What the first and the last
// member have in common is the member; the numeral that differs is what runs.
#include "sheet/elaborator.h"

namespace gradus {

namespace {

bool is_dots(const SynPtr& s) { return s->kind == SynKind::name && s->text == "…"; }

/// The pattern of which `first` and `last` are members: their one difference, a numeral against anything, replaced by a
/// letter that runs.
class Pattern {
 public:
  Pattern(const SynPtr& first, const SynPtr& last, std::string letter) : letter_(std::move(letter)) {
    member = common(first, last);
    if (!low) member = nullptr;
  }
  SynPtr member;     ///< null if they have no such pattern
  SynPtr low, high;  ///< what the letter runs from and to

 private:
  SynPtr common(const SynPtr& a, const SynPtr& b) {
    if (!a || !b) {
      if (a || b) failed_ = true;
      return nullptr;
    }
    if (dump(*a) == dump(*b)) return a;
    if (a->kind == SynKind::number) {
      if (low && (dump(*low) != dump(*a) || dump(*high) != dump(*b))) failed_ = true;
      low = a;
      high = b;
      auto letter = std::make_shared<Syn>();
      letter->kind = SynKind::name;
      letter->text = letter->latex = letter_;
      letter->span = a->span;
      return failed_ ? nullptr : letter;
    }
    if (a->kind != b->kind || a->text != b->text || a->kids.size() != b->kids.size() || a->signs != b->signs ||
        a->primes != b->primes || a->orders != b->orders || a->open != b->open)
      failed_ = true;
    if (failed_) return nullptr;
    auto out = std::make_shared<Syn>(*a);
    for (std::size_t k = 0; k < a->kids.size(); ++k) out->kids[k] = common(a->kids[k], b->kids[k]);
    out->sub = common(a->sub, b->sub);
    out->sup = common(a->sup, b->sup);
    return failed_ ? nullptr : out;
  }
  std::string letter_;
  bool failed_ = false;
};

/// A second member, where one is written, is the one behind the first.
bool follows(const SynPtr& first, const SynPtr& second) {
  const Pattern step(first, second, "·");
  return step.member && step.high->kind == SynKind::number && step.low->text.size() < 3 &&
         step.high->text == std::to_string(std::stol(step.low->text) + 1);
}

[[noreturn]] void no_pattern(const SynPtr& at) {
  not_read("list", at->span, "what the dots stand for is not understood",
           "write the first member with the numeral 1 and the last with its number, or write the entry as x_i");
}

}  // namespace

bool Elaborator::has_dots(const std::vector<SynPtr>& items) {
  return items.size() >= 3 && is_dots(items[items.size() - 2]) && !is_dots(items.back()) && !is_dots(items[0]);
}

/// The values of the list as an array: its own axis, then those of a member.
Val Elaborator::listed(const std::vector<SynPtr>& items, Context& c) {
  const std::string letter = "·list" + std::to_string(c.bound.size());
  const Pattern pattern(items.front(), items.back(), letter);
  if (!has_dots(items) || items.size() > 4 || !pattern.member || (items.size() == 4 && !follows(items[0], items[1])))
    no_pattern(items.size() > 1 ? items[items.size() - 2] : items[0]);
  const IndexVar* var = make::fresh("k", index_value(*pattern.low, c), size_value(*pattern.high, c));
  c.bound[letter] = var;
  Val out = quantity(value(*pattern.member, c), c);
  c.bound.erase(letter);
  if (out.function || out.rank() > 1) no_pattern(items.front());
  out.axes.insert(out.axes.begin(), var);
  out.numeral = false;
  out.leibniz = nullptr;
  return out;
}

/// (a, b, c) and (x_1, …, x_n) are columns, and so they are with a ^T behind them, which only says so.
Val Elaborator::tuple(const Syn& group, Context& c) {
  Val out;
  if (has_dots(group.kids)) {
    out = listed(group.kids, c);
    if (out.rank() != 1) not_read("bracket", group.span, "a list of arrays is not read");
  } else {
    Syn column = group;
    column.kind = SynKind::matrix;
    column.columns = 1;
    out = matrix_value(column, c);
  }
  out.row = false;
  out.span = group.span;
  return out;
}

/// A matrix with dots in its rows, its columns, or both.
Val Elaborator::dotted_matrix(const Syn& syn, Context& c) {
  const std::size_t columns = static_cast<std::size_t>(std::max(1, syn.columns)), rows = syn.kids.size() / columns;
  const auto cell = [&](std::size_t r, std::size_t q) { return syn.kids[r * columns + q]; };
  const auto row = [&](std::size_t r) {
    std::vector<SynPtr> out;
    for (std::size_t q = 0; q < columns; ++q) out.push_back(cell(r, q));
    return out;
  };
  const auto column = [&](std::size_t q) {
    std::vector<SynPtr> out;
    for (std::size_t r = 0; r < rows; ++r) out.push_back(cell(r, q));
    return out;
  };
  const auto as_list = [&](const std::vector<SynPtr>& items, bool is_row) {
    Val v = listed(items, c);
    // Columns side by side, rows below one another.
    if (v.rank() == 2 && v.row == is_row) no_pattern(items.front());
    if (v.rank() == 2 && is_row) std::swap(v.axes[0], v.axes[1]);
    v.row = v.rank() == 1 && is_row;
    v.span = syn.span;
    return v;
  };
  if (rows == 1) return as_list(row(0), true);
  if (columns == 1) return as_list(column(0), false);
  if (!has_dots(column(0)) || !has_dots(row(0)) || !has_dots(row(rows - 1)) || rows > 4 || columns > 4)
    not_read("matrix", syn.span, "these dots in a matrix are not read", "write the entry as x_{ij}");
  const std::string across = "·across" + std::to_string(c.bound.size());
  const std::string down = "·down" + std::to_string(c.bound.size());
  const Pattern top(cell(0, 0), cell(0, columns - 1), across);
  const Pattern bottom(cell(rows - 1, 0), cell(rows - 1, columns - 1), across);
  if (!top.member || !bottom.member || dump(*top.low) != dump(*bottom.low) || dump(*top.high) != dump(*bottom.high) ||
      (columns == 4 && !follows(cell(0, 0), cell(0, 1))) || (rows == 4 && !follows(cell(0, 0), cell(1, 0))))
    no_pattern(cell(0, 0));
  const Pattern whole(top.member, bottom.member, down);
  if (!whole.member) no_pattern(cell(0, 0));
  const IndexVar* i = make::fresh("i", index_value(*whole.low, c), size_value(*whole.high, c));
  const IndexVar* j = make::fresh("j", index_value(*top.low, c), size_value(*top.high, c));
  c.bound[down] = i;
  c.bound[across] = j;
  const Val entry = scalar_value(*whole.member, c);
  c.bound.erase(down);
  c.bound.erase(across);
  return Val{entry.body, {i, j}, false, false, syn.span, nullptr, nullptr, entry.firm};
}

}  // namespace gradus
