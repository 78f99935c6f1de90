#include "rewrite/rules.h"

#include "expr/builders.h"
#include "expr/elementary.h"

namespace gradus {
namespace rule_words {

using T = RuleTerm;

T operator+(T a, T b) { return {make::add({a.expr, b.expr})}; }
T operator-(T a, T b) { return {make::sub(a.expr, b.expr)}; }
T operator*(T a, T b) { return {make::mul({a.expr, b.expr})}; }
T operator/(T a, T b) { return {make::div(a.expr, b.expr)}; }
T neg(T a) { return {make::neg(a.expr)}; }
T inv(T a) { return {make::inv(a.expr)}; }
T sq(T a) { return {make::sq(a.expr)}; }
T sqrt(T a) { return {make::sqrt(a.expr)}; }
T pow(T a, T b) { return {make::pow(a.expr, b.expr)}; }
T number(const Rational& q) { return {make::number(q)}; }
T pi() { return {make::pi()}; }
T delta(T a, T b) { return {make::delta(a.expr, b.expr)}; }
T select(Relation r, T a, T b, T then, T otherwise) {
  return {make::select(r, a.expr, b.expr, then.expr, otherwise.expr)};
}

#define ELEMENTARY(name, latex, text_names, domain, kinks, derivative, ball, code) \
  [[maybe_unused]] T name(T u) { return {make::func(Elementary::name, u.expr)}; }
#include "expr/elementary.def"
#undef ELEMENTARY

#define RULE(id, name, condition, before, after)                         \
  T before_##id([[maybe_unused]] const RuleSample& s) { return before; } \
  T after_##id([[maybe_unused]] const RuleSample& s) { return after; }
#include "rewrite/rules.def"
#undef RULE

}  // namespace rule_words

namespace {

constexpr RuleRow kRows[] = {
#define RULE(id, name, condition, before, after) \
  {Rule::id, name, condition, &rule_words::before_##id, &rule_words::after_##id},
#include "rewrite/rules.def"
#undef RULE
};

RuleTerm reduced(ReduceOp op, RuleTerm hi, const RuleSample::Entry& body) {
  const IndexVar* var = make::fresh("k", make::number(1), hi.expr);
  return {make::reduce(op, var, body({make::index(var)}).expr)};
}

Lambda as_lambda(RuleTerm n, const RuleSample::Entries& matrix) {
  const IndexVar *row = make::fresh("k", make::number(1), n.expr), *column = make::fresh("l", make::number(1), n.expr);
  return {{row, column}, matrix({make::index(row)}, {make::index(column)}).expr};
}

}  // namespace

RuleTerm RuleSample::sum_to(RuleTerm hi, const Entry& body) const { return reduced(ReduceOp::sum, hi, body); }
RuleTerm RuleSample::prod(const Entry& body) const { return reduced(ReduceOp::product, n, body); }
RuleTerm RuleSample::max(const Entry& body) const { return reduced(ReduceOp::max, n, body); }
RuleTerm RuleSample::inverse_at(const Entries& matrix, RuleTerm row, RuleTerm column) const {
  return {make::inverse(as_lambda(n, matrix), row.expr, column.expr)};
}
RuleTerm RuleSample::det(const Entries& matrix) const { return {make::det(as_lambda(n, matrix))}; }

std::span<const RuleRow> rule_table() { return kRows; }
std::string_view name_of(Rule rule) { return kRows[static_cast<std::size_t>(rule)].name; }

}  // namespace gradus
