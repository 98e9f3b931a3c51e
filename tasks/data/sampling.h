#pragma once

#include <cstdint>
#include <vector>

namespace ptqbench {

/// `count` different indices of 0..population-1, at random and in random order; the same on every
/// platform. Index i gets the key mix(mix(seed + g) + (i + 1) g) in 64-bit arithmetic, g =
/// 0x9e3779b97f4a7c15: the i-th output of the SplitMix64 generator (Steele, Lea, Flood, OOPSLA
/// 2014; mix is its finalizer) that starts at the first output of the one that starts at `seed`.
/// Keys of different indices differ. The indices with the least keys are taken, in ascending order
/// of key, so a smaller `count` gives the beginning of a larger one. Throws ConfigError when
/// `count` is negative or larger than `population`.
std::vector<int64_t> draw_samples(int64_t population, int64_t count, uint64_t seed);

}  // namespace ptqbench
