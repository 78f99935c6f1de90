// Certain facts about index terms: affine forms over index variables and sizes, bounded by eliminating each variable
// through its range. Variables lie in their ranges, sizes are at least 1, everything is an integer.
#include <algorithm>

#include "expr/symbol.h"
#include "expr/walk.h"

namespace gradus {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxTerms = 32;

bool is_size(Expr e) { return e->kind == Kind::ref && e->symbol->role == Role::size; }
bool is_atom(Expr e) {
  return e->kind == Kind::index ||
         (e->kind == Kind::ref && (e->symbol->role == Role::size || e->symbol->traits.integer));
}

bool accumulate(Expr e, const Rational& weight, Affine& into, int depth) {
  if (depth > kMaxDepth || into.terms.size() > kMaxTerms) return false;
  switch (e->kind) {
    case Kind::number: into.constant += weight * e->number; return true;
    case Kind::index:
    case Kind::ref: {
      if (!is_atom(e)) return false;
      Rational& coefficient = into.terms[e];
      coefficient += weight;
      if (coefficient == 0) into.terms.erase(e);
      return true;
    }
    case Kind::add:
      if (e->kids.size() > kMaxTerms) return false;
      for (Expr kid : e->kids) {
        if (!accumulate(kid, weight, into, depth + 1)) return false;
      }
      return true;
    case Kind::mul:
      if (e->kids.size() != 2 || !e->kids[0]->is_number()) return false;
      return accumulate(e->kids[1], weight * e->kids[0]->number, into, depth + 1);
    default: return false;
  }
}

bool mentions(Expr e, const IndexVar* var) {
  return e && std::find(e->free.begin(), e->free.end(), var) != e->free.end();
}

/// A variable whose range another variable of the form needs is eliminated after that one.
const IndexVar* next_variable(const Affine& form) {
  for (const auto& [term, weight] : form.terms) {
    if (term->kind != Kind::index) continue;
    const bool needed = std::any_of(form.terms.begin(), form.terms.end(), [&](const auto& other) {
      return other.first->kind == Kind::index && other.first != term &&
             (mentions(other.first->var->lo, term->var) || mentions(other.first->var->hi, term->var));
    });
    if (!needed) return term->var;
  }
  return nullptr;
}

/// The largest certain lower bound of the form that elimination finds; none if it is unbounded below.
std::optional<Rational> lower_bound(Affine form) {
  for (int round = 0; round < kMaxDepth; ++round) {
    const IndexVar* var = next_variable(form);
    if (!var) break;
    const auto term = std::find_if(form.terms.begin(), form.terms.end(),
                                   [&](const auto& t) { return t.first->var == var && t.first->kind == Kind::index; });
    const Rational weight = term->second;
    const Expr bound = weight > 0 ? var->lo : var->hi;
    form.terms.erase(term);
    if (!bound || !accumulate(bound, weight, form, 0)) return std::nullopt;
  }
  Rational bound = form.constant;
  for (const auto& [term, weight] : form.terms) {
    if (!is_size(term) || weight < 0) return std::nullopt;
    bound += weight;
  }
  return bound;
}

Affine negated(Affine form) {
  form.constant = -form.constant;
  for (auto& [term, weight] : form.terms) weight = -weight;
  return form;
}

}  // namespace

std::optional<Affine> affine(Expr e) {
  Affine form;
  if (!e || !accumulate(e, 1, form, 0)) return std::nullopt;
  return form;
}

std::optional<bool> compare(Relation relation, Expr a, Expr b) {
  std::optional<int> sign;  // of a − b, where it is certain
  bool nonnegative = false, nonpositive = false;
  if (a == b) {
    sign = 0;
  } else {
    Affine difference;
    if (!a || !b || !accumulate(a, 1, difference, 0) || !accumulate(b, -1, difference, 0)) return std::nullopt;
    if (difference.terms.empty()) {
      sign = sgn(difference.constant);
    } else {
      const auto low = lower_bound(difference), minus_high = lower_bound(negated(difference));
      if (low && *low > 0) sign = 1;
      if (minus_high && *minus_high > 0) sign = -1;
      nonnegative = low && *low >= 0;
      nonpositive = minus_high && *minus_high >= 0;
      if (!sign && nonnegative && nonpositive) sign = 0;
    }
  }
  if (sign) nonnegative = *sign >= 0, nonpositive = *sign <= 0;
  const auto certain = [](bool yes, bool no) {
    return yes ? std::optional(true) : no ? std::optional(false) : std::nullopt;
  };
  const bool zero = sign == 0, nonzero = sign && *sign != 0;
  const bool positive = sign && *sign > 0, negative = sign && *sign < 0;
  switch (relation) {
    case Relation::eq: return certain(zero, nonzero);
    case Relation::ne: return certain(nonzero, zero);
    case Relation::lt: return certain(negative, nonnegative);
    case Relation::le: return certain(nonpositive, positive);
    case Relation::gt: return certain(positive, nonpositive);
    case Relation::ge: return certain(nonnegative, negative);
  }
  return std::nullopt;
}

bool surely_within(Expr term, Expr lo, Expr hi) {
  if (term->kind == Kind::index && term->var->lo == lo && term->var->hi == hi) return true;
  return compare(Relation::le, lo, term).value_or(false) && compare(Relation::le, term, hi).value_or(false);
}

std::optional<std::vector<IndexMap>> places_of(const IndexVars& axes, std::size_t most) {
  std::vector<IndexMap> places{{}};
  for (const IndexVar* axis : axes) {
    if (!axis->lo || !axis->hi || !axis->lo->is_number() || !axis->hi->is_number()) return std::nullopt;
    std::vector<IndexMap> more;
    for (const IndexMap& place : places)
      for (Rational k = axis->lo->number; k <= axis->hi->number; k += 1) {
        if (more.size() == most) return std::nullopt;
        more.push_back(place);
        more.back()[axis] = make::number(k);
      }
    places = std::move(more);
  }
  return places;
}

}  // namespace gradus
