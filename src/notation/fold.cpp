// Sums and terms: which index joins what.
#include "notation/fold.h"

#include <algorithm>
#include <utility>

namespace gradus {
namespace {

bool holds(const IndexVars& vars, const IndexVar* var) { return std::count(vars.begin(), vars.end(), var) != 0; }

/// The variables of `among` that are free in e, in their order there.
IndexVars used(Expr e, const IndexVars& among) {
  IndexVars out;
  for (const IndexVar* var : among) {
    if (holds(e->free, var)) out.push_back(var);
  }
  return out;
}

int ends_at(const MatrixChain& c, const IndexVar* var) { return (c.row == var) + (c.column == var); }

int transposes_in(const MatrixChain& c) {
  return static_cast<int>(
      std::count_if(c.factors.begin(), c.factors.end(), [](const MatrixFactor& factor) { return factor.transposed; }));
}

bool is_vector(const MatrixChain& c) { return (c.row == nullptr) != (c.column == nullptr); }

const IndexVar* end_of(const MatrixChain& vector) { return vector.row ? vector.row : vector.column; }

MatrixChain column(MatrixChain c) { return c.row ? c : chain::transposed(std::move(c)); }

bool has_delta(Expr sum) {
  return sum->kind == Kind::add && std::any_of(sum->kids.begin(), sum->kids.end(), [](Expr term) {
           const auto is_delta = [](Expr e) { return e->kind == Kind::delta; };
           return is_delta(term) ||
                  (term->kind == Kind::mul && std::any_of(term->kids.begin(), term->kids.end(), is_delta));
         });
}

/// A product of several factors is bracketed before it stands beside others.
FormPtr bracketed(FormPtr scalar) {
  return scalar->kind == Form::Kind::product || scalar->kind == Form::Kind::circled ? form::group(std::move(scalar))
                                                                                    : scalar;
}

}  // namespace

std::optional<FormPtr> Presenter::tensor(Expr e, const IndexVars& axes, bool row) {
  const bool before = std::exchange(in_matrices_, true);
  auto out = Folder(*this).tensor(e, axes, row);
  in_matrices_ = before;
  return out;
}

std::optional<FormPtr> Folder::tensor(Expr e, const IndexVars& axes, bool row) {
  if (axes.size() > 2 || !presenter_.may_fold()) return std::nullopt;
  if (e->is_zero()) return form::number("0");
  if (axes.empty()) return scalar(e);
  const auto folded = terms(e, axes);
  return folded ? std::optional(sum(*folded, row)) : std::nullopt;
}

std::optional<std::vector<Folder::Term>> Folder::terms(Expr e, const IndexVars& axes) {
  std::vector<Term> out;
  const std::vector<Expr> summands = e->kind == Kind::add ? presenter_.in_order(e) : std::vector<Expr>{e};
  for (const Expr summand : summands) {
    auto folded = term(summand, axes);
    if (!folded) return std::nullopt;
    out.push_back(std::move(*folded));
  }
  return grouped(std::move(out));
}

/// Terms as one factor: the chain that a single one is, or a bracket.
MatrixChain Folder::factor(const std::vector<Term>& terms, const IndexVars& axes) {
  if (terms.size() == 1) {
    const Parts& parts = terms[0].parts;
    if (parts.coefficient == 1 && parts.above.empty() && parts.below.empty()) return *terms[0].chain;
  }
  MatrixChain out = chain::of(sum(terms, false), axes[0], axes.size() > 1 ? axes[1] : nullptr);
  if (axes.size() > 1) out.factors[0].flipped = sum(terms, true);
  return out;
}

FormPtr Folder::scalar(Expr e) {
  if (!presenter_.may_fold()) return presenter_.scalar(e);
  switch (e->kind) {
    case Kind::add: {
      Forms forms;
      std::vector<int> signs;
      for (const Expr summand : presenter_.in_order(e)) {
        forms.push_back(scalar(summand));
        signs.push_back(1);
      }
      return form::sum(forms, signs);
    }
    case Kind::mul:
    case Kind::reduce: {
      if (e->kind == Kind::reduce && e->reduce_op() != ReduceOp::sum) return presenter_.scalar(e);
      const auto folded = term(e, {});
      return folded ? form::without_minus(written(*folded)) : presenter_.scalar(e);
    }
    case Kind::pow: {
      if (!e->kids[1]->is_number()) return presenter_.scalar(e);
      Term power;
      scalar_factor(e, 1, power.parts);
      return written(power);
    }
    case Kind::func: {
      const auto id = static_cast<Elementary>(e->op);
      FormPtr argument = scalar(e->kids[0]);
      if (id == Elementary::exp && !presenter_.taken("e") && weight(*argument) <= 3) {
        return form::power(form::name("e"), std::move(argument));
      }
      return presenter_.function(id, std::move(argument));
    }
    default: return presenter_.scalar(e);
  }
}

void Folder::scalar_factor(Expr e, const Rational& exponent, Parts& parts) {
  if (e->is_number() && exponent == 1) {
    parts.coefficient *= e->number;
    return;
  }
  if (e->kind == Kind::pow && e->kids[1]->is_number()) {
    scalar_factor(e->kids[0], Rational(exponent * e->kids[1]->number), parts);
    return;
  }
  FormPtr base = scalar(e);
  Rational power = exponent;
  const bool norm = base->kind == Form::Kind::power && base->kids[1]->text == "2" &&
                    (base->kids[0]->kind == Form::Kind::bars || base->kids[0]->kind == Form::Kind::scripts);
  if (norm && exponent != 1) {
    base = base->kids[0];
    power *= 2;
  } else if (exponent != 1) {
    base = base->kind == Form::Kind::product ? form::group(base) : base;
  }
  FormPtr raised = presenter_.power(std::move(base), abs(power));
  (power < 0 ? parts.below : parts.above).push_back(std::move(raised));
}

void Folder::flatten(Expr e, Network& network) {
  if (e->kind == Kind::mul) {
    for (const Expr kid : e->kids) flatten(kid, network);
  } else if (e->kind == Kind::reduce && e->reduce_op() == ReduceOp::sum) {
    const Expr own = holds(network.bound, e->var) ? refresh(e) : e;
    network.bound.push_back(own->var);
    flatten(own->kids[0], network);
  } else {
    network.factors.push_back(e);
  }
}

std::optional<Folder::Term> Folder::term(Expr e, const IndexVars& axes) {
  if (!presenter_.may_fold()) return std::nullopt;
  Network net;
  flatten(e, net);
  net.factors = Presenter::factors_in_order(std::move(net.factors));
  IndexVars apart;
  for (const IndexVar* var : net.bound) {
    const bool on_axes =
        std::all_of(net.factors.begin(), net.factors.end(), [&](Expr f) { return only_on_axes(f, var); });
    const bool in_ranges = std::any_of(net.bound.begin(), net.bound.end(), [&](const IndexVar* other) {
      return holds(other->lo->free, var) || holds(other->hi->free, var);
    });
    if (!on_axes || in_ranges) apart.push_back(var);
  }
  for (const IndexVar* axis : axes) {
    for (const Expr factor : net.factors) {
      if (!only_on_axes(factor, axis)) return std::nullopt;
    }
  }
  // A bracket with a δ in it is better multiplied out: diag(s) − s sᵀ.
  for (std::size_t i = 0; i < net.factors.size(); ++i) {
    if (axes.size() == 2 && net.factors.size() > 1 && has_delta(net.factors[i])) {
      if (auto distributed = distribute(net, axes, i)) return distributed;
    }
  }
  if (auto folded = with_explicit(net, axes, apart, 2)) return folded;
  // A factor that is a sum may hide what would fold term by term.
  for (std::size_t i = 0; i < net.factors.size(); ++i) {
    if (net.factors[i]->kind != Kind::add) continue;
    if (auto distributed = distribute(net, axes, i)) return distributed;
  }
  return std::nullopt;
}

/// The sum of the terms that multiplying out the bracket net.factors[at] gives, as one factor.
std::optional<Folder::Term> Folder::distribute(const Network& net, const IndexVars& axes, std::size_t at) {
  if (net.factors[at]->kids.size() > 8) return std::nullopt;
  std::vector<Term> terms;
  for (const Expr summand : presenter_.in_order(net.factors[at])) {
    std::vector<Expr> factors = net.factors;
    factors[at] = summand;
    Expr product = make::mul(factors);
    for (auto it = net.bound.rbegin(); it != net.bound.rend(); ++it) product = make::sum(*it, product);
    auto folded = term(refresh(product), axes);
    if (!folded) return std::nullopt;
    terms.push_back(std::move(*folded));
  }
  terms = grouped(std::move(terms));
  Term out;
  if (axes.empty()) {
    out.parts.above.push_back(sum(terms, false));
  } else {
    out.chain = factor(terms, axes);
  }
  return out;
}

/// The network with the variables `apart` as explicit sums; up to `more` others are tried there where it does not fold.
std::optional<Folder::Term> Folder::with_explicit(const Network& net, const IndexVars& axes, IndexVars apart,
                                                  int more) {
  IndexVars bound;
  for (const IndexVar* var : net.bound) {
    if (!holds(apart, var)) bound.push_back(var);
  }
  std::optional<Term> out;
  if (apart.empty()) {
    out = network(net.factors, bound, axes);
  } else {
    // Scalars that the sums leave alone stand before them.
    std::vector<Expr> inside;
    Term outer;
    for (const Expr factor : net.factors) {
      if (used(factor, net.bound).empty() && used(factor, axes).empty()) {
        scalar_factor(factor, 1, outer.parts);
      } else {
        inside.push_back(factor);
      }
    }
    bool folds = true;
    const std::function<FormPtr(std::size_t)> nested = [&](std::size_t k) -> FormPtr {
      if (k < apart.size()) return presenter_.over(ReduceOp::sum, apart[k], [&] { return nested(k + 1); });
      const auto inner = network(inside, bound, axes);
      folds = inner.has_value();
      return folds ? written(*inner) : form::number("0");
    };
    FormPtr whole = nested(0);
    if (folds) {
      if (axes.empty()) {
        outer.parts.above.push_back(std::move(whole));
      } else {
        outer.chain = chain::of(std::move(whole), axes[0], axes.size() > 1 ? axes[1] : nullptr);
      }
      out = std::move(outer);
    }
  }
  if (out || more == 0) return out;
  for (const IndexVar* var : bound) {
    IndexVars further = apart;
    further.push_back(var);
    if (auto other = with_explicit(net, axes, std::move(further), more - 1)) return other;
  }
  return std::nullopt;
}

std::optional<Folder::Term> Folder::network(const std::vector<Expr>& factors, IndexVars bound, const IndexVars& axes) {
  if (!presenter_.may_fold()) return std::nullopt;
  IndexVars tensor = axes;
  tensor.insert(tensor.end(), bound.begin(), bound.end());
  Term out;
  std::vector<MatrixChain> chains;
  for (const Expr factor : factors) {
    if (used(factor, tensor).empty()) {
      scalar_factor(factor, 1, out.parts);
      continue;
    }
    // A square that nothing else shares its indices with is a factor twice: Σ_i x_i² = xᵀx.
    const bool square = factor->kind == Kind::pow && factor->kids[1]->is_number() && factor->kids[1]->number == 2;
    const auto shared = [&](const IndexVar* var) {
      return !holds(bound, var) || std::any_of(factors.begin(), factors.end(),
                                               [&](Expr other) { return other != factor && holds(other->free, var); });
    };
    const IndexVars own = used(factor, tensor);
    const std::size_t times = square && std::none_of(own.begin(), own.end(), shared) ? 2 : 1;
    const auto c = atom(times == 2 ? factor->kids[0] : factor, tensor);
    if (!c) return std::nullopt;
    chains.insert(chains.end(), times, *c);
  }
  if (!contract(chains, bound, axes, out.parts)) return std::nullopt;
  if (!finish(chains, axes, out)) return std::nullopt;
  return out;
}

/// Joins, merges and absorbs until every index has at most its two ends. False if some index resists.
bool Folder::contract(std::vector<MatrixChain>& chains, const IndexVars& bound, const IndexVars& axes, Parts& parts) {
  const auto take = [&](std::size_t i) {
    MatrixChain c = std::move(chains[i]);
    chains.erase(chains.begin() + static_cast<std::ptrdiff_t>(i));
    return c;
  };
  const auto degree = [&](const IndexVar* var) {
    int ends = 0;
    for (const MatrixChain& c : chains) ends += ends_at(c, var);
    return ends + static_cast<int>(std::count(axes.begin(), axes.end(), var));
  };
  const auto holder = [&](const IndexVar* var) {
    for (std::size_t i = 0; i < chains.size(); ++i) {
      if (ends_at(chains[i], var) > 0) return i;
    }
    return chains.size();
  };
  IndexVars all = axes;
  all.insert(all.end(), bound.begin(), bound.end());
  IndexVars open = bound;
  for (bool changed = true; changed;) {
    changed = false;
    // An index that two ends share, or one: a matrix product, or one with ones.
    for (std::size_t k = 0; k < open.size() && !changed; ++k) {
      const IndexVar* var = open[k];
      const int ends = degree(var);
      if (ends > 2) continue;
      changed = true;
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(k));
      if (ends == 0) {
        scalar_factor(make::add({var->hi, make::neg(var->lo), make::number(1)}), 1, parts);
        break;
      }
      MatrixChain a = take(holder(var));
      if (ends_at(a, var) == 2) {
        parts.above.push_back(chain::trace(a));
        break;
      }
      if (a.column != var) a = chain::transposed(std::move(a));
      MatrixChain b = ends == 2 ? take(holder(var)) : chain::ones(var);
      if (b.row != var) b = chain::transposed(std::move(b));
      MatrixChain c = chain::joined(std::move(a), std::move(b));
      if (c.row == nullptr && c.column == nullptr) {
        parts.above.push_back(bracketed(chain::scalar(c)));
      } else {
        chains.push_back(std::move(c));
      }
    }
    // An index with three ends and more: element-wise products, then diagonal matrices.
    for (const IndexVar* var : all) {
      if (changed) break;
      if (degree(var) <= 2) continue;
      for (std::size_t i = 0; i < chains.size() && !changed; ++i) {
        if (ends_at(chains[i], var) == 2) {
          chains[i] = chain::of(chain::diag(chains[i]), var, nullptr);
          changed = true;
          break;
        }
        if (ends_at(chains[i], var) != 1) continue;
        for (std::size_t j = i + 1; j < chains.size() && !changed; ++j) {
          const MatrixChain& a = chains[i];
          const MatrixChain& b = chains[j];
          const bool straight = a.row == b.row && a.column == b.column;
          const bool crossed = a.row == b.column && a.column == b.row;
          if (!straight && !crossed) continue;
          const MatrixChain second = straight ? b : chain::transposed(b);
          chains[i] = is_vector(a) ? chain::hadamard(column(a), column(second)) : chain::hadamard(a, second);
          take(j);
          changed = true;
        }
      }
      for (std::size_t i = 0; i < chains.size() && !changed; ++i) {
        if (!is_vector(chains[i]) || end_of(chains[i]) != var) continue;
        const MatrixChain vector = column(take(i));
        const MatrixChain matrix = chain::of(chain::diag(vector), var, var, true);
        MatrixChain& other = chains[holder(var)];
        const bool first = other.row == var;
        other = first ? chain::joined(matrix, other) : chain::joined(other, matrix);
        changed = true;
      }
    }
  }
  return open.empty() && std::all_of(all.begin(), all.end(), [&](const IndexVar* var) { return degree(var) <= 2; });
}

/// What is left is put on the axes: ones where nothing depends on an axis, an outer product of two vectors.
bool Folder::finish(std::vector<MatrixChain>& chains, const IndexVars& axes, Term& out) {
  if (axes.empty()) return chains.empty();
  for (const IndexVar* axis : axes) {
    const bool present =
        std::any_of(chains.begin(), chains.end(), [&](const MatrixChain& c) { return ends_at(c, axis) > 0; });
    if (!present) chains.push_back(chain::ones(axis));
  }
  if (axes.size() == 1) {
    if (chains.size() != 1 || !is_vector(chains[0])) return false;
    out.chain = column(chains[0]);
    return true;
  }
  if (chains.size() == 1) {
    out.chain = chains[0].row == axes[0] ? chains[0] : chain::transposed(chains[0]);
    return out.chain->row == axes[0] && out.chain->column == axes[1];
  }
  if (chains.size() != 2 || !is_vector(chains[0]) || !is_vector(chains[1])) return false;
  const std::size_t first = end_of(chains[0]) == axes[0] ? 0 : 1;
  out.chain = chain::joined(column(chains[first]), chain::transposed(column(chains[1 - first])));
  return true;
}

FormPtr Folder::written(const Term& term) {
  Forms behind;
  if (term.chain) behind = chain::factors(*term.chain);
  Forms above = term.parts.above;
  if (above.size() == 1 && behind.empty() && term.parts.below.empty() && above[0]->kind == Form::Kind::group) {
    above[0] = above[0]->kids[0];
  }
  // x/‖x‖ rather than 1/‖x‖ · x.
  if (behind.size() == 1 && above.empty() && !term.parts.below.empty() && !reaches_right(*behind[0]) &&
      !term.chain->factors[0].identity) {
    above.push_back(std::move(behind[0]));
    behind.clear();
  }
  // A Σ among the factors reaches to the end of the term: it stands last, and behind a fraction.
  const auto first =
      std::stable_partition(above.begin(), above.end(), [](const FormPtr& f) { return !reaches_right(*f); });
  const bool alone = above.size() == 1 && term.parts.below.empty();
  if (!alone) {
    behind.insert(behind.end(), first, above.end());
    above.erase(first, above.end());
  }
  return presenter_.assemble(term.parts.coefficient, std::move(above), term.parts.below, std::move(behind));
}

/// Equal terms add up; terms that end in the same vector, after matrices, are taken together: (A + Aᵀ)x.
std::vector<Folder::Term> Folder::grouped(std::vector<Term> terms) {
  const auto all_same = [](const Forms& a, const Forms& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const FormPtr& x, const FormPtr& y) { return same(*x, *y); });
  };
  const auto fits = [&](const Term& a, const Term& b) {
    return a.chain && b.chain && a.chain->factors.size() > 1 && b.chain->factors.size() > 1 && !a.chain->column &&
           !b.chain->column && chain::same(a.chain->factors.back(), b.chain->factors.back()) &&
           abs(a.parts.coefficient) == abs(b.parts.coefficient) && all_same(a.parts.above, b.parts.above) &&
           all_same(a.parts.below, b.parts.below);
  };
  const auto equal = [&](const Term& a, const Term& b) {
    if (!a.chain || !b.chain || !all_same(a.parts.above, b.parts.above) || !all_same(a.parts.below, b.parts.below)) {
      return false;
    }
    return std::equal(a.chain->factors.begin(), a.chain->factors.end(), b.chain->factors.begin(),
                      b.chain->factors.end(), chain::same);
  };
  for (std::size_t i = 0; i < terms.size(); ++i) {
    for (std::size_t j = i + 1; j < terms.size();) {
      if (equal(terms[i], terms[j])) {
        terms[i].parts.coefficient += terms[j].parts.coefficient;
        terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(j));
      } else {
        ++j;
      }
    }
  }
  if (terms.size() > 1) std::erase_if(terms, [](const Term& term) { return term.parts.coefficient == 0; });
  for (std::size_t i = 0; i < terms.size(); ++i) {
    std::vector<Term> inner;
    for (std::size_t j = i; j < terms.size();) {
      if (j > i && !fits(terms[i], terms[j])) {
        ++j;
        continue;
      }
      if (terms[j].chain) {
        Term head;
        head.parts.coefficient = terms[j].parts.coefficient * terms[i].parts.coefficient < 0 ? -1 : 1;
        head.chain = terms[j].chain;
        head.chain->factors.pop_back();
        inner.push_back(std::move(head));
      }
      if (j == i) {
        ++j;
      } else {
        terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(j));
      }
    }
    if (inner.size() < 2) continue;
    MatrixFactor together;
    together.base = sum(inner, false);
    together.flipped = sum(inner, true);
    terms[i].chain->factors = {std::move(together), terms[i].chain->factors.back()};
  }
  return terms;
}

/// The terms as a sum. Among terms of one sign those without transposes come first: A + Aᵀ.
FormPtr Folder::sum(std::vector<Term> terms, bool row) {
  if (row) {
    for (Term& term : terms) {
      if (term.chain) term.chain = chain::transposed(std::move(*term.chain));
    }
  }
  const auto before = [&](const Term& a, const Term& b) {
    return a.parts.coefficient > 0 && b.parts.coefficient > 0 && a.chain && b.chain &&
           a.chain->factors.size() == b.chain->factors.size() && transposes_in(*a.chain) < transposes_in(*b.chain);
  };
  for (std::size_t i = 1; i < terms.size(); ++i) {
    for (std::size_t k = i; k > 0 && before(terms[k], terms[k - 1]); --k) std::swap(terms[k], terms[k - 1]);
  }
  Forms forms;
  for (const Term& term : terms) forms.push_back(written(term));
  FormPtr whole = form::sum(forms, std::vector<int>(forms.size(), 1));
  return terms.size() == 1 ? form::without_minus(std::move(whole)) : whole;
}

}  // namespace gradus
