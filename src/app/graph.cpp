#include "app/graph.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <map>
#include <set>

#include "app/evaluate.h"
#include "backend/reference/interpret.h"
#include "notation/write.h"
#include "program/arrays.h"
#include "program/derive_program.h"

namespace gradus {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "\"";
}

/// A scalar, a few numbers, or the norm of many.
std::string numbers(const std::vector<double>& values, bool scalar) {
  constexpr std::size_t kShown = 4;
  if (scalar && values.size() == 1) return fmt::format("{:.4g}", values[0]);
  if (values.size() <= kShown) {
    std::vector<std::string> shown;
    for (const double value : values) shown.push_back(fmt::format("{:.4g}", value));
    return fmt::format("({})", fmt::join(shown, ", "));
  }
  double squares = 0;
  for (const double value : values) squares += value * value;
  return fmt::format("{} numbers of norm {:.4g}", values.size(), std::sqrt(squares));
}

class Drawing {
 public:
  Drawing(const Computation& computation, std::vector<const Symbol*> gradients)
      : computation_(computation), lowered_(computation.values), gradients_(std::move(gradients)) {}

  std::optional<Diagnostic> derive() {
    collect();
    if (gradients_.empty()) {
      name_arrays();
      return std::nullopt;
    }
    const std::vector<const Symbol*> by = on_the_way();
    const std::size_t outputs = lowered_.program.outputs.size();
    if (const auto why = append_reverse(lowered_, outputs_[0], by)) return why;
    for (std::size_t i = 0; i < by.size(); ++i) adjoint_[lowered_.program.outputs[outputs + i]] = by[i];
    name_arrays();
    part_contributions();
    return std::nullopt;
  }

  /// Numbers on the nodes.
  std::optional<Diagnostic> run(Arrays arrays) {
    if (const auto why = interpret(lowered_.program, arrays)) return why;
    arrays_ = std::move(arrays);
    return std::nullopt;
  }

  std::string dot() {
    std::string out =
        "digraph computation {\n  rankdir=BT;\n  node [shape=box, style=rounded, fontname=\"DejaVu Sans\", "
        "fontsize=11];\n"
        "  edge [fontname=\"DejaVu Sans\", fontsize=9];\n";
    for (const Symbol* array : order_) out += node(array);
    std::set<std::pair<const Symbol*, const Symbol*>> drawn;
    for (const Assignment& s : forward_) {
      for (Expr read : reads_of(s.body)) {
        if (drawn.emplace(read->symbol, s.target->symbol).second)
          out += fmt::format("  {} -> {};\n", id(read->symbol), id(s.target->symbol));
      }
    }
    for (const Symbol* array : order_) {
      if (const auto parts = contributions_.find(array); parts != contributions_.end())
        out += backward(array, parts->second);
    }
    return out + "}\n";
  }

 private:
  struct Contribution {
    const Symbol* from = nullptr;   ///< whose adjoint flows back
    const Symbol* value = nullptr;  ///< an array that holds this contribution alone
    std::string text;
  };

  /// A definition that is a sum, or an output that is a definition, is that array, under the name of the copy.
  void join_copies() {
    std::map<const Symbol*, int> writes;
    for_each_statement(lowered_.program.items, [&](const Assignment& s) { ++writes[s.target->symbol]; });
    for_each_statement(lowered_.program.items, [&](const Assignment& s) {
      const Symbol* target = s.target->symbol;
      if (s.update != Update::set || s.body->kind != Kind::ref || s.body->kids != s.target->kids || !covers_once(s))
        return;
      const Symbol* source = origin(s.body->symbol);
      if (writes[target] != 1 || writes[source] == 0 || !same_axes(source, target)) return;
      origin_[target] = source;
      called_[source] = target->name;
    });
    lowered_.program.items = joined(lowered_.program.items);
    for (const Symbol*& output : lowered_.program.outputs) output = origin(output);
  }

  const Symbol* origin(const Symbol* array) const {
    const auto found = origin_.find(array);
    return found == origin_.end() ? array : found->second;
  }

  ProgramItems joined(const ProgramItems& items) const {
    ProgramItems out;
    for (ProgramItem item : items) {
      if (item.sequence) {
        auto copy = std::make_shared<Sequence>(*item.sequence);
        copy->items = joined(copy->items);
        item.sequence = std::move(copy);
      } else {
        if (origin_.contains(item.statement.target->symbol)) continue;
        item.statement.body = read_at_origin(item.statement.body);
      }
      out.push_back(std::move(item));
    }
    return out;
  }

  Expr read_at_origin(Expr e) const {
    if (e->kids.empty() && e->kind != Kind::ref) return e;
    if (e->kind != Kind::ref) return rebuild(e, [&](Expr kid) { return read_at_origin(kid); });
    return origin_.contains(e->symbol) ? make::ref(origin(e->symbol), e->kids) : e;
  }

  void collect() {
    join_copies();
    for (const Symbol* input : lowered_.program.inputs) number(input);
    outputs_ = lowered_.program.outputs;
    for_each_statement(lowered_.program.items, [&](const Assignment& s) {
      if (s.lazy) return;
      for (Expr read : reads_of(s.body)) number(read->symbol);
      number(s.target->symbol);
      forward_.push_back(s);
    });
  }

  static bool same_axes(const Symbol* a, const Symbol* b) {
    if (a->indices.size() != b->indices.size()) return false;
    for (std::size_t d = 0; d < a->indices.size(); ++d) {
      if (axis_of(a, d) != axis_of(b, d)) return false;
    }
    return true;
  }

  void number(const Symbol* array) {
    if (std::find(order_.begin(), order_.end(), array) == order_.end()) order_.push_back(array);
  }

  /// How the arrays are written: members of a family as such, sums without a name numbered, an adjoint with a bar.
  void name_arrays() {
    for (const Variable& variable : lowered_.variables) variables_.emplace(variable.array, &variable);
    std::map<std::string, int> uses;
    for (const Symbol* array : order_) ++uses[name_in_sheet(array)];
    std::map<std::string, int> met;
    for (const Symbol* array : order_) {
      if (variables_.contains(array)) continue;
      std::string name = name_in_sheet(array);
      if (uses[name] > 1) name += "_" + std::to_string(++met[name]);
      shown_[array] = copy_called(array, name);
    }
    for (const auto& [adjoint, array] : adjoint_) {
      std::string name = variables_.contains(array) ? array->name : shown_.at(array)->name;
      std::size_t first = 1;
      while (first < name.size() && (static_cast<unsigned char>(name[first]) & 0xC0) == 0x80) ++first;
      shown_[adjoint] = copy_called(adjoint, name.insert(first, "̄"));
    }
  }

  std::string name_in_sheet(const Symbol* array) const {
    const auto found = called_.find(array);
    return found == called_.end() ? array->name : found->second;
  }

  static Symbol* copy_called(const Symbol* array, const std::string& name) {
    Symbol* copy = Pool::current().new_symbol(name);
    copy->latex = name;
    copy->indices = array->indices;
    copy->places = array->places;
    return copy;
  }

  Expr shown(Expr e) const {
    if (e->kind != Kind::ref) return e->kids.empty() ? e : rebuild(e, [&](Expr kid) { return shown(kid); });
    std::vector<Expr> at;
    for (Expr kid : e->kids) at.push_back(shown(kid));
    if (const auto found = shown_.find(e->symbol); found != shown_.end()) return make::ref(found->second, at);
    const auto found = variables_.find(e->symbol);
    if (found == variables_.end()) return e;
    const Variable& variable = *found->second;
    if (variable.member.size() != variable.symbol->indices.size()) return e;
    std::vector<Expr> whole;
    auto next = at.begin();
    for (Expr numeral : variable.member) whole.push_back(numeral ? numeral : *next++);
    return make::ref(variable.symbol, whole);
  }
  std::string id(const Symbol* array) const {
    return "n" + std::to_string(std::find(order_.begin(), order_.end(), array) - order_.begin());
  }

  /// The variables that gradients are asked by, and all arrays that depend on them.
  std::vector<const Symbol*> on_the_way() const {
    std::vector<const Symbol*> found = gradients_;
    const auto has = [&](const Symbol* array) { return std::find(found.begin(), found.end(), array) != found.end(); };
    for (std::size_t before = 0; before != found.size();) {  // again where a recurrence feeds back
      before = found.size();
      for (const Assignment& s : forward_) {
        const Symbol* target = s.target->symbol;
        if (has(target) || std::find(lowered_.held.begin(), lowered_.held.end(), target) != lowered_.held.end())
          continue;
        const std::vector<Expr> reads = reads_of(s.body);
        if (std::any_of(reads.begin(), reads.end(), [&](Expr read) { return has(read->symbol); }))
          found.push_back(target);
      }
    }
    return found;
  }

  /// What each statement adds to an adjoint is summed once more in an array of its own.
  void part_contributions() {
    ProgramItems zeroes, items = parted(lowered_.program.items, zeroes, {});
    zeroes.insert(zeroes.end(), items.begin(), items.end());
    lowered_.program.items = std::move(zeroes);
  }

  ProgramItems parted(const ProgramItems& items, ProgramItems& zeroes, const IndexVars& around) {
    ProgramItems out;
    for (const ProgramItem& item : items) {
      if (item.sequence) {
        auto copy = std::make_shared<Sequence>(*item.sequence);
        IndexVars inside = around;
        inside.push_back(item.sequence->var);
        copy->items = parted(item.sequence->items, zeroes, inside);
        out.push_back({Assignment{}, std::move(copy)});
        continue;
      }
      out.push_back(item);
      const auto of = adjoint_.find(item.statement.target->symbol);
      if (of == adjoint_.end() || item.statement.update != Update::add) continue;
      Contribution part;
      for (Expr read : reads_of(item.statement.body)) {
        if (const auto from = adjoint_.find(read->symbol); from != adjoint_.end()) part.from = from->second;
      }
      if (!part.from) continue;
      std::vector<Interval> axes;
      for (std::size_t d = 0; d < of->second->indices.size(); ++d) axes.push_back(axis_of(of->second, d));
      part.value = new_array("c", "c", axes);
      part.text = formula(item.statement, around);
      zeroes.push_back({filled(part.value, make::number(0)), nullptr});
      Assignment alone = renamed(item.statement);
      alone.target = make::ref(part.value, alone.target->kids);
      out.push_back({std::move(alone), nullptr});
      contributions_[of->second].push_back(std::move(part));
    }
    return out;
  }

  /// "Σ_l …" of what the statement adds up.
  std::string formula(const Assignment& s, const IndexVars& around) const {
    std::vector<std::string> summed;
    IndexVars loops = s.update == Update::set ? IndexVars() : around;
    loops.insert(loops.end(), s.loops.begin(), s.loops.end());
    for (const IndexVar* loop : loops) {
      if (std::find(s.target->free.begin(), s.target->free.end(), loop) == s.target->free.end())
        summed.push_back(loop->name);
    }
    std::string body = write_text(shown(s.body));
    constexpr std::size_t kLongest = 60;
    std::size_t end = 0, characters = 0;
    for (; end < body.size() && characters < kLongest; ++end)
      characters += (static_cast<unsigned char>(body[end]) & 0xC0) != 0x80;
    while (end < body.size() && (static_cast<unsigned char>(body[end]) & 0xC0) == 0x80) ++end;
    if (end < body.size()) body = body.substr(0, end) + "…";
    if (summed.empty()) return body;
    const char* sign = s.update == Update::max ? "max" : s.update == Update::min ? "min" : "Σ";
    return fmt::format("{}_{{{}}} {}", sign, fmt::join(summed, ","), body);
  }

  std::string value_of(const Symbol* array) const {
    const auto found = arrays_.find(array);
    return found == arrays_.end() ? "" : numbers(found->second, array->indices.empty());
  }

  std::string node(const Symbol* array) const {
    std::string label;
    for (const Assignment& s : forward_) {
      if (s.target->symbol == array)
        label += (label.empty() ? "" : "\n") + write_text(shown(s.target)) + " = " + formula(s, {});
    }
    if (label.empty()) label = name_of(array);
    const bool is_input = std::find(lowered_.program.inputs.begin(), lowered_.program.inputs.end(), array) !=
                          lowered_.program.inputs.end();
    if (const std::string value = value_of(array); !value.empty()) label += "\nvalue " + value;
    for (const auto& [adjoint, of] : adjoint_) {
      if (of == array && !value_of(adjoint).empty()) label += "\nadjoint " + value_of(adjoint);
    }
    const bool is_output = std::find(outputs_.begin(), outputs_.end(), array) != outputs_.end();
    return fmt::format("  {} [label={}{}];\n", id(array), quoted(label),
                       is_input    ? ", shape=ellipse, style=solid"
                       : is_output ? ", style=\"rounded,bold\""
                                   : "");
  }

  std::string name_of(const Symbol* array) const {
    for (const NamedArray& input : computation_.inputs) {
      if (input.array == array) return input.shape == "a scalar" ? input.name : input.name + " (" + input.shape + ")";
    }
    return array->name;
  }

  std::string backward(const Symbol* array, const std::vector<Contribution>& parts) const {
    std::string out, to = id(array);
    const char* style = "style=dashed, color=\"#2050a0\", fontcolor=\"#2050a0\", constraint=false";
    if (parts.size() > 1) {
      to = "sum_" + id(array);
      out +=
          fmt::format("  {} [label=\"+\", shape=circle, style=solid, color=\"#2050a0\", fontcolor=\"#2050a0\"];\n", to);
      out += fmt::format("  {} -> {} [{}];\n", to, id(array), style);
    }
    for (const Contribution& part : parts) {
      std::string label = part.text;
      if (const std::string value = value_of(part.value); !value.empty()) label += "\n" + value;
      out += fmt::format("  {} -> {} [{}, label={}];\n", id(part.from), to, style, quoted(label));
    }
    return out;
  }

  const Computation& computation_;
  Lowered lowered_;  ///< with the adjoints
  std::vector<const Symbol*> gradients_, outputs_;
  std::vector<const Symbol*> order_;  ///< the nodes
  std::vector<Assignment> forward_;
  std::map<const Symbol*, const Symbol*> adjoint_;  ///< to the array that it is of
  std::map<const Symbol*, std::vector<Contribution>> contributions_;
  std::map<const Symbol*, const Symbol*> origin_;  ///< of a copy: what it is a copy of
  std::map<const Symbol*, std::string> called_;
  std::map<const Symbol*, const Variable*> variables_;
  std::map<const Symbol*, const Symbol*> shown_;
  Arrays arrays_;
};

}  // namespace

Graph graph(const GraphRequest& request) {
  Graph out;
  Pool pool;
  const Pool::Scope scope(pool);
  ComputeRequest what = request.what;
  what.any_size = true;
  Computation computation = compute(what);
  out.source = computation.source;
  out.diagnostics = computation.diagnostics;
  if (!computation.ok) return out;
  std::vector<const Symbol*> gradients;
  for (const NamedArray& output : computation.outputs) {
    if (output.gradient_by) gradients.push_back(output.gradient_by);
  }
  Drawing drawing(computation, gradients);
  std::optional<Diagnostic> why = drawing.derive();
  const bool numbers = request.random || !request.what.data.empty();
  if (!why && numbers) {
    std::vector<std::string> told;
    why = fill_inputs(computation, request.random, told);
    Arrays arrays;
    for (std::size_t i = 0; i < computation.inputs.size(); ++i)
      arrays[computation.inputs[i].array] = computation.data[i].values;
    if (!why) why = drawing.run(std::move(arrays));
  }
  if (why) {
    out.diagnostics.push_back(*why);
    return out;
  }
  out.dot = drawing.dot();
  out.ok = true;
  return out;
}

Result<bool> draw(const std::string& dot, const std::string& form, const std::string& path) {
  std::string file = "'";
  for (const char c : path) file += c == '\'' ? std::string("'\\''") : std::string(1, c);
  const std::string command = "dot -T" + form + " -o " + file + "' 2>/dev/null";
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // where there is no dot, nobody reads
  std::FILE* pipe = popen(command.c_str(), "w");
  const bool whole = pipe && std::fwrite(dot.data(), 1, dot.size(), pipe) == dot.size();
  const bool done = pipe && pclose(pipe) == 0 && whole;
  std::signal(SIGPIPE, before);
  if (done) return true;
  return Diagnostic{Severity::error,
                    "usage",
                    {},
                    "Graphviz's dot could not draw " + path,
                    "install it (apt install graphviz), or write the graph as text: -o graph.dot"};
}

}  // namespace gradus
