#pragma once

/// Marks the arithmetic of one element: compiled into each loop of the CPU and each kernel of a
/// device from the same text, so that what tests see on the CPU is what devices compute.
#if defined(__CUDACC__)
#define PTQ_ELEMENT __host__ __device__ __forceinline__
#else
#define PTQ_ELEMENT inline __attribute__((always_inline))
#endif
