#include "program/lowering.h"

#include "program/arrays.h"

namespace gradus {
std::string_view libm_name(Elementary function) { return row_of(function).libm; }

Expr in_libm(Expr e) {
  std::unordered_map<Expr, Expr> done;
  // Children first: a traced body may be deep.
  visit(e, [&](Expr node) {
    const Expr inner = rebuild(node, [&](Expr kid) {
      const auto found = done.find(kid);
      return found == done.end() ? kid : found->second;
    });
    const auto code = inner->kind == Kind::func ? row_of(static_cast<Elementary>(inner->op)).code : nullptr;
    done.emplace(node, code ? code(inner->kids[0]) : inner);
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
