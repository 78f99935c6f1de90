// Families whose members have shapes of their own (W_l of n_l × n_{l−1}): each member becomes an array, and what runs
// over them is written out. The number of layers is a small one; the code grows with it.
#include <algorithm>

#include "program/lowerer.h"

namespace gradus {
namespace {

constexpr long kMostLayers = 256;

/// Whether the shape of the family's members depends on this index.
bool shapes_by(const Symbol* family, std::size_t slot) {
  if (slot >= family->vars.size() || !family->vars[slot]) return false;
  return std::any_of(family->indices.begin(), family->indices.end(), [&](const Range& range) {
    return (range.lo && mentions(range.lo, family->vars[slot])) || (range.hi && mentions(range.hi, family->vars[slot]));
  });
}

/// Whether the expression is another one in kind for each value of the variable: it reads arrays, or runs over axes,
/// that it chooses.
bool varies_in_shape(Expr e, const IndexVar* var) {
  bool found = false;
  const auto sized_by = [&](Expr bound) {
    if (!bound) return;
    visit(bound, [&](Expr node) {
      if (node->kind != Kind::ref || node->symbol->role != Role::size) return;
      for (Expr kid : node->kids) found = found || mentions(kid, var);
    });
  };
  visit(e, [&](Expr node) {
    if (node->var) sized_by(node->var->lo), sized_by(node->var->hi);
    if (node->kind != Kind::ref) return;
    for (std::size_t d = 0; d < node->kids.size(); ++d)
      found = found || (shapes_by(node->symbol, d) && mentions(node->kids[d], var));
  });
  return found;
}

}  // namespace

bool is_layered(const Symbol* symbol) {
  for (std::size_t d = 0; d < symbol->indices.size(); ++d) {
    if (shapes_by(symbol, d)) return true;
  }
  return false;
}

/// Members in the place of layered families, sums over layers written out. Sizes are put in already.
Expr Lowerer::with_members(Expr e) {
  const auto [found, fresh] = with_members_.try_emplace(e, nullptr);
  if (!fresh) return found->second;
  Expr out = nullptr;
  if (e->kind == Kind::reduce && varies_in_shape(e->kids[0], e->var)) {
    const auto range = interval_of(e->var);
    const bool plain = range && constant_index(e->var->lo) && constant_index(e->var->hi);
    if (!plain || range->extent() > kMostLayers ||
        (e->reduce_op() != ReduceOp::sum && e->reduce_op() != ReduceOp::product))
      cannot_lower("what runs over the layers " + e->var->name + " cannot be written out",
                   "sum over a number of layers that is set, at most " + std::to_string(kMostLayers));
    std::vector<Expr> parts;
    for (long k = range->lo; k <= range->hi; ++k)
      parts.push_back(with_members(sized(substitute(e->kids[0], {{e->var, make::number(k)}}))));
    out = e->reduce_op() == ReduceOp::sum ? make::add(std::move(parts)) : make::mul(std::move(parts));
  } else {
    out = rebuild(e, [&](Expr kid) { return with_members(kid); });
    if (out->kind == Kind::ref && is_layered(out->symbol) && out->args.empty()) {
      std::vector<Expr> member(out->kids.size(), nullptr), rest;
      bool known = true;
      for (std::size_t d = 0; d < out->kids.size(); ++d) {
        if (!shapes_by(out->symbol, d)) {
          rest.push_back(out->kids[d]);
          continue;
        }
        member[d] = out->kids[d];
        known = known && member[d]->is_number();
      }
      if (known) out = make::ref(member_of_layers(out->symbol, member), rest);
    }
  }
  return with_members_[e] = out;
}

/// The member as a symbol of its own, with the clause that says it.
const Symbol* Lowerer::member_of_layers(const Symbol* family, const std::vector<Expr>& member) {
  const auto known = members_.find({family, member});
  if (known != members_.end()) return known->second;
  std::string scripts;
  IndexMap at;
  for (std::size_t d = 0; d < member.size(); ++d) {
    if (!member[d]) continue;
    scripts += (scripts.empty() ? "" : ",") + member[d]->number.get_str();
    at.emplace(family->vars[d], member[d]);
  }
  Symbol* own = Pool::current().new_symbol(family->name + "_" + scripts);
  members_[{family, member}] = own;
  origin_[own] = {family, member};
  own->latex = family->latex + "_{" + scripts + "}";
  own->traits = family->traits;
  own->row = family->row;
  for (std::size_t d = 0; d < member.size(); ++d) {
    if (member[d]) continue;
    Range range = family->indices[d];
    if (range.lo && range.hi) range = {sized(substitute(range.lo, at)), sized(substitute(range.hi, at))};
    own->indices.push_back(range);
    own->places.push_back(family->places[d]);
    own->vars.push_back(d < family->vars.size() ? family->vars[d] : nullptr);
    if (d < family->family) ++own->family;
  }
  // The clause for this very member before the one for all.
  for (const bool special : {true, false}) {
    for (const Clause& clause : family->clauses) {
      Clause here = clause;
      bool meant = true, numeral = false;
      for (std::size_t d = 0; d < member.size() && meant; ++d) {
        if (!member[d]) continue;
        const PatternTerm term = pattern_term(here.pattern[d]);
        if (!term.var) {
          numeral = true;
          meant = sized(here.pattern[d]) == member[d];
          continue;
        }
        const Rational value = member[d]->number - term.offset;
        const auto range = numbers_of(term.var);
        meant = value.get_den() == 1 && (!range || (value >= range->lo && value <= range->hi));
        here = replaced(std::move(here), term.var, make::number(value));
      }
      if (!meant || numeral != special) continue;
      std::vector<Expr> pattern;
      for (std::size_t d = 0; d < member.size(); ++d) {
        if (!member[d]) pattern.push_back(here.pattern[d]);
      }
      here.pattern = std::move(pattern);
      here.body = sized(here.body);
      own->clauses.push_back(std::move(here));
    }
    if (!own->clauses.empty()) break;
  }
  return own;
}

}  // namespace gradus
