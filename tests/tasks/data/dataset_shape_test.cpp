#include "tasks/data/dataset_shape.h"

#include <gtest/gtest.h>

namespace ptqbench {
namespace {

DatasetOptions options_of(const std::string& name) {
  DatasetOptions options;
  options.name = name;
  return options;
}

TEST(DatasetShape, SmallSetsHaveTheirSizes) {
  const auto fashion = known_shape(options_of("fashion_mnist"));
  ASSERT_TRUE(fashion);
  EXPECT_EQ(fashion->height, 32);
  EXPECT_EQ(fashion->width, 32);
  EXPECT_EQ(fashion->classes, 10);
  EXPECT_EQ(fashion->calibration_samples, 60000);
  EXPECT_EQ(fashion->evaluation_samples, 10000);
  EXPECT_EQ(known_shape(options_of("cifar10"))->calibration_samples, 50000);
}

TEST(DatasetShape, ImageNetNeedsCropAndClasses) {
  auto options = options_of("imagenet");
  EXPECT_FALSE(known_shape(options));
  options.crop = 224;
  EXPECT_FALSE(known_shape(options));
  options.classes = 1000;
  options.evaluation_split = "val";
  const auto shape = known_shape(options);
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->height, 224);
  EXPECT_EQ(shape->width, 224);
  EXPECT_EQ(shape->classes, 1000);
  EXPECT_EQ(shape->evaluation_samples, 50000);
}

TEST(DatasetShape, TheSizeOfAFolderIsUnknown) {
  auto options = options_of("image_folder");
  options.crop = 32;
  options.classes = 5;
  EXPECT_EQ(known_shape(options)->evaluation_samples, 0);
}

}  // namespace
}  // namespace ptqbench
