#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

namespace ptqbench::testing {

/// All slots of a mini-batch of `count` samples.
inline std::vector<int64_t> all_slots(int64_t count) {
  std::vector<int64_t> slots(static_cast<size_t>(count));
  std::iota(slots.begin(), slots.end(), 0);
  return slots;
}

}  // namespace ptqbench::testing
