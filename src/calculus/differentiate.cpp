// The public face: one derivative, or every pending one of an expression.
#include "calculus/differentiate.h"

#include <algorithm>

#include "calculus/at_point.h"
#include "calculus/engine.h"

namespace gradus {
namespace {

bool is_pending(Expr e) { return e->kind == Kind::deriv || e->kind == Kind::at; }

bool has_pending(Expr e) {
  bool found = false;
  visit(e, [&](Expr node) { found = found || is_pending(node); });
  return found;
}

/// The derivative of a body whose own pending ones are carried out.
Expr differentiate_once(Expr body, Expr wrt, const DifferentiateOptions& options) {
  if (wrt->kind != Kind::ref) return make::deriv(body, wrt, options.mode);
  Engine engine(wrt, options.mode);
  const Expr result = engine.derivative(body);
  if (options.trace) engine.write_steps(body, options.trace->steps);
  return result;
}

void finish(Derivation* trace, Expr start, Expr result) {
  if (!trace) return;
  if (!trace->start) trace->start = start;
  trace->result = result;
}

}  // namespace

Expr differentiate(Expr body, Expr wrt, const DifferentiateOptions& options) {
  if (options.trace && !options.trace->start) options.trace->start = make::deriv(body, wrt, options.mode);
  const Expr result = differentiate_once(carry_out(body, options.trace), wrt, options);
  if (options.trace) options.trace->result = result;
  return result;
}

Expr carry_out(Expr e, Derivation* trace) {
  if (!has_pending(e)) {
    finish(trace, e, e);
    return e;
  }
  std::unordered_map<Expr, Expr> done;
  visit(e, [&](Expr node) {
    switch (node->kind) {
      case Kind::deriv: {
        const DifferentiateOptions options{node->mode(), trace};
        done[node] = differentiate_once(done.at(node->kids[0]), done.at(node->kids[1]), options);
        break;
      }
      case Kind::at: {
        std::vector<Lambda> values;
        for (const Lambda& value : node->args) values.push_back({value.params, done.at(value.body)});
        done[node] = at_point(done.at(node->kids[0]), node->bound, values);
        break;
      }
      default: done[node] = rebuild(node, [&](Expr child) { return done.at(child); });
    }
  });
  const Expr result = done.at(e);
  finish(trace, e, result);
  return result;
}

}  // namespace gradus
