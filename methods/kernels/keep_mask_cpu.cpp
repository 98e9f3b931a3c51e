#include "methods/kernels/keep_mask_cpu.h"

#include <algorithm>

#include "methods/kernels/elementwise.h"

namespace ptqbench::cpu {
namespace {

/// Groups of four words computed side by side, one a vector lane.
constexpr int64_t kGroups = 32;
constexpr int64_t kWordsPerGroup = 4;
constexpr int64_t kStretch = kGroups * kWordsPerGroup;

/// A probability as a binary fraction without trailing zeros.
struct Threshold {
  uint32_t value;
  uint32_t digits;
};

}  // namespace

/// philox() of random/philox.h on kGroups counters at once, a round for each digit.
PTQ_MULTIVERSION
static void mask_groups(const uint32_t* counter, const uint32_t* key, uint32_t first_group,
                        const Threshold& threshold, uint32_t* mask) {
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
        const uint64_t product0 = uint64_t{0xD2511F53} * c[0][i];
        const uint64_t product1 = uint64_t{0xCD9E8D57} * c[2][i];
        c[0][i] = static_cast<uint32_t>(product1 >> 32) ^ c[1][i] ^ k0;
        c[1][i] = static_cast<uint32_t>(product1);
        c[2][i] = static_cast<uint32_t>(product0 >> 32) ^ c[3][i] ^ k1;
        c[3][i] = static_cast<uint32_t>(product0);
      }
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    const bool one = ((threshold.value >> digit) & 1U) != 0;
    for (int64_t w = 0; w < kWordsPerGroup; ++w) {
      for (int64_t i = 0; i < kGroups; ++i)
        kept[w][i] = one ? kept[w][i] & c[w][i] : kept[w][i] | c[w][i];
    }
  }
  for (int64_t i = 0; i < kGroups; ++i) {
    for (int64_t w = 0; w < kWordsPerGroup; ++w) mask[i * kWordsPerGroup + w] = kept[w][i];
  }
}

void keep_mask(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key, uint32_t threshold,
               uint32_t* mask, int64_t words) {
  constexpr uint32_t kDigits = 16;
  constexpr uint32_t kCertain = uint32_t{1} << kDigits;
  if (threshold == 0 || threshold >= kCertain) {
    std::fill(mask, mask + words, threshold == 0 ? ~uint32_t{0} : uint32_t{0});
    return;
  }
  Threshold binary{threshold, kDigits};
  for (; binary.value % 2 == 0; binary.value /= 2) --binary.digits;
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
