// Products: things side by side, read by type as products, applications, sums over an index, derivatives.
//
// Precedence: juxtaposition, then · × * /, then ⊙ ⊘ ⊗ : ∘. A Σ or a derivative without numerator takes what follows it.
#include <algorithm>

#include "sheet/elaborator.h"

namespace gradus {

namespace {

bool is_op(const Syn& s) { return s.kind == SynKind::op; }
bool is_low(const std::string& op) {
  return op == "⊙" || op == "⊘" || op == "⊗" || op == ":" || op == "∘" || op == "⊕";
}

bool is_group(const Syn& s, bool square = false) {
  const Syn& base = base_of(s);
  return base.kind == SynKind::group && (base.open == "(" || base.open == "{" || (square && base.open == "["));
}

}  // namespace

class ProductReader {
 public:
  ProductReader(Elaborator& e, const std::vector<SynPtr>& kids, Context& c) : e_(e), kids_(kids), c_(c) {}

  Val read() {
    Val v = low();
    if (at_ < kids_.size()) not_read("notation", kids_[at_]->span, "this cannot stand here");
    return v;
  }

 private:
  bool done() const { return at_ >= end_; }
  const Syn& here() const { return *kids_[at_]; }
  Algebra& algebra() { return e_.algebra(); }

  Val low() {
    Val left = middle();
    while (!done() && is_op(here()) && is_low(here().text)) {
      std::string op = here().text;
      Span span = here().span;
      ++at_;
      if (done()) not_read("notation", span, "something is missing after `" + op + "`");
      Val right = middle();
      if (left.function && right.function && op == "∘") {
        auto both = std::make_shared<FunctionVal>(*left.function);
        both->chain.insert(both->chain.end(), right.function->chain.begin(), right.function->chain.end());
        left.function = both;
        left.span = cover(left.span, right.span);
        continue;
      }
      e_.hint_like(left, right);
      e_.hint_like(right, left);
      if (op == "⊙" || op == "∘")
        left = algebra().hadamard(left, right, false);
      else if (op == "⊘")
        left = algebra().hadamard(left, right, true);
      else if (op == ":")
        left = algebra().frobenius(left, right);
      else if (op == "⊗" && left.rank() == 1 && right.rank() == 1)
        left = algebra().outer(left, right);
      else
        not_read("operator", span,
                 "`" + op + "` is not read between " + shape_text(left) + " and " + shape_text(right));
    }
    return left;
  }

  Val middle() {
    Val left = side_by_side(nullptr);
    while (!done() && is_op(here()) && !is_low(here().text)) {
      std::string op = here().text;
      Span span = here().span;
      ++at_;
      if (done()) not_read("notation", span, "something is missing after `" + op + "`");
      if (op == "/") {
        left = quotient(left);
        continue;
      }
      Val right = side_by_side(nullptr);
      left = times(left, right, op == "·" || op == "×");
    }
    return left;
  }

  Val quotient(const Val& left) {
    // 1/2 x: two numerals side by side with a slash are one fraction.
    if (left.numeral && here().kind == SynKind::number) {
      Val v = algebra().divide(left, factor(), c_.readings);
      while (!done() && !is_op(here())) v = times(v, factor(), false);
      return v;
    }
    std::size_t start = at_;
    std::vector<std::string> kept = c_.readings;
    try {
      return algebra().divide(left, side_by_side(nullptr), kept = c_.readings);
    } catch (const Fit&) {
      // a/b c: where b c does not fit below the line, only b stands there.
      at_ = start;
      c_.readings = kept;
      Val v = algebra().divide(left, factor(), c_.readings);
      while (!done() && !is_op(here())) v = times(v, factor(), false);
      return v;
    }
  }

  /// Chains of ∂ fractions whose plain product does not fit: contract what is differentiated by (DESIGN §6).
  std::optional<Val> leibniz(const Val& a, const Val& b) {
    if (!a.leibniz || !b.leibniz) return std::nullopt;
    auto joined = [&](const Val& outer, const Val& inner) -> std::optional<Val> {
      std::size_t n = outer.leibniz->denominator_rank;
      if (outer.leibniz->denominator != inner.leibniz->numerator || n != inner.leibniz->numerator_rank)
        return std::nullopt;
      if (outer.rank() != outer.leibniz->numerator_rank + n || inner.rank() != n + inner.leibniz->denominator_rank)
        return std::nullopt;
      Val out = outer;
      IndexVars shared(outer.axes.end() - static_cast<std::ptrdiff_t>(n), outer.axes.end());
      IndexMap map;
      for (std::size_t i = 0; i < n; ++i) {
        if (!e_.dims().unify({shared[i]->lo, shared[i]->hi}, {inner.axes[i]->lo, inner.axes[i]->hi}))
          return std::nullopt;
        map[inner.axes[i]] = make::index(shared[i]);
      }
      out.body = make::mul({outer.body, substitute(inner.body, map)});
      for (auto it = shared.rbegin(); it != shared.rend(); ++it) out.body = make::sum(*it, out.body);
      out.axes.resize(out.axes.size() - n);
      out.axes.insert(out.axes.end(), inner.axes.begin() + static_cast<std::ptrdiff_t>(n), inner.axes.end());
      out.row = false;
      out.span = cover(outer.span, inner.span);
      out.leibniz = std::make_shared<Leibniz>(Leibniz{outer.leibniz->numerator, inner.leibniz->denominator,
                                                      outer.leibniz->numerator_rank, inner.leibniz->denominator_rank});
      return out;
    };
    if (auto v = joined(a, b)) return v;
    return joined(b, a);
  }

  Val times(const Val& left, const Val& right, bool dot) {
    const Val a = e_.quantity(left, c_), b = e_.quantity(right, c_);
    if (a.rank() >= 1 && b.scalar() && b.body->kind == Kind::ref && b.body->symbol->rank() == 0)
      if (auto it = e_.inferred.find(b.body->symbol); it != e_.inferred.end()) c_.suspects.push_back(it->second);
    auto chained = [&](Val v) {
      if (a.leibniz && b.leibniz) {
        if (a.leibniz->denominator == b.leibniz->numerator)
          v.leibniz = std::make_shared<Leibniz>(Leibniz{a.leibniz->numerator, b.leibniz->denominator,
                                                        a.leibniz->numerator_rank, b.leibniz->denominator_rank});
        else if (b.leibniz->denominator == a.leibniz->numerator)
          v.leibniz = std::make_shared<Leibniz>(Leibniz{b.leibniz->numerator, a.leibniz->denominator,
                                                        b.leibniz->numerator_rank, a.leibniz->denominator_rank});
      }
      return v;
    };
    if (c_.liberty.leibniz && a.leibniz && b.leibniz && !a.scalar() && !b.scalar()) {
      bool literal = false;
      try {
        algebra().multiply(a, b, dot);
        literal = true;
      } catch (const Fit&) {
      }
      if (!literal)
        if (auto v = leibniz(a, b)) {
          c_.readings.push_back("a chain of ∂ fractions is summed over what it has in common");
          return *v;
        }
    }
    return chained(algebra().multiply(a, b, dot));
  }

  /// Juxtaposed factors, up to an operator. `first`: already read.
  Val side_by_side(const Val* first) {
    Val left = first ? *first : factor();
    while (!done() && !is_op(here())) {
      if (here().kind == SynKind::restrict_) {
        left = e_.restrict_to(left, here(), c_);
        ++at_;
        continue;
      }
      left = times(left, factor(), false);
    }
    return left;
  }

  Val sum_over(const Syn& big) {
    auto kept = c_.bound;
    std::vector<SynPtr> region(kids_.begin() + static_cast<std::ptrdiff_t>(at_), kids_.end());
    if (region.empty()) not_read("notation", big.span, "nothing stands after this sign");
    Elaborator::Binder binder = e_.bind(big, region, c_);
    std::size_t term = c_.term, end = end_;
    if (binder.op == ReduceOp::product) end_ = product_ends(binder.letters);
    Val body = low();
    end_ = end;
    c_.term = term;
    for (const SynPtr& guard : binder.guards) {
      Expr otherwise = binder.op == ReduceOp::sum ? make::number(0) : make::number(1);
      if (binder.op == ReduceOp::max || binder.op == ReduceOp::min)
        not_read("limits", guard->span, "a narrowed maximum is not read");
      body.body = e_.guard(*guard, c_, body.body, otherwise);
    }
    for (auto it = binder.vars.rbegin(); it != binder.vars.rend(); ++it) body = algebra().reduce(binder.op, *it, body);
    c_.bound = kept;
    body.span = cover(big.span, body.span);
    return body;
  }

  /// ∏_{k<j} a_k ∏_{k>j} a_k stand side by side: a ∏ ends where another sign begins that has nothing to do with its
  /// letters.
  std::size_t product_ends(const std::vector<std::string>& letters) const {
    for (std::size_t i = at_ + 1; i < end_; ++i) {
      if (kids_[i]->kind != SynKind::bigop || is_op(*kids_[i - 1])) continue;
      bool free = std::any_of(letters.begin(), letters.end(), [&](const std::string& letter) {
        return Elaborator::occurs_free(
            letter, {kids_.begin() + static_cast<std::ptrdiff_t>(i), kids_.begin() + static_cast<std::ptrdiff_t>(end_)},
            {});
      });
      if (!free) return i;
    }
    return end_;
  }

  /// What an operator such as d/dx or ∇_w in front applies to: the following juxtaposed things up to an operator sign.
  Val operand(Span span) {
    if (done()) not_read("notation", span, "nothing stands after this operator");
    // d/dx [ … ] g(x): square brackets right behind the operator hold its operand.
    bool square = here().kind == SynKind::group && here().open == "[";
    Val v = factor();
    if (square) return v;
    while (!done() && !is_op(here()) && here().kind != SynKind::restrict_ && !starts_operator(here()))
      v = times(v, factor(), false);
    return v;
  }

  bool starts_operator(const Syn& s) const {
    const Syn& base = base_of(s);
    return s.kind == SynKind::deriv || (base.kind == SynKind::name && (base.text == "∇" || base.text == "∂"));
  }

  Val factor() {
    const Syn& s = here();
    const Syn& base = base_of(s);
    if (s.kind == SynKind::op) not_read("notation", s.span, "an operator cannot stand here");
    if (s.kind == SynKind::restrict_) not_read("notation", s.span, "nothing stands before this bar");
    ++at_;
    if (s.kind == SynKind::bigop) return sum_over(s);
    if (s.kind == SynKind::deriv) {
      if (s.kids[0]) return evaluated(s, e_.derivative_fraction(s, c_, nullptr));
      Val of = operand(s.span);
      return e_.derivative_fraction(s, c_, &of);
    }
    bool one = base.text == "1" || base.text == "𝟏";
    if (one && s.kind == SynKind::name && !done() && here().kind == SynKind::group && here().kids.size() == 1 &&
        here().kids[0]->kind == SynKind::chain) {
      ++at_;  // 𝟏[i = j]
      return e_.value(*kids_[at_ - 1], c_);
    }
    if (base.kind == SynKind::name) {
      if (base.text == "∇") return nabla(s);
      if (base.text == "∂" && s.kind == SynKind::scripts && s.sub) return partial(s);
      if (jacobian_sign(s, base)) return jacobian(s, base);
      if (base.text == "d" && !done() && differential_here(base)) return differential(s);
      if (auto whole = quantity_of(s)) return *whole;
      if (function_here(s)) return application(s);
    }
    return e_.value(s, c_);
  }

  /// df/dx (a): the derivative of a function that stands without its argument, at a.
  Val evaluated(const Syn& d, Val v) {
    if (done() || here().kind != SynKind::group || here().open != "(" || here().kids.size() != 1 || d.kids.size() != 2)
      return v;
    const Syn& numerator = *d.kids[0];
    if ((numerator.kind != SynKind::name && numerator.kind != SynKind::scripts) || !e_.is_function(numerator, c_))
      return v;
    const Syn& place = *here().kids[0];
    const Syn& by = *d.kids[1];
    if (place.kind != SynKind::number && (place.kind != SynKind::name || by.kind != SynKind::name)) return v;
    ++at_;
    if (by.kind == SynKind::name && place.kind == SynKind::name && name_key(by) == name_key(place)) return v;
    Val x = e_.value(by, c_), a = e_.value(place, c_);
    if (!x.body || x.body->kind != Kind::ref || x.rank() != x.body->symbol->indices.size())
      not_read("evaluation", place.span, "only a whole variable can be put to a value");
    if (!(a.numeral && a.scalar()) && !algebra().same_shape(x, a))
      misfit(place.span, shape_text(x) + " cannot be " + shape_text(a));
    Expr body = a.numeral && a.scalar() ? a.body : algebra().on_axes(a, x.axes);
    v.body = make::at(v.body, {x.body->symbol}, {Lambda{x.axes, body}});
    return v;
  }

  /// L(w) of a quantity that is written with its variables.
  std::optional<Val> quantity_of(const Syn& s) {
    if (done()) return std::nullopt;
    Entry* entry =
        s.kind == SynKind::scripts ? c_.scope->find(literal_key(s, true, false)) : c_.scope->find(name_key(s));
    if (!entry || entry->of.empty()) return std::nullopt;
    const Syn& group = base_of(here());
    if (group.kind != SynKind::group || group.open != "(" || group.kids.size() != entry->of.size()) return std::nullopt;
    for (std::size_t k = 0; k < group.kids.size(); ++k) {
      const Syn& arg = *group.kids[k];
      std::string key = arg.kind == SynKind::scripts ? literal_key(arg, true, false)
                        : arg.kind == SynKind::name  ? name_key(arg)
                                                     : "";
      if (key != entry->of[k])
        not_read(
            "argument", group.span,
            entry->symbol->name + " is defined through quantities of " + entry->of[k] + ": it has no value elsewhere",
            "define those quantities as functions");
    }
    Val v = e_.load(entry->symbol, {}, cover(s.span, here().span));
    SynPtr sub, sup;
    if (here().kind == SynKind::scripts) sub = here().sub, sup = here().sup;
    ++at_;
    if (operand_scripts_) {
      *operand_scripts_ = {sub, sup};
      return v;
    }
    if (sub) v = e_.with_subscript(std::move(v), *sub, c_);
    if (sup) v = e_.with_superscript(std::move(v), *sup, c_);
    return v;
  }

  bool function_here(const Syn& s) {
    if (e_.is_function(s, c_)) return true;
    // X(t) beside a declared X: a function of the variable that the sheet differentiates by.
    if (done()) return false;
    const Syn& base = base_of(s);
    const Syn& group = base_of(here());
    if (group.kind != SynKind::group || group.open != "(" || group.kids.size() != 1) return false;
    if (group.kids[0]->kind != SynKind::name || s.kind == SynKind::scripts) return false;
    std::string t = name_key(*group.kids[0]);
    Entry* entry = c_.scope->find(name_key(base));
    if (!entry || !entry->symbol || c_.formals.contains(name_key(base))) return false;
    if (entry->callable) return entry->callable->formals.size() == group.kids.size();
    if (entry->symbol->defined()) return false;
    if (c_.scope->find(t) && !e_.inferred.contains(c_.scope->find(t)->symbol)) return false;
    if (c_.bound.contains(t) || e_.dims().has(t) || !e_.usage(t).differentiated_by) return false;
    Symbol* function = e_.new_symbol(base);
    const Symbol* like = entry->symbol;
    function->role = Role::function;
    function->indices = like->indices;
    function->places = like->places;
    function->family = like->family;
    function->row = like->row;
    function->traits = like->traits;
    Symbol* formal = e_.new_symbol(*group.kids[0]);
    formal->role = Role::parameter;
    function->formals = {formal};
    entry->callable = function;
    return true;
  }

  /// A function with its argument in brackets, or without (\log x); then the scripts behind the bracket.
  Val application(const Syn& head) {
    const Syn& base = base_of(head);
    Entry* entry = c_.scope->find(name_key(base));
    bool elementary = !(entry && (entry->callable || !entry->composition.empty())) && e_.is_named_function(base.text) &&
                      !c_.scope->find(literal_key(head, true, false));
    Val result;
    SynPtr sub, sup;
    Span span = head.span;
    bool square = base.text == "softmax" || base.text == "log" || base.text == "exp" || base.style == "op";
    if (!done() && is_group(here(), square)) {
      const Syn& group = base_of(here());
      span = cover(span, here().span);
      if (here().kind == SynKind::scripts) sub = here().sub, sup = here().sup;
      int primes = here().kind == SynKind::scripts ? here().primes : 0;
      ++at_;
      std::vector<Val> args = e_.arguments(group, c_);
      if (elementary)
        result = e_.elementary_call(head, args, c_, span);
      else {
        Val f = function_of(head);
        result = e_.apply(*f.function, std::move(args), span, c_);
        if (f.function->power) result = e_.with_superscript(std::move(result), *f.function->power, c_);
      }
      for (int i = 0; i < primes; ++i) result = algebra().transpose(result);
    } else if (elementary) {
      if (done() || is_op(here())) not_read("argument", head.span, "`" + base.text + "` stands without an argument");
      Val argument = bare_argument();
      span = cover(span, argument.span);
      result = e_.elementary_call(head, {argument}, c_, span);
    } else {
      Val f = function_of(head);
      bool composed = (!done() && is_op(here()) && here().text == "∘") ||
                      (at_ >= 2 && is_op(*kids_[at_ - 2]) && kids_[at_ - 2]->text == "∘");
      if (composed || kids_.size() == 1) return f;
      result = e_.apply(*f.function, e_.default_arguments(f.function->chain.back(), c_, head.span), span, c_);
    }
    result.span = span;
    if (sub) result = e_.with_subscript(std::move(result), *sub, c_);
    if (sup) result = e_.with_superscript(std::move(result), *sup, c_);
    return result;
  }

  Val function_of(const Syn& head) {
    Val f = e_.function_value(head, c_);
    f.span = head.span;
    return f;
  }

  /// \log p_i, \ln\det X, \log\sum …: up to an operator sign, a bracket of its own, or the next function.
  Val bare_argument() {
    Val v = factor();
    while (!done() && !is_op(here())) {
      const Syn& next = here();
      const Syn& base = base_of(next);
      bool plain = next.kind == SynKind::number || next.kind == SynKind::frac || next.kind == SynKind::root ||
                   ((next.kind == SynKind::name || next.kind == SynKind::scripts) && base.kind == SynKind::name &&
                    !e_.is_function(next, c_) && base.text != "∇" && base.text != "∂");
      if (!plain) break;
      v = times(v, factor(), false);
    }
    return v;
  }

  Val nabla(const Syn& s) {
    int order = 1;
    if (s.kind == SynKind::scripts && s.sup) {
      if (s.sup->kind != SynKind::number || s.sup->text != "2")
        not_read("nabla", s.sup->span, "only ∇ and ∇² are read");
      order = 2;
    }
    SynPtr by = s.kind == SynKind::scripts ? s.sub : nullptr;
    if (done()) not_read("notation", s.span, "nothing stands after ∇");
    return e_.nabla(*this_operand(s.span), by, order, s.span, c_);
  }

  /// ∇ and ∂_w in front of a function apply to that one application (its outer scripts belong to the result).
  std::shared_ptr<Elaborator::Operand> this_operand(Span span) {
    auto out = std::make_shared<Elaborator::Operand>();
    if (done()) not_read("notation", span, "nothing stands after this operator");
    const Syn& head = here();
    const Syn& base = base_of(head);
    out->span = cover(span, head.span);
    bool name = base.kind == SynKind::name && base.text != "∇" && base.text != "∂";
    if (name && (function_at(head))) {
      Entry* entry = c_.scope->find(name_key(base));
      bool elementary = !(entry && (entry->callable || !entry->composition.empty())) &&
                        e_.is_named_function(base.text) && !c_.scope->find(literal_key(head, true, false));
      if (!elementary) {
        ++at_;
        out->function = e_.function_value(head, c_).function;
        if (!done() && is_group(here())) {
          const Syn& group = base_of(here());
          out->args = e_.arguments(group, c_);
          out->arg_syntax = group.kids;
          out->span = cover(out->span, here().span);
          if (here().kind == SynKind::scripts) out->sub = here().sub, out->sup = here().sup;
          ++at_;
        } else {
          out->args = e_.default_arguments(out->function->chain.back(), c_, head.span);
          out->implicit = true;
        }
        out->next = done() ? nullptr : kids_[at_];
        if (!done() && kids_.size() > at_ + 1) out->next_next = kids_[at_ + 1];
        return out;
      }
    }
    if (name && (head.kind == SynKind::name || head.kind == SynKind::scripts)) {
      std::pair<SynPtr, SynPtr> scripts;
      operand_scripts_ = &scripts;
      ++at_;
      std::optional<Val> whole;
      try {
        whole = quantity_of(head);
      } catch (...) {
        operand_scripts_ = nullptr;
        throw;
      }
      operand_scripts_ = nullptr;
      if (whole) {
        out->value = std::make_shared<Val>(*whole);
        out->sub = scripts.first;
        out->sup = scripts.second;
        return out;
      }
      --at_;
    }
    if (name && head.kind != SynKind::bigop && !e_.is_named_function(base.text)) {
      // A plain quantity: ∇_w L, ∂_w h_t.
      ++at_;
      if (head.kind == SynKind::scripts && head.sup && head.sup->kind == SynKind::name &&
          (head.sup->text == "⊤" || head.sup->text == "T") && head.kids[0]->kind == SynKind::name) {
        // ∇f^T: the transpose is the gradient's.
        auto bare = std::make_shared<Syn>(head);
        out->sup = bare->sup;
        bare->sup = nullptr;
        out->value = std::make_shared<Val>(e_.value(*bare, c_));
        if (out->value->scalar()) return out;
        // ∇_x x^T A x: what is transposed begins a product.
        out->sup = nullptr;
        --at_;
        out->value = std::make_shared<Val>(operand(span));
        return out;
      }
      out->value = std::make_shared<Val>(e_.value(head, c_));
      bool quantity = out->value->body && out->value->body->kind == Kind::ref && out->value->body->symbol->defined();
      if (!quantity && !done() && !is_op(here())) {
        --at_;
        out->value = std::make_shared<Val>(operand(span));
      }
      return out;
    }
    out->value = std::make_shared<Val>(operand(span));
    return out;
  }

  bool function_at(const Syn& head) {
    if (e_.is_function(head, c_)) return true;
    ++at_;
    bool yes = function_here(head);
    --at_;
    return yes;
  }

  int order_of(const Syn& s) {
    if (!s.sup) return 1;
    if (s.sup->kind != SynKind::number || (s.sup->text != "2" && s.sup->text != "1" && s.sup->text != "3"))
      not_read("derivative", s.sup->span, "this order of derivative is not read");
    return s.sup->text[0] - '0';
  }

  /// ∂_w L, ∂_1∂_2 f(u, v).
  Val partial(const Syn& s) {
    std::vector<SynPtr> by(static_cast<std::size_t>(order_of(s)), s.sub);
    while (!done() && here().kind == SynKind::scripts && here().kids[0]->kind == SynKind::name &&
           here().kids[0]->text == "∂" && here().sub) {
      for (int n = order_of(here()); n > 0; --n) by.push_back(here().sub);
      ++at_;
    }
    return e_.partial(*this_operand(s.span), by, s.span, c_);
  }

  bool jacobian_sign(const Syn& s, const Syn& base) {
    if (base.text != "D" && base.text != "J" && base.text != "H") return false;
    if (!base.accent.empty() || base.style == "cal") return false;
    if (c_.scope->find(name_key(base)) || c_.formals.contains(name_key(base)) ||
        c_.scope->find(literal_key(s, true, false)))
      return false;
    if (s.kind == SynKind::scripts && s.sub && e_.is_function(*s.sub, c_)) return true;
    if (base.text != "D" || done() || e_.dims().has("D")) return false;
    return function_at(here()) || is_group(here(), true);
  }

  Val jacobian(const Syn& s, const Syn& base) {
    int order = base.text == "H" ? 2 : 1;
    if (s.kind == SynKind::scripts && s.sup) {
      if (s.sup->kind == SynKind::number && s.sup->text == "2")
        order = 2;
      else
        not_read("derivative", s.sup->span, "this is not read on D");
    }
    Elaborator::Operand operand;
    operand.span = s.span;
    if (s.kind == SynKind::scripts && s.sub && e_.is_function(*s.sub, c_)) {
      operand.function = e_.function_value(*s.sub, c_).function;
      if (!done() && is_group(here())) {
        operand.args = e_.arguments(base_of(here()), c_);
        if (here().kind == SynKind::scripts) operand.sub = here().sub, operand.sup = here().sup;
        ++at_;
      } else
        operand.args = e_.default_arguments(operand.function->chain.back(), c_, s.span);
    } else {
      SynPtr by = s.kind == SynKind::scripts ? s.sub : nullptr;
      auto read = this_operand(s.span);
      return e_.jacobian(*read, by, order, s.span, c_);
    }
    return e_.jacobian(operand, nullptr, order, s.span, c_);
  }

  bool differential_here(const Syn& base) {
    if (!base.accent.empty() || c_.scope->find("d") || c_.formals.contains("d") || c_.bound.contains("d")) return false;
    const Syn& next = base_of(here());
    return e_.scan().differentials.contains(next.kind == SynKind::name ? name_key(next) : "") ||
           next.kind == SynKind::group || (next.kind == SynKind::name && e_.is_named_function(next.text));
  }

  Val differential(const Syn& s) {
    Val of = here().kind == SynKind::name || here().kind == SynKind::scripts ? factor() : operand(s.span);
    return e_.differential(of, cover(s.span, of.span), c_);
  }

  Elaborator& e_;
  const std::vector<SynPtr>& kids_;
  Context& c_;
  std::size_t at_ = 0;
  std::size_t end_ = kids_.size();                        ///< where what is being read ends
  std::pair<SynPtr, SynPtr>* operand_scripts_ = nullptr;  ///< where the scripts behind an operand's bracket go
};

Val Elaborator::product_value(const std::vector<SynPtr>& kids, Context& c) {
  return ProductReader(*this, kids, c).read();
}

}  // namespace gradus
