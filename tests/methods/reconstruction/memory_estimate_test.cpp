#include "methods/reconstruction/memory_estimate.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/nn/value_sizes.h"
#include "methods/recipes/registry.h"
#include "tests/helpers/tiny_models.h"

namespace ptqbench {
namespace {

MethodSettings settings() {
  MethodSettings s;
  s.calibration_samples = 100;
  s.range_samples = 10;
  s.batch_size = 4;
  return s;
}

MemoryEstimate estimate(const std::string& method, const MethodSettings& s, int64_t held_out = 0) {
  const auto model = testing::tiny_resnet();
  return estimate_memory(model, make_recipe(method, s), s,
                         value_sizes(model, {at::zeros({1, 3, 8, 8})}),
                         {/*evaluation_batch=*/5, held_out});
}

TEST(ValueSizes, AreThoseOfEveryLayersOutput) {
  // Image, stem, two convolutions and sum of a block of 4 channels; block of 8 channels at half
  // the size with its shortcut; pool; classes.
  EXPECT_EQ(value_sizes(testing::tiny_resnet(), {at::zeros({1, 3, 8, 8})}),
            (std::vector<int64_t>{192, 256, 256, 256, 256, 128, 128, 128, 128, 8, 3}));
}

TEST(MemoryEstimate, StreamsAreThoseOfTheWidestCut) {
  // Around the first block both streams hold its input and its output: 2 * (256 + 256) floats a
  // sample.
  EXPECT_EQ(estimate("qdrop", settings()).streams, 100.0 * 2 * (256 + 256) * 4);
  // Layer by layer, the second convolution of that block has the block's input waiting as well.
  EXPECT_EQ(estimate("adaround", settings()).streams, 100.0 * 2 * (256 + 256 + 256) * 4);
}

TEST(MemoryEstimate, MethodsThatLearnNothingHaveNoStreams) {
  const auto nearest = estimate("nearest", settings());
  EXPECT_EQ(nearest.streams, 0);
  EXPECT_EQ(nearest.peak_in_memory(), nearest.peak_with_mapped_streams());
  EXPECT_GT(nearest.other_stages, 0);
}

TEST(MemoryEstimate, GrowsWithTheCalibrationSamplesAndLessWhenStreamsAreMapped) {
  auto more = settings();
  more.calibration_samples = 1000;
  const auto small = estimate("qdrop", settings());
  const auto large = estimate("qdrop", more);
  EXPECT_DOUBLE_EQ(large.streams, 10 * small.streams);
  EXPECT_LT(large.peak_with_mapped_streams(), large.peak_in_memory() - 0.9 * large.streams);
}

TEST(MemoryEstimate, NoiseRatiosKeepStreamsThatAreMappedToo) {
  constexpr int64_t kHeldOut = 5000;
  const auto without = estimate("nearest", settings());
  const auto with = estimate("nearest", settings(), kHeldOut);
  // Around the first block, and the images of the samples beside them.
  EXPECT_EQ(with.noise_streams, kHeldOut * 2.0 * (256 + 256) * 4);
  EXPECT_GE(with.peak_in_memory(), with.noise_streams + kHeldOut * 192.0 * 4);
  EXPECT_LT(with.peak_with_mapped_streams(), with.peak_in_memory() - 0.9 * with.noise_streams);
  EXPECT_EQ(without.noise_streams, 0);
}

}  // namespace
}  // namespace ptqbench
