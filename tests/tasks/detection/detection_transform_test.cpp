#include "tasks/detection/detection_transform.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/error.h"
#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::close;
using testing::identical;

DetectionTransform transform_to(int64_t min_size, int64_t max_size) {
  DetectionTransformOptions options;
  options.min_size = min_size;
  options.max_size = max_size;
  options.mean = {0.5};
  options.std = {0.25};
  return DetectionTransform(options);
}

Image picture(int width, int height, const std::vector<uint8_t>& red) {
  Image image;
  image.width = width;
  image.height = height;
  for (const uint8_t value : red) image.rgb.insert(image.rgb.end(), {value, 0, 255});
  return image;
}

TEST(DetectionTransform, TheShorterSideIsResizedUnlessTheLongerOneGetsTooLong) {
  const auto transform = transform_to(800, 1333);
  EXPECT_EQ(transform.resized({480, 640}), (ImageSize{800, 1066}));
  EXPECT_EQ(transform.resized({640, 480}), (ImageSize{1066, 800}));
  EXPECT_EQ(transform.resized({300, 600}), (ImageSize{666, 1333}));
  EXPECT_EQ(transform.resized({1600, 2000}), (ImageSize{800, 1000}));
  EXPECT_EQ(transform.resized({1, 10000}), (ImageSize{1, 1333}));
}

TEST(DetectionTransform, PixelsAreNormalisedAndInterpolatedFromTheirMiddles) {
  const auto input = transform_to(2, 100)(picture(2, 1, {0, 255}));
  ASSERT_EQ(input.sizes(), (at::IntArrayRef{3, 2, 4}));
  // Middles of the output at -1/4, 1/4, 3/4, 5/4 of the input's positions.
  const auto row = torch::tensor({-2.0F, -1.0F, 1.0F, 2.0F});
  EXPECT_TRUE(close(input[0], row.expand({2, 4}), 1e-6));
  EXPECT_TRUE(close(input[1], torch::full({2, 4}, -2.0F), 1e-6));
  EXPECT_TRUE(close(input[2], torch::full({2, 4}, 2.0F), 1e-6));
}

TEST(DetectionTransform, ShrinkingReadsFourPixelsOnly) {
  // Without antialiasing, a quarter of the size samples between pixels 1 and 2, and 5 and 6.
  const auto input = transform_to(1, 100)(picture(
      8, 4, std::vector<uint8_t>{9, 9, 9,   9, 9, 9,   9,   9, 9, 0, 255, 9, 9, 255, 255, 9,
                                 9, 0, 255, 9, 9, 255, 255, 9, 9, 9, 9,   9, 9, 9,   9,   9}));
  ASSERT_EQ(input.sizes(), (at::IntArrayRef{3, 1, 2}));
  EXPECT_TRUE(close(input[0], torch::tensor({{0.0F, 2.0F}}), 1e-6, 1e-6));
}

TEST(DetectionTransform, AnImageOfTheRightSizeKeepsItsPixels) {
  const auto image = picture(3, 2, {1, 50, 200, 255, 0, 77});
  const Normalization normalization({0.5}, {0.25});
  EXPECT_TRUE(identical(transform_to(2, 3)(image), normalization(image)));
}

TEST(DetectionTransform, RefusesSizesThatMakeNoSense) {
  EXPECT_THROW(transform_to(0, 10), ConfigError);
  EXPECT_THROW(transform_to(11, 10), ConfigError);
}

TEST(ScaleBoxes, FollowsEachSide) {
  const auto boxes = torch::tensor({{1.0F, 2.0F, 3.0F, 4.0F}});
  const auto scaled = scale_boxes(boxes, {10, 20}, {30, 40});
  EXPECT_TRUE(identical(scaled, torch::tensor({{2.0F, 6.0F, 6.0F, 12.0F}})));
  EXPECT_TRUE(close(scale_boxes(scaled, {30, 40}, {10, 20}), boxes, 1e-6));
}

TEST(PaddedSize, IsThatOfTheLargestSidesAndMultiplesOf32) {
  EXPECT_EQ(padded_size({{20, 40}, {33, 10}}), (ImageSize{64, 64}));
  EXPECT_EQ(padded_size({{64, 32}}), (ImageSize{64, 32}));
}

}  // namespace
}  // namespace ptqbench
