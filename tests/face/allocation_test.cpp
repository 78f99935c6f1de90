// A call allocates nothing.
#include <gradus/gradus.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<long> allocations = 0;
}

// Not inlined: the compiler would see malloc beside delete and warn.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

TEST(Calls, AllocateNothing) {
  gradus::Index l{"l", 5000}, j{"j", 20};
  gradus::Tensor x{"x", 5000, 20}, w{"w", 20};
  const auto E = sum(l, tanh(sum(j, x(l, j) * w(j))));
  const auto kernel = gradus::compile({E, gradient(E, w), hessian(E, w)});
  const std::vector<double> x_(100000, 0.01), w_(20, 0.5);
  double e = 0;
  std::vector<double> g(20), h(400);
  gradus::Workspace workspace = kernel.workspace();
  kernel({x_, w_}, {e, g, h});
  const void* inputs[] = {x_.data(), w_.data()};
  void* outputs[] = {&e, g.data(), h.data()};
  const long before = allocations;
  kernel({x_, w_}, {e, g, h});
  kernel({x_, w_}, {e, g, h}, workspace);
  kernel.call(inputs, outputs);
  kernel.call(inputs, outputs, workspace);
  EXPECT_EQ(allocations, before);
  EXPECT_GT(before, 0);
  EXPECT_NEAR(e, 5000 * std::tanh(0.1), 1e-9);
}

}  // namespace
