#include "tasks/detection/anchors.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <stdexcept>

#include "tests/helpers/expect_close.h"
#include "tests/helpers/golden.h"

namespace ptqbench {
namespace {

using testing::identical;

constexpr ImageSize kGoldenImage = {128, 160};

TEST(Anchors, OfRetinaNetEqualTheReference) {
  AnchorOptions options;
  options.sizes = {{32, 40, 50}, {64, 80, 101}, {128, 161, 203}, {256, 322, 406}, {512, 645, 812}};
  options.aspect_ratios = {0.5, 1, 2};
  const auto golden = testing::GoldenGroup::open("detection.h5").group("retinanet_resnet50");
  const auto made = anchors(options, kGoldenImage, {{16, 20}, {8, 10}, {4, 5}, {2, 3}, {1, 2}});
  EXPECT_TRUE(identical(made, golden.tensor("anchors")));
}

TEST(Anchors, OfFasterRcnnEqualTheReference) {
  AnchorOptions options;
  options.sizes = {{32}, {64}, {128}, {256}, {512}};
  options.aspect_ratios = {0.5, 1, 2};
  const auto golden = testing::GoldenGroup::open("detection.h5").group("faster_rcnn_resnet50");
  const auto made = anchors(options, kGoldenImage, {{32, 40}, {16, 20}, {8, 10}, {4, 5}, {2, 3}});
  EXPECT_TRUE(identical(made, golden.tensor("rpn_anchors")));
}

TEST(Anchors, GoByRowColumnRatioAndSize) {
  AnchorOptions options;
  options.sizes = {{4, 8}};
  options.aspect_ratios = {1, 4};
  EXPECT_EQ(options.anchors_per_position(0), 4);
  const auto made = anchors(options, {20, 40}, {{2, 2}});
  const auto at_origin = torch::tensor({{-2.0F, -2.0F, 2.0F, 2.0F},
                                        {-4.0F, -4.0F, 4.0F, 4.0F},
                                        {-1.0F, -4.0F, 1.0F, 4.0F},
                                        {-2.0F, -8.0F, 2.0F, 8.0F}});
  const auto right = torch::tensor({20.0F, 0.0F, 20.0F, 0.0F});
  const auto down = torch::tensor({0.0F, 10.0F, 0.0F, 10.0F});
  EXPECT_TRUE(identical(made, torch::cat({at_origin, at_origin + right, at_origin + down,
                                          at_origin + right + down})));
}

TEST(Anchors, OneMapForEachLevel) {
  AnchorOptions options;
  options.sizes = {{4}, {8}};
  options.aspect_ratios = {1};
  EXPECT_THROW(anchors(options, {16, 16}, {{4, 4}}), std::invalid_argument);
}

}  // namespace
}  // namespace ptqbench
