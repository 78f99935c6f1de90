// An array that is a copy, a multiple or a constant is read where it comes from.
#include <algorithm>
#include <functional>
#include <unordered_set>

#include "program/arrays.h"
#include "program/passes.h"

namespace gradus {
namespace {

bool is_copy(Expr body) {
  if (body->kind == Kind::number) return true;
  if (body->kind == Kind::ref) return true;
  return body->kind == Kind::mul && body->kids.size() == 2 && body->kids[0]->is_number() &&
         body->kids[1]->kind == Kind::ref;
}

}  // namespace

void forward_copies(Program& program) {
  std::unordered_map<const Symbol*, int> writers;
  std::unordered_map<const Symbol*, Assignment> copies;
  // What is compared is compared as it was stored: computed again, a multiple may round to another number.
  std::unordered_set<const Symbol*> compared;
  for_each_statement(program.items, [&](const Assignment& s) {
    ++writers[s.target->symbol];
    const auto enter = [&](Expr e) {
      for (Expr read : reads_of(e)) compared.insert(read->symbol);
    };
    if (s.update == Update::max || s.update == Update::min) enter(s.body);
    visit(s.body, [&](Expr node) {
      if (node->kind != Kind::select) return;
      enter(node->kids[0]);
      enter(node->kids[1]);
    });
  });
  const auto output = [&](const Symbol* array) {
    return std::find(program.outputs.begin(), program.outputs.end(), array) != program.outputs.end();
  };
  std::unordered_map<const Symbol*, int> seen;
  const std::function<Expr(Expr)> replace = [&](Expr e) -> Expr {
    if (e->kids.empty() && e->kind != Kind::ref) return e;
    const Expr own = rebuild(e, replace);
    if (own->kind != Kind::ref) return own;
    const auto copy = copies.find(own->symbol);
    if (copy == copies.end()) return own;
    IndexMap map;
    for (std::size_t d = 0; d < own->kids.size(); ++d) map.emplace(copy->second.target->kids[d]->var, own->kids[d]);
    return substitute(copy->second.body, map);
  };
  program.items = mapped(program.items, [&](const Assignment& s) {
    if (s.algebra != MatrixStep::none) return s;  // it reads arrays only
    Assignment out = s;
    out.body = replace(s.body);
    const Symbol* array = out.target->symbol;
    // Inside a sequence the target runs along the sequence's variable as well; that is no loop here and stays an array.
    // An array that is still to be added to is not complete: only what is written once is a copy.
    bool complete = true;
    for (Expr read : reads_of(out.body)) complete = complete && read->symbol != array;
    if (out.update == Update::set && writers[array] == 1 && !output(array) && complete && covers_once(out) &&
        is_copy(out.body) && !(out.body->kind == Kind::mul && compared.count(array)))
      copies.emplace(array, out);
    return out;
  });
}

}  // namespace gradus
