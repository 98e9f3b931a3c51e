#include "tasks/detection/balanced_sample.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::identical;

constexpr BalancedSampleOptions kEightHalf = {8, 0.5};

/// The first `objects` boxes belong to one, then come `between` ones and `background`.
at::Tensor matches(int64_t objects, int64_t between, int64_t background) {
  return torch::cat({torch::zeros({objects}, at::kLong), torch::full({between}, -2, at::kLong),
                     torch::full({background}, -1, at::kLong)});
}

at::Tensor range(int64_t begin, int64_t end) { return torch::arange(begin, end, at::kLong); }

TEST(BalancedSample, TakesAllWhereThereAreFew) {
  const auto sample = balanced_sample(matches(3, 2, 4), kEightHalf, "a", {});
  EXPECT_TRUE(identical(sample.objects, range(0, 3)));
  EXPECT_TRUE(identical(sample.background, range(5, 9)));
}

TEST(BalancedSample, ObjectsAreLimitedAndBackgroundFillsUp) {
  const auto many = balanced_sample(matches(20, 5, 30), kEightHalf, "a", {});
  EXPECT_EQ(many.objects.size(0), 4);
  EXPECT_EQ(many.background.size(0), 4);
  const auto few = balanced_sample(matches(1, 5, 30), kEightHalf, "a", {});
  EXPECT_EQ(few.objects.size(0), 1);
  EXPECT_EQ(few.background.size(0), 7);
  const auto none = balanced_sample(matches(20, 5, 0), kEightHalf, "a", {});
  EXPECT_EQ(none.objects.size(0), 4);
  EXPECT_EQ(none.background.size(0), 0);
}

TEST(BalancedSample, DrawsDifferentBoxesOfTheRightKind) {
  const auto sample = balanced_sample(matches(20, 5, 30), kEightHalf, "a", {1, 2, 3});
  EXPECT_TRUE((sample.objects.slice(0, 1) > sample.objects.slice(0, 0, 3)).all().item<bool>());
  EXPECT_TRUE(
      (sample.background.slice(0, 1) > sample.background.slice(0, 0, 3)).all().item<bool>());
  EXPECT_TRUE((sample.objects < 20).all().item<bool>());
  EXPECT_TRUE((sample.background >= 25).all().item<bool>());
}

TEST(BalancedSample, FollowsItsKeyAlone) {
  const auto all = matches(1000, 0, 1000);
  const auto draw = [&](const std::string& stage, const SampleKey& key) {
    return balanced_sample(all, kEightHalf, stage, key).objects;
  };
  const auto drawn = draw("a", {1, 2, 3});
  EXPECT_TRUE(identical(draw("a", {1, 2, 3}), drawn));
  EXPECT_FALSE(identical(draw("b", {1, 2, 3}), drawn));
  EXPECT_FALSE(identical(draw("a", {9, 2, 3}), drawn));
  EXPECT_FALSE(identical(draw("a", {1, 9, 3}), drawn));
  EXPECT_FALSE(identical(draw("a", {1, 2, 9}), drawn));
}

TEST(BalancedSample, EveryBoxIsAsLikelyAsAnother) {
  auto counts = torch::zeros({16}, at::kLong);
  constexpr int64_t kSteps = 1000;
  for (int64_t step = 0; step < kSteps; ++step) {
    const auto sample = balanced_sample(matches(16, 0, 0), kEightHalf, "a", {0, step, 0});
    counts.index_add_(0, sample.objects, torch::ones({4}, at::kLong));
  }
  // Each a quarter of the times, with a standard deviation of sqrt(1000 * 1/4 * 3/4) = 14.
  EXPECT_TRUE(((counts - kSteps / 4).abs() < 5 * 14).all().item<bool>()) << counts;
}

}  // namespace
}  // namespace ptqbench
