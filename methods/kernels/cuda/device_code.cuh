#pragma once

#include <cstdint>

#include "methods/kernels/cuda/activation.h"

/// What kernels share. Sources that include this are compiled by nvcc, or by a C++ compiler with
/// tests/helpers/cuda_emulator.h before them.
namespace ptqbench::cuda {

/// Threads of a block, and elements that it handles at a stretch: four neighbours a thread, which
/// share a word of a keep mask.
constexpr int kThreads = 256;
constexpr int64_t kThreadElements = 4;
constexpr int64_t kBlockElements = kThreads * kThreadElements;

#if defined(__CUDACC__)
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), int64_t blocks, int threads, Stream stream,
            const Arguments&... arguments) {
  kernel<<<static_cast<unsigned>(blocks), threads, 0, stream>>>(arguments...);
}
#endif

inline int64_t pieces(int64_t all, int64_t piece) { return (all + piece - 1) / piece; }

__host__ __device__ inline bool aligned(const void* pointer, uintptr_t bytes) {
  return reinterpret_cast<uintptr_t>(pointer) % bytes == 0;
}

/// Whether all of these (null ones do not matter) can be read four floats at a time.
template <class... Pointers>
__host__ __device__ bool in_fours(int64_t elements, const Pointers*... pointers) {
  return elements % kThreadElements == 0 && (aligned(pointers, sizeof(float4)) && ...);
}

struct Four {
  float v[kThreadElements];
};

/// Up to four neighbours; zeros beyond `n`. `vector`: whole and aligned.
__device__ inline Four load(const float* from, int64_t at, int64_t n, bool vector) {
  if (vector) {
    const float4 f = *reinterpret_cast<const float4*>(from + at);
    return {{f.x, f.y, f.z, f.w}};
  }
  Four four{};
  for (int k = 0; k < kThreadElements; ++k) {
    if (at + k < n) four.v[k] = from[at + k];
  }
  return four;
}

__device__ inline void store(const Four& four, float* to, int64_t at, int64_t n, bool vector) {
  if (vector) {
    *reinterpret_cast<float4*>(to + at) = make_float4(four.v[0], four.v[1], four.v[2], four.v[3]);
    return;
  }
  for (int k = 0; k < kThreadElements; ++k) {
    if (at + k < n) to[at + k] = four.v[k];
  }
}

/// Calls body(sample, first element) for stretches of kBlockElements of the samples, which blocks
/// take in turns.
template <class Body>
__device__ inline void for_each_stretch(int64_t samples, int64_t elements, const Body& body) {
  const int64_t stretches = (elements + kBlockElements - 1) / kBlockElements;
  const int64_t all = samples * stretches;
  for (int64_t s = blockIdx.x; s < all; s += gridDim.x) {
    const int64_t sample = s / stretches;
    body(sample, (s - sample * stretches) * kBlockElements);
  }
}

/// Calls body(sample, first element) for the thread's fours of a batch.
template <class Body>
__device__ inline void for_each_four(int64_t samples, int64_t elements, const Body& body) {
  for_each_stretch(samples, elements, [&](int64_t sample, int64_t begin) {
    const int64_t at = begin + threadIdx.x * kThreadElements;
    if (at < elements) body(sample, at);
  });
}

inline int64_t blocks_for(int64_t samples, int64_t elements) {
  const int64_t all = samples * pieces(elements, kBlockElements);
  return all < kMostBlocks ? all : kMostBlocks;
}

struct Sums {
  double v[kSums];
};

/// The block's sums, in thread 0: a tree over the threads.
__device__ inline Sums block_sums(const Sums& mine) {
  __shared__ double shared[kSums][kThreads];
  for (int k = 0; k < kSums; ++k) shared[k][threadIdx.x] = mine.v[k];
  for (unsigned half = kThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) {
      for (int k = 0; k < kSums; ++k) shared[k][threadIdx.x] += shared[k][threadIdx.x + half];
    }
  }
  Sums sums{};
  if (threadIdx.x == 0) {
    for (int k = 0; k < kSums; ++k) sums.v[k] = shared[k][0];
  }
  __syncthreads();
  return sums;
}

/// Adds up the sums of all threads of the grid: true in one thread, which has them in `total`.
/// Each block leaves its own, and the one that comes last adds them in the order of the blocks'
/// numbers, whatever the order in which they came.
__device__ inline bool grid_sums(const SumSpace& space, const Sums& mine, Sums& total) {
  const Sums block = block_sums(mine);
  __shared__ bool last;
  if (threadIdx.x == 0) {
    for (int k = 0; k < kSums; ++k) space.partial[blockIdx.x * kSums + k] = block.v[k];
    __threadfence();
    last = atomicAdd(space.ticket, 1U) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last) return false;
  __threadfence();
  // Volatile: what other blocks wrote is not in this one's cache.
  const volatile double* partial = space.partial;
  Sums sums{};
  for (unsigned b = threadIdx.x; b < gridDim.x; b += kThreads) {
    for (int k = 0; k < kSums; ++k) sums.v[k] += partial[b * kSums + k];
  }
  total = block_sums(sums);
  if (threadIdx.x != 0) return false;
  *space.ticket = 0;
  return true;
}

}  // namespace ptqbench::cuda
