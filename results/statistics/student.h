#pragma once

#include <vector>

#include "results/statistics/interval.h"

namespace ptqbench::statistics {

/// A t-test (Student 1908) of a mean that is zero under the null hypothesis, and the interval that
/// belongs to it.
struct TTest {
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double degrees_of_freedom = std::numeric_limits<double>::quiet_NaN();
  /// Two-sided.
  double p = std::numeric_limits<double>::quiet_NaN();
  Interval interval;
};

/// Of the mean of paired differences. With fewer than two of them nothing is known; where all are
/// the same their spread is not known, so there is no p, and the interval is that value.
TTest paired_t_test(const std::vector<double>& differences, double confidence);

/// Of the mean of `second` minus that of `first`, with variances of their own (Welch 1947). Nothing
/// is known with fewer than two values on a side, or without any spread on both.
TTest welch_t_test(const std::vector<double>& first, const std::vector<double>& second,
                   double confidence);

}  // namespace ptqbench::statistics
