// The statements of a formula, and the conditions written beside them: "… if k = l", "(i ≠ k)", "for t > 1".
//
// A condition holds for the statements before it, up to the condition before. In a chain with a condition behind one of
// its rows, the rows behind it go on under the same condition, unless they bring another one on the same letter: then
// the rows are alternatives, and each goes on from the last row that all of them share.
#include <algorithm>

#include "sheet/reader.h"
#include "sheet/words.h"

namespace gradus {

namespace {

/// Whether the conditions tell cases apart: both say what one letter is.
bool alternatives(const Chain& a, const Chain& b) {
  const SynPtr &x = a.sides[0], &y = b.sides[0];
  return x->kind == SynKind::name && y->kind == SynKind::name && name_key(*x) == name_key(*y);
}

/// Whether a letter stands as an index, and whether it stands as a quantity.
void look_for(const std::string& key, const Syn& s, bool in_script, bool& index, bool& quantity) {
  if (s.kind == SynKind::name && name_key(s) == key) (in_script ? index : quantity) = true;
  for (const auto* part : {&s.sub, &s.sup})
    if (*part) look_for(key, **part, in_script || s.kind == SynKind::scripts, index, quantity);
  for (const SynPtr& kid : s.kids)
    if (kid) look_for(key, *kid, in_script, index, quantity);
}

/// Sides `from` … `to` of the chain; without its first side if it does not start at the beginning.
Chain part_of(const Chain& chain, std::size_t from, std::size_t to) {
  Chain out = chain;
  auto cut = [&](auto& items, std::size_t begin, std::size_t end) {
    items.assign(items.begin() + static_cast<std::ptrdiff_t>(begin), items.begin() + static_cast<std::ptrdiff_t>(end));
  };
  cut(out.sides, from, to + 1);
  cut(out.side_spans, from, to + 1);
  cut(out.rels, from, to);
  if (from > 0) {
    out.sides[0] = nullptr;
    out.side_spans[0] = {};
    out.separator = "row";
    out.words.clear();
  }
  out.span = {};
  for (const Span& span : out.side_spans) out.span = cover(out.span, span);
  return out;
}

}  // namespace

/// The display with every condition behind the rows that it was written behind.
Piece SheetReader::rows_apart(const Piece& piece) {
  Piece out = piece;
  out.chains.clear();
  for (std::size_t k = 0; k < piece.chains.size(); ++k) {
    const Chain& chain = piece.chains[k];
    std::size_t next = k + 1;
    while (next < piece.chains.size() && narrows(piece, next)) ++next;
    const bool splits = chain.rels.size() > 1 && next > k + 1 && !narrows(piece, k) &&
                        piece.chains[k + 1].span.begin < chain.side_spans.back().begin;
    if (!splits) {
      out.chains.push_back(chain);
      continue;
    }
    std::size_t from = 0;
    for (std::size_t m = k + 1; m < next; ++m) {
      const Chain& condition = piece.chains[m];
      std::size_t to = from;
      while (to + 1 < chain.sides.size() && chain.side_spans[to + 1].begin < condition.span.begin) ++to;
      // Where cases follow, the rows before the first one are no case.
      const bool cases = m + 1 < next && alternatives(side_condition(condition), side_condition(piece.chains[m + 1]));
      if (from == 0 && cases && to > 1) {
        out.chains.push_back(part_of(chain, 0, to - 1));
        from = to - 1;
      }
      if (to > from) out.chains.push_back(part_of(chain, from, to));
      out.chains.push_back(condition);
      from = to;
    }
    if (from + 1 < chain.sides.size()) out.chains.push_back(part_of(chain, from, chain.sides.size() - 1));
    k = next - 1;
  }
  return out;
}

/// Whether the condition speaks of letters that are indices in these rows and nothing else.
bool SheetReader::on_indices(const Chain& condition, const Piece& piece, std::size_t end) const {
  bool some = false;
  for (const SynPtr& side : condition.sides) {
    if (!side || (side->kind != SynKind::name && side->kind != SynKind::number)) return false;
    if (side->kind == SynKind::number) continue;
    const std::string key = name_key(*side);
    if (e_.scan().size_letters.contains(key) || is_quantity(key)) return false;
    bool index = false, quantity = false;
    for (std::size_t k = 0; k < end; ++k)
      for (const SynPtr& row : piece.chains[k].sides)
        if (row && !narrows(piece, k)) look_for(key, *row, false, index, quantity);
    if (!index || quantity) return false;
    some = true;
  }
  return some;
}

void SheetReader::statements(const Piece& piece) {
  std::vector<Chain> earlier;  // the conditions on the rows before
  std::optional<Row> shared;   // the last row before the first case
  for (std::size_t begin = 0; begin < piece.chains.size();) {
    std::size_t end = begin;
    while (in_display_ && end < piece.chains.size() && !narrows(piece, end)) ++end;
    if (!in_display_) end = piece.chains.size();
    std::size_t next = end;
    while (next < piece.chains.size() && narrows(piece, next)) ++next;
    const Pending before = pending_;
    auto assume = [&](const Chain& condition) {
      if (on_indices(condition, piece, end)) {
        pending_.index_conditions.push_back(condition);
        pending_.texts.emplace_back(source_.text(condition.span));
        note(Statement::Kind::assumption, condition.span, pending_.texts.back());
        return;
      }
      try {
        assumption(condition, true);
      } catch (const Fit&) {
      }
    };
    auto read = [&](std::size_t k) {
      chain(piece.chains[k], piece, k);
      for (const SynPtr& side : piece.chains[k].sides)
        if (side) see_functions(*side);
    };
    auto continues = [&](std::size_t k) { return !piece.chains[k].sides.empty() && !piece.chains[k].sides[0]; };
    std::vector<Chain> own;
    for (std::size_t k = end; k < next; ++k) own.push_back(side_condition(piece.chains[k]));
    if (begin < end && !continues(begin)) earlier.clear();
    // The first case: what stands before it is shared by all of them.
    if (in_display_ && next > end && begin + 1 < end && continues(end - 1))
      for (; begin + 1 < end; ++begin) read(begin);
    bool other_case = false;
    for (const Chain& condition : earlier) {
      if (std::any_of(own.begin(), own.end(), [&](const Chain& mine) { return alternatives(condition, mine); }))
        other_case = true;
      else
        assume(condition);
    }
    if (other_case)
      last_row_ = shared;
    else if (begin < end && continues(begin))
      shared = last_row_;
    else if (begin < end && !piece.chains[end - 1].rels.empty())
      shared = Row{piece.chains[end - 1].sides[0], piece.chains[end - 1].side_spans[0], piece.chains[end - 1].sides[0]};
    for (const Chain& condition : own) assume(condition);
    for (std::size_t k = begin; k < end; ++k) read(k);
    if (next > end || !earlier.empty()) pending_ = before;
    earlier.insert(earlier.end(), own.begin(), own.end());
    begin = next;
  }
}

void SheetReader::formula(const Piece& piece) {
  in_display_ = piece.kind == Piece::Kind::display_math;
  if (!in_display_ && shape_formula(piece)) return;
  carried_assumed_ = inline_assumed_;
  inline_assumed_ = false;
  collect_ranges(piece);
  if (!in_display_ && !joins_subjects(lead_)) {
    subjects_.clear();
    named_ = 0;
  }
  statements(in_display_ ? rows_apart(piece) : piece);
  if (in_display_) end_of_display();
}

/// "… \qquad (k ≠ l)": the relation in the brackets; anything else as it is.
Chain SheetReader::side_condition(const Chain& c) {
  if (!c.rels.empty() || c.sides.size() != 1 || !c.sides[0] || c.separator.empty()) return c;
  const Syn& group = *c.sides[0];
  if (group.kind != SynKind::group || group.kids.size() != 1 || group.kids[0]->kind != SynKind::chain) return c;
  Chain out = c;
  out.sides = group.kids[0]->kids;
  out.rels = group.kids[0]->rels;
  out.side_spans.clear();
  for (const SynPtr& side : out.sides) out.side_spans.push_back(side->span);
  return out;
}

/// Whether a statement of a display only narrows those before it: "if k = l", "(k ≠ l)", "i < j".
bool SheetReader::narrows(const Piece& piece, std::size_t k) {
  const Chain& written = piece.chains[k];
  const Chain c = side_condition(written);
  if (c.sides.size() < 2 || !c.sides[0]) return false;
  const bool bracketed = written.rels.empty();
  std::string words = lower(c.words);
  const bool relation = k > 0 && std::all_of(c.rels.begin(), c.rels.end(), [](const std::string& r) {
                          return r == "≠" || r == "<" || r == "≤" || r == ">" || r == "≥";
                        });
  if (relation) return true;
  // i = 1, …, n is a quantification, not a condition.
  if (k + 1 < piece.chains.size() && piece.chains[k + 1].rels.empty() && piece.chains[k + 1].separator == ",")
    return false;
  auto simple = [](const SynPtr& s) { return s && (s->kind == SynKind::name || s->kind == SynKind::number); };
  if (!std::all_of(c.sides.begin(), c.sides.end(), simple)) return false;
  return bracketed || word(words, "for") || word(words, "if") || word(words, "when");
}

}  // namespace gradus
