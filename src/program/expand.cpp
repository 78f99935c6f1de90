// Short loops beside one great loop are written out: straight-line code over the great axis, one array an element. What
// is exactly zero in it (the derivative of a component by another) then falls away.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "program/arrays.h"
#include "program/passes.h"

namespace gradus {
namespace {

constexpr long kShort = 16;
constexpr double kMost = 3000;  ///< statements when written out

bool is_short(const IndexVar* loop) { return interval_of(loop)->extent() <= kShort; }

/// How many statements it becomes, or none if it has more than one long loop.
std::optional<double> copies_of(const Assignment& s) {
  double copies = 1;
  int great = 0;
  for (const IndexVar* loop : s.loops) {
    if (is_short(loop))
      copies *= static_cast<double>(interval_of(loop)->extent());
    else if (++great > 1 || !constant_index(loop->lo) || !constant_index(loop->hi))
      return std::nullopt;
  }
  return great == 1 ? copies : 0;
}

void write_out(const Assignment& s, ProgramItems& out) {
  const auto loop = std::find_if(s.loops.begin(), s.loops.end(), is_short);
  if (loop == s.loops.end()) {
    out.push_back({s, nullptr});
    return;
  }
  // The bounds of an outermost loop are numbers by now.
  for (long k = *constant_index((*loop)->lo); k <= *constant_index((*loop)->hi); ++k) {
    IndexMap map{{*loop, make::number(k)}};
    Assignment one = s;
    one.loops.clear();
    for (const IndexVar* other : s.loops) {
      if (other == *loop) continue;
      const IndexVar* own = make::fresh(other->name, substitute(other->lo, map), substitute(other->hi, map));
      map.emplace(other, make::index(own));
      one.loops.push_back(own);
    }
    one.target = substitute(s.target, map);
    one.body = substitute(s.body, map);
    write_out(one, out);
  }
}

/// Local arrays that are only met at numbers in their short axes: one array an element.
class Elements {
 public:
  explicit Elements(const Program& program) {
    std::set<const Symbol*> kept(program.inputs.begin(), program.inputs.end());
    kept.insert(program.outputs.begin(), program.outputs.end());
    std::map<const Symbol*, std::vector<bool>> numbers;
    const auto see = [&](Expr e) {
      visit(e, [&](Expr node) {
        if (node->kind != Kind::ref || node->symbol->role == Role::constant) return;
        auto& axes = numbers.try_emplace(node->symbol, node->kids.size(), true).first->second;
        for (std::size_t d = 0; d < node->kids.size(); ++d) axes[d] = axes[d] && node->kids[d]->is_number();
      });
    };
    for_each_statement(program.items, [&](const Assignment& s) {
      see(s.target);
      see(s.body);
    });
    for (const auto& [array, axes] : numbers) {
      if (!kept.count(array) && std::find(axes.begin(), axes.end(), true) != axes.end()) split_.emplace(array, axes);
    }
  }

  Expr in(Expr e) {
    if (e->kids.empty()) return e;
    const auto known = done_.find(e);
    if (known != done_.end()) return known->second;
    Expr own = rebuild(e, [&](Expr kid) { return in(kid); });
    if (own->kind == Kind::ref) {
      if (const auto split = split_.find(own->symbol); split != split_.end()) own = element(own, split->second);
    }
    return done_[e] = own;
  }

 private:
  Expr element(Expr ref, const std::vector<bool>& numbers) {
    std::vector<Expr> at, left;
    std::vector<Interval> axes;
    std::string name = ref->symbol->name;
    for (std::size_t d = 0; d < numbers.size(); ++d) {
      if (numbers[d]) {
        at.push_back(ref->kids[d]);
        name += "_" + ref->kids[d]->number.get_str();
      } else {
        left.push_back(ref->kids[d]);
        axes.push_back(axis_of(ref->symbol, d));
      }
    }
    const Symbol*& own = elements_[{ref->symbol, at}];
    if (!own) own = new_array(name, "", axes);
    return make::ref(own, left);
  }

  std::map<const Symbol*, std::vector<bool>> split_;
  std::map<std::pair<const Symbol*, std::vector<Expr>>, const Symbol*> elements_;
  std::unordered_map<Expr, Expr> done_;
};

bool reads(const Assignment& s, const Symbol* array) {
  const auto read = arrays_read(s);
  return std::find(read.begin(), read.end(), array) != read.end();
}

/// A set and the additions that follow, all over the same loop: one sum.
ProgramItems summed(const ProgramItems& items) {
  // Targets are compared over one variable each.
  std::map<std::pair<long, long>, const IndexVar*> common;
  const auto over_common = [&](const Assignment& s, Expr e) {
    const Interval range = *interval_of(s.loops[0]);
    const IndexVar*& var = common[{range.lo, range.hi}];
    if (!var) var = make::fresh(s.loops[0]->name, make::number(range.lo), make::number(range.hi));
    return substitute(e, {{s.loops[0], make::index(var)}});
  };
  std::map<Expr, std::pair<std::size_t, std::vector<Expr>>> open;  // target: the place of the sum, its terms
  ProgramItems out;
  std::vector<std::size_t> gone;
  for (const ProgramItem& item : items) {
    const Assignment& s = item.statement;
    const bool plain =
        !item.sequence && s.loops.size() == 1 && covers_once(s) && s.update != Update::max && s.update != Update::min;
    if (plain) {
      const Expr target = over_common(s, s.target);
      const auto sum = open.find(target);
      if (s.update == Update::set) {
        open[target] = {out.size(), {over_common(s, s.body)}};
      } else if (sum != open.end() && !reads(s, s.target->symbol)) {
        Assignment whole = s;
        sum->second.second.push_back(over_common(s, s.body));
        whole.update = Update::set;
        whole.loops = {target->kids[0]->var};
        whole.target = target;
        whole.body = make::add(sum->second.second);
        gone.push_back(sum->second.first);
        sum->second.first = out.size();
        out.push_back({renamed(whole), nullptr});
        continue;
      }
    }
    // What is read, or written elsewhere too, is complete: later additions are their own statements.
    const auto close = [&](const Symbol* array) {
      for (auto sum = open.begin(); sum != open.end();)
        sum = sum->first->symbol == array ? open.erase(sum) : std::next(sum);
    };
    const auto met = [&](const Assignment& one) {
      for (const Symbol* array : arrays_read(one)) close(array);
    };
    if (item.sequence) {
      for_each_statement(item.sequence->items, [&](const Assignment& one) {
        met(one);
        close(one.target->symbol);
      });
    } else {
      met(s);
      if (!plain) close(s.target->symbol);
    }
    out.push_back(item);
  }
  ProgramItems kept;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (std::find(gone.begin(), gone.end(), i) == gone.end()) kept.push_back(std::move(out[i]));
  }
  return kept;
}

}  // namespace

void expand_short_loops(Program& program) {
  double total = 0;
  for (const ProgramItem& item : program.items) {
    if (item.sequence || item.statement.algebra != MatrixStep::none) return;
    const auto copies = copies_of(item.statement);
    if (!copies) return;
    total += *copies;
  }
  if (total == 0 || total > kMost) return;
  ProgramItems items;
  for (const ProgramItem& item : program.items) {
    if (*copies_of(item.statement) > 0)
      write_out(item.statement, items);
    else
      items.push_back(item);
  }
  program.items = std::move(items);
  Elements elements(program);
  for (ProgramItem& item : program.items) {
    item.statement.target = elements.in(item.statement.target);
    item.statement.body = elements.in(item.statement.body);
  }
  program.items = summed(program.items);
}

}  // namespace gradus
