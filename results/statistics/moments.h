#pragma once

#include <vector>

namespace ptqbench::statistics {

/// Summed in the order given, so that equal input gives equal bits; NaN for none.
double mean(const std::vector<double>& values);

/// With divisor n - 1; NaN for fewer than two values.
double sample_standard_deviation(const std::vector<double>& values);

}  // namespace ptqbench::statistics
