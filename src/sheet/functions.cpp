// Functions that are known by name: the elementary table, and what is built of it (softmax, tr, det, diag, max …).
#include <algorithm>
#include <set>

#include "sheet/elaborator.h"

namespace gradus {

namespace {

const std::set<std::string> kBuilt = {
    "sqrt",   "softmax", "logsumexp", "LSE",   "lse",       "norm", "norm1", "norm2", "tr",  "Tr",  "trace",
    "det",    "logdet",  "diag",      "Diag",  "diagonal",  "inv",  "sum",   "max",   "min", "vec", "vector",
    "matrix", "eye",     "ones",      "zeros", "transpose", "σ",    "Φ",     "Γ",     "cot", "sec", "csc",
    "coth",   "sech",    "csch",      "lg",    "argmax",    "rank", "cosh",  "dot"};

}  // namespace

bool Elaborator::is_named_function(const std::string& name) const {
  return elementary_named(name).has_value() || kBuilt.contains(name);
}

Val Elaborator::elementary_call(const Syn& head, const std::vector<Val>& args, Context& c, Span span) {
  const Syn& base = head.kind == SynKind::scripts ? *head.kids[0] : head;
  const std::string& name = base.text;
  SynPtr sub = head.kind == SynKind::scripts ? head.sub : nullptr;
  SynPtr sup = head.kind == SynKind::scripts ? head.sup : nullptr;
  int primes = head.kind == SynKind::scripts ? head.primes : 0;
  auto one = [&]() -> const Val& {
    if (args.size() != 1)
      throw Fit{
          {Severity::error, "arity", span, name + " takes 1 argument, here are " + std::to_string(args.size()), ""},
          true};
    if (args[0].function) misfit(args[0].span, "a function stands without its argument");
    return args[0];
  };
  auto whole = [&](Val v, ReduceOp op) {
    for (auto it = v.axes.rbegin(); it != v.axes.rend(); ++it) v.body = make::reduce(op, *it, v.body);
    return algebra_.scalar(v.body, span);
  };
  auto exp = [](Expr e) { return make::func(Elementary::exp, e); };
  auto log_sum_exp = [&](const Val& v) {
    return algebra_.map(whole(algebra_.map(v, exp), ReduceOp::sum),
                        [](Expr e) { return make::func(Elementary::log, e); });
  };

  std::optional<Elementary> row = elementary_named(name);
  if (name == "σ") row = Elementary::sigmoid;
  if (name == "Γ") row = Elementary::gamma;
  if (name == "σ") c.readings.push_back("σ is not declared: the logistic sigmoid");
  Val out;
  if (row) {
    Elementary function = *row;
    const Val& x = one();
    if (sup && sup->kind == SynKind::sum && sup->kids.size() == 1 && sup->signs[0] < 0) {
      static const std::map<std::string, Elementary> inverses = {
          {"sin", Elementary::asin},   {"cos", Elementary::acos},   {"tan", Elementary::atan},
          {"sinh", Elementary::asinh}, {"cosh", Elementary::acosh}, {"tanh", Elementary::atanh}};
      auto it = inverses.find(name);
      if (it == inverses.end()) not_read("function-power", sup->span, "this inverse is not read");
      function = it->second;
      sup = nullptr;
    }
    out = algebra_.map(x, [&](Expr e) {
      if (primes == 0) return make::func(function, e);
      // f'(z) of a table function: the derivative by the argument, evaluated there.
      Symbol* u = Pool::current().new_symbol("u");
      u->latex = "u";
      u->role = Role::parameter;
      Expr body = make::func(function, make::ref(u));
      for (int i = 0; i < primes; ++i) body = make::deriv(body, make::ref(u));
      return make::at(body, {u}, {Lambda{{}, e}});
    });
    if (sub && (name == "log" || name == "ln")) {
      Expr b = scalar_value(*sub, c).body;
      out = algebra_.map(out, [&](Expr e) { return make::div(e, make::func(Elementary::log, b)); });
      sub = nullptr;
    }
  } else if (name == "sqrt") {
    out = algebra_.map(one(), make::sqrt);
  } else if (name == "Φ") {
    c.readings.push_back("Φ is not declared: the standard normal distribution function");
    out = algebra_.map(one(), [](Expr e) {
      Expr half = make::number(Rational(1, 2));
      return make::mul(
          {half, make::add({make::number(1), make::func(Elementary::erf, make::div(e, make::sqrt(make::number(2))))})});
    });
  } else if (name == "softmax") {
    const Val& z = one();
    if (z.rank() != 1) misfit(z.span, "softmax takes a vector, this is " + shape_text(z));
    Val total = whole(algebra_.map(z, exp), ReduceOp::sum);
    // The sum has a variable of its own.
    total.body = refresh(total.body);
    out = algebra_.map(z, [&](Expr e) { return make::div(exp(e), total.body); });
    if (primes) not_read("derivative", span, "softmax has a Jacobian, not a derivative f'");
  } else if (name == "logsumexp" || name == "LSE" || name == "lse") {
    out = log_sum_exp(one());
  } else if (name == "norm" || name == "norm2") {
    out = algebra_.map(algebra_.norm_squared(one()), make::sqrt);
  } else if (name == "norm1") {
    out = whole(algebra_.map(one(), [](Expr e) { return make::func(Elementary::abs, e); }), ReduceOp::sum);
  } else if (name == "tr" || name == "Tr" || name == "trace") {
    out = algebra_.trace(one());
  } else if (name == "det") {
    out = algebra_.determinant(one());
  } else if (name == "logdet") {
    out = algebra_.map(algebra_.determinant(one()), [](Expr e) { return make::func(Elementary::log, e); });
  } else if (name == "diag" || name == "Diag" || name == "diagonal") {
    if (args.size() > 1) {
      // diag(a_1, …, a_n) is written with dots; only the family itself can be read.
      not_read("notation", span, "write diag(a) of the vector a");
    }
    out = algebra_.diag(one());
  } else if (name == "inv") {
    out = algebra_.inverse(one());
  } else if (name == "transpose") {
    out = algebra_.transpose(one());
  } else if (name == "dot" && args.size() == 2) {
    out = algebra_.frobenius(args[0], args[1]);
  } else if (name == "sum") {
    out = whole(one(), ReduceOp::sum);
  } else if (name == "vector" || name == "ones") {
    out = ones(dims().flexible("ones" + std::to_string(span.begin) + "#0"), span);
    Expr entry = one().body;
    out.body = name == "vector" ? entry : make::number(1);
  } else if (name == "matrix") {
    Range r = dims().flexible("ones" + std::to_string(span.begin) + "#0"),
          q = dims().flexible("ones" + std::to_string(span.begin) + "#1");
    out = Val{one().body, {make::fresh("i", r.lo, r.hi), make::fresh("j", q.lo, q.hi)}, false, false, span, nullptr,
              nullptr};
  } else if (name == "eye") {
    out = identity(
        args.empty() ? dims().flexible("I" + std::to_string(span.begin) + "#0") : Range{make::number(1), one().body},
        span);
  } else if (name == "max" || name == "min") {
    if (args.size() == 1 && args[0].rank() > 0)
      out = whole(args[0], name == "max" ? ReduceOp::max : ReduceOp::min);
    else {
      if (args.size() < 2) not_read("argument", span, name + " of one number");
      out = args[0];
      Relation better = name == "max" ? Relation::ge : Relation::le;
      for (std::size_t k = 1; k < args.size(); ++k) {
        const Val& b = args[k];
        const Val& shape = out.scalar() ? b : out;
        if (!out.scalar() && !b.scalar() && !algebra_.same_shape(out, b))
          misfit(span, name + " of " + shape_text(out) + " and " + shape_text(b));
        Expr x = out.body, y = b.scalar() ? b.body : algebra_.on_axes(b, shape.axes);
        Val next = shape;
        next.body = make::select(better, x, y, x, y);
        next.numeral = false;
        out = next;
      }
    }
  } else if (name == "cot" || name == "sec" || name == "csc" || name == "coth" || name == "sech" || name == "csch") {
    out = algebra_.map(one(), [&](Expr e) {
      using namespace make;
      if (name == "cot") return div(func(Elementary::cos, e), func(Elementary::sin, e));
      if (name == "coth") return div(func(Elementary::cosh, e), func(Elementary::sinh, e));
      if (name == "sech" || name == "csch") return inv(func(name == "sech" ? Elementary::cosh : Elementary::sinh, e));
      return inv(func(name == "sec" ? Elementary::cos : Elementary::sin, e));
    });
  } else {
    not_read("function", head.span, "the function `" + name + "` is not read");
  }
  out.span = span;
  out.leibniz = nullptr;
  if (sub) out = with_subscript(std::move(out), *sub, c);
  if (sup) out = with_superscript(std::move(out), *sup, c);
  return out;
}

}  // namespace gradus
