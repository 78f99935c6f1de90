// Running a kernel: stages one after the other, the parts of one on OpenMP's threads. The parts write to places of
// their own, and are the same on any number of threads; so are the results, bit for bit.
#include <algorithm>

#include "backend/llvm/jit.h"

namespace gradus {

void Kernel::operator()(const void* const* inputs, void* const* outputs, void* workspace) const {
  for (const Stage& stage : stages_) {
    if (stage.parts == 1 || threads_ == 1) {
      for (long part = 0; part < stage.parts; ++part) stage.code(inputs, outputs, workspace, part);
    } else if (threads_ == 0) {
#pragma omp parallel for schedule(dynamic)
      for (long part = 0; part < stage.parts; ++part) stage.code(inputs, outputs, workspace, part);
    } else {
      const int threads = static_cast<int>(std::min<long>(threads_, stage.parts));
#pragma omp parallel for schedule(dynamic) num_threads(threads)
      for (long part = 0; part < stage.parts; ++part) stage.code(inputs, outputs, workspace, part);
    }
  }
}

}  // namespace gradus
