#include "tasks/data/sampling.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "support/error.h"

namespace ptqbench {
namespace {

constexpr uint64_t kGamma = 0x9e3779b97f4a7c15;

/// A bijection of 64-bit numbers.
uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

std::vector<int64_t> draw_samples(int64_t population, int64_t count, uint64_t seed) {
  if (count < 0 || count > population) {
    throw ConfigError(fmt::format("cannot draw {} different samples of {}", count, population));
  }
  const uint64_t start = mix(seed + kGamma);
  std::vector<std::pair<uint64_t, int64_t>> keyed(static_cast<size_t>(population));
  for (int64_t index = 0; index < population; ++index) {
    keyed[static_cast<size_t>(index)] = {mix(start + (static_cast<uint64_t>(index) + 1) * kGamma),
                                         index};
  }
  std::partial_sort(keyed.begin(), keyed.begin() + count, keyed.end());
  std::vector<int64_t> indices;
  indices.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) indices.push_back(keyed[static_cast<size_t>(i)].second);
  return indices;
}

}  // namespace ptqbench
