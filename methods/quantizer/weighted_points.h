#pragma once

#include <cstdint>
#include <vector>

namespace ptqbench {

/// Values in ascending order, each with how often it occurs: what stands in for data while many
/// quantizers are rated on it.
struct WeightedPoints {
  std::vector<float> value;
  std::vector<float> weight;
  /// Width of the bins that the points are means of; 0 when they are the values themselves.
  double spacing = 0;

  int64_t size() const { return static_cast<int64_t>(value.size()); }
};

/// The distinct values.
WeightedPoints distinct_points(const float* x, int64_t n);

/// The means of the occupied ones of 2^bin_bits bins of equal width between `low` and `high`, the
/// least and greatest of the values. The same for any number of threads.
WeightedPoints binned_points(const float* x, int64_t n, float low, float high, int bin_bits);

/// Neighbouring points within bins of this width made one; `spacing` becomes the width.
WeightedPoints merged_points(const WeightedPoints& points, double width);

}  // namespace ptqbench
