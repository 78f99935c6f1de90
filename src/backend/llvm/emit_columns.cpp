// Lanes along the rows of an array whose rows are read or written column by column: x[l,0], x[l,1], … A gather or
// scatter takes an element at a time; here rows are moved whole, and transposed in registers.
#include "backend/llvm/emitter.h"

namespace gradus {

/// The stride if lanes are whole short rows of the buffer, and this is a column of them; else 0.
long Emitter::rows_of(std::size_t number, const Integer& offset) {
  const long step = offset.lane_step;
  if (offset.per_lane || step < 2 || step > 4 || lanes_ < 4 || nest_.buffers[number].size % step != 0) return 0;
  for (const auto& term : offset.terms)
    if (term.second % step != 0) return 0;
  return offset.constant >= 0 ? step : 0;
}

/// A column of short rows: the rows are loaded whole, as other columns do too, and the column picked from them.
Emitter::Value* Emitter::load_column(std::size_t number, const Integer& offset, long step) {
  const long column = offset.constant % step, width = static_cast<long>(lanes_);
  Integer start = offset;
  start.lane_step = 0;
  start.constant -= column;
  Value* result = nullptr;
  for (long part = 0; part < step; ++part) {
    llvm::LoadInst* const rows = builder_.CreateAlignedLoad(vector_, address(number, plus(start, part * width)),
                                                            llvm::Align(real_->getScalarSizeInBits() / 8));
    if (nest_.buffers[number].storage == Storage::input)
      rows->setMetadata(llvm::LLVMContext::MD_invariant_load, llvm::MDNode::get(context_, {}));
    set_alias_class(rows, number);
    std::vector<int> picks;
    for (long lane = 0; lane < width; ++lane) {
      const long at = lane * step + column, from = at / width;
      picks.push_back(static_cast<int>(from == part ? width + at % width : from < part ? lane : -1));
    }
    result = builder_.CreateShuffleVector(result ? result : llvm::PoisonValue::get(vector_), rows, picks);
  }
  return result;
}

/// Whether neighbouring lanes are neighbouring rows.
bool Emitter::is_column(const Integer& offset) const { return lanes_ >= 4 && offset.lane_step > 1 && !offset.per_lane; }

/// Of x and y in turns, `group` lanes of each, from the first or the second group of every two.
Emitter::Value* Emitter::interleaved(Value* x, Value* y, int group, int from) {
  const int width = static_cast<int>(lanes_);
  std::vector<int> picks;
  for (int i = from * group; i < width; i += 2 * group) {
    for (int k = 0; k < group; ++k) picks.push_back(i + k);
    for (int k = 0; k < group; ++k) picks.push_back(width + i + k);
  }
  return builder_.CreateShuffleVector(x, y, picks);
}

/// Writes what waits for its neighbours: the columns of one buffer, or of all.
void Emitter::store_columns(std::optional<std::size_t> only) {
  std::vector<Column> ready;
  std::erase_if(columns_, [&](const Column& column) {
    const bool wanted = !only || column.buffer == *only;
    if (wanted) ready.push_back(column);
    return wanted;
  });
  std::stable_sort(ready.begin(), ready.end(), [](const Column& a, const Column& b) {
    return std::tie(a.buffer, a.offset.constant) < std::tie(b.buffer, b.offset.constant);
  });
  for (std::size_t i = 0; i < ready.size();) {
    // As many as stand side by side, in powers of two.
    std::size_t count = 1;
    while (i + count < ready.size() && ready[i + count].buffer == ready[i].buffer &&
           ready[i].offset.lane_step >= static_cast<long>(count) + 1 &&
           minus(ready[i + count].offset, ready[i].offset).is(static_cast<long>(count)))
      ++count;
    std::size_t width = 1;
    while (2 * width <= count && 2 * width <= lanes_) width *= 2;
    store_rows(
        {ready.begin() + static_cast<std::ptrdiff_t>(i), ready.begin() + static_cast<std::ptrdiff_t>(i + width)});
    i += width;
  }
}

/// Columns side by side, a power of two of them: transposed, then a store for each row.
void Emitter::store_rows(const std::vector<Column>& columns) {
  const llvm::Align alignment(real_->getScalarSizeInBits() / 8);
  const Column& first = columns[0];
  const std::size_t width = columns.size();
  if (width == 1) {
    auto* const scatter = builder_.CreateMaskedScatter(first.value, address(first.buffer, first.offset), alignment);
    return set_alias_class(scatter, first.buffer);
  }
  // parts[r][c]: from column c·group on, the rows that are r modulo group.
  std::vector<std::vector<Value*>> parts(1);
  for (const Column& column : columns) parts[0].push_back(column.value);
  for (std::size_t group = 1; group < width; group *= 2) {
    std::vector<std::vector<Value*>> next(2 * group);
    for (std::size_t r = 0; r < group; ++r)
      for (std::size_t c = 0; c < parts[r].size(); c += 2)
        for (std::size_t from = 0; from < 2; ++from)
          next[r + from * group].push_back(
              interleaved(parts[r][c], parts[r][c + 1], static_cast<int>(group), static_cast<int>(from)));
    parts = std::move(next);
  }
  Integer start = first.offset;
  start.lane_step = 0;
  for (std::size_t row = 0; row < lanes_; ++row) {
    std::vector<int> picks;
    for (std::size_t k = 0; k < width; ++k) picks.push_back(static_cast<int>(row / width * width + k));
    Value* const piece = builder_.CreateShuffleVector(parts[row % width][0], picks);
    Value* const place = address(first.buffer, plus(start, static_cast<long>(row) * first.offset.lane_step));
    set_alias_class(builder_.CreateAlignedStore(piece, place, alignment), first.buffer);
  }
}

}  // namespace gradus
