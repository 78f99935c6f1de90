#include "program/buffers.h"

#include <algorithm>
#include <map>

#include "program/arrays.h"

namespace gradus {
namespace {

using Path = std::vector<const Loop*>;

/// What is known of an array's uses.
struct Uses {
  Path around;                 ///< loops around all of them
  std::vector<Expr> terms;     ///< per axis: the index term of every use, null where they differ
  std::vector<int> lane_uses;  ///< per axis: uses with a lanes variable alone there
  std::vector<bool> of_parts;  ///< per axis: some use has a parts loop's variable there
  bool met = false;
};

class Placer {
 public:
  Placer(Nest& nest, long lanes) : nest_(nest), lanes_(lanes) {}

  void walk(const std::vector<NestStep>& steps) {
    for (const NestStep& step : steps) {
      if (step.loop) {
        path_.push_back(step.loop.get());
        see(step.loop->var->lo);
        see(step.loop->var->hi);
        walk(step.loop->body);
        path_.pop_back();
      } else {
        see(step.statement.target);
        see(step.statement.body);
      }
    }
  }

  void row_by_row(const Symbol* array, Storage storage) {
    Buffer buffer;
    buffer.array = array;
    buffer.storage = storage;
    buffer.element = array->traits.integer ? Element::i64 : Element::real;
    const std::size_t rank = array->indices.size();
    buffer.in_block.assign(rank, false);
    buffer.stride.assign(rank, 1);
    for (std::size_t d = 0; d < rank; ++d) {
      buffer.lo.push_back(axis_of(array, d).lo);
      buffer.extent.push_back(axis_of(array, d).extent());
    }
    buffer.size = 1;
    for (std::size_t d = rank; d-- > 0;) {
      buffer.stride[d] = buffer.size;
      buffer.size *= buffer.extent[d];
    }
    nest_.buffers.push_back(std::move(buffer));
    placed_.push_back(array);
  }

  void locals() {
    for (const Symbol* array : order_) {
      if (std::find(placed_.begin(), placed_.end(), array) == placed_.end()) local(array, uses_.at(array));
    }
  }

 private:
  void see(Expr e) {
    visit(e, [&](Expr node) {
      if (node->kind != Kind::ref || node->symbol->role == Role::constant) return;
      Uses& uses = uses_[node->symbol];
      if (!uses.met) {
        order_.push_back(node->symbol);
        uses = {path_, node->kids, std::vector<int>(node->kids.size(), 0), std::vector<bool>(node->kids.size()), true};
      } else {
        std::size_t same = 0;
        while (same < uses.around.size() && same < path_.size() && uses.around[same] == path_[same]) ++same;
        uses.around.resize(same);
      }
      for (std::size_t d = 0; d < node->kids.size(); ++d) {
        if (uses.terms[d] != node->kids[d]) uses.terms[d] = nullptr;
        for (const Loop* loop : path_) {
          if (node->kids[d] != make::index(loop->var)) continue;
          if (loop->kind == Loop::Kind::lanes) ++uses.lane_uses[d];
          if (loop->kind == Loop::Kind::parts) uses.of_parts[d] = true;
        }
      }
    });
  }

  void local(const Symbol* array, const Uses& uses) {
    Buffer buffer;
    buffer.array = array;
    const std::size_t rank = array->indices.size();
    buffer.in_block.assign(rank, false);
    buffer.stride.assign(rank, 0);
    for (std::size_t d = 0; d < rank; ++d) {
      buffer.lo.push_back(axis_of(array, d).lo);
      buffer.extent.push_back(axis_of(array, d).extent());
      const Loop* block = nullptr;
      bool own = false;  // each iteration of a loop around all uses has a value of its own
      if (uses.terms[d]) {
        for (const Loop* loop : uses.around) {
          if (uses.terms[d] != make::index(loop->var)) continue;
          if (loop->kind == Loop::Kind::blocks)
            block = loop;
          else
            own = true;
        }
      }
      if (own)
        buffer.extent[d] = 1;
      else if (block)
        buffer.extent[d] = block->block, buffer.in_block[d] = true;
    }
    // The axis that lies across lanes most often varies fastest.
    std::vector<std::size_t> axes;
    for (std::size_t d = 0; d < rank; ++d) axes.push_back(d);
    std::stable_sort(axes.begin(), axes.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(buffer.in_block[a] ? 1 : 0, uses.lane_uses[a]) <
             std::pair(buffer.in_block[b] ? 1 : 0, uses.lane_uses[b]);
    });
    buffer.size = 1;
    for (std::size_t i = rank; i-- > 0;) {
      const std::size_t d = axes[i];
      if (buffer.extent[d] == 1) continue;
      // Threads do not write to one cache line.
      if (uses.of_parts[d]) buffer.size = (buffer.size + lanes_ - 1) / lanes_ * lanes_;
      buffer.stride[d] = buffer.size;
      long extent = buffer.extent[d];
      if (i + 1 == rank && !uses.of_parts[d])
        extent = (extent + lanes_ - 1) / lanes_ * lanes_;  // rows begin at whole vectors
      buffer.size *= extent;
    }
    for (const Loop* loop : uses.around) {
      if (loop->kind == Loop::Kind::parts) buffer.copies = interval_of(loop->var)->extent();
    }
    nest_.buffers.push_back(std::move(buffer));
  }

  Nest& nest_;
  long lanes_;
  Path path_;
  std::map<const Symbol*, Uses> uses_;
  std::vector<const Symbol*> order_, placed_;
};

}  // namespace

void place_buffers(const Program& program, Nest& nest, long lanes) {
  Placer placer(nest, lanes);
  for (const Symbol* array : program.inputs) placer.row_by_row(array, Storage::input);
  for (const Symbol* array : program.outputs) placer.row_by_row(array, Storage::output);
  placer.walk(nest.steps);
  placer.locals();
}

}  // namespace gradus
