#include "program/parts.h"

#include <algorithm>
#include <set>

#include "program/arrays.h"

namespace gradus {

Parts parts_of(const Loop& loop) {
  const Interval whole = *interval_of(loop.cut);
  return {whole.lo, whole.hi, loop.block, whole.extent() / loop.block, interval_of(loop.var)->extent()};
}

namespace {

constexpr double most_parts = 64;
constexpr double operations_a_sum = 1024;  // that a part does, for each element that it clears and adds
constexpr double operations_a_read = 64;   // that a part does, for each element that all others read again
constexpr double largest_sums = 1 << 25;   // elements of all parts

/// How a step meets an array.
struct Meeting {
  const Symbol* array = nullptr;
  bool read = false, written = false, one_update = true;
  Update update = Update::set;
  std::vector<Expr> terms;  ///< per axis: the index term of every access, null where they differ
};

class Meetings {
 public:
  explicit Meetings(const NestStep& step) { add(step); }
  const std::vector<Meeting>& all() const { return all_; }

 private:
  void add(const NestStep& step) {
    if (!step.loop) {
      for (Expr term : step.statement.target->kids) read(term);
      read(step.statement.body);
      Meeting& meeting = at(step.statement.target);
      meeting.one_update &= !meeting.written || meeting.update == step.statement.update;
      meeting.written = true;
      meeting.update = step.statement.update;
      return;
    }
    read(step.loop->var->lo);
    read(step.loop->var->hi);
    for (const NestStep& inner : step.loop->body) add(inner);
  }

  void read(Expr e) {
    visit(e, [&](Expr node) {
      if (node->kind == Kind::ref && node->symbol->role != Role::constant) at(node).read = true;
    });
  }

  Meeting& at(Expr ref) {
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const Meeting& m) { return m.array == ref->symbol; });
    if (found == all_.end()) {
      all_.push_back({.array = ref->symbol, .terms = ref->kids});
      return all_.back();
    }
    for (std::size_t d = 0; d < ref->kids.size(); ++d) {
      if (found->terms[d] != ref->kids[d]) found->terms[d] = nullptr;
    }
    return *found;
  }

  std::vector<Meeting> all_;
};

/// The arrays that each part must sum for itself if the variable's loop is cut; none if it cannot be.
std::optional<std::vector<Meeting>> sums_along(const std::vector<Meeting>& meetings, const IndexVar* var) {
  std::vector<Meeting> sums;
  for (const Meeting& meeting : meetings) {
    if (!meeting.written) continue;
    if (std::find(meeting.terms.begin(), meeting.terms.end(), make::index(var)) != meeting.terms.end()) continue;
    if (meeting.read || !meeting.one_update || meeting.update == Update::set) return std::nullopt;
    sums.push_back(meeting);
  }
  return sums;
}

/// Operations on vectors, roughly: each takes a tenth of a nanosecond or two.
class Cost {
 public:
  explicit Cost(long lanes) : lanes_(static_cast<double>(lanes)) {}

  double of(const std::vector<NestStep>& steps) {
    double sum = 0;
    for (const NestStep& step : steps) sum += step.loop ? of(*step.loop) : of(step.statement);
    return sum;
  }

 private:
  double of(const Loop& loop) {
    const auto in_block = blocks_.find(loop.var);
    double count = 1;
    if (in_block != blocks_.end()) {
      count = in_block->second;
    } else if (const auto range = interval_of(loop.var)) {
      const bool fixed = constant_index(loop.var->lo) && constant_index(loop.var->hi);
      count = static_cast<double>(range->extent()) * (fixed ? 1 : 0.5);
    }
    if (loop.kind == Loop::Kind::blocks) {
      const auto block = static_cast<double>(loop.block);
      blocks_[loop.var] = block;
      const double each = of(loop.body);
      blocks_.erase(loop.var);
      return count / block * each;
    }
    if (loop.kind == Loop::Kind::lanes) count = std::max(1.0, count / lanes_);
    return count * of(loop.body);
  }

  static double of(const Assignment& statement) {
    std::set<Expr> seen;
    return 1 + of(statement.body, seen);
  }

  static double of(Expr e, std::set<Expr>& seen) {
    if (e->kind == Kind::number || e->kind == Kind::index || !seen.insert(e).second) return 0;
    if (e->kind == Kind::ref) return 1;
    double sum = e->kind == Kind::func ? 20 : static_cast<double>(std::max<std::size_t>(e->kids.size(), 2) - 1);
    for (Expr kid : e->kids) sum += of(kid, seen);
    return sum;
  }

  double lanes_;
  std::unordered_map<const IndexVar*, double> blocks_;
};

struct Cut {
  const IndexVar* var = nullptr;
  long block = 1;
  std::vector<Meeting> sums;
  double summed = 0;  ///< elements of the sums
  double parts = 1;
};

class Cutter {
 public:
  explicit Cutter(const ScheduleOptions& options) : options_(options) {}

  std::vector<NestStep> run(std::vector<NestStep> steps) {
    std::vector<NestStep> out;
    for (NestStep& step : steps) {
      const std::optional<Cut> cut = step.loop ? best_cut(step) : std::nullopt;
      if (cut)
        write(*cut, std::move(step), out);
      else
        out.push_back(std::move(step));
    }
    return out;
  }

 private:
  /// The one with which the whole is done first if there is a thread for each part.
  std::optional<Cut> best_cut(const NestStep& step) const {
    const double work = Cost(options_.lanes).of({step});
    if (work < 2 * options_.part) return std::nullopt;
    const Meetings meetings(step);
    std::optional<Cut> best;
    double least = work;
    for (const Loop* loop = step.loop.get(); loop; loop = only_loop_in(*loop)) {
      // Across the lanes of a tile, it is the loops around that are cut.
      if (loop->kind == Loop::Kind::unrolled || (loop->kind == Loop::Kind::lanes && loop != step.loop.get())) break;
      Cut cut;
      cut.var = loop->var;
      if (!constant_index(cut.var->lo) || !constant_index(cut.var->hi)) continue;
      auto sums = sums_along(meetings.all(), cut.var);
      if (!sums) continue;
      cut.sums = std::move(*sums);
      for (const Meeting& sum : cut.sums) cut.summed += static_cast<double>(elements(sum.array));
      // What the loops around bring into the cache, each part reads for itself.
      double read_again = 0;
      for (const Meeting& meeting : meetings.all()) {
        const auto& terms = meeting.terms;
        const bool own = std::find(terms.begin(), terms.end(), make::index(cut.var)) != terms.end();
        if (loop != step.loop.get() && meeting.read && !own) read_again += static_cast<double>(elements(meeting.array));
      }
      const long extent = interval_of(cut.var)->extent();
      cut.block = block_of(*loop, extent);
      const long whole_blocks = extent / cut.block;
      double most =
          std::min({most_parts, static_cast<double>(whole_blocks),
                    work / std::max({options_.part, operations_a_sum * cut.summed, operations_a_read * read_again})});
      if (cut.summed > 0) most = std::min(most, largest_sums / cut.summed);
      while (2 * cut.parts <= most) cut.parts *= 2;
      const double time = work / cut.parts + cut.parts * cut.summed;
      if (cut.parts > 1 && time < least) {
        least = time;
        best = std::move(cut);
      }
    }
    return best;
  }

  static const Loop* only_loop_in(const Loop& loop) {
    return loop.body.size() == 1 ? loop.body[0].loop.get() : nullptr;
  }

  /// Iterations that go to one part together: as many as back ends write out side by side.
  long block_of(const Loop& loop, long extent) const {
    constexpr long rows = 4, many = 64;
    switch (loop.kind) {
      case Loop::Kind::blocks: return loop.block;
      case Loop::Kind::lanes: return 8 * options_.lanes;
      default: return extent >= many ? rows : 1;
    }
  }

  /// The step in parts, and the sums of all of them.
  static void write(const Cut& cut, NestStep step, std::vector<NestStep>& out) {
    Loop parts;
    parts.kind = Loop::Kind::parts;
    const Interval numbers{0, static_cast<long>(cut.parts) - 1};
    parts.var = new_loop("p", numbers);
    parts.cut = cut.var;
    parts.block = cut.block;
    std::unordered_map<const Symbol*, const Symbol*> own;
    std::vector<NestStep> sums;
    for (const Meeting& sum : cut.sums) {
      std::vector<Interval> axes{numbers};
      for (std::size_t d = 0; d < sum.array->indices.size(); ++d) axes.push_back(axis_of(sum.array, d));
      const Symbol* array = new_array(sum.array->name + "_parts", "", axes);
      own.emplace(sum.array, array);
      parts.body.push_back(cleared(sum, array, parts.var));
      sums.push_back(summed(sum, array, numbers));
    }
    parts.body.push_back(with_own(step, own, parts.var));
    out.push_back(loop_step(std::move(parts)));
    out.insert(out.end(), sums.begin(), sums.end());
  }

  static NestStep loop_step(Loop loop) { return {Assignment{}, std::make_shared<Loop>(std::move(loop))}; }

  static NestStep loop_around(Loop::Kind kind, const IndexVar* var, NestStep inside) {
    Loop loop;
    loop.kind = kind;
    loop.var = var;
    loop.body = {std::move(inside)};
    return loop_step(std::move(loop));
  }

  static Expr own_element(const Symbol* own, const IndexVar* part, std::vector<Expr> terms) {
    terms.insert(terms.begin(), make::index(part));
    return make::ref(own, terms);
  }

  /// One part's sums at their neutral value.
  static NestStep cleared(const Meeting& sum, const Symbol* own, const IndexVar* part) {
    IndexVars loops = loops_over(sum.array);
    Assignment statement;
    statement.target = own_element(own, part, terms_of(loops));
    statement.body = neutral(sum.update);
    NestStep step{std::move(statement), nullptr};
    for (std::size_t d = loops.size(); d-- > 0;)
      step = loop_around(d + 1 == loops.size() ? Loop::Kind::lanes : Loop::Kind::serial, loops[d], std::move(step));
    return step;
  }

  /// All parts' sums, in their order, into the array.
  static NestStep summed(const Meeting& sum, const Symbol* own, const Interval& numbers) {
    IndexVars loops = loops_over(sum.array);
    const IndexVar* part = new_loop("p", numbers);
    Assignment statement;
    statement.target = make::ref(sum.array, terms_of(loops));
    statement.update = sum.update;
    statement.body = own_element(own, part, terms_of(loops));
    NestStep step{std::move(statement), nullptr};
    if (!loops.empty()) step = loop_around(Loop::Kind::lanes, loops.back(), std::move(step));
    for (std::size_t d = loops.size(); d-- > 1;) step = loop_around(Loop::Kind::serial, loops[d - 1], std::move(step));
    return loop_around(Loop::Kind::serial, part, std::move(step));
  }

  /// The step with the updates of these arrays going to the part's own.
  static NestStep with_own(const NestStep& step, const std::unordered_map<const Symbol*, const Symbol*>& own,
                           const IndexVar* part) {
    if (step.loop) {
      Loop loop = *step.loop;
      for (NestStep& inner : loop.body) inner = with_own(inner, own, part);
      return loop_step(std::move(loop));
    }
    NestStep out = step;
    if (const auto found = own.find(step.statement.target->symbol); found != own.end())
      out.statement.target = own_element(found->second, part, step.statement.target->kids);
    return out;
  }

  const ScheduleOptions& options_;
};

}  // namespace

void cut_into_parts(std::vector<NestStep>& steps, const ScheduleOptions& options) {
  steps = Cutter(options).run(std::move(steps));
}

}  // namespace gradus
