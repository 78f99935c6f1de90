#include "program/lowering.h"

#include "program/arrays.h"

namespace gradus {
namespace {

using namespace make;

/// One row a function that is computed: by the C library, or from functions that are.
struct Row {
  Elementary function;
  std::string_view libm;
  Expr (*expansion)(Expr u);
};

Expr positive_part(Expr u) { return select(Relation::gt, u, number(0), u, number(0)); }

/// −1, 0 or 1; NaN stays.
Expr sign_of(Expr u) {
  const Expr below = select(Relation::lt, u, number(0), number(-1), u);
  return select(Relation::gt, u, number(0), number(1), below);
}

/// log(1 + exp(u)) without overflow, and exact where u is large.
Expr softplus_of(Expr u) {
  const Expr tail = func(Elementary::exp, neg(func(Elementary::abs, u)));
  return add({positive_part(u), func(Elementary::log, add({number(1), tail}))});
}

constexpr Row rows[] = {
    {Elementary::exp, "exp", nullptr},
    {Elementary::log, "log", nullptr},
    {Elementary::sin, "sin", nullptr},
    {Elementary::cos, "cos", nullptr},
    {Elementary::tan, "tan", nullptr},
    {Elementary::asin, "asin", nullptr},
    {Elementary::acos, "acos", nullptr},
    {Elementary::atan, "atan", nullptr},
    {Elementary::sinh, "sinh", nullptr},
    {Elementary::cosh, "cosh", nullptr},
    {Elementary::tanh, "tanh", nullptr},
    {Elementary::asinh, "asinh", nullptr},
    {Elementary::acosh, "acosh", nullptr},
    {Elementary::atanh, "atanh", nullptr},
    {Elementary::erf, "erf", nullptr},
    {Elementary::lgamma, "lgamma", nullptr},
    {Elementary::gamma, "tgamma", nullptr},
    {Elementary::abs, "fabs", nullptr},
    {Elementary::acot, "", [](Expr u) { return func(Elementary::atan, inv(u)); }},
    {Elementary::asec, "", [](Expr u) { return func(Elementary::acos, inv(u)); }},
    {Elementary::acsc, "", [](Expr u) { return func(Elementary::asin, inv(u)); }},
    {Elementary::acoth, "", [](Expr u) { return func(Elementary::atanh, inv(u)); }},
    {Elementary::sigmoid, "", [](Expr u) { return inv(add({number(1), func(Elementary::exp, neg(u))})); }},
    {Elementary::softplus, "", softplus_of},
    {Elementary::sign, "", sign_of},
    {Elementary::relu, "", positive_part},
    {Elementary::step, "", [](Expr u) { return select(Relation::gt, u, number(0), number(1), number(0)); }},
};

const Row* row_for(Elementary function) {
  for (const Row& row : rows) {
    if (row.function == function) return &row;
  }
  return nullptr;
}

}  // namespace

std::string_view libm_name(Elementary function) {
  const Row* row = row_for(function);
  return row ? row->libm : std::string_view();
}

Expr in_libm(Expr e) {
  std::unordered_map<Expr, Expr> done;
  // Children first: a traced body may be deep.
  visit(e, [&](Expr node) {
    const Expr inner = rebuild(node, [&](Expr kid) {
      const auto found = done.find(kid);
      return found == done.end() ? kid : found->second;
    });
    const Row* row = inner->kind == Kind::func ? row_for(static_cast<Elementary>(inner->op)) : nullptr;
    done.emplace(node, row && row->expansion ? row->expansion(inner->kids[0]) : inner);
  });
  return done.at(e);
}

void write_in_libm(Program& program) {
  program.items = mapped(program.items, [](Assignment statement) {
    statement.body = in_libm(statement.body);
    return statement;
  });
}

}  // namespace gradus
