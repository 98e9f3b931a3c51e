#include "tasks/detection/detection_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"
#include "tests/tasks/detection/fixed_dataset.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Image picture(int width, int height, uint8_t value) {
  Image image;
  image.width = width;
  image.height = height;
  image.rgb.assign(static_cast<size_t>(width * height * 3), value);
  return image;
}

Image broken() {
  Image image = picture(10, 20, 0);
  image.rgb.clear();
  return image;
}

TEST(DetectionBatch, HoldsTheImagesInOrderWithTheirSizes) {
  const testing::FixedDataset dataset({picture(10, 20, 10), picture(40, 20, 20)});
  DetectionTransformOptions options;
  options.min_size = 20;
  const DetectionTransform transform(options);
  const auto batch = load_detection_batch(dataset, transform, {1, 0});
  ASSERT_EQ(batch.inputs.sizes(), (at::IntArrayRef{2, 3, 64, 64}));
  ASSERT_EQ(batch.sizes, (std::vector<ImageSize>{{20, 40}, {40, 20}}));
  EXPECT_TRUE(testing::identical(batch.inputs[0].slice(1, 0, 20).slice(2, 0, 40),
                                 transform(dataset.image(1))));
  EXPECT_TRUE(testing::identical(batch.inputs[1].slice(1, 0, 40).slice(2, 0, 20),
                                 transform(dataset.image(0))));
  // What is not an image is zero.
  const auto padding = batch.inputs.clone();
  padding[0].slice(1, 0, 20).slice(2, 0, 40).zero_();
  padding[1].slice(1, 0, 40).slice(2, 0, 20).zero_();
  EXPECT_EQ(padding.abs().sum().item<float>(), 0);
  EXPECT_TRUE(batch.inputs.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(DetectionBatch, ThrowsTheErrorOfTheFirstImageThatHasOne) {
  const testing::FixedDataset dataset({picture(10, 20, 10), broken(), broken()});
  const DetectionTransform transform{DetectionTransformOptions()};
  EXPECT_THAT(
      [&] {
        load_detection_batch(dataset, transform, {0, 2, 1});
      },
      ThrowsMessage<IoError>(HasSubstr("image 2 is broken")));
}

}  // namespace
}  // namespace ptqbench
