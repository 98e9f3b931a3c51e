#pragma once

#include <cstdint>

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

namespace ptqbench {

/// Independent partial sums of a reduction; a multiple of every vector width in use.
constexpr int64_t kSumLanes = 16;

/// Elements handled at a stretch: partial results are kept per chunk, so sums do not depend on the
/// thread count.
constexpr int64_t kChunk = 16384;

/// Nearest integer, halves to even, for |x| < 2^22: adding 1.5 * 2^23 leaves no fraction bits.
/// Vectorises on every instruction set, unlike std::nearbyint.
inline float round_to_even(float x) {
  constexpr float kMagic = 12582912.0F;
  return (x + kMagic) - kMagic;
}

}  // namespace ptqbench
