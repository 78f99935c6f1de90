#include "sheet/reader.h"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>

#include "sheet/describe.h"
#include "sheet/heads.h"
#include "sheet/words.h"

namespace gradus {

namespace {

/// 5, −4
bool is_numeral(const Syn& s) {
  return s.kind == SynKind::number ||
         (s.kind == SynKind::sum && s.kids.size() == 1 && s.kids[0]->kind == SynKind::number);
}

}  // namespace

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
  std::erase_if(ranges_, [](const auto& item) { return !item.second.hi; });
  forget_inferred();
  // A document's title opens the same scope that it started with.
  bool empty = scope_->entries.empty() && !scope_->parent;
  if (!empty) {
    open_block(piece.text);
    scope_->heading = true;
  } else
    scope_->title = piece.text;
  pending_ = {};
  last_row_.reset();
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

void SheetReader::see_functions(const Syn& syn) {
  if (syn.kind == SynKind::name && syn.style == "op") seen_functions_.insert(syn.text);
  for (const SynPtr& kid : syn.kids)
    if (kid) see_functions(*kid);
}

void SheetReader::chain(const Chain& c, const Piece& piece, std::size_t k) {
  std::string words = lower(c.words);
  e_.unsettled = false;
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
      if (c.sides[0]) {
        // "$P$ and $R$ symmetric": the names of a list belong together, those before with a set of their own do not.
        if (declared_last_) named_ = 0, declared_last_ = false;
        subjects_.push_back(c.sides[0]);
        ++named_;
      }
      return;
    }
    if (!continues && (c.rels[0] == "∈" || c.rels[0] == ":")) {
      // f(x) : … and A : B are no declarations.
      if (declaration(c, names_before(piece, k))) {
        last_row_.reset();
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
    const std::string last = last_words(lead_, 1);
    const bool joined = last == "and" || (last.empty() && !lead_.empty());
    const bool stated = !in_display_ && (says_assumption(lead_) || (joined && carried_assumed_));
    if (!equality) {
      bool all = true;
      for (const Chain& one : ordered_names(c, piece, k)) all &= assumption(one, in_display_ || says_assumption(lead_));
      // "with p_i > 0 and Σ p_i = 1", "p_i > 0, Σ p_i = 1": a list of conditions is assumed as a whole.
      if (!in_display_) inline_assumed_ = stated || (all && !lead_scope_is_narrow());
      if (all) return;
      note(Statement::Kind::shown, c.span, std::string(source_.text(c.span)));
      last_row_.reset();
      return;
    }
    if (!continues && (lists_components(c) || names_entries(c))) return;
    if (!continues && c.rels.size() > 1 && c.rels.back() == "∈") {
      // a^0 = x ∈ ℝ^n
      Chain last = c, rest = c;
      last.sides.erase(last.sides.begin(), last.sides.end() - 2);
      last.side_spans.erase(last.side_spans.begin(), last.side_spans.end() - 2);
      last.rels = {"∈"};
      last.span = cover(last.side_spans[0], last.side_spans[1]);
      rest.sides.pop_back();
      rest.side_spans.pop_back();
      rest.rels.pop_back();
      rest.span = cover(rest.side_spans.front(), rest.side_spans.back());
      chain(last, piece, k);
      chain(rest, piece, k);
      return;
    }
    if (!continues && states_dependence(c)) return;
    if (!in_display_ && !continues && explains_sign(c)) {
      note(Statement::Kind::shown, c.span, std::string(source_.text(c.span)));
      return;
    }
    bool narrowing = in_display_ && (said("for") || said("if") || said("when") || said("with") || said("since") ||
                                     said("because") || said("provided"));
    bool assumed = narrowing || stated || (!in_display_ && states_total(c));
    if (!in_display_) inline_assumed_ = assumed;
    if (!in_display_ && c.separator != "" && k > 0 && assumed_before_) assumed = true;
    assumed_before_ = false;
    if (assumed && !continues && c.rels[0] != ":=") {
      if (renews(c)) {
        open_block(name_key(*c.sides[0]));
        define(c);
        return;
      }
      bool definition = !in_display_ && is_definition(c) && (lead_scope_is_soft() || means_nothing_yet(c)) &&
                        !states_value(c) &&
                        !(joined && carried_assumed_ && c.sides[0]->kind == SynKind::name && c.sides[1] &&
                          is_numeral(*c.sides[1]));  // at the point x = 1, y = 2
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
      else
        last_row_ = Row{c.sides[1], c.side_spans[1], c.sides[1]};
      return;
    }
    if (!continues) part_from_members(c);
    if (!continues && (c.rels[0] == ":=" || c.rels[0] == "≜"))
      not_read("definition", c.side_spans[0], "this left side cannot be defined", "define a name or a function");
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
    if (i == 0) described_functions(0);
    switch (piece.kind) {
      case Piece::Kind::heading:
        heading(piece);
        described_functions(i + 1);
        break;
      case Piece::Kind::words: words(piece, next); break;
      case Piece::Kind::paragraph:
        subjects_.clear();
        named_ = 0;
        sentence_.clear();
        break;
      case Piece::Kind::inline_math:
      case Piece::Kind::display_math:
        if (behind_ == i) break;
        declare_ahead(i);
        condition_behind(i);
        bind_entries(piece.kind == Piece::Kind::display_math);
        if (piece.kind == Piece::Kind::display_math) display_claims_ = sheet_.claims.size();
        below_display_ = piece.kind == Piece::Kind::display_math;
        before_formula(piece);
        if (entries_in(piece)) break;
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

/// "If y = u³ and u = sin x", "suppose F(x, y) = x² + y²": of a name that means nothing yet, this is what it means. So
/// it is of one that is only declared: "if z = Wx + b", where z ∈ ℝ^K so far.
bool SheetReader::means_nothing_yet(const Chain& c) const {
  const Syn* name = c.sides[0].get();
  const Syn* arguments = nullptr;
  const bool function = application_head(*c.sides[0], name, arguments);
  const Syn& head = *name;
  const std::string word = last_words(lead_, 1);
  const bool supposed = word == "suppose" || word == "assume" || word == "assuming" || word == "consider";
  if (head.kind != SynKind::name || !c.sides[1] || (c.sides[1]->kind == SynKind::number && !function) ||
      !(lead_is_if() || supposed))
    return false;
  const std::string key = name_key(head);
  Entry* entry = scope_->find(key);
  const bool declared = entry && entry->symbol && entry->declared && !entry->symbol->defined() && !function &&
                        entry->symbol->family == 0 && c.sides[1]->kind != SynKind::name && lead_is_if();
  return (!entry || declared || (entry->symbol && e_.inferred.contains(entry->symbol))) &&
         !e_.scan().size_letters.contains(key) && !e_.scan().index_letters.contains(head.text) &&
         !ranges_.contains(key);
}

bool SheetReader::lead_is_if() const {
  const std::string last = last_words(lead_, 1);
  return last == "if" || last == "when" || ((last == "and" || last.empty()) && word(sentence_, "if"));
}

/// "If y = e^v": y was defined above, but in terms of something new it is another y.
bool SheetReader::renews(const Chain& c) const {
  const Syn& head = *c.sides[0];
  if (in_display_ || head.kind != SynKind::name || c.rels.size() != 1 || !c.sides[1] || !lead_is_if()) return false;
  Entry* entry = scope_->find(name_key(head));
  if (!entry || entry->declared || !entry->symbol || !entry->symbol->defined()) return false;
  std::function<bool(const Syn&)> unknown = [&](const Syn& s) {
    if (s.kind == SynKind::name)
      return s.style != "op" && s.text != "e" && s.text != "π" && !scope_->find(name_key(s)) &&
             !e_.scan().size_letters.contains(name_key(s)) && !e_.is_named_function(s.text);
    return std::any_of(s.kids.begin(), s.kids.end(), [&](const SynPtr& kid) { return kid && unknown(*kid); });
  };
  return unknown(*c.sides[1]);
}

/// "with y_o = 1": something declared is given a value, no name a meaning.
bool SheetReader::states_value(const Chain& c) const {
  const Syn& head = *c.sides[0];
  const Syn& base = head.kind == SynKind::scripts ? *head.kids[0] : head;
  if (base.kind != SynKind::name) return false;
  Entry* entry = scope_->find(name_key(base));
  return entry && entry->declared && c.sides[1] && (is_numeral(*c.sides[1]) || head.kind == SynKind::scripts);
}

/// "p ∈ ℝ^n, Σ_i p_i = 1": of what is declared and nothing else, this is no claim.
bool SheetReader::states_total(const Chain& c) const {
  if (c.rels.size() != 1 || !c.sides[0] || c.sides[1]->kind != SynKind::number) return false;
  const Syn& left = *c.sides[0];
  if (left.kind != SynKind::product || left.kids.size() != 2 || left.kids[0]->kind != SynKind::bigop ||
      left.kids[0]->text != "sum" || left.kids[1]->kind != SynKind::scripts)
    return false;
  Entry* entry =
      base_of(*left.kids[1]).kind == SynKind::name ? scope_->find(name_key(base_of(*left.kids[1]))) : nullptr;
  return entry && entry->declared && entry->symbol && !entry->symbol->defined();
}

/// "t = (t_1, …, t_N)^T": t is the vector with these components.
bool SheetReader::lists_components(const Chain& c) {
  const SynPtr& left = c.sides[0];
  if (c.rels[0] != "=" && c.rels[0] != ":=") return false;
  if (left->kind != SynKind::name || !c.sides[1]) return false;
  const Syn& list = base_of(*c.sides[1]);
  if (list.kind != SynKind::group || (list.open != "(" && list.open != "[") || list.kids.size() < 3) return false;
  const std::size_t n = list.kids.size();
  const auto& [first, dots, last] = std::tie(list.kids[0], list.kids[n - 2], list.kids[n - 1]);
  const auto component = [](const SynPtr& s) {
    return s && s->kind == SynKind::scripts && s->sub && !s->sup && s->kids[0]->kind == SynKind::name;
  };
  if (!component(first) || !component(last) || dots->kind != SynKind::name || dots->text != "…") return false;
  const std::string of = name_key(*first->kids[0]);
  if (name_key(*last->kids[0]) != of) return false;
  if (c.rels.size() > 1 && c.rels[1] != "∈") return false;
  Context k = context();
  Entry* parts = scope_->find(of);
  if (parts && parts->symbol && (parts->alias || parts->symbol->indices.size() != 1 || parts->symbol->family > 0))
    not_read("declaration", c.span, "a list of arrays is not read");
  if (of == name_key(*left)) {
    if (!parts || !parts->declared) declare_between(*first, *last, SetShape{{}, false, {}, "ℝ"}, k);
    note(Statement::Kind::declaration, c.span, std::string(source_.text(c.span)));
    subjects_.push_back(left);
    return true;
  }
  // x = (a_1, …, a_n)^T: x_k is a_k.
  auto letter = std::make_shared<Syn>();
  letter->kind = SynKind::name;
  letter->text = letter->latex = "k";
  letter->span = left->span;
  auto member = [&](const SynPtr& name, Span span) {
    auto s = std::make_shared<Syn>();
    s->kind = SynKind::scripts;
    s->span = span;
    s->kids = {name};
    s->sub = letter;
    return s;
  };
  Chain each = c;
  each.rels = {":="};
  each.sides = {member(left, left->span), member(first->kids[0], first->span)};
  each.side_spans.resize(2);
  const auto kept = ranges_;
  ranges_["k"] = Range{e_.index_value(*first->sub, k), e_.size_value(*last->sub, k)};
  define(each);
  ranges_ = kept;
  return true;
}

/// "where $A : B = \operatorname{tr}(A^T B)$": what a sign means, said with names that mean nothing else.
bool SheetReader::explains_sign(const Chain& c) const {
  const Syn& left = *c.sides[0];
  if (c.rels.size() != 1 || left.kind != SynKind::product || left.kids.size() != 3) return false;
  const Syn& sign = *left.kids[1];
  if (sign.kind != SynKind::op || (sign.text != ":" && sign.text != "⊙" && sign.text != "⊘" && sign.text != "⊗"))
    return false;
  return std::all_of(left.kids.begin(), left.kids.end(), [&](const SynPtr& kid) {
    return kid == left.kids[1] || (kid->kind == SynKind::name && !scope_->find(name_key(*kid)));
  });
}

bool SheetReader::is_quantity(const std::string& key) const {
  Entry* entry = scope_->find(key);
  return entry && (entry->declared || (entry->symbol && entry->symbol->defined()));
}

/// "Let f(x) = ‖Ax‖ with A ∈ ℝ^{m×n}": what the rest of the sentence declares stands before its definitions.
void SheetReader::declare_ahead(std::size_t at) {
  const auto defines = [&](const Chain& c) { return !c.sides.empty() && c.sides[0] && is_definition(c); };
  if (std::none_of(document_.pieces[at].chains.begin(), document_.pieces[at].chains.end(), defines)) return;
  const std::size_t told = sheet_.statements.size(), warned = sheet_.diagnostics.size(), named = named_;
  const std::vector<SynPtr> subjects = subjects_;
  const bool last = declared_last_;
  const auto introduces = [](std::string text) {
    std::string word = last_words(text, 1);
    while (word == "differentiable" || word == "smooth" || word == "continuously" || word == "twice" ||
           word == "real") {
      text.resize(text.rfind(word));  // "with differentiable $f : …$"
      word = last_words(text, 1);
    }
    const std::size_t end = text.find_last_not_of(" \t");
    if (end != std::string::npos && text[end] == ',') return true;
    return word == "with" || word == "where" || word == "for" || word == "and" || word == "here" || word == "let" ||
           word.empty();
  };
  const auto kept = ranges_;
  std::string before;
  for (std::size_t i = at + 1; i < document_.pieces.size(); ++i) {
    const Piece& piece = document_.pieces[i];
    if (piece.kind == Piece::Kind::paragraph) {  // below a display the sentence may go on
      for (std::size_t k = i + 1; k < document_.pieces.size() && document_.pieces[k].kind != Piece::Kind::paragraph;
           ++k)
        if (document_.pieces[k].kind == Piece::Kind::inline_math) collect_ranges(document_.pieces[k]);
      continue;
    }
    if (piece.kind == Piece::Kind::words) {
      const std::string text = lower(piece.text);
      const std::size_t begin = text.find_first_not_of(" \t");
      const bool opens = i == at + 1 || document_.pieces[i - 1].kind == Piece::Kind::paragraph;
      const bool goes_on = text.compare(begin == std::string::npos ? 0 : begin, 5, "where") == 0 ||
                           text.compare(begin == std::string::npos ? 0 : begin, 4, "with") == 0 ||
                           text.compare(begin == std::string::npos ? 0 : begin, 4, "here") == 0 ||
                           text.compare(begin == std::string::npos ? 0 : begin, 3, "for") == 0;
      if (document_.pieces[at].kind == Piece::Kind::display_math && opens && !goes_on) break;
      if (text.find(". ") != std::string::npos || text.find(';') != std::string::npos ||
          (!text.empty() && text.back() == '.'))
        break;
      before = text;
      continue;
    }
    if (piece.kind != Piece::Kind::inline_math) break;
    if (!introduces(before)) continue;
    for (std::size_t k = 0; k < piece.chains.size(); ++k) {
      const Chain& c = piece.chains[k];
      if (c.sides.size() < 2 || !c.sides[0] || (c.rels[0] != "∈" && c.rels[0] != ":")) continue;
      std::vector<SynPtr> names = names_before(piece, k);
      names.push_back(c.sides[0]);
      const bool fresh = std::all_of(names.begin(), names.end(), [&](const SynPtr& name) {
        return base_of(*name).kind == SynKind::name && !scope_->here(name_key(base_of(*name))) &&
               !scope_->here(literal_key(*name, true, false));
      });
      if (!fresh) continue;
      names.pop_back();
      try {
        if (declaration(c, names)) ahead_.insert(c.span.begin);
      } catch (const Fit&) {
      }
    }
  }
  ranges_ = kept;
  sheet_.statements.resize(told);
  sheet_.diagnostics.resize(warned);
  subjects_ = subjects;
  named_ = named;
  declared_last_ = last;
}

/// "$$…$$ for $k ≤ t$.": a condition that ends the sentence of a display is read before it.
void SheetReader::condition_behind(std::size_t at) {
  if (document_.pieces[at].kind != Piece::Kind::display_math) return;
  std::size_t i = at + 1;
  while (i < document_.pieces.size() && document_.pieces[i].kind == Piece::Kind::paragraph) ++i;
  if (i + 1 >= document_.pieces.size() || document_.pieces[i].kind != Piece::Kind::words) return;
  std::string text = document_.pieces[i].text;
  text.erase(0, text.find_first_not_of(" \t\n"));
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.pop_back();
  if (text != "for" && text != "for all" && text != "if" && text != "when" && text != "whenever" && text != "provided")
    return;
  const Piece& piece = document_.pieces[i + 1];
  const Piece* next = i + 2 < document_.pieces.size() ? &document_.pieces[i + 2] : nullptr;
  const bool closed = !next || next->kind == Piece::Kind::paragraph || next->kind == Piece::Kind::heading ||
                      (next->kind == Piece::Kind::words && !next->text.empty() && next->text[0] == '.');
  if (piece.kind != Piece::Kind::inline_math || !closed) return;
  for (const Chain& c : piece.chains)
    for (const std::string& r : c.rels)
      if (r != "<" && r != "≤" && r != ">" && r != "≥" && r != "≠") return;
  const std::string lead = lead_;
  lead_ = text;
  for (std::size_t k = 0; k < piece.chains.size(); ++k)
    if (!piece.chains[k].rels.empty()) chain(piece.chains[k], piece, k);
  lead_ = lead;
  behind_ = i + 1;
}

void SheetReader::paragraph_begins(std::size_t at) {
  // "x^{(i)} ∈ ℝ^n … for i = 1, …, m": the quantification stands behind what it quantifies.
  lead_.clear();
  for (; at < document_.pieces.size() && document_.pieces[at].kind != Piece::Kind::paragraph; ++at)
    if (document_.pieces[at].kind == Piece::Kind::inline_math) collect_ranges(document_.pieces[at]);
}

}  // namespace gradus
