#include "results/statistics/student.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ptqbench::statistics {
namespace {

// References from SciPy 1.17.1.
constexpr double kTolerance = 1e-12;

TEST(PairedTTest, KnowsHowFarTheMeanMayBeOff) {
  // test = scipy.stats.ttest_1samp([0.3, -0.1, 0.45, 0.7, 0.2], 0); test.confidence_interval(0.95)
  const std::vector<double> differences = {0.3, -0.1, 0.45, 0.7, 0.2};
  const TTest test = paired_t_test(differences, 0.95);
  EXPECT_NEAR(test.statistic, 2.336712920477668, kTolerance);
  EXPECT_NEAR(test.p, 0.0796643708576673, kTolerance);
  EXPECT_EQ(test.degrees_of_freedom, 4);
  EXPECT_NEAR(test.interval.low, -0.058337066598396325, kTolerance);
  EXPECT_NEAR(test.interval.high, 0.6783370665983963, kTolerance);
  EXPECT_NEAR(paired_t_test(differences, 0.99).interval.low, -0.3008022074987015, kTolerance);
}

TEST(PairedTTest, SaysNothingWithoutSpread) {
  EXPECT_TRUE(std::isnan(paired_t_test({0.5}, 0.95).p));
  EXPECT_TRUE(std::isnan(paired_t_test({0.5}, 0.95).interval.low));
  const TTest same = paired_t_test({0.5, 0.5, 0.5}, 0.95);
  EXPECT_TRUE(std::isnan(same.p));
  EXPECT_EQ(same.interval.low, 0.5);
  EXPECT_EQ(same.interval.high, 0.5);
}

TEST(WelchTTest, AllowsForVariancesOfTheirOwn) {
  // test = scipy.stats.ttest_ind(second, first, equal_var=False)
  const TTest test = welch_t_test({90.1, 91.0, 90.7, 90.95}, {91.2, 91.5, 90.9, 91.8, 91.1}, 0.95);
  EXPECT_NEAR(test.statistic, 2.3547897235278246, 1e-11);
  EXPECT_NEAR(test.degrees_of_freedom, 6.0009922222577305, 1e-11);
  EXPECT_NEAR(test.p, 0.05667921277006872, 1e-11);
  EXPECT_NEAR(test.interval.low, -0.02393620799312768, 1e-11);
  EXPECT_NEAR(test.interval.high, 1.2489362079931219, 1e-11);
  EXPECT_TRUE(std::isnan(welch_t_test({1}, {2, 3}, 0.95).p));
}

}  // namespace
}  // namespace ptqbench::statistics
