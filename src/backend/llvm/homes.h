// Where each local buffer lives: in registers of one lanes loop, on the stack, or in the workspace; and which steps
// make a function.
#pragma once

#include <unordered_map>

#include "program/nest.h"

namespace gradus {

struct Home {
  enum class Kind : std::uint8_t {
    argument,   ///< an input or output: the caller's
    workspace,  ///< at `offset`
    stack,      ///< on the stack of the function that uses it
    body,       ///< on the stack, one copy for each way the body of `loop` is written out
    lanes,      ///< one value a lane, used inside the lanes loop `loop` only: in vector registers
  };
  Kind kind = Kind::workspace;
  std::size_t offset = 0;  ///< in elements
  std::size_t copy = 0;    ///< elements from one part's own copy to the next; 0: there is one for all
  const Loop* loop = nullptr;
};

/// Top-level steps that are called from outside: one parts loop, or any others.
struct Stage {
  long parts = 1;
  std::vector<std::size_t> ends;  ///< they are cut into functions, whose steps end here
};

struct Homes {
  std::vector<Stage> stages;                              ///< one after the other
  std::vector<Home> of;                                   ///< parallel to the nest's buffers
  std::size_t workspace = 0;                              ///< in elements
  std::size_t straight_line = 0;                          ///< cost of what is outside all loops
  std::unordered_map<const Symbol*, std::size_t> number;  ///< of an array's buffer
};

Homes homes_of(const Nest& nest);

/// Size of what is written out for these steps, in nodes.
std::size_t cost_of(const std::vector<NestStep>& steps);

/// The variable's number of values, if the bounds are numbers.
std::optional<long> known_count(const IndexVar* var);

}  // namespace gradus
