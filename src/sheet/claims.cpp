// Claims: both sides of an equality made to fit, with the readings tried in their order.
#include <algorithm>
#include <functional>
#include <set>

#include "expr/elementary.h"
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

namespace {

/// Why a constant has no value, or "": 1/0, the logarithm or the root of a negative number.
std::string undefined_constant(Expr e) {
  if (e->kind == Kind::pow && e->kids[0]->is_number() && e->kids[1]->is_number()) {
    const Rational& base = e->kids[0]->number;
    const Rational& exponent = e->kids[1]->number;
    if (base == 0 && exponent < 0) return "a division by zero";
    if (base < 0 && exponent.get_den() % 2 == 0) return "an even root of the negative number " + base.get_str();
  }
  if (e->kind != Kind::func || !e->kids[0]->is_number()) return "";
  const ElementaryRow& row = row_of(static_cast<Elementary>(e->op));
  const Rational& at = e->kids[0]->number;
  const bool outside = (row.id == Elementary::log && at <= 0) || (row.domain == Domain::open_unit && abs(at) > 1) ||
                       (row.domain == Domain::above_one && at < 1);
  return outside ? std::string(row.name) + " of " + at.get_str() + ", which is not in its domain" : "";
}

/// The first such constant of a side. What a case distinction chooses may never be reached.
std::string undefined_in(Expr side) {
  std::vector<Expr> open{side};
  std::set<Expr> seen;
  while (!open.empty()) {
    const Expr e = open.back();
    open.pop_back();
    if (e->kind == Kind::select || !seen.insert(e).second) continue;
    std::string why = undefined_constant(e);
    if (!why.empty()) return why;
    open.insert(open.end(), e->kids.begin(), e->kids.end());
    for (const Lambda& lambda : e->args) open.push_back(lambda.body);
  }
  return "";
}

}  // namespace

void SheetReader::finish_case(Case& result) {
  FreeIndices free;
  free.look(result.lhs);
  free.look(result.rhs);
  if (result.start) free.look(result.start);
  std::set<std::uint32_t> seen;
  result.axes = e_.algebra().taken_apart(result.axes);
  for (const IndexVar* axis : result.axes)
    if (seen.insert(axis->id).second) result.free.push_back(axis);
  for (const IndexVar* var : free.found)
    if (seen.insert(var->id).second) result.free.push_back(var);
}

bool SheetReader::settle_sizes(const Case& result) {
  std::set<const Symbol*> sizes, open;
  const auto look = [&](Expr e) {
    if (!e) return;
    for (const Symbol* symbol : symbols_in(e))
      if (symbol->role == Role::size) (e_.dims().is_anonymous(symbol) ? open : sizes).insert(symbol);
  };
  const auto look_all = [&](Expr side) {
    look(side);
    visit(side, [&](Expr node) {
      if (node->var) look(node->var->hi);
      for (const IndexVar* var : node->free) look(var->hi);
    });
  };
  look_all(result.lhs);
  look_all(result.rhs);
  if (open.empty()) return true;
  std::erase_if(sizes, [](const Symbol* size) { return !size->indices.empty(); });
  if (sizes.empty())
    for (const Symbol* symbol : e_.symbols)
      for (std::size_t k = symbol->family; k < symbol->indices.size(); ++k)
        if (Expr hi = symbol->indices[k].hi; hi && hi->kind == Kind::ref && !e_.dims().is_anonymous(hi->symbol))
          sizes.insert(hi->symbol);
  if (sizes.size() != 1) return false;
  for (const Symbol* size : open)
    e_.dims().unify(Range{make::number(1), make::ref(size)}, Range{make::number(1), make::ref(*sizes.begin())});
  return true;
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
    if (!algebra.same_shape(like, v))
      throw Fit{{Severity::error, "shape", span,
                 "the sides differ in shape: " + shape_text(like) + " and " + shape_text(v), ""},
                true,
                like.firm && v.firm};
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
  // The claim's own variable of that letter.
  const auto letter = [&](const std::string& key, const std::string& name) -> const IndexVar* {
    if (auto it = c.indices.find(key); it != c.indices.end()) return it->second;
    for (const IndexVar* var : result.free)
      if (var->name == name) return c.indices[key] = var;
    return nullptr;
  };
  for (const Chain& condition : pending_.index_conditions) {
    // Letters that the claim does not use narrow nothing.
    const auto used = [&](const Syn& side) {
      return side.kind != SynKind::name || letter(name_key(side), side.text) || e_.dims().has(name_key(side)) ||
             e_.scan().size_letters.contains(name_key(side));
    };
    const auto relation_of = [](const std::string& r) {
      return r == "="   ? Relation::eq
             : r == "≠" ? Relation::ne
             : r == "<" ? Relation::lt
             : r == "≤" ? Relation::le
             : r == ">" ? Relation::gt
                        : Relation::ge;
    };
    std::optional<std::size_t> last;
    for (std::size_t k = 0; k < condition.sides.size(); ++k) {
      if (!used(*condition.sides[k])) continue;
      // i < j < k without a j: i < k.
      const bool one_way =
          last &&
          std::all_of(condition.rels.begin() + static_cast<long>(*last), condition.rels.begin() + static_cast<long>(k),
                      [&](const std::string& r) { return r == condition.rels[*last] && r != "≠"; });
      if (last && (k == *last + 1 || one_way))
        c.conditions.push_back({relation_of(condition.rels[k - 1]), e_.index_value(*condition.sides[*last], c),
                                e_.index_value(*condition.sides[k], c)});
      last = k;
    }
  }
  // k = 1, …, t: a range that ends at another letter of the claim.
  for (const auto& [name, range] : c.ranges)
    for (const bool upper : {false, true}) {
      const Expr bound = upper ? range.hi : range.lo;
      if (!bound || bound->free.size() != 1) continue;
      const IndexVar* other = letter(bound->free[0]->name, bound->free[0]->name);
      const IndexVar* own = other ? letter(name, name) : nullptr;
      if (own && own != other)
        c.conditions.push_back({upper ? Relation::le : Relation::ge, make::index(own),
                                substitute(bound, {{bound->free[0], make::index(other)}})});
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

  std::optional<Fit> first, unread, two;
  bool sizes_told = true;
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
      sizes_told = settle_sizes(*result);
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
      if (why.shape && !why.firm && !e_.unsettled)
        for (const std::string& suspect : c.suspects) e_.knowledge().raise(suspect, 1);
      if (out.cases.size()) out.cases.clear();
      if (why.ambiguous) two = why;
      if (why.shape && !first) first = why;
      if (!why.shape && !unread) unread = why;
      return false;
    }
  };
  bool done = false;
  std::string refused;
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
      if (two || (unread && !first)) break;
    }
    if (done || two || (unread && !first)) break;
  }
  if (!done) {
    const Fit& why = two ? *two : unread && !first ? *unread : *first;
    out.state = why.shape ? Claim::State::ill_typed : Claim::State::unread;
    out.diagnostics.push_back(why.why);
    refused = why.why.message;
    if (why.shape) {
      // What does not fit by types that were only inferred may fit by those that were meant.
      std::string guessed = why.firm ? "" : inferred_in({lhs, rhs});
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
    for (const Case& one : out.cases)
      for (auto [side, span] : {std::pair{one.lhs, lhs_span}, std::pair{one.rhs, rhs_span}})
        if (std::string why = undefined_in(side); !why.empty() && out.state == Claim::State::ok) {
          out.state = Claim::State::undefined;
          out.diagnostics.push_back({Severity::error, "undefined", span, "this holds " + why + ": it has no value",
                                     "take it out, or state the claim for what is defined"});
        }
  }
  out.assumed = lasting_assumed_;
  out.assumed.insert(out.assumed.end(), pending_.assumed.begin(), pending_.assumed.end());
  for (Expr zero : lasting_vanishing_) {
    // What "u solves Au = b" says of u, its definition u = A^{-1}b says again.
    const auto open = open_in_.find(zero);
    const bool again = open != open_in_.end() && std::any_of(open->second.begin(), open->second.end(),
                                                             [](const Symbol* s) { return s->defined(); });
    if (!again) out.vanishing.push_back(zero);
  }
  out.vanishing.insert(out.vanishing.end(), pending_.vanishing.begin(), pending_.vanishing.end());
  out.assumptions = lasting_texts_;
  out.assumptions.insert(out.assumptions.end(), pending_.texts.begin(), pending_.texts.end());
  out.constraints = lasting_constraints_;
  out.constraints.insert(out.constraints.end(), pending_.constraints.begin(), pending_.constraints.end());
  out.open_assumption = pending_.unread || lasting_unread_ || !sizes_told;
  used_pending_ = true;
  std::set<const Symbol*> seen;
  for (Scope* s = scope_; s; s = s->parent)
    for (auto& [key, entry] : s->entries)
      for (Symbol* symbol : {entry.symbol, entry.callable})
        if (symbol && seen.insert(symbol).second) out.symbols.push_back(symbol);
  note(done ? Statement::Kind::claim : Statement::Kind::unread, out.span,
       done ? std::string(source_.text(lhs_span)) + " = " + std::string(source_.text(rhs_span)) : refused, out.n);
  sheet_.claims.push_back(std::move(out));
}

void SheetReader::claims(const Chain& chain, bool after_definition) {
  resolve_dependences(true);
  SynPtr start = chain.sides[0];
  SynPtr before = chain.sides[0];
  Span before_span = chain.side_spans.empty() ? Span{} : chain.side_spans[0];
  if (!before && last_row_) {
    before = last_row_->side;
    before_span = last_row_->span;
    start = last_row_->start;
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
  last_row_ = Row{before, before_span, start};
}

}  // namespace gradus
