// Operators inside a product: what stands behind ∇, ∂_w, D, d and belongs to them.
#include <algorithm>

#include "sheet/product.h"

namespace gradus {

Val ProductReader::operand(Span span) {
  if (done()) not_read("notation", span, "nothing stands after this operator");
  // d/dx [ … ] g(x): square brackets right behind the operator hold its operand.
  bool square = here().kind == SynKind::group && here().open == "[";
  Val v = factor();
  if (square) return v;
  while (!done() && !is_op(here()) && here().kind != SynKind::restrict_ && !starts_operator(here()))
    v = times(v, factor(), false);
  return v;
}

bool ProductReader::starts_operator(const Syn& s) const {
  const Syn& base = base_of(s);
  return s.kind == SynKind::deriv || (base.kind == SynKind::name && (base.text == "∇" || base.text == "∂"));
}

Val ProductReader::nabla(const Syn& s) {
  int order = 1;
  if (s.kind == SynKind::scripts && s.sup) {
    if (s.sup->kind != SynKind::number || s.sup->text != "2") not_read("nabla", s.sup->span, "only ∇ and ∇² are read");
    order = 2;
  }
  SynPtr by = s.kind == SynKind::scripts ? s.sub : nullptr;
  if (done()) not_read("notation", s.span, "nothing stands after ∇");
  return e_.nabla(*this_operand(s.span), by, order, s.span, c_);
}

Val ProductReader::laplacian(const Syn& s) {
  const auto of = this_operand(s.span);
  if (!of->function || of->args.size() != 1)
    not_read("notation", s.span, "Δ is read before a function of one argument");
  Val out = e_.in_slot(*of->function, of->args, 0, 2, of->span, c_);
  if (out.rank() != 2 * of->args[0].rank() || of->args[0].rank() > 1)
    not_read("notation", s.span, "Δ is read before a real function of a number or a vector");
  c_.readings.push_back("Δ is the sum of the second derivatives");
  return e_.finish(out.rank() == 2 ? algebra().trace(out) : out, *of, c_);
}

std::shared_ptr<Elaborator::Operand> ProductReader::this_operand(Span span) {
  auto out = std::make_shared<Elaborator::Operand>();
  if (done()) not_read("notation", span, "nothing stands after this operator");
  const Syn& head = here();
  const Syn& base = base_of(head);
  out->span = cover(span, head.span);
  bool name = base.kind == SynKind::name && base.text != "∇" && base.text != "∂";
  const auto take_arguments = [&] {
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
  };
  if (name && (function_at(head))) {
    Entry* entry = c_.scope->find(name_key(base));
    bool elementary = !(entry && (entry->callable || !entry->composition.empty())) && e_.is_named_function(base.text) &&
                      !c_.scope->find(literal_key(head, true, false));
    if (!elementary) {
      ++at_;
      out->function = e_.function_value(head, c_).function;
      if (out->function->power)
        not_read("function-power", head.span, "the derivative of a power of a function",
                 "put it in brackets: (f(x)^2)");
      take_arguments();
      return out;
    }
  }
  // ∇(u ∘ f)(x)
  if (head.kind == SynKind::group && head.kids.size() == 1 && head.kids[0]->kind == SynKind::product &&
      std::any_of(head.kids[0]->kids.begin(), head.kids[0]->kids.end(),
                  [](const SynPtr& kid) { return kid->kind == SynKind::op && kid->text == "∘"; })) {
    Val inner = e_.value(*head.kids[0], c_);
    if (inner.function && !inner.function->power) {
      ++at_;
      out->function = inner.function;
      take_arguments();
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
    const Entry* entry =
        c_.scope->find(head.kind == SynKind::scripts ? literal_key(head, true, false) : name_key(head));
    if (entry && entry->symbol && entry->of.size() == 1)
      if (const Entry* by = c_.scope->find(entry->of[0])) out->variable = by->symbol;
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

int ProductReader::order_of(const Syn& s) {
  if (!s.sup) return 1;
  if (s.sup->kind != SynKind::number || (s.sup->text != "2" && s.sup->text != "1" && s.sup->text != "3"))
    not_read("derivative", s.sup->span, "this order of derivative is not read");
  return s.sup->text[0] - '0';
}

Val ProductReader::partial(const Syn& s) {
  std::vector<SynPtr> by(static_cast<std::size_t>(order_of(s)), s.sub);
  while (!done() && here().kind == SynKind::scripts && here().kids[0]->kind == SynKind::name &&
         here().kids[0]->text == "∂" && here().sub) {
    for (int n = order_of(here()); n > 0; --n) by.push_back(here().sub);
    ++at_;
  }
  return e_.partial(*this_operand(s.span), by, s.span, c_);
}

bool ProductReader::jacobian_sign(const Syn& s, const Syn& base) {
  if (base.text != "D" && base.text != "J" && base.text != "H") return false;
  if (!base.accent.empty() || base.style == "cal") return false;
  if (c_.scope->find(name_key(base)) || c_.formals.contains(name_key(base)) ||
      c_.scope->find(literal_key(s, true, false)))
    return false;
  if (s.kind == SynKind::scripts && s.sub && e_.is_function(*s.sub, c_)) return true;
  if (base.text != "D" || done() || e_.dims().has("D")) return false;
  const Entry* next = c_.scope->find(name_key(base_of(here())));
  return function_at(here()) || is_group(here(), true) || (next && !next->of.empty());
}

Val ProductReader::jacobian(const Syn& s, const Syn& base) {
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

bool ProductReader::differential_here(const Syn& base) {
  if (!base.accent.empty() || c_.scope->find("d") || c_.formals.contains("d") || c_.bound.contains("d")) return false;
  const Syn& next = base_of(here());
  return e_.scan().differentials.contains(next.kind == SynKind::name ? name_key(next) : "") ||
         next.kind == SynKind::group || (next.kind == SynKind::name && e_.is_named_function(next.text));
}

Val ProductReader::differential(const Syn& s) {
  Val of = here().kind == SynKind::name || here().kind == SynKind::scripts ? factor() : operand(s.span);
  return e_.differential(of, cover(s.span, of.span), c_);
}

}  // namespace gradus
