#include "methods/kernels/cpu/keep_mask.h"

#include <algorithm>

#include "methods/kernels/cpu/vector_loop.h"
#include "methods/kernels/element/philox.h"

namespace ptqbench::cpu {
namespace {

/// Groups of four words computed side by side, one a vector lane.
constexpr int64_t kGroups = 32;
constexpr int64_t kWordsPerGroup = 4;
constexpr int64_t kStretch = kGroups * kWordsPerGroup;

}  // namespace

/// element::keep_words() on kGroups counters at once, a round for each digit.
PTQ_MULTIVERSION
static void mask_groups(const uint32_t* counter, const uint32_t* key, uint32_t first_group,
                        const DropThreshold& threshold, uint32_t* mask) {
  uint32_t kept[kWordsPerGroup][kGroups];
  for (auto& words : kept) std::fill(words, words + kGroups, ~uint32_t{0});
  for (uint32_t digit = 0; digit < threshold.digits; ++digit) {
    uint32_t c[kWordsPerGroup][kGroups];
    for (int64_t i = 0; i < kGroups; ++i) {
      c[0][i] = (first_group + static_cast<uint32_t>(i)) * threshold.digits + digit;
      c[1][i] = counter[1];
      c[2][i] = counter[2];
      c[3][i] = counter[3];
    }
    uint32_t k0 = key[0];
    uint32_t k1 = key[1];
    for (int round = 0; round < 10; ++round) {
      for (int64_t i = 0; i < kGroups; ++i) {
        const Philox next = philox_round({c[0][i], c[1][i], c[2][i], c[3][i]}, k0, k1);
        c[0][i] = next.c0;
        c[1][i] = next.c1;
        c[2][i] = next.c2;
        c[3][i] = next.c3;
      }
      k0 += kPhiloxKeyStep0;
      k1 += kPhiloxKeyStep1;
    }
    const bool one = ((threshold.value >> digit) & 1U) != 0;
    for (int64_t w = 0; w < kWordsPerGroup; ++w) {
      for (int64_t i = 0; i < kGroups; ++i)
        kept[w][i] = next_keep_digit(kept[w][i], c[w][i], one);
    }
  }
  for (int64_t i = 0; i < kGroups; ++i) {
    for (int64_t w = 0; w < kWordsPerGroup; ++w) mask[i * kWordsPerGroup + w] = kept[w][i];
  }
}

void keep_mask(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key, uint32_t threshold,
               uint32_t* mask, int64_t words) {
  const DropThreshold binary = drop_threshold(threshold);
  if (binary.digits == 0) {
    std::fill(mask, mask + words, binary.value == 0 ? ~uint32_t{0} : uint32_t{0});
    return;
  }
  for (int64_t start = 0; start < words; start += kStretch) {
    const auto first_group = static_cast<uint32_t>(start / kWordsPerGroup);
    if (words - start >= kStretch) {
      mask_groups(counter.data(), key.data(), first_group, binary, mask + start);
    } else {
      uint32_t rest[kStretch];
      mask_groups(counter.data(), key.data(), first_group, binary, rest);
      std::copy_n(rest, words - start, mask + start);
    }
  }
}

}  // namespace ptqbench::cpu
