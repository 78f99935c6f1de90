// Functions that are known by name: the elementary table, and what is built of it (softmax, tr, det, diag, max …).
#include <algorithm>
#include <set>

#include "sheet/elaborator.h"

namespace gradus {

namespace {

using namespace make;
using enum Elementary;

/// Functions of a number that are built of the table's; `reading` tells what a name means where it could mean more.
struct Composed {
  std::string_view name;
  Expr (*of)(Expr u);
  std::string_view reading;
};

/// k! = Γ(k + 1).
Expr factorial(Expr u) {
  if (!u->is_number() || u->number.get_den() != 1 || u->number < 0 || u->number > 100)
    return func(gamma, add({u, number(1)}));
  mpz_class value = 1;
  for (long k = u->number.get_num().get_si(); k > 1; --k) value *= k;
  return number(Rational(value));
}

/// n!/(k! (n − k)!); over a numeral the polynomial n(n − 1)⋯/k!.
Expr choose(Expr n, Expr k) {
  if (!k->is_number() || k->number.get_den() != 1 || k->number < 0 || k->number > 20)
    return div(factorial(n), mul({factorial(k), factorial(sub(n, k))}));
  std::vector<Expr> factors{make::inv(factorial(k))};
  for (long i = 0; i < k->number.get_num().get_si(); ++i) factors.push_back(sub(n, number(i)));
  return mul(factors);
}

constexpr Composed kComposed[] = {
    {"sqrt", [](Expr u) { return make::sqrt(u); }, ""},
    {"cot", [](Expr u) { return div(func(cos, u), func(sin, u)); }, ""},
    {"sec", [](Expr u) { return make::inv(func(cos, u)); }, ""},
    {"csc", [](Expr u) { return make::inv(func(sin, u)); }, ""},
    {"coth", [](Expr u) { return div(func(cosh, u), func(sinh, u)); }, ""},
    {"sech", [](Expr u) { return make::inv(func(cosh, u)); }, ""},
    {"csch", [](Expr u) { return make::inv(func(sinh, u)); }, ""},
    {"arsech", [](Expr u) { return func(acosh, make::inv(u)); }, ""},
    {"arcsch", [](Expr u) { return func(asinh, make::inv(u)); }, ""},
    {"sinc", [](Expr u) { return div(func(sin, u), u); }, "sinc is not declared: sin(x)/x"},
    {"expm1", [](Expr u) { return sub(func(exp, u), number(1)); }, ""},
    {"log1p", [](Expr u) { return func(log, add({number(1), u})); }, ""},
    {"silu", [](Expr u) { return mul({u, func(sigmoid, u)}); }, ""},
    {"SiLU", [](Expr u) { return mul({u, func(sigmoid, u)}); }, ""},
    {"erfc", [](Expr u) { return sub(number(1), func(erf, u)); }, ""},
    {"factorial", factorial, ""},
    {"normpdf",
     [](Expr u) {
       return div(func(exp, div(neg(pow(u, number(2))), number(2))), make::sqrt(mul({number(2), make::pi()})));
     },
     ""},
    {"Φ",
     [](Expr u) { return mul({number(Rational(1, 2)), add({number(1), func(erf, div(u, make::sqrt(number(2))))})}); },
     "Φ is not declared: the standard normal distribution function"},
};

const Composed* composed(const std::string& name) {
  const auto row = std::find_if(std::begin(kComposed), std::end(kComposed), [&](auto& c) { return c.name == name; });
  return row == std::end(kComposed) ? nullptr : row;
}

/// Functions of arrays, and names by convention.
const std::set<std::string> kBuilt = {
    "softmax", "binom",  "logsumexp", "LSE",   "lse",      "norm",   "norm1", "norm2", "tr",  "Tr",  "trace",
    "det",     "logdet", "diag",      "Diag",  "diagonal", "inv",    "sum",   "max",   "min", "vec", "vector",
    "matrix",  "eye",    "ones",      "zeros", "lg",       "argmax", "rank",  "dot",   "σ",   "Γ",   "transpose"};

}  // namespace

bool Elaborator::is_named_function(const std::string& name) const {
  return is_number_function(name) || kBuilt.contains(name);
}

bool Elaborator::is_number_function(const std::string& name) const {
  return elementary_named(name).has_value() || composed(name);
}

Val Elaborator::elementary_call(const Syn& head, const std::vector<Val>& args, Context& c, Span span) {
  const Syn& base = head.kind == SynKind::scripts ? *head.kids[0] : head;
  const std::string& name = base.text;
  SynPtr sub = head.kind == SynKind::scripts ? head.sub : nullptr;
  SynPtr sup = head.kind == SynKind::scripts ? head.sup : nullptr;
  int primes = head.kind == SynKind::scripts ? head.primes : 0;
  for (const Val& arg : args)
    if (arg.function) misfit(arg.span, "a function stands without its argument", "write its argument in brackets");
  auto one = [&]() -> const Val& {
    if (args.size() != 1)
      throw Fit{
          {Severity::error, "arity", span, name + " takes 1 argument, here are " + std::to_string(args.size()), ""},
          true};
    return args[0];
  };
  auto whole = [&](Val v, ReduceOp op) {
    for (auto it = v.axes.rbegin(); it != v.axes.rend(); ++it) v.body = make::reduce(op, *it, v.body);
    return algebra_.scalar(v.body, span);
  };
  const auto exponential = [](Expr e) { return func(exp, e); };

  std::optional<Elementary> row = elementary_named(name);
  if (name == "σ") row = sigmoid;
  if (name == "Γ") row = gamma;
  if (name == "σ") c.readings.push_back("σ is not declared: the logistic sigmoid");
  const Composed* composition = composed(name);
  Val out;
  if (row || composition) {
    const Val& x = one();
    if (sup && sup->kind == SynKind::sum && sup->kids.size() == 1 && sup->signs[0] < 0) {
      static const std::map<std::string, Elementary> inverses = {{"sin", asin},   {"cos", acos},   {"tan", atan},
                                                                 {"sinh", asinh}, {"cosh", acosh}, {"tanh", atanh}};
      auto it = inverses.find(name);
      if (it == inverses.end()) not_read("function-power", sup->span, "this inverse is not read");
      row = it->second;
      composition = nullptr;
      sup = nullptr;
    }
    if (composition && !composition->reading.empty()) c.readings.emplace_back(composition->reading);
    const auto value_at = [&](Expr e) { return composition ? composition->of(e) : func(*row, e); };
    out = algebra_.map(x, [&](Expr e) {
      if (primes == 0) return value_at(e);
      // f'(z): the derivative by the argument, evaluated there.
      Symbol* u = Pool::current().new_symbol("u");
      u->latex = "u";
      u->role = Role::parameter;
      Expr body = value_at(ref(u));
      for (int i = 0; i < primes; ++i) body = deriv(body, ref(u));
      return at(body, {u}, {Lambda{{}, e}});
    });
    if (sub && (name == "log" || name == "ln")) {
      Expr b = scalar_value(*sub, c).body;
      out = algebra_.map(out, [&](Expr e) { return div(e, func(log, b)); });
      sub = nullptr;
    }
  } else if (name == "softmax") {
    const Val& z = one();
    if (z.rank() != 1) misfit(z.span, "softmax takes a vector, this is " + shape_text(z));
    Val total = whole(algebra_.map(z, exponential), ReduceOp::sum);
    // The sum has a variable of its own.
    total.body = refresh(total.body);
    out = algebra_.map(z, [&](Expr e) { return div(func(exp, e), total.body); });
    if (primes) not_read("derivative", span, "softmax has a Jacobian, not a derivative f'");
  } else if (name == "logsumexp" || name == "LSE" || name == "lse") {
    out = algebra_.map(whole(algebra_.map(one(), exponential), ReduceOp::sum), [](Expr e) { return func(log, e); });
  } else if (name == "norm" || name == "norm2") {
    out = algebra_.map(algebra_.norm_squared(one()), make::sqrt);
  } else if (name == "norm1") {
    out = whole(algebra_.map(one(), [](Expr e) { return func(abs, e); }), ReduceOp::sum);
  } else if (name == "tr" || name == "Tr" || name == "trace") {
    out = algebra_.trace(one());
  } else if (name == "det") {
    out = algebra_.determinant(one());
  } else if (name == "logdet") {
    out = algebra_.map(algebra_.determinant(one()), [](Expr e) { return func(log, e); });
  } else if (name == "diag" || name == "Diag" || name == "diagonal") {
    if (args.size() > 1) {
      // diag(a_1, …, a_n) is written with dots; only the family itself can be read.
      not_read("notation", span, "write diag(a) of the vector a");
    }
    out = algebra_.diag(one());
  } else if (name == "binom" && args.size() == 2) {
    if (!args[0].scalar() || !args[1].scalar()) misfit(span, "a binomial coefficient is made of numbers");
    out = algebra_.scalar(choose(args[0].body, args[1].body), span);
  } else if (name == "inv") {
    out = algebra_.inverse(one());
  } else if (name == "vec") {
    out = algebra_.vec(one());
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
  } else {
    not_read("function", head.span, "the function `" + name + "` is not read");
  }
  out.span = span;
  out.leibniz = nullptr;
  if (sub) out = with_subscript(std::move(out), *sub, c);
  if (sup) out = with_superscript(std::move(out), *sup, c);
  return out;
}

Val Elaborator::binomial(const Syn& syn, Context& c) {
  Syn head;
  head.kind = SynKind::name;
  head.span = syn.span;
  head.text = "binom";
  return elementary_call(head, {value(*syn.kids[0], c), value(*syn.kids[1], c)}, c, syn.span);
}

}  // namespace gradus
