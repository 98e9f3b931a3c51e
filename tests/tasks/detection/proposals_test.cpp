#include "tasks/detection/proposals.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

at::Tensor boxes(const std::vector<float>& edges) { return at::tensor(edges).view({-1, 4}); }

constexpr ImageSize kImage{100, 200};

ProposalOptions four_proposals() {
  ProposalOptions options;
  options.count = 4;
  return options;
}

TEST(Proposals, ComeByScoreAndStartAgainWhereThereAreTooFew) {
  const auto anchors = boxes({10, 10, 30, 30, 10, 11, 30, 31, 190, 90, 210, 110});
  const auto proposals = propose(at::tensor({0.5F, 1.5F, 1.0F}), at::zeros({3, 4}), anchors, {3},
                                 kImage, four_proposals());
  EXPECT_TRUE(testing::identical(
      proposals, boxes({10, 11, 30, 31, 190, 90, 200, 100, 10, 11, 30, 31, 190, 90, 200, 100})))
      << "the first anchor is suppressed by the second";
}

TEST(Proposals, AreSuppressedWithinALevelOnly) {
  const auto anchors = boxes({10, 10, 30, 30, 10, 11, 30, 31});
  const auto proposals = propose(at::tensor({0.5F, 1.5F}), at::zeros({2, 4}), anchors, {1, 1},
                                 kImage, four_proposals());
  EXPECT_TRUE(
      testing::identical(proposals.slice(0, 0, 2), boxes({10, 11, 30, 31, 10, 10, 30, 30})));
}

TEST(Proposals, OnlyTheBestOfALevelAreLookedAt) {
  auto options = four_proposals();
  options.most_of_level = 1;
  const auto anchors = boxes({0, 0, 10, 10, 20, 0, 30, 10, 40, 0, 50, 10, 60, 0, 70, 10});
  const auto proposals = propose(at::tensor({0.0F, 3.0F, 1.0F, 2.0F}), at::zeros({4, 4}), anchors,
                                 {2, 2}, kImage, options);
  EXPECT_TRUE(testing::identical(proposals.slice(0, 0, 2), boxes({20, 0, 30, 10, 60, 0, 70, 10})));
}

TEST(Proposals, WithoutAnyItIsTheWholeImage) {
  const auto anchors = boxes({300, 10, 320, 30});
  const auto proposals =
      propose(at::tensor({5.0F}), at::zeros({1, 4}), anchors, {1}, kImage, four_proposals());
  EXPECT_TRUE(testing::identical(proposals, boxes({0, 0, 200, 100}).expand({4, 4})));
}

}  // namespace
}  // namespace ptqbench
