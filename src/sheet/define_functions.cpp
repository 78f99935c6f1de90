// Functions that a definition makes: their parameters, compositions, names that stand for the value of a function, and
// brackets that only say what a quantity depends on.
#include <algorithm>

#include "sheet/reader.h"

namespace gradus {

namespace {

/// The most subscripts that the name has at once in it.
int subscripts(const Syn& s, const std::string& key) {
  int most = 0;
  if (s.kind == SynKind::scripts && s.sub && s.kids[0]->kind == SynKind::name && name_key(*s.kids[0]) == key)
    most = static_cast<int>(script_items(s.sub).size());
  for (const SynPtr& kid : s.kids) {
    if (kid) most = std::max(most, subscripts(*kid, key));
  }
  return most;
}

}  // namespace

Symbol* SheetReader::copy_layout(const Symbol& like, const Syn& name, Role role) {
  Symbol* symbol = Pool::current().new_symbol(shown_name(base_of(name)));
  symbol->latex = base_of(name).latex.empty() ? symbol->name : base_of(name).latex;
  symbol->role = role;
  symbol->indices = like.indices;
  for (Range& r : symbol->indices) r = e_.dims().resolve(r);
  symbol->places = like.places;
  symbol->vars = like.vars;
  symbol->family = like.family;
  symbol->row = like.row;
  symbol->traits = like.traits;
  if (e_.firm.contains(&like)) e_.firm.insert(symbol);
  return symbol;
}

Symbol* SheetReader::formal_for(const Syn& name, const std::string& function, const Symbol* declared, Context& c) {
  std::string key = name.kind == SynKind::scripts ? literal_key(name, true, false) : name_key(name);
  if (declared) return copy_layout(*declared, name, Role::parameter);
  Entry* entry = scope_->find(key);
  if (entry && entry->symbol && !e_.inferred.contains(entry->symbol)) {
    Symbol* formal = copy_layout(*entry->symbol, name, Role::parameter);
    bool above = std::any_of(formal->places.begin(), formal->places.end(),
                             [](Place p) { return p == Place::sup_paren || p == Place::sup_bracket; });
    if (name.kind == SynKind::name && formal->family > 0 && (formal->rank() > 0 || above)) {
      // h(x) beside samples x^{(i)}: the parameter is one of them.
      auto cut = static_cast<std::ptrdiff_t>(formal->family);
      formal->indices.erase(formal->indices.begin(), formal->indices.begin() + cut);
      formal->places.erase(formal->places.begin(), formal->places.begin() + cut);
      if (!formal->vars.empty()) formal->vars.erase(formal->vars.begin(), formal->vars.begin() + cut);
      formal->family = 0;
    }
    return formal;
  }
  // Undeclared: its shape is learned under a name of its own.
  Scope own;
  own.parent = nullptr;
  Context inner = c;
  inner.scope = &own;
  Syn renamed = base_of(name);
  Symbol* like = nullptr;
  {
    std::string hint = std::to_string(scopes_.size()) + ":" + key + "@" + function;
    int rank = e_.knowledge().ranks.contains(hint) ? e_.knowledge().ranks[hint] : 0;
    const Usage& use = e_.usage(key);
    // Its components are those of its own definition: a later variable of that name is another thing.
    int own_subs = 0;
    for (const Chain* chain : c.statement) {
      for (const SynPtr& side : chain->sides) {
        if (side) own_subs = std::max(own_subs, subscripts(*side, key));
      }
    }
    const bool apart = e_.usage(function).called_apart && !c.statement.empty() && c.statement[0]->sides.size() > 1 &&
                       c.statement[0]->sides[1] && own_subs == 0;
    const int subs = apart ? 0 : own_subs > 0 ? std::min(own_subs, use.subs) : use.subs;
    like = Pool::current().new_symbol(shown_name(renamed));
    like->latex = renamed.latex.empty() ? like->name : renamed.latex;
    like->role = Role::parameter;
    bool upper = renamed.text[0] >= 'A' && renamed.text[0] <= 'Z';
    if (renamed.style == "bold") rank = std::max(rank, upper ? 2 : 1);
    if (use.transposed && !upper && subs == 0) rank = std::max(rank, 1);  // x^T A x
    if (e_.matrix_convention && renamed.text.size() == 1)
      rank = std::max(rank, upper ? 2 : renamed.text[0] >= 'h' ? 1 : 0);
    bool open = use.sups > 1 && use.sup_index;
    if (open) {
      for (int i = 0; i < subs; ++i) like->places.push_back(Place::sub), like->indices.push_back({});
      for (int i = 0; i < use.sups; ++i) like->places.push_back(Place::sup), like->indices.push_back({});
      like->family = like->indices.size();
    } else {
      int axes = std::max(rank, subs);
      for (int i = 0; i < axes; ++i) {
        like->places.push_back(Place::axis);
        like->indices.push_back(e_.dims().flexible(key + "@" + hint + "#" + std::to_string(i)));
      }
    }
    e_.inferred[like] = hint;
  }
  return like;
}

void SheetReader::define_composition(const Syn& name, const Syn& rhs, Context& c) {
  Val v = e_.value(rhs, c);
  if (!v.function) misfit(rhs.span, "this is " + shape_text(v) + ", not a function");
  define_as(name, *v.function, {}, rhs.span, c);
}

/// "x = x(t)", "u = u(x, y)": the name alone means the value of an unknown function of what stands in the brackets.
bool SheetReader::states_dependence(const Chain& chain) {
  if (chain.rels != std::vector<std::string>{"="} || !chain.sides[0] || chain.sides[0]->kind != SynKind::name)
    return false;
  const Syn& name = *chain.sides[0];
  const Syn& rhs = *chain.sides[1];
  if (rhs.kind != SynKind::product || rhs.kids.size() != 2 || rhs.kids[0]->kind != SynKind::name ||
      name_key(*rhs.kids[0]) != name_key(name) || rhs.kids[1]->kind != SynKind::group)
    return false;
  const Syn& group = *rhs.kids[1];
  const bool plain = std::all_of(group.kids.begin(), group.kids.end(),
                                 [](const SynPtr& kid) { return kid && kid->kind == SynKind::name; });
  if (!plain || group.kids.empty() || group.open != "(") return false;
  Context c = context();
  c.statement = {&chain};
  Entry* known = scope_->find(name_key(name));
  if (known && known->symbol && e_.inferred.contains(known->symbol)) known = nullptr;
  if (known && known->callable && known->callable->defined()) {
    note(Statement::Kind::shown, chain.span, std::string(source_.text(chain.span)));
    return true;
  }
  FunctionVal f;
  if (known && known->callable) {
    f.chain = {known->callable};
  } else {
    Symbol* abstract = known && known->symbol ? copy_layout(*known->symbol, name, Role::function) : e_.new_symbol(name);
    abstract->role = Role::function;
    for (const SynPtr& kid : group.kids) abstract->formals.push_back(formal_for(*kid, name_key(name), nullptr, c));
    f.chain = {abstract};
  }
  if (f.chain[0]->formals.size() != group.kids.size()) return false;
  if (Entry* here = scope_->here(name_key(name))) *here = Entry{};  // the same name, known better
  define_as(name, f, group.kids, chain.span, c);
  if (!known) {  // nobody declared it: it means this under the present heading
    Entry& entry = scope_->entries[name_key(name)];
    entry.declared = false;
    e_.inferred[entry.callable] = std::to_string(scope_->number) + ":" + name_key(name) + "()";
  }
  note(Statement::Kind::declaration, chain.span, std::string(source_.text(chain.span)));
  return true;
}

/// A function with this value at its arguments; `names`: what they are called, or as the function calls them.
void SheetReader::define_as(const Syn& name, const FunctionVal& function, const std::vector<SynPtr>& names, Span span,
                            Context& c) {
  std::string key = name_key(base_of(name));
  if (Entry* old = scope_->here(key); old && (old->callable || old->symbol) &&
                                      (old->declared || (old->callable && old->callable->defined())) &&
                                      !(old->callable && !old->callable->defined()))
    open_block(key);
  Symbol* inner = function.chain.back();
  Symbol* h = e_.new_symbol(base_of(name));
  h->role = Role::function;
  std::vector<Val> args;
  for (std::size_t k = 0; k < inner->formals.size(); ++k) {
    const Symbol* formal = inner->formals[k];
    Symbol* own = Pool::current().new_symbol(names.empty() ? formal->name : shown_name(*names[k]));
    own->latex = names.empty() ? formal->latex : names[k]->latex;
    own->role = Role::parameter;
    own->indices = formal->indices;
    own->places = formal->places;
    own->family = formal->family;
    own->row = formal->row;
    h->formals.push_back(own);
    args.push_back(e_.load(own, {}, span));
  }
  Context plain = c;
  plain.conditions.clear();
  Val body = e_.apply(function, args, span, plain);
  Clause clause;
  for (const IndexVar* axis : body.axes) {
    h->indices.push_back({axis->lo, axis->hi});
    h->places.push_back(Place::axis);
    clause.vars.push_back(axis);
    clause.pattern.push_back(make::index(axis));
  }
  h->row = body.row;
  clause.body = body.body;
  h->clauses.push_back(clause);
  if (body.firm) e_.firm.insert(h);
  Entry& entry = scope_->entries[key];
  entry = Entry{};
  entry.key = key;
  entry.callable = h;
  entry.declared = true;
  entry.span = name.span;
}

/// Whether the body depends, through defined quantities, on a variable that a parameter of the same name hides.
bool SheetReader::depends_through_definitions(Expr body, const Context& c) const {
  for (const auto& [key, formal] : c.formals) {
    Entry* global = scope_->find(key);
    if (!global || !global->symbol || global->symbol->defined()) continue;
    if (depends_on(body, global->symbol)) return true;
  }
  return false;
}

/// ℓ(ŷ, y) = … with a defined ŷ, e(θ) = … where the sheet differentiates by e: the brackets only say what it depends
/// on.
bool SheetReader::names_quantities(const std::string& key, const Syn& group) const {
  const Usage& use = e_.usage(key);
  if (use.called_apart) return false;
  bool defined = false, known = true;
  for (const SynPtr& arg : group.kids) {
    Entry* entry = scope_->find(arg->kind == SynKind::scripts ? literal_key(*arg, true, false) : name_key(*arg));
    const bool quantity = entry && entry->symbol && !entry->broken && !e_.inferred.contains(entry->symbol);
    known = known && quantity;
    defined = defined || (quantity && entry->symbol->defined());
  }
  return defined || (known && use.differentiated_by && !use.primed);
}

}  // namespace gradus
