#pragma once

#include <ucontext.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "methods/kernels/cuda/stream.h"

/// Enough of CUDA's language to run kernels on the CPU: included before a .cu file, which is then
/// plain C++. Blocks run one after another; the threads of a block are fibers that change at
/// __syncthreads(), where a thread that never comes is an error. Shared memory is static, so a
/// program runs one kernel at a time.
#define __global__
#define __device__
#define __host__
#define __grid_constant__
#define __shared__ static

struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) uint4 {
  uint32_t x, y, z, w;
};
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

namespace ptqbench::testing {

struct EmulatedIndex {
  unsigned x = 0;
};

struct EmulatedGrid {
  EmulatedIndex thread, block, grid;
  /// Where a fiber goes at a barrier and at its end.
  ucontext_t scheduler{};
  ucontext_t* running = nullptr;
  bool ended = false;
  std::exception_ptr thrown;
  const std::function<void()>* kernel = nullptr;
  /// Kernels started since the program began.
  int64_t launches = 0;
};

inline EmulatedGrid& emulated() {
  static EmulatedGrid grid;
  return grid;
}

inline void run_fiber() {
  try {
    (*emulated().kernel)();
  } catch (...) {
    emulated().thrown = std::current_exception();
  }
  emulated().ended = true;
}

/// The threads of one block: all run to the same barrier before any goes on.
class EmulatedBlock {
 public:
  explicit EmulatedBlock(int threads) : fibers_(static_cast<size_t>(threads)) {
    for (auto& fiber : fibers_) prepare(fiber);
  }

  void run() {
    size_t ended = 0;
    while (ended == 0) {
      for (size_t i = 0; i < fibers_.size(); ++i) ended += run_to_barrier(i) ? 1 : 0;
      if (ended != 0 && ended != fibers_.size())
        throw std::logic_error("some threads of a block ended while others are at a barrier");
    }
  }

 private:
  static constexpr size_t kStack = 32 * 1024;
  struct Fiber {
    ucontext_t context{};
    std::unique_ptr<char[]> stack;
  };

  /// Apart from the constructor, since compilers mistrust what lives across getcontext().
  __attribute__((noinline)) static void prepare(Fiber& fiber) {
    fiber.stack.reset(new char[kStack]);
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.get();
    fiber.context.uc_stack.ss_size = kStack;
    fiber.context.uc_link = &emulated().scheduler;
    makecontext(&fiber.context, run_fiber, 0);
  }

  bool run_to_barrier(size_t i) {
    auto& grid = emulated();
    grid.thread.x = static_cast<unsigned>(i);
    grid.running = &fibers_[i].context;
    grid.ended = false;
    swapcontext(&grid.scheduler, grid.running);
    if (grid.thrown) std::rethrow_exception(std::exchange(grid.thrown, nullptr));
    return grid.ended;
  }

  std::vector<Fiber> fibers_;
};

}  // namespace ptqbench::testing

#define threadIdx ptqbench::testing::emulated().thread
#define blockIdx ptqbench::testing::emulated().block
#define gridDim ptqbench::testing::emulated().grid

inline void __syncthreads() {
  auto& grid = ptqbench::testing::emulated();
  swapcontext(grid.running, &grid.scheduler);
}
inline void __threadfence() {}
inline unsigned atomicAdd(unsigned* counter, unsigned value) {
  const unsigned before = *counter;
  *counter += value;
  return before;
}

namespace ptqbench::cuda {

/// Blocks in descending order: what a kernel computes must not depend on who comes first.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), int64_t blocks, int threads, Stream /*stream*/,
            const Arguments&... arguments) {
  if (blocks < 1 || blocks > INT32_MAX || threads < 1 || threads > 1024)
    throw std::logic_error("a grid that CUDA refuses");
  const std::tuple<Parameters...> copies(arguments...);
  const std::function<void()> body = [&] { std::apply(kernel, copies); };
  auto& grid = ptqbench::testing::emulated();
  ++grid.launches;
  grid.kernel = &body;
  grid.grid.x = static_cast<unsigned>(blocks);
  for (int64_t b = blocks - 1; b >= 0; --b) {
    grid.block.x = static_cast<unsigned>(b);
    ptqbench::testing::EmulatedBlock(threads).run();
  }
}

}  // namespace ptqbench::cuda
