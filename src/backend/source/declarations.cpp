// Where local buffers are declared.
#include <algorithm>

#include "backend/source/kernel.h"

namespace gradus {
namespace {

struct Use {
  std::vector<const Loop*> around;     ///< loops around all uses
  std::vector<const NestStep*> first;  ///< steps from the outermost down to the first use
  std::vector<Expr> terms;             ///< per axis: the index term of every use, null where they differ
};

class Surveyor {
 public:
  void steps(const std::vector<NestStep>& steps) {
    for (const NestStep& step : steps) {
      path_.push_back(&step);
      if (step.loop) {
        loops_.push_back(step.loop.get());
        see(step.loop->var->lo);
        see(step.loop->var->hi);
        this->steps(step.loop->body);
        loops_.pop_back();
      } else {
        const Assignment& statement = step.statement;
        ++out.writes[statement.target->symbol];
        use(statement.target);
        for (Expr term : statement.target->kids) see(term);
        see(statement.body);
      }
      path_.pop_back();
    }
  }

  void place(const Buffer& buffer) {
    const auto found = uses_.find(buffer.array);
    if (found == uses_.end()) return;
    const Use& use = found->second;
    std::size_t depth = 0;
    for (std::size_t i = 0; i < use.around.size(); ++i) {
      const Expr own = make::index(use.around[i]->var);
      if (std::find(use.terms.begin(), use.terms.end(), own) != use.terms.end()) depth = i + 1;
    }
    out.before[use.first[depth]].push_back(&buffer);
  }

  Declarations out;

 private:
  void see(Expr e) {
    visit(e, [&](Expr node) {
      if (node->kind != Kind::ref || node->symbol->role == Role::constant) return;
      ++out.reads[node->symbol];
      use(node);
    });
  }

  void use(Expr ref) {
    const auto [found, fresh] = uses_.try_emplace(ref->symbol);
    Use& use = found->second;
    if (fresh) {
      use = {loops_, path_, ref->kids};
      return;
    }
    const auto common = std::mismatch(use.around.begin(), use.around.end(), loops_.begin(), loops_.end());
    use.around.erase(common.first, use.around.end());
    for (std::size_t d = 0; d < ref->kids.size(); ++d) {
      if (use.terms[d] != ref->kids[d]) use.terms[d] = nullptr;
    }
  }

  std::vector<const Loop*> loops_;
  std::vector<const NestStep*> path_;
  std::unordered_map<const Symbol*, Use> uses_;
};

}  // namespace

Declarations declarations_of(const Nest& nest) {
  Surveyor surveyor;
  surveyor.steps(nest.steps);
  for (const Buffer& buffer : nest.buffers) {
    if (buffer.storage == Storage::local) surveyor.place(buffer);
  }
  return std::move(surveyor.out);
}

}  // namespace gradus
