// Reverse mode: each statement pulls the adjoint of its target back to what its body reads, last statement first.
#include <algorithm>

#include "program/algebra.h"
#include "program/derive_program.h"
#include "program/lowerer.h"
#include "program/partials.h"

namespace gradus {

std::vector<const Symbol*> dependent(const Lowered& lowered, const std::vector<const Symbol*>& by) {
  std::set<const Symbol*> found(by.begin(), by.end());
  for (std::size_t before = 0; before != found.size();) {  // again where a recurrence feeds back
    before = found.size();
    for_each_statement(lowered.program.items, [&](const Assignment& s) {
      const Symbol* target = s.target->symbol;
      if (std::find(lowered.held.begin(), lowered.held.end(), target) != lowered.held.end()) return;
      for (Expr read : reads_of(s.body)) {
        if (found.count(read->symbol) && !read->symbol->traits.integer) found.insert(target);
      }
    });
  }
  return {found.begin(), found.end()};
}

namespace {

Symbol* array_like(const Symbol* of, std::string name, std::string latex) {
  std::vector<Interval> axes;
  for (std::size_t d = 0; d < of->indices.size(); ++d) axes.push_back(axis_of(of, d));
  return new_array(std::move(name), std::move(latex), axes);
}

class Reverse {
 public:
  /// Adjoints have the axes `of` in front of their own: one sweep for each entry of an output with those axes.
  /// That output's own adjoint, a unit tensor, is no array.
  Reverse(const std::vector<const Symbol*>& active, const ProgramItems& items, const Symbol* of_entries = nullptr)
      : active_(active), items_(items), unit_(of_entries) {
    for (std::size_t d = 0; unit_ && d < unit_->indices.size(); ++d) of_.push_back(axis_of(unit_, d));
  }

  ProgramItems items(const ProgramItems& forward) {
    ProgramItems out;
    for (auto item = forward.rbegin(); item != forward.rend(); ++item) {
      if (item->sequence) {
        auto back = std::make_shared<Sequence>();
        back->var = make::fresh(item->sequence->var);
        back->descending = !item->sequence->descending;
        // One step may be the first to need the adjoint of what another wrote: again until nothing new is needed.
        ProgramItems steps;
        for (std::size_t before = 0; before != adjoints_.size();) {
          before = adjoints_.size();
          steps = items(item->sequence->items);
        }
        back->items = renamed_in(std::move(steps), item->sequence->var, back->var);
        if (!back->items.empty()) out.push_back({Assignment{}, std::move(back)});
      } else {
        pull(item->statement, out);
      }
    }
    return out;
  }

  const Symbol* adjoint(const Symbol* array) {
    const Symbol*& of = adjoints_[array];
    if (!of) {
      std::vector<Interval> axes = of_;
      for (std::size_t d = 0; d < array->indices.size(); ++d) axes.push_back(axis_of(array, d));
      of = new_array(array->name + "̄", "\\bar{" + (array->latex.empty() ? array->name : array->latex) + "}", axes);
      order_.push_back(array);
    }
    return of;
  }
  /// The arrays that have an adjoint, in the order in which they were met.
  const std::vector<const Symbol*>& order() const { return order_; }

 private:
  void pull(const Assignment& s, ProgramItems& out) {
    const Symbol* target = s.target->symbol;
    if (target != unit_ && !adjoints_.count(target)) return;
    IndexVars entries;
    for (std::size_t d = 0; d < of_.size(); ++d) entries.push_back(new_loop("e" + std::to_string(d + 1), of_[d]));
    const auto at = [&](const Symbol* array, const std::vector<Expr>& place) {
      std::vector<Expr> whole = terms_of(entries);
      whole.insert(whole.end(), place.begin(), place.end());
      return make::ref(adjoint(array), whole);
    };
    const auto seed_at = [&](const std::vector<Expr>& place) {
      std::vector<Expr> seeds;
      if (target == unit_) {
        std::vector<Expr> units;
        for (std::size_t d = 0; d < entries.size(); ++d)
          units.push_back(make::delta(make::index(entries[d]), place[d]));
        seeds.push_back(make::mul(std::move(units)));
      }
      if (adjoints_.count(target)) seeds.push_back(at(target, place));
      return make::add(std::move(seeds));
    };
    if (s.algebra != MatrixStep::none) {
      const Factored factored = factored_by(items_, s.body->symbol);
      const auto matrix_at = [&](const std::vector<Expr>& place) { return at(factored.matrix, place); };
      out.push_back({pulled(s, factored, seed_at, matrix_at, entries), nullptr});
      return;
    }
    Expr seed = seed_at(s.target->kids);
    if (s.update == Update::max || s.update == Update::min) {
      // What ties shares the adjoint.
      const Symbol* ties = array_like(target, target->name + "#", "");
      out.push_back({filled(ties, make::number(0)), nullptr});
      Assignment count = s;
      count.target = make::ref(ties, s.target->kids);
      count.update = Update::add;
      count.body = make::select(Relation::eq, s.body, s.target, make::number(1), make::number(0));
      out.push_back({renamed(count), nullptr});
      seed = make::div(seed, count.target);
    }
    for (const auto& [element, derivative] : partials(s.body, active_)) {
      Assignment back = s;
      back.target = at(element->symbol, element->kids);
      back.loops.insert(back.loops.begin(), entries.begin(), entries.end());
      back.update = Update::add;
      // What was computed is read, not computed again.
      Expr factor = derivative;
      if (s.update == Update::set && s.body->kind != Kind::ref && s.body->kind != Kind::number)
        factor = replaced(factor, s.body, s.target);
      back.body = make::mul({seed, factor});
      if (s.update == Update::max || s.update == Update::min)
        back.body = make::select(Relation::eq, s.body, s.target, back.body, make::number(0));
      out.push_back({renamed(back), nullptr});
    }
  }

  static Expr replaced(Expr e, Expr what, Expr by) {
    if (e == what) return by;
    if (e->kids.empty() || e->kind == Kind::ref) return e;
    return rebuild(e, [&](Expr kid) { return replaced(kid, what, by); });
  }

  static ProgramItems renamed_in(ProgramItems items, const IndexVar* from, const IndexVar* to) {
    const IndexMap map{{from, make::index(to)}};
    for (ProgramItem& item : items) {
      if (item.sequence) {
        auto copy = std::make_shared<Sequence>(*item.sequence);
        copy->items = renamed_in(copy->items, from, to);
        item.sequence = std::move(copy);
        continue;
      }
      IndexMap own = map;
      for (const IndexVar*& loop : item.statement.loops) {
        const IndexVar* fresh = make::fresh(loop->name, substitute(loop->lo, own), substitute(loop->hi, own));
        own.emplace(loop, make::index(fresh));
        loop = fresh;
      }
      item.statement.target = substitute(item.statement.target, own);
      item.statement.body = substitute(item.statement.body, own);
    }
    return items;
  }

  const std::vector<const Symbol*>& active_;
  const ProgramItems& items_;
  const Symbol* unit_;
  std::vector<Interval> of_;
  std::unordered_map<const Symbol*, const Symbol*> adjoints_;
  std::vector<const Symbol*> order_;
};

}  // namespace

const Symbol* append_seed(Lowered& lowered, const Symbol* like, const std::string& name) {
  const Symbol* seed = array_like(like, name, name);
  lowered.variables.push_back({seed, std::vector<Expr>(like->indices.size(), nullptr), seed});
  return seed;
}

namespace {

/// The array of which this one is a copy, entry by entry; itself if it is none.
const Symbol* copied_from(const Program& program, const Symbol* array) {
  const Symbol* from = nullptr;
  int writers = 0;
  for_each_statement(program.items, [&](const Assignment& s) {
    if (s.target->symbol != array) return;
    ++writers;
    if (s.update != Update::set || s.body->kind != Kind::ref || s.body->kids != s.target->kids || !covers_once(s))
      return;
    for (std::size_t d = 0; d < array->indices.size(); ++d) {
      if (axis_of(array, d) != axis_of(s.body->symbol, d)) return;
    }
    from = s.body->symbol;
  });
  return writers == 1 && from ? copied_from(program, from) : array;
}

/// Adjoints start at 0, all but those that `start` sets.
void append_sweep(Lowered& lowered, Reverse& reverse, const std::optional<Assignment>& start,
                  const std::vector<const Symbol*>& by) {
  ProgramItems out;
  if (start) out.push_back({*start, nullptr});
  ProgramItems back = reverse.items(lowered.program.items);
  for (const Symbol* variable : by) reverse.adjoint(variable);
  for (const Symbol* array : reverse.order()) {
    if (!start || reverse.adjoint(array) != start->target->symbol)
      out.push_back({filled(reverse.adjoint(array), make::number(0)), nullptr});
  }
  out.insert(out.end(), back.begin(), back.end());
  lowered.program.items.insert(lowered.program.items.end(), out.begin(), out.end());
  for (const Symbol* variable : by) lowered.program.outputs.push_back(reverse.adjoint(variable));
}

}  // namespace

std::optional<Diagnostic> append_reverse(Lowered& lowered, const Symbol* output, const std::vector<const Symbol*>& by,
                                         const Symbol* seed) try {
  const std::vector<const Symbol*> active = dependent(lowered, by);
  Reverse reverse(active, lowered.program.items);
  Assignment start = filled(reverse.adjoint(output), make::number(1));
  if (seed) {
    start.body = make::ref(seed, start.target->kids);
    lowered.program.inputs.push_back(seed);
  } else if (!output->indices.empty()) {
    cannot_lower("a gradient is of a scalar; this has " + std::to_string(output->indices.size()) + " axes",
                 "ask for --jacobian or --vjp");
  }
  append_sweep(lowered, reverse, start, by);
  return std::nullopt;
} catch (const CannotLower& failure) {
  return failure.why;
}

std::optional<Diagnostic> append_reverse_jacobian(Lowered& lowered, const Symbol* output, const Symbol* by) try {
  const std::vector<const Symbol*> active = dependent(lowered, {by});
  Reverse reverse(active, lowered.program.items, copied_from(lowered.program, output));
  append_sweep(lowered, reverse, std::nullopt, {by});
  return std::nullopt;
} catch (const CannotLower& failure) {
  return failure.why;
}

}  // namespace gradus
