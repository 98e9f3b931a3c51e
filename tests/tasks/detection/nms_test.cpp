#include "tasks/detection/nms.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::identical;

at::Tensor ids(const std::vector<int64_t>& values) { return torch::tensor(values, at::kLong); }

/// Squares of 10 pixels at these places of a row: shifted by 1, they have an IoU of 90 / 110.
at::Tensor squares_at(const std::vector<float>& places) {
  const auto x = torch::tensor(places);
  const auto zero = torch::zeros_like(x);
  return torch::stack({x, zero, x + 10, zero + 10}, 1);
}

TEST(Nms, KeepsTheHigherScoreOfTwoThatOverlap) {
  const auto boxes = squares_at({0, 1, 40});
  EXPECT_TRUE(identical(nms(boxes, torch::tensor({0.5F, 0.9F, 0.7F}), 0.5), ids({1, 2})));
}

TEST(Nms, OnlyAnOverlapAboveTheThresholdSuppresses) {
  // An IoU of 50 / 150.
  const auto boxes = torch::tensor({{0.0F, 0.0F, 10.0F, 10.0F}, {5.0F, 0.0F, 15.0F, 10.0F}});
  const auto scores = torch::tensor({0.9F, 0.8F});
  EXPECT_TRUE(identical(nms(boxes, scores, 0.34), ids({0, 1})));
  EXPECT_TRUE(identical(nms(boxes, scores, 0.33), ids({0})));
  // Exactly one half is not above one half.
  const auto half = torch::tensor({{0.0F, 0.0F, 10.0F, 10.0F}, {0.0F, 0.0F, 10.0F, 5.0F}});
  EXPECT_TRUE(identical(nms(half, scores, 0.5), ids({0, 1})));
}

TEST(Nms, ASuppressedBoxSuppressesNone) {
  // 0 removes 4 (IoU 60 / 140), which would have removed 8 alike; 8 overlaps 0 by 20 / 180 alone.
  const auto boxes = squares_at({0, 4, 8});
  EXPECT_TRUE(identical(nms(boxes, torch::tensor({0.9F, 0.8F, 0.7F}), 0.4), ids({0, 2})));
}

TEST(Nms, EqualScoresGoByOrder) {
  const auto boxes = squares_at({0, 1, 40, 41});
  EXPECT_TRUE(identical(nms(boxes, torch::full({4}, 0.5F), 0.5), ids({0, 2})));
}

TEST(Nms, BoxesWithoutAreaStay) {
  const auto boxes = torch::zeros({2, 4});
  EXPECT_TRUE(identical(nms(boxes, torch::tensor({0.1F, 0.2F}), 0.5), ids({1, 0})));
}

TEST(Nms, NoBoxesLeaveNone) {
  EXPECT_TRUE(identical(nms(torch::zeros({0, 4}), torch::zeros({0}), 0.5), ids({})));
}

TEST(Nms, ClassesDoNotSuppressEachOther) {
  const auto boxes = squares_at({0, 1, 2, 3});
  const auto scores = torch::tensor({0.6F, 0.9F, 0.7F, 0.8F});
  EXPECT_TRUE(identical(class_wise_nms(boxes, scores, ids({5, 2, 5, 2}), 0.5), ids({1, 2})));
  EXPECT_TRUE(identical(class_wise_nms(boxes, scores, ids({0, 1, 2, 3}), 0.5), ids({1, 3, 2, 0})));
}

}  // namespace
}  // namespace ptqbench
