#include "check/hypotheses.h"

#include <algorithm>

#include "check/problem.h"
#include "notation/write.h"

namespace gradus {

namespace {

bool same_range(const Range& a, const Range& b) { return a.lo == b.lo && a.hi == b.hi; }

bool has_shape(const Symbol* symbol) {
  return std::all_of(symbol->indices.begin(), symbol->indices.end(), [](const Range& r) { return r.lo && r.hi; });
}

bool is_square(const Symbol* symbol) {
  return symbol->rank() == 2 && has_shape(symbol) &&
         same_range(symbol->indices[symbol->family], symbol->indices[symbol->family + 1]);
}

/// Weights: a vector, or a matrix by its rows.
bool has_rows(const Symbol* symbol) {
  return has_shape(symbol) && !symbol->indices.empty() && symbol->indices.size() <= 2;
}

/// What is squared in the definitions that an expression leads to, at the arguments that stand there: the residuals of
/// a fit.
class Squares {
 public:
  explicit Squares(Expr e) { open(e, 0); }
  std::vector<Expr> found;

 private:
  void open(Expr e, int depth) {
    visit(e, [&](Expr node) {
      if (depth > 0 && node->kind == Kind::pow && node->kids[1]->is_number() && node->kids[1]->number == 2)
        note(node->kids[0]);
      if (node->kind != Kind::ref || !node->symbol->defined() || depth >= 3 || !opened_.insert(node).second) return;
      const Expr plain = node->slots.empty() ? node : make::apply(node->symbol, node->kids, node->args);
      if (const auto body = unfold(plain)) open(*body, depth + 1);
    });
  }
  void note(Expr base) {
    const bool quantity = base->kind == Kind::ref && (base->symbol->defined() || base->symbol->role == Role::function);
    if ((base->kind == Kind::add || quantity) && std::find(found.begin(), found.end(), base) == found.end())
      found.push_back(base);
  }
  std::set<Expr> opened_;
};

/// The gradients that the sides speak of: a scalar that is defined in the sheet, by a variable that it depends on.
std::vector<Expr> gradients(const std::vector<const Symbol*>& losses, const std::vector<const Symbol*>& variables) {
  std::vector<Expr> result;
  for (const Symbol* loss : losses) {
    if (!loss->defined() || !loss->indices.empty() || !loss->formals.empty()) continue;
    for (const Symbol* by : variables) {
      if (by->role != Role::variable || by->family > 0 || !has_shape(by) || !depends_on(make::ref(loss), by)) continue;
      std::vector<Expr> at;
      for (const Range& range : by->indices) at.push_back(make::index(make::fresh("k", range.lo, range.hi)));
      result.push_back(make::deriv(make::ref(loss), make::ref(by, at)));
    }
  }
  return result;
}

bool same_shape(const Symbol* a, const Symbol* b) {
  return std::equal(a->indices.begin(), a->indices.end(), b->indices.begin(), b->indices.end(), same_range);
}

}  // namespace

std::vector<Hypothesis> hypotheses_for(const Case& side, const Claim& claim) {
  const Problem problem(side, claim, nullptr);
  std::vector<const Symbol*> symbols;
  for (const Symbol* symbol : problem.symbols)
    if (symbol->clauses.empty() && (symbol->role == Role::variable || symbol->role == Role::function))
      symbols.push_back(symbol);

  std::vector<Hypothesis> table;
  const auto assume = [&](const Symbol* symbol, const std::string& text, bool Traits::* trait) {
    Traits traits;
    traits.*trait = true;
    Hypothesis hypothesis;
    hypothesis.text = text;
    hypothesis.assumed.push_back({symbol, traits});
    table.push_back(std::move(hypothesis));
  };
  const auto traits = [&](const Symbol* symbol) { return problem.traits_of(symbol); };

  for (const Symbol* s : symbols)
    if (is_square(s) && !traits(s).symmetric && !traits(s).positive_definite && !traits(s).diagonal)
      assume(s, s->name + " symmetric", &Traits::symmetric);
  for (const Symbol* s : symbols) {
    const bool exchangeable =
        s->role == Role::function && s->formals.size() >= 2 &&
        std::all_of(s->formals.begin(), s->formals.end(), [&](auto f) { return same_shape(f, s->formals[0]); });
    if (exchangeable && !traits(s).symmetric_arguments)
      assume(s, s->name + " symmetric in its arguments", &Traits::symmetric_arguments);
  }
  for (std::size_t a = 0; a < symbols.size(); ++a)
    for (std::size_t b = a + 1; b < symbols.size(); ++b) {
      const Symbol *first = symbols[a], *second = symbols[b];
      if (first->role != Role::variable || second->role != Role::variable || !is_square(first) || !is_square(second))
        continue;
      if (!same_range(first->indices[first->family], second->indices[second->family])) continue;
      // The one that is drawn freely carries the stronger traits.
      const auto strength = [&](const Symbol* s) {
        return traits(s).positive_definite ? 2 : traits(s).symmetric ? 1 : 0;
      };
      if (strength(second) > strength(first)) std::swap(first, second);
      Hypothesis hypothesis;
      hypothesis.text = first->name + " and " + second->name + " commute";
      hypothesis.commuting.emplace_back(first, second);
      table.push_back(std::move(hypothesis));
    }
  for (const Symbol* s : symbols)
    if (s->role == Role::function && s->formals.size() == 1 && is_square(s)) {
      Hypothesis hypothesis;
      hypothesis.text = s->name + " commutes with its derivative";
      hypothesis.commutes_with_derivative = s;
      table.push_back(std::move(hypothesis));
    }
  for (const Symbol* s : symbols)
    if (s->role == Role::variable && has_rows(s) && !is_square(s) && !traits(s).sums_to_one && !traits(s).one_hot &&
        !traits(s).unit_norm)
      assume(s,
             s->indices.size() == 1 ? "the entries of " + s->name + " sum to one"
                                    : "each row of " + s->name + " sums to one",
             &Traits::sums_to_one);
  // An affine function has no second derivatives. It excuses a side that leaves them out, but not one that has them
  // wrong; and with first derivatives only it would hide at which point they are taken.
  if (std::max(problem.left_order, problem.right_order) >= 2 && std::min(problem.left_order, problem.right_order) < 2)
    for (const Symbol* s : symbols)
      if (s->role == Role::function && !traits(s).affine) assume(s, s->name + " affine", &Traits::affine);
  for (const Symbol* s : symbols)
    if (s->role == Role::variable && is_square(s) && !traits(s).orthogonal && !traits(s).positive_definite)
      assume(s, s->name + " orthogonal", &Traits::orthogonal);
  // A pair of matrices, each symmetric.
  for (std::size_t a = 0; a < symbols.size(); ++a)
    for (std::size_t b = a + 1; b < symbols.size(); ++b) {
      const auto free = [&](const Symbol* s) {
        return s->role == Role::variable && is_square(s) && !traits(s).symmetric && !traits(s).positive_definite;
      };
      if (!free(symbols[a]) || !free(symbols[b])) continue;
      Traits symmetric;
      symmetric.symmetric = true;
      Hypothesis hypothesis;
      hypothesis.text = symbols[a]->name + " and " + symbols[b]->name + " symmetric";
      hypothesis.assumed = {{symbols[a], symmetric}, {symbols[b], symmetric}};
      table.push_back(std::move(hypothesis));
    }
  const auto vanishes = [&](Expr e, const std::string& text) {
    Hypothesis hypothesis;
    hypothesis.text = text;
    hypothesis.vanishing.push_back(e);
    table.push_back(std::move(hypothesis));
  };
  for (Expr residual : Squares(make::add({side.lhs, side.rhs})).found)
    vanishes(residual, "the residual " + write_text(residual) + " is zero");
  for (Expr gradient : gradients(claim.symbols, symbols))
    vanishes(gradient,
             gradient->kids[1]->symbol->name + " is a stationary point of " + gradient->kids[0]->symbol->name);
  return table;
}

}  // namespace gradus
