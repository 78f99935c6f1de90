// One expression more, read below the sheet (`gradus derive`): in the block that it fits, and where its names mean
// something else there, with arguments of its own.
#include <algorithm>

#include "sheet/describe.h"
#include "sheet/reader.h"

namespace gradus {

/// A block in which each argument written as a plain name is one of the function's domain: f(x) beside samples x_l.
Scope* SheetReader::block_of_arguments(const SynPtr& syn, Scope* outer) {
  auto block = std::make_unique<Scope>();
  block->parent = outer;
  block->number = scopes_.size();
  auto add = [&](const Syn& name, const Symbol& formal) {
    if (name.kind != SynKind::name || block->entries.contains(name_key(name)) || formal.role != Role::parameter) return;
    Entry& entry = block->entries[name_key(name)];
    entry.key = name_key(name);
    entry.symbol = copy_layout(formal, name, Role::variable);
    entry.declared = true;
  };
  std::function<void(const Syn&, const Syn*)> look = [&](const Syn& s, const Syn* next) {
    if (next && s.kind == SynKind::group && s.kids.size() == 1 && s.kids[0]->kind == SynKind::product)
      return look(*s.kids[0]->kids.back(), next);  // (g ∘ f)(x)
    const Syn& base = base_of(s);
    Entry* entry = base.kind == SynKind::name ? outer->find(name_key(base)) : nullptr;
    if (entry && entry->callable) {
      const std::vector<const Symbol*>& formals = entry->callable->formals;
      const bool called = next && next->kind == SynKind::group && next->kids.size() == formals.size();
      for (std::size_t k = 0; k < formals.size(); ++k) {
        Syn own;
        own.kind = SynKind::name;
        own.text = formals[k]->name;
        own.latex = formals[k]->latex;
        if (called || own.text.rfind("·", 0) != 0) add(called ? *next->kids[k] : own, *formals[k]);
      }
    }
    for (std::size_t k = 0; k < s.kids.size(); ++k)
      if (s.kids[k])
        look(*s.kids[k], s.kind == SynKind::product && k + 1 < s.kids.size() ? s.kids[k + 1].get() : nullptr);
  };
  look(*syn, nullptr);
  if (block->entries.empty()) return nullptr;
  scopes_.push_back(std::move(block));
  return scopes_.back().get();
}

std::optional<Val> SheetReader::lone_value(const SynPtr& syn, Scope* block, const Liberty& liberty,
                                           ElaboratedExpression& out) {
  Chain chain;
  chain.sides = {syn};
  Context c = context();
  c.scope = block;
  c.liberty = liberty;
  c.statement = {&chain};
  const std::map<std::string, int> ranks = e_.knowledge().ranks;
  const bool changed = e_.knowledge().changed;
  try {
    Val v = e_.value(*syn, c);
    if (v.function) {
      const Symbol* f = v.function->chain.back();
      v = e_.apply(*v.function, e_.default_arguments(f, c, syn->span), syn->span, c);
    }
    out.readings = c.readings;
    return v;
  } catch (const Fit& why) {
    // The sheet's own functions are not read anew for what did not fit them.
    Knowledge& known = e_.knowledge();
    for (auto& [key, rank] : known.ranks) {
      if (key.find('@') == std::string::npos) continue;
      auto was = ranks.find(key);
      rank = was == ranks.end() ? 0 : was->second;
    }
    known.changed = changed || known.ranks != ranks;
    if (out.diagnostics.empty()) out.diagnostics.push_back(why.why);
    return std::nullopt;
  }
}

ElaboratedExpression SheetReader::expression(const SynPtr& syn) {
  static const std::vector<Liberty> kOrder = [] {
    std::vector<Liberty> order(3);
    order[1].leibniz = true;
    order[2].leibniz = order[2].sample_component = true;
    return order;
  }();
  ElaboratedExpression out;
  // What is derived by is read where the expression was.
  std::vector<std::pair<Scope*, bool>> blocks;  // and whether it lies outside of the last one
  Scope* const last = expression_block_ ? expression_block_ : scope_;
  for (Scope* s = last; s; s = s->parent) {
    blocks.emplace_back(s, s != last);
    if (Scope* own = block_of_arguments(syn, s)) blocks.emplace_back(own, s != last);
  }
  for (const Liberty& liberty : kOrder) {
    for (auto [block, outside] : blocks) {
      std::optional<Val> v = lone_value(syn, block, liberty, out);
      if (!v) continue;
      expression_block_ = block;
      out.value = Value{v->body, v->axes, v->row};
      if (outside) out.readings.push_back("the names are those declared first (the later block does not fit)");
      for (const auto& [symbol, hint] : e_.inferred) {
        if (!symbols_in(v->body).contains(symbol)) continue;
        out.inferred.push_back(symbol->name + " : " + shape_text(e_.load(symbol, {}, {})));
      }
      std::sort(out.inferred.begin(), out.inferred.end());
      out.diagnostics.clear();
      return out;
    }
  }
  return out;
}

}  // namespace gradus
