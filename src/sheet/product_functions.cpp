// Functions inside a product: with arguments in brackets or without, at a place, written with their variables.
#include <algorithm>

#include "sheet/product.h"

namespace gradus {

Val ProductReader::evaluated(const Syn& d, Val v) {
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

/// x, x_0, 2, g(x): where a function can be evaluated, and no factor of a product.
bool ProductReader::is_point(const SynPtr& s) {
  if (s->kind == SynKind::name || s->kind == SynKind::number) return true;
  if (s->kind == SynKind::scripts) return s->kids[0]->kind == SynKind::name;
  return s->kind == SynKind::product && s->kids.size() == 2 && is_group(*s->kids[1]) && e_.is_function(*s->kids[0], c_);
}

std::optional<Val> ProductReader::composition_here(const Syn& s) {
  const Syn& base = base_of(s);
  if (base.kind != SynKind::group || base.open != "(" || base.kids.size() != 1 || done() || !is_group(here()) ||
      base.kids[0]->kind != SynKind::product || (s.kind == SynKind::scripts && (s.sub || s.sup)))
    return std::nullopt;
  const auto& parts = base.kids[0]->kids;
  for (std::size_t k = 0; k < parts.size(); ++k)
    if (k % 2 == 0 ? !e_.is_function(*parts[k], c_) : !(is_op(*parts[k]) && parts[k]->text == "∘")) return std::nullopt;
  const Val f = e_.value(s, c_);
  if (!f.function) return std::nullopt;
  const Span span = cover(s.span, here().span);
  std::vector<Val> args = e_.arguments(base_of(here()), c_);
  SynPtr sub, sup;
  if (here().kind == SynKind::scripts) sub = here().sub, sup = here().sup;
  ++at_;
  Val out = e_.apply(*f.function, std::move(args), span, c_);
  if (sub) out = e_.with_subscript(std::move(out), *sub, c_);
  if (sup) out = e_.with_superscript(std::move(out), *sup, c_);
  return out;
}

std::optional<Val> ProductReader::partial_at(const Syn& d) {
  if (!d.kids[0] || done() || here().kind != SynKind::group || here().open != "(") return std::nullopt;
  const Syn& numerator = *d.kids[0];
  const Syn& group = here();
  const Syn& name = base_of(numerator);
  const bool builtin = name.kind == SynKind::name && e_.is_named_function(name.text) && !c_.scope->find(name_key(name));
  if ((numerator.kind != SynKind::name && numerator.kind != SynKind::scripts) || name.kind != SynKind::name ||
      builtin || !e_.is_function(numerator, c_) ||
      !std::all_of(group.kids.begin(), group.kids.end(), [&](const SynPtr& arg) { return is_point(arg); }))
    return std::nullopt;
  const Val f = e_.function_value(numerator, c_);
  const auto& formals = f.function->chain.back()->formals;
  if (formals.size() != group.kids.size()) return std::nullopt;
  const std::vector<Val> args = e_.arguments(group, c_);
  std::vector<int> slots;
  std::vector<SynPtr> components;  // of each slot's axes, in order
  for (std::size_t i = 1; i < d.kids.size(); ++i) {
    const Syn& by = *d.kids[i];
    const Syn& letter = base_of(by);
    if (letter.kind != SynKind::name || (by.kind == SynKind::scripts && (by.sup || by.primes))) return std::nullopt;
    // The name of the argument: its own, that of the point, or one that means nothing else.
    int slot = e_.slot_named(*f.function, args, letter, c_);
    if (slot < 0 && formals.size() == 1 && !c_.scope->find(name_key(letter)) && !c_.formals.contains(name_key(letter)))
      slot = 0;
    if (slot < 0) return std::nullopt;
    const std::vector<SynPtr> items =
        by.kind == SynKind::scripts && by.sub ? script_items(by.sub) : std::vector<SynPtr>{};
    if (items.size() != formals[static_cast<std::size_t>(slot)]->rank()) return std::nullopt;
    for (int n = 0; n < (i - 1 < d.orders.size() ? d.orders[i - 1] : 1); ++n) {
      slots.push_back(slot);
      components.insert(components.end(), items.begin(), items.end());
    }
  }
  ++at_;
  Val out = e_.apply(*f.function, args, cover(d.span, group.span), c_, slots);
  const std::size_t first = out.rank() - components.size();
  for (const SynPtr& item : components) {
    const Range axis{out.axes[first]->lo, out.axes[first]->hi};
    const bool free = item->kind == SynKind::name && !c_.scope->find(name_key(*item)) && e_.scan().index_like(*item);
    out = algebra().component(
        out, first, free ? make::index(e_.letter_index(name_key(*item), c_, &axis)) : e_.index_value(*item, c_));
  }
  out.span = cover(d.span, group.span);
  return out;
}

std::optional<Val> ProductReader::quantity_of(const Syn& s) {
  if (done()) return std::nullopt;
  Entry* entry = s.kind == SynKind::scripts ? c_.scope->find(literal_key(s, true, false)) : c_.scope->find(name_key(s));
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

bool ProductReader::function_here(const Syn& s) {
  if (e_.is_function(s, c_)) return true;
  // X(t) beside a declared X: a function of the variable that the sheet differentiates by.
  if (done()) return false;
  const Syn& base = base_of(s);
  const Syn& group = base_of(here());
  if (group.kind != SynKind::group || group.open != "(" || group.kids.size() != 1) return false;
  const bool only_primes = s.kind == SynKind::scripts && !s.sub && !s.sup;  // A'(t)
  if (group.kids[0]->kind != SynKind::name || (s.kind == SynKind::scripts && !only_primes)) return false;
  std::string t = name_key(*group.kids[0]);
  Entry* entry = c_.scope->find(name_key(base));
  if (!entry || !entry->symbol || c_.formals.contains(name_key(base))) return false;
  if (entry->callable) return entry->callable->formals.size() == group.kids.size();
  if (entry->symbol->defined()) return false;
  const Entry* place = c_.scope->find(t);
  if (place && !(place->symbol && place->symbol->indices.empty() && !place->symbol->defined())) return false;
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

Val ProductReader::application(const Syn& head) {
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
    const bool list = elementary && Elaborator::has_dots(group.kids);  // diag(a_1, …, a_n)
    std::vector<Val> args = list ? std::vector<Val>{e_.listed(group.kids, c_)} : e_.arguments(group, c_);
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
  } else if (head.kind == SynKind::scripts && head.sup && !head.primes && head.sup->kind == SynKind::name &&
             (head.sup->text == "⊤" || head.sup->text == "T")) {
    Syn bare = head;  // eᵀ where e(θ) was defined
    bare.sup = nullptr;
    const Val f = function_of(bare.sub ? bare : base);
    result = e_.apply(*f.function, e_.default_arguments(f.function->chain.back(), c_, head.span), span, c_);
    sup = head.sup;
  } else {
    Val f = function_of(head);
    bool composed = (!done() && is_op(here()) && here().text == "∘") ||
                    (at_ >= 2 && is_op(*kids_[at_ - 2]) && kids_[at_ - 2]->text == "∘");
    if (composed || kids_.size() == 1) return f;
    result = e_.apply(*f.function, e_.default_arguments(f.function->chain.back(), c_, head.span), span, c_);
    if (f.function->power) result = e_.with_superscript(std::move(result), *f.function->power, c_);
  }
  result.span = span;
  if (sub) result = e_.with_subscript(std::move(result), *sub, c_);
  if (sup) result = e_.with_superscript(std::move(result), *sup, c_);
  return result;
}

Val ProductReader::function_of(const Syn& head) {
  Val f = e_.function_value(head, c_);
  f.span = head.span;
  return f;
}

Val ProductReader::bare_argument() {
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

bool ProductReader::function_at(const Syn& head) {
  if (e_.is_function(head, c_)) return true;
  ++at_;
  bool yes = function_here(head);
  --at_;
  return yes;
}

}  // namespace gradus
