#include "methods/kernels/keep_mask_cpu.h"

#include <algorithm>

#include "methods/kernels/elementwise.h"

namespace ptqbench::cpu {
namespace {

/// Blocks computed side by side, one a vector lane.
constexpr int64_t kBlocks = 16;
constexpr int64_t kPerBlock = 8;

}  // namespace

/// philox() of random/philox.h on kBlocks counters at once.
PTQ_MULTIVERSION
static void mask_blocks(const uint32_t* counter, const uint32_t* key, uint32_t first_block,
                        uint32_t threshold, uint8_t* mask) {
  uint32_t c0[kBlocks], c1[kBlocks], c2[kBlocks], c3[kBlocks];
  for (int64_t i = 0; i < kBlocks; ++i) {
    c0[i] = first_block + static_cast<uint32_t>(i);
    c1[i] = counter[1];
    c2[i] = counter[2];
    c3[i] = counter[3];
  }
  uint32_t k0 = key[0];
  uint32_t k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    for (int64_t i = 0; i < kBlocks; ++i) {
      const uint64_t product0 = uint64_t{0xD2511F53} * c0[i];
      const uint64_t product1 = uint64_t{0xCD9E8D57} * c2[i];
      c0[i] = static_cast<uint32_t>(product1 >> 32) ^ c1[i] ^ k0;
      c1[i] = static_cast<uint32_t>(product1);
      c2[i] = static_cast<uint32_t>(product0 >> 32) ^ c3[i] ^ k1;
      c3[i] = static_cast<uint32_t>(product0);
    }
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  for (int64_t i = 0; i < kBlocks; ++i) {
    const uint32_t words[4] = {c0[i], c1[i], c2[i], c3[i]};
    for (int64_t w = 0; w < 4; ++w) {
      mask[i * kPerBlock + 2 * w] = static_cast<uint8_t>((words[w] & 0xFFFFU) >= threshold);
      mask[i * kPerBlock + 2 * w + 1] = static_cast<uint8_t>((words[w] >> 16) >= threshold);
    }
  }
}

void keep_mask(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key, uint32_t threshold,
               uint8_t* mask, int64_t n) {
  constexpr int64_t kStretch = kBlocks * kPerBlock;
  for (int64_t start = 0; start < n; start += kStretch) {
    const auto first_block = static_cast<uint32_t>(start / kPerBlock);
    if (n - start >= kStretch) {
      mask_blocks(counter.data(), key.data(), first_block, threshold, mask + start);
    } else {
      uint8_t rest[kStretch];
      mask_blocks(counter.data(), key.data(), first_block, threshold, rest);
      std::copy_n(rest, n - start, mask + start);
    }
  }
}

}  // namespace ptqbench::cpu
