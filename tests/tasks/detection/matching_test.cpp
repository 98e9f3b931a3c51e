#include "tasks/detection/matching.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::identical;

constexpr MatchOptions kThresholds = {0.5, 0.4, false};
constexpr MatchOptions kBestAlways = {0.5, 0.4, true};

at::Tensor ids(const std::vector<int64_t>& values) { return torch::tensor(values, at::kLong); }

TEST(Matching, BoxesBelongToTheObjectThatTheyFitBest) {
  // Two objects; boxes of the first, of the second, of background and of neither.
  const auto overlaps =
      torch::tensor({{0.8F, 0.55F, 0.1F, 0.45F, 0.0F, 0.5F}, {0.2F, 0.6F, 0.3F, 0.1F, 0.4F, 0.0F}});
  EXPECT_TRUE(identical(match(overlaps, kThresholds), ids({0, 1, -1, -2, -2, 0})));
}

TEST(Matching, EveryObjectHasItsBestBoxesIfWanted) {
  // The second object's best, shared by two boxes, is background by the threshold.
  const auto overlaps = torch::tensor({{0.8F, 0.1F, 0.0F, 0.1F}, {0.2F, 0.3F, 0.1F, 0.3F}});
  EXPECT_TRUE(identical(match(overlaps, kThresholds), ids({0, -1, -1, -1})));
  EXPECT_TRUE(identical(match(overlaps, kBestAlways), ids({0, 1, -1, 1})));
}

TEST(Matching, AnObjectsBestBoxGoesToTheObjectThatItFitsBest) {
  // Box 0 is the best of both objects, and fits the first better.
  const auto overlaps = torch::tensor({{0.45F, 0.1F}, {0.3F, 0.2F}});
  EXPECT_TRUE(identical(match(overlaps, kBestAlways), ids({0, -1})));
}

TEST(Matching, WithoutObjectsAllIsBackground) {
  EXPECT_TRUE(identical(match(torch::zeros({0, 3}), kBestAlways), ids({-1, -1, -1})));
}

}  // namespace
}  // namespace ptqbench
