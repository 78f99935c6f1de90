// Index terms and their ranges: what a letter in a subscript runs over.
#include <algorithm>

#include "sheet/describe.h"
#include "sheet/elaborator.h"

namespace gradus {

namespace {

bool same_range(const Range& a, const Range& b) { return a.lo == b.lo && a.hi == b.hi; }

}  // namespace

const IndexVar* Elaborator::free_index(const std::string& letter, const Range& range) {
  std::string key = letter + "@" + (range.lo ? std::to_string(range.lo->id) : "?") + ".." +
                    (range.hi ? std::to_string(range.hi->id) : "?");
  const IndexVar*& var = free_[key];
  if (!var) var = make::fresh(letter, range.lo, range.hi);
  return var;
}

std::optional<Range> Elaborator::guess_range(const std::string& letter, const Syn& syn, Context& c) {
  if (syn.kind == SynKind::scripts && syn.kids[0]->kind == SynKind::name) {
    auto from = [&](const SynPtr& script, bool sup) -> std::optional<Range> {
      auto items = script_items(script);
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i]->kind != SynKind::name || items[i]->text != letter) continue;
        const Symbol* symbol = nullptr;
        std::string key = name_key(*syn.kids[0]);
        std::optional<Alias> alias;
        if (auto it = c.formals.find(key); it != c.formals.end())
          symbol = it->second;
        else if (c.scope->find(literal_key(syn, true, false)))
          return std::nullopt;
        else if (Entry* entry = c.scope->find(key)) {
          symbol = entry->symbol ? entry->symbol : entry->callable;
          alias = entry->alias;
          if (alias) {
            if (sup || i >= alias->axis_of_script.size()) return std::nullopt;
            return dims().resolve(alias->target->indices[alias->axis_of_script[i]]);
          }
        }
        if (!symbol) return std::nullopt;
        std::size_t seen = 0;
        for (std::size_t k = 0; k < symbol->indices.size(); ++k) {
          bool above = symbol->places[k] != Place::axis && symbol->places[k] != Place::sub;
          if (above != sup) continue;
          if (seen++ != i) continue;
          Range range = range_of(symbol, k, members_of(*symbol, syn, letter, c));
          if (!range.lo || !range.hi) return std::nullopt;
          for (const IndexVar* own : symbol->vars)
            if (own && (std::binary_search(range.hi->free.begin(), range.hi->free.end(), own,
                                           [](auto* a, auto* b) { return a->id < b->id; }) ||
                        std::binary_search(range.lo->free.begin(), range.lo->free.end(), own,
                                           [](auto* a, auto* b) { return a->id < b->id; })))
              return std::nullopt;
          return range;
        }
      }
      return std::nullopt;
    };
    if (auto found = from(syn.sub, false)) return found;
    if (auto found = from(syn.sup, true)) return found;
  }
  if (syn.kind == SynKind::bigop && syn.sub && syn.sub->kind == SynKind::chain && !syn.sub->kids.empty() &&
      syn.sub->kids[0]->kind == SynKind::name && syn.sub->kids[0]->text == letter)
    return std::nullopt;
  for (const SynPtr& kid : syn.kids)
    if (kid)
      if (auto found = guess_range(letter, *kid, c)) return found;
  if (syn.kind != SynKind::bigop)
    for (const SynPtr& part : {syn.sub, syn.sup})
      if (part)
        if (auto found = guess_range(letter, *part, c)) return found;
  return std::nullopt;
}

std::optional<Range> Elaborator::guess_range(const std::string& letter, const std::vector<SynPtr>& region, Context& c) {
  std::optional<Range> flexible;
  for (const SynPtr& syn : region) {
    if (!syn) continue;
    if (auto found = guess_range(letter, *syn, c)) {
      if (!dims().is_flexible(*found)) return found;
      if (!flexible) flexible = found;
    }
  }
  return flexible;
}

/// The member of the family that the scripts name, as far as it does not need the letter itself.
std::vector<Expr> Elaborator::members_of(const Symbol& symbol, const Syn& scripts, const std::string& letter,
                                         Context& c) {
  std::vector<Expr> given(symbol.indices.size(), nullptr);
  if (symbol.vars.empty() || guessing_) return given;
  guessing_ = true;
  for (bool above : {false, true}) {
    auto items = script_items(above ? scripts.sup : scripts.sub);
    std::size_t k = 0;
    for (const SynPtr& item : items) {
      while (k < symbol.family && (symbol.places[k] != Place::axis && symbol.places[k] != Place::sub) != above) ++k;
      if (k >= symbol.family) break;
      std::string text = flat(*item);
      if (text.find(letter) == std::string::npos) {
        try {
          given[k] = index_value(*item, c);
        } catch (const Fit&) {
        }
      }
      ++k;
    }
  }
  guessing_ = false;
  return given;
}

const IndexVar* Elaborator::letter_index(const std::string& letter, Context& c, const Range* axis) {
  if (auto it = c.bound.find(letter); it != c.bound.end()) return it->second;
  if (auto it = c.indices.find(letter); it != c.indices.end()) return it->second;
  std::optional<Range> range;
  if (auto it = c.ranges.find(letter); it != c.ranges.end() && it->second.lo) range = it->second;
  const bool said = range.has_value();
  std::vector<SynPtr> region;
  for (const Chain* chain : c.statement)
    for (const SynPtr& side : chain->sides) region.push_back(side);
  if (auto used = guess_range(letter, region, c)) {
    const bool triangular = range && range->hi && !range->hi->free.empty();  // k = 1, …, t
    if (!range || !range->hi || (!triangular && !dims().unify(*range, *used)))
      range = used;
    else if (same_range(*range, Range{}))
      range = used;
  }
  if (!range && axis && axis->lo && axis->hi) range = dims().resolve(*axis);
  if (c.claim && range && range->lo && range->lo->is_zero() && range->hi && range->hi->kind == Kind::ref &&
      range->hi->symbol->name == "Λ")
    range = Range{make::number(1), make::sub(range->hi, make::number(1))};
  const IndexVar* var = free_index(letter, range.value_or(Range{}));
  c.indices[letter] = var;
  if (!said) c.guessed.insert(var);
  return var;
}

Expr Elaborator::index_value(const Syn& syn, Context& c) {
  switch (syn.kind) {
    case SynKind::number: return scalar_value(syn, c).body;
    case SynKind::name: {
      std::string key = name_key(syn);
      if (auto it = c.bound.find(key); it != c.bound.end()) return make::index(it->second);
      if (auto it = c.indices.find(key); it != c.indices.end()) return make::index(it->second);
      if (Entry* entry = c.scope->find(key);
          entry && entry->symbol && entry->symbol->indices.empty() && entry->symbol->traits.integer)
        return make::ref(entry->symbol);
      bool index = scan_.index_letters.contains(syn.text) || c.ranges.contains(key);
      if (!index && (dims().has(key) || scan_.size_letters.contains(key)))
        return dims().resolve(make::ref(dims().named(key, syn.latex)));
      if (syn.text == "…" || syn.text == "∞" || syn.style == "op")
        not_read("index", syn.span, "this is no index: " + syn.text);
      return make::index(letter_index(key, c, nullptr));
    }
    case SynKind::sum: {
      std::vector<Expr> terms;
      for (std::size_t i = 0; i < syn.kids.size(); ++i) {
        Expr term = index_value(*syn.kids[i], c);
        terms.push_back(i < syn.signs.size() && syn.signs[i] < 0 ? make::neg(term) : term);
      }
      return make::add(std::move(terms));
    }
    case SynKind::group:
      if (syn.kids.size() == 1) return index_value(*syn.kids[0], c);
      break;
    case SynKind::product: {
      bool simple = true;
      std::vector<Expr> factors;
      for (const SynPtr& kid : syn.kids) {
        if (kid->kind == SynKind::op && (kid->text == "·" || kid->text == "*" || kid->text == "×")) continue;
        if (kid->kind == SynKind::op || (kid->kind == SynKind::group && &kid != &syn.kids[0]))
          simple = false;
        else if (simple)
          factors.push_back(index_value(*kid, c));
      }
      if (simple) return make::mul(std::move(factors));
      break;
    }
    case SynKind::scripts:
      if (syn.kids[0]->kind == SynKind::name && syn.sub && !syn.sup && !c.scope->find(name_key(*syn.kids[0])) &&
          (scan_.size_letters.contains(name_key(*syn.kids[0])) || dims().has(name_key(*syn.kids[0]))))
        return size_value(syn, c);
      break;
    default: break;
  }
  Val v = value(syn, c);
  if (!v.scalar()) misfit(syn.span, "an index must be a single integer, this is " + shape_text(v));
  return v.body;
}

Expr Elaborator::size_value(const Syn& syn, Context& c) {
  if (syn.kind == SynKind::scripts && syn.kids[0]->kind == SynKind::name && syn.sub) {
    std::string key = name_key(*syn.kids[0]);
    if (!c.scope->find(key)) {
      auto items = script_items(syn.sub);
      bool index = std::all_of(items.begin(), items.end(), [&](auto& i) {
        return scan_.index_like(*i) || (i->kind == SynKind::name && scan_.list_ends.contains(name_key(*i)));
      });
      if (!index)
        return make::ref(dims().named(literal_key(syn, true, false), syn.kids[0]->latex + "_{" + flat(*syn.sub) + "}"));
      std::vector<Expr> at;
      for (const SynPtr& item : items) at.push_back(index_value(*item, c));
      return make::ref(dims().named(key, syn.kids[0]->latex, at.size()), at);
    }
  }
  if (syn.kind == SynKind::name && !c.bound.contains(name_key(syn)) && !c.indices.contains(name_key(syn)) &&
      !scan_.index_letters.contains(syn.text) && syn.text != "∞" && syn.text != "…")
    if (Entry* entry = c.scope->find(name_key(syn)); !entry || !entry->symbol || !entry->symbol->traits.integer)
      return dims().resolve(make::ref(dims().named(name_key(syn), syn.latex)));
  if (syn.kind == SynKind::sum) {
    std::vector<Expr> terms;
    for (std::size_t i = 0; i < syn.kids.size(); ++i) {
      Expr term = size_value(*syn.kids[i], c);
      terms.push_back(i < syn.signs.size() && syn.signs[i] < 0 ? make::neg(term) : term);
    }
    return make::add(std::move(terms));
  }
  if (syn.kind == SynKind::group && syn.kids.size() == 1) return size_value(*syn.kids[0], c);
  return index_value(syn, c);
}

namespace {

bool names(const std::string& letter, const Syn& s) {
  if (s.kind == SynKind::name) return name_key(s) == letter;
  return std::any_of(s.kids.begin(), s.kids.end(), [&](const SynPtr& kid) { return kid && names(letter, *kid); });
}

/// Whether the limits bind the letter: `i = 1`, `i, j`, `i ≠ j`, `1 ≤ i < j`.
bool limits_bind(const std::string& letter, const Syn& limits) {
  if (limits.kind == SynKind::chain && !limits.rels.empty() && (limits.rels[0] == "=" || limits.rels[0] == "∈"))
    return names(letter, *limits.kids[0]);
  return names(letter, limits);
}

}  // namespace

bool Elaborator::occurs_free(const std::string& letter, const std::vector<SynPtr>& factors,
                             const std::vector<const Syn*>& apart) {
  for (const SynPtr& factor : factors) {
    if (!factor || std::find(apart.begin(), apart.end(), factor.get()) != apart.end()) continue;
    const Syn& s = *factor;
    if (s.kind == SynKind::name && name_key(s) == letter) return true;
    if (s.kind == SynKind::bigop && s.sub && limits_bind(letter, *s.sub)) return false;  // and so in all that follows
    if (occurs_free(letter, {s.sub}, apart) || occurs_free(letter, {s.sup}, apart)) return true;
    if (s.kind == SynKind::product ? occurs_free(letter, s.kids, apart)
                                   : std::any_of(s.kids.begin(), s.kids.end(),
                                                 [&](const SynPtr& kid) { return occurs_free(letter, {kid}, apart); }))
      return true;
  }
  return false;
}

Elaborator::Binder Elaborator::bind(const Syn& bigop, const std::vector<SynPtr>& region, Context& c) {
  Binder binder;
  binder.op = bigop.text == "sum"    ? ReduceOp::sum
              : bigop.text == "prod" ? ReduceOp::product
              : bigop.text == "max"  ? ReduceOp::max
                                     : ReduceOp::min;
  if (bigop.text != "sum" && bigop.text != "prod" && bigop.text != "max" && bigop.text != "min")
    not_read("operator", bigop.span, "`" + bigop.text + "` is not read");
  if (!bigop.sub) not_read("limits", bigop.span, "what runs here is not said", "write the index below the sign");

  bool said = false;  // by the limits
  auto add = [&](const std::string& letter, Range range) {
    const IndexVar* var = make::fresh(letter, range.lo, range.hi);
    if (!said && !c.ranges.contains(letter)) c.guessed.insert(var);
    binder.vars.push_back(var);
    binder.letters.push_back(letter);
    c.bound[letter] = var;
  };
  auto used_range = [&](const std::string& letter) -> Range {
    auto kept = c.bound.find(letter);
    const IndexVar* before = kept == c.bound.end() ? nullptr : kept->second;
    c.bound.erase(letter);
    std::optional<Range> range = guess_range(letter, region, c);
    if (before) c.bound[letter] = before;
    auto said = c.ranges.find(letter);
    if (range && !(dims().is_flexible(*range) && said != c.ranges.end() && said->second.hi)) return *range;
    if (said != c.ranges.end() && said->second.hi) return said->second;
    return range ? *range : dims().flexible("run:" + letter + "#0");
  };

  // Σ_{i≠j} a_i a_j runs over both letters where neither means anything outside.
  auto runs_here = [&](const Syn& s) {
    if (s.kind != SynKind::name || c.bound.contains(name_key(s)) || c.scope->find(name_key(s)) ||
        dims().has(name_key(s)) || scan_.size_letters.contains(name_key(s)) || !occurs_free(name_key(s), region, {}))
      return false;
    std::vector<const Syn*> apart{&bigop};
    for (const SynPtr& kid : region) apart.push_back(kid.get());
    for (const SynPtr& side : statement_sides(c))
      if (occurs_free(name_key(s), {side}, apart)) return false;
    return true;
  };
  auto both_run = [&](const Syn& s) {
    if (s.kids.size() != 2 || !binder.vars.empty() || !runs_here(*s.kids[0]) || !runs_here(*s.kids[1])) return false;
    for (const SynPtr& kid : s.kids) add(name_key(*kid), used_range(name_key(*kid)));
    binder.guards.push_back(std::make_shared<Syn>(s));
    return true;
  };
  std::function<void(const Syn&)> limit = [&](const Syn& s) {
    if (s.kind == SynKind::text || (s.kind == SynKind::name && s.style == "op"))
      not_read("limits", s.span, "words in limits are not read");
    if (s.kind == SynKind::name) return add(name_key(s), used_range(name_key(s)));
    if (s.kind == SynKind::group || s.kind == SynKind::product) {
      for (const SynPtr& kid : s.kids) limit(*kid);
      return;
    }
    if (s.kind != SynKind::chain || s.kids.size() < 2) not_read("limits", s.span, "these limits are not read");
    const Syn& first = *s.kids[0];
    const std::string& rel = s.rels[0];
    if (rel != "=" && rel != "∈" && both_run(s)) return;
    said = true;
    if (rel == "=" && first.kind == SynKind::name && s.kids.size() == 2) {
      for (const SynPtr& end : {s.kids[1], bigop.sup})
        if (end && occurs_free(name_key(first), {end}, {}))
          not_read("limits", s.span, first.text + " stands in its own limits", "call what runs by another letter");
      Expr lo = index_value(*s.kids[1], c);
      Range used = bigop.sup ? Range{} : used_range(name_key(first));
      Expr hi = bigop.sup ? size_value(*bigop.sup, c) : used.hi;
      return add(name_key(first), Range{lo, hi});
    }
    if (rel == "∈") {
      auto letters = script_items(s.kids[0]);
      for (const SynPtr& l : letters) add(name_key(*l), used_range(name_key(*l)));
      return;
    }
    if (rel == "≠" && s.kids.size() == 2) {
      const Syn& letter = first.kind == SynKind::name && !c.bound.contains(name_key(first)) ? first : *s.kids[1];
      if (letter.kind != SynKind::name) not_read("limits", s.span, "these limits are not read");
      auto here = [&](const Syn& side) {
        return side.kind == SynKind::name &&
               std::find(binder.letters.begin(), binder.letters.end(), name_key(side)) != binder.letters.end();
      };
      if (here(first) || here(*s.kids[1])) {
        binder.guards.push_back(std::make_shared<Syn>(s));
        return;
      }
      bool bound_here =
          std::find(binder.letters.begin(), binder.letters.end(), name_key(letter)) != binder.letters.end();
      if (!bound_here && !(c.bound.contains(name_key(letter)) && &letter != &first))
        add(name_key(letter), used_range(name_key(letter)));
      else if (!bound_here)
        add(name_key(first), used_range(name_key(first)));
      binder.guards.push_back(std::make_shared<Syn>(s));
      return;
    }
    if (rel == "<" || rel == "≤" || rel == ">" || rel == "≥") {
      // Letters that are not yet bound run here; the relations narrow them.
      bool narrowed = false;
      if (s.kids.size() == 3 && s.kids[1]->kind == SynKind::name && s.rels[1] == s.rels[0] && rel == "≤") {
        Expr lo = index_value(*s.kids[0], c);
        Expr hi = size_value(*s.kids[2], c);
        add(name_key(*s.kids[1]), Range{lo, hi});
        narrowed = true;
      }
      if (!narrowed) {
        for (const SynPtr& kid : s.kids)
          if (kid->kind == SynKind::name && !c.bound.contains(name_key(*kid)) && !c.indices.contains(name_key(*kid)) &&
              scan_.index_letters.contains(kid->text) && (binder.vars.empty() || s.kids.size() > 2))
            add(name_key(*kid), used_range(name_key(*kid)));
        if (binder.vars.empty()) add(name_key(first), used_range(name_key(first)));
        binder.guards.push_back(std::make_shared<Syn>(s));
      }
      return;
    }
    not_read("limits", s.span, "these limits are not read");
  };
  limit(*bigop.sub);
  return binder;
}

}  // namespace gradus
