#include "tasks/metrics/correlation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "tests/tasks/metrics/references.h"

namespace ptqbench {
namespace {

TEST(Correlation, PearsonAndSpearmanAreThoseOfTheDefinitions) {
  const auto cases = references("correlation");
  ASSERT_EQ(cases.size(), 3u);
  for (const auto& one : cases) {
    const auto predictions = one.at("predictions").get<std::vector<double>>();
    const auto labels = one.at("labels").get<std::vector<double>>();
    EXPECT_NEAR(pearson_correlation(predictions, labels), one.at("pearson"), kMetricTolerance);
    EXPECT_NEAR(spearman_correlation(predictions, labels), one.at("spearman"), kMetricTolerance);
  }
}

TEST(Correlation, HandComputed) {
  // Ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5).
  EXPECT_NEAR(spearman_correlation({1, 2, 2, 90}, {0, 1, 2, 3}), 100 * std::sqrt(0.9), 1e-12);
  EXPECT_NEAR(spearman_correlation({1, 10, 100}, {3, 2, 1}), -100, 1e-12);
  // Deviations -1, 0, 1 and -1, -1, 2: 3 / sqrt(2 * 6).
  EXPECT_NEAR(pearson_correlation({1, 2, 3}, {0, 0, 3}), 100 * std::sqrt(0.75), 1e-12);
}

TEST(Correlation, EqualNumbersGiveZeroAndNanGivesNan) {
  EXPECT_EQ(pearson_correlation({0.1, 0.1, 0.1}, {1, 2, 3}), 0);
  EXPECT_EQ(spearman_correlation({1, 2, 3}, {0.1, 0.1, 0.1}), 0);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(pearson_correlation({1, nan, 3}, {1, 2, 3})));
  EXPECT_TRUE(std::isnan(spearman_correlation({1, nan, 3}, {1, 2, 3})));
}

TEST(Correlation, OnePredictionForEachLabel) {
  EXPECT_THROW(pearson_correlation({}, {}), std::logic_error);
  EXPECT_THROW(spearman_correlation({1}, {1, 2}), std::logic_error);
}

}  // namespace
}  // namespace ptqbench
