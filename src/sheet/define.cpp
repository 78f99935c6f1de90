// Definitions: which equalities define a name, and what the name then is.
#include <algorithm>
#include <set>

#include "sheet/describe.h"
#include "sheet/freeze.h"
#include "sheet/heads.h"
#include "sheet/reader.h"
#include "sheet/words.h"

namespace gradus {

/// Ranges that mention the pattern's letters (n_l) are said in terms of the symbol's own index variables.
void SheetReader::name_members(Symbol& symbol, const Clause& clause, std::size_t slots) {
  IndexMap map;
  symbol.vars.assign(symbol.indices.size(), nullptr);
  for (std::size_t k = 0; k < slots; ++k) {
    if (clause.pattern[k]->is_number()) {
      // a^0 ∈ ℝ^{n_0} beside a^l: the sizes go with the members.
      for (std::size_t axis = slots; axis < symbol.indices.size(); ++axis) {
        Expr& hi = symbol.indices[axis].hi;
        if (!hi || hi->kind != Kind::ref || hi->symbol->role != Role::size || hi->kids.size() != 1 ||
            hi->kids[0] != clause.pattern[k])
          continue;
        if (!symbol.vars[k]) symbol.vars[k] = make::fresh("l", nullptr, nullptr);
        hi = make::ref(hi->symbol, {make::index(symbol.vars[k])});
      }
      continue;
    }
    auto form = affine(clause.pattern[k]);
    if (!form || form->terms.size() != 1 || form->terms.begin()->first->kind != Kind::index) continue;
    const IndexVar* own = make::fresh(form->terms.begin()->first->var->name, nullptr, nullptr);
    symbol.vars[k] = own;
    map[form->terms.begin()->first->var] = make::sub(make::index(own), make::number(form->constant));
  }
  for (std::size_t k = slots; k < symbol.indices.size(); ++k)
    if (symbol.indices[k].lo && symbol.indices[k].hi)
      symbol.indices[k] = Range{substitute(symbol.indices[k].lo, map), substitute(symbol.indices[k].hi, map)};
  if (std::none_of(symbol.indices.begin(), symbol.indices.end(),
                   [&](const Range& r) { return r.hi && !r.hi->free.empty(); }))
    symbol.vars.clear();
}

/// w_{k+1} = … where w_0 is given and nobody says what k runs over: from there on.
void SheetReader::begins_behind_base(const Syn& item, const std::string& key, const Symbol* family) {
  const Syn& letter = item.kind == SynKind::sum ? *item.kids[0] : item;
  if (letter.kind != SynKind::name || !e_.scan().index_like(letter) || !e_.usage(key).shifted) return;
  if (auto known = ranges_.find(name_key(letter)); known != ranges_.end() && known->second.hi) return;
  std::optional<Rational> base;
  if (family) {
    for (const Clause& clause : family->clauses)
      if (!clause.pattern.empty() && clause.pattern[0]->is_number() && (!base || *base < clause.pattern[0]->number))
        base = clause.pattern[0]->number;
  } else {
    for (Scope* s = scope_; s && !base; s = s->parent)
      if (auto known = e_.knowledge().bases.find(std::to_string(s->number) + ":" + key);
          known != e_.knowledge().bases.end())
        base = Rational(known->second);
  }
  if (!base) return;
  Rational offset = 0;
  if (item.kind == SynKind::sum) {
    if (item.kids[1]->kind != SynKind::number || item.kids[1]->text.size() > 2) return;
    offset = Rational(item.signs[1] < 0 ? -std::stoi(item.kids[1]->text) : std::stoi(item.kids[1]->text));
  }
  ranges_[name_key(letter)] = Range{make::number(*base + 1 - offset), nullptr};
}

void SheetReader::define(const Chain& chain) {
  const Syn& head = *chain.sides[0];
  const Syn& rhs = *chain.sides[1];
  Context c = context();
  c.statement = {&chain};
  const Syn* name = &head;
  const Syn* group = nullptr;
  bool function = application_head(head, name, group);
  const Syn& base = base_of(*name);
  // h = g ∘ f
  if (!function && head.kind == SynKind::name && (rhs.kind == SynKind::product || rhs.kind == SynKind::name) &&
      e_.is_function(rhs.kind == SynKind::product ? *rhs.kids[0] : rhs, c) &&
      (rhs.kind == SynKind::name || std::any_of(rhs.kids.begin(), rhs.kids.end(),
                                                [](auto& k) { return k->kind == SynKind::op && k->text == "∘"; }))) {
    define_composition(*name, rhs, c);
    note(Statement::Kind::definition, chain.span, std::string(source_.text(chain.span)));
    return;
  }
  std::string key = name_key(base);
  SynPtr sub = name->kind == SynKind::scripts ? name->sub : nullptr;
  SynPtr sup = name->kind == SynKind::scripts ? name->sup : nullptr;
  std::string label;
  auto items_index = [&](const SynPtr& script) {
    auto items = script_items(script);
    return std::all_of(items.begin(), items.end(),
                       [&](auto& i) { return e_.scan().index_like(*i) && pattern_item(*i); });
  };
  Entry* known = scope_->find(key);
  auto use_of = [&](const std::string& k) -> const Usage& { return e_.usage(k); };
  // Labels: h_θ(x), σ², J_{train}. A parameter written below the function is a label, too.
  auto all_numerals = [&](const SynPtr& script) {
    auto items = script_items(script);
    return std::all_of(items.begin(), items.end(), [](auto& i) { return i->kind == SynKind::number; });
  };
  bool sub_label = sub && (!items_index(sub) || e_.labelled(base, sub, c) ||
                           (function && sub->kind == SynKind::name && !ranges_.contains(name_key(*sub)) &&
                            !e_.scan().index_letters.contains(sub->text)));
  if (sub && items_index(sub) && known && known->symbol && known->symbol->indices.size() > 0 && !function)
    sub_label = false;
  const Usage& use = e_.usage(key);
  bool sup_label =
      sup && !(use.sup_paren || use.sup_bracket || use.sup_index) &&
      !(known && known->symbol && std::any_of(known->symbol->places.begin(), known->symbol->places.end(), [](Place p) {
          return p != Place::axis && p != Place::sub;
        }));
  // Z^{[1]}, Z^{[2]} that no letter runs over are names of their own, each with its shape.
  if (sup && all_numerals(sup) && !use_of(key).letter_above && (use_of(key).sup_paren || use_of(key).sup_bracket))
    sup_label = true;
  if (sub_label || sup_label) label = literal_key(*name, sub_label, sup_label);
  if ((sub_label || sup_label) && label.empty()) not_read("definition", head.span, "this name is not understood");
  std::string extra_shown, extra_latex;
  if (sub_label) extra_shown += "_" + flat(*sub), extra_latex += "_{" + std::string(source_.text(sub->span)) + "}";
  if (sup_label) extra_shown += "^" + flat(*sup), extra_latex += "^{" + std::string(source_.text(sup->span)) + "}";
  if (!label.empty()) key = label, known = scope_->find(key);

  // The pattern: one term a script that is an index.
  struct Slot {
    SynPtr item;
    Place place;
  };
  std::vector<Slot> slots;
  Place above = use.sup_paren ? Place::sup_paren : use.sup_bracket ? Place::sup_bracket : Place::sup;
  if (sup && !sup_label)
    for (SynPtr& item : script_items(sup)) slots.push_back({item, above});
  bool families = !slots.empty();
  if (sub && !sub_label)
    for (SynPtr& item : script_items(sub)) slots.push_back({item, Place::axis});

  Entry* here = scope_->here(key);
  Symbol* target = nullptr;
  Symbol* reused = nullptr;
  bool used_before = false;
  bool declared = false;
  if (function && here && here->callable && here->declared && !here->callable->defined())
    target = here->callable, declared = true;
  if (!function && known && known->symbol && !known->alias) {
    bool mine = here != nullptr;
    for (Scope* s = scope_; s && !mine && !s->heading; s = s->parent) mine = s->parent && s->parent->here(key);
    bool fits = known->symbol->indices.size() >= slots.size();
    if (!known->symbol->defined() && !e_.inferred.contains(known->symbol) && fits)
      target = known->symbol, declared = true;
    else if (known->symbol->defined() && !slots.empty() && mine && fits)
      target = known->symbol, declared = true;
    else if (!known->symbol->defined() && here && e_.inferred.contains(known->symbol) && label.empty()) {
      // Used before it is defined (a^{l-1} in z^l): the same symbol, if its layout is that of the definition.
      used_before = true;
      auto layout = e_.knowledge().layouts.find(e_.hint_key(base, c));
      const Symbol* symbol = known->symbol;
      const bool claimed = std::any_of(sheet_.claims.begin(), sheet_.claims.end(), [&](const Claim& claim) {
        return std::any_of(claim.cases.begin(), claim.cases.end(), [&](const Case& side) {
          return (side.lhs && depends_on(side.lhs, symbol)) || (side.rhs && depends_on(side.rhs, symbol));
        });
      });
      const bool fits_layout =
          layout != e_.knowledge().layouts.end() && layout->second.places.size() == symbol->places.size();
      const bool beside = chain.separator == "," || chain.separator == "quad" || chain.separator == ";";
      const bool explained = beside || has(lower(chain.words), "where") || has(sentence_, "where") ||
                             word(lower(lead_), "where") || word(lower(lead_), "with") || word(lower(lead_), "here");
      if (fits_layout && (!claimed || explained)) reused = known->symbol;
    }
  }
  if (!target) {
    if (here && ((here->symbol && here->symbol->defined()) || (here->callable && here->callable->defined())) &&
        !(here->callable && !function))
      open_block(key);
    target = reused ? reused : Pool::current().new_symbol(shown_name(base) + extra_shown);
    e_.inferred.erase(target);
    target->latex = (base.latex.empty() ? base.text : base.latex) + extra_latex;
    e_.symbols.push_back(target);
    if (function) target->role = Role::function;
  }

  // Pattern variables.
  Clause clause;
  IndexVars pattern_vars;
  std::vector<std::size_t> slot_of;  // where each script goes among the symbol's indices
  if (declared) {
    std::vector<std::size_t> below_slots, above_slots;
    for (std::size_t k = 0; k < target->indices.size(); ++k)
      (target->places[k] == Place::axis || target->places[k] == Place::sub ? below_slots : above_slots).push_back(k);
    std::size_t b = 0, a = 0;
    for (const Slot& s : slots) {
      if (s.place == Place::axis ? b >= below_slots.size() : a >= above_slots.size())
        misfit(head.span, "too many indices for " + target->name);
      slot_of.push_back(s.place == Place::axis ? below_slots[b++] : above_slots[a++]);
    }
    clause.pattern.assign(target->indices.size(), nullptr);
  } else {
    for (std::size_t k = 0; k < slots.size(); ++k) slot_of.push_back(k);
    clause.pattern.assign(slots.size(), nullptr);
  }
  auto pattern_letter = [&](const Syn& letter, const Range* axis, bool layer) {
    const IndexVar* var = e_.letter_index(name_key(letter), c, axis);
    if (last_layer_ && layer && !axis && !ranges_.contains(name_key(letter))) {
      var = make::fresh(letter.text, make::number(0), make::ref(e_.dims().named("Λ", "\\Lambda")));
      c.indices[name_key(letter)] = var;
    }
    if (std::find(pattern_vars.begin(), pattern_vars.end(), var) == pattern_vars.end()) pattern_vars.push_back(var);
    return var;
  };
  if (!function && slots.size() == 1) begins_behind_base(*slots[0].item, key, declared ? target : nullptr);
  c.ranges = ranges_;
  for (std::size_t k = 0; k < slots.size(); ++k) {
    const Syn& item = *slots[k].item;
    Range axis = declared ? e_.dims().resolve(target->indices[slot_of[k]]) : Range{};
    const Range* known_axis = declared && axis.lo ? &axis : nullptr;
    Expr term;
    bool size_letter = item.kind == SynKind::name &&
                       (e_.dims().has(name_key(item)) || e_.scan().size_letters.contains(name_key(item))) &&
                       !e_.scan().index_letters.contains(item.text);
    if (item.kind == SynKind::name && !size_letter)
      term = make::index(pattern_letter(item, known_axis, slots[k].place != Place::axis));
    else if (item.kind == SynKind::sum) {
      if (!e_.dims().has(name_key(*item.kids[0])) || e_.scan().index_letters.contains(item.kids[0]->text))
        pattern_letter(*item.kids[0], nullptr, slots[k].place != Place::axis);
      term = e_.index_value(item, c);
    } else
      term = e_.index_value(item, c);
    clause.pattern[slot_of[k]] = term;
  }
  // Two equal letters (A_{ii} = …) would define a diagonal only.
  clause.vars = pattern_vars;

  // Parameters.
  std::vector<const Symbol*> formals;
  if (function) {
    for (std::size_t k = 0; k < group->kids.size(); ++k) {
      const Syn& arg = *group->kids[k];
      const Symbol* given = declared && k < target->formals.size() ? target->formals[k] : nullptr;
      if (declared && target->formals.size() != group->kids.size())
        given = k < target->formals.size() && k + 1 < group->kids.size() ? target->formals[k] : nullptr;
      Symbol* formal = formal_for(arg, key, given, c);
      formals.push_back(formal);
      std::string formal_key = arg.kind == SynKind::scripts ? literal_key(arg, true, false) : name_key(base_of(arg));
      c.formals[formal_key] = formal;
    }
    if (!declared) target->formals = formals;
    const auto semicolon = std::find(group->seps.begin(), group->seps.end(), ";");
    target->parameters = static_cast<std::size_t>(group->seps.end() - semicolon);
  }

  const bool of_quantities = function && !declared && names_quantities(key, *group);

  // A recurrence reads itself on the right: the name must stand before.
  std::string rank_key = std::to_string(scopes_.size()) + ":def:" + key;
  int expected = e_.knowledge().ranks.contains(rank_key) ? e_.knowledge().ranks[rank_key] : 0;
  // w_0 ∈ ℝ^n said what the members are.
  if (!declared && !slots.empty() && !function)
    for (Scope* s = scope_; s && use.shifted; s = s->parent)
      if (auto member = e_.knowledge().ranks.find(std::to_string(s->number) + ":" + key);
          member != e_.knowledge().ranks.end())
        expected = std::max(expected, member->second);
  bool prepared = false;
  if (!declared) {
    auto layout = [&](std::size_t rank) {
      target->indices.clear();
      target->places.clear();
      target->family = 0;
      for (std::size_t k = 0; k < slots.size(); ++k) {
        const IndexVar* var = clause.pattern[k]->kind == Kind::index ? clause.pattern[k]->var : nullptr;
        // A member of a recurrence may lie outside the letter's range (h_0).
        bool shifted = use.shifted;
        target->indices.push_back(var && var->lo && var->hi && !shifted ? Range{var->lo, var->hi} : Range{});
        bool axis = slots[k].place == Place::axis && rank == 0 && !(shifted && !families && slots.size() == 1);
        target->places.push_back(axis ? Place::axis : slots[k].place == Place::axis ? Place::sub : slots[k].place);
        if (!axis) target->family = k + 1;
      }
      for (std::size_t k = 0; k < rank; ++k) {
        target->indices.push_back(e_.dims().flexible(key + "@" + rank_key + "#" + std::to_string(k)));
        target->places.push_back(Place::axis);
      }
    };
    layout(static_cast<std::size_t>(expected));
    if (!slots.empty() || function) {
      Entry& entry = scope_->entries[key];
      Entry before = entry;
      entry = Entry{};
      entry.key = key;
      (function ? entry.callable : entry.symbol) = target;
      if (function && before.symbol && !e_.inferred.contains(before.symbol)) entry.symbol = nullptr;
      entry.span = name->span;
      prepared = true;
    }
  }

  if (of_quantities) c.formals.clear();
  Val v = e_.quantity(e_.value(rhs, c), c);
  if (v.function) misfit(rhs.span, "a function stands without its argument");
  if (of_quantities || (function && !declared && depends_through_definitions(v.body, c))) {
    // L(w) = …p…, where p was defined with the same w: a quantity that depends on w, not a function of any argument.
    Context open = context();
    open.statement = c.statement;
    v = e_.quantity(e_.value(rhs, open), open);
    e_.algebra().require_plain(v);
    Symbol* quantity = Pool::current().new_symbol(target->name);
    quantity->latex = target->latex;
    e_.symbols.push_back(quantity);
    Clause whole;
    for (const IndexVar* axis : v.axes) {
      quantity->indices.push_back({axis->lo, axis->hi});
      quantity->places.push_back(Place::axis);
      whole.vars.push_back(axis);
      whole.pattern.push_back(make::index(axis));
    }
    quantity->row = v.row && v.rank() == 1;
    whole.body = v.body;
    quantity->clauses.push_back(whole);
    Entry& entry = scope_->entries[key];
    entry = Entry{};
    entry.key = key;
    entry.symbol = quantity;
    entry.declared = true;
    entry.span = name->span;
    for (const SynPtr& arg : group->kids)
      entry.of.push_back(arg->kind == SynKind::scripts ? literal_key(*arg, true, false) : name_key(base_of(*arg)));
    note(Statement::Kind::definition, chain.span, std::string(source_.text(chain.span)) + "   (" + shape_text(v) + ")");
    resolve_dependences(false);
    return;
  }
  e_.algebra().require_plain(v);
  if (declared) {
    std::vector<std::size_t> open;
    for (std::size_t k = 0; k < target->indices.size(); ++k)
      if (!clause.pattern[k]) open.push_back(k);
    if (open.size() != v.rank()) {
      if (v.numeral && v.scalar()) {
        for (std::size_t k : open) {
          const IndexVar* axis = make::fresh("i", target->indices[k].lo, target->indices[k].hi);
          clause.pattern[k] = make::index(axis);
          clause.vars.push_back(axis);
        }
      } else {
        Val like = e_.load(target, clause.pattern, head.span);
        e_.hint_like(v, like);
        if (sub && !sup && script_items(sub).size() == 1 && !ranges_.contains(flat(*sub)) &&
            open.size() + 1 == target->indices.size() && v.rank() == target->indices.size())
          e_.knowledge().part(literal_key(*name, true, false));  // x_s is no component of x
        misfit(chain.span,
               target->name + " is declared as " + shape_text(like) + ", the right side is " + shape_text(v));
      }
    } else {
      for (std::size_t k = 0; k < open.size(); ++k) {
        const Range r = e_.range_of(target, open[k], clause.pattern);
        if (!e_.dims().unify(r, {v.axes[k]->lo, v.axes[k]->hi}))
          misfit(chain.span,
                 target->name + " is declared with length " + length_text(r) + ", the right side is " + shape_text(v));
        Expr at = make::index(v.axes[k]);
        if (r.lo && v.axes[k]->lo && r.lo != v.axes[k]->lo) {
          const IndexVar* shifted = make::fresh(v.axes[k]->name, r.lo, r.hi);
          v.body = substitute(v.body, {{v.axes[k], make::add({make::index(shifted), make::sub(v.axes[k]->lo, r.lo)})}});
          v.axes[k] = shifted;
          at = make::index(shifted);
        }
        clause.pattern[open[k]] = at;
        clause.vars.push_back(v.axes[k]);
      }
      if (v.rank() == 1 && open.size() == 1 && target->row != v.row && target->rank() == 1 && !target->row) {
        misfit(chain.span, target->name + " is declared as a column, the right side is a row");
      }
    }
    if (function) {
      // The declared formals are the parameters of the body.
      target->formals = formals;
    }
  } else {
    if (static_cast<int>(v.rank()) != expected) {
      e_.knowledge().raise(rank_key, static_cast<int>(v.rank()));
      target->indices.resize(slots.size());
      target->places.resize(slots.size());
      for (std::size_t k = 0; k < slots.size(); ++k)
        if (v.rank() > 0 && target->places[k] == Place::axis) target->places[k] = Place::sub;
      target->family = v.rank() > 0 ? slots.size() : target->family;
      for (const IndexVar* axis : v.axes) {
        target->indices.push_back({axis->lo, axis->hi});
        target->places.push_back(Place::axis);
      }
    } else {
      for (std::size_t k = 0; k < v.rank(); ++k)
        e_.dims().unify(target->indices[slots.size() + k], {v.axes[k]->lo, v.axes[k]->hi});
      for (std::size_t k = 0; k < v.rank(); ++k)
        target->indices[slots.size() + k] = Range{v.axes[k]->lo, v.axes[k]->hi};
    }
    target->row = v.row && v.rank() == 1;
    for (const IndexVar* axis : v.axes) {
      clause.pattern.push_back(make::index(axis));
      clause.vars.push_back(axis);
    }
    name_members(*target, clause, slots.size());
  }
  clause.body = v.body;
  Case own;
  own.free = clause.vars;
  narrow(c, own);
  clause.when = c.conditions;
  clause.when.erase(std::remove_if(clause.when.begin(), clause.when.end(),
                                   [&](const Condition& condition) {
                                     // Only conditions on the pattern's own letters choose a clause.
                                     auto letter = [&](Expr e) {
                                       return e->kind == Kind::index &&
                                              std::find(clause.vars.begin(), clause.vars.end(), e->var) !=
                                                  clause.vars.end();
                                     };
                                     return !letter(condition.a) && !letter(condition.b);
                                   }),
                    clause.when.end());
  // What was declared keeps its meaning above; what was only used above gets its meaning here ("where k̄ = …").
  if (!target->defined() && declared) freeze(sheet_.claims, target, e_.symbols);
  target->clauses.push_back(clause);
  if (!function) cases_of_[target].push_back(pending_.index_conditions);
  if (v.firm) e_.firm.insert(target);
  if (label.empty() && !function && !declared) {
    Knowledge::Layout layout{target->places, target->family};
    auto [known_layout, first] = e_.knowledge().layouts.try_emplace(e_.hint_key(base, c), layout);
    if (first ? used_before || !layout.places.empty() : !(known_layout->second == layout))
      known_layout->second = layout, e_.knowledge().changed = true;
  }
  if (!prepared && !declared) {
    Entry& entry = scope_->entries[key];
    Symbol* callable = entry.callable;
    entry = Entry{};
    entry.key = key;
    entry.symbol = target;
    entry.callable = callable && callable->defined() ? callable : nullptr;
    entry.span = name->span;
  }
  for (const std::string& reading : c.readings)
    sheet_.diagnostics.push_back({Severity::note, "reading", chain.span, reading, ""});
  note(Statement::Kind::definition, chain.span, std::string(source_.text(chain.span)) + "   (" + shape_text(v) + ")");
  resolve_dependences(false);
}

}  // namespace gradus
