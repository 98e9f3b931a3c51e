#pragma once

#include <cstdint>

#include "methods/kernels/element/functions.h"

/// Compiles a function for several instruction sets and picks one at run time, where compiler and
/// target allow it. Used on plain loops whose arithmetic does not depend on the vector width (no
/// contraction, fixed partial sums), so that every machine computes the same numbers.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define PTQ_MULTIVERSION \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PTQ_MULTIVERSION
#endif

/// The body that several PTQ_MULTIVERSION functions share: it must be compiled into each of them.
#define PTQ_BODY inline __attribute__((always_inline))

namespace ptqbench {

/// Independent partial sums of a reduction; a multiple of every vector width in use.
constexpr int64_t kSumLanes = 16;

/// Elements handled at a stretch: partial results are kept per chunk, so sums do not depend on the
/// thread count.
constexpr int64_t kChunk = 16384;

/// Elements of one word of a keep mask; loops over elements are nests of this width.
constexpr int64_t kWordBits = 32;

namespace cpu {
using namespace element;
}

}  // namespace ptqbench
