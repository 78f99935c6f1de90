// Names for the parts of a whole: "A has rows a_i", "with entries a_{ij}", "A = (a_{ij})".
#include <algorithm>

#include "sheet/describe.h"
#include "sheet/reader.h"

namespace gradus {

/// "A has rows a_i", said when something was already read with the a_i: each of them is given the entries of the whole.
/// `order`: which axis of the whole each index of the part runs along. False if the part means nothing yet.
bool SheetReader::gather(Entry& part, const Symbol& whole, const std::vector<std::size_t>& order) {
  Symbol* symbol = part.symbol;
  if (!symbol || symbol->defined() || whole.family > 0 || symbol->indices.size() != order.size()) return false;
  const auto uses = [&](Expr e) { return e && depends_on(e, symbol); };
  bool used = std::any_of(e_.symbols.begin(), e_.symbols.end(), [&](const Symbol* s) {
    return std::any_of(s->clauses.begin(), s->clauses.end(), [&](const Clause& clause) { return uses(clause.body); });
  });
  for (const Claim& claim : sheet_.claims)
    for (const Case& one : claim.cases) used = used || uses(one.lhs) || uses(one.rhs);
  if (!used) return false;
  Clause clause;
  std::vector<Expr> at(order.size(), nullptr);
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (!e_.dims().unify(symbol->indices[k], whole.indices[order[k]])) return false;
    const Range range = e_.dims().resolve(whole.indices[order[k]]);
    symbol->indices[k] = range;
    clause.vars.push_back(make::fresh(k == 0 ? "i" : "j", range.lo, range.hi));
    clause.pattern.push_back(make::index(clause.vars.back()));
    at[order[k]] = clause.pattern.back();
  }
  clause.body = make::ref(&whole, at);
  symbol->clauses.push_back(clause);
  e_.inferred.erase(symbol);
  part.declared = true;
  return true;
}

/// The name stands for the rows, columns or entries of the whole from here on.
void SheetReader::name_parts(const Syn& name, Symbol& whole, Parts parts) {
  Entry& entry = scope_->entries[name_key(name)];
  const std::size_t at = whole.family;
  std::vector<std::size_t> order = parts == Parts::columns ? std::vector<std::size_t>{1, 0}
                                   : whole.rank() == 2     ? std::vector<std::size_t>{0, 1}
                                                           : std::vector<std::size_t>{0};
  if (gather(entry, whole, order)) return;
  entry = Entry{};
  entry.key = name_key(name);
  entry.declared = true;
  // The entry x_{ij} of row x_i is that of the matrix.
  Alias alias{&whole, {}};
  if (parts == Parts::columns)
    alias.axis_of_script = {at + 1};
  else
    for (std::size_t k = at; k < whole.indices.size(); ++k) alias.axis_of_script.push_back(k);
  entry.alias = alias;
}

/// "A = (a_{ij})", "x = (x_j) ∈ ℝ^n": A is the array with these entries; its shape may be told behind.
bool SheetReader::names_entries(const Chain& c) {
  const SynPtr& left = c.sides[0];
  if (c.rels[0] != "=" && c.rels[0] != ":=") return false;
  if (left->kind != SynKind::name || !c.sides[1] || (c.rels.size() > 1 && c.rels[1] != "∈")) return false;
  const Syn& list = *c.sides[1];
  if (list.kind != SynKind::group || (list.open != "(" && list.open != "[") || list.kids.size() != 1) return false;
  const SynPtr& part = list.kids[0];
  if (part->kind != SynKind::scripts || part->kids[0]->kind != SynKind::name || !part->sub || part->sup) return false;
  const std::vector<SynPtr> letters = script_items(part->sub);
  const bool free = std::all_of(letters.begin(), letters.end(), [&](const SynPtr& letter) {
    return letter->kind == SynKind::name && e_.scan().index_like(*letter) && !e_.dims().has(name_key(*letter));
  });
  if (!free || letters.empty() || letters.size() > 2) return false;
  Entry* whole = scope_->find(name_key(*left));
  if (whole && whole->symbol && whole->symbol->defined()) return false;
  if (c.rels.size() > 1) {
    Chain declared = c;
    declared.rels = {"∈"};
    declared.sides = {left, c.sides[2]};
    declared.side_spans = {c.side_spans[0], c.side_spans[2]};
    if (!declaration(declared, {})) return false;
  } else
    note(Statement::Kind::declaration, c.span, std::string(source_.text(c.span)));
  Context k = context();
  e_.knowledge().raise(e_.hint_key(*left, k), static_cast<int>(letters.size()));
  subjects_.push_back(left);
  if (name_key(*part->kids[0]) != name_key(*left)) named_entries_.push_back({left, part->kids[0], letters.size()});
  bind_entries(false);
  return true;
}

/// Binds the names of entries whose array is declared by now; `all`: those of the others too.
void SheetReader::bind_entries(bool all) {
  std::erase_if(named_entries_, [&](const NamedEntries& named) {
    Entry* whole = scope_->find(name_key(*named.whole));
    if (!whole || !whole->symbol) {
      if (!all) return false;
      Context c = context();
      whole = &e_.infer(*named.whole, c, nullptr, nullptr);
    }
    if (whole->symbol->rank() == named.rank) name_parts(*named.part, *whole->symbol, Parts::entries);
    return true;
  });
}

}  // namespace gradus
