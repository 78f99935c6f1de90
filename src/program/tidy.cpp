// Statements that nothing needs, and zeroes that are overwritten at once, go.
#include <algorithm>
#include <functional>
#include <set>

#include "program/arrays.h"
#include "program/passes.h"

namespace gradus {
namespace {

/// The statements that write an array, in order, with whether they stand in a sequence.
struct Writers {
  std::vector<Assignment*> outside;
  bool in_sequence = false;
};

bool is_fill(const Assignment& s) { return s.update == Update::set && s.body->is_zero() && covers_once(s); }

bool reads(const Assignment& s, const Symbol* array) {
  const auto read = arrays_read(s);
  return std::find(read.begin(), read.end(), array) != read.end();
}

/// Whether the statement, inside the sequences with these variables, meets each element of its target once.
bool covers_in_sequence(const Assignment& s, const IndexVars& around) {
  Assignment open = s;
  for (const IndexVar* var : around) {
    if (!mentions(s.target, var)) return false;  // it adds up over the steps
    open.loops.push_back(var);
  }
  return covers_once(open);
}

/// Zeroes outside, then one update of every element inside a sequence: set there, if each step reads its own only.
void set_in_sequences(Program& program) {
  struct Known {
    int fills = 0, updates = 0;
    bool covered = false, ahead = false;
    std::vector<Expr> along;  ///< the target's index terms in its sequence
  };
  std::unordered_map<const Symbol*, Known> known;
  const std::function<void(const ProgramItems&, IndexVars)> look = [&](const ProgramItems& items, IndexVars around) {
    for (const ProgramItem& item : items) {
      if (item.sequence) {
        IndexVars inner = around;
        inner.push_back(item.sequence->var);
        look(item.sequence->items, inner);
        continue;
      }
      const Assignment& s = item.statement;
      // A read at another step than the current one, or before the update, needs the zero.
      const auto met = [&](Expr e) {
        visit(e, [&](Expr node) {
          if (node->kind != Kind::ref || node->kids.empty()) return;
          const auto found = known.find(node->symbol);
          if (found == known.end()) return;
          bool own = found->second.updates > 0;
          for (const IndexVar* var : around) {
            for (std::size_t d = 0; d < node->kids.size(); ++d) {
              const bool steps = d < found->second.along.size() && found->second.along[d] == make::index(var);
              own = own && (!steps || node->kids[d] == make::index(var));
            }
          }
          found->second.ahead |= !own;
        });
      };
      met(s.body);
      Known& target = known[s.target->symbol];
      if (around.empty() && is_fill(s)) {
        ++target.fills;
      } else {
        ++target.updates;
        target.covered = !around.empty() && s.update == Update::add && covers_in_sequence(s, around);
        target.along = s.target->kids;
      }
    }
  };
  look(program.items, {});
  const auto settled = [&](const Symbol* array) {
    const Known& k = known[array];
    return k.fills == 1 && k.updates == 1 && k.covered && !k.ahead;
  };
  const std::function<ProgramItems(const ProgramItems&, bool)> apply = [&](const ProgramItems& items, bool inside) {
    ProgramItems out;
    for (const ProgramItem& item : items) {
      if (item.sequence) {
        auto copy = std::make_shared<Sequence>(*item.sequence);
        copy->items = apply(item.sequence->items, true);
        out.push_back({Assignment{}, std::move(copy)});
        continue;
      }
      ProgramItem own = item;
      if (settled(own.statement.target->symbol)) {
        if (!inside) continue;
        own.statement.update = Update::set;
      }
      out.push_back(std::move(own));
    }
    return out;
  };
  program.items = apply(program.items, false);
}

/// Keeps the items whose targets are needed, last first, and says what those need.
ProgramItems needed_items(const ProgramItems& items, std::set<const Symbol*>& needed) {
  ProgramItems out;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (item->sequence) {
      // What one step needs of another is found by going round until nothing new is needed.
      auto copy = std::make_shared<Sequence>(*item->sequence);
      for (std::size_t before = 0; before != needed.size();) {
        before = needed.size();
        copy->items = needed_items(item->sequence->items, needed);
      }
      if (!copy->items.empty()) out.push_back({Assignment{}, std::move(copy)});
      continue;
    }
    if (!needed.count(item->statement.target->symbol)) continue;
    for (const Symbol* array : arrays_read(item->statement)) needed.insert(array);
    out.push_back(*item);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

void tidy(Program& program) {
  std::set<const Symbol*> needed(program.outputs.begin(), program.outputs.end());
  program.items = needed_items(program.items, needed);

  // Zeroes, then an update of every element once: set at once.
  std::unordered_map<const Symbol*, Writers> writers;
  for (ProgramItem& item : program.items) {
    if (item.sequence) {
      for_each_statement(item.sequence->items,
                         [&](const Assignment& s) { writers[s.target->symbol].in_sequence = true; });
    } else {
      writers[item.statement.target->symbol].outside.push_back(&item.statement);
    }
  }
  std::set<const Assignment*> gone;
  for (auto& [array, list] : writers) {
    if (list.in_sequence || list.outside.size() < 2 || !is_fill(*list.outside[0])) continue;
    Assignment& first = *list.outside[1];
    if (first.update != Update::add || !covers_once(first) || reads(first, array)) continue;
    first.update = Update::set;
    gone.insert(list.outside[0]);
  }
  ProgramItems kept;
  for (ProgramItem& item : program.items) {
    if (item.sequence || !gone.count(&item.statement)) kept.push_back(std::move(item));
  }
  program.items = std::move(kept);
  set_in_sequences(program);
}

}  // namespace gradus
