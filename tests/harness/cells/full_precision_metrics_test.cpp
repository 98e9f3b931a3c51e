#include "harness/cells/full_precision_metrics.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/helpers/thread_group.h"

namespace ptqbench {
namespace {

/// A measurement that all members have a part in.
double measure_together(DeviceGroup& group) { return sum_over(group, {45.0}).front(); }

TEST(FullPrecisionMetrics, EachIsMeasuredOnce) {
  FullPrecisionMetrics metrics;
  LocalGroup alone;
  int measured = 0;
  const auto measure = [&] { return 90.0 + measured++; };
  EXPECT_EQ(metrics.get("a", alone, measure), 90);
  EXPECT_EQ(metrics.get("a", alone, measure), 90);
  EXPECT_EQ(metrics.get("b", alone, measure), 91);
}

TEST(FullPrecisionMetrics, AMemberThatFailedBeforeItKnewIsMeasuredWith) {
  testing::run_as_group(2, [](DeviceGroup& group) {
    FullPrecisionMetrics metrics;
    const auto fails_on_one = [&] {
      const double value = measure_together(group);
      if (group.member() == 1) throw std::runtime_error("out of memory");
      return value;
    };
    // The first cell fails for both; only one of them has the metric.
    if (group.member() == 1) {
      EXPECT_THROW(metrics.get("a", group, fails_on_one), std::runtime_error);
    } else {
      EXPECT_EQ(metrics.get("a", group, fails_on_one), 90);
    }
    EXPECT_EQ(metrics.get("a", group, [&] { return measure_together(group); }), 90);
    // What follows meets the other member's same call.
    EXPECT_EQ(sum_over(group, {1.0, 2.0}), (std::vector<double>{2, 4}));
  });
}

}  // namespace
}  // namespace ptqbench
