#include "results/statistics/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>

#include "results/statistics/student.h"

namespace ptqbench::statistics {
namespace {

TEST(BootstrapInterval, IsTheOneOfTheTTestForManyValues) {
  // Nearly uniform between -1 and 2: the mean of a hundred is as good as normal.
  std::vector<double> differences;
  for (int i = 0; i < 100; ++i) differences.push_back(((i * 37) % 101) * 0.03 - 1);
  const Interval interval = bootstrap_interval(differences, 0.95);
  const Interval expected = paired_t_test(differences, 0.95).interval;
  // The quantiles of 5000 resamples are off by up to 0.04 standard errors (0.087) times two or so.
  EXPECT_NEAR(interval.low, expected.low, 0.012);
  EXPECT_NEAR(interval.high, expected.high, 0.012);
}

TEST(BootstrapInterval, IsTheSameAgainAndAnotherWithAnotherSeed) {
  const std::vector<double> differences = {0.3, -0.1, 0.45, 0.7, 0.2};
  const Interval interval = bootstrap_interval(differences, 0.95, {1000, 1});
  EXPECT_EQ(interval.low, bootstrap_interval(differences, 0.95, {1000, 1}).low);
  EXPECT_NE(interval.low, bootstrap_interval(differences, 0.95, {1000, 2}).low);
  // No mean of five of these lies beyond them.
  EXPECT_GT(interval.low, -0.1);
  EXPECT_LT(interval.high, 0.7);
}

TEST(BootstrapInterval, ResamplesIndependentSamplesEachOnItsOwn) {
  const Interval interval = bootstrap_interval({1, 1, 1}, {2, 3}, 0.95);
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 2);
}

TEST(BootstrapInterval, SaysNothingOfOneValue) {
  EXPECT_TRUE(std::isnan(bootstrap_interval({1.0}, 0.95).low));
  EXPECT_TRUE(std::isnan(bootstrap_interval({1.0}, {2.0, 3.0}, 0.95).high));
}

}  // namespace
}  // namespace ptqbench::statistics
