#include "app/domain.h"

#include <algorithm>
#include <unordered_set>

#include "notation/write.h"

namespace gradus {
namespace {

/// Nodes that are positive wherever they are defined, as far as their form shows.
using Positive = std::unordered_set<Expr>;

/// Whether the node is one, its children being known.
bool is_positive(Expr e, const Positive& known) {
  const auto holds = [&](Expr kid) { return known.count(kid) != 0; };
  switch (e->kind) {
    case Kind::number: return e->number > 0;
    case Kind::ref: return e->symbol->role == Role::size || (e->symbol->traits.positive && e->slots.empty());
    case Kind::add:
    case Kind::mul: return std::all_of(e->kids.begin(), e->kids.end(), holds);
    case Kind::pow:
    case Kind::reduce: return holds(e->kids[0]);
    case Kind::func: {
      const auto id = static_cast<Elementary>(e->op);
      return id == Elementary::exp || id == Elementary::cosh || id == Elementary::sigmoid || id == Elementary::softplus;
    }
    default: return false;
  }
}

}  // namespace

void domain_of(Expr whole, std::vector<std::string>& out) {
  const auto add = [&](Expr e, const std::string& before, const std::string& behind) {
    const auto matrix = write_matrix(e, e->free);
    const std::string text = before + (matrix ? matrix->text : write_text(e)) + behind;
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
  };
  Positive positive;
  visit(whole, [&](Expr e) {
    if (is_positive(e, positive)) positive.insert(e);
    if (e->kind == Kind::func && positive.count(e->kids[0]) == 0) {
      switch (row_of(static_cast<Elementary>(e->op)).domain) {
        case Domain::all: break;
        case Domain::positive: add(e->kids[0], "", " > 0"); break;
        case Domain::nonzero: add(e->kids[0], "", " ≠ 0"); break;
        case Domain::open_unit: add(e->kids[0], "|", "| < 1"); break;
        case Domain::above_one: add(e->kids[0], "", " > 1"); break;
      }
    } else if (e->kind == Kind::pow && e->kids[1]->is_number() && positive.count(e->kids[0]) == 0) {
      const Rational& exponent = e->kids[1]->number;
      if (exponent.get_den() != 1) {
        add(e->kids[0], "", " > 0");
      } else if (exponent < 0) {
        add(e->kids[0], "", " ≠ 0");
      }
    } else if (e->kind == Kind::inverse) {
      const auto matrix = write_matrix(e->args[0].body, e->args[0].params);
      const std::string text = (matrix ? matrix->text : "the matrix") + " is invertible";
      if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
    }
  });
}

}  // namespace gradus
