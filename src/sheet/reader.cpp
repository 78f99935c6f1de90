#include "sheet/reader.h"

#include <algorithm>
#include <set>

#include "sheet/describe.h"
#include "sheet/words.h"

namespace gradus {

SheetReader::SheetReader(const Source& source, const Document& document, const ElaborateOptions& options,
                         const Prescan& scan, Knowledge& knowledge, Layout layout)
    : source_(source), document_(document), options_(options), e_(scan, knowledge), layout_(layout) {
  e_.matrix_convention = options.matrix_convention;
  scopes_.push_back(std::make_unique<Scope>());
  scope_ = scopes_.back().get();
  scope_->heading = true;
}

Context SheetReader::context() const {
  Context c;
  c.scope = scope_;
  c.ranges = ranges_;
  c.conditions = lasting_conditions_;
  c.conditions.insert(c.conditions.end(), pending_.conditions.begin(), pending_.conditions.end());
  c.layout = layout_;
  return c;
}

void SheetReader::note(Statement::Kind kind, Span span, std::string text, int claim) {
  sheet_.statements.push_back({kind, span, std::move(text), scopes_.size() - 1, claim});
}

void SheetReader::open_block(const std::string& title) {
  auto block = std::make_unique<Scope>();
  block->parent = scope_;
  block->number = scopes_.size();
  block->title = title;
  scope_ = block.get();
  scopes_.push_back(std::move(block));
}

void SheetReader::heading(const Piece& piece) {
  ++e_.section;
  forget_inferred();
  // A document's title opens the same scope that it started with.
  bool empty = scope_->entries.empty() && !scope_->parent;
  if (!empty) {
    open_block(piece.text);
    scope_->heading = true;
  } else
    scope_->title = piece.text;
  pending_ = {};
  last_was_chain_ = false;
  subjects_.clear();
  sentence_.clear();
  lead_.clear();
  note(Statement::Kind::heading, piece.span, piece.text);
}

/// What was only inferred under the heading before, and is part of no definition, means nothing under the next.
void SheetReader::forget_inferred() {
  std::set<const Symbol*> used;
  for (const Symbol* symbol : e_.symbols)
    for (const Clause& clause : symbol->clauses)
      for (const Symbol* inner : symbols_in(clause.body)) used.insert(inner);
  for (Scope* s = scope_; s; s = s->parent)
    std::erase_if(s->entries, [&](const auto& item) {
      const Entry& entry = item.second;
      const Symbol* symbol = entry.symbol ? entry.symbol : entry.callable;
      return symbol && e_.inferred.contains(symbol) && !entry.declared && !used.contains(symbol);
    });
}

void SheetReader::end_of_display() {
  if (!used_pending_) return;
  pending_ = {};
  used_pending_ = false;
}

void SheetReader::formula(const Piece& piece) {
  in_display_ = piece.kind == Piece::Kind::display_math;
  if (!in_display_ && shape_formula(piece)) return;
  carried_assumed_ = inline_assumed_;
  inline_assumed_ = false;
  collect_ranges(piece);
  if (!in_display_ && !joins_subjects(lead_)) {
    subjects_.clear();
    fresh_subjects_ = 0;
  }
  // A condition inside a display holds for the statements before it, up to the condition before.
  for (std::size_t begin = 0; begin < piece.chains.size();) {
    std::size_t end = begin;
    while (in_display_ && end < piece.chains.size() && !narrows(piece, end)) ++end;
    if (!in_display_) end = piece.chains.size();
    std::size_t next = end;
    while (next < piece.chains.size() && narrows(piece, next)) ++next;
    const Pending before = pending_;
    for (std::size_t k = end; k < next; ++k) {
      try {
        assumption(side_condition(piece.chains[k]), true);
      } catch (const Fit&) {
      }
    }
    for (std::size_t k = begin; k < end; ++k) {
      chain(piece.chains[k], piece, k);
      for (const SynPtr& side : piece.chains[k].sides)
        if (side) see_functions(*side);
    }
    if (next > end) pending_ = before;
    begin = next;
  }
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

/// "$P$ and $R$ are symmetric": one subject.
bool SheetReader::joins_subjects(const std::string& words) {
  std::size_t begin = words.find_first_not_of(" ,\t"), end = words.find_last_not_of(" ,\t");
  if (begin == std::string::npos) return !words.empty() && words.find(',') != std::string::npos;
  std::string core = words.substr(begin, end - begin + 1);
  return core == "and" || core == "or";
}

/// \text{…} in the middle of a side: neither behind the formula nor at the end of a row.
bool SheetReader::words_inside(const Piece& piece, std::size_t k) const {
  for (std::size_t next = k + 1; next < piece.chains.size() && piece.chains[next].sides.empty(); ++next) {
    const Span words = piece.chains[next].span;
    for (const Span& side : piece.chains[k].side_spans)
      if (!words.empty() && side.begin >= words.end) {
        std::string_view between = source_.text(Span{words.end, side.begin});
        if (between.find("\\\\") == std::string_view::npos) return true;
        break;
      }
  }
  return false;
}

void SheetReader::unread_claims(const Chain& c, const std::string& why) {
  for (std::size_t k = 0; k < c.rels.size(); ++k) {
    Claim claim;
    claim.state = Claim::State::unread;
    claim.n = static_cast<int>(sheet_.claims.size()) + 1;
    claim.lhs_span = c.side_spans[k];
    claim.rhs_span = c.side_spans[k + 1];
    claim.span = c.span;
    claim.diagnostics.push_back({Severity::error, "words", c.span, why, "write the condition behind the formula"});
    sheet_.diagnostics.push_back(claim.diagnostics.back());
    note(Statement::Kind::unread, c.span, why, claim.n);
    sheet_.claims.push_back(std::move(claim));
  }
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

void SheetReader::see_functions(const Syn& syn) {
  if (syn.kind == SynKind::name && syn.style == "op") seen_functions_.insert(syn.text);
  for (const SynPtr& kid : syn.kids)
    if (kid) see_functions(*kid);
}

void SheetReader::chain(const Chain& c, const Piece& piece, std::size_t k) {
  std::string words = lower(c.words);
  auto said = [&](const char* word) { return words.find(word) != std::string::npos; };
  try {
    if (c.sides.empty()) return;
    bool continues = !c.sides[0];
    if (in_display_ && !c.rels.empty() && words_inside(piece, k)) {
      // The step keeps its number and is not judged.
      const char* why = "words inside the formula are not read";
      if (!continues && is_definition(c)) not_read("words", c.span, why, "write the condition behind the formula");
      unread_claims(c, why);
      return;
    }
    // Part of a range "1, …, m" or a list of names before ∈.
    if (c.rels.empty()) {
      if (c.sides[0]) subjects_.push_back(c.sides[0]), ++fresh_subjects_;
      return;
    }
    if (!continues && (c.rels[0] == "∈" || c.rels[0] == ":")) {
      std::vector<const Chain*> names;
      for (std::size_t i = k; i-- > 0;) {
        const Chain& before = piece.chains[i];
        if (!before.rels.empty() || piece.chains[i + 1].separator != "," || !before.sides[0]) break;
        const Syn& s = before.sides[0]->kind == SynKind::scripts ? *before.sides[0]->kids[0] : *before.sides[0];
        if (s.kind != SynKind::name) break;
        names.insert(names.begin(), &before);
      }
      // f(x) : … and A : B are no declarations.
      if (declaration(c, names)) {
        last_was_chain_ = false;
        return;
      }
      if (c.rels[0] == "∈") not_read("declaration", c.span, "this declaration is not read");
    }
    bool equality = std::any_of(c.rels.begin(), c.rels.end(),
                                [](const std::string& r) { return r == "=" || r == ":=" || r == "≡" || r == "≜"; });
    bool quantifies = !continues && c.sides.size() == 2 && c.rels[0] == "=" && c.sides[0]->kind == SynKind::name &&
                      k + 1 < piece.chains.size() && piece.chains[k + 1].separator == "," &&
                      piece.chains[k + 1].rels.empty() && ranges_.contains(name_key(*c.sides[0])) &&
                      !is_quantity(name_key(*c.sides[0]));
    if (quantifies) {
      const Range& r = ranges_[name_key(*c.sides[0])];
      note(Statement::Kind::assumption, c.span, c.sides[0]->text + " = " + index_text(r.lo) + "…" + index_text(r.hi));
      return;
    }
    if (!equality) {
      if (assumption(c, in_display_ || says_assumption(lead_))) return;
      note(Statement::Kind::shown, c.span, std::string(source_.text(c.span)));
      last_was_chain_ = false;
      return;
    }
    bool narrowing = in_display_ && (said("for") || said("if") || said("when") || said("with") || said("since") ||
                                     said("because") || said("provided"));
    const std::string last = last_words(lead_, 1);
    const bool joined = last == "and" || (last.empty() && !lead_.empty());
    bool assumed = narrowing || (!in_display_ && (says_assumption(lead_) || (joined && carried_assumed_)));
    if (!in_display_) inline_assumed_ = assumed;
    if (!in_display_ && c.separator != "" && k > 0 && assumed_before_) assumed = true;
    assumed_before_ = false;
    if (assumed && !continues && c.rels[0] != ":=") {
      bool definition = !in_display_ && is_definition(c) && lead_scope_is_soft() && !states_value(c);
      if (!definition) {
        assumed_before_ = true;
        if (assumption(c, true)) return;
        pending_.unread = true;
        note(Statement::Kind::unread, c.span,
             "this assumption is not understood: " + std::string(source_.text(c.span)));
        sheet_.diagnostics.push_back(
            {Severity::warning, "assumption", c.span, "this assumption is not understood", ""});
        return;
      }
    }
    if (!continues && is_definition(c)) {
      define(c);
      if (c.rels.size() > 1)
        claims(c, true);
      else {
        last_side_ = c.sides[1];
        last_span_ = c.side_spans[1];
        last_start_ = c.sides[1];
        last_was_chain_ = true;
      }
      return;
    }
    claims(c, false);
  } catch (const Fit& why) {
    sheet_.diagnostics.push_back(why.why);
    note(Statement::Kind::unread, c.span, why.why.message);
    if (!c.sides.empty() && c.sides[0] && c.rels.size() && (c.rels[0] == "=" || c.rels[0] == ":=")) {
      // A definition that was not understood: what uses its name must not be judged by another meaning.
      const Syn* head = c.sides[0].get();
      while (head->kind == SynKind::product || head->kind == SynKind::scripts) head = head->kids[0].get();
      if (head->kind == SynKind::name) {
        Entry& entry = scope_->entries[name_key(*head)];
        entry.key = name_key(*head);
        entry.broken = true;
      }
      if (c.rels.size() > 1) claims(c, true);
    }
  }
}

Sheet SheetReader::read() {
  // Layers and local derivatives are announced in prose anywhere in the sheet.
  for (std::size_t i = 0; i < document_.pieces.size(); ++i) {
    const Piece& piece = document_.pieces[i];
    const Piece* next = i + 1 < document_.pieces.size() ? &document_.pieces[i + 1] : nullptr;
    if (i == 0 || piece.kind == Piece::Kind::paragraph) paragraph_begins(i + (piece.kind == Piece::Kind::paragraph));
    switch (piece.kind) {
      case Piece::Kind::heading: heading(piece); break;
      case Piece::Kind::words: words(piece, next); break;
      case Piece::Kind::paragraph:
        subjects_.clear();
        fresh_subjects_ = 0;
        sentence_.clear();
        break;
      case Piece::Kind::inline_math:
      case Piece::Kind::display_math:
        before_formula(piece);
        formula(piece);
        if (shape_said_) break;
        mention(piece);
        after_formula(piece);
        break;
    }
  }
  for (const std::string& text : options_.assume) extra_assumption(text);
  resolve_dependences(true);
  for (Diagnostic& d : e_.notes) sheet_.diagnostics.push_back(d);
  sheet_.diagnostics.insert(sheet_.diagnostics.begin(), document_.diagnostics.begin(), document_.diagnostics.end());
  return std::move(sheet_);
}

/// "with y_o = 1": something declared is given a value, no name a meaning.
bool SheetReader::states_value(const Chain& c) const {
  const Syn& head = *c.sides[0];
  const Syn& base = head.kind == SynKind::scripts ? *head.kids[0] : head;
  if (base.kind != SynKind::name) return false;
  Entry* entry = scope_->find(name_key(base));
  return entry && entry->declared && c.sides[1] &&
         (c.sides[1]->kind == SynKind::number || head.kind == SynKind::scripts);
}

bool SheetReader::is_quantity(const std::string& key) const {
  Entry* entry = scope_->find(key);
  return entry && (entry->declared || (entry->symbol && entry->symbol->defined()));
}

void SheetReader::paragraph_begins(std::size_t at) {
  // "x^{(i)} ∈ ℝ^n … for i = 1, …, m": the quantification stands behind what it quantifies.
  lead_.clear();
  for (; at < document_.pieces.size() && document_.pieces[at].kind != Piece::Kind::paragraph; ++at)
    if (document_.pieces[at].kind == Piece::Kind::inline_math) collect_ranges(document_.pieces[at]);
}

ElaboratedExpression SheetReader::expression(const SynPtr& syn) {
  static const std::vector<Liberty> kOrder = [] {
    std::vector<Liberty> order(3);
    order[1].leibniz = true;
    order[2].leibniz = order[2].sample_component = true;
    return order;
  }();
  ElaboratedExpression out;
  Chain chain;
  chain.sides = {syn};
  for (const Liberty& liberty : kOrder) {
    Context c = context();
    c.liberty = liberty;
    c.statement = {&chain};
    try {
      Val v = e_.value(*syn, c);
      if (v.function) {
        const Symbol* f = v.function->chain.back();
        v = e_.apply(*v.function, e_.default_arguments(f, c, syn->span), syn->span, c);
      }
      out.value = Value{v.body, v.axes, v.row};
      out.readings = c.readings;
      for (const auto& [symbol, hint] : e_.inferred) {
        if (!symbols_in(v.body).contains(symbol)) continue;
        Val shape = e_.load(symbol, {}, {});
        out.inferred.push_back(symbol->name + " : " + shape_text(shape));
      }
      std::sort(out.inferred.begin(), out.inferred.end());
      out.diagnostics.clear();
      return out;
    } catch (const Fit& why) {
      if (out.diagnostics.empty()) out.diagnostics.push_back(why.why);
    }
  }
  return out;
}

}  // namespace gradus
