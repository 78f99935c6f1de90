// Declarations: names and families, functions and their domains.
#include <algorithm>

#include "expr/traits.h"
#include "sheet/describe.h"
#include "sheet/reader.h"

namespace gradus {

namespace {

bool same(const Range& a, const Range& b) { return a.lo == b.lo && a.hi == b.hi; }

bool same_shape(const std::vector<Range>& a, const std::vector<Range>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same);
}

}  // namespace

void SheetReader::declare(const Syn& name, const SetShape& shape, Context& c) {
  const Syn& base = base_of(name);
  if (base.kind == SynKind::product && base.kids.size() == 2 && base_of(*base.kids[1]).kind == SynKind::group) {
    // x(t) ∈ ℝ^n: a function of t.
    std::vector<SetShape> domain(base_of(*base.kids[1]).kids.size(), SetShape{{}, false, {}, "ℝ"});
    declare_function(*base.kids[0], domain, shape, c);
    return;
  }
  if (base.kind != SynKind::name) not_read("declaration", name.span, "this cannot be declared");
  std::string key = name_key(base);
  if (shape.traits.integer && shape.axes.empty() && name.kind == SynKind::name && !e_.usage(key).differentiated_by &&
      (e_.scan().size_letters.contains(key) || !e_.scan().index_letters.contains(base.text))) {
    e_.dims().named(key, base.latex);
    return;
  }
  SynPtr sub = name.kind == SynKind::scripts ? name.sub : nullptr;
  SynPtr sup = name.kind == SynKind::scripts ? name.sup : nullptr;
  if (shape.traits.integer && shape.axes.empty() && sub && !sup && e_.scan().size_letters.contains(key) &&
      !e_.usage(key).differentiated_by)
    return;  // n_l ∈ ℕ: what stands in ℝ^{n_l} is a size by itself
  struct Script {
    SynPtr item;
    Place place;
  };
  std::vector<Script> scripts;
  bool literal = false;
  if (sup) {
    Place place = sup->kind == SynKind::group && sup->open == "("   ? Place::sup_paren
                  : sup->kind == SynKind::group && sup->open == "[" ? Place::sup_bracket
                                                                    : Place::sup;
    for (SynPtr& item : script_items(sup)) {
      scripts.push_back({item, place});
      if (!e_.scan().index_like(*item)) literal = true;
      if (item->kind == SynKind::number && !e_.usage(key).letter_above) literal = true;
    }
  }
  if (sub)
    for (SynPtr& item : script_items(sub)) {
      scripts.push_back({item, Place::sub});
      bool quantified = item->kind == SynKind::name &&
                        (ranges_.contains(name_key(*item)) || e_.scan().index_letters.contains(item->text));
      if (item->kind == SynKind::name && !quantified)
        literal |= !e_.scan().index_like(*item) || e_.dims().has(name_key(*item)) || !ranges_.contains(name_key(*item));
      if (item->kind == SynKind::text || e_.labelled(base, sub, c)) literal = true;
      if (item->kind == SynKind::number && !shape.axes.empty() && !e_.usage(key).letter_script) literal = true;
      if (item->kind != SynKind::name && item->kind != SynKind::number && item->kind != SynKind::sum) literal = true;
    }
  if (literal) {
    std::string label = literal_key(name, sub != nullptr, sup != nullptr);
    if (label.empty()) not_read("declaration", name.span, "these scripts are not read in a declaration");
    std::string extra;
    if (sub) extra += "_" + flat(*sub);
    if (sup) extra += "^" + flat(*sup);
    std::string latex;
    if (sub) latex += "_{" + std::string(sub->kind == SynKind::text ? "\\text{" + flat(*sub) + "}" : flat(*sub)) + "}";
    if (sup) latex += "^{" + flat(*sup) + "}";
    Symbol* symbol = e_.new_symbol(base, extra, latex);
    symbol->indices = shape.axes;
    symbol->places.assign(shape.axes.size(), Place::axis);
    symbol->row = shape.row;
    symbol->traits = shape.traits;
    e_.firm.insert(symbol);
    if (Entry* old = scope_->here(label); old && old->declared && old->symbol) {
      if (same_shape(old->symbol->indices, symbol->indices)) return;  // said twice
      open_block(label);
    }
    Entry& entry = scope_->entries[label];
    entry = Entry{};
    entry.key = label;
    entry.symbol = symbol;
    entry.declared = true;
    entry.span = name.span;
    return;
  }
  if (!shape.axes.empty() && !scripts.empty() && !scope_->here(key) &&
      std::all_of(scripts.begin(), scripts.end(), [](const Script& s) { return s.item->kind == SynKind::number; })) {
    // a^{(0)} ∈ ℝ^{n_0} beside a^{(l)}: one member tells the rank of all, not their sizes.
    e_.knowledge().raise(e_.hint_key(base, c), static_cast<int>(shape.axes.size()));
    if (scripts.size() == 1 && scripts[0].item->text.size() == 1)
      e_.knowledge().bases[e_.hint_key(base, c)] = scripts[0].item->text[0] - '0';
    return;
  }
  if (scripts.empty() && ((base.text == "1" || base.text == "𝟏") && !base.style.empty()) && shape.axes.size() == 1) {
    // 𝟏 ∈ ℝ^n is the vector of ones whatever is said of it.
    define_constant(base, shape, make::number(1));
    return;
  }
  if (scripts.empty() && base.text == "I" && shape.axes.size() == 2 && !e_.usage(key).differentiated_by) {
    define_constant(base, shape, nullptr);
    return;
  }
  Symbol* symbol = e_.new_symbol(base);
  bool any_sup = std::any_of(scripts.begin(), scripts.end(), [](const Script& s) { return s.place != Place::sub; });
  bool all_letters =
      std::all_of(scripts.begin(), scripts.end(), [](const Script& s) { return s.item->kind == SynKind::name; });
  bool axes = shape.axes.empty() && !any_sup && all_letters;  // x_i ∈ ℝ for i = 1, …, n: also the vector x
  for (const Script& s : scripts) {
    Range range;
    const IndexVar* var = nullptr;
    if (s.item->kind == SynKind::name || s.item->kind == SynKind::sum) {
      std::string letter = s.item->kind == SynKind::name ? name_key(*s.item) : "";
      bool outside = e_.usage(key).shifted && !axes;  // h_{t-1} reaches beyond t = 1, …, T
      if (auto it = ranges_.find(letter); it != ranges_.end() && !outside) range = it->second;
      if (s.item->kind == SynKind::name) {
        var = make::fresh(letter, range.lo, range.hi);
        c.bound[letter] = var;
      }
    }
    symbol->indices.push_back(range);
    symbol->places.push_back(axes ? Place::axis : s.place);
    symbol->vars.push_back(var);
  }
  if (!axes) symbol->family = scripts.size();
  // The shape again, now that the family's letters are bound (W^l ∈ ℝ^{n_l × n_{l-1}}).
  if (pending_set_ && !scripts.empty()) {
    SetShape again = set_shape(*pending_set_, c);
    symbol->indices.insert(symbol->indices.end(), again.axes.begin(), again.axes.end());
  } else
    symbol->indices.insert(symbol->indices.end(), shape.axes.begin(), shape.axes.end());
  for (const Script& s : scripts)
    if (s.item->kind == SynKind::name) c.bound.erase(name_key(*s.item));
  symbol->places.resize(symbol->indices.size(), Place::axis);
  symbol->vars.resize(symbol->indices.size(), nullptr);
  symbol->row = shape.row;
  symbol->traits = shape.traits;
  if (Entry* old = scope_->here(key)) {
    bool numerals = !scripts.empty() && std::any_of(scripts.begin(), scripts.end(),
                                                    [](const Script& s) { return s.item->kind == SynKind::number; });
    if (old->symbol && numerals && old->symbol->family == scripts.size() &&
        same_shape({old->symbol->indices.begin() + static_cast<std::ptrdiff_t>(old->symbol->family),
                    old->symbol->indices.end()},
                   shape.axes))
      return;  // one more member of a family
    // x_i > 0 says something of x, and not what it is.
    const bool declared = old->declared && old->symbol && !e_.inferred.contains(old->symbol);
    if (declared && !(same_shape(old->symbol->indices, symbol->indices) && old->symbol->row == symbol->row))
      open_block(key);
    else if (old->symbol && old->symbol->defined()) {
      // The type of what is already defined.
      Symbol* defined = old->symbol;
      if (defined->indices.size() == symbol->indices.size())
        for (std::size_t i = 0; i < defined->indices.size(); ++i)
          e_.dims().unify(defined->indices[i], symbol->indices[i]);
      old->declared = true;
      return;
    } else if (declared)
      return;  // said twice
  }
  Entry& entry = scope_->entries[key];
  Symbol* callable = entry.callable;
  if (entry.symbol && e_.inferred.contains(entry.symbol) && !entry.symbol->defined()) {
    // Used before it is declared: the same symbol, once its layout is known.
    Knowledge::Layout layout{symbol->places, symbol->family};
    Knowledge::Layout& known = e_.knowledge().layouts[e_.hint_key(base, c)];
    if (!(known == layout)) known = layout, e_.knowledge().changed = true;
    Symbol* used = entry.symbol;
    if (used->places.size() == symbol->places.size()) {
      for (std::size_t k = 0; k < used->indices.size(); ++k)
        if (used->indices[k].lo && symbol->indices[k].lo) e_.dims().unify(used->indices[k], symbol->indices[k]);
      used->indices = symbol->indices;
      used->places = symbol->places;
      used->family = symbol->family;
      used->vars = symbol->vars;
      used->row = symbol->row;
      merge(used->traits, symbol->traits);
      e_.inferred.erase(used);
      symbol = used;
    }
  }
  entry = Entry{};
  entry.key = key;
  entry.symbol = symbol;
  entry.callable = callable && scope_->here(key) ? callable : nullptr;
  entry.declared = true;
  e_.firm.insert(symbol);
  entry.span = name.span;
}

/// x_1, …, x_m ∈ ℝ^n: a family with that range, as if written with a letter.
bool SheetReader::declare_between(const Syn& first, const Syn& last, const SetShape& shape, Context& c) {
  if (first.kind != SynKind::scripts || last.kind != SynKind::scripts || first.kids[0]->kind != SynKind::name)
    return false;
  bool above = first.sup != nullptr;
  const SynPtr& lo = above ? first.sup : first.sub;
  const SynPtr& hi = above ? last.sup : last.sub;
  if (!lo || !hi) return false;
  auto bare = [](const SynPtr& s) { return s->kind == SynKind::group && s->kids.size() == 1 ? s->kids[0] : s; };
  auto letter = std::make_shared<Syn>();
  letter->kind = SynKind::name;
  letter->text = "k";
  letter->latex = "k";
  letter->span = first.span;
  Syn member = first;
  SynPtr& place = above ? member.sup : member.sub;
  if (place->kind == SynKind::group) {
    auto group = std::make_shared<Syn>(*place);
    group->kids = {letter};
    place = group;
  } else
    place = letter;
  auto kept = ranges_;
  ranges_["k"] = Range{e_.index_value(*bare(lo), c), e_.size_value(*bare(hi), c)};
  declare(member, shape, c);
  ranges_ = kept;
  return true;
}

void SheetReader::define_constant(const Syn& base, const SetShape& shape, Expr entry) {
  Symbol* symbol = e_.new_symbol(base);
  Clause clause;
  for (const Range& range : shape.axes) {
    const IndexVar* axis = make::fresh("i", range.lo, range.hi);
    symbol->indices.push_back(range);
    symbol->places.push_back(Place::axis);
    clause.vars.push_back(axis);
    clause.pattern.push_back(make::index(axis));
  }
  clause.body = entry ? entry : make::delta(clause.pattern[0], clause.pattern[1]);
  symbol->row = shape.row;
  symbol->clauses.push_back(clause);
  Entry& known = scope_->entries[name_key(base)];
  known = Entry{};
  known.key = name_key(base);
  known.symbol = symbol;
  known.declared = true;
  known.span = base.span;
}

void SheetReader::declare_function(const Syn& name, const std::vector<SetShape>& domain, const SetShape& codomain,
                                   Context&) {
  const Syn& base = base_of(name);
  if (base.kind != SynKind::name) not_read("declaration", name.span, "this cannot be declared as a function");
  std::string key =
      name.kind == SynKind::scripts ? literal_key(name, name.sub != nullptr, name.sup != nullptr) : name_key(base);
  if (key.empty()) not_read("declaration", name.span, "these scripts are not read in a declaration");
  // A family of functions f_i, i = 1, …, m.
  std::vector<Range> family;
  if (name.kind == SynKind::scripts && name.sub && !name.sup) {
    auto items = script_items(name.sub);
    if (std::all_of(items.begin(), items.end(),
                    [&](auto& i) { return i->kind == SynKind::name && ranges_.contains(name_key(*i)); })) {
      for (auto& item : items) family.push_back(ranges_[name_key(*item)]);
      key = name_key(base);
    }
  }
  std::vector<SetShape> args = domain;
  const Usage& use = e_.usage(key);
  // f : ℝ² → ℝ that is only ever called as f(x, y).
  if (args.size() == 1 && args[0].axes.size() == 1 && args[0].axes[0].hi->is_number() && use.call_arity.size() == 1 &&
      !use.call_parameters) {
    int arity = *use.call_arity.begin();
    if (arity > 1 && args[0].axes[0].hi->number == arity)
      args.assign(static_cast<std::size_t>(arity), SetShape{{}, false, {}, "ℝ"});
  }
  Symbol* f = e_.new_symbol(
      base, key == name_key(base) ? "" : "_" + flat(*(name.sub ? name.sub : name.sup)),
      key == name_key(base) ? "" : (name.sub ? "_{" : "^{") + flat(*(name.sub ? name.sub : name.sup)) + "}");
  f->role = Role::function;
  f->indices = family;
  f->family = family.size();
  f->places.assign(family.size(), Place::sub);
  f->indices.insert(f->indices.end(), codomain.axes.begin(), codomain.axes.end());
  f->places.resize(f->indices.size(), Place::axis);
  f->row = codomain.row;
  f->traits = codomain.traits;
  e_.firm.insert(f);
  for (std::size_t k = 0; k < args.size(); ++k) {
    std::string shown = use.call_names.size() == args.size() ? use.call_names[k] : "·" + std::to_string(k + 1);
    Symbol* formal = Pool::current().new_symbol(shown);
    formal->latex = shown;
    formal->role = Role::parameter;
    formal->indices = args[k].axes;
    formal->places.assign(args[k].axes.size(), Place::axis);
    formal->row = args[k].row;
    formal->traits = args[k].traits;
    e_.firm.insert(formal);
    f->formals.push_back(formal);
  }
  if (Entry* old = scope_->here(key); old && old->callable) {
    Symbol* g = old->callable;
    bool alike = g->formals.size() == f->formals.size() && same_shape(g->indices, f->indices);
    for (std::size_t k = 0; alike && k < g->formals.size(); ++k)
      alike = same_shape(g->formals[k]->indices, f->formals[k]->indices);
    if (old->declared && alike) return;
    if (!old->declared && g->defined()) {
      // f(x; w) = …, f : ℝ³ → ℝ: the type of what is defined; parameters behind a semicolon need none.
      for (std::size_t k = 0; k < std::min(g->formals.size(), f->formals.size()); ++k)
        for (std::size_t i = 0; i < std::min(g->formals[k]->indices.size(), f->formals[k]->indices.size()); ++i)
          if (!e_.dims().unify(g->formals[k]->indices[i], f->formals[k]->indices[i]))
            sheet_.diagnostics.push_back({Severity::warning, "shape", name.span,
                                          f->name + " is declared on length " + length_text(f->formals[k]->indices[i]) +
                                              " and defined on length " + length_text(g->formals[k]->indices[i]),
                                          ""});
      old->declared = true;
      return;
    }
    if (old->declared) open_block(key);
  }
  Entry& entry = scope_->entries[key];
  if (entry.callable && e_.inferred.contains(entry.callable) && !entry.callable->defined() &&
      entry.callable->formals.size() == f->formals.size() && entry.callable->indices.size() == f->indices.size()) {
    // Used before it is declared: the same function.
    bool alike = true;
    for (std::size_t k = 0; k < f->formals.size(); ++k) {
      const Symbol* before = entry.callable->formals[k];
      alike &= before->indices.size() == f->formals[k]->indices.size();
      for (std::size_t i = 0; alike && i < before->indices.size(); ++i)
        e_.dims().unify(before->indices[i], f->formals[k]->indices[i]);
      if (!alike && e_.inferred.contains(before))
        e_.knowledge().raise(e_.inferred[before], static_cast<int>(f->formals[k]->indices.size()));
    }
    for (std::size_t i = 0; i < f->indices.size(); ++i) e_.dims().unify(entry.callable->indices[i], f->indices[i]);
    if (alike) {
      Symbol* used = entry.callable;
      used->indices = f->indices;
      used->places = f->places;
      used->family = f->family;
      used->formals = f->formals;
      used->row = f->row;
      e_.inferred.erase(used);
      f = used;
    }
  } else if (entry.callable && e_.inferred.contains(entry.callable) && !entry.callable->defined()) {
    e_.knowledge().raise(e_.inferred[entry.callable], static_cast<int>(f->indices.size()));
  }
  entry = Entry{};
  entry.key = key;
  entry.callable = f;
  entry.declared = true;
  entry.span = name.span;
}

bool SheetReader::declaration(const Chain& chain, const std::vector<SynPtr>& names) {
  auto rel =
      std::find_if(chain.rels.begin(), chain.rels.end(), [](const std::string& r) { return r == "∈" || r == ":"; });
  if (rel == chain.rels.end() || !chain.sides[0]) return false;
  std::size_t at = static_cast<std::size_t>(rel - chain.rels.begin());
  if (at != 0) return false;
  Context c = context();
  c.statement = {&chain};
  std::vector<SynPtr> declared = names;
  if (chain.sides[0]->kind == SynKind::group && chain.sides[0]->open.empty())
    for (const SynPtr& kid : chain.sides[0]->kids) declared.push_back(kid);
  else
    declared.push_back(chain.sides[0]);
  std::string shown;
  named_ = 0;
  const bool known = ahead_.contains(chain.span.begin);  // an earlier look at the sentence declared it
  if (*rel == "∈") {
    if (!chain.sides[1]) return false;
    // i ∈ {1, …, n} quantifies an index.
    const Syn& set = *chain.sides[1];
    if (set.kind == SynKind::group && set.open == "{" && set.kids.size() == 3 && set.kids[1]->kind == SynKind::name &&
        set.kids[1]->text == "…") {
      Expr lo = e_.index_value(*set.kids[0], c), hi = e_.size_value(*set.kids[2], c);
      for (const SynPtr& d : declared) ranges_[flat(*d)] = Range{lo, hi};
      note(Statement::Kind::assumption, chain.span, flat(*declared[0]) + " = " + index_text(lo) + "…" + index_text(hi));
      return true;
    }
    SetShape shape;
    try {
      shape = set_shape(set, c);
    } catch (const Fit&) {
      // The letters of a family may stand in the set: bound when the name is declared.
      throw;
    }
    pending_set_ = chain.sides[1];
    for (std::size_t k = 0; k < declared.size(); ++k) {
      const SynPtr& d = declared[k];
      auto is_dots = [](const SynPtr& s) { return s->kind == SynKind::name && s->text == "…"; };
      if (is_dots(d)) continue;
      if (known) {
        // Its text and its place in the sentence are all that is still to be told.
      } else if (k + 3 < declared.size() && is_dots(declared[k + 2]) && base_of(*d).kind == SynKind::name &&
                 name_key(base_of(*d)) == name_key(base_of(*declared[k + 1]))) {
        // y_0, y_1, …, y_n
        if (!declare_between(*d, *declared[k + 3], shape, c)) not_read("declaration", d->span, "this list is not read");
        k += 3;
      } else if (k + 2 < declared.size() && is_dots(declared[k + 1])) {
        if (!declare_between(*d, *declared[k + 2], shape, c)) not_read("declaration", d->span, "this list is not read");
        k += 2;
      } else
        declare(*d, shape, c);
      shown += (shown.empty() ? "" : ", ") + std::string(source_.text(d->span));
      subjects_.push_back(d);
      ++named_;
    }
    pending_set_ = nullptr;
    declared_last_ = true;
    note(Statement::Kind::declaration, chain.span, shown + " ∈ " + shape.text);
    return true;
  }
  if (chain.sides.size() < 3 || chain.rels[1] != "→") return false;
  std::vector<SetShape> domain = set_shapes(*chain.sides[1], c);
  std::vector<SetShape> codomain = set_shapes(*chain.sides[2], c);
  if (codomain.size() != 1) not_read("declaration", chain.span, "a function into a product of sets is not read");
  std::string texts;
  for (const SetShape& s : domain) texts += (texts.empty() ? "" : " × ") + s.text;
  for (const SynPtr& d : declared) {
    if (!known) declare_function(*d, domain, codomain[0], c);
    shown += (shown.empty() ? "" : ", ") + std::string(source_.text(d->span));
    subjects_.push_back(d);
    ++named_;
  }
  declared_last_ = true;
  note(Statement::Kind::declaration, chain.span, shown + " : " + texts + " → " + codomain[0].text);
  return true;
}

/// The names of the list that ends with statement k: a, b, c in "a, b, c > 0", in their order and without the last.
std::vector<SynPtr> SheetReader::names_before(const Piece& piece, std::size_t k) {
  std::vector<SynPtr> names;
  for (std::size_t i = k; i-- > 0;) {
    const Chain& before = piece.chains[i];
    if (!before.rels.empty() || piece.chains[i + 1].separator != "," || before.sides.empty() || !before.sides[0]) break;
    const Syn& head = base_of(*before.sides[0]);
    const bool curve = head.kind == SynKind::product && head.kids.size() == 2 &&
                       base_of(*head.kids[0]).kind == SynKind::name && head.kids[1]->kind == SynKind::group;  // A(t)
    if (head.kind != SynKind::name && !curve) break;
    names.insert(names.begin(), before.sides[0]);
  }
  return names;
}

}  // namespace gradus
