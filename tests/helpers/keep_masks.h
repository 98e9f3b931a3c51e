#pragma once

#include <torch/types.h>

#include <numeric>
#include <vector>

#include "methods/kernels/keep_mask.h"
#include "methods/reconstruction/random_source.h"

namespace ptqbench::testing {

/// 0, 1, ... count - 1.
inline std::vector<int64_t> all_slots(int64_t count) {
  std::vector<int64_t> slots(static_cast<size_t>(count));
  std::iota(slots.begin(), slots.end(), 0);
  return slots;
}

/// An iteration on the CPU of which only number and slots are known.
inline IterationNow iteration(int64_t t, const std::vector<int64_t>& slots) {
  IterationNow now;
  now.t = at::full({1}, t, at::kLong);
  now.slots = at::tensor(slots, at::kLong);
  return now;
}

inline KeepMaskDraw empty_mask(int64_t place, double drop_probability, size_t slots,
                               int64_t elements) {
  KeepMaskDraw draw;
  draw.place = place;
  draw.drop_probability = drop_probability;
  draw.words = at::empty({static_cast<int64_t>(slots), mask_words(elements)}, at::kInt);
  return draw;
}

/// The mask that kernels draw from a stream.
inline at::Tensor drawn_mask(std::array<uint32_t, 2> key, int64_t t, int64_t place,
                             double drop_probability, const std::vector<int64_t>& slots,
                             int64_t elements) {
  auto draw = empty_mask(place, drop_probability, slots.size(), elements);
  draw.key = key;
  kernels_on(at::kCPU).draw_keep_masks({draw}, iteration(t, slots));
  return draw.words;
}

/// The mask that a source fills in.
inline at::Tensor mask_of(RandomSource&& random, int64_t t, int64_t place, double drop_probability,
                          const std::vector<int64_t>& slots, int64_t elements) {
  const auto draw = empty_mask(place, drop_probability, slots.size(), elements);
  random.fill_keep_masks({draw}, iteration(t, slots));
  return draw.words;
}

}  // namespace ptqbench::testing
