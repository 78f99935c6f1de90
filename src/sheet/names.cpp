// Names with their scripts: which symbol is meant, which script is an index, which a power, a transpose or a label.
#include <algorithm>

#include "sheet/describe.h"
#include "sheet/elaborator.h"

namespace gradus {

namespace {

bool is_transpose(const Syn& sup) {
  return sup.kind == SynKind::name && (sup.text == "⊤" || sup.text == "T" || sup.text == "'");
}

bool is_label_mark(const Syn& sup) {
  return sup.kind == SynKind::name &&
         (sup.text == "*" || sup.text == "∗" || sup.text == "⋆" || sup.text == "+" || sup.text == "†");
}

}  // namespace

Range Elaborator::range_of(const Symbol* symbol, std::size_t k, const std::vector<Expr>& given) const {
  const Dims& dims = known_.dims;
  Range range = symbol->indices[k];
  if (symbol->vars.empty() || !range.lo || !range.hi) return dims.resolve(range);
  IndexMap map;
  for (std::size_t i = 0; i < k; ++i)
    if (symbol->vars[i] && given[i]) map[symbol->vars[i]] = given[i];
  if (map.empty()) return dims.resolve(range);
  return dims.resolve(Range{substitute(range.lo, map), substitute(range.hi, map)});
}

Symbol* Elaborator::new_symbol(const Syn& name, const std::string& extra_shown, const std::string& extra_latex) {
  Symbol* symbol = Pool::current().new_symbol(shown_name(name) + extra_shown);
  symbol->latex = (name.latex.empty() ? name.text : name.latex) + extra_latex;
  symbols.push_back(symbol);
  return symbol;
}

std::string Elaborator::hint_key(const Syn& name, Context& c) {
  return std::to_string(c.scope->number) + ":" + name_key(name);
}

Val Elaborator::load(const Symbol* symbol, const std::vector<Expr>& given_terms, Span span) {
  std::vector<Expr> given = given_terms;
  given.resize(symbol->indices.size(), nullptr);
  static const char* const kNames[] = {"i", "j", "k", "l"};
  Val v;
  v.span = span;
  for (std::size_t k = 0; k < given.size(); ++k) {
    if (given[k]) continue;
    Range range = range_of(symbol, k, given);
    const IndexVar* axis = make::fresh(kNames[std::min<std::size_t>(v.axes.size(), 3)], range.lo, range.hi);
    v.axes.push_back(axis);
    given[k] = make::index(axis);
  }
  v.row = symbol->row && v.axes.size() == 1;
  v.body = make::ref(symbol, given);
  v.firm = firm.contains(symbol);
  return v;
}

Entry& Elaborator::infer(const Syn& name, Context& c, const SynPtr& sub, const SynPtr& sup) {
  std::string key = name_key(name), hint = hint_key(name, c);
  const Usage& use = usage(key);
  Symbol* symbol = new_symbol(name);
  int extra = known_.ranks.contains(hint) ? known_.ranks[hint] : 0;
  bool upper = !name.text.empty() && name.text[0] >= 'A' && name.text[0] <= 'Z';
  if (matrix_convention && name.style != "op" && name.text.size() == 1)
    extra = std::max(extra, upper ? 2 : name.text[0] >= 'h' && name.text[0] <= 'z' ? 1 : 0);
  bool indexed_vector = name.style == "bold" && !upper && sub;
  if (use.transposed && !upper && use.subs == 0) extra = std::max(extra, 1);  // x^T A x
  if (use.bold && name.style == "bold") extra = std::max(extra, upper ? 2 : 1);
  int subs = use.subs, sups = 0;
  if (use.sup_paren || use.sup_bracket || use.sup_index) sups = std::max(use.sups, 1);
  bool open = sups > 1 || (sup && sup->kind == SynKind::group && sup->kids.size() > 1);
  std::size_t axis = 0;
  auto add = [&](Place place, bool unbounded) {
    symbol->places.push_back(place);
    symbol->indices.push_back(unbounded                 ? Range{}
                              : layer_units && sups > 0 ? *layer_units
                                                        : dims().flexible(hint.substr(hint.find(':') + 1) + "@" + hint +
                                                                          "#" + std::to_string(axis)));
    ++axis;
  };
  if (auto known = known_.layouts.find(hint); known != known_.layouts.end()) {
    for (std::size_t k = 0; k < known->second.places.size(); ++k)
      add(known->second.places[k], k < known->second.family);
    symbol->family = known->second.family;
    subs = sups = extra = 0;
    open = true;
  }
  bool axes_are_subs = extra == 0 && !indexed_vector && sups == 0;
  if (matrix_convention && extra >= subs && extra > 0) subs = 0, axes_are_subs = false;
  if (!symbol->places.empty()) {
    // As its definition has it.
  } else if (!axes_are_subs || open) {
    for (int i = 0; i < subs; ++i) add(Place::sub, open);
    for (int i = 0; i < sups; ++i)
      add(use.sup_paren ? Place::sup_paren : use.sup_bracket ? Place::sup_bracket : Place::sup, open || use.sup_index);
    symbol->family = symbol->indices.size();
    for (int i = 0; i < extra; ++i) add(Place::axis, false);
    // z_j^{(l)}: the subscript of an indexed family is its component.
    if (!open && sups > 0 && subs > 0 && extra == 0) {
      std::rotate(symbol->places.begin(), symbol->places.begin() + subs, symbol->places.end());
      std::rotate(symbol->indices.begin(), symbol->indices.begin() + subs, symbol->indices.end());
      for (int i = 0; i < subs; ++i) symbol->places[static_cast<std::size_t>(sups + i)] = Place::axis;
      symbol->family = static_cast<std::size_t>(sups);
    }
  } else {
    for (int i = 0; i < subs; ++i) add(Place::axis, false);
  }
  if (symbol->family > 0 && symbol->rank() > 0 && !layer_units) {
    // The axes of a member may depend on which member it is (a^l has n_l entries).
    std::vector<Expr> member;
    symbol->vars.assign(symbol->indices.size(), nullptr);
    for (std::size_t k = 0; k < symbol->family; ++k)
      if (symbol->places[k] != Place::sub) {
        symbol->vars[k] = make::fresh("l", nullptr, nullptr);
        member.push_back(make::index(symbol->vars[k]));
      }
    if (!member.empty())
      for (std::size_t k = symbol->family; k < symbol->indices.size(); ++k)
        symbol->indices[k] = dims().flexible(key + "@" + hint + "@l#" + std::to_string(k - symbol->family), member);
  }
  Entry& entry = c.scope->entries[key];
  entry.key = key;
  entry.symbol = symbol;
  entry.span = name.span;
  inferred[symbol] = hint;
  return entry;
}

Val Elaborator::load_entry(Entry& entry, const Syn& name, const SynPtr& sub, const SynPtr& sup, SynPtr& left_sub,
                           SynPtr& left_sup, Context& c) {
  if (entry.broken)
    not_read("definition", name.span, "the definition of " + shown_name(name) + " was not understood",
             "see the message there");
  left_sub = sub;
  left_sup = sup;
  auto items_of = [&](const SynPtr& script) { return script_items(script); };
  if (entry.alias) {
    const Alias& alias = *entry.alias;
    std::vector<Expr> given(alias.target->indices.size(), nullptr);
    auto items = items_of(sub);
    if (items.size() > alias.axis_of_script.size()) misfit(name.span, "too many indices for " + shown_name(name));
    for (std::size_t i = 0; i < items.size(); ++i) given[alias.axis_of_script[i]] = index_value(*items[i], c);
    left_sub = nullptr;
    return load(alias.target, given, name.span);
  }
  const Symbol* symbol = entry.symbol;
  if (!symbol) {
    Val v;
    v.span = name.span;
    v.function = std::make_shared<FunctionVal>();
    if (!entry.composition.empty())
      v.function->chain.assign(entry.composition.begin(), entry.composition.end());
    else
      v.function->chain.push_back(entry.callable);
    return v;
  }
  return load_scripted(symbol, name, sub, sup, left_sub, left_sup, c);
}

Val Elaborator::load_scripted(const Symbol* symbol, const Syn& name, const SynPtr& sub, const SynPtr& sup,
                              SynPtr& left_sub, SynPtr& left_sup, Context& c) {
  left_sub = sub;
  left_sup = sup;
  std::vector<std::size_t> below, above;
  for (std::size_t k = 0; k < symbol->indices.size(); ++k)
    (symbol->places[k] == Place::axis || symbol->places[k] == Place::sub ? below : above).push_back(k);
  std::vector<Expr> given(symbol->indices.size(), nullptr);
  if (sup && !above.empty() && !is_transpose(*sup)) {
    auto items = script_items(sup);
    if (items.size() > above.size()) misfit(sup->span, "too many upper indices for " + symbol->name);
    for (std::size_t i = 0; i < items.size(); ++i) given[above[i]] = index_value(*items[i], c);
    left_sup = nullptr;
  }
  if (sub) {
    auto items = script_items(sub);
    if (below.empty()) {
      std::string help = symbol->indices.empty() && !inferred.contains(symbol) ? symbol->name + " is a scalar" : "";
      if (auto it = inferred.find(symbol); it != inferred.end())
        known_.raise(it->second, static_cast<int>(items.size()));
      misfit(sub->span, symbol->name + " has no component to choose", help);
    }
    if (items.size() > below.size()) {
      // w_{11} may be one number or two indices.
      misfit(sub->span, "too many indices for " + symbol->name + ": it has " + std::to_string(below.size()));
    }
    bool sample = c.liberty.sample_component && items.size() == 1 && symbol->family >= 1 &&
                  symbol->places[0] == Place::sub && symbol->rank() == 1;
    if (!sample || !sample_component(*symbol, name, *items[0], given, c))
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (!scan_.index_like(*items[i]) && items[i]->kind == SynKind::text)
          not_read("label", items[i]->span, "the label `" + items[i]->text + "` is not known for " + symbol->name);
        Range axis = range_of(symbol, below[i], given);
        if (items[i]->kind == SynKind::name && !c.bound.contains(name_key(*items[i])) &&
            !c.indices.contains(name_key(*items[i])) && !dims().has(name_key(*items[i])) &&
            !scan_.size_letters.contains(name_key(*items[i])))
          given[below[i]] = make::index(letter_index(name_key(*items[i]), c, &axis));
        else
          given[below[i]] = index_value(*items[i], c);
        Expr term = given[below[i]];
        if (term->kind == Kind::index && axis.lo && axis.hi && dims().is_flexible(axis) && term->var->lo)
          dims().unify(axis, {term->var->lo, term->var->hi});
        check_range(term, axis, symbol, *items[i]);
        if (symbol->places[below[i]] == Place::axis && !symbol->defined())
          check_guess(term, axis, symbol, *items[i], c);
      }
    left_sub = nullptr;
  }
  return load(symbol, given, name.span);
}

void Elaborator::check_range(Expr term, const Range& axis, const Symbol* symbol, const Syn& item) {
  if (!axis.lo || !axis.hi || dims().is_flexible(axis)) return;
  if (term->is_number()) {
    auto low = compare(Relation::lt, term, axis.lo), high = compare(Relation::gt, term, axis.hi);
    if ((low && *low) || (high && *high))
      throw Fit{{Severity::error, "index-range", item.span,
                 symbol->name + " has no component " + index_text(term) + ": its index runs " + index_text(axis.lo) +
                     "…" + index_text(axis.hi),
                 "check the range of the index"},
                true};
  }
}

void Elaborator::check_guess(Expr term, const Range& axis, const Symbol* symbol, const Syn& item, const Context& c) {
  if (term->kind != Kind::index || !c.guessed.contains(term->var) || inferred.contains(symbol)) return;
  const Range run{term->var->lo, term->var->hi};
  if (!axis.lo || !axis.hi || !run.lo || axis.lo != run.lo || axis.hi == run.hi) return;
  if (dims().is_flexible(axis) || dims().is_flexible(run)) return;
  if (Dims::surely_at_least(axis.hi, run.hi)) return;  // 1…D along an axis of D(D+1)/2
  // n − 1 beside n may be meant; and so may sizes that an assumption compares.
  auto difference = affine(make::sub(axis.hi, run.hi));
  if (difference && difference->terms.empty() && !axis.hi->is_number()) return;
  for (const Condition& condition : c.conditions)
    for (Expr hi : {axis.hi, run.hi})
      if (condition.a == hi || condition.b == hi) return;
  throw Fit{
      {Severity::error, "index-range", item.span,
       "the index " + term->var->name + " has two ranges: " + index_text(run.lo) + "…" + index_text(run.hi) +
           " by its first use, " + index_text(axis.lo) + "…" + index_text(axis.hi) + " as an index of " + symbol->name,
       "use two indices, or write the range that is meant"},
      !Dims::surely_at_least(run.hi, axis.hi)};  // the shorter one may be meant
}

/// The samples that the statement speaks of where the name stands: those of the sums around it, or else the free ones.
IndexVars Elaborator::current_samples(const Symbol& symbol, const Syn& name, Context& c) {
  std::string key = name_key(name);
  Range family = dims().resolve(symbol.indices[0]);
  IndexVars bound, free;
  auto add = [&](const std::map<std::string, const IndexVar*>& letters, const std::string& letter, IndexVars& to) {
    auto it = letters.find(letter);
    if (it == letters.end()) return false;
    const IndexVar* var = it->second;
    if (family.lo && var->lo == family.lo && var->hi == family.hi && std::find(to.begin(), to.end(), var) == to.end())
      to.push_back(var);
    return true;
  };
  std::function<void(const Syn&)> look = [&](const Syn& s) {
    if (s.kind == SynKind::scripts && s.kids[0]->kind == SynKind::name && name_key(*s.kids[0]) == key && s.sub &&
        s.sub->kind == SynKind::name) {
      std::string letter = name_key(*s.sub);
      if (!add(c.bound, letter, bound)) add(c.indices, letter, free);
    }
    for (const SynPtr& kid : s.kids)
      if (kid) look(*kid);
  };
  for (const Chain* chain : c.statement)
    for (const SynPtr& side : chain->sides)
      if (side) look(*side);
  return bound.empty() ? free : bound;
}

/// The component of the current sample (DESIGN §6): x_j beside f(x_l). False: the script names a sample itself.
bool Elaborator::sample_component(const Symbol& symbol, const Syn& name, const Syn& script, std::vector<Expr>& given,
                                  Context& c) {
  const IndexVars samples = current_samples(symbol, name, c);
  if (samples.empty()) return false;
  Expr item = index_value(script, c);
  if (item->kind == Kind::index) {
    if (std::find(samples.begin(), samples.end(), item->var) != samples.end()) return false;
    if (!dims().unify({item->var->lo, item->var->hi}, range_of(&symbol, symbol.family, given))) return false;
  }
  if (samples.size() > 1) {
    auto read = [&](std::size_t k) { return symbol.name + "_{" + samples[k]->name + "," + index_text(item) + "}"; };
    ambiguous(script.span, "this may be " + read(0) + " or " + read(1) + ": both readings fit",
              "write the one that is meant");
  }
  given[0] = make::index(samples[0]);
  given[symbol.family] = item;
  return c.used_sample = true;
}

Val Elaborator::adjoint(const Syn& s, Context& c) {
  // \bar x: the gradient of the loss by x, where prose says so.
  Syn plain = s;
  SynPtr transposed;
  if (s.kind == SynKind::scripts) {
    auto base = std::make_shared<Syn>(*s.kids[0]);
    base->accent.clear();
    plain.kids[0] = base;
    if (s.sup && is_transpose(*s.sup)) transposed = s.sup, plain.sup = nullptr;
  } else
    plain.accent.clear();
  Val by = value(plain, c);
  by.span = s.span;
  Val out = by_variable(value(*adjoint_syntax, c), by, DerivMode::total, c, s.span);
  return transposed ? algebra_.transpose(out) : out;
}

Val Elaborator::name_value(const Syn& name, Context& c) {
  std::string key = name_key(name);
  if (!adjoint_accent.empty() && name.accent == adjoint_accent && adjoint_syntax && !c.scope->find(key))
    return adjoint(name, c);
  if (auto it = c.bound.find(key); it != c.bound.end()) return algebra_.scalar(make::index(it->second), name.span);
  if (auto it = c.formals.find(key); it != c.formals.end()) return load(it->second, {}, name.span);
  SynPtr left_sub, left_sup;
  if (Entry* entry = c.scope->find(key)) return load_entry(*entry, name, nullptr, nullptr, left_sub, left_sup, c);
  if (auto it = c.indices.find(key); it != c.indices.end()) return algebra_.scalar(make::index(it->second), name.span);
  if (Entry* square = c.scope->find(key + "^2")) return root_of(*square, name, nullptr, left_sub, c);
  if (dims().has(key) || scan_.size_letters.contains(key))
    return algebra_.scalar(dims().resolve(make::ref(dims().named(key, name.latex))), name.span);
  if (name.text == "π" && usage(key).subs == 0) return algebra_.scalar(make::pi(), name.span);
  if (name.text == "e" && usage(key).subs == 0 && !matrix_convention)
    return algebra_.scalar(make::func(Elementary::exp, make::number(1)), name.span);
  if (name.text == "…" || name.text == "∞" || name.text == "∇" || name.text == "∂")
    not_read("notation", name.span, "`" + name.text + "` cannot stand here");
  if ((name.text == "1" || name.text == "𝟏") && name.style != "")
    return ones(dims().flexible("ones" + std::to_string(name.span.begin) + "#0"), name.span);
  if (name.text == "0" && name.style != "") {
    Val zero = algebra_.scalar(make::number(0), name.span);
    zero.numeral = true;
    return zero;
  }
  if (name.text == "I" && !usage(key).called && !matrix_convention)
    return identity(dims().flexible("I" + std::to_string(name.span.begin) + "#0"), name.span);
  if (c.ranges.contains(key) && c.ranges[key].lo)
    return algebra_.scalar(make::index(letter_index(key, c, nullptr)), name.span);
  if (scan_.index_letters.contains(name.text) && usage(key).subs == 0 && !usage(key).differentiated_by &&
      name.style.empty() && name.accent.empty() && guess_range(name.text, statement_sides(c), c))
    return algebra_.scalar(make::index(letter_index(key, c, nullptr)), name.span);
  if (is_named_function(name.text) && (name.style == "op"))
    not_read("argument", name.span, "`" + name.text + "` stands without an argument");
  // A word that is never followed by what it could be applied to is a quantity.
  if (name.style == "op" && name.text.size() > 1 && !usage(key).differentiated_by && usage(key).leads &&
      name.text[0] >= 'a' && name.text[0] <= 'z')
    not_read("function", name.span, "the function `" + name.text + "` is not known", "define it before its first use");
  return load_entry(infer(name, c, nullptr, nullptr), name, nullptr, nullptr, left_sub, left_sup, c);
}

/// s where only s² was given a meaning.
Val Elaborator::root_of(Entry& square, const Syn& name, const SynPtr& sub, SynPtr& left_sub, Context& c) {
  SynPtr left_sup;
  const Val v = load_entry(square, name, sub, nullptr, left_sub, left_sup, c);
  if (v.function) misfit(name.span, shown_name(name) + "² is " + shape_text(v) + ", it has no root");
  c.readings.push_back(shown_name(name) + " is the positive root of " + shown_name(name) + "²");
  Val root = algebra_.map(v, make::sqrt);
  root.span = name.span;
  return root;
}

std::vector<SynPtr> Elaborator::statement_sides(const Context& c) const {
  std::vector<SynPtr> sides;
  for (const Chain* chain : c.statement)
    for (const SynPtr& side : chain->sides) sides.push_back(side);
  return sides;
}

Val Elaborator::ones(const Range& range, Span span) {
  const IndexVar* i = make::fresh("i", range.lo, range.hi);
  return Val{make::number(1), {i}, false, false, span, nullptr, nullptr};
}

Val Elaborator::identity(const Range& range, Span span) {
  const IndexVar* i = make::fresh("i", range.lo, range.hi);
  const IndexVar* j = make::fresh("j", range.lo, range.hi);
  return Val{make::delta(make::index(i), make::index(j)), {i, j}, false, false, span, nullptr, nullptr};
}

Val Elaborator::with_subscript(Val base, const Syn& sub, Context& c) {
  auto items = script_items(std::make_shared<Syn>(sub));
  if (base.function) {
    const Symbol& f = *base.function->chain.front();
    if (auto slots = argument_slots(f, f.name, items); f.indices.empty() && !slots.empty()) {
      base.function->partials = std::move(slots);
      c.readings.push_back("the subscripts of " + f.name + " are the arguments that it is differentiated by");
      return base;
    }
    if (f.indices.empty()) misfit(sub.span, f.name + " has no component to choose");
    for (const SynPtr& item : items) base.function->component.push_back(index_value(*item, c));
    return base;
  }
  if (base.scalar()) misfit(sub.span, "a scalar has no components");
  if (items.size() > base.rank()) misfit(sub.span, "too many indices for " + shape_text(base));
  for (const SynPtr& item : items) {
    Range axis{base.axes[0]->lo, base.axes[0]->hi};
    Expr at = item->kind == SynKind::name && !c.bound.contains(name_key(*item)) && !dims().has(name_key(*item))
                  ? make::index(letter_index(name_key(*item), c, &axis))
                  : index_value(*item, c);
    base = algebra_.component(base, 0, at);
  }
  return base;
}

Val Elaborator::with_superscript(Val base, const Syn& sup, Context& c) {
  Span span = cover(base.span, sup.span);
  if (is_transpose(sup)) {
    if (base.scalar() && base.body->kind == Kind::ref) {
      if (auto it = inferred.find(base.body->symbol); it != inferred.end() && base.body->kids.empty())
        unsettled |= known_.raise(it->second, 1);
      if (sup.text == "T" && (dims().has("T") || scan_.size_letters.contains("T")) &&
          !inferred.contains(base.body->symbol))
        return algebra_.power(base, make::ref(dims().named("T", "T")));
    }
    Val out = algebra_.transpose(std::move(base));
    out.span = span;
    return out;
  }
  if (sup.kind == SynKind::group && sup.open.empty() && sup.kids.size() == 1)
    return with_superscript(std::move(base), *sup.kids[0], c);
  if (sup.kind == SynKind::sum && sup.kids.size() == 1 && sup.signs[0] < 0) {
    const Syn& inner = *sup.kids[0];
    if (is_transpose(inner)) return algebra_.transpose(algebra_.inverse(base));
    if (inner.kind == SynKind::number && inner.text == "1") {
      Val out = algebra_.inverse(base);
      out.span = span;
      return out;
    }
  }
  if (sup.kind == SynKind::product && sup.kids.size() >= 2 &&
      (sup.kids[0]->kind == SynKind::op || sup.kids[0]->text == "∘" || sup.kids[0]->text == "⊙")) {
    // x^{⊙2}, x^{∘2}: element-wise power.
    Syn rest = sup;
    rest.kids.erase(rest.kids.begin());
    Expr exponent = scalar_value(rest.kids.size() == 1 ? *rest.kids[0] : rest, c).body;
    Val out = algebra_.map(base, [&](Expr e) { return make::pow(e, exponent); });
    out.span = span;
    return out;
  }
  if (is_label_mark(sup)) not_read("label", sup.span, "this label is not known here");
  Val exponent = value(sup, c);
  if (!exponent.scalar()) misfit(sup.span, "the exponent is " + shape_text(exponent));
  Val out = algebra_.power(base, exponent.body);
  out.span = span;
  return out;
}

bool Elaborator::labelled(const Syn& base, const SynPtr& sub, const Context& c) const {
  if (!sub || sub->kind != SynKind::name || usage(name_key(base)).labels.empty()) return false;
  std::string letter = name_key(*sub);
  return !scan_.index_letters.contains(letter) && !c.ranges.contains(letter) && !c.bound.contains(letter);
}

bool Elaborator::indices_only(const SynPtr& script) const {
  auto items = script_items(script);
  return std::all_of(items.begin(), items.end(), [&](auto& item) { return scan_.index_like(*item); });
}

Val Elaborator::scripts_value(const Syn& s, Context& c) {
  const Syn& base = *s.kids[0];
  SynPtr sub = s.sub, sup = s.sup;
  if (sup && sup->kind == SynKind::product && sup->kids.size() == 2 && is_transpose(*sup->kids[1])) {
    Syn inner = s;  // h^{(t)⊤}
    inner.sup = sup->kids[0];
    Val out = algebra_.transpose(quantity(scripts_value(inner, c), c));
    out.span = s.span;
    return out;
  }
  if (base.kind == SynKind::group && base.open == "(" && base.kids.size() > 1 && !sub && sup && is_transpose(*sup))
    return tuple(base, c);
  Val v;
  if (base.kind == SynKind::name && !adjoint_accent.empty() && base.accent == adjoint_accent && adjoint_syntax &&
      !c.scope->find(name_key(base)))
    return adjoint(s, c);
  if (base.kind == SynKind::name) {
    std::string key = name_key(base);
    bool formal = c.formals.contains(key);
    SynPtr left_sub = sub, left_sup = sup;
    Entry* entry = nullptr;
    if (!formal) {
      struct Literal {
        bool sub, sup;
      };
      // e^x beside vectors e_1, …, e_n, which have no power.
      if (base.text == "e" && sup && !sub && !is_transpose(*sup) && (entry = c.scope->find(key)) &&
          (entry->alias || (entry->symbol && entry->symbol->family > 0 && entry->symbol->places[0] == Place::sub)))
        if (auto special = special_scripts(s, c)) return *special;
      entry = nullptr;
      for (Literal literal : {Literal{true, true}, Literal{true, false}, Literal{false, true}}) {
        if ((literal.sub && !sub) || (literal.sup && !sup)) continue;
        std::string name = literal_key(s, literal.sub, literal.sup);
        if (name.empty()) continue;
        if ((entry = c.scope->find(name))) {
          if (literal.sub) left_sub = nullptr;
          if (literal.sup) left_sup = nullptr;
          break;
        }
      }
    }
    if (entry) {
      SynPtr none_sub, none_sup;
      v = load_entry(*entry, base, left_sub, left_sup, none_sub, none_sup, c);
      left_sub = none_sub;
      left_sup = none_sup;
    } else if (formal) {
      v = load_scripted(c.formals[key], base, sub, sup, left_sub, left_sup, c);
    } else if ((entry = c.scope->find(key))) {
      v = load_entry(*entry, base, sub, sup, left_sub, left_sup, c);
    } else if (Entry* square = c.scope->find(key + "^2"); square && square->symbol && !c.bound.contains(key)) {
      v = root_of(*square, base, sub, left_sub, c);
    } else if (auto special = special_scripts(s, c)) {
      return *special;
    } else if (c.bound.contains(key) || c.indices.contains(key) || dims().has(key) ||
               scan_.size_letters.contains(key)) {
      if (sub)
        return algebra_.scalar(size_value(
                                   *[&] {
                                     auto copy = std::make_shared<Syn>(s);
                                     copy->sup = nullptr;
                                     return copy;
                                   }(),
                                   c),
                               s.span);
      v = name_value(base, c);
      left_sub = sub;
    } else if (name_is_constant(base) && !(base.text == "π" && usage(key).subs > 0)) {
      v = name_value(base, c);
    } else if (sub && (!indices_only(sub) || labelled(base, sub, c))) {
      v = load_entry(infer_label(s, c), base, nullptr, sup, left_sub, left_sup, c);
      left_sub = nullptr;
    } else {
      v = load_entry(infer(base, c, sub, sup), base, sub, sup, left_sub, left_sup, c);
    }
    sub = left_sub;
    sup = left_sup;
    v.span = s.span;
  } else if (base.kind == SynKind::group && (base.open == "‖" || base.open == "|")) {
    return norm(base, sub, sup, c);
  } else if (auto special = special_scripts(s, c)) {
    return *special;
  } else {
    v = value(base, c);
  }
  if (sub) v = with_subscript(std::move(v), *sub, c);
  if (s.primes) {
    if (v.function) {
      v.function->primes += s.primes;
      return v;
    }
    if (v.scalar()) {
      // (u v)': by the one variable that the bracket depends on.
      v = prime_of(v, s.primes);
      return sup ? with_superscript(std::move(v), *sup, c) : v;
    }
    for (int i = 0; i < s.primes; ++i) v = algebra_.transpose(std::move(v));
  }
  if (sup && v.function && is_transpose(*sup) && sup->style == "prime") {  // f' in plain text
    ++v.function->primes;
    return v;
  }
  if (sup) v = with_superscript(quantity(std::move(v), c), *sup, c);
  v.span = s.span;
  return v;
}

Val Elaborator::prime_of(const Val& v, int order) {
  std::vector<const Symbol*> candidates;
  for (const Symbol* s : symbols_in(v.body))
    if ((s->role == Role::variable || s->role == Role::parameter) && !s->defined() && s->indices.empty() &&
        !s->traits.integer)
      candidates.push_back(s);
  if (candidates.size() != 1) not_read("prime", v.span, "it is not said what ' differentiates by", "write d/dx");
  Val out = v;
  for (int i = 0; i < order; ++i) out.body = make::deriv(out.body, make::ref(candidates[0]));
  out.numeral = false;
  return out;
}

Val Elaborator::quantity(Val v, Context& c) {
  if (!v.function) return v;
  const FunctionVal f = *v.function;
  const Symbol* symbol = f.chain.back();
  if (!symbol->defined()) return v;
  Val out = apply(f, default_arguments(symbol, c, v.span), v.span, c);
  if (f.power) out = with_superscript(std::move(out), *f.power, c);
  std::string names;
  for (const Symbol* formal : symbol->formals) names += (names.empty() ? "" : ", ") + formal->name;
  c.readings.push_back(f.chain.front()->name + " stands for " + f.chain.front()->name + "(" + names + ")");
  return out;
}

}  // namespace gradus
