// Index notation: sums, products and fractions in the order and grouping that people write.
#include "notation/present.h"

#include <algorithm>
#include <functional>

#include "expr/relation.h"
#include "notation/latex/commands.h"
#include "notation/letters.h"
#include "notation/write.h"

namespace gradus {
namespace {

/// A name with a numeral of its own: x_59 is shown as x₅₉.
std::string shown(const Symbol& symbol) {
  const std::size_t script = symbol.name.rfind('_');
  const bool numeral =
      script != std::string::npos && symbol.name.find_first_not_of("0123456789", script + 1) == std::string::npos;
  return numeral ? latex_to_text(symbol.latex) : symbol.name;
}

/// Degree as a polynomial, for the order of terms; what is not one counts as a constant. Shared nodes are counted once.
Rational degree(Expr e, std::unordered_map<Expr, Rational>& known) {
  const auto found = known.find(e);
  if (found != known.end()) return found->second;
  Rational out = 0;
  switch (e->kind) {
    case Kind::ref: out = e->args.empty() ? 1 : 0; break;
    case Kind::index:
    case Kind::delta: out = 1; break;
    case Kind::mul:
      for (const Expr kid : e->kids) out += degree(kid, known);
      break;
    case Kind::add:
      for (const Expr kid : e->kids) out = std::max(out, degree(kid, known));
      break;
    case Kind::pow:
      if (e->kids[1]->is_number()) out = degree(e->kids[0], known) * e->kids[1]->number;
      break;
    case Kind::reduce: out = degree(e->kids[0], known); break;
    default: break;
  }
  return known[e] = out;
}

/// Where a factor stands in a product: sizes, scalars, components, functions, brackets, conditions, sums.
int rank(Expr e) {
  switch (e->kind) {
    case Kind::number: return 0;
    case Kind::index: return 2;
    case Kind::ref:
      if (!e->args.empty()) return 5;
      if (e->symbol->role == Role::size || e->symbol->role == Role::constant) return 1;
      return e->kids.empty() ? 2 : 3;
    case Kind::pow: return std::max(rank(e->kids[0]), 2);
    case Kind::func: return 5;
    case Kind::deriv: return 6;
    case Kind::add: return 7;
    case Kind::delta:
    case Kind::select: return 8;
    case Kind::reduce: return 10;
    default: return 4;
  }
}

const std::string& name_of(Expr e) {
  static const std::string none;
  if (e->kind == Kind::pow) return name_of(e->kids[0]);
  return e->kind == Kind::ref ? e->symbol->name : none;
}

const char* relation_latex(Relation relation) {
  switch (relation) {
    case Relation::eq: return "=";
    case Relation::ne: return "\\neq";
    case Relation::lt: return "<";
    case Relation::le: return "\\le";
    case Relation::gt: return ">";
    case Relation::ge: return "\\ge";
  }
  return "=";
}

const char* relation_text(Relation relation) {
  switch (relation) {
    case Relation::eq: return "=";
    case Relation::ne: return "≠";
    case Relation::lt: return "<";
    case Relation::le: return "≤";
    case Relation::gt: return ">";
    case Relation::ge: return "≥";
  }
  return "=";
}

/// Whether a reader finds the variable's range from its use: it is a plain index of a symbol with that very range.
bool range_shows(Expr body, const IndexVar* var) {
  bool shows = false;
  visit(body, [&](Expr e) {
    if (e->kind != Kind::ref) return;
    for (std::size_t i = 0; i < e->kids.size() && i < e->symbol->indices.size(); ++i) {
      const Range& range = e->symbol->indices[i];
      if (e->kids[i]->kind == Kind::index && e->kids[i]->var == var && range.lo == var->lo && range.hi == var->hi) {
        shows = true;
      }
    }
  });
  return shows;
}

bool mentions(Expr e, const IndexVar* var) { return std::count(e->free.begin(), e->free.end(), var) != 0; }

}  // namespace

bool ends_in(Expr ref, const IndexVars& params) {
  if (ref->kind != Kind::ref || ref->kids.size() < params.size()) return false;
  const std::size_t before = ref->kids.size() - params.size();
  for (std::size_t i = 0; i < params.size(); ++i) {
    const Expr kid = ref->kids[before + i];
    if (kid->kind != Kind::index || kid->var != params[i]) return false;
    if (std::count(params.begin(), params.end(), params[i]) != 1) return false;
    for (std::size_t k = 0; k < before; ++k) {
      if (mentions(ref->kids[k], params[i])) return false;
    }
    for (const Lambda& argument : ref->args) {
      const bool own = std::count(argument.params.begin(), argument.params.end(), params[i]) != 0;
      if (!own && mentions(argument.body, params[i])) return false;
    }
  }
  return true;
}

Presenter::Presenter(Expr whole, const IndexVars& unnamed) {
  for (const Symbol* symbol : symbols_in(whole)) taken_.insert(symbol->name);
  for (const IndexVar* var : whole->free) {
    if (std::count(unnamed.begin(), unnamed.end(), var) == 0) bind(var);
  }
}

std::string Presenter::unused(const std::vector<std::string>& candidates) {
  for (const std::string& name : candidates) {
    if (!name.empty() && !taken(name)) return name;
  }
  std::string name = candidates.empty() || candidates[0].empty() ? "i" : candidates[0];
  while (taken(name)) name += "′";
  return name;
}

void Presenter::bind(const IndexVar* var) {
  if (names_.count(var) != 0) return;
  const std::string name = unused({var->name, "i", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t"});
  names_[var] = name;
  taken_.insert(name);
}

void Presenter::unbind(const IndexVar* var) {
  const auto found = names_.find(var);
  if (found == names_.end()) return;
  taken_.erase(found->second);
  names_.erase(found);
}

FormPtr Presenter::index_name(const IndexVar* var) {
  bind(var);
  const std::string& name = names_[var];
  std::string latex;
  for (const std::string_view letter : code_points(name)) {
    latex += letter == "′" ? "'" : notation::latex::latex_of_letter(letter);
  }
  return form::name(std::move(latex), name);
}

FormPtr Presenter::rational(const Rational& positive) {
  FormPtr numerator = form::number(positive.get_num().get_str());
  if (positive.get_den() == 1) return numerator;
  return form::fraction(std::move(numerator), form::number(positive.get_den().get_str()));
}

FormPtr Presenter::inline_(Expr e) {
  const bool before = inline_fractions_;
  inline_fractions_ = true;
  FormPtr out = scalar(e);
  inline_fractions_ = before;
  return out;
}

FormPtr Presenter::scalar(Expr e) {
  if (--left_ < 0 || depth_ > 400) return form::name("\\dots", "…");
  ++depth_;
  FormPtr out;
  switch (e->kind) {
    case Kind::number: out = e->number < 0 ? form::negated(rational(Rational(-e->number))) : rational(e->number); break;
    case Kind::index: out = index_name(e->var); break;
    case Kind::ref: out = application(e); break;
    case Kind::add: out = sum(e); break;
    case Kind::mul: out = product(e); break;
    case Kind::pow:
      out =
          e->kids[1]->is_number() ? power(scalar(e->kids[0]), e->kids[1]->number) : exponential(e->kids[0], e->kids[1]);
      break;
    case Kind::func: {
      const auto id = static_cast<Elementary>(e->op);
      if (id == Elementary::exp && !taken("e")) {
        FormPtr exponent = inline_(e->kids[0]);
        if (weight(*exponent) <= 5) {
          out = form::power(form::name("e"), std::move(exponent));
          break;
        }
      }
      out = function(id, scalar(e->kids[0]));
      break;
    }
    case Kind::reduce: out = reduce(e); break;
    case Kind::delta: out = form::scripts(form::name("\\delta", "δ"), index_list(e->kids, false), nullptr); break;
    case Kind::select: out = select(e); break;
    case Kind::inverse: {
      const FormPtr matrix = argument(e->args[0]);
      out = entry(form::power(matrix, form::negated(form::number("1"))), e->kids);
      break;
    }
    case Kind::det: out = form::function(form::name("\\det", "det"), argument(e->args[0])); break;
    case Kind::deriv: out = deriv(e); break;
    case Kind::at: out = at_values(e); break;
  }
  --depth_;
  return out;
}

FormPtr Presenter::entry(FormPtr matrix, const std::vector<Expr>& at) {
  return form::scripts(std::move(matrix), index_list(at, false), nullptr);
}

/// Index terms side by side where every one is a single letter, else with commas.
FormPtr Presenter::index_list(const std::vector<Expr>& terms, bool commas) {
  Forms items;
  for (const Expr term : terms) {
    items.push_back(inline_(term));
    const bool letter = items.back()->kind == Form::Kind::name && code_points(items.back()->text).size() == 1;
    if (!letter) commas = true;
  }
  return items.empty() ? nullptr : form::list(std::move(items), commas ? "," : "");
}

FormPtr Presenter::symbol(Expr ref, std::size_t written, int primes) {
  const Symbol* symbol = ref->symbol;
  std::vector<Expr> sub, sup;
  Forms bracketed;
  for (std::size_t i = 0; i < written && i < ref->kids.size(); ++i) {
    const Place place = i < symbol->places.size() ? symbol->places[i] : Place::axis;
    if (place == Place::sup) {
      sup.push_back(ref->kids[i]);
    } else if (place == Place::sup_paren || place == Place::sup_bracket) {
      bracketed.push_back(form::group(inline_(ref->kids[i]), place == Place::sup_bracket ? "[" : "("));
    } else {
      sub.push_back(ref->kids[i]);
    }
  }
  // A member of a family and an axis of it are told apart by a comma.
  std::size_t family_subs = 0;
  for (std::size_t i = 0; i < symbol->family && i < symbol->places.size(); ++i) {
    family_subs += symbol->places[i] == Place::sub;
  }
  const bool commas = family_subs > 0 && sub.size() > family_subs;
  if (!sup.empty()) bracketed.push_back(index_list(sup, false));
  FormPtr raised = bracketed.empty() ? nullptr : form::list(std::move(bracketed), "");
  return form::scripts(form::name(symbol->latex, shown(*symbol)), index_list(sub, commas), std::move(raised), primes);
}

FormPtr Presenter::argument(const Lambda& lambda) {
  if (lambda.params.empty())
    return in_matrices_ ? tensor(lambda.body, {}).value_or(form::name("\\dots", "…")) : scalar(lambda.body);
  if (ends_in(lambda.body, lambda.params) && lambda.body->slots.empty()) {
    const Expr ref = lambda.body;
    const std::size_t written = ref->kids.size() - lambda.params.size();
    FormPtr head = symbol(ref, written);
    return ref->args.empty() ? head : form::call(std::move(head), arguments(ref));
  }
  if (const auto folded = tensor(lambda.body, lambda.params)) return *folded;
  for (const IndexVar* param : lambda.params) bind(param);
  Forms params;
  for (const IndexVar* param : lambda.params) params.push_back(index_name(param));
  FormPtr out = form::scripts(form::group(scalar(lambda.body)), form::list(std::move(params), ""), nullptr);
  for (const IndexVar* param : lambda.params) unbind(param);
  return out;
}

Forms Presenter::arguments(Expr ref) {
  Forms out;
  const std::size_t parameters = ref->symbol->parameters;
  const std::size_t first = parameters < ref->args.size() && parameters > 0 ? ref->args.size() - parameters : 0;
  for (std::size_t i = 0; i < ref->args.size(); ++i) {
    FormPtr next = argument(ref->args[i]);
    if (first > 0 && i == first) next = form::list({std::move(out.back()), std::move(next)}, "; "), out.pop_back();
    out.push_back(std::move(next));
  }
  return out;
}

FormPtr Presenter::application(Expr e) {
  if (!e->slots.empty()) return slot_derivative(e);
  FormPtr head = symbol(e, e->kids.size());
  return e->args.empty() ? head : form::call(std::move(head), arguments(e));
}

FormPtr Presenter::function(Elementary function, FormPtr argument) {
  if (function == Elementary::abs) return form::bars("|", std::move(argument));
  const ElementaryRow& row = row_of(function);
  return form::function(form::name(std::string(row.latex), std::string(row.name)), std::move(argument));
}

FormPtr Presenter::power(FormPtr base, const Rational& exponent) {
  const Rational positive = abs(exponent);
  FormPtr out;
  if (positive == 1) {
    out = std::move(base);
  } else if (positive == Rational(1, 2)) {
    out = form::root(std::move(base));
  } else {
    out = form::power(std::move(base), rational(positive));
  }
  return exponent < 0 ? form::fraction(form::number("1"), std::move(out)) : out;
}

FormPtr Presenter::exponential(Expr base, Expr exponent) { return form::power(scalar(base), inline_(exponent)); }

Presenter::Term Presenter::split_sign(Expr e) {
  if (e->is_number() && e->number < 0) return {true, make::neg(e)};
  if (e->kind == Kind::mul) {
    for (const Expr kid : e->kids) {
      if (kid->is_number() && kid->number < 0) return {true, make::neg(e)};
    }
  }
  return {false, e};
}

std::vector<Expr> Presenter::in_order(Expr sum) {
  struct Summand {
    Expr term;
    bool negative;
    Rational degree;
  };
  std::vector<Summand> terms;
  for (const Expr kid : sum->kids) terms.push_back({kid, split_sign(kid).negative, degree(kid, degrees_)});
  // Positive terms first, high powers first, and a constant before what is no polynomial: x² + 1, 1 + e^{-x}.
  std::stable_sort(terms.begin(), terms.end(), [](const Summand& a, const Summand& b) {
    if (a.negative != b.negative) return b.negative;
    if (a.degree != b.degree) return a.degree > b.degree;
    return a.term->is_number() && !b.term->is_number();
  });
  std::vector<Expr> out;
  for (const Summand& summand : terms) out.push_back(summand.term);
  return out;
}

FormPtr Presenter::sum(Expr e) {
  Forms forms;
  std::vector<int> signs;
  for (const Expr kid : in_order(e)) {
    const Term term = split_sign(kid);
    forms.push_back(scalar(term.positive));
    signs.push_back(term.negative ? -1 : 1);
  }
  return form::sum(forms, signs);
}

std::vector<Expr> Presenter::factors_in_order(std::vector<Expr> factors) {
  std::stable_sort(factors.begin(), factors.end(), [](Expr a, Expr b) {
    const int first = rank(a), second = rank(b);
    return first != second ? first < second : name_of(a) < name_of(b);
  });
  return factors;
}

FormPtr Presenter::product(Expr e) {
  const Term term = split_sign(e);
  if (term.positive->kind != Kind::mul) {
    FormPtr out = scalar(term.positive);
    return term.negative ? form::without_minus(form::negated(out)) : out;
  }
  const std::vector<Expr> factors = factors_in_order(term.positive->kids);
  Rational coefficient = 1;
  Forms above, below, behind;
  for (const Expr factor : factors) {
    if (factor->is_number()) {
      coefficient *= factor->number;
    } else if (factor->kind == Kind::pow && factor->kids[1]->is_number() && factor->kids[1]->number < 0) {
      below.push_back(power(scalar(factor->kids[0]), Rational(-factor->kids[1]->number)));
    } else {
      FormPtr form = scalar(factor);
      if (form::take_minus(form)) coefficient = -coefficient;
      const bool last = factor->kind == Kind::reduce || factor->kind == Kind::deriv || factor->kind == Kind::select;
      (last ? behind : above).push_back(std::move(form));
    }
  }
  if (term.negative) coefficient = -coefficient;
  return form::without_minus(assemble(coefficient, std::move(above), std::move(below), std::move(behind)));
}

FormPtr Presenter::assemble(const Rational& coefficient, Forms above, Forms below, Forms behind) {
  const Rational positive = abs(coefficient);
  const bool short_factors = std::all_of(above.begin(), above.end(), [](const FormPtr& f) {
    return f->kind == Form::Kind::name || (f->kind == Form::Kind::scripts && f->kids[0]->kind == Form::Kind::name);
  });
  const bool together = positive.get_den() != 1 && short_factors && !above.empty() && !behind.empty();  // (n/2) Σ⁻¹
  FormPtr out;
  if (below.empty() && !inline_fractions_ && !together) {
    Forms all;
    if (positive != 1) all.push_back(rational(positive));
    all.insert(all.end(), above.begin(), above.end());
    all.insert(all.end(), behind.begin(), behind.end());
    out = form::product(std::move(all));
  } else {
    const Rational top = positive.get_num(), bottom = positive.get_den();
    if (top != 1) above.insert(above.begin(), rational(top));
    if (bottom != 1) below.insert(below.begin(), rational(bottom));
    FormPtr first = form::product(std::move(above));
    if (!below.empty()) first = form::fraction(std::move(first), form::product(std::move(below)));
    behind.insert(behind.begin(), std::move(first));
    out = form::product(std::move(behind));
  }
  return coefficient < 0 ? form::negated(out) : out;
}

FormPtr Presenter::reduction(ReduceOp op, FormPtr lower, FormPtr upper, FormPtr body) {
  static constexpr const char* latex[] = {"\\sum", "\\prod", "\\max", "\\min"};
  static constexpr const char* text[] = {"Σ", "∏", "max", "min"};
  const auto k = static_cast<std::size_t>(op);
  return form::big(latex[k], text[k], std::move(lower), std::move(upper), std::move(body));
}

FormPtr Presenter::reduce(Expr e) {
  const Expr body = e->kids[0];
  const IndexVar* var = e->var;
  // Σ_i [i ≠ k] … is written Σ_{i ≠ k} … where the range of i is plain to see.
  if (e->reduce_op() == ReduceOp::sum) {
    std::vector<Expr> factors = body->kind == Kind::mul ? body->kids : std::vector<Expr>{body};
    for (Expr& factor : factors) {
      if (factor->kind != Kind::select || factor->relation() != Relation::ne || !factor->kids[3]->is_zero()) continue;
      const bool left = factor->kids[0]->kind == Kind::index && factor->kids[0]->var == var;
      const bool right = factor->kids[1]->kind == Kind::index && factor->kids[1]->var == var;
      if (!left && !right) continue;
      const Expr other = factor->kids[left ? 1 : 0];
      if (mentions(other, var)) continue;
      factor = factor->kids[2];
      const Expr rest = make::mul(factors);
      if (!range_shows(rest, var)) break;
      bind(var);
      FormPtr lower = form::relation("\\neq", "≠", index_name(var), inline_(other));
      FormPtr inside = scalar(rest);
      unbind(var);
      return reduction(ReduceOp::sum, std::move(lower), nullptr, std::move(inside));
    }
  }
  bool negative = false;
  FormPtr whole = over(e->reduce_op(), var, [&] {
    FormPtr inside = scalar(body);
    negative = e->reduce_op() == ReduceOp::sum && form::take_minus(inside);
    return inside;
  });
  return negative ? form::negated(whole) : whole;
}

FormPtr Presenter::condition(Relation relation, Expr a, Expr b) {
  return form::relation(relation_latex(relation), relation_text(relation), scalar(a), scalar(b));
}

FormPtr Presenter::select(Expr e) {
  const Relation relation = e->relation();
  const Expr a = e->kids[0], b = e->kids[1], then = e->kids[2], otherwise = e->kids[3];
  const bool greater = relation == Relation::gt || relation == Relation::ge;
  const bool less = relation == Relation::lt || relation == Relation::le;
  if ((greater || less) && ((a == then && b == otherwise) || (a == otherwise && b == then))) {
    const char* name = greater == (a == then) ? "max" : "min";
    return form::call(form::name(std::string("\\") + name, name), {scalar(a), scalar(b)});
  }
  if (otherwise->is_zero() || then->is_zero()) {
    const bool holds = otherwise->is_zero();
    FormPtr bracket = form::group(condition(holds ? relation : opposite(relation), a, b), "[");
    FormPtr value = scalar(holds ? then : otherwise);
    if (value->kind == Form::Kind::sum && value->kids.size() == 1) {
      return form::negated(form::product({value->kids[0], std::move(bracket)}));
    }
    return form::product({std::move(value), std::move(bracket)});
  }
  return form::cases({scalar(then), condition(relation, a, b), scalar(otherwise), nullptr});
}

}  // namespace gradus
