// A recurrence (definitions that need earlier members of themselves) becomes loops in order over the indices that it
// steps along; its arrays keep every step. Members that it starts from and nothing defines (h_0 beside h_t =
// f(h_{t-1})) are inputs. Clauses that hold on parts of a range cut the loop into one after the other.
#include <algorithm>

#include "expr/dependence.h"
#include "program/lowerer.h"

namespace gradus {

class Recurrence {
 public:
  Recurrence(Lowerer& lowerer, const std::vector<const Symbol*>& group)
      : l_(lowerer), group_(group), name_(group.front()->name) {
    for (const Symbol* member : group_) {
      if (is_layered(member))
        cannot_lower("the recurrence of " + name_ + " runs through layers of different shapes and back",
                     "give the layers one shape");
    }
    for (const Symbol* member : group_) axes_[member].assign(member->indices.size(), -1);
  }

  void run() {
    find_axes();
    find_directions();
    sort_clauses();
    find_ranges();
    find_initial_members();
    for (const Symbol* member : group_) l_.clear_for_conditions(member);
    write_initial_members();
    for (const auto& [member, clause] : fixed_) l_.write_clause(member, *clause, {});
    for (const Interval& piece : pieces_) write_steps(piece);
  }

 private:
  using Pattern = std::vector<PatternTerm>;
  struct Step {
    const Symbol* member = nullptr;
    const Clause* clause = nullptr;
  };

  static Pattern pattern_of(const Clause& clause) {
    Pattern pattern;
    for (Expr term : clause.pattern) pattern.push_back(pattern_term(term));
    return pattern;
  }
  bool in_group(const Symbol* symbol) const { return std::find(group_.begin(), group_.end(), symbol) != group_.end(); }

  /// See(pattern, use) for each member of the group that the clause needs.
  template <class See>
  void each_use(const Clause& clause, See&& see) const {
    const Pattern pattern = pattern_of(clause);
    visit(clause.body, [&](Expr node) {
      if (node->kind == Kind::ref && in_group(node->symbol)) see(pattern, node);
    });
  }
  template <class See>
  void each_use(See&& see) const {
    for (const Symbol* member : group_) {
      for (const Clause& clause : l_.clauses_of(member))
        each_use(clause, [&](const Pattern& pattern, Expr use) { see(member, pattern, use); });
    }
  }
  /// See(p, d, offset): axis d of the use is axis p of what is defined, so far away.
  template <class See>
  static void each_offset(const Pattern& pattern, Expr use, See&& see) {
    for (std::size_t d = 0; d < use->kids.size(); ++d) {
      const PatternTerm term = pattern_term(use->kids[d]);
      if (!term.var) continue;
      for (std::size_t p = 0; p < pattern.size(); ++p) {
        if (pattern[p].var == term.var) see(p, d, Rational(term.offset - pattern[p].offset));
      }
    }
  }

  /// An axis is stepped along where a member is needed at another place of it than the one that is defined. Axes that
  /// the same variable runs along in a definition and a use belong together.
  void find_axes() {
    each_use([&](const Symbol* member, const Pattern& pattern, Expr use) {
      each_offset(pattern, use, [&](std::size_t p, std::size_t d, const Rational& offset) {
        if (offset == 0) return;
        if (axes_[member][p] < 0) axes_[member][p] = dimensions_++;
        join(axes_[member][p], axes_[use->symbol][d]);
      });
    });
    for (changed_ = true; changed_;) {
      changed_ = false;
      each_use([&](const Symbol* member, const Pattern& pattern, Expr use) {
        each_offset(pattern, use, [&](std::size_t p, std::size_t d, const Rational&) {
          if (axes_[member][p] >= 0 || axes_[use->symbol][d] >= 0) join(axes_[member][p], axes_[use->symbol][d]);
        });
      });
    }
    for (const Symbol* member : group_) {
      for (const int dimension : axes_[member]) {
        if (dimension >= 0 && std::find(used_.begin(), used_.end(), dimension) == used_.end())
          used_.push_back(dimension);
      }
    }
  }

  void join(int& a, int& b) {
    if (a == b) return;
    changed_ = true;
    if (a < 0 || b < 0) {
      a = b = std::max(a, b);
      return;
    }
    const int from = b, to = a;
    for (auto& [member, list] : axes_) std::replace(list.begin(), list.end(), from, to);
  }

  void find_directions() {
    const auto count = static_cast<std::size_t>(dimensions_);
    up_.assign(count, false);
    down_.assign(count, false);
    each_use([&](const Symbol* member, const Pattern& pattern, Expr use) {
      each_offset(pattern, use, [&](std::size_t p, std::size_t, const Rational& offset) {
        if (axes_[member][p] < 0 || offset == 0) return;
        (offset < 0 ? up_ : down_)[static_cast<std::size_t>(axes_[member][p])] = true;
      });
    });
    for (const int dimension : used_) {
      if (up_[static_cast<std::size_t>(dimension)] && down_[static_cast<std::size_t>(dimension)])
        cannot_lower("the recurrence of " + name_ + " looks both back and ahead", "split it into two");
    }
  }

  /// Those that say a step, and those for fixed members (h_0 = …).
  void sort_clauses() {
    for (const Symbol* member : group_) {
      for (const Clause& clause : l_.clauses_of(member)) {
        bool step = true;
        for (std::size_t d = 0; d < clause.pattern.size(); ++d)
          step = step && (axes_[member][d] < 0 || pattern_term(clause.pattern[d]).var);
        (step ? steps_ : fixed_).push_back({member, &clause});
      }
    }
  }

  Interval range_of(const Step& step, std::size_t axis) {
    const PatternTerm term = pattern_term(step.clause->pattern[axis]);
    const auto bound = [&](Expr end) {
      const auto value = end ? constant_index(l_.sized(make::add({end, make::number(term.offset)}))) : std::nullopt;
      if (!value) cannot_lower("the range of " + term.var->name + " is not known", "set the sizes in it");
      return *value;
    };
    return {bound(term.var->lo), bound(term.var->hi)};
  }

  /// The range of each dimension: over all clauses of a member, as far as every member has them. (A member that has no
  /// earlier one to start from is not defined.)
  void find_ranges() {
    ranges_.assign(static_cast<std::size_t>(dimensions_), std::nullopt);
    names_.resize(ranges_.size());
    std::vector<long> cuts;
    bool cut = false;
    for (const Symbol* member : group_) {
      std::map<std::pair<int, std::size_t>, Interval> hulls;
      for (const Step& step : steps_) {
        if (step.member != member) continue;
        for (std::size_t d = 0; d < axes_[member].size(); ++d) {
          const int dimension = axes_[member][d];
          if (dimension < 0) continue;
          const Interval range = begun(step, d, range_of(step, d));
          names_[static_cast<std::size_t>(dimension)] = pattern_term(step.clause->pattern[d]).var->name;
          const auto [hull, first] = hulls.try_emplace({dimension, d}, range);
          if (!first && range.extent() > 0 && hull->second.extent() == 0) hull->second = range;
          if (!first && range.extent() > 0 && hull->second != range) {
            cut = true;
            hull->second = {std::min(hull->second.lo, range.lo), std::max(hull->second.hi, range.hi)};
          }
          cuts.insert(cuts.end(), {range.lo, range.hi + 1});
        }
      }
      for (const auto& [at, hull] : hulls) {
        auto& range = ranges_[static_cast<std::size_t>(at.first)];
        range = range ? Interval{std::max(range->lo, hull.lo), std::min(range->hi, hull.hi)} : hull;
      }
    }
    for (auto& range : ranges_) range = range.value_or(Interval{});
    if (used_.empty()) {  // at these sizes nothing needs an earlier member
      pieces_ = {{}};
      return;
    }
    if (!cut || used_.size() != 1) {
      if (cut)
        cannot_lower("the steps of " + name_ + " along two indices have different ranges", "give them one range");
      pieces_ = {*ranges_[static_cast<std::size_t>(used_[0])]};
      return;
    }
    const Interval whole = *ranges_[static_cast<std::size_t>(used_[0])];
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      const Interval piece{std::max(cuts[i], whole.lo), std::min(cuts[i + 1] - 1, whole.hi)};
      if (piece.extent() > 0) pieces_.push_back(piece);
    }
    if (down_[static_cast<std::size_t>(used_[0])]) std::reverse(pieces_.begin(), pieces_.end());
  }

  /// Where the members are counted (h_t for t = 0, …, T), those are no steps that would need one outside of the count.
  Interval begun(const Step& step, std::size_t axis, Interval range) {
    each_use(*step.clause, [&](const Pattern& pattern, Expr use) {
      each_offset(pattern, use, [&](std::size_t p, std::size_t d, const Rational& offset) {
        const Range& declared = use->symbol->indices[d];
        if (p != axis || offset == 0 || !declared.lo || !declared.hi) return;
        const auto lo = constant_index(l_.sized(declared.lo)), hi = constant_index(l_.sized(declared.hi));
        if (!lo || !hi) return;
        const long away = offset.get_num().get_si();
        range = {std::max(range.lo, *lo - std::min(away, 0L)), std::min(range.hi, *hi - std::max(away, 0L))};
      });
    });
    return range;
  }

  struct Initial {
    const Symbol* member;
    std::size_t axis;
    long at;
    friend auto operator<=>(const Initial&, const Initial&) = default;
  };

  /// What the steps need and neither they nor a clause of its own say.
  void find_initial_members() {
    for (const Step& step : steps_) {
      each_use(*step.clause, [&](const Pattern& pattern, Expr use) {
        each_offset(pattern, use, [&](std::size_t p, std::size_t d, const Rational& offset) {
          const int dimension = axes_[step.member][p];
          if (dimension < 0 || offset == 0) return;
          // No step at all (T = 0): what the first one would start from is the result.
          Interval steps = *ranges_[static_cast<std::size_t>(dimension)];
          if (steps.extent() == 0 && up_[static_cast<std::size_t>(dimension)]) steps.hi = steps.lo;
          if (steps.extent() == 0) steps.lo = steps.hi;
          const long away = offset.get_num().get_si();
          for (long at = steps.lo + away; at <= steps.hi + away; ++at) {
            if (at >= steps.lo && at <= steps.hi) {
              at = steps.hi;
              continue;
            }
            note_initial(use->symbol, d, at);
          }
        });
      });
    }
  }

  void note_initial(const Symbol* member, std::size_t axis, long at) {
    const bool said = std::any_of(fixed_.begin(), fixed_.end(), [&](const Step& fixed) {
      if (fixed.member != member) return false;
      const Expr term = fixed.clause->pattern[axis];
      if (pattern_term(term).var) {
        const Interval range = range_of(fixed, axis);
        return range.lo <= at && at <= range.hi;
      }
      return constant_index(l_.sized(term)) == at;
    });
    if (said) return;
    const Initial initial{member, axis, at};
    if (std::find(initial_.begin(), initial_.end(), initial) != initial_.end()) return;
    initial_.push_back(initial);
    const auto [hull, first] = l_.initial_.try_emplace({member, axis}, Interval{at, at});
    if (!first) hull->second = {std::min(hull->second.lo, at), std::max(hull->second.hi, at)};
  }

  /// Each an input of the other axes, copied to its place.
  void write_initial_members() {
    for (const Initial& initial : initial_) {
      const Symbol* array = l_.array_of(initial.member);
      std::vector<Interval> extents;
      std::vector<Expr> member, from, to;
      Assignment copy;
      for (std::size_t d = 0; d < initial.member->indices.size(); ++d) {
        if (d == initial.axis) {
          member.push_back(make::number(initial.at));
          to.push_back(make::number(initial.at));
          continue;
        }
        const int dimension = axes_[initial.member][d];
        extents.push_back(dimension < 0 ? axis_of(array, d) : *ranges_[static_cast<std::size_t>(dimension)]);
        copy.loops.push_back(new_loop("i", extents.back()));
        member.push_back(nullptr);
        from.push_back(make::index(copy.loops.back()));
        to.push_back(from.back());
      }
      const Symbol* input = new_array(initial.member->name, initial.member->latex, extents);
      l_.out_.program.inputs.push_back(input);
      l_.out_.variables.push_back({initial.member, member, input});
      copy.target = make::ref(array, to);
      copy.body = make::ref(input, from);
      if (l_.chooses(initial.member)) copy.update = Update::add;
      l_.place(std::move(copy));
    }
  }

  /// Within one step, what needs another member of the same step comes after it.
  std::vector<Step> in_order(std::vector<Step> open) const {
    std::vector<Step> ordered;
    while (!open.empty()) {
      const auto ready = std::find_if(open.begin(), open.end(), [&](const Step& candidate) {
        bool waits = false;
        each_use(*candidate.clause, [&](const Pattern& pattern, Expr node) {
          bool stepped = false;
          each_offset(pattern, node, [&](std::size_t p, std::size_t, const Rational& offset) {
            stepped = stepped || (axes_.at(candidate.member)[p] >= 0 && offset != 0);
          });
          for (const Step& other : open) waits = waits || (!stepped && other.member == node->symbol);
        });
        return !waits;
      });
      if (ready == open.end()) cannot_lower("the definition of " + name_ + " needs itself", "give it a first member");
      ordered.push_back(*ready);
      open.erase(ready);
    }
    return ordered;
  }

  void write_steps(Interval piece) {
    std::vector<Step> here;
    for (const Step& step : steps_) {
      bool covers = true;
      for (std::size_t d = 0; d < axes_[step.member].size(); ++d) {
        if (used_.empty() || axes_[step.member][d] != used_[0]) continue;
        const Interval range = range_of(step, d);
        covers = covers && range.lo <= piece.lo && piece.hi <= range.hi;
      }
      if (covers) here.push_back(step);
    }
    std::vector<const IndexVar*> loops(ranges_.size(), nullptr);
    std::vector<bool> descending;
    for (const int dimension : used_) {
      const auto at = static_cast<std::size_t>(dimension);
      const Interval range = dimension == used_[0] ? piece : *ranges_[at];
      if (range.extent() == 0) return;
      loops[at] = new_loop(names_[at], range);
      l_.levels_.push_back({loops[at], {}});
      descending.push_back(down_[at]);
    }
    for (const Step& step : in_order(std::move(here))) {
      std::vector<const IndexVar*> sequence_of_axis;
      for (const int dimension : axes_[step.member])
        sequence_of_axis.push_back(dimension < 0 ? nullptr : loops[static_cast<std::size_t>(dimension)]);
      l_.write_clause(step.member, *step.clause, sequence_of_axis);
    }
    while (l_.levels_.size() > 1) {
      auto sequence = std::make_shared<Sequence>();
      sequence->var = l_.levels_.back().var;
      sequence->descending = descending[l_.levels_.size() - 2];
      sequence->items = std::move(l_.levels_.back().items);
      l_.levels_.pop_back();
      l_.levels_.back().items.push_back({Assignment{}, std::move(sequence)});
    }
  }

  Lowerer& l_;
  const std::vector<const Symbol*>& group_;
  const std::string name_;
  std::unordered_map<const Symbol*, std::vector<int>> axes_;  ///< which of the nested loops runs over each axis, or −1
  int dimensions_ = 0;
  bool changed_ = false;
  std::vector<int> used_;  ///< dimensions, outermost first
  std::vector<bool> up_, down_;
  std::vector<Step> steps_, fixed_;
  std::vector<std::optional<Interval>> ranges_;  ///< of each dimension
  std::vector<std::string> names_;
  std::vector<Interval> pieces_;  ///< of the first dimension, in the order in which they run
  std::vector<Initial> initial_;
};

void Lowerer::define_recurrence(const std::vector<const Symbol*>& group) { Recurrence(*this, group).run(); }

}  // namespace gradus
