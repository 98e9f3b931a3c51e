#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "methods/kernels/element/philox.h"

namespace ptqbench {

/// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): a counter and
/// a key in, four independent 32-bit numbers out. No state, so a number depends only on what it is
/// for, never on who draws it or when.
inline std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter,
                                      std::array<uint32_t, 2> key) {
  const auto out =
      element::philox({counter[0], counter[1], counter[2], counter[3]}, key[0], key[1]);
  return {out.c0, out.c1, out.c2, out.c3};
}

/// What a stream of random numbers is for; part of its key, so that streams never overlap.
enum class RandomPurpose : uint32_t {
  kBatch = 1,
  kDrop = 3,
  kAugmentation = 4,
  kPerturbation = 5,
  kDataset = 6
};

/// The key of a stream: a seed, a name (of a unit, of a data set) and a purpose, mixed to 64 bits.
std::array<uint32_t, 2> stream_key(uint64_t seed, std::string_view name, RandomPurpose purpose);

/// A number below `bound` from 32 random bits (multiply-shift; the bias is below bound / 2^32).
inline int64_t below(uint32_t bits, int64_t bound) {
  return static_cast<int64_t>((uint64_t{bits} * static_cast<uint64_t>(bound)) >> 32);
}

}  // namespace ptqbench
