#include "tasks/detection/boxes.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::close;
using testing::identical;

TEST(Boxes, AreaIsWidthTimesHeight) {
  const auto boxes = torch::tensor({{1.0F, 2.0F, 4.0F, 7.0F}, {3.0F, 3.0F, 3.0F, 9.0F}});
  EXPECT_TRUE(identical(box_area(boxes), torch::tensor({15.0F, 0.0F})));
}

TEST(Boxes, IouOfOverlappingTouchingNestedAndEqualBoxes) {
  const auto a = torch::tensor({{0.0F, 0.0F, 4.0F, 4.0F}, {2.0F, 1.0F, 3.0F, 2.0F}});
  const auto b =
      torch::tensor({{2.0F, 2.0F, 6.0F, 6.0F}, {4.0F, 0.0F, 8.0F, 4.0F}, {0.0F, 0.0F, 4.0F, 4.0F}});
  const auto expected = torch::tensor({{4.0F / 28, 0.0F, 1.0F}, {0.0F, 0.0F, 1.0F / 16}});
  EXPECT_TRUE(close(box_iou(a, b), expected, 1e-6));
  EXPECT_EQ(box_iou(a, b.slice(0, 0, 0)).sizes(), (at::IntArrayRef{2, 0}));
}

TEST(Boxes, ClippingMovesWhatLiesOutsideToTheEdge) {
  const auto boxes = torch::tensor({{-3.0F, -4.0F, 50.0F, 60.0F}, {5.0F, 6.0F, 7.0F, 8.0F}});
  const auto expected = torch::tensor({{0.0F, 0.0F, 40.0F, 30.0F}, {5.0F, 6.0F, 7.0F, 8.0F}});
  EXPECT_TRUE(identical(clip_boxes(boxes, {30, 40}), expected));
  const auto batch = boxes.view({1, 2, 4});
  EXPECT_TRUE(identical(clip_boxes(batch, {30, 40}), expected.view({1, 2, 4})));
}

TEST(Boxes, LargeEnoughAreThoseWithBothSides) {
  const auto boxes = torch::tensor({{0.0F, 0.0F, 2.0F, 2.0F},
                                    {0.0F, 0.0F, 1.5F, 9.0F},
                                    {0.0F, 0.0F, 9.0F, 1.5F},
                                    {1.0F, 1.0F, 4.0F, 5.0F}});
  EXPECT_TRUE(identical(large_enough(boxes, 2), torch::tensor({0, 3}, at::kLong)));
}

}  // namespace
}  // namespace ptqbench
