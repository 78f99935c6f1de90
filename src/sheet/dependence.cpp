// What is a function of what, by prose: "L is a differentiable function of y"; and the shapes that prose gives.
#include <algorithm>

#include "sheet/describe.h"
#include "sheet/reader.h"
#include "sheet/words.h"

namespace gradus {

void SheetReader::dependence(const Syn& name, const std::vector<SynPtr>& on) {
  const Syn& base = name.kind == SynKind::product ? base_of(*name.kids[0]) : base_of(name);
  if (base.kind != SynKind::name) return;
  std::string key = name_key(base);
  Entry* known = scope_->find(key);
  bool mine = false;
  for (Scope* s = scope_; s && !mine; s = s->heading ? nullptr : s->parent) mine = s->here(key) != nullptr;
  const bool said = known && std::any_of(dependences_.begin(), dependences_.end(),
                                         [&](const Dependence& d) { return d.symbol == known->symbol; });
  // Said again under another heading: another function of what is named there.
  if (known && (mine || !said) && ((known->callable && known->declared) || (known->symbol && known->symbol->defined())))
    return;
  if (name.kind == SynKind::product) return;  // f(x) is called with what it depends on
  const Usage& use = e_.usage(key);
  if (use.called && !use.call_names.empty()) return;
  Symbol* symbol = e_.new_symbol(base);
  Entry& entry = scope_->entries[key];
  entry = Entry{};
  entry.key = key;
  entry.symbol = symbol;
  entry.declared = true;
  entry.span = name.span;
  dependences_.push_back({symbol, on, false});
  note(Statement::Kind::declaration, name.span, symbol->name + " is a function of what is named here");
}

/// a^L: that member; z_{i,j}: all of them.
std::vector<Expr> SheetReader::fixed_indices(const Symbol& symbol, const Syn& name) {
  std::vector<Expr> given(symbol.indices.size(), nullptr);
  if (name.kind != SynKind::scripts || name.kids[0]->kind != SynKind::name) return given;
  Context c = context();
  for (bool above : {false, true}) {
    auto items = script_items(above ? name.sup : name.sub);
    std::size_t k = 0;
    for (const SynPtr& item : items) {
      while (k < symbol.places.size() && (symbol.places[k] != Place::axis && symbol.places[k] != Place::sub) != above)
        ++k;
      if (k == symbol.places.size()) break;
      std::string key = flat(*item);
      bool fixed = item->kind == SynKind::number || e_.dims().has(key) ||
                   (e_.scan().size_letters.contains(key) && !e_.scan().index_letters.contains(key));
      if (fixed) given[k] = e_.index_value(*item, c);
      ++k;
    }
  }
  return given;
}

void SheetReader::resolve_dependences(bool final) {
  for (Dependence& d : dependences_) {
    if (d.symbol->defined()) continue;
    std::vector<Lambda> args;
    std::vector<const Symbol*> formals;
    bool ready = true;
    auto argument = [&](const Symbol* of, const std::vector<Expr>& given) {
      Val v = e_.load(of, given, {});
      Symbol* formal = Pool::current().new_symbol("·" + std::to_string(args.size() + 1));
      formal->role = Role::parameter;
      for (const IndexVar* axis : v.axes)
        formal->indices.push_back({axis->lo, axis->hi}), formal->places.push_back(Place::axis);
      formals.push_back(formal);
      args.push_back(Lambda{v.axes, v.body});
    };
    if (d.last_layer) {
      const Symbol* last = nullptr;
      if (!final) continue;  // the layers may still be coming
      for (const Symbol* s : e_.symbols) {
        bool layer = s->defined() && s->family == 1 && s->places[0] != Place::axis && s->places[0] != Place::sub;
        if (layer && std::none_of(s->clauses.begin(), s->clauses.end(),
                                  [&](const Clause& k) { return depends_on(k.body, d.symbol); }))
          last = s;
      }
      if (!last) continue;
      argument(last, {make::ref(e_.dims().named("Λ", "\\Lambda"))});
    } else {
      for (const SynPtr& on : d.on) {
        const Syn& base = base_of(*on);
        if (base.kind != SynKind::name) continue;
        Entry* entry = on->kind == SynKind::scripts ? scope_->find(literal_key(*on, true, false)) : nullptr;
        if (!entry) entry = scope_->find(name_key(base));
        if (!entry || !(entry->symbol || entry->alias) ||
            (entry->symbol && !entry->symbol->defined() && e_.inferred.contains(entry->symbol) && !final)) {
          ready = false;
          continue;
        }
        if (entry->alias)
          argument(entry->alias->target, {});
        else
          argument(entry->symbol, fixed_indices(*entry->symbol, *on));
        if (!args.empty() && std::any_of(args.back().params.begin(), args.back().params.end(),
                                         [](const IndexVar* v) { return !v->lo || !v->hi; }))
          ready = false;
      }
      if (!ready && !final) continue;
    }
    if (args.empty() || !ready) continue;
    Symbol* abstract = Pool::current().new_symbol(d.symbol->name);
    abstract->latex = d.symbol->latex;
    abstract->role = Role::function;
    abstract->formals = formals;
    Clause clause;
    clause.body = make::apply(abstract, {}, args);
    d.symbol->clauses.push_back(clause);
  }
}

bool SheetReader::shape_formula(const Piece& piece) {
  shape_said_ = nullptr;
  if (piece.chains.size() != 1 || piece.chains[0].sides.size() != 1 || !piece.chains[0].sides[0]) return false;
  const SynPtr& syn = piece.chains[0].sides[0];
  auto size = [&](const SynPtr& s) {
    return s->kind == SynKind::number || (s->kind == SynKind::name && !is_quantity(name_key(*s))) ||
           (s->kind == SynKind::scripts && !is_quantity(name_key(base_of(*s))));
  };
  bool matrix = syn->kind == SynKind::product && syn->kids.size() == 3 && syn->kids[1]->kind == SynKind::op &&
                syn->kids[1]->text == "×" && size(syn->kids[0]) && size(syn->kids[2]);
  std::string two = last_words(lead_, 2), three = last_words(lead_, 3);
  bool vector = syn->kind == SynKind::name && size(syn) && has(lead_, "vector") &&
                (two == "of length" || two == "of dimension" || two == "of size" || two == "vector with" ||
                 two == "vectors with" || three == "a vector of" || two == "vectors of");
  const Piece* next = &piece + 1 < document_.pieces.data() + document_.pieces.size() ? &piece + 1 : nullptr;
  bool dimension = syn->kind == SynKind::name && size(syn) && next && next->kind == Piece::Kind::words &&
                   (next->text.rfind("-vector", 0) == 0 || next->text.rfind("-dimensional", 0) == 0);
  if (!matrix && !vector && !dimension) return false;
  std::string verb = last_words(lead_, 1);
  shape_after_be_ = verb == "be" || verb == "is" || verb == "are";
  shape_said_ = syn;
  return true;
}

void SheetReader::declare_shaped(const SynPtr& name, const SynPtr& shape, bool row) {
  if (base_of(*name).kind != SynKind::name && name->kind != SynKind::product) return;
  Context c = context();
  SetShape set;
  try {
    auto axis = [&](const SynPtr& length) { set.axes.push_back({make::number(1), e_.size_value(*length, c)}); };
    if (shape->kind == SynKind::product)
      axis(shape->kids[0]), axis(shape->kids[2]);
    else
      axis(shape);
    // n×1 is a column, 1×n a row.
    if (set.axes.size() == 2 && set.axes[1].hi->is_one())
      set.axes.pop_back();
    else if (set.axes.size() == 2 && set.axes[0].hi->is_one())
      set.axes.erase(set.axes.begin()), row = true;
    set.row = row;
    declare(*name, set, c);
    note(Statement::Kind::declaration, name->span,
         std::string(source_.text(name->span)) + " ∈ ℝ^" +
             (shape->kind == SynKind::product ? "{" + std::string(source_.text(shape->span)) + "}"
                                              : std::string(source_.text(shape->span))));
  } catch (const Fit& why) {
    sheet_.diagnostics.push_back(why.why);
  }
}

void SheetReader::shape_words(const std::string& text) {
  // What stands behind the shape tells whose it is: "A be an n×n matrix", "an n×n matrix $A$".
  if (shape_said_) {
    std::size_t begin = text.find_first_not_of(" -");
    std::string rest = begin == std::string::npos ? "" : text.substr(begin);
    bool matrix = shape_said_->kind == SynKind::product;
    const std::size_t matri = rest.find("matri");  // "matrix", "real matrix", "covariance matrix"
    const bool noun = !matrix || shape_after_be_ || rest.rfind("symmetric", 0) == 0 ||
                      rest.rfind("invertible", 0) == 0 || (matri < 30 && rest.find_first_of(".,;") > matri);
    std::string end = last_words(text, 1);
    std::size_t last = text.find_last_not_of(' ');
    bool closed = last != std::string::npos && (text[last] == ',' || text[last] == '.' || text[last] == ';');
    bool named_behind = matrix && !closed && (end == "matrix" || end == "matrices") && rest.size() < 40 &&
                        !has(sentence_, " be ") && !has(sentence_, " is ") && !has(sentence_, " are ");
    if (noun && named_behind)
      shape_for_next_ = shape_said_;
    else if (noun && !subjects_.empty()) {
      bool several =
          has(sentence_, "vectors") || has(sentence_, " are ") || has(text, "matrices") || has(text, "vectors");
      for (std::size_t k = several ? 0 : subjects_.size() - 1; k < subjects_.size(); ++k)
        declare_shaped(subjects_[k], shape_said_, has(sentence_, "row vector"));
      if (trait_before_) {  // "$S$ is a symmetric $d × d$ matrix"
        for (std::size_t k = several ? 0 : subjects_.size() - 1; k < subjects_.size(); ++k)
          apply_traits(*subjects_[k], *trait_before_);
        trait_before_.reset();
      }
    }
    shape_said_ = nullptr;
  }
  // A noun without a shape still tells the rank of what is not declared.
  auto rank_hint = [&](const SynPtr& s, int rank) {
    const Syn& base = s->kind == SynKind::product && !s->kids.empty() ? base_of(*s->kids[0]) : base_of(*s);
    if (base.kind != SynKind::name || is_quantity(name_key(base))) return;
    Context c = context();
    e_.knowledge().raise(e_.hint_key(base, c), rank);
  };
  std::size_t stop = text.find_first_of(".;,");
  std::string clause = text.substr(0, stop);
  bool of = has(clause, " be ") || has(clause, " is ") || has(clause, " are ");
  if (of && (word(clause, "matrix") || word(clause, "matrices")))
    for (const SynPtr& s : subjects_) rank_hint(s, 2);
  else if (of && (word(clause, "vector") || word(clause, "vectors")))
    for (const SynPtr& s : subjects_) rank_hint(s, 1);
}

}  // namespace gradus
