// The order of sums. A statement that adds a product over its loops is a contraction; which sum comes first decides
// what it costs.
#include <algorithm>
#include <map>

#include "program/passes.h"
#include "program/place.h"

namespace gradus {
namespace {

std::vector<Expr> factors_of(Expr body) { return body->kind == Kind::mul ? body->kids : std::vector<Expr>{body}; }

bool contains(const IndexVars& vars, const IndexVar* var) {
  return std::find(vars.begin(), vars.end(), var) != vars.end();
}

bool bounds_another(const IndexVar* var, const IndexVars& loops) {
  return std::any_of(loops.begin(), loops.end(),
                     [&](const IndexVar* other) { return mentions(other->lo, var) || mentions(other->hi, var); });
}

/// A contraction cut in parts: those in front, then what is left of it.
struct Cut {
  std::vector<Assignment> parts;
  double cost = 0;
};

class Cutter {
 public:
  /// Cuts where it pays, the cheapest cut first.
  Cut cut(Assignment s) {
    Cut out;
    while (s.update == Update::add) {
      const std::vector<Expr> factors = factors_of(s.body);
      double best = 0.75 * iterations(s.loops);
      const IndexVar* sum = nullptr;
      IndexVars inner_loops;
      std::vector<Expr> inner, rest;
      for (const IndexVar* loop : s.loops) {
        if (mentions(s.target, loop) || bounds_another(loop, s.loops)) continue;
        std::vector<Expr> with, without;
        for (Expr factor : factors) (mentions(factor, loop) ? with : without).push_back(factor);
        const IndexVars needed = loops_needed(with.empty() ? std::vector<Expr>{make::index(loop)} : with, s.loops);
        if (needed.size() == s.loops.size()) continue;
        const double cost = iterations(needed) + iterations(s.loops) / std::max(1.0, iterations({loop}));
        if (cost >= best) continue;
        best = cost;
        sum = loop;
        inner_loops = needed;
        inner = with;
        rest = without;
      }
      if (!sum) break;
      Assignment part;
      part.loops = inner_loops;
      part.update = Update::add;
      part.body = make::mul(inner);
      std::vector<Interval> ranges;
      std::vector<Expr> at;
      for (const IndexVar* loop : inner_loops) {
        if (loop == sum) continue;
        ranges.push_back(*interval_of(loop));
        at.push_back(make::index(loop));
      }
      // What a sequence around it steps along belongs to the part as well.
      IndexVars around;
      const auto enter = [&](Expr e) {
        for (const IndexVar* var : e->free) {
          if (!contains(s.loops, var) && !contains(around, var)) around.push_back(var);
        }
      };
      enter(part.body);
      for (const IndexVar* loop : inner_loops) enter(loop->lo), enter(loop->hi);
      for (const IndexVar* var : around) {
        ranges.push_back(*interval_of(var));
        at.push_back(make::index(var));
      }
      const Expr known = known_sum(part, sum, at);
      if (known) {
        rest.push_back(known);
      } else {
        part.target = make::ref(new_array("s", "", ranges), at);
        Assignment zero = part;
        zero.loops.erase(std::find(zero.loops.begin(), zero.loops.end(), sum));
        zero.update = Update::set;
        zero.lazy = true;
        zero.body = make::number(0);
        out.parts.push_back(renamed(zero));
        Cut deeper = cut(renamed(part));
        out.parts.insert(out.parts.end(), deeper.parts.begin(), deeper.parts.end());
        out.cost += deeper.cost;
        remember(part, sum);
        rest.push_back(part.target);
      }
      s.body = make::mul(rest);
      s.loops.erase(std::find(s.loops.begin(), s.loops.end(), sum));
    }
    out.cost += iterations(s.loops);
    out.parts.push_back(std::move(s));
    return out;
  }

 private:
  /// The sum's canonical form: its loops numbered in order, and the body over them.
  using Form = std::pair<IndexVars, Expr>;
  Form form(const Assignment& part, const IndexVar* sum) {
    IndexMap map;
    IndexVars loops;
    std::size_t i = 0;
    for (const IndexVar* loop : part.loops) {
      const Expr lo = substitute(loop->lo, map), hi = substitute(loop->hi, map);
      const IndexVar*& place = places_[{i++, lo, hi, loop == sum}];
      if (!place) place = make::fresh("k", lo, hi);
      map.emplace(loop, make::index(place));
      loops.push_back(place);
    }
    return {loops, substitute(part.body, map)};
  }
  Expr known_sum(const Assignment& part, const IndexVar* sum, const std::vector<Expr>& at) {
    const auto found = sums_.find(form(part, sum));
    return found == sums_.end() ? nullptr : make::ref(found->second, at);
  }
  void remember(const Assignment& part, const IndexVar* sum) { sums_.emplace(form(part, sum), part.target->symbol); }

  std::map<std::tuple<std::size_t, Expr, Expr, bool>, const IndexVar*> places_;
  std::map<Form, const Symbol*> sums_;
};

class Factor : public Rewriter {
 public:
  explicit Factor(std::vector<Ordering>* orderings) : orderings_(orderings) {}

 private:
  void rewrite(Assignment s) override {
    Cut cut = cutter_.cut(s);
    if (orderings_ && cut.parts.size() > 1) {
      Ordering told{s, {}, iterations(s.loops), cut.cost};
      for (const Assignment& part : cut.parts) {
        if (part.update != Update::set) told.parts.push_back(part);
      }
      orderings_->push_back(std::move(told));
    }
    for (std::size_t i = 0; i + 1 < cut.parts.size(); ++i) emit_outside(std::move(cut.parts[i]));
    emit(std::move(cut.parts.back()));
  }
  Cutter cutter_;
  std::vector<Ordering>* orderings_;
};

/// Who writes and reads an array outside sequences, and whether a sequence does.
struct Use {
  std::vector<std::size_t> writers, readers;
  bool in_sequence = false;
};

}  // namespace

void factor_contractions(Program& program, std::vector<Ordering>* orderings) {
  program.items = Factor(orderings).run(program.items);
}

void merge_contractions(Program& program) {
  for (bool again = true; again;) {
    again = false;
    std::unordered_map<const Symbol*, Use> uses;
    for (std::size_t i = 0; i < program.items.size(); ++i) {
      const ProgramItem& item = program.items[i];
      const auto enter = [&](const Assignment& s) {
        Use& target = uses[s.target->symbol];
        if (!(s.update == Update::set && s.body->is_zero())) target.writers.push_back(i);
        target.in_sequence |= item.sequence != nullptr;
        for (const Symbol* array : arrays_read(s)) {
          uses[array].readers.push_back(i);
          uses[array].in_sequence |= item.sequence != nullptr;
        }
      };
      if (item.sequence)
        for_each_statement(item.sequence->items, enter);
      else
        enter(item.statement);
    }
    for (std::size_t r = 0; r < program.items.size() && !again; ++r) {
      if (program.items[r].sequence || program.items[r].statement.update != Update::add) continue;
      const Assignment reader = program.items[r].statement;
      if (reader.loops.empty()) continue;  // one product has no order
      for (Expr factor : factors_of(reader.body)) {
        if (factor->kind != Kind::ref) continue;
        const Use& use = uses[factor->symbol];
        const bool output =
            std::find(program.outputs.begin(), program.outputs.end(), factor->symbol) != program.outputs.end();
        if (output || use.in_sequence || use.writers.size() != 1 || use.readers.size() != 1) continue;
        const Assignment writer = renamed(program.items[use.writers[0]].statement);
        if (writer.algebra != MatrixStep::none || writer.update == Update::max || writer.update == Update::min ||
            writer.body->kind == Kind::add)
          continue;
        IndexMap map;
        bool plain = true;
        IndexVars taken;
        for (std::size_t d = 0; d < factor->kids.size() && plain; ++d) {
          const Expr here = factor->kids[d], there = writer.target->kids[d];
          plain = here->kind == Kind::index && there->kind == Kind::index && contains(reader.loops, here->var) &&
                  contains(writer.loops, there->var) && !contains(taken, here->var) && !map.count(there->var) &&
                  interval_of(here->var) == interval_of(there->var) && constant_index(there->var->lo) &&
                  constant_index(there->var->hi);
          if (!plain) break;
          map.emplace(there->var, here);
          taken.push_back(here->var);
        }
        if (!plain) continue;
        Assignment merged = reader;
        std::vector<Expr> rest;
        bool once = true;
        for (Expr f : factors_of(reader.body)) {
          if (f == factor) continue;
          once = once && !depends_on(f, factor->symbol);
          rest.push_back(f);
        }
        if (!once) continue;
        // The summed loops of the writer come with it; their bounds may need each other.
        for (const IndexVar* loop : writer.loops) {
          if (map.count(loop)) continue;
          merged.loops.push_back(make::fresh(loop->name, substitute(loop->lo, map), substitute(loop->hi, map)));
          map.emplace(loop, make::index(merged.loops.back()));
        }
        for (Expr f : factors_of(substitute(writer.body, map))) rest.push_back(f);
        merged.body = make::mul(rest);
        const double before = iterations(reader.loops) + iterations(writer.loops);
        const Cut cut = Cutter().cut(renamed(merged));
        if (cut.cost >= 0.9 * before) continue;
        ProgramItems items;
        for (std::size_t i = 0; i < program.items.size(); ++i) {
          if (i == use.writers[0]) continue;
          if (i == r)
            items.push_back({merged, nullptr});
          else
            items.push_back(program.items[i]);
        }
        program.items = std::move(items);
        again = true;
        break;
      }
    }
  }
}

}  // namespace gradus
