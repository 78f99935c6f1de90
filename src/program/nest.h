// A program with its loops in place: what runs inside what, which loop is cut into parts for threads and into blocks
// for the cache, which one lies across SIMD lanes, and where every array is kept. Back ends only walk it: the emitted
// text is the kernel that is run.
#pragma once

#include "program/plan.h"
#include "program/program.h"

namespace gradus {

enum class Storage : std::uint8_t { input, output, local };
enum class Element : std::uint8_t { real, i32, i64 };

/// Where an array lives. The element at indices k is at Σ_d (k_d − lo_d)·stride_d, in elements. An axis that is not
/// kept (each iteration of the loop around all its uses has a value of its own) has extent 1 and stride 0; an axis that
/// is kept for one block of a blocked loop has the block's extent and counts from the block's first iteration.
struct Buffer {
  const Symbol* array = nullptr;
  Storage storage = Storage::local;
  Element element = Element::real;
  std::vector<long> lo, extent, stride;
  std::vector<bool> in_block;  ///< per axis: counts from the current block's first iteration (lo is not used)
  long size = 0;               ///< in elements
  long copies = 1;             ///< one for each part of the parts loop around all its uses; otherwise 1
};

struct Loop;

/// A statement (without loops of its own: they are all around it), or a loop (then `statement.target` is null).
struct NestStep {
  Assignment statement;
  std::shared_ptr<const Loop> loop;
};

struct Loop {
  enum class Kind : std::uint8_t {
    serial,    ///< one iteration after the other
    parts,     ///< iterations are independent, for threads: each takes a part of the values of `cut`, over which loops
               ///< inside run. At the top level only
    blocks,    ///< in blocks of `block` iterations; `lanes` loops over the same variable inside run over one block
    lanes,     ///< iterations are independent, but for updates of targets without the variable: across SIMD lanes.
               ///< Holds statements and unrolled loops only
    unrolled,  ///< few iterations, written out
  };
  Kind kind = Kind::serial;
  const IndexVar* var = nullptr;  ///< its bounds may depend on loops around it
  bool descending = false;
  const IndexVar* cut = nullptr;  ///< of a parts loop; its bounds are numbers
  long block = 0;                 ///< iterations of a block, or those of `cut` that go to one part together
  std::vector<NestStep> body;
};

/// How a parts loop cuts lo…hi: part k begins at lo + block·⌊k·blocks / count⌋, and the last one goes on to hi.
struct Parts {
  long lo = 0, hi = -1;
  long block = 1, blocks = 0;  ///< blocks that are whole
  long count = 1;              ///< of parts

  long first(long part) const { return lo + block * (part * blocks / count); }
  long last(long part) const { return part + 1 == count ? hi : first(part + 1) - 1; }
};
Parts parts_of(const Loop& loop);

struct Nest {
  std::vector<Buffer> buffers;  ///< inputs and outputs first, in the program's order
  std::vector<NestStep> steps;

  const Buffer& buffer_of(const Symbol* array) const;
};

/// As lines of text; with what was decided about the order of contractions in front of the loops.
std::string print(const Nest& nest, const std::vector<Ordering>& orderings = {});

}  // namespace gradus
