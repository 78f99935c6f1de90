// The table of rewrites (rules.def), as data: names for derivations, instances for tests.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "expr/expr.h"

namespace gradus {

enum class Rule : std::uint8_t {
#define RULE(id, name, condition, before, after) id,
#include "rewrite/rules.def"
#undef RULE
};

/// An expression with operators, for the rows.
struct RuleTerm {
  Expr expr = nullptr;
};

/// What the instances are made of: scalars u, v and a positive p, whatever expressions they are; vectors a, b, and y
/// with entries that sum to one; square matrices A, B, and Q orthogonal; free indices i, j; all of size n.
struct RuleSample {
  using Entry = std::function<RuleTerm(RuleTerm)>;
  using Entries = std::function<RuleTerm(RuleTerm, RuleTerm)>;

  RuleTerm u, v, p, n, i, j;
  Entry a, b, y;
  Entries A, B, Q;

  RuleTerm sum(const Entry& body) const { return sum_to(n, body); }
  RuleTerm sum_to(RuleTerm hi, const Entry& body) const;
  RuleTerm prod(const Entry& body) const;
  RuleTerm max(const Entry& body) const;
  RuleTerm inverse(const Entries& matrix) const { return inverse_at(matrix, i, j); }
  RuleTerm inverse_at(const Entries& matrix, RuleTerm row, RuleTerm column) const;
  RuleTerm A_inverse(RuleTerm row, RuleTerm column) const { return inverse_at(A, row, column); }
  RuleTerm B_inverse(RuleTerm row, RuleTerm column) const { return inverse_at(B, row, column); }
  RuleTerm det(const Entries& matrix) const;
};

struct RuleRow {
  Rule id;
  std::string_view name;
  std::string_view condition;
  RuleTerm (*before)(const RuleSample& s);
  RuleTerm (*after)(const RuleSample& s);
};

std::span<const RuleRow> rule_table();
std::string_view name_of(Rule rule);

}  // namespace gradus
