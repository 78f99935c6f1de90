// Claims: both sides of an equality made to fit, with the readings tried in their order.
#include <algorithm>
#include <functional>
#include <set>

#include "sheet/describe.h"
#include "sheet/reader.h"

namespace gradus {

namespace {

/// Free index variables of an expression, those of definitions that it opens included (J = −log ŷ_o depends on o).
class FreeIndices {
 public:
  void look(Expr e) {
    for (const IndexVar* var : e->free) add(var);
    for (const Symbol* s : symbols_in(e)) open(s);
  }
  std::vector<const IndexVar*> found;

 private:
  void add(const IndexVar* var) {
    if (ids_.insert(var->id).second) found.push_back(var);
  }
  void open(const Symbol* s) {
    if (!opened_.insert(s).second) return;
    if (s->traits.hot) look(s->traits.hot);
    for (const Clause& clause : s->clauses) {
      for (const IndexVar* var : clause.body->free)
        if (std::find(clause.vars.begin(), clause.vars.end(), var) == clause.vars.end()) add(var);
      for (const Symbol* t : symbols_in(clause.body)) open(t);
    }
  }
  std::set<const Symbol*> opened_;
  std::set<std::uint32_t> ids_;
};

}  // namespace

void SheetReader::finish_case(Case& result) const {
  FreeIndices free;
  free.look(result.lhs);
  free.look(result.rhs);
  if (result.start) free.look(result.start);
  std::set<std::uint32_t> seen;
  for (const IndexVar* axis : result.axes)
    if (seen.insert(axis->id).second) result.free.push_back(axis);
  for (const IndexVar* var : free.found)
    if (seen.insert(var->id).second) result.free.push_back(var);
}

std::optional<Case> SheetReader::fit(const SynPtr& lhs, const SynPtr& rhs, const SynPtr& start, Context& c) {
  Algebra& algebra = e_.algebra();
  Val a = e_.value(*lhs, c), b = e_.value(*rhs, c);
  a.span = lhs->span;
  b.span = rhs->span;
  e_.hint_like(a, b);
  e_.hint_like(b, a);
  if (a.function && b.function) {
    // f = g between functions: at every argument.
    std::vector<Val> args;
    for (const Symbol* formal : a.function->chain.back()->formals) args.push_back(e_.load(formal, {}, lhs->span));
    FunctionVal fa = *a.function, fb = *b.function;
    a = e_.apply(fa, args, lhs->span, c);
    b = e_.apply(fb, args, rhs->span, c);
  }
  a = e_.quantity(std::move(a), c);
  b = e_.quantity(std::move(b), c);
  if (a.function || b.function) misfit(a.function ? lhs->span : rhs->span, "a function stands without its argument");
  auto aligned = [&](const Val& v, const Val& like, Span span) -> Expr {
    if (v.numeral && v.scalar() && !like.scalar()) {
      if (!v.body->is_zero()) c.readings.push_back("a number beside an array is that number in every entry");
      return v.body;
    }
    if (v.rank() != like.rank() || (v.rank() == 1 && v.row != like.row))
      misfit(span, "the sides differ in shape: " + shape_text(like) + " and " + shape_text(v));
    if (!algebra.same_shape(like, v))
      misfit(span, "the sides differ in shape: " + shape_text(like) + " and " + shape_text(v));
    return algebra.on_axes(v, like.axes);
  };
  Case result;
  const Val& like = a.numeral && a.scalar() ? b : a;
  result.axes = like.axes;
  result.row = like.row;
  result.lhs = aligned(a, like, lhs->span);
  result.rhs = aligned(b, like, rhs->span);
  if (start && start != lhs) {
    try {
      Context again = c;
      again.readings.clear();
      Val s = e_.value(*start, again);
      s = e_.quantity(std::move(s), again);
      if (s.function) return result;
      s.span = start->span;
      result.start = aligned(s, like, start->span);
      c.indices = again.indices;
    } catch (const Fit&) {
      result.start = nullptr;
    }
  }
  return result;
}

void SheetReader::narrow(Context& c, const Case& result) {
  for (const Chain& condition : pending_.index_conditions) {
    // Letters that the claim does not use narrow nothing.
    bool used = true;
    for (const SynPtr& side : condition.sides)
      if (side->kind == SynKind::name && !c.indices.contains(name_key(*side)) && !e_.dims().has(name_key(*side))) {
        used = false;
        for (const IndexVar* var : result.free)
          if (var->name == side->text) c.indices[name_key(*side)] = var, used = true;
      }
    if (!used) continue;
    for (std::size_t k = 0; k < condition.rels.size(); ++k) {
      const std::string& r = condition.rels[k];
      Relation relation = r == "="   ? Relation::eq
                          : r == "≠" ? Relation::ne
                          : r == "<" ? Relation::lt
                          : r == "≤" ? Relation::le
                          : r == ">" ? Relation::gt
                                     : Relation::ge;
      c.conditions.push_back(
          {relation, e_.index_value(*condition.sides[k], c), e_.index_value(*condition.sides[k + 1], c)});
    }
  }
}

/// A name in the formulas whose type was only inferred, itself or through what it is defined by; empty if there is
/// none.
std::string SheetReader::inferred_in(const std::vector<SynPtr>& formulas) const {
  std::string found;
  std::set<const Symbol*> seen;
  std::function<void(const Symbol*)> look = [&](const Symbol* s) {
    if (!s || !found.empty() || !seen.insert(s).second) return;
    if (e_.inferred.contains(s) && !s->defined() && s->role != Role::parameter) found = s->name;
    for (const Clause& clause : s->clauses)
      for (const Symbol* inner : symbols_in(clause.body)) look(inner);
  };
  std::function<void(const Syn&)> walk = [&](const Syn& s) {
    if (s.kind == SynKind::name) {
      if (Entry* entry = scope_->find(name_key(s))) look(entry->symbol), look(entry->callable);
    }
    if (s.kind == SynKind::scripts && s.sub)
      if (Entry* entry = scope_->find(literal_key(s, true, false))) look(entry->symbol), look(entry->callable);
    for (const SynPtr& kid : s.kids)
      if (kid) walk(*kid);
  };
  for (const SynPtr& formula : formulas)
    if (formula) walk(*formula);
  return found;
}

void SheetReader::claim(const Chain& chain, const SynPtr& lhs, Span lhs_span, const SynPtr& rhs, Span rhs_span,
                        const SynPtr& start) {
  Claim out;
  out.n = static_cast<int>(sheet_.claims.size()) + 1;
  out.span = cover(lhs_span, rhs_span);
  if (rhs_span.begin < lhs_span.begin) out.span = rhs_span;
  out.lhs_span = lhs_span;
  out.rhs_span = rhs_span;

  static const std::vector<Liberty> kOrder = [] {
    std::vector<Liberty> order(1);
    auto add = [&](bool sample, bool leibniz, bool copies, int slot) {
      Liberty l;
      l.sample_component = sample;
      l.leibniz = leibniz;
      l.copies = copies;
      l.slot = slot;
      order.push_back(l);
    };
    add(false, true, false, 0);
    add(true, false, false, 0);
    add(true, true, false, 0);
    add(false, false, true, 0);
    add(false, false, false, 1);
    add(false, false, true, 1);
    add(true, true, true, 1);
    return order;
  }();

  std::optional<Fit> first, unread;
  auto attempt = [&](Scope* scope, const Liberty& liberty) -> bool {
    Context c = context();
    c.scope = scope;
    c.claim = true;
    c.liberty = liberty;
    c.statement = {&chain};
    Chain whole;  // both sides and the start decide ranges and samples
    whole.sides = {lhs, rhs, start};
    whole.rels = {"=", "="};
    c.statement.push_back(&whole);
    try {
      auto result = fit(lhs, rhs, start, c);
      if (c.used_sample) c.readings.push_back("a component beside the current sample is that sample's component");
      finish_case(*result);
      narrow(c, *result);
      out.cases.push_back(*result);
      out.readings = c.readings;
      out.conditions = c.conditions;
      for (int slot = 2; slot <= c.slots_open; ++slot) {
        Context other = context();
        other.scope = scope;
        other.claim = true;
        other.liberty = liberty;
        other.liberty.slot = slot;
        other.statement = c.statement;
        auto more = fit(lhs, rhs, start, other);
        finish_case(*more);
        out.cases.push_back(*more);
        for (const std::string& reading : other.readings)
          if (std::find(out.readings.begin(), out.readings.end(), reading) == out.readings.end())
            out.readings.push_back(reading);
      }
      return true;
    } catch (const Fit& why) {
      if (why.shape)
        for (const std::string& suspect : c.suspects) e_.knowledge().raise(suspect, 1);
      if (out.cases.size()) out.cases.clear();
      if (why.shape && !first) first = why;
      if (!why.shape && !unread) unread = why;
      return false;
    }
  };
  bool done = false;
  std::vector<Scope*> blocks;
  for (Scope* s = scope_; s; s = s->parent) {
    blocks.push_back(s);
    if (s->heading) break;
  }
  for (const Liberty& liberty : kOrder) {
    for (Scope* s : blocks) {
      if ((done = attempt(s, liberty))) {
        if (s != scope_) out.readings.push_back("the names are those declared first (the later block does not fit)");
        break;
      }
      if (unread && !first) break;
    }
    if (done || (unread && !first)) break;
  }
  if (!done) {
    const Fit& why = unread && !first ? *unread : *first;
    out.state = why.shape ? Claim::State::ill_typed : Claim::State::unread;
    out.diagnostics.push_back(why.why);
    if (why.shape) {
      // What does not fit by types that were only inferred may fit by those that were meant.
      std::string guessed = inferred_in({lhs, rhs});
      if (!guessed.empty()) {
        out.state = Claim::State::unread;
        out.diagnostics.back().help = "declare " + guessed + ": its type is only inferred";
        sheet_.diagnostics.push_back(out.diagnostics.back());
      }
    }
    if (!why.shape) sheet_.diagnostics.push_back(why.why);
  } else {
    // One reading is told once.
    std::vector<std::string> once;
    for (const std::string& reading : out.readings)
      if (std::find(once.begin(), once.end(), reading) == once.end()) once.push_back(reading);
    out.readings = once;
  }
  out.assumed = pending_.assumed;
  out.vanishing = lasting_vanishing_;
  out.vanishing.insert(out.vanishing.end(), pending_.vanishing.begin(), pending_.vanishing.end());
  out.assumptions = lasting_texts_;
  out.assumptions.insert(out.assumptions.end(), pending_.texts.begin(), pending_.texts.end());
  out.open_assumption = pending_.unread;
  used_pending_ = true;
  std::set<const Symbol*> seen;
  for (Scope* s = scope_; s; s = s->parent)
    for (auto& [key, entry] : s->entries)
      for (Symbol* symbol : {entry.symbol, entry.callable})
        if (symbol && seen.insert(symbol).second) out.symbols.push_back(symbol);
  note(done ? Statement::Kind::claim : Statement::Kind::unread, out.span,
       done    ? std::string(source_.text(lhs_span)) + " = " + std::string(source_.text(rhs_span))
       : first ? first->why.message
               : unread->why.message,
       out.n);
  sheet_.claims.push_back(std::move(out));
}

void SheetReader::claims(const Chain& chain, bool after_definition) {
  resolve_dependences(true);
  SynPtr start = chain.sides[0];
  SynPtr before = chain.sides[0];
  Span before_span = chain.side_spans.empty() ? Span{} : chain.side_spans[0];
  if (!before && last_was_chain_) {
    before = last_side_;
    before_span = last_span_;
    start = last_start_;
  }
  for (std::size_t k = 0; k < chain.rels.size(); ++k) {
    const SynPtr& next = chain.sides[k + 1];
    if (!next) continue;
    const std::string& rel = chain.rels[k];
    bool equality = rel == "=" || rel == "≡" || rel == ":=" || rel == "≜";
    if (k == 0 && after_definition) {
      start = next;
    } else if (equality && before) {
      claim(chain, before, before_span, next, chain.side_spans[k + 1], start == before ? nullptr : start);
    } else if (!equality) {
      note(Statement::Kind::shown, cover(before_span, chain.side_spans[k + 1]),
           std::string(source_.text(cover(before_span, chain.side_spans[k + 1]))));
      start = nullptr;
    } else {
      // A row that continues nothing.
      note(Statement::Kind::unread, chain.span, "this row continues nothing");
    }
    before = next;
    before_span = chain.side_spans[k + 1];
    if (!start) start = next;
  }
  last_side_ = before;
  last_span_ = before_span;
  last_start_ = start;
  last_was_chain_ = true;
}

}  // namespace gradus
