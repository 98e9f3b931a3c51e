#include "methods/kernels/keep_mask.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "methods/random/philox.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/keep_masks.h"

namespace ptqbench {
namespace {

using testing::all_slots;
using testing::drawn_mask;

double kept_fraction(const at::Tensor& mask, int64_t elements) {
  return unpack_mask(mask, at::empty({mask.size(0), elements}))
      .to(at::kDouble)
      .mean()
      .item<double>();
}

TEST(KeepMask, KeepsTheComplementOfTheDropProbability) {
  for (const double drop : {0.0, 0.1, 0.25, 0.5, 0.9, 1.0}) {
    const auto mask = drawn_mask({1, 2}, 0, 0, drop, all_slots(100), 1000);
    // Standard deviation of the mean of 100,000 draws is at most 0.0016.
    EXPECT_NEAR(kept_fraction(mask, 1000), 1 - drop, drop == 0 || drop == 1 ? 0 : 0.008) << drop;
  }
}

TEST(KeepMask, ElementsAreIndependent) {
  const auto kept =
      unpack_mask(drawn_mask({1, 2}, 5, 3, 0.5, all_slots(64), 4096), at::empty({64, 4096}))
          .to(at::kDouble) -
      0.5;
  // Correlation of neighbours at the distances of bits, words, blocks and samples: standard
  // deviation below 0.0021 each.
  for (const int64_t distance : {1, 32, 64, 128, 4096}) {
    const auto flat = kept.reshape({-1});
    const auto a = flat.slice(0, 0, flat.numel() - distance);
    const auto b = flat.slice(0, distance, flat.numel());
    EXPECT_LT(std::abs((a * b).mean().item<double>() * 4), 0.01) << distance;
  }
}

TEST(KeepMask, HalfIsOneBitOfThePhiloxStream) {
  const std::array<uint32_t, 2> key = {11, 22};
  const auto mask = drawn_mask(key, /*iteration=*/7, /*place=*/2, 0.5, all_slots(3), 40 * 32);
  for (int64_t sample = 0; sample < 3; ++sample) {
    for (int64_t word = 0; word < 40; ++word) {
      const auto block =
          philox({static_cast<uint32_t>(word / 4), static_cast<uint32_t>(sample), 7, 2}, key);
      EXPECT_EQ(static_cast<uint32_t>(mask[sample][word].item<int32_t>()),
                block[static_cast<size_t>(word % 4)]);
    }
  }
}

TEST(KeepMask, ComparesABinaryNumberWithTheProbability) {
  // 20000 / 65536 = 625 / 2^11: eleven digits, the last one first. 1000 elements are whole vectors
  // and a rest.
  constexpr uint32_t kDigits = 11;
  const std::array<uint32_t, 2> key = {8, 9};
  const auto mask = drawn_mask(key, 6, 7, 20000.0 / 65536, all_slots(1), 1000);
  const auto kept = unpack_mask(mask, at::empty({1, 1000}));
  for (uint32_t e = 0; e < 1000; ++e) {
    const uint32_t word = e / 32;
    uint32_t number = 0;
    for (uint32_t digit = 0; digit < kDigits; ++digit) {
      const auto block = philox({word / 4 * kDigits + digit, 0, 6, 7}, key);
      number |= ((block[word % 4] >> (e % 32)) & 1U) << digit;
    }
    ASSERT_EQ(kept[0][e].item<bool>(), number >= 625) << e;
  }
}

TEST(KeepMask, PackingAndUnpackingAreInverse) {
  for (const auto layout : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const auto keep = at::rand({3, 5, 7, 2}).lt(0.5).contiguous(layout);
    const auto packed = pack_mask(keep);
    EXPECT_EQ(packed.size(1), mask_words(70));
    const auto like = at::empty({3, 5, 7, 2}).contiguous(layout);
    const auto back = unpack_mask(packed, like);
    EXPECT_TRUE(at::equal(back, keep));
    EXPECT_EQ(back.strides(), like.strides());
  }
}

}  // namespace
}  // namespace ptqbench
