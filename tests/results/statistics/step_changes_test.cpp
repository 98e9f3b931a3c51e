#include "results/statistics/step_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ptqbench::statistics {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

/// `count` independent values around each level in turn.
std::vector<double> series(const std::vector<double>& levels, int count, double deviation,
                           uint64_t seed) {
  std::mt19937_64 random(seed);
  // In (0, 1], the same with every library.
  const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 1) * 0x1.0p-53; };
  std::vector<double> values;
  for (const double level : levels) {
    for (int i = 0; i < count; ++i) {
      const double radius = std::sqrt(-2 * std::log(uniform()));
      values.push_back(level + deviation * radius * std::cos(2 * std::acos(-1.0) * uniform()));
    }
  }
  return values;
}

TEST(StepChanges, FindsAStepAndItsSize) {
  const auto steps = find_step_changes(series({93, 92.5}, 20, 0.2, 1));
  ASSERT_THAT(steps, SizeIs(1));
  // 2.5 standard deviations: the place is off by a value or two at most.
  EXPECT_NEAR(static_cast<double>(steps[0].place), 20, 2);
  EXPECT_NEAR(steps[0].before, 93, 0.15);
  EXPECT_NEAR(steps[0].after, 92.5, 0.15);
  EXPECT_LE(steps[0].p, 0.001);
}

TEST(StepChanges, FindsSeveralSteps) {
  const auto steps = find_step_changes(series({93, 92, 92.8}, 15, 0.1, 2));
  ASSERT_THAT(steps, SizeIs(2));
  EXPECT_EQ(steps[0].place, 15U);
  EXPECT_EQ(steps[1].place, 30U);
  EXPECT_NEAR(steps[1].before, 92, 0.1);
  EXPECT_NEAR(steps[1].after, 92.8, 0.1);
}

TEST(StepChanges, OneSeriesInAHundredWithoutAStepGivesOne) {
  int alarms = 0;
  StepSearch search;
  search.permutations = 499;
  for (uint64_t i = 0; i < 500; ++i)
    alarms += find_step_changes(series({93}, 40, 0.2, 100 + i), search).empty() ? 0 : 1;
  // Five are expected; more than 12 come in one of 400 such experiments (binomial).
  EXPECT_LE(alarms, 12);
}

TEST(StepChanges, NumbersThatRepeatNeedThreeOfTheNewOnesAfterTen) {
  std::vector<double> values(10, 93.1);
  EXPECT_THAT(find_step_changes(values), IsEmpty());
  values.insert(values.end(), 3, 92.9);
  // Of the C(13, 3) = 286 orders two have the three at one end: p = 2 / 286 = 0.007.
  const auto steps = find_step_changes(values);
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_EQ(steps[0].place, 10U);
  // Of 9999 permutations 70 are expected, give or take 8.
  EXPECT_NEAR(steps[0].p, 2.0 / 286, 0.003);
  // One night is no level.
  values.resize(11);
  EXPECT_THAT(find_step_changes(values), IsEmpty());
}

TEST(StepChanges, AShortSeriesHasNone) {
  EXPECT_THAT(find_step_changes({}), IsEmpty());
  EXPECT_THAT(find_step_changes({1, 1, 5, 5, 5}), IsEmpty());
}

}  // namespace
}  // namespace ptqbench::statistics
