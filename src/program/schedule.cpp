#include "program/schedule.h"

#include <algorithm>
#include <utility>

#include "program/access.h"
#include "program/buffers.h"
#include "program/parts.h"
#include "program/place.h"

namespace gradus {
namespace {

/// Where in the nest a list of works is placed.
struct Context {
  const IndexVar* lane = nullptr;  ///< a block's variable: what has no loop left runs across lanes along it
  bool unrolled = false;           ///< inside a lanes loop already
  bool serial = false;             ///< inside a loop that is not the outermost
};

/// Works that may run in one loop, each with its variable for it.
struct Group {
  std::vector<std::size_t> members;
  IndexVars vars;
};

class Scheduler {
 public:
  Scheduler(const Program& program, const ScheduleOptions& options) : options_(options) {
    outside_ = program.inputs;
    outside_.insert(outside_.end(), program.outputs.begin(), program.outputs.end());
    // What a recurrence keeps lies row by row as well, one step after the other.
    for (const ProgramItem& item : program.items) {
      if (!item.sequence) continue;
      Work whole{{}, {}, item.sequence, {}};
      note_accesses(whole);
      for (const Access& access : whole.accesses) {
        if (std::find(outside_.begin(), outside_.end(), access.ref->symbol) == outside_.end())
          outside_.push_back(access.ref->symbol);
      }
    }
  }

  std::vector<NestStep> list(std::vector<Work> works, const Context& context) {
    note_order(works);
    Placed placed(works.size());
    std::vector<NestStep> out;
    while (!works.empty()) {
      if (take_leaves(works, placed, context, out)) continue;
      if (take_sequence(works, placed, out)) continue;
      const Group group = best_group(works, placed, context);
      const IndexVar* var = group.vars[0];
      // What has no such loop and waits for nothing goes first: more can join then.
      std::vector<std::size_t> before;
      Placed with = placed;
      for (std::size_t i = 0; i < works.size(); ++i) {
        if (!with.allows(works[i]) || has_loop_like(works[i], var)) continue;
        with.add(works[i]);
        before.push_back(i);
      }
      if (!before.empty()) {
        append(out, list(taken(works, before, placed), context));
        continue;
      }
      out.push_back(loop(taken(works, group.members, placed), group.vars, context));
    }
    return out;
  }

  /// A matrix product's sum is taken in blocks that stay in the cache: the whole ones, then what is left.
  std::vector<Work> in_cache(std::vector<Work> works) const {
    constexpr long kBlock = 128;
    std::vector<Work> out;
    for (Work& work : works) {
      const IndexVar* lane = product_lane(work);
      const auto sum = std::find_if(work.left.begin(), work.left.end(),
                                    [&](const IndexVar* loop) { return !mentions(work.statement.target, loop); });
      if (!lane || interval_of(*sum)->extent() < 2 * kBlock) {
        out.push_back(std::move(work));
        continue;
      }
      const Interval range = *interval_of(*sum);
      const long blocks = range.extent() / kBlock;
      const auto add_part = [&](const IndexVar* outer, const IndexVar* inner, Expr value) {
        Assignment part = work.statement;
        part.loops.erase(std::find(part.loops.begin(), part.loops.end(), *sum));
        if (outer) part.loops.insert(part.loops.begin(), outer);
        part.loops.push_back(inner);
        part.body = substitute(part.body, {{*sum, value}});
        part = renamed(part);
        out.push_back({part, part.loops, nullptr, {}});
        note_accesses(out.back());
      };
      const IndexVar* block = new_loop((*sum)->name + "b", {0, blocks - 1});
      const IndexVar* within = new_loop((*sum)->name, {range.lo, range.lo + kBlock - 1});
      add_part(block, within, make::add({make::mul({make::number(kBlock), make::index(block)}), make::index(within)}));
      if (range.extent() % kBlock != 0) {
        const IndexVar* rest = new_loop((*sum)->name, {range.lo + blocks * kBlock, range.hi});
        add_part(nullptr, rest, make::index(rest));
      }
    }
    return out;
  }

  static std::vector<Work> works_of(const ProgramItems& items) {
    std::vector<Work> out;
    for (const ProgramItem& item : items) {
      // What is done to whole matrices shares no loop: it comes in order, like the steps of a recurrence.
      const ProgramItem own = item.statement.algebra == MatrixStep::none ? item : in_order(item.statement);
      out.push_back({own.statement, own.statement.loops, own.sequence, {}});
      note_accesses(out.back());
    }
    return out;
  }

 private:
  static ProgramItem in_order(Assignment statement) {
    const IndexVars loops = std::exchange(statement.loops, {});
    ProgramItem out{std::move(statement), nullptr};
    for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
      auto sequence = std::make_shared<Sequence>();
      sequence->var = *loop;
      sequence->items.push_back(std::move(out));
      out = {Assignment{}, std::move(sequence)};
    }
    return out;
  }

  static void append(std::vector<NestStep>& to, std::vector<NestStep> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }

  static NestStep loop_step(Loop loop) { return {Assignment{}, std::make_shared<Loop>(std::move(loop))}; }

  /// Those works of a list that have their place, or are about to get it.
  class Placed {
   public:
    explicit Placed(std::size_t works) : placed_(works, false) {}
    void add(const Work& work) { placed_[work.id] = true; }
    /// Whether nothing that the work comes after is still waiting.
    bool allows(const Work& work) const {
      return std::all_of(work.after.begin(), work.after.end(), [&](std::size_t id) { return placed_[id]; });
    }

   private:
    std::vector<bool> placed_;
  };

  /// The works at these places, which are in order.
  static std::vector<Work> taken(std::vector<Work>& works, const std::vector<std::size_t>& which, Placed& placed) {
    std::vector<Work> out, rest;
    auto next = which.begin();
    for (std::size_t i = 0; i < works.size(); ++i) {
      const bool is = next != which.end() && *next == i;
      if (is) ++next, placed.add(works[i]);
      (is ? out : rest).push_back(std::move(works[i]));
    }
    works = std::move(rest);
    return out;
  }

  bool take_leaves(std::vector<Work>& works, Placed& placed, const Context& context, std::vector<NestStep>& out) {
    std::vector<std::size_t> leaves;
    Placed with = placed;
    for (std::size_t i = 0; i < works.size(); ++i) {
      if (works[i].sequence || !works[i].left.empty()) continue;
      if (!with.allows(works[i])) {
        // What it updates is set right before it; were it left behind, its operands would lie idle.
        const std::vector<std::size_t> fills = fills_before(works, i, with);
        if (fills.empty()) continue;
        if (leaves.empty()) {
          append(out, list(taken(works, fills, placed), context));
          return true;
        }
        break;
      }
      with.add(works[i]);
      leaves.push_back(i);
    }
    if (leaves.empty()) return false;
    std::vector<NestStep> body;
    for (Work& work : taken(works, leaves, placed)) {
      work.statement.loops.clear();
      body.push_back({std::move(work.statement), nullptr});
    }
    if (context.lane) {
      Loop lanes;
      lanes.kind = Loop::Kind::lanes;
      lanes.var = context.lane;
      lanes.body = std::move(body);
      out.push_back(loop_step(std::move(lanes)));
    } else {
      append(out, std::move(body));
    }
    return true;
  }

  /// The lazy works that could be placed and are all that the work waits for; none if it waits for others.
  static std::vector<std::size_t> fills_before(const std::vector<Work>& works, std::size_t i, Placed with) {
    std::vector<std::size_t> fills;
    for (std::size_t j = 0; j < i; ++j) {
      const bool waited_for = std::binary_search(works[i].after.begin(), works[i].after.end(), works[j].id);
      if (!waited_for || !works[j].statement.lazy || !with.allows(works[j])) continue;
      with.add(works[j]);
      fills.push_back(j);
    }
    return with.allows(works[i]) ? fills : std::vector<std::size_t>{};
  }

  bool take_sequence(std::vector<Work>& works, Placed& placed, std::vector<NestStep>& out) {
    for (std::size_t i = 0; i < works.size(); ++i) {
      if (!works[i].sequence || !placed.allows(works[i])) continue;
      const std::shared_ptr<const Sequence> sequence = works[i].sequence;
      taken(works, {i}, placed);
      Loop steps;
      steps.var = sequence->var;
      steps.descending = sequence->descending;
      steps.body = list(works_of(sequence->items), {.serial = true});
      out.push_back(loop_step(std::move(steps)));
      return true;
    }
    return false;
  }

  static bool same_range(const IndexVar* a, const IndexVar* b) { return a->lo == b->lo && a->hi == b->hi; }

  static bool has_loop_like(const Work& work, const IndexVar* var) {
    return std::any_of(work.left.begin(), work.left.end(), [&](const IndexVar* own) { return same_range(own, var); });
  }

  /// A loop may be outermost if its bounds need no loop that is still to come.
  static bool may_be_outer(const IndexVar* var, const IndexVars& left) {
    return std::none_of(left.begin(), left.end(),
                        [&](const IndexVar* other) { return mentions(var->lo, other) || mentions(var->hi, other); });
  }

  /// A loop may be innermost, or across the lanes, if it bounds no other.
  static bool may_be_inner(const IndexVar* var, const IndexVars& left) {
    return std::none_of(left.begin(), left.end(),
                        [&](const IndexVar* other) { return mentions(other->lo, var) || mentions(other->hi, var); });
  }

  Group join(const std::vector<Work>& works, Placed placed, std::size_t seed, const IndexVar* var) const {
    Group group{{seed}, {var}};
    placed.add(works[seed]);
    for (std::size_t i = 0; i < works.size(); ++i) {
      if (i == seed || works[i].sequence || !placed.allows(works[i]) || product_lane(works[i])) continue;
      const IndexVar* best = nullptr;
      int most = -1;
      for (const IndexVar* own : works[i].left) {
        if (!same_range(own, var) || !may_be_outer(own, works[i].left)) continue;
        int shared = 0;
        bool legal = true;
        for (std::size_t m = 0; m < group.members.size() && legal; ++m) {
          const Work& member = works[group.members[m]];
          legal = group.members[m] < i ? may_share(member, group.vars[m], works[i], own)
                                       : may_share(works[i], own, member, group.vars[m]);
          shared += common_axes(member, group.vars[m], works[i], own);
        }
        if (legal && shared > most) {
          most = shared;
          best = own;
        }
      }
      if (!best) continue;
      group.members.push_back(i);
      group.vars.push_back(best);
      placed.add(works[i]);
    }
    leave_unread(works, group);
    sort(group);
    return group;
  }

  /// In the order of the works.
  static void sort(Group& group) {
    std::vector<std::pair<std::size_t, const IndexVar*>> both;
    for (std::size_t m = 0; m < group.members.size(); ++m) both.emplace_back(group.members[m], group.vars[m]);
    std::sort(both.begin(), both.end());
    for (std::size_t m = 0; m < both.size(); ++m) std::tie(group.members[m], group.vars[m]) = both[m];
  }

  /// What is cheap waits for the group that reads it.
  static void leave_unread(const std::vector<Work>& works, Group& group) {
    for (std::size_t m = group.members.size(); m-- > 1;) {
      const Work& work = works[group.members[m]];
      const bool read = std::any_of(group.members.begin(), group.members.end(), [&](std::size_t other) {
        const auto comes_after = [](const Work& a, const Work& b) {
          return std::binary_search(a.after.begin(), a.after.end(), b.id);
        };
        return comes_after(works[other], work) || comes_after(work, works[other]);
      });
      if (!work.statement.lazy || read) continue;
      group.members.erase(group.members.begin() + static_cast<long>(m));
      group.vars.erase(group.vars.begin() + static_cast<long>(m));
    }
  }

  /// Of a matrix product (a sum over one loop into a large target): the loop that goes outermost. That is the one along
  /// the target's rows, which lies across the lanes, or the blocks of its sum. Null for anything else.
  const IndexVar* product_lane(const Work& work) const {
    constexpr double kLarge = 4096;
    const Assignment& s = work.statement;
    if (s.update != Update::add || work.left.size() < 3) return nullptr;
    const IndexVar* sum = nullptr;
    const IndexVar* block = nullptr;
    double elements = 1;
    for (const IndexVar* loop : work.left) {
      if (!constant_index(loop->lo) || !constant_index(loop->hi)) return nullptr;
      if (mentions(s.target, loop))
        elements *= static_cast<double>(interval_of(loop)->extent());
      else if (!sum)
        sum = loop;
      else if (!block)
        block = sum, sum = loop;
      else
        return nullptr;
    }
    if (!sum || elements < kLarge || good_lane({work}, sum)) return nullptr;
    if (block) return block;  // see in_cache
    const Expr last = s.target->kids.back();
    const bool plain =
        last->kind == Kind::index && std::find(work.left.begin(), work.left.end(), last->var) != work.left.end();
    return plain && interval_of(last->var)->extent() >= 4 * options_.lanes ? last->var : nullptr;
  }

  /// The loop that is best across the lanes, and so innermost.
  const IndexVar* best_lane(const Work& work) const {
    const IndexVar* best = nullptr;
    double least = 0;
    for (const IndexVar* loop : work.left) {
      const bool inner = may_be_inner(loop, work.left);
      const double cost = lane_cost(work.statement, loop, outside_, options_.lanes);
      if (inner && (!best || cost < least)) best = loop, least = cost;
    }
    return best;
  }

  /// A group that may be placed next, and what speaks for it.
  struct Candidate {
    Group group;
    double extent = 0, work = 0, shared = 0;
  };

  Group best_group(const std::vector<Work>& works, const Placed& placed, const Context& context) const {
    const double great = 4.0 * static_cast<double>(options_.lanes);
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < works.size(); ++i) {
      if (works[i].sequence || !placed.allows(works[i])) continue;
      const IndexVar* only = context.lane || context.unrolled ? nullptr : product_lane(works[i]);
      for (const IndexVar* var : works[i].left) {
        if (!may_be_outer(var, works[i].left) || (only && var != only)) continue;
        const bool great_here = !context.serial && static_cast<double>(interval_of(var)->extent()) >= great;
        const bool keep_for_lanes =
            !only && !context.lane && !context.unrolled && !great_here && works[i].left.size() > 1;
        if (keep_for_lanes && var == best_lane(works[i])) continue;
        Candidate c;
        c.group = only ? Group{{i}, {var}} : join(works, placed, i, var);
        c.extent = static_cast<double>(interval_of(var)->extent());
        c.work = work_of(works, c.group);
        // A sum goes innermost: its target then stays in registers.
        const double weight = mentions(works[i].statement.target, var) ? 1.0 : 0.5;
        c.shared = weight * static_cast<double>(c.group.members.size()) * std::min(c.extent, 64.0);
        candidates.push_back(std::move(c));
      }
    }
    const auto best_by = [&](auto&& better) {
      return std::move(std::max_element(candidates.begin(), candidates.end(), better)->group);
    };
    // Outermost the great axis: the longest of those along which most is to be done.
    const bool outermost =
        !context.lane && !context.unrolled && !context.serial &&
        std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& c) { return c.extent >= great; });
    if (!outermost) {
      return best_by([](const Candidate& a, const Candidate& b) {
        return std::pair(a.shared, a.extent) < std::pair(b.shared, b.extent);
      });
    }
    double most = 0;
    for (const Candidate& c : candidates) most = std::max(most, c.extent >= great ? c.work : 0);
    return best_by([&](const Candidate& a, const Candidate& b) {
      const auto rank = [&](const Candidate& c) { return c.extent >= great && 2 * c.work >= most ? c.extent : 0; };
      return std::pair(rank(a), a.work) < std::pair(rank(b), b.work);
    });
  }

  static double work_of(const std::vector<Work>& works, const Group& group) {
    double sum = 0;
    for (const std::size_t member : group.members) sum += iterations(works[member].left);
    return sum;
  }

  static double instances(const std::vector<Work>& works) {
    double count = 0;
    for (const Work& work : works) {
      double each = 1;
      for (const IndexVar* loop : work.left) each *= static_cast<double>(interval_of(loop)->extent());
      count += each;
    }
    return count;
  }

  static bool fixed_and_short(const std::vector<Work>& works) {
    for (const Work& work : works) {
      for (const IndexVar* loop : work.left) {
        if (interval_of(loop)->extent() > 16) return false;
      }
    }
    return true;
  }

  /// Whether the variable is better across the lanes than what is left inside each work.
  bool good_lane(const std::vector<Work>& works, const IndexVar* var) const {
    double outer = 0, inner = 0;
    for (const Work& work : works) {
      outer += lane_cost(work.statement, var, outside_, options_.lanes);
      double best = lane_cost(work.statement, nullptr, outside_, options_.lanes);
      for (const IndexVar* own : work.left)
        best = std::min(best, lane_cost(work.statement, own, outside_, options_.lanes));
      inner += best;
    }
    return outer <= inner;
  }

  /// Whether a loop that is left has another range for each value of the variable: then lanes along it do not keep
  /// step.
  static bool bounds_others(const std::vector<Work>& works, const IndexVar* var) {
    return std::any_of(works.begin(), works.end(), [&](const Work& work) { return !may_be_inner(var, work.left); });
  }

  NestStep loop(std::vector<Work> works, const IndexVars& vars, const Context& context) {
    const IndexVar* var = make::fresh(vars[0]);
    for (std::size_t i = 0; i < works.size(); ++i) bind(works[i], vars[i], var);
    const bool leaves = std::all_of(works.begin(), works.end(), [](const Work& work) { return work.left.empty(); });
    const long extent = interval_of(var)->extent();
    Loop out;
    out.var = var;
    if (context.unrolled) {
      out.kind = Loop::Kind::unrolled;
      out.body = list(std::move(works), context);
    } else if (context.lane) {
      out.body = list(std::move(works), context);
    } else if (leaves) {
      out.kind = Loop::Kind::lanes;
      out.body = list(std::move(works), {.unrolled = true});
    } else if (extent >= 4 * options_.lanes && good_lane(works, var) && !bounds_others(works, var)) {
      if (fixed_and_short(works) && instances(works) <= static_cast<double>(options_.unroll)) {
        out.kind = Loop::Kind::lanes;
        out.body = list(std::move(works), {.unrolled = true});
      } else {
        out.kind = Loop::Kind::blocks;
        out.block = block_of(works, var);
        std::vector<Work> packed = with_packed_inputs(std::move(works), var);
        out.body = list(std::move(packed), {.lane = var});
      }
    } else {
      out.body = list(std::move(works), {.serial = true});
    }
    return loop_step(std::move(out));
  }

  static void bind(Work& work, const IndexVar* own, const IndexVar* var) {
    IndexMap map{{own, make::index(var)}};
    const auto rename = [&](IndexVars& loops, const IndexMap& by) {
      for (const IndexVar*& loop : loops) {
        if (const auto found = by.find(loop); found != by.end()) loop = found->second->var;
      }
    };
    // Bounds that mention the variable mention the shared one now.
    for (const IndexVar* loop : IndexVars(work.left)) {
      if (loop == own || (!mentions(loop->lo, own) && !mentions(loop->hi, own))) continue;
      map.emplace(loop, make::index(make::fresh(loop->name, substitute(loop->lo, map), substitute(loop->hi, map))));
    }
    rename(work.statement.loops, map);
    rename(work.left, map);
    work.left.erase(std::find(work.left.begin(), work.left.end(), var));
    work.statement.target = substitute(work.statement.target, map);
    work.statement.body = substitute(work.statement.body, map);
    note_accesses(work);
  }

  /// Iterations of the great loop at once: what they keep stays in the cache, and in whole vectors.
  long block_of(const std::vector<Work>& works, const IndexVar* var) const {
    std::vector<const Symbol*> kept;
    double bytes = 1;
    for (const Work& work : works) {
      for (const Access& access : work.accesses) {
        const Symbol* array = access.ref->symbol;
        const auto& terms = access.ref->kids;
        const auto at = std::find(terms.begin(), terms.end(), make::index(var));
        if (at == terms.end() || std::find(kept.begin(), kept.end(), array) != kept.end()) continue;
        kept.push_back(array);
        double each = 8;
        for (std::size_t d = 0; d < terms.size(); ++d) {
          if (terms[d] != *at) each *= static_cast<double>(axis_of(array, d).extent());
        }
        bytes += each;
      }
    }
    long block = 8 * options_.lanes;
    while (block > 2 * options_.lanes && static_cast<double>(block) * bytes > static_cast<double>(options_.cache))
      block /= 2;
    return block;
  }

  /// Inputs that are read across their rows more than once are copied, a block at a time, with the lanes side by side.
  std::vector<Work> with_packed_inputs(std::vector<Work> works, const IndexVar* var) {
    std::vector<Work> out;
    std::unordered_map<const Symbol*, const Symbol*> packed;
    for (Work& work : works) {
      for (const Access& access : work.accesses) {
        const Symbol* array = access.ref->symbol;
        const auto& terms = access.ref->kids;
        if (access.write || packed.count(array) || array->traits.integer || terms.empty()) continue;
        if (std::find(outside_.begin(), outside_.end(), array) == outside_.end()) continue;
        if (terms.back() == make::index(var) || terms[0] != make::index(var) || written(works, array)) continue;
        std::vector<Interval> ranges;
        Work copy;
        std::vector<Expr> at;
        for (std::size_t d = 0; d < terms.size(); ++d) {
          ranges.push_back(axis_of(array, d));
          if (d == 0) {
            at.push_back(make::index(var));
            continue;
          }
          copy.left.push_back(new_loop("j", ranges.back()));
          at.push_back(make::index(copy.left.back()));
        }
        const Symbol* own = new_array(array->name, array->latex, ranges);
        copy.statement.loops = copy.left;
        copy.statement.target = make::ref(own, at);
        copy.statement.body = make::ref(array, at);
        packed.emplace(array, own);
        note_accesses(copy);
        out.push_back(std::move(copy));
      }
    }
    if (packed.empty()) return works;
    const std::function<Expr(Expr)> replace = [&](Expr e) -> Expr {
      if (e->kids.empty()) return e;
      const Expr inner = rebuild(e, replace);
      if (inner->kind != Kind::ref || inner->kids.empty() || inner->kids[0] != make::index(var)) return inner;
      const auto found = packed.find(inner->symbol);
      return found == packed.end() ? inner : make::ref(found->second, inner->kids);
    };
    for (Work& work : works) {
      work.statement.body = replace(work.statement.body);
      note_accesses(work);
      out.push_back(std::move(work));
    }
    return out;
  }

  static bool written(const std::vector<Work>& works, const Symbol* array) {
    return std::any_of(works.begin(), works.end(), [&](const Work& w) { return w.statement.target->symbol == array; });
  }

  ScheduleOptions options_;
  std::vector<const Symbol*> outside_;
};

}  // namespace

Nest schedule(const Program& program, const ScheduleOptions& options) {
  Nest nest;
  Scheduler scheduler(program, options);
  nest.steps = scheduler.list(scheduler.in_cache(Scheduler::works_of(program.items)), {});
  cut_into_parts(nest.steps, options);
  place_buffers(program, nest, options.lanes);
  for (Buffer& buffer : nest.buffers) {
    if (const auto own = options.strides.find(buffer.array); own != options.strides.end()) buffer.stride = own->second;
  }
  return nest;
}

}  // namespace gradus
