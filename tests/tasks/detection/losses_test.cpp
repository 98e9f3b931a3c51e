#include "tasks/detection/losses.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::close;

const double kLog2 = std::log(2.0);

/// One that fits the object exactly, one with an IoU of .45 with it, one far away.
at::Tensor three_anchors() {
  return torch::tensor(
      {{0.0F, 0.0F, 10.0F, 10.0F}, {0.0F, 0.0F, 10.0F, 4.5F}, {50.0F, 50.0F, 60.0F, 60.0F}});
}

DetectionTargets object_with_label(int64_t label) {
  return {torch::tensor({{0.0F, 0.0F, 10.0F, 10.0F}}), torch::tensor({label}, at::kLong)};
}

DetectionTargets no_objects() { return {torch::zeros({0, 4}), torch::zeros({0}, at::kLong)}; }

TEST(FocalLoss, IsTheFormulaSummed) {
  // Probabilities of 1/2 and 3/4.
  const auto half = torch::zeros({1});
  const auto most = torch::full({1}, static_cast<float>(std::log(3.0)));
  const auto yes = torch::ones({1});
  const auto no = torch::zeros({1});
  const auto loss = [](const at::Tensor& logits, const at::Tensor& targets) {
    return sigmoid_focal_loss(logits, targets).item<double>();
  };
  EXPECT_NEAR(loss(half, yes), 0.25 * 0.25 * kLog2, 1e-6);
  EXPECT_NEAR(loss(half, no), 0.75 * 0.25 * kLog2, 1e-6);
  EXPECT_NEAR(loss(most, yes), 0.25 * 0.0625 * -std::log(0.75), 1e-6);
  EXPECT_NEAR(loss(most, no), 0.75 * 0.5625 * -std::log(0.25), 1e-6);
  EXPECT_NEAR(loss(torch::cat({half, most}), torch::cat({yes, no})),
              loss(half, yes) + loss(most, no), 1e-6);
  // Without its factors it is the cross entropy, halved.
  EXPECT_NEAR(sigmoid_focal_loss(most, no, 0.5, 0).item<double>(), std::log(4.0) / 2, 1e-6);
}

TEST(RetinaNetLoss, CountsObjectsAndBackgroundButNotWhatIsBetween) {
  const auto logits = torch::zeros({1, 3, 2});
  // Not looked at.
  logits[0][1].fill_(7);
  auto deltas = torch::full({1, 3, 4}, 5.0F);
  deltas[0][0].copy_(torch::tensor({0.1F, -0.2F, 0.3F, 0.0F}));
  const auto loss = retinanet_loss(logits, deltas, three_anchors(), {object_with_label(1)});
  // One logit that should be high, three that should be low.
  EXPECT_NEAR(loss.classes.item<double>(), 0.25 * kLog2 * (0.25 + 3 * 0.75), 1e-6);
  EXPECT_NEAR(loss.boxes.item<double>(), 0.6, 1e-6);
  EXPECT_NEAR(loss.sum().item<double>(), loss.classes.item<double>() + 0.6, 1e-6);
  const auto smooth = retinanet_loss(logits, deltas, three_anchors(), {object_with_label(1)}, 1);
  EXPECT_NEAR(smooth.boxes.item<double>(), (0.01 + 0.04 + 0.09) / 2, 1e-6);
}

TEST(RetinaNetLoss, IsTheMeanOverImagesWithAndWithoutObjects) {
  const auto logits = torch::zeros({2, 3, 2});
  const auto deltas = torch::ones({2, 3, 4});
  const auto loss =
      retinanet_loss(logits, deltas, three_anchors(), {object_with_label(0), no_objects()});
  const double with = 0.25 * kLog2 * (0.25 + 3 * 0.75);
  const double without = 0.25 * kLog2 * 6 * 0.75;
  EXPECT_NEAR(loss.classes.item<double>(), (with + without) / 2, 1e-6);
  EXPECT_NEAR(loss.boxes.item<double>(), 4.0 / 2, 1e-6);
}

TEST(RetinaNetLoss, IsSharedByTheAnchorsOfObjects) {
  // Both fit the object; the second is half as wide: log(10 / 5), and its centre is off by half its
  // width.
  const auto anchors = torch::tensor({{0.0F, 0.0F, 10.0F, 10.0F}, {0.0F, 0.0F, 5.0F, 10.0F}});
  const auto loss = retinanet_loss(torch::zeros({1, 2, 1}), torch::zeros({1, 2, 4}), anchors,
                                   {object_with_label(0)});
  EXPECT_NEAR(loss.classes.item<double>(), 2 * 0.25 * 0.25 * kLog2 / 2, 1e-6);
  EXPECT_NEAR(loss.boxes.item<double>(), (0.5 + kLog2) / 2, 1e-6);
}

TEST(RpnLoss, IsCrossEntropyAndErrorOverAllSampledAnchors) {
  const auto objectness = torch::tensor({{0.0F, 9.0F, static_cast<float>(std::log(3.0))}});
  auto deltas = torch::full({1, 3, 4}, 5.0F);
  deltas[0][0].copy_(torch::tensor({0.1F, 0.0F, 0.0F, -1.0F}));
  const auto loss = rpn_loss(objectness, deltas, three_anchors(), {object_with_label(3)}, {});
  EXPECT_NEAR(loss.classes.item<double>(), (kLog2 + std::log(4.0)) / 2, 1e-6);
  // Below 1/9 the error is 9/2 of the square, above it 1/18 less than the absolute value.
  EXPECT_NEAR(loss.boxes.item<double>(), (0.045 + 1 - 1.0 / 18) / 2, 1e-6);
}

TEST(RpnLoss, LooksAt256AnchorsOfEachImage) {
  const auto far = torch::tensor({50.0F, 50.0F, 60.0F, 60.0F});
  const auto anchors = torch::cat({three_anchors().slice(0, 0, 1), far.expand({400, 4})});
  const auto objectness = torch::zeros({2, 401}).requires_grad_(true);
  const auto loss = rpn_loss(objectness, torch::zeros({2, 401, 4}), anchors,
                             {object_with_label(0), no_objects()}, {5, 7, 0});
  loss.sum().backward();
  const auto looked_at = (objectness.grad() != 0).sum(1);
  EXPECT_TRUE(testing::identical(looked_at, torch::full({2}, 256, at::kLong)));
  EXPECT_LT(objectness.grad()[0][0].item<float>(), 0);
  EXPECT_GT(objectness.grad()[1].sum().item<float>(), 0);
}

TEST(RoiSamples, AreProposalsAndObjectsWithWhatTheyShouldBecome) {
  // IoUs with the object of .6 and 0; the object is a proposal of its own.
  const auto proposals =
      torch::tensor({{0.0F, 0.0F, 10.0F, 6.0F}, {50.0F, 50.0F, 60.0F, 60.0F}}).requires_grad_(true);
  const auto samples = sample_rois({proposals, torch::zeros({0, 4}), proposals.slice(0, 1)},
                                   {object_with_label(4), object_with_label(2), no_objects()}, {});
  const auto rois = torch::tensor({{0.0F, 0.0F, 0.0F, 10.0F, 6.0F},
                                   {0.0F, 0.0F, 0.0F, 10.0F, 10.0F},
                                   {0.0F, 50.0F, 50.0F, 60.0F, 60.0F},
                                   {1.0F, 0.0F, 0.0F, 10.0F, 10.0F},
                                   {2.0F, 50.0F, 50.0F, 60.0F, 60.0F}});
  EXPECT_TRUE(testing::identical(samples.rois, rois));
  EXPECT_TRUE(testing::identical(samples.classes, torch::tensor({5, 5, 0, 3, 0}, at::kLong)));
  auto deltas = torch::zeros({5, 4});
  deltas[0].copy_(torch::tensor({0.0F, 10 * 2.0F / 6, 0.0F, 5 * std::log(10.0F / 6)}));
  EXPECT_TRUE(close(samples.deltas, deltas, 1e-5, 1e-6));
  EXPECT_FALSE(samples.rois.requires_grad());
}

TEST(RoiSamples, AQuarterBelongsToObjectsAtMost) {
  const auto targets = object_with_label(0);
  const auto near = targets.boxes.expand({200, 4});
  const auto far = near + 50;
  const auto many = sample_rois({torch::cat({near, far, far, far})}, {targets}, {});
  EXPECT_EQ(many.classes.size(0), 512);
  EXPECT_EQ((many.classes > 0).sum().item<int64_t>(), 128);
  const auto few = sample_rois({torch::cat({far, far, far})}, {targets}, {});
  EXPECT_EQ(few.classes.size(0), 512);
  EXPECT_EQ((few.classes > 0).sum().item<int64_t>(), 1);
}

TEST(RoiLoss, IsCrossEntropyAndErrorOfTheObjectsClass) {
  RoiSamples samples;
  samples.classes = torch::tensor({2, 0}, at::kLong);
  samples.deltas = torch::tensor({{1.0F, 2.0F, 3.0F, 4.0F}, {0.0F, 0.0F, 0.0F, 0.0F}});
  auto deltas = torch::full({2, 3, 4}, 99.0F);
  deltas[0][2].copy_(torch::tensor({1.1F, 2.0F, 3.0F, 3.0F}));
  const auto loss = roi_loss(torch::zeros({2, 3}), deltas.view({2, 12}), samples);
  EXPECT_NEAR(loss.classes.item<double>(), std::log(3.0), 1e-6);
  EXPECT_NEAR(loss.boxes.item<double>(), (0.045 + 1 - 1.0 / 18) / 2, 1e-5);
}

}  // namespace
}  // namespace ptqbench
