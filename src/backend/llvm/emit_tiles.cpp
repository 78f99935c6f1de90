// Loops around one lanes loop that only add up: written as register tiles.
//
//   for i, for n:  lanes j:  h[i,j] += s[n,i]·x[n,j]     4 rows by 4 vectors of h stay in registers while n runs
//   for i, for j:  lanes n:  g[i,j] += z[i,n]·y[j,n]     2 by 4 sums across lanes share what they load
//
// The iterations may come in any order, because no statement reads what one of them adds to.
#include <functional>

#include "backend/llvm/emit_loops.h"

namespace gradus {
namespace {

bool mentions(Expr e, const IndexVar* var) { return std::find(e->free.begin(), e->free.end(), var) != e->free.end(); }

/// Whether different values of the variables are different elements of the target.
bool tells_apart(Expr target) {
  return std::all_of(target->kids.begin(), target->kids.end(),
                     [](Expr term) { return term->free.empty() || term->kind == Kind::index; });
}

std::vector<const Assignment*> statements_in(const std::vector<NestStep>& steps) {
  std::vector<const Assignment*> all;
  for (const NestStep& step : steps) {
    if (!step.loop) {
      all.push_back(&step.statement);
      continue;
    }
    const auto inner = statements_in(step.loop->body);
    all.insert(all.end(), inner.begin(), inner.end());
  }
  return all;
}

/// Whether they only add up, each array at one place, and read nothing that they add to.
bool commute(const std::vector<const Assignment*>& statements) {
  bool apart = true;
  for (const Assignment* statement : statements) {
    if (statement->update == Update::set || !tells_apart(statement->target)) return false;
    for (const Assignment* other : statements)
      if (other->target->symbol == statement->target->symbol &&
          (other->target != statement->target || other->update != statement->update))
        return false;
    visit(statement->body, [&](Expr node) {
      if (node->kind != Kind::ref) return;
      for (const Assignment* other : statements) apart &= other->target->symbol != node->symbol;
    });
  }
  return apart;
}

}  // namespace

bool Emitter::tile(const Loop& outermost) {
  std::vector<const Loop*> chain;
  const Loop* inner = &outermost;
  for (; inner->kind == Loop::Kind::serial; inner = inner->body[0].loop.get()) {
    chain.push_back(inner);
    if (inner->body.size() != 1 || !inner->body[0].loop) return false;
  }
  if (inner->kind != Loop::Kind::lanes) return false;
  const auto depends = [&](const Loop& loop) {
    return std::any_of(chain.begin(), chain.end(), [&](const Loop* around) {
      return loop.var == around->var ? &loop != around
                                     : mentions(loop.var->lo, around->var) || mentions(loop.var->hi, around->var);
    });
  };
  if (depends(*inner) || std::any_of(chain.begin(), chain.end(), [&](const Loop* loop) { return depends(*loop); }))
    return false;
  const auto statements = statements_in(inner->body);
  if (statements.empty() || !commute(statements)) return false;
  const auto all_targets_have = [&](const IndexVar* var) {
    return std::all_of(statements.begin(), statements.end(),
                       [&](const Assignment* statement) { return mentions(statement->target, var); });
  };
  const auto no_target_has = [&](const IndexVar* var) {
    return std::none_of(statements.begin(), statements.end(),
                        [&](const Assignment* statement) { return mentions(statement->target, var); });
  };
  if (no_target_has(inner->var)) {
    if (!all_targets_have(chain.back()->var) || cost_of(inner->body) > 12) return false;
    const bool two = chain.size() > 1 && all_targets_have(chain[chain.size() - 2]->var);
    sums_tile(chain, *inner, two);
    return true;
  }
  if (!all_targets_have(inner->var) || !no_target_has(chain.back()->var)) return false;
  if (!span_of(inner->var).count.known()) return false;
  std::size_t row = chain.size();
  for (std::size_t i = 0; i < chain.size(); ++i)
    if (all_targets_have(chain[i]->var)) row = i;
  held_tile(chain, *inner, row, statements.size());
  return true;
}

/// body() with the loop's variable at `most` values at a time, then half as many, down to one.
template <class Body>
void Emitter::in_groups(const Loop& loop, long most, Body body) {
  const Span span = span_of(loop.var);
  const Instances before = instances_;
  const auto group = [&](long size, const Integer& from, const Integer& count) {
    repeat(count, [&](const Integer& k) {
      instances_.clear();
      for (const Instance& instance : before) {
        for (long i = 0; i < size; ++i) {
          instances_.push_back(instance);
          instances_.back().emplace_back(loop.var, plus(plus(span.lo, from), plus(times(k, size), i)));
        }
      }
      body();
    });
  };
  open_.push_back(loop.var);
  if (const auto pieces = pieces_of(span, most)) {
    group(most, 0, pieces->whole);
    const auto rest = [&](const Integer&) {
      long done = 0;
      for (long size = most / 2; size > 0; size /= 2) {
        const long count = (pieces->rest - done) / size;
        group(size, plus(times(pieces->whole, most), done), count);
        done += count * size;
      }
    };
    if (pieces->rest > 0) repeat(pieces->has_rest, rest);
  } else {
    Value* const count =
        builder_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, scalar(span.count), builder_.getInt64(0));
    for (long size = most; size > 0; size /= 2) {
      const auto bits = static_cast<std::uint64_t>(size);
      Value* done = builder_.getInt64(0);
      Value* times_ = builder_.CreateUDiv(count, builder_.getInt64(bits));
      if (size < most) {
        done = builder_.CreateAnd(count, ~(2 * bits - 1));
        times_ = builder_.CreateAnd(times_, 1);
      }
      group(size, Integer(done), Integer(times_));
    }
  }
  open_.pop_back();
  instances_ = before;
}

/// Sums across lanes, for several values of the innermost variable (and two of the next) at once.
void Emitter::sums_tile(const std::vector<const Loop*>& chain, const Loop& inner, bool two) {
  const std::size_t jammed = two ? 2 : 1;
  const std::function<void(std::size_t)> write = [&](std::size_t depth) {
    if (depth == chain.size()) return lanes(inner);
    const long most = depth + jammed < chain.size() ? 1 : depth + 1 == chain.size() ? 4 : 2;
    in_groups(*chain[depth], most, [&] { write(depth + 1); });
  };
  write(0);
}

/// Sums in every lane, over the loops inside the row's: a tile of rows by vectors is loaded before them, and stored
/// after.
void Emitter::held_tile(const std::vector<const Loop*>& chain, const Loop& inner, std::size_t row,
                        std::size_t statements) {
  const bool many_registers = machine_.set == VectorSet::avx512;
  const bool rows = row < chain.size() && row + 1 < chain.size();
  const long registers = std::max(1L, (many_registers ? 24 : 12) / static_cast<long>(statements));
  const long height = rows ? std::min(many_registers ? 4L : 2L, registers) : 1;
  const long vector = static_cast<long>(lanes_);
  const std::size_t first_inside = row < chain.size() ? row + 1 : 0;

  const auto tile_of = [&](const Integer& from, const Integer& count) {
    const auto outer = lanes_span_;
    lanes_span_ = Span{from, count};
    held_.clear();
    holding_ = Holding::load;
    lanes(inner);
    holding_ = Holding::add;
    const std::function<void(std::size_t)> write = [&](std::size_t depth) {
      if (depth == chain.size()) return lanes(inner);
      in_groups(*chain[depth], 1, [&] { write(depth + 1); });
    };
    write(first_inside);
    holding_ = Holding::store;
    lanes(inner);
    holding_ = Holding::no;
    lanes_span_ = outer;
  };
  const auto across = [&] {
    const Span span = span_of(inner.var);
    // Tiles as wide as the registers allow, and about the same.
    const long widest = std::max(1L, rows ? registers / height : std::min(8L, registers));
    const long vectors = (span.count.constant + vector - 1) / vector;
    const long tiles = std::max(1L, (vectors + widest - 1) / widest);
    const long block = (vectors + tiles - 1) / tiles * vector;
    if (block <= 0) return;
    const long full = span.count.constant / block, rest = span.count.constant % block;
    repeat(full, [&](const Integer& k) { tile_of(plus(span.lo, times(k, block)), block); });
    if (rest > 0) tile_of(plus(span.lo, full * block), rest);
  };
  const std::function<void(std::size_t)> write = [&](std::size_t depth) {
    if (depth == first_inside) return across();
    in_groups(*chain[depth], depth == row ? height : 1, [&] { write(depth + 1); });
  };
  write(0);
}

}  // namespace gradus
