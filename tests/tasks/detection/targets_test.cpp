#include "tasks/detection/targets.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"
#include "tests/tasks/detection/fixed_dataset.h"

namespace ptqbench {
namespace {

using testing::identical;

TEST(TrainingTargets, AreClippedAndLeaveOutWhatCannotBeLearned) {
  const std::vector<DetectionObject> objects = {
      {1, 3, {10, 20, 5, 6}, 30, false},  {2, 0, {10, 20, 5, 6}, 30, true},
      {3, 1, {-4, -5, 10, 10}, 9, false}, {4, 2, {90, 10, 20, 90}, 9, false},
      {5, 0, {10, 10, 0, 5}, 9, false},   {6, 0, {100, 10, 20, 5}, 9, false},
  };
  const auto targets = training_targets(objects, {50, 100});
  EXPECT_TRUE(identical(targets.boxes, torch::tensor({{10.0F, 20.0F, 15.0F, 26.0F},
                                                      {0.0F, 0.0F, 6.0F, 5.0F},
                                                      {90.0F, 10.0F, 100.0F, 50.0F}})));
  EXPECT_TRUE(identical(targets.labels, torch::tensor({3, 1, 2}, at::kLong)));
}

TEST(TrainingTargets, OfNoObjectsAreEmpty) {
  const auto targets = training_targets({}, {50, 100});
  EXPECT_EQ(targets.boxes.sizes(), (at::IntArrayRef{0, 4}));
  EXPECT_EQ(targets.labels.sizes(), (at::IntArrayRef{0}));
}

TEST(CocoDetections, NameTheDataSetsImagesAndCategories) {
  const testing::FixedDataset dataset(std::vector<Image>(2));
  const auto detections = coco_detections(
      dataset, 1, torch::tensor({{1.0F, 2.0F, 4.0F, 7.5F}, {0.0F, 0.0F, 1.0F, 1.0F}}),
      torch::tensor({1, 0}, at::kLong), torch::tensor({0.25F, 0.5F}));
  ASSERT_EQ(detections.size(), 2u);
  EXPECT_EQ(detections[0].image_id, 101);
  EXPECT_EQ(detections[0].category_id, 9);
  EXPECT_EQ(detections[0].box, (CocoBox{1, 2, 3, 5.5}));
  EXPECT_EQ(detections[0].score, 0.25);
  EXPECT_EQ(detections[1].category_id, 4);
}

}  // namespace
}  // namespace ptqbench
