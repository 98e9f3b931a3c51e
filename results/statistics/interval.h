#pragma once

#include <limits>

namespace ptqbench::statistics {

/// A confidence interval; NaN where the values say nothing about their spread.
struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace ptqbench::statistics
