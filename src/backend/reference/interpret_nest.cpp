// Nests, loop by loop, with every array in its buffer.
#include <algorithm>
#include <limits>

#include "backend/reference/evaluate.h"

namespace gradus {
namespace {

constexpr double unset = std::numeric_limits<double>::quiet_NaN();

class NestInterpreter {
 public:
  explicit NestInterpreter(const Nest& nest)
      : nest_(nest), evaluator_([this](Expr ref) -> double& { return element(ref); }) {}

  void run(Arrays& arrays) {
    for (const Buffer& buffer : nest_.buffers) {
      Kept& kept = kept_[buffer.array];
      kept.buffer = &buffer;
      if (buffer.storage != Storage::input) {
        kept.data.assign(static_cast<std::size_t>(buffer.size), unset);
        continue;
      }
      const auto found = arrays.find(buffer.array);
      if (found == arrays.end()) cannot_run("no data for " + buffer.array->name);
      const std::vector<std::size_t> places = places_of(buffer);
      if (found->second.size() != places.size())
        cannot_run(buffer.array->name + " has " + std::to_string(found->second.size()) + " elements, and should have " +
                   std::to_string(places.size()));
      kept.data.assign(places.empty() ? 0 : *std::max_element(places.begin(), places.end()) + 1, 0.0);
      for (std::size_t i = 0; i < places.size(); ++i) kept.data[places[i]] = found->second[i];
    }
    steps(nest_.steps);
    for (const Buffer& buffer : nest_.buffers) {
      if (buffer.storage != Storage::output) continue;
      std::vector<double>& out = arrays[buffer.array];
      out.clear();
      for (const std::size_t place : places_of(buffer)) out.push_back(kept_[buffer.array].data[place]);
    }
  }

 private:
  struct Kept {
    const Buffer* buffer = nullptr;
    std::vector<double> data;
  };
  struct Span {
    long lo = 0, hi = -1;
  };
  static constexpr long nobody = -1, several = -2;
  /// Which parts of a parts loop met an element.
  struct Met {
    long reader = nobody, writer = nobody;
  };

  /// Where the elements are, row by row.
  static std::vector<std::size_t> places_of(const Buffer& buffer) {
    std::vector<std::size_t> places{0};
    for (std::size_t d = 0; d < buffer.extent.size(); ++d) {
      std::vector<std::size_t> longer;
      for (const std::size_t place : places) {
        for (long k = 0; k < buffer.extent[d]; ++k)
          longer.push_back(place + static_cast<std::size_t>(k * buffer.stride[d]));
      }
      places = std::move(longer);
    }
    return places;
  }

  double& element(Expr ref) {
    const auto found = kept_.find(ref->symbol);
    if (found == kept_.end()) cannot_run("array " + ref->symbol->name + " has no buffer");
    Kept& kept = found->second;
    const Buffer& buffer = *kept.buffer;
    long place = 0;
    for (std::size_t d = 0; d < ref->kids.size(); ++d) {
      const long index = evaluator_.integer(ref->kids[d]);
      const long at = index - (buffer.in_block[d] ? block_start(ref, d) : buffer.lo[d]);
      if (buffer.stride[d] == 0) continue;
      if (at < 0 || at >= buffer.extent[d])
        cannot_run("there is no element " + std::to_string(index) + " of " + ref->symbol->name + " along axis " +
                   std::to_string(d + 1) + " in its buffer");
      place += at * buffer.stride[d];
    }
    if (place >= static_cast<long>(kept.data.size()))
      cannot_run("the buffer of " + ref->symbol->name + " is too small");
    double* const at = &kept.data[static_cast<std::size_t>(place)];
    if (part_ && shared(buffer)) {
      Met& met = met_[at];
      met.reader = met.reader == nobody || met.reader == *part_ ? *part_ : several;
      if (met.writer != nobody && met.writer != *part_) meet_twice(ref);
    }
    return *at;
  }

  static bool shared(const Buffer& buffer) { return buffer.copies == 1 && buffer.storage != Storage::input; }

  [[noreturn]] static void meet_twice(Expr ref) {
    cannot_run("two parts of a loop meet at one element of " + ref->symbol->name + ", and write there");
  }

  void run(const Assignment& statement) {
    evaluator_.run(statement);
    if (!part_ || !shared(*kept_.at(statement.target->symbol).buffer)) return;
    Met& met = met_[&element(statement.target)];
    if (met.reader != *part_) meet_twice(statement.target);
    met.writer = *part_;
  }

  long block_start(Expr ref, std::size_t axis) const {
    for (const IndexVar* var : ref->kids[axis]->free) {
      if (const auto block = blocks_.find(var); block != blocks_.end()) return block->second.lo;
    }
    cannot_run("array " + ref->symbol->name + " is kept for a block, and used outside");
  }

  /// Inside a blocks loop over the variable, the current block.
  Span span_of(const IndexVar* var) {
    if (const auto block = blocks_.find(var); block != blocks_.end()) return block->second;
    return {evaluator_.integer(var->lo), evaluator_.integer(var->hi)};
  }

  void steps(const std::vector<NestStep>& steps) {
    for (const NestStep& step : steps) {
      if (step.loop)
        loop(*step.loop);
      else
        run(step.statement);
    }
  }

  /// In order; but what a part keeps for itself is new in each, and no part may meet what another one writes.
  void parts_loop(const Loop& loop) {
    const Parts parts = parts_of(loop);
    met_.clear();
    for (long part = 0; part < parts.count; ++part) {
      for (auto& [array, kept] : kept_) {
        if (kept.buffer->copies > 1) std::fill(kept.data.begin(), kept.data.end(), unset);
      }
      part_ = part;
      evaluator_.at[loop.var] = part;
      blocks_[loop.cut] = {parts.first(part), parts.last(part)};
      steps(loop.body);
    }
    part_.reset();
    blocks_.erase(loop.cut);
    evaluator_.at.erase(loop.var);
  }

  void loop(const Loop& loop) {
    const bool cuts = loop.kind == Loop::Kind::blocks || loop.kind == Loop::Kind::parts;
    if (cuts && loop.block < 1) cannot_run("a block of no iterations");
    if (loop.kind == Loop::Kind::parts) return parts_loop(loop);
    const Span span = span_of(loop.var);
    if (loop.kind == Loop::Kind::blocks) {
      const bool again = blocks_.find(loop.var) != blocks_.end();
      for (long lo = span.lo; lo <= span.hi; lo += loop.block) {
        blocks_[loop.var] = {lo, std::min(lo + loop.block - 1, span.hi)};
        steps(loop.body);
      }
      blocks_.erase(loop.var);
      if (again) blocks_[loop.var] = span;
      return;
    }
    for (long k = span.lo; k <= span.hi; ++k) {
      evaluator_.at[loop.var] = loop.descending ? span.hi + span.lo - k : k;
      steps(loop.body);
    }
    evaluator_.at.erase(loop.var);
  }

  const Nest& nest_;
  BodyEvaluator evaluator_;
  std::unordered_map<const Symbol*, Kept> kept_;
  std::unordered_map<const IndexVar*, Span> blocks_;  ///< or parts
  std::optional<long> part_;                          ///< which part of a parts loop is run
  std::unordered_map<const double*, Met> met_;        ///< elements, in this parts loop
};

}  // namespace

std::optional<Diagnostic> interpret(const Nest& nest, Arrays& arrays) {
  try {
    NestInterpreter(nest).run(arrays);
  } catch (const CannotRun& failure) {
    return failure.why;
  }
  return std::nullopt;
}

}  // namespace gradus
