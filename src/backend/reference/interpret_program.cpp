// Programs, one statement after the other.
#include <algorithm>
#include <limits>

#include "backend/reference/evaluate.h"

namespace gradus {
namespace {

class ProgramInterpreter {
 public:
  ProgramInterpreter(const Program& program, Arrays& arrays)
      : program_(program), arrays_(arrays), evaluator_([this](Expr ref) -> double& { return element(ref); }) {}

  void run() {
    for (const Symbol* input : program_.inputs) {
      const auto found = arrays_.find(input);
      if (found == arrays_.end()) cannot_run("no data for " + input->name);
      if (static_cast<long>(found->second.size()) != shape_of(input).size)
        cannot_run(input->name + " has " + std::to_string(found->second.size()) + " elements, and should have " +
                   std::to_string(shape_of(input).size));
    }
    std::erase_if(arrays_, [&](const auto& held) {
      return std::find(program_.inputs.begin(), program_.inputs.end(), held.first) == program_.inputs.end();
    });
    for (const Symbol* output : program_.outputs) data_of(output);
    items(program_.items);
  }

 private:
  struct Shape {
    std::vector<long> lo, extent;
    long size = 1;
  };

  const Shape& shape_of(const Symbol* array) {
    const auto [found, fresh] = shapes_.try_emplace(array);
    Shape& shape = found->second;
    if (!fresh) return shape;
    for (const Range& range : array->indices) {
      const auto lo = constant_index(range.lo), hi = constant_index(range.hi);
      if (!lo || !hi) cannot_run("the shape of " + array->name + " is not known");
      shape.lo.push_back(*lo);
      shape.extent.push_back(std::max(0L, *hi - *lo + 1));
      shape.size *= shape.extent.back();
    }
    return shape;
  }

  double& element(Expr ref) {
    const Shape& shape = shape_of(ref->symbol);
    std::size_t place = 0;
    for (std::size_t d = 0; d < ref->kids.size(); ++d) {
      const long at = evaluator_.integer(ref->kids[d]) - shape.lo[d];
      if (at < 0 || at >= shape.extent[d])
        cannot_run("there is no element " + std::to_string(at + shape.lo[d]) + " of " + ref->symbol->name +
                   " along axis " + std::to_string(d + 1) + " (" + std::to_string(shape.lo[d]) + ".." +
                   std::to_string(shape.lo[d] + shape.extent[d] - 1) + ")");
      place = place * static_cast<std::size_t>(shape.extent[d]) + static_cast<std::size_t>(at);
    }
    return data_of(ref->symbol)[place];
  }

  std::vector<double>& data_of(const Symbol* array) {
    const auto [found, fresh] = arrays_.try_emplace(array);
    const auto size = static_cast<std::size_t>(shape_of(array).size);
    if (fresh) found->second.assign(size, std::numeric_limits<double>::quiet_NaN());
    return found->second;
  }

  void items(const ProgramItems& items) {
    for (const ProgramItem& item : items) {
      if (!item.sequence) {
        loops(item.statement, 0);
        continue;
      }
      const Sequence& sequence = *item.sequence;
      const long lo = evaluator_.integer(sequence.var->lo), hi = evaluator_.integer(sequence.var->hi);
      for (long k = lo; k <= hi; ++k) {
        evaluator_.at[sequence.var] = sequence.descending ? hi + lo - k : k;
        this->items(sequence.items);
      }
      evaluator_.at.erase(sequence.var);
    }
  }

  void loops(const Assignment& statement, std::size_t depth) {
    if (depth == statement.loops.size()) return evaluator_.run(statement);
    const IndexVar* var = statement.loops[depth];
    const long lo = evaluator_.integer(var->lo), hi = evaluator_.integer(var->hi);
    for (long k = lo; k <= hi; ++k) {
      evaluator_.at[var] = k;
      loops(statement, depth + 1);
    }
    evaluator_.at.erase(var);
  }

  const Program& program_;
  Arrays& arrays_;
  BodyEvaluator evaluator_;
  std::unordered_map<const Symbol*, Shape> shapes_;
};

}  // namespace

std::optional<Diagnostic> interpret(const Program& program, Arrays& arrays) {
  try {
    ProgramInterpreter(program, arrays).run();
  } catch (const CannotRun& failure) {
    return failure.why;
  }
  return std::nullopt;
}

}  // namespace gradus
