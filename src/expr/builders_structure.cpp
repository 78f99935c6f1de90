// Every other node: indices, references, functions, reductions, deltas, selections, linear algebra, pending
// derivatives.
#include <algorithm>

#include "expr/builders.h"
#include "expr/caches.h"
#include "expr/relation.h"
#include "expr/walk.h"

namespace gradus::make {
namespace {

Expr intern(Node node) { return Pool::current().intern(std::move(node)); }

Node node_of(Kind kind, std::vector<Expr> kids = {}) {
  Node node;
  node.kind = kind;
  node.kids = std::move(kids);
  return node;
}

/// a − b where it is one number whatever the indices are.
std::optional<Rational> difference(Expr a, Expr b) {
  if (a == b) return Rational(0);
  const auto left = affine(a), right = affine(b);
  if (!left || !right || left->terms != right->terms) return std::nullopt;
  return left->constant - right->constant;
}

std::optional<Expr> value_at_number(Elementary function, const Rational& x) {
  const int sign = sgn(x);
  switch (function) {
    case Elementary::abs: return number(abs(x));
    case Elementary::sign: return number(sign);
    case Elementary::relu: return number(sign > 0 ? x : Rational(0));
    case Elementary::step: return number(sign > 0 ? 1 : 0);
    case Elementary::log:
    case Elementary::acosh: return x == 1 ? std::optional(number(0)) : std::nullopt;
    case Elementary::exp:
    case Elementary::cos:
    case Elementary::cosh: return sign == 0 ? std::optional(number(1)) : std::nullopt;
    case Elementary::sigmoid: return sign == 0 ? std::optional(number(Rational(1, 2))) : std::nullopt;
    case Elementary::sin:
    case Elementary::tan:
    case Elementary::asin:
    case Elementary::atan:
    case Elementary::sinh:
    case Elementary::tanh:
    case Elementary::asinh:
    case Elementary::atanh:
    case Elementary::erf: return sign == 0 ? std::optional(number(0)) : std::nullopt;
    default: return std::nullopt;
  }
}

}  // namespace

Expr index(const IndexVar* var) {
  Node node = node_of(Kind::index);
  node.var = var;
  return intern(std::move(node));
}

Expr ref(const Symbol* symbol, std::vector<Expr> indices) { return apply(symbol, std::move(indices), {}); }

Expr apply(const Symbol* symbol, std::vector<Expr> indices, std::vector<Lambda> args, std::vector<Slot> slots) {
  Node node = node_of(Kind::ref, std::move(indices));
  node.symbol = symbol;
  node.args = std::move(args);
  node.slots = std::move(slots);
  // Mixed partials commute: functions are taken to be smooth enough.
  std::sort(node.slots.begin(), node.slots.end(), [](const Slot& a, const Slot& b) {
    if (a.arg != b.arg) return a.arg < b.arg;
    return std::lexicographical_compare(a.at.begin(), a.at.end(), b.at.begin(), b.at.end(),
                                        [](Expr s, Expr t) { return s->id < t->id; });
  });
  return intern(std::move(node));
}

Expr func(Elementary function, Expr argument) {
  if (argument->is_number()) {
    if (const auto value = value_at_number(function, argument->number)) return *value;
  }
  Node node = node_of(Kind::func, {argument});
  node.op = static_cast<std::uint8_t>(function);
  return intern(std::move(node));
}

Expr reduce(ReduceOp op, const IndexVar* var, Expr body) {
  if (op == ReduceOp::sum || op == ReduceOp::product) {
    const long neutral = op == ReduceOp::sum ? 0 : 1;
    const auto span = var->lo && var->hi ? difference(var->hi, var->lo) : std::nullopt;
    if (span && *span < 0) return number(neutral);
    if (body->is_number() && body->number == neutral) return body;
  }
  Node node = node_of(Kind::reduce, {body});
  node.op = static_cast<std::uint8_t>(op);
  node.var = var;
  return intern(std::move(node));
}

Expr sum(const IndexVar* var, Expr body) { return reduce(ReduceOp::sum, var, body); }

Expr delta(Expr a, Expr b) {
  if (const auto d = difference(a, b)) return number(*d == 0 ? 1 : 0);
  if (b->id < a->id) std::swap(a, b);
  return intern(node_of(Kind::delta, {a, b}));
}

Expr select(Relation relation, Expr a, Expr b, Expr then, Expr otherwise) {
  if (then == otherwise) return then;
  if (const auto d = difference(a, b)) return holds<Rational>(relation, *d, 0) ? then : otherwise;
  Node node = node_of(Kind::select, {a, b, then, otherwise});
  node.op = static_cast<std::uint8_t>(relation);
  return intern(std::move(node));
}

Expr inverse(Lambda matrix, Expr row, Expr column) {
  Node node = node_of(Kind::inverse, {row, column});
  node.args.push_back(std::move(matrix));
  return intern(std::move(node));
}

Expr det(Lambda matrix) {
  Node node = node_of(Kind::det);
  node.args.push_back(std::move(matrix));
  return intern(std::move(node));
}

Expr deriv(Expr body, Expr wrt, DerivMode mode) {
  Node node = node_of(Kind::deriv, {body, wrt});
  node.op = static_cast<std::uint8_t>(mode);
  return intern(std::move(node));
}

Expr at(Expr body, std::vector<const Symbol*> bound, std::vector<Lambda> values) {
  if (bound.empty()) return body;
  Node node = node_of(Kind::at, {body});
  node.bound = std::move(bound);
  node.args = std::move(values);
  return intern(std::move(node));
}

Expr pi() { return ref(Pool::current().caches().pi); }

const IndexVar* fresh(std::string name, Expr lo, Expr hi) {
  return Pool::current().fresh_index(std::move(name), lo, hi);
}

const IndexVar* fresh(const IndexVar* like) { return fresh(like->name, like->lo, like->hi); }

}  // namespace gradus::make
