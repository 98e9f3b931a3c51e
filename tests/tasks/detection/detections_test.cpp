#include "tasks/detection/detections.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

float logit(double probability) {
  return static_cast<float>(std::log(probability / (1 - probability)));
}

at::Tensor boxes(const std::vector<float>& edges) { return at::tensor(edges).view({-1, 4}); }

constexpr ImageSize kImage{100, 200};

TEST(DetectionsAtAnchors, AreClippedAndComeByScore) {
  const auto anchors = boxes({10, 10, 30, 30, 180, 80, 220, 120});
  const auto logits =
      at::tensor({logit(0.01), logit(0.6), logit(0.02), logit(0.01), logit(0.9), logit(0.03)})
          .view({2, 3});
  const auto found = detections_at_anchors(logits, at::zeros({2, 4}), anchors, {1, 1}, kImage, {});
  EXPECT_TRUE(testing::identical(found.boxes, boxes({180, 80, 200, 100, 10, 10, 30, 30})));
  EXPECT_TRUE(testing::close(found.scores, at::tensor({0.9F, 0.6F}), 1e-5));
  EXPECT_TRUE(testing::identical(found.labels, at::tensor({1, 1}, at::kLong)));
}

TEST(DetectionsAtAnchors, SuppressInEachClassAlone) {
  const auto anchors = boxes({10, 10, 30, 30, 11, 10, 31, 30});
  const auto logits =
      at::tensor({logit(0.01), logit(0.6), logit(0.4), logit(0.01), logit(0.9), logit(0.3)})
          .view({2, 3});
  const auto found = detections_at_anchors(logits, at::zeros({2, 4}), anchors, {2}, kImage, {});
  EXPECT_TRUE(testing::close(found.scores, at::tensor({0.9F, 0.4F}), 1e-5));
  EXPECT_TRUE(testing::identical(found.labels, at::tensor({1, 2}, at::kLong)));
}

TEST(DetectionsAtAnchors, EveryLevelBringsItsBest) {
  const auto anchors =
      boxes({0, 0, 10, 10, 20, 0, 30, 10, 40, 0, 50, 10, 60, 0, 70, 10, 80, 0, 90, 10});
  const auto logits =
      at::tensor({logit(0.9), logit(0.8), logit(0.7), logit(0.3), logit(0.2)}).view({5, 1});
  DetectionOptions options;
  options.most_of_level = 2;
  auto found = detections_at_anchors(logits, at::zeros({5, 4}), anchors, {3, 2}, kImage, options);
  EXPECT_TRUE(testing::close(found.scores, at::tensor({0.9F, 0.8F, 0.3F, 0.2F}), 1e-5));
  options.most = 3;
  found = detections_at_anchors(logits, at::zeros({5, 4}), anchors, {3, 2}, kImage, options);
  EXPECT_EQ(found.scores.size(0), 3);
}

// With the coder's weights a delta of 1 moves the box by a tenth of its width.
TEST(DetectionsAtProposals, TakeTheDeltasOfTheirClassAndLeaveTheBackground) {
  const auto proposals = boxes({10, 10, 30, 30});
  const auto deltas = at::zeros({1, 12});
  deltas[0][8] = 1;
  const auto logits = at::log(at::tensor({0.5F, 0.03F, 0.47F})).view({1, 3});
  const auto found = detections_at_proposals(logits, deltas, proposals, kImage, {});
  EXPECT_TRUE(testing::close(found.boxes, boxes({12, 10, 32, 30}), 1e-6));
  EXPECT_TRUE(testing::close(found.scores, at::tensor({0.47F}), 1e-5));
  EXPECT_TRUE(testing::identical(found.labels, at::tensor({2}, at::kLong)));
}

TEST(DetectionsAtProposals, BoxesWithoutExtentAreDropped) {
  const auto proposals = boxes({150, 10, 170, 30, 250, 10, 270, 30});
  const auto logits = at::log(at::tensor({0.1F, 0.9F, 0.1F, 0.9F})).view({2, 2});
  const auto found = detections_at_proposals(logits, at::zeros({2, 8}), proposals, kImage, {});
  EXPECT_TRUE(testing::identical(found.boxes, boxes({150, 10, 170, 30})));
}

TEST(DetectionsAtProposals, AProposalTwiceGivesOneDetection) {
  const auto proposals = boxes({10, 10, 30, 30, 10, 10, 30, 30});
  const auto logits = at::log(at::tensor({0.1F, 0.9F, 0.1F, 0.9F})).view({2, 2});
  const auto found = detections_at_proposals(logits, at::zeros({2, 8}), proposals, kImage, {});
  EXPECT_EQ(found.scores.size(0), 1);
}

TEST(PaddedBatch, ComesBackWithoutThePadding) {
  const Detections one{boxes({1, 2, 3, 4}), at::tensor({0.5F}), at::tensor({7}, at::kLong)};
  const Detections none{at::zeros({0, 4}), at::zeros({0}), at::zeros({0}, at::kLong)};
  const auto batch = padded_batch({none, one}, 3);
  EXPECT_EQ(batch[0].sizes(), (std::vector<int64_t>{2, 3, 4}));
  EXPECT_EQ(unpadded(batch[0][0], batch[1][0], batch[2][0]).scores.size(0), 0);
  const auto back = unpadded(batch[0][1], batch[1][1], batch[2][1]);
  EXPECT_TRUE(testing::identical(back.boxes, one.boxes));
  EXPECT_TRUE(testing::identical(back.scores, one.scores));
  EXPECT_TRUE(testing::identical(back.labels, one.labels));
}

}  // namespace
}  // namespace ptqbench
