#include "program/place.h"

#include <algorithm>

namespace gradus {

ProgramItems Rewriter::run(const ProgramItems& items) {
  levels_.push_back({});
  for (const ProgramItem& item : items) {
    if (!item.sequence) {
      take(item.statement);
      continue;
    }
    // One sequence at a time: what it needs from outside goes in front of it.
    std::vector<const Sequence*> open{item.sequence.get()};
    const std::function<void(const Sequence&)> walk = [&](const Sequence& sequence) {
      levels_.push_back({sequence.var, {}});
      for (const ProgramItem& inner : sequence.items) {
        if (inner.sequence)
          walk(*inner.sequence);
        else
          take(inner.statement);
      }
      auto copy = std::make_shared<Sequence>();
      copy->var = sequence.var;
      copy->descending = sequence.descending;
      copy->items = std::move(levels_.back().items);
      levels_.pop_back();
      if (!copy->items.empty()) levels_.back().items.push_back({Assignment{}, std::move(copy)});
    };
    walk(*item.sequence);
  }
  ProgramItems out = std::move(levels_.back().items);
  levels_.pop_back();
  return out;
}

/// Whole matrices stay as they are.
void Rewriter::take(const Assignment& statement) {
  if (statement.algebra == MatrixStep::none)
    rewrite(statement);
  else
    emit(statement);
}

bool Rewriter::is_sequence_variable(const IndexVar* var) const {
  return std::any_of(levels_.begin(), levels_.end(), [&](const Level& level) { return level.var == var; });
}

void Rewriter::emit(Assignment statement) {
  // An update that was there belongs where it stands: outside the sequence it would be made once, not at every step.
  if (statement.update == Update::set) return emit_outside(std::move(statement));
  levels_.back().items.push_back({std::move(statement), nullptr});
}

void Rewriter::emit_outside(Assignment statement) {
  std::size_t level = levels_.size();
  while (--level > 0 && !varies_with(statement, levels_[level].var)) {
  }
  levels_[level].items.push_back({std::move(statement), nullptr});
}

std::optional<Expr> Rewriter::name(Expr e, const std::string& called, bool lazy) {
  Assignment statement;
  std::vector<Interval> ranges;
  std::vector<Expr> at, own;
  IndexMap map;
  for (const IndexVar* var : e->free) {
    const auto range = interval_of(var);
    if (!range) return std::nullopt;
    ranges.push_back(*range);
    at.push_back(make::index(var));
    if (is_sequence_variable(var)) {
      own.push_back(make::index(var));
      continue;
    }
    statement.loops.push_back(new_loop(var->name, *range));
    own.push_back(make::index(statement.loops.back()));
    map.emplace(var, own.back());
  }
  statement.body = substitute(e, map);
  statement.lazy = lazy;
  for (Expr read : reads_of(statement.body)) {
    for (std::size_t d = 0; d < read->kids.size(); ++d) {
      if (read->kids[d]->kind == Kind::ref) continue;  // a gather's values lie within by contract
      const auto reach = interval_of(read->kids[d]);
      const Interval axis = axis_of(read->symbol, d);
      if (!reach || reach->lo < axis.lo || reach->hi > axis.hi) return std::nullopt;
    }
  }
  const Symbol* array = new_array(called, "", ranges);
  statement.target = make::ref(array, own);
  emit(std::move(statement));
  return make::ref(array, at);
}

double iterations(const IndexVars& loops) {
  double product = 1;
  for (const IndexVar* loop : loops) {
    const auto range = interval_of(loop);
    double extent = range ? static_cast<double>(range->extent()) : 1;
    if (!constant_index(loop->lo) || !constant_index(loop->hi)) extent = std::max(1.0, extent / 2);
    product *= extent;
  }
  return product;
}

}  // namespace gradus
