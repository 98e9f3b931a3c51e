#include "tasks/metrics/classification.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/tasks/metrics/references.h"

namespace ptqbench {
namespace {

TEST(Classification, MetricsAreThoseOfTheDefinitions) {
  const auto cases = references("classification");
  ASSERT_EQ(cases.size(), 3u);
  for (const auto& one : cases) {
    const auto predictions = one.at("predictions").get<std::vector<int64_t>>();
    const auto labels = one.at("labels").get<std::vector<int64_t>>();
    EXPECT_NEAR(accuracy(predictions, labels), one.at("accuracy"), kMetricTolerance);
    EXPECT_NEAR(f1_of_class_one(predictions, labels), one.at("f1"), kMetricTolerance);
    EXPECT_NEAR(matthews_correlation(predictions, labels), one.at("matthews"), kMetricTolerance);
  }
}

TEST(Classification, HandComputed) {
  // TP 2, FP 1, FN 1, TN 1: F1 4/6; Matthews (2 - 1) / sqrt(3 * 3 * 2 * 2) = 1/6.
  const std::vector<int64_t> predictions = {1, 1, 1, 0, 0};
  const std::vector<int64_t> labels = {1, 1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(accuracy(predictions, labels), 60);
  EXPECT_DOUBLE_EQ(f1_of_class_one(predictions, labels), 400.0 / 6);
  EXPECT_DOUBLE_EQ(matthews_correlation(predictions, labels), 100.0 / 6);
  EXPECT_DOUBLE_EQ(matthews_correlation({0, 1}, {1, 0}), -100);
}

TEST(Classification, OneClassOnlyGivesZero) {
  EXPECT_EQ(matthews_correlation({1, 1, 1}, {1, 0, 1}), 0);
  EXPECT_EQ(matthews_correlation({1, 0, 1}, {0, 0, 0}), 0);
  EXPECT_EQ(f1_of_class_one({0, 0}, {0, 0}), 0);
  EXPECT_EQ(f1_of_class_one({0, 0}, {1, 0}), 0);
}

TEST(Classification, OnePredictionForEachLabel) {
  EXPECT_THROW(accuracy({}, {}), std::logic_error);
  EXPECT_THROW(f1_of_class_one({1}, {1, 0}), std::logic_error);
  EXPECT_THROW(matthews_correlation({1, 0}, {1}), std::logic_error);
}

}  // namespace
}  // namespace ptqbench
