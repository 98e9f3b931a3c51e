#pragma once

#include <cstdint>
#include <vector>

#include "results/statistics/interval.h"

namespace ptqbench::statistics {

struct Bootstrap {
  int64_t resamples = 5000;
  uint64_t seed = 1;
};

/// The percentile interval (Efron 1979) of the mean of paired differences; equal input gives equal
/// bits on every machine. Too narrow for a handful of values; nothing is known with fewer than two.
Interval bootstrap_interval(const std::vector<double>& differences, double confidence,
                            const Bootstrap& bootstrap = {});

/// The same of the mean of `second` minus that of `first`, each resampled on its own.
Interval bootstrap_interval(const std::vector<double>& first, const std::vector<double>& second,
                            double confidence, const Bootstrap& bootstrap = {});

}  // namespace ptqbench::statistics
