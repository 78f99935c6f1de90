// Forward mode: each statement pushes the tangents of what its body reads to its target.
#include <algorithm>

#include "program/algebra.h"
#include "program/derive_program.h"
#include "program/lowerer.h"
#include "program/partials.h"

namespace gradus {

namespace {

class Forward {
 public:
  /// Directions run over the axes of `by` but for `shared`, where every direction belongs to its own element.
  Forward(const std::vector<const Symbol*>& active, const Symbol* by, const Symbol* along,
          std::optional<std::size_t> shared, const ProgramItems& items)
      : active_(active), by_(by), along_(along), items_(items) {
    for (std::size_t d = 0; !along && d < by->indices.size(); ++d) {
      if (d != shared) directions_.push_back(d);
    }
  }

  ProgramItems items(const ProgramItems& forward) {
    ProgramItems out;
    for (const ProgramItem& item : forward) {
      if (item.sequence) {
        auto copy = std::make_shared<Sequence>(*item.sequence);
        copy->items = items(item.sequence->items);
        if (!copy->items.empty()) out.push_back({Assignment{}, std::move(copy)});
      } else {
        push(item.statement, out);
      }
    }
    return out;
  }

  const Symbol* tangent(const Symbol* array) {
    const Symbol*& of = tangents_[array];
    if (!of) {
      std::vector<Interval> axes;
      for (std::size_t d = 0; d < array->indices.size(); ++d) axes.push_back(axis_of(array, d));
      for (const std::size_t d : directions_) axes.push_back(axis_of(by_, d));
      of = new_array(array->name + "′", array->latex + "'", axes);
      order_.push_back(of);
    }
    return of;
  }
  const std::vector<const Symbol*>& order() const { return order_; }

 private:
  void push(const Assignment& s, ProgramItems& out) {
    if (std::find(active_.begin(), active_.end(), s.target->symbol) == active_.end()) return;
    if (s.algebra != MatrixStep::none) {
      if (s.algebra == MatrixStep::factors) return;  // what is made of them has the tangent
      IndexVars directions;
      for (const std::size_t d : directions_)
        directions.push_back(new_loop("d" + std::to_string(d + 1), axis_of(by_, d)));
      const Factored factored = factored_by(items_, s.body->symbol);
      out.push_back({pushed(s, factored, tangent(s.target->symbol), tangent(factored.matrix), directions), nullptr});
      return;
    }
    Expr share = make::number(1);
    if (s.update == Update::max || s.update == Update::min) {
      // What ties shares the tangent.
      std::vector<Interval> axes;
      for (std::size_t d = 0; d < s.target->symbol->indices.size(); ++d) axes.push_back(axis_of(s.target->symbol, d));
      const Symbol* ties = new_array(s.target->symbol->name + "#", "", axes);
      out.push_back({filled(ties, make::number(0)), nullptr});
      Assignment count = s;
      count.target = make::ref(ties, s.target->kids);
      count.update = Update::add;
      count.body = make::select(Relation::eq, s.body, s.target, make::number(1), make::number(0));
      out.push_back({renamed(count), nullptr});
      share = make::inv(count.target);
    }
    for (const auto& [element, derivative] : partials(s.body, active_)) {
      Assignment next = s;
      IndexVars directions;
      std::vector<Expr> direction_terms;
      for (const std::size_t d : directions_) {
        directions.push_back(new_loop("d" + std::to_string(d + 1), axis_of(by_, d)));
        direction_terms.push_back(make::index(directions.back()));
      }
      std::vector<Expr> at = s.target->kids;
      at.insert(at.end(), direction_terms.begin(), direction_terms.end());
      next.target = make::ref(tangent(s.target->symbol), at);
      next.update = Update::add;
      Expr change = nullptr;
      if (element->symbol == by_) {
        if (along_) {
          change = make::ref(along_, element->kids);
        } else {  // a unit tensor
          std::vector<Expr> units;
          for (std::size_t i = 0; i < directions_.size(); ++i)
            units.push_back(make::delta(element->kids[directions_[i]], direction_terms[i]));
          change = make::mul(std::move(units));
        }
      } else {
        std::vector<Expr> from = element->kids;
        from.insert(from.end(), direction_terms.begin(), direction_terms.end());
        change = make::ref(tangent(element->symbol), from);
      }
      next.body = make::mul({derivative, change, share});
      if (s.update == Update::max || s.update == Update::min)
        next.body = make::select(Relation::eq, s.body, s.target, next.body, make::number(0));
      next.loops.insert(next.loops.end(), directions.begin(), directions.end());
      out.push_back({renamed(next), nullptr});
    }
  }

  const std::vector<const Symbol*>& active_;
  const Symbol* by_;
  const Symbol* along_;
  const ProgramItems& items_;
  std::vector<std::size_t> directions_;  ///< axes of by_
  std::unordered_map<const Symbol*, const Symbol*> tangents_;
  std::vector<const Symbol*> order_;
};

/// Whether every array meets the axis of `by` in step: what belongs to one element of that axis needs no other element.
bool in_step(const Lowered& lowered, const std::vector<const Symbol*>& active, const Symbol* by, std::size_t axis,
             const Symbol* output) {
  std::unordered_map<const Symbol*, std::size_t> along{{by, axis}};
  bool all = true;
  for_each_statement(lowered.program.items, [&](const Assignment& s) {
    const Symbol* target = s.target->symbol;
    if (target == by || std::find(active.begin(), active.end(), target) == active.end()) return;
    for (Expr read : reads_of(s.body)) {
      if (std::find(active.begin(), active.end(), read->symbol) == active.end()) continue;
      const auto from = along.find(read->symbol);
      if (from == along.end() || read->kids[from->second]->kind != Kind::index) {
        all = false;
        return;
      }
      const auto at = std::find(s.target->kids.begin(), s.target->kids.end(), read->kids[from->second]);
      const auto d = static_cast<std::size_t>(at - s.target->kids.begin());
      if (at == s.target->kids.end() || along.emplace(target, d).first->second != d) all = false;
    }
  });
  return all && along.count(output) > 0;
}

}  // namespace

std::optional<std::size_t> shared_axis(const Lowered& lowered, const Symbol* output, const Symbol* by) {
  const std::vector<const Symbol*> active = dependent(lowered, {by});
  for (std::size_t axis = 0; axis < by->indices.size(); ++axis) {
    if (in_step(lowered, active, by, axis, output)) return axis;
  }
  return std::nullopt;
}

std::optional<Diagnostic> append_forward(Lowered& lowered, const Symbol* output, const Symbol* by,
                                         const Symbol* along) try {
  const std::vector<const Symbol*> active = dependent(lowered, {by});
  Forward forward(active, by, along, along ? std::nullopt : shared_axis(lowered, output, by), lowered.program.items);
  auto& inputs = lowered.program.inputs;
  if (along && std::find(inputs.begin(), inputs.end(), along) == inputs.end()) inputs.push_back(along);
  ProgramItems ahead = forward.items(lowered.program.items);
  const Symbol* result = forward.tangent(output);
  ProgramItems& items = lowered.program.items;
  for (const Symbol* array : forward.order()) items.push_back({filled(array, make::number(0)), nullptr});
  items.insert(items.end(), ahead.begin(), ahead.end());
  lowered.program.outputs.push_back(result);
  return std::nullopt;
} catch (const CannotLower& failure) {
  return failure.why;
}

}  // namespace gradus
