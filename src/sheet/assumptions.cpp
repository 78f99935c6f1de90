// Assumptions: conditions on indices and sizes, traits of names, expressions that are zero.
#include <algorithm>
#include <set>

#include "calculus/differentiate.h"
#include "sheet/describe.h"
#include "sheet/reader.h"
#include "sheet/words.h"

namespace gradus {

/// a, b > 0 and 0 < a, b < 1 say the same of every name of the list.
std::vector<Chain> SheetReader::ordered_names(const Chain& chain, const Piece& piece, std::size_t k) {
  const auto order = [](const std::string& r) { return r == "<" || r == "≤" || r == ">" || r == "≥" || r == "≠"; };
  if (chain.rels.empty() || !order(chain.rels[0]) || !chain.sides[0]) return {chain};
  std::vector<SynPtr> names = names_before(piece, k);
  Chain like = chain;
  const std::size_t first = k - names.size();
  if (first > 0 && chain.separator == "," && chain.rels.size() == 1) {
    const Chain& open = piece.chains[first - 1];
    if (open.sides.size() == 2 && open.rels[0] == chain.rels[0] && open.sides[0] && open.sides[1] &&
        open.sides[0]->kind == SynKind::number && base_of(*open.sides[1]).kind == SynKind::name &&
        piece.chains[first].separator == "," && base_of(*chain.sides[0]).kind == SynKind::name) {
      names.insert(names.begin(), open.sides[1]);
      like.sides.insert(like.sides.begin(), open.sides[0]);
      like.rels.insert(like.rels.begin(), open.rels[0]);
      like.side_spans.insert(like.side_spans.begin(), open.side_spans[0]);
    }
  }
  std::vector<Chain> out;
  const std::size_t place = like.sides.size() - chain.sides.size();
  for (const SynPtr& name : names) {
    if (name->kind == SynKind::name && name->text == "…") continue;
    out.push_back(like);
    out.back().sides[place] = name;
  }
  out.push_back(like);
  return out;
}

/// λ > 0 of a name that nothing else declares: a real number.
bool SheetReader::declare_number(const Syn& name, const Traits& traits, Context& c) {
  if (name.kind != SynKind::name || traits.positive_definite || name.style == "bold" || name.text == "Σ") return false;
  const Usage& use = e_.usage(name_key(name));
  if (use.subs > 0 || use.called || use.transposed || use.bold || scope_->find(name_key(name)) ||
      e_.dims().has(name_key(name)) || e_.scan().size_letters.contains(name_key(name)))
    return false;
  SetShape number;
  number.traits = traits;
  number.text = "ℝ";
  declare(name, number, c);
  return true;
}

/// What is assumed of quantities and is no trait: s² < m.
bool SheetReader::constraint(const std::string& rel, const Syn& left, const Syn& right, Context& c, bool scoped) {
  Val a = e_.quantity(e_.value(left, c), c), b = e_.quantity(e_.value(right, c), c);
  if (a.function || b.function) return false;
  const Relation relation = rel == "<"   ? Relation::lt
                            : rel == "≤" ? Relation::le
                            : rel == ">" ? Relation::gt
                                         : Relation::ge;
  Expr other = b.body;
  if (!(b.scalar() && b.numeral)) {
    if (a.scalar() && a.numeral && !b.scalar())
      ;
    else if (!e_.algebra().same_shape(a, b))
      return false;
    else
      other = e_.algebra().on_axes(b, a.axes);
  }
  (scoped ? pending_.constraints : lasting_constraints_).push_back({relation, a.body, other});
  return true;
}

bool SheetReader::assumption(const Chain& chain, bool scoped) {
  if (chain.sides.size() < 2 || !chain.sides[0] || !chain.sides[1]) return false;
  Context c = context();
  c.statement = {&chain};
  std::string text(source_.text(chain.span));
  auto remember = [&](bool lasting) {
    (lasting ? lasting_texts_ : pending_.texts).push_back(text);
    note(Statement::Kind::assumption, chain.span, text);
  };
  // 0 < p < 1 and the like: take the relations one by one.
  bool all_order = std::all_of(chain.rels.begin(), chain.rels.end(), [](const std::string& r) {
    return r == "<" || r == "≤" || r == ">" || r == "≥" || r == "≻" || r == "≽";
  });
  const std::string& rel = chain.rels[0];
  const Syn& left = *chain.sides[0];
  const Syn& right = *chain.sides[1];
  auto trait_of = [&](const Syn& name, const Traits& t) {
    const Syn& base = base_of(name);
    if (base.kind != SynKind::name) return false;
    Entry* entry = name.kind == SynKind::scripts ? scope_->find(literal_key(name, true, false)) : nullptr;
    if (!entry) entry = scope_->find(name_key(base));
    if (!entry && e_.dims().has(name_key(base))) return true;
    if (!entry && declare_number(name, t, c)) return true;
    if (!entry) {
      e_.value(name, c);
      entry = scope_->find(name_key(base));
      if (!entry && name.kind == SynKind::scripts) entry = scope_->find(literal_key(name, true, false));
    }
    if (!entry || !entry->symbol) return entry != nullptr;
    hold(*entry->symbol, t);
    // λ > 0: a number.
    if (t.positive && entry->symbol->indices.empty()) e_.firm.insert(entry->symbol);
    entry->declared = true;
    return true;
  };
  if (all_order) {
    bool index_only = true;
    auto is_letter = [&](const Syn& s) {
      if (s.kind == SynKind::number) return true;
      if (s.kind == SynKind::sum)
        return std::all_of(s.kids.begin(), s.kids.end(), [&](auto& k) {
          return k->kind == SynKind::number || (k->kind == SynKind::name && !is_quantity(name_key(*k)));
        });
      return s.kind == SynKind::name && !is_quantity(name_key(s)) &&
             (e_.scan().index_letters.contains(s.text) || e_.dims().has(name_key(s)) || ranges_.contains(name_key(s)) ||
              e_.scan().size_letters.contains(name_key(s)));
    };
    for (const SynPtr& side : chain.sides) index_only &= side && is_letter(*side);
    if (index_only) {
      bool some_letter = std::any_of(chain.sides.begin(), chain.sides.end(), [&](const SynPtr& side) {
        return side->kind == SynKind::name &&
               (e_.scan().index_letters.contains(side->text) || ranges_.contains(name_key(*side)) ||
                !(e_.dims().has(name_key(*side)) || e_.scan().size_letters.contains(name_key(*side))));
      });
      if (some_letter) {
        pending_.index_conditions.push_back(chain);
        remember(false);
        return true;
      }
      for (std::size_t k = 0; k < chain.rels.size(); ++k) {
        Relation r = chain.rels[k] == "<"   ? Relation::lt
                     : chain.rels[k] == "≤" ? Relation::le
                     : chain.rels[k] == ">" ? Relation::gt
                                            : Relation::ge;
        Condition condition{r, e_.index_value(*chain.sides[k], c), e_.index_value(*chain.sides[k + 1], c)};
        bool sizes = condition.a->free.empty() && condition.b->free.empty();
        (sizes ? lasting_conditions_ : pending_.conditions).push_back(condition);
      }
      remember(false);
      return true;
    }
    const bool narrow = in_display_ || lead_scope_is_narrow();
    // The names first: 0 < β < 1 makes β a number before anything is compared with it.
    for (std::size_t k = 0; k < chain.rels.size(); ++k) {
      if (!chain.sides[k] || !chain.sides[k + 1]) continue;
      const bool greater = chain.rels[k] == ">" || chain.rels[k] == "≥";
      const bool definite = chain.rels[k] == "≻" || chain.rels[k] == "≽";
      const Syn& big = greater || definite ? *chain.sides[k] : *chain.sides[k + 1];
      const Syn& small = greater || definite ? *chain.sides[k + 1] : *chain.sides[k];
      const bool zero = small.kind == SynKind::number && small.text.find_first_not_of("0.") == std::string::npos;
      const bool strict = chain.rels[k] == "<" || chain.rels[k] == ">";
      const bool above = small.kind == SynKind::number && base_of(big).kind == SynKind::name;
      const bool below_one =
          strict && big.kind == SynKind::number && big.text == "1" && base_of(small).kind == SynKind::name;
      Traits t;
      t.positive = above;
      t.below_one = below_one;
      if (definite) t = Traits{}, t.symmetric = t.positive_definite = true;
      const Syn* target = below_one ? &small : &big;
      if (zero && big.kind == SynKind::product && big.kids.size() == 2 && big.kids[0]->kind == SynKind::name &&
          big.kids[0]->text == "det") {  // det X > 0
        t = Traits{};
        t.positive_det = t.invertible = true;
        const Syn& inside = base_of(*big.kids[1]);
        target = inside.kind == SynKind::group && inside.kids.size() == 1 ? inside.kids[0].get() : big.kids[1].get();
      }
      const bool named = base_of(*target).kind == SynKind::name;
      const bool of_name = named && (t.positive || t.below_one || t.positive_definite || t.positive_det);
      if (of_name) trait_of(*target, t);
      if ((of_name && (zero || below_one || definite || t.positive_det)) || definite) continue;
      if (named && !of_name && !scope_->find(name_key(base_of(*target)))) declare_number(*target, Traits{}, c);
      if (!constraint(chain.rels[k], *chain.sides[k], *chain.sides[k + 1], c, narrow))
        (narrow ? pending_.unread : lasting_unread_) = true;
    }
    remember(!narrow);
    return true;
  }
  if (rel == "≠" && chain.sides.size() == 2) {
    bool letters = (left.kind == SynKind::name && !is_quantity(name_key(left))) &&
                   (right.kind == SynKind::number || (right.kind == SynKind::name && !is_quantity(name_key(right))));
    bool known_letter =
        left.kind == SynKind::name && (e_.scan().index_letters.contains(left.text) || e_.dims().has(name_key(left)) ||
                                       e_.scan().size_letters.contains(name_key(left)) ||
                                       ranges_.contains(name_key(left)) || e_.scan().index_like(left));
    if (letters && known_letter) {
      bool sizes = (e_.dims().has(name_key(left)) || e_.scan().size_letters.contains(name_key(left))) &&
                   !e_.scan().index_letters.contains(left.text);
      if (sizes) {
        lasting_conditions_.push_back({Relation::ne, e_.size_value(left, c), e_.size_value(right, c)});
        remember(true);
      } else {
        // The letters get their ranges from the claims that use them.
        pending_.index_conditions.push_back(chain);
        remember(false);
      }
      return true;
    }
    Traits t;
    t.nonzero = true;
    if (right.kind == SynKind::number && right.text == "0") {
      if (base_of(left).kind == SynKind::name) trait_of(left, t);
      remember(true);
      return true;
    }
    remember(true);
    return true;  // two quantities that differ: generic points do
  }
  if (rel != "=" || chain.sides.size() != 2) return false;
  // K = 1
  if (left.kind == SynKind::name && right.kind == SynKind::number && !is_quantity(name_key(left)) &&
      (e_.dims().has(name_key(left)) || e_.scan().size_letters.contains(name_key(left)))) {
    Condition condition{Relation::eq, e_.size_value(left, c), e_.size_value(right, c)};
    (scoped ? pending_.conditions : lasting_conditions_).push_back(condition);
    remember(!scoped);
    return true;
  }
  if (left.kind == SynKind::name && !is_quantity(name_key(left)) && e_.scan().index_like(left) &&
      (right.kind == SynKind::number || right.kind == SynKind::name) && !e_.usage(name_key(left)).differentiated_by &&
      (e_.scan().index_letters.contains(left.text) || ranges_.contains(name_key(left)) ||
       (right.kind == SynKind::name && e_.scan().index_letters.contains(right.text)))) {
    pending_.index_conditions.push_back(chain);
    remember(false);
    return true;
  }
  // f_1 = f_2: two uses of one function.
  if (left.kind == SynKind::scripts && right.kind == SynKind::scripts && e_.is_function(left, c) &&
      e_.is_function(right, c)) {
    remember(false);
    return true;
  }
  Val a = e_.value(left, c), b = e_.value(right, c);
  if (a.function || b.function) return false;
  // y_o = 1 for a one-hot y.
  if (a.scalar() && a.body->kind == Kind::ref && a.body->symbol->traits.one_hot && b.body->is_one() &&
      a.body->kids.size() == 1) {
    Traits t;
    t.hot = a.body->kids[0];
    hold(*const_cast<Symbol*>(a.body->symbol), t);
    remember(true);
    return true;
  }
  Expr difference = nullptr;
  IndexVars axes;
  if (b.numeral && b.scalar())
    difference = make::sub(a.body, b.body), axes = a.axes;
  else if (e_.algebra().same_shape(a, b))
    difference = make::sub(a.body, e_.algebra().on_axes(b, a.axes)), axes = a.axes;
  if (!difference) return false;
  // Σ_i y_i = 1 over a whole vector, ‖u‖ = 1, A = Aᵀ, UᵀU = I.
  if (a.scalar() && b.body->is_one()) {
    const Symbol* found = nullptr;
    Traits t;
    if (a.body->kind == Kind::reduce && a.body->reduce_op() == ReduceOp::sum && a.body->kids[0]->kind == Kind::ref &&
        a.body->kids[0]->kids.size() == 1 && a.body->kids[0]->kids[0] == make::index(a.body->var)) {
      found = a.body->kids[0]->symbol;
      t.sums_to_one = true;
    } else {
      Expr square =
          a.body->kind == Kind::pow && a.body->kids[1]->is_number() && a.body->kids[1]->number == Rational(1, 2)
              ? a.body->kids[0]
              : a.body;
      if (square->kind == Kind::reduce && square->reduce_op() == ReduceOp::sum && square->kids[0]->kind == Kind::pow &&
          square->kids[0]->kids[0]->kind == Kind::ref)
        found = square->kids[0]->kids[0]->symbol, t.unit_norm = true;
      else if (square->kind == Kind::reduce && square->kids[0]->kind == Kind::mul &&
               square->kids[0]->kids.size() == 2 && square->kids[0]->kids[0] == square->kids[0]->kids[1] &&
               square->kids[0]->kids[0]->kind == Kind::ref)
        found = square->kids[0]->kids[0]->symbol, t.unit_norm = true;
    }
    if (found && !found->defined()) {
      if (scoped && in_display_)
        pending_.assumed.push_back({found, t});
      else
        hold(*const_cast<Symbol*>(found), t);
      remember(!in_display_);
      return true;
    }
  }
  if (a.rank() == 2 && a.body->kind == Kind::ref && b.body->kind == Kind::ref && a.body->symbol == b.body->symbol &&
      !a.body->symbol->defined()) {
    Traits t;
    t.symmetric = true;
    hold(*const_cast<Symbol*>(a.body->symbol), t);
    remember(true);
    return true;
  }
  if (a.rank() == 2 && b.body->kind == Kind::delta && a.body->kind == Kind::reduce &&
      a.body->kids[0]->kind == Kind::mul) {
    const auto& factors = a.body->kids[0]->kids;
    if (factors.size() == 2 && factors[0]->kind == Kind::ref && factors[1]->kind == Kind::ref &&
        factors[0]->symbol == factors[1]->symbol && !factors[0]->symbol->defined() &&
        e_.dims().unify(factors[0]->symbol->indices[0], factors[0]->symbol->indices[1])) {
      Traits t;
      t.orthogonal = true;
      hold(*const_cast<Symbol*>(factors[0]->symbol), t);
      remember(true);
      return true;
    }
  }
  const bool brief = scoped && (in_display_ || lead_scope_is_narrow());
  auto& zero = brief ? pending_.vanishing : lasting_vanishing_;
  zero.push_back(difference);
  for (const Symbol* symbol : symbols_in(difference))
    if (!symbol->defined()) open_in_[difference].push_back(symbol);
  if (!hold_identically(difference, chain.span, zero)) (brief ? pending_.unread : lasting_unread_) = true;
  remember(!brief);
  return true;
}

namespace {

/// Abstract functions applied in e: those whose argument is a variable itself, and whether one stands within another.
struct Applications {
  std::set<const Symbol*> variables;  ///< x of y(x)
  bool nested = false;
  void look(Expr e, bool inside) {
    if (!seen_.insert({e, inside}).second) return;
    const bool applied = e->kind == Kind::ref && e->symbol->role == Role::function && !e->symbol->defined();
    if (applied && inside) nested = true;
    for (const Lambda& lambda : e->args) {
      if (applied && lambda.body->kind == Kind::ref && lambda.body->symbol->role != Role::function)
        variables.insert(lambda.body->symbol);
      look(lambda.body, inside || applied);
    }
    for (Expr kid : e->kids) look(kid, inside);
  }

 private:
  std::set<std::pair<Expr, bool>> seen_;
};

/// Whether x stands outside of what abstract functions are applied to.
bool stands_apart(Expr e, const Symbol* x) {
  if (e->kind == Kind::ref && e->symbol == x) return true;
  const bool applied = e->kind == Kind::ref && e->symbol->role == Role::function && !e->symbol->defined();
  return std::any_of(e->kids.begin(), e->kids.end(), [&](Expr kid) { return stands_apart(kid, x); }) ||
         (!applied && std::any_of(e->args.begin(), e->args.end(),
                                  [&](const Lambda& lambda) { return stands_apart(lambda.body, x); }));
}

}  // namespace

/// F(x, y(x)) = 0 holds for every x: so do its derivatives. False if it is not clear whether it does.
bool SheetReader::hold_identically(Expr difference, Span span, std::vector<Expr>& zero) {
  Applications found;
  found.look(difference, false);
  if (found.variables.empty()) return true;
  std::string behind = lower(source_.text(
      Span{span.end, std::min<std::uint32_t>(span.end + 24, static_cast<std::uint32_t>(source_.text().size()))}));
  behind = behind.substr(std::min(behind.find_first_not_of(" $\\),"), behind.size()));
  const bool said = behind.rfind("for all", 0) == 0 || behind.rfind("for every", 0) == 0 ||
                    behind.rfind("identically", 0) == 0 || behind.rfind("for each", 0) == 0;
  if (!said && !found.nested) {
    // f(x) = 0 at one x; but x = g(x) and x² + y(x)² = 1 look alike.
    return std::none_of(found.variables.begin(), found.variables.end(),
                        [&](const Symbol* x) { return stands_apart(difference, x); });
  }
  for (const Symbol* x : found.variables) {
    Expr open = difference;
    for (int order = 0; order < 2; ++order) {
      std::vector<Expr> at;
      for (const Range& range : x->indices) at.push_back(make::index(make::fresh("s", range.lo, range.hi)));
      open = carry_out(make::deriv(open, make::ref(x, at)));
      if (open->is_zero()) break;
      zero.push_back(open);
      if (!at.empty()) break;
    }
  }
  return true;
}

/// The traits hold from here on: the steps that were read before keep what they were judged by, but for those of the
/// display whose sentence this is ("$$…$$ where $A$ is symmetric").
void SheetReader::hold(Symbol& symbol, const Traits& traits) {
  const bool judged = std::any_of(sheet_.claims.begin(), sheet_.claims.end(), [&](const Claim& claim) {
    return std::any_of(claim.cases.begin(), claim.cases.end(), [&](const Case& one) {
      return (one.lhs && depends_on(one.lhs, &symbol)) || (one.rhs && depends_on(one.rhs, &symbol));
    });
  });
  if (!judged) {
    merge(symbol.traits, traits);
    return;
  }
  assume_behind(symbol, traits);
  lasting_assumed_.push_back({&symbol, traits});
}

/// What is said behind a display in its own sentence.
void SheetReader::assume_behind(const Symbol& symbol, const Traits& traits) {
  if (!continues_display_) return;
  for (std::size_t k = display_claims_; k < sheet_.claims.size(); ++k) {
    sheet_.claims[k].assumed.push_back({&symbol, traits});
    sheet_.claims[k].assumptions.push_back(symbol.name + " " + traits_text(traits));
  }
}

void SheetReader::extra_assumption(const std::string& text) {
  // `--assume 'A symmetric'`: a name and a trait, as a sheet would say it.
  std::string low = lower(text);
  Traits t = traits_in(low);
  std::size_t space = text.find(' ');
  if (!any(t) || space == std::string::npos) {
    sheet_.diagnostics.push_back({Severity::error,
                                  "assumption",
                                  {},
                                  "the assumption `" + text + "` is not understood",
                                  "write it as 'A symmetric'"});
    return;
  }
  std::string name = text.substr(0, space);
  bool found = false;
  for (auto& scope : scopes_)
    for (auto& [key, entry] : scope->entries)
      for (Symbol* symbol : {entry.symbol, entry.callable})
        if (symbol && (symbol->name == name || symbol->latex == name || key == name))
          merge(symbol->traits, t), found = true;
  if (!found)
    sheet_.diagnostics.push_back({Severity::error, "assumption", {}, "`" + name + "` is not known in this sheet", ""});
  else
    for (Claim& claim : sheet_.claims) claim.assumptions.push_back(text);
}

}  // namespace gradus
