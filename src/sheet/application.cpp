// Functions and their arguments: abstract ones, defined ones, compositions, copies f_1, f_2.
#include <algorithm>

#include "sheet/describe.h"
#include "sheet/elaborator.h"

namespace gradus {

namespace {

bool only_by_convention(const std::string& name) { return name == "σ" || name == "Φ" || name == "Γ"; }

}  // namespace

std::vector<int> Elaborator::argument_slots(const Symbol& f, const std::string& key,
                                            const std::vector<SynPtr>& items) const {
  const std::size_t count = f.formals.size();
  std::vector<int> slots;
  if (scan_.numbered_partials.contains(key)) {
    for (const SynPtr& item : items)
      for (char digit : item->kind == SynKind::number ? item->text : "0")
        if (digit >= '1' && digit <= '9') slots.push_back(digit - '1');
    const bool fit = std::all_of(slots.begin(), slots.end(), [&](int k) {
      return k < static_cast<int>(count) && f.formals[static_cast<std::size_t>(k)]->indices.empty();
    });
    return fit ? slots : std::vector<int>{};
  }
  for (const SynPtr& item : items)
    for (std::size_t k = 0; k < count; ++k)
      if (item->kind == SynKind::name && f.formals[k]->indices.empty() && f.formals[k]->name == shown_name(*item))
        slots.push_back(static_cast<int>(k));
  return count > 1 && slots.size() == items.size() ? slots : std::vector<int>{};
}

bool Elaborator::is_function(const Syn& syn, Context& c) {
  const Syn& base = base_of(syn);
  if (base.kind != SynKind::name) return false;
  std::string key = name_key(base);
  if (c.formals.contains(key) || c.bound.contains(key)) return false;
  if (syn.kind == SynKind::scripts)
    for (auto [sub, sup] : {std::pair{true, true}, {true, false}, {false, true}}) {
      if ((sub && !syn.sub) || (sup && !syn.sup)) continue;
      if (Entry* entry = c.scope->find(literal_key(syn, sub, sup))) return !entry->symbol;
    }
  if ((base.accent == "dot" || base.accent == "ddot") && !c.scope->find(key)) {
    Entry* moving = c.scope->find(base.text);
    return moving && moving->callable && !moving->symbol && moving->callable->formals.size() == 1 &&
           moving->callable->formals[0]->indices.empty();
  }
  if (Entry* entry = c.scope->find(key))
    return !entry->symbol && !entry->alias && (entry->callable || !entry->composition.empty());
  if (is_named_function(base.text)) {
    const Usage& use = usage(key);
    return !only_by_convention(base.text) || ((use.called || use.primed) && base.accent.empty());
  }
  const Usage& use = usage(key);
  // A function that is declared further down may be called with anything.
  std::vector<std::string> arguments = use.call_names;
  if (arguments.empty() && scan_.functions.contains(key) && use.call_arity.size() == 1)
    for (int k = 1; k <= *use.call_arity.begin(); ++k) arguments.push_back("·" + std::to_string(k));
  if (!use.called || arguments.empty() || use.differentiated_by || dims().has(key) || matrix_convention) return false;
  if (scan_.index_letters.contains(base.text) || base.text == "d" || base.text == "D" || base.text == "∂" ||
      base.text == "I")
    return false;
  // An undeclared name that is called with plain names is an abstract function of them.
  Symbol* f = new_symbol(base);
  f->role = Role::function;
  std::string hint = hint_key(base, c);
  int rank = known_.ranks.contains(hint) ? known_.ranks[hint] : 0;
  int subs = syn.kind == SynKind::scripts && use.subs ? use.subs : 0;
  for (int i = 0; i < std::max(rank, subs); ++i) {
    f->places.push_back(Place::axis);
    f->indices.push_back(dims().flexible(key + "@" + hint + "#" + std::to_string(i)));
  }
  inferred[f] = hint;
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    Symbol* formal = Pool::current().new_symbol(arguments[k]);
    formal->latex = arguments[k];
    formal->role = Role::parameter;
    std::string formal_hint = hint + "(" + std::to_string(k) + ")";
    int formal_rank = known_.ranks.contains(formal_hint) ? known_.ranks[formal_hint] : 0;
    for (int i = 0; i < formal_rank; ++i) {
      formal->places.push_back(Place::axis);
      formal->indices.push_back(dims().flexible(arguments[k] + "@" + formal_hint + "#" + std::to_string(i)));
    }
    inferred[formal] = formal_hint;
    f->formals.push_back(formal);
  }
  Entry& entry = c.scope->entries[key];
  entry.key = key;
  entry.callable = f;
  entry.span = base.span;
  return true;
}

Val Elaborator::function_value(const Syn& head, Context& c) {
  const Syn& base = base_of(head);
  std::string key = name_key(base);
  Entry* entry = nullptr;
  SynPtr sub, sup;
  if (head.kind == SynKind::scripts) {
    sub = head.sub;
    sup = head.sup;
    for (auto [with_sub, with_sup] : {std::pair{true, true}, {true, false}, {false, true}}) {
      if ((with_sub && !sub) || (with_sup && !sup)) continue;
      if ((entry = c.scope->find(literal_key(head, with_sub, with_sup)))) {
        if (with_sub) sub = nullptr;
        if (with_sup) sup = nullptr;
        break;
      }
    }
  }
  if (!entry) entry = c.scope->find(key);
  int dots = 0;
  if (!entry && is_function(head, c)) {
    entry = c.scope->find(key);
    if (!entry && (base.accent == "dot" || base.accent == "ddot")) {
      entry = c.scope->find(base.text);
      dots = base.accent == "dot" ? 1 : 2;
    }
  }
  if (entry && entry->broken)
    not_read("definition", head.span, "the definition of " + shown_name(base) + " was not understood",
             "see the message there");
  if (!entry || (!entry->callable && entry->composition.empty()))
    not_read("undeclared", head.span, "the function " + shown_name(base) + " is not known here");
  Val v;
  v.span = head.span;
  v.function = std::make_shared<FunctionVal>();
  if (!entry->composition.empty())
    v.function->chain = entry->composition;
  else
    v.function->chain = {entry->callable};
  v.function->primes = dots + (head.kind == SynKind::scripts ? head.primes : 0);
  Symbol* f = v.function->chain.front();
  std::vector<std::size_t> below, above;
  for (std::size_t k = 0; k < f->indices.size(); ++k)
    (f->places[k] == Place::axis || f->places[k] == Place::sub ? below : above).push_back(k);
  v.function->component.assign(f->indices.size(), nullptr);
  if (sup && sup->kind == SynKind::group && sup->open == "(" && above.empty() && sup->kids.size() == 1 &&
      sup->kids[0]->kind == SynKind::number && sup->kids[0]->text.size() == 1) {
    v.function->primes += sup->kids[0]->text[0] - '0';  // f^{(n)}
    sup = nullptr;
  }
  if (sup && above.empty() && sup->kind == SynKind::number) {
    v.function->power = sup;  // f^2(x)
    sup = nullptr;
  }
  if (sup) {
    auto items = script_items(sup);
    if (items.size() > above.size())
      not_read("function-power", sup->span, "a superscript on a function is not read here",
               "put the power behind the argument");
    for (std::size_t i = 0; i < items.size(); ++i) v.function->component[above[i]] = index_value(*items[i], c);
  }
  if (sub) {
    auto items = script_items(sub);
    bool numeral = items.size() == 1 && items[0]->kind == SynKind::number;
    if (auto slots = argument_slots(*f, key, items); below.empty() && !slots.empty()) {
      v.function->partials = std::move(slots);
      c.readings.push_back("the subscripts of " + f->name + " are the arguments that it is differentiated by");
    } else if (numeral && (below.empty() || c.liberty.copies)) {
      if (f->formals.size() > 1)
        not_read("ambiguous", sub->span,
                 f->name + "_" + items[0]->text + " may be a use of " + f->name + " or a partial derivative",
                 "say which: \"f_1, f_2 denote the partial derivatives\"");
      v.function->copy = std::stoi(items[0]->text.substr(0, 6));
      c.readings.push_back(f->name + "_" + items[0]->text + " is a use of " + f->name);
    } else {
      if (items.size() > below.size()) misfit(sub->span, f->name + " has no component to choose");
      for (std::size_t i = 0; i < items.size(); ++i) {
        Range axis = dims().resolve(f->indices[below[i]]);
        v.function->component[below[i]] = items[i]->kind == SynKind::name && !c.bound.contains(name_key(*items[i])) &&
                                                  !dims().has(name_key(*items[i]))
                                              ? make::index(letter_index(name_key(*items[i]), c, &axis))
                                              : index_value(*items[i], c);
      }
    }
  }
  return v;
}

std::vector<Val> Elaborator::arguments(const Syn& group, Context& c) {
  std::vector<Val> args;
  for (const SynPtr& kid : group.kids) {
    args.push_back(quantity(value(*kid, c), c));
    if (args.back().span.empty()) args.back().span = kid->span;
  }
  return args;
}

std::vector<Val> Elaborator::default_arguments(const Symbol* f, Context& c, Span span) {
  std::vector<Val> args;
  const Usage& use = usage(f->name);
  for (std::size_t k = 0; k < f->formals.size(); ++k) {
    std::string name = f->formals[k]->name;
    if (name.rfind("·", 0) == 0 || name.empty()) {
      if (k >= use.call_names.size() || use.call_names.size() != f->formals.size())
        not_read("argument", span, f->name + " stands without its argument", "write its argument in brackets");
      name = use.call_names[k];
    }
    Syn syn;
    syn.kind = SynKind::name;
    std::size_t colon = name.rfind(':');
    syn.text = colon == std::string::npos ? name : name.substr(colon + 1);
    syn.accent = colon == std::string::npos ? "" : name.substr(0, colon);
    syn.latex = f->formals[k]->latex;
    syn.span = span;
    Val v = quantity(name_value(syn, c), c);
    hint_argument(v, *f->formals[k]);
    args.push_back(v);
  }
  return args;
}

void Elaborator::hint_argument(const Val& v, const Symbol& formal) {
  if (!v.scalar() || formal.indices.empty() || !v.body || v.body->kind != Kind::ref) return;
  if (auto it = inferred.find(v.body->symbol); it != inferred.end())
    known_.raise(it->second,
                 static_cast<int>(formal.indices.size()));  // x_l where a vector is needed: a family of vectors
}

void Elaborator::fit_arguments(Symbol* f, std::vector<Val>& args, Span span) {
  for (const Val& arg : args)
    if (arg.function) misfit(arg.span, "a function cannot be handed to " + f->name);
  if (f->formals.size() == 1 && args.size() > 1) {
    const Symbol* formal = f->formals[0];
    if (formal->indices.size() == args.size() && !f->defined() &&
        std::all_of(args.begin(), args.end(), [&](const Val& a) {
          std::size_t k = static_cast<std::size_t>(&a - args.data());
          Range r = dims().resolve(formal->indices[k]);
          return a.rank() == 1 && dims().unify({a.axes[0]->lo, a.axes[0]->hi}, r);
        })) {
      std::string declared, repaired;
      std::vector<const Symbol*> formals;
      for (std::size_t k = 0; k < args.size(); ++k) {
        Symbol* slot = Pool::current().new_symbol("·" + std::to_string(k + 1));
        slot->role = Role::parameter;
        slot->places = {Place::axis};
        slot->indices = {formal->indices[k]};
        formals.push_back(slot);
        declared += (k ? "×" : "") + length_text(formal->indices[k]);
        repaired += (k ? " × " : "") + std::string("ℝ^") + length_text(formal->indices[k]);
      }
      f->formals = formals;
      notes.push_back(
          {Severity::warning, "domain", span,
           f->name + " is declared on ℝ^{" + declared + "} and used with " + std::to_string(args.size()) + " arguments",
           "declare its domain as " + repaired + "; it is read so from here on"});
      return;
    }
    if (formal->indices.size() == 1) {
      Range range = dims().resolve(formal->indices[0]);
      bool scalars = std::all_of(args.begin(), args.end(), [](const Val& a) { return a.scalar(); });
      auto length = compare(Relation::eq, make::add({make::sub(range.hi, range.lo), make::number(1)}),
                            make::number(static_cast<long>(args.size())));
      if (scalars && length && *length) {
        // f : ℝ² → ℝ called as f(x, y).
        const IndexVar* i = make::fresh("i", range.lo, range.hi);
        Expr body = args.back().body;
        for (std::size_t k = args.size() - 1; k-- > 0;)
          body = make::select(Relation::eq, make::index(i), make::add({range.lo, make::number(static_cast<long>(k))}),
                              args[k].body, body);
        args = {Val{body, {i}, false, false, span, nullptr, nullptr}};
        return;
      }
    }
  }
  if (args.size() != f->formals.size())
    throw Fit{{Severity::error, "arity", span,
               f->name + " takes " + std::to_string(f->formals.size()) +
                   (f->formals.size() == 1 ? " argument" : " arguments") + ", here are " + std::to_string(args.size()),
               ""},
              true};
}

Val Elaborator::apply_symbol(Symbol* f, std::vector<Val> args, const std::vector<Expr>& component, Span span,
                             Context& c, std::vector<int> by) {
  // A scalar function of one scalar acts on each entry of an array.
  if (f->formals.size() == 1 && f->formals[0]->indices.empty() && args.size() == 1 && !args[0].scalar() &&
      !args[0].function && f->indices.empty()) {
    if (auto it = inferred.find(f->formals[0]);
        it != inferred.end() && !f->defined() && f->name != "σ" && f->name != "ϕ" && f->name != "φ") {
      known_.raise(it->second, static_cast<int>(args[0].rank()));
    }
    std::vector<Slot> slots(by.size(), Slot{0, {}});
    Val out = args[0];
    out.body = make::apply(f, {}, {Lambda{{}, args[0].body}}, slots);
    out.numeral = false;
    out.leibniz = nullptr;
    out.span = span;
    return out;
  }
  const std::size_t written = args.size();
  fit_arguments(f, args, span);
  // f : ℝ² → ℝ called as f(x, y): the slot is a component of the one argument.
  const bool packed = written > args.size();
  std::vector<Lambda> lambdas;
  for (std::size_t k = 0; k < args.size(); ++k) {
    const Symbol& formal = *f->formals[k];
    const Val& arg = args[k];
    hint_argument(arg, formal);
    if (arg.rank() != formal.indices.size()) {
      if (auto it = inferred.find(&formal); it != inferred.end())
        known_.raise(it->second, static_cast<int>(arg.rank()));
      if (arg.numeral) {
        // f(0): zero in every entry.
        IndexVars axes;
        for (const Range& r : formal.indices)
          axes.push_back(make::fresh("i", dims().resolve(r).lo, dims().resolve(r).hi));
        lambdas.push_back(Lambda{axes, arg.body});
        continue;
      }
      Val wanted;
      for (const Range& r : formal.indices)
        wanted.axes.push_back(make::fresh("i", dims().resolve(r).lo, dims().resolve(r).hi));
      misfit(arg.span.empty() ? span : arg.span, "argument " + std::to_string(k + 1) + " of " + f->name +
                                                     " should be " + shape_text(wanted) + ", this is " +
                                                     shape_text(arg));
    }
    algebra_.require_plain(arg);
    for (std::size_t i = 0; i < arg.rank(); ++i)
      if (!dims().unify(formal.indices[i], {arg.axes[i]->lo, arg.axes[i]->hi}))
        misfit(arg.span.empty() ? span : arg.span,
               "argument " + std::to_string(k + 1) + " of " + f->name + " should have length " +
                   length_text(dims().resolve(formal.indices[i])) + ", this is " + shape_text(arg));
    // The lambda's variable runs over the formal's range.
    IndexVars params;
    IndexMap map;
    for (std::size_t i = 0; i < arg.rank(); ++i) {
      Range r = dims().resolve(formal.indices[i]);
      const IndexVar* axis = arg.axes[i];
      const IndexVar* param = make::fresh(axis->name, r.lo ? r.lo : axis->lo, r.hi ? r.hi : axis->hi);
      Expr at = make::index(param);
      if (param->lo && axis->lo && param->lo != axis->lo) at = make::add({at, make::sub(axis->lo, param->lo)});
      map[axis] = at;
      params.push_back(param);
    }
    lambdas.push_back(Lambda{params, map.empty() ? arg.body : substitute(arg.body, map)});
  }
  Val like = load(f, component, span);  // for its axes
  std::vector<Expr> indices = like.body->kids;
  Val out = like;
  std::vector<Slot> slots;
  for (std::size_t n = 0; n < by.size(); ++n) {
    const std::size_t slot = packed ? 0 : static_cast<std::size_t>(by[n]);
    const Symbol& formal = *f->formals[slot];
    Slot s{static_cast<std::uint32_t>(slot), {}};
    if (packed) {
      s.at.push_back(make::add({dims().resolve(formal.indices[0]).lo, make::number(by[n])}));
    } else {
      for (const Range& index : formal.indices) {
        Range r = dims().resolve(index);
        const IndexVar* axis = make::fresh(n ? "k" : "j", r.lo, r.hi);
        out.axes.push_back(axis);
        s.at.push_back(make::index(axis));
      }
    }
    slots.push_back(std::move(s));
  }
  // A formal that is an array tells the result's shape; a scalar one acts on what it is given.
  for (std::size_t k = 0; k < f->formals.size(); ++k)
    out.firm = out.firm && (!f->formals[k]->indices.empty() || (k < args.size() && args[k].firm));
  for (int n : by) out.firm = out.firm && (packed || firm.contains(f->formals[static_cast<std::size_t>(n)]));
  if (!by.empty()) out.row = false;
  out.body = make::apply(f, indices, lambdas, slots);
  squeeze(out, c);
  out.span = span;
  return out;
}

void Elaborator::squeeze(Val& v, const Context& c) {
  for (std::size_t i = 0; i < v.axes.size();) {
    const IndexVar* axis = v.axes[i];
    bool single = false;
    for (const Condition& condition : c.conditions)
      if (condition.relation == Relation::eq && axis->hi == condition.a && condition.b->is_one() && axis->lo &&
          axis->lo->is_one())
        single = true;
    if (single)
      v = algebra_.component(v, i, axis->lo);
    else
      ++i;
  }
}

Val Elaborator::apply(const FunctionVal& f, std::vector<Val> args, Span span, Context& c, std::vector<int> slots) {
  if (slots.empty()) slots.assign(static_cast<std::size_t>(f.primes), 0);
  slots.insert(slots.end(), f.partials.begin(), f.partials.end());
  Symbol* inner = f.chain.back();
  if (f.chain.size() == 1) return apply_symbol(inner, std::move(args), f.component, span, c, std::move(slots));
  if (slots.size() > 1)
    not_read("derivative", span, "higher derivatives of a composition are not read here",
             "give the composition a name");
  std::optional<Val> jacobian;
  if (!slots.empty()) jacobian = apply_symbol(inner, args, {}, span, c, slots);
  Val v = apply_symbol(inner, std::move(args), {}, span, c, {});
  for (std::size_t i = f.chain.size() - 1; i-- > 0;) {
    const std::vector<Expr> component = i == 0 ? f.component : std::vector<Expr>{};
    if (jacobian) {
      Val outer = apply_symbol(f.chain[i], {v}, component, span, c, {0});
      bool scalar_link = f.chain[i]->formals[0]->indices.empty();
      jacobian = scalar_link ? algebra_.multiply(outer, *jacobian, false) : algebra_.contract(outer, *jacobian);
    }
    v = apply_symbol(f.chain[i], {v}, component, span, c, {});
  }
  return jacobian ? *jacobian : v;
}

}  // namespace gradus
