#include "notation/chain.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gradus::chain {
namespace {

FormPtr base_form(const MatrixFactor& factor) {
  FormPtr base = factor.base ? factor.base : form::name("\\mathbf{1}", "𝟏");
  if (factor.below.empty()) return base;
  FormPtr below = factor.below.size() == 1 ? factor.below[0] : form::circled("⊙", factor.below);
  return form::circled("⊘", {std::move(base), std::move(below)});
}

FormPtr factor_form(const MatrixFactor& factor) {
  FormPtr base = base_form(factor);
  if (!factor.transposed && !factor.inverted) return base;
  FormPtr sup = !factor.inverted    ? form::name("T")
                : factor.transposed ? form::name("-T", "−T")
                                    : form::name("-1", "−1");
  return form::scripts(std::move(base), nullptr, std::move(sup));
}

MatrixFactor transposed(MatrixFactor factor) {
  if (factor.flipped && !factor.transposed && !factor.inverted) {
    std::swap(factor.base, factor.flipped);
    return factor;
  }
  if (!factor.symmetric) factor.transposed = !factor.transposed;
  return factor;
}

std::vector<MatrixFactor> transposed(const std::vector<MatrixFactor>& factors) {
  std::vector<MatrixFactor> out;
  for (auto it = factors.rbegin(); it != factors.rend(); ++it) out.push_back(transposed(*it));
  return out;
}

std::string spelling(const std::vector<MatrixFactor>& factors) {
  std::string out;
  for (const MatrixFactor& factor : factors) out += render_text(*factor_form(factor)) + " ";
  return out;
}

/// Whether a is the better of two ways to write the same: fewer transposes, fewer of them on calls (which need
/// brackets), AᵀB rather than ABᵀ, ones in front, then by name.
bool better(const std::vector<MatrixFactor>& a, const std::vector<MatrixFactor>& b) {
  const auto transposes = [](const std::vector<MatrixFactor>& factors) {
    return std::count_if(factors.begin(), factors.end(), [](const MatrixFactor& factor) { return factor.transposed; });
  };
  const auto awkward = [](const std::vector<MatrixFactor>& factors) {
    return std::count_if(factors.begin(), factors.end(), [](const MatrixFactor& factor) {
      return factor.transposed && (!factor.base || factor.base->kind == Form::Kind::call || !factor.below.empty());
    });
  };
  if (transposes(a) != transposes(b)) return transposes(a) < transposes(b);
  if (awkward(a) != awkward(b)) return awkward(a) < awkward(b);
  const bool transposed_first = a.size() == 2 && a.front().transposed != b.front().transposed;
  if (transposed_first) return a.front().transposed;
  const std::string first = spelling(a), second = spelling(b);
  const bool ones_first = first.rfind("𝟏", 0) == 0, ones_second = second.rfind("𝟏", 0) == 0;
  return ones_first != ones_second ? ones_first : first < second;
}

bool equal(const std::vector<MatrixFactor>& a, const std::vector<MatrixFactor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const MatrixFactor& x, const MatrixFactor& y) { return same(x, y); });
}

/// The right half, where the left half is its transpose: vᵀv with v = the half.
std::vector<MatrixFactor> square_root(const std::vector<MatrixFactor>& factors) {
  if (factors.size() % 2 != 0) return {};
  const auto middle = factors.begin() + static_cast<std::ptrdiff_t>(factors.size() / 2);
  const std::vector<MatrixFactor> left(factors.begin(), middle), right(middle, factors.end());
  return equal(transposed(left), right) ? right : std::vector<MatrixFactor>{};
}

FormPtr square_of_norm(const std::vector<MatrixFactor>& root, FormPtr sub) {
  Forms forms;
  for (const MatrixFactor& factor : root) forms.push_back(factor_form(factor));
  FormPtr norm = form::bars("‖", form::product(std::move(forms)));
  return form::power(form::scripts(std::move(norm), std::move(sub), nullptr), form::number("2"));
}

}  // namespace

bool same(const MatrixFactor& a, const MatrixFactor& b) {
  if (a.transposed != b.transposed || a.inverted != b.inverted || a.below.size() != b.below.size()) return false;
  for (std::size_t i = 0; i < a.below.size(); ++i) {
    if (!gradus::same(*a.below[i], *b.below[i])) return false;
  }
  return a.base == b.base || (a.base && b.base && gradus::same(*a.base, *b.base));
}

MatrixChain of(FormPtr base, const IndexVar* row, const IndexVar* column, bool symmetric) {
  MatrixFactor factor;
  factor.base = std::move(base);
  factor.symmetric = symmetric;
  return {row, column, {std::move(factor)}};
}

MatrixChain ones(const IndexVar* row) { return of(form::name("\\mathbf{1}", "𝟏"), row, nullptr); }

MatrixChain identity(const IndexVar* row, const IndexVar* column) {
  MatrixChain out = of(form::name("I"), row, column, true);
  out.factors[0].identity = true;
  return out;
}

MatrixChain transposed(MatrixChain c) {
  std::swap(c.row, c.column);
  c.factors = transposed(c.factors);
  return c;
}

MatrixChain joined(MatrixChain a, MatrixChain b) {
  MatrixChain out{a.row, b.column, std::move(a.factors)};
  out.factors.insert(out.factors.end(), b.factors.begin(), b.factors.end());
  const MatrixFactor one = out.factors[0];
  std::erase_if(out.factors, [](const MatrixFactor& factor) { return factor.identity; });
  if (out.factors.empty()) out.factors.push_back(one);
  return out;
}

MatrixChain hadamard(const MatrixChain& a, const MatrixChain& b) {
  MatrixChain out{a.row, a.column, {MatrixFactor{}}};
  Forms above;
  for (const MatrixChain* c : {&a, &b}) {
    const MatrixFactor& first = c->factors[0];
    const bool single = c->factors.size() == 1 && !first.transposed && !first.inverted;
    if (single) out.factors[0].below.insert(out.factors[0].below.end(), first.below.begin(), first.below.end());
    if (single && !first.base) continue;
    FormPtr base = single ? first.base : form(*c);
    if (base->kind == Form::Kind::circled && base->text == "⊙") {
      above.insert(above.end(), base->kids.begin(), base->kids.end());
    } else {
      above.push_back(std::move(base));
    }
  }
  if (above.size() == 1) out.factors[0].base = above[0];
  if (above.size() > 1) out.factors[0].base = form::circled("⊙", std::move(above));
  return out;
}

FormPtr diag(const MatrixChain& c) { return form::function(form::word("diag"), form(c)); }

Forms factors(const MatrixChain& c) {
  Forms forms;
  for (const MatrixFactor& factor : c.factors) forms.push_back(factor_form(factor));
  return forms;
}

FormPtr form(const MatrixChain& c) { return form::product(factors(c)); }

FormPtr scalar(const MatrixChain& c) {
  if (const auto root = square_root(c.factors); !root.empty()) return square_of_norm(root, nullptr);
  const std::vector<MatrixFactor> other = transposed(c.factors);
  return form({nullptr, nullptr, better(other, c.factors) ? other : c.factors});
}

FormPtr trace(const MatrixChain& c) {
  std::vector<MatrixFactor> best = c.factors;
  for (const auto& start : {c.factors, transposed(c.factors)}) {
    std::vector<MatrixFactor> turned = start;
    for (std::size_t i = 0; i < turned.size(); ++i) {
      if (const auto root = square_root(turned); !root.empty()) return square_of_norm(root, form::name("F"));
      if (better(turned, best)) best = turned;
      std::rotate(turned.begin(), turned.begin() + 1, turned.end());
    }
  }
  return form::function(form::word("tr"), form({nullptr, nullptr, std::move(best)}));
}

}  // namespace gradus::chain
