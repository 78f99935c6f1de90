#include "program/partials.h"

#include <algorithm>
#include <unordered_map>

#include "program/lowerer.h"

namespace gradus {
namespace {

class Sweep {
 public:
  Sweep(const std::vector<const Symbol*>& by) : by_(by) {}

  /// Adjoints of the elements for a seed at the body.
  std::vector<std::pair<Expr, Expr>> run(Expr body) {
    order(body);
    adjoint_[body].push_back(make::number(1));
    std::vector<std::pair<Expr, Expr>> out;
    for (auto node = order_.rbegin(); node != order_.rend(); ++node) {
      const auto found = adjoint_.find(*node);
      if (found == adjoint_.end()) continue;
      const Expr total = make::add(found->second);
      if (total->is_zero()) continue;
      if ((*node)->kind == Kind::ref)
        out.emplace_back(*node, total);
      else
        pull(*node, total, out);
    }
    // An element that is read in a branch and outside it has one derivative.
    std::vector<std::pair<Expr, Expr>> merged;
    for (const auto& [element, value] : out) {
      const auto same = std::find_if(merged.begin(), merged.end(), [&](const auto& m) { return m.first == element; });
      if (same == merged.end())
        merged.emplace_back(element, value);
      else
        same->second = make::add({same->second, value});
    }
    return merged;
  }

 private:
  bool active(Expr e) {
    const auto [found, fresh] = active_.try_emplace(e, false);
    if (!fresh) return found->second;
    bool is = false;
    if (e->kind == Kind::ref)
      is = std::find(by_.begin(), by_.end(), e->symbol) != by_.end();
    else if (e->kind != Kind::delta)
      is = std::any_of(e->kids.begin(), e->kids.end(), [&](Expr kid) { return active(kid); });
    return active_[e] = is;
  }

  void order(Expr e) {
    if (!active(e) || !seen_.insert(e).second) return;
    // What stands in the branches of a selection is swept on its own.
    if (e->kind != Kind::ref && e->kind != Kind::select) {
      for (Expr kid : e->kids) order(kid);
    }
    order_.push_back(e);
  }

  void give(Expr to, Expr amount) {
    if (active(to)) adjoint_[to].push_back(amount);
  }

  void pull(Expr node, Expr total, std::vector<std::pair<Expr, Expr>>& out) {
    switch (node->kind) {
      case Kind::add:
        for (Expr kid : node->kids) give(kid, total);
        return;
      case Kind::mul:
        for (std::size_t i = 0; i < node->kids.size(); ++i) {
          if (!active(node->kids[i])) continue;
          std::vector<Expr> others{total};
          for (std::size_t j = 0; j < node->kids.size(); ++j) {
            if (j != i) others.push_back(node->kids[j]);
          }
          give(node->kids[i], make::mul(std::move(others)));
        }
        return;
      case Kind::pow: {
        const Expr base = node->kids[0], exponent = node->kids[1];
        const Expr zero = make::number(0);
        const auto but_at_zero = [&](Expr of, Expr amount) {
          return make::select(Relation::eq, of, zero, zero, amount);
        };
        if (active(base)) {
          const Expr amount = make::mul({exponent, make::pow(base, make::add({exponent, make::number(-1)}))});
          // Edges (docs/compute.md): a root, and so a norm, has derivative 0 at 0; and so has x^n where n is 0.
          const bool root = exponent->is_number() && exponent->number > 0 && exponent->number < 1;
          give(base, make::mul({total, root                    ? but_at_zero(base, amount)
                                       : exponent->is_number() ? amount
                                                               : but_at_zero(exponent, amount)}));
        }
        if (active(exponent))
          give(exponent, make::mul({total, but_at_zero(base, make::mul({node, make::func(Elementary::log, base)}))}));
        return;
      }
      case Kind::func: {
        const ElementaryRow& row = row_of(static_cast<Elementary>(node->op));
        if (!row.derivative) cannot_lower("the derivative of " + std::string(row.name) + " is not in the table", "");
        give(node->kids[0], make::mul({total, row.derivative(node->kids[0])}));
        return;
      }
      case Kind::select: {
        const auto branch = [&](Expr kid, bool first) {
          if (!active(kid)) return;
          for (const auto& [element, value] : Sweep(by_).run(kid)) {
            const Expr amount = make::mul({total, value}), zero = make::number(0);
            out.emplace_back(element, make::select(node->relation(), node->kids[0], node->kids[1],
                                                   first ? amount : zero, first ? zero : amount));
          }
        };
        branch(node->kids[2], true);
        branch(node->kids[3], false);
        return;
      }
      default: return;
    }
  }

  const std::vector<const Symbol*>& by_;
  std::unordered_map<Expr, bool> active_;
  std::unordered_map<Expr, std::vector<Expr>> adjoint_;
  std::set<Expr> seen_;
  std::vector<Expr> order_;
};

}  // namespace

std::vector<std::pair<Expr, Expr>> partials(Expr body, const std::vector<const Symbol*>& by) {
  return Sweep(by).run(body);
}

}  // namespace gradus
