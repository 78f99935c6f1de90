// What names mean by convention where the sheet does not declare them.
#include <algorithm>

#include "sheet/elaborator.h"

namespace gradus {

bool Elaborator::name_is_constant(const Syn& name) const {
  return name.text == "π" || name.text == "∞" || name.text == "…" || (name.text == "1" && !name.style.empty()) ||
         (name.text == "e" && usage("e").subs == 0 && !matrix_convention) || (name.text == "I" && !matrix_convention);
}

Entry& Elaborator::infer_label(const Syn& s, Context& c) {
  const Syn& base = *s.kids[0];
  std::string sub = flat(*s.sub);
  if (sub.empty()) not_read("label", s.sub->span, "this subscript is not understood");
  std::string key = literal_key(s, true, false);
  std::string hint = hint_key(base, c) + "_" + sub;
  Symbol* symbol =
      new_symbol(base, "_" + sub, "_{" + (s.sub->kind == SynKind::text ? "\\text{" + sub + "}" : sub) + "}");
  int rank = known_.ranks.contains(hint) ? known_.ranks[hint] : 0;
  bool upper = base.text[0] >= 'A' && base.text[0] <= 'Z';
  if (base.style == "bold") rank = std::max(rank, upper ? 2 : 1);
  for (int i = 0; i < rank; ++i) {
    symbol->places.push_back(Place::axis);
    symbol->indices.push_back(dims().flexible(key + "@" + hint + "#" + std::to_string(i)));
  }
  Entry& entry = c.scope->entries[key];
  entry.key = key;
  entry.symbol = symbol;
  entry.span = s.span;
  inferred[symbol] = hint;
  return entry;
}

void Elaborator::hint_like(const Val& scalar, const Val& like) {
  if (unsettled || !scalar.scalar() || scalar.numeral || like.function || like.rank() == 0) return;
  if (scalar.body->kind != Kind::ref) return;
  auto it = inferred.find(scalar.body->symbol);
  if (it == inferred.end() || scalar.body->symbol->rank() > 0) return;
  known_.raise(it->second, static_cast<int>(like.rank()));
  if (like.row) known_.rows[it->second] = true;
}

std::optional<Val> Elaborator::special_scripts(const Syn& s, Context& c) {
  const Syn& base = *s.kids[0];
  if (base.kind != SynKind::name && base.kind != SynKind::number) return std::nullopt;
  bool one = (base.text == "1" || base.text == "𝟏") && (base.kind == SynKind::number || !base.style.empty());
  if (one && s.sub) {
    const Syn* condition = s.sub.get();
    while (condition->kind == SynKind::group && condition->kids.size() == 1) condition = condition->kids[0].get();
    if (condition->kind == SynKind::chain)
      return algebra_.scalar(guard(*condition, c, make::number(1), make::number(0)), s.span);
  }
  if (base.kind != SynKind::name) return std::nullopt;
  if (base.text == "e" && base.accent.empty() && s.sup && !s.sub) {
    Val exponent = value(*s.sup, c);
    Val out = algebra_.map(exponent, [](Expr e) { return make::func(Elementary::exp, e); });
    out.span = s.span;
    return out;
  }
  auto items = script_items(s.sub);
  bool index_items = std::all_of(items.begin(), items.end(), [&](auto& i) { return scan_.index_like(*i); });
  const auto is_index = [&](const SynPtr& i) {
    return scan_.index_like(*i) ||
           (i->kind == SynKind::name && (c.bound.contains(name_key(*i)) || c.indices.contains(name_key(*i))));
  };
  const bool running = std::all_of(items.begin(), items.end(), [&](const SynPtr& i) {
    return is_index(i) || (i->kind == SynKind::name && guess_range(i->text, statement_sides(c), c));
  });
  const bool names = std::all_of(items.begin(), items.end(), [](const SynPtr& i) { return i->kind == SynKind::name; });
  if (base.text == "δ" && items.size() == 2 && !running && names && std::any_of(items.begin(), items.end(), is_index) &&
      !c.scope->find("δ") && !s.sup)
    not_read("index", s.span, "it is not said which index one of these is",
             "say what it runs over: for o = 1, …, V, or what it is: o ∈ {1, …, V}");
  if (base.text == "δ" && items.size() == 2 && running && !s.sup) {
    return algebra_.scalar(make::delta(index_value(*items[0], c), index_value(*items[1], c)), s.span);
  }
  if (base.text == "e" && items.size() == 1 && index_items && usage("e").subs == 1 && !s.sup) {
    // A basis vector where `e` is nothing else: its length is that of the index.
    Expr at = index_value(*items[0], c);
    Range range = at->kind == Kind::index && at->var->lo ? Range{at->var->lo, at->var->hi}
                                                         : dims().flexible("e" + std::to_string(s.span.begin) + "#0");
    Val v = ones(range, s.span);
    v.body = make::delta(make::index(v.axes[0]), at);
    return v;
  }
  if ((one || base.text == "I") && items.size() == 1 && !usage("I").called) {
    if (items[0]->kind != SynKind::name && items[0]->kind != SynKind::number && items[0]->kind != SynKind::scripts)
      return std::nullopt;
    Range range{make::number(1), size_value(*items[0], c)};
    Val v = one ? ones(range, s.span) : identity(range, s.span);
    if (s.sup) v = with_superscript(std::move(v), *s.sup, c);
    return v;
  }
  return std::nullopt;
}

}  // namespace gradus
