#include "methods/quantizer/weighted_points.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "methods/kernels/cpu/histogram.h"

namespace ptqbench {
namespace {

constexpr int64_t kCountChunk = int64_t{1} << 18;
static_assert(kCountChunk <= cpu::kMostCounted);

/// Adds packed bins to `sums` and empties them.
void flush(std::vector<uint64_t>& packed, std::vector<cpu::BinSums>& sums) {
  for (size_t bin = 0; bin < packed.size(); ++bin) {
    const auto [count, places] = cpu::unpack_bin(packed[bin]);
    sums[bin].count += count;
    sums[bin].places += places;
    packed[bin] = 0;
  }
}

std::vector<cpu::BinSums> count_all(const float* x, int64_t n, float low, float bins_per_unit,
                                    int bin_bits) {
  const size_t bins = size_t{1} << bin_bits;
  std::vector<cpu::BinSums> sums(bins, {0, 0});
  std::mutex mutex;
  // Sums of integers: who adds when does not matter.
  at::parallel_for(0, (n + kCountChunk - 1) / kCountChunk, 1, [&](int64_t begin, int64_t end) {
    std::vector<uint64_t> packed(bins, 0);
    int64_t counted = 0;
    for (int64_t chunk = begin; chunk < end; ++chunk) {
      const int64_t start = chunk * kCountChunk;
      const int64_t count = std::min(kCountChunk, n - start);
      if (counted + count > cpu::kMostCounted) {
        const std::lock_guard<std::mutex> lock(mutex);
        flush(packed, sums);
        counted = 0;
      }
      cpu::count_values(x + start, count, low, bins_per_unit, bin_bits, packed.data());
      counted += count;
    }
    const std::lock_guard<std::mutex> lock(mutex);
    flush(packed, sums);
  });
  return sums;
}

}  // namespace

WeightedPoints distinct_points(const float* x, int64_t n) {
  WeightedPoints points;
  points.value.assign(x, x + n);
  std::sort(points.value.begin(), points.value.end());
  points.weight.assign(static_cast<size_t>(n), 1.0F);
  size_t kept = 0;
  for (size_t i = 1; i < points.value.size(); ++i) {
    if (points.value[i] == points.value[kept]) {
      points.weight[kept] += 1.0F;
    } else {
      points.value[++kept] = points.value[i];
      points.weight[kept] = 1.0F;
    }
  }
  points.value.resize(kept + 1);
  points.weight.resize(kept + 1);
  return points;
}

WeightedPoints binned_points(const float* x, int64_t n, float low, float high, int bin_bits) {
  if (low == high) return {{low}, {static_cast<float>(n)}, 0};
  const double full = static_cast<double>(high) - low;
  const double bins = static_cast<double>(int64_t{1} << bin_bits);
  // Places must stay finite for ranges of denormal width too.
  const auto bins_per_unit = static_cast<float>(std::min(bins / full, 1e30));
  const auto sums = count_all(x, n, low, bins_per_unit, bin_bits);
  WeightedPoints points;
  points.spacing = full / bins;
  for (size_t bin = 0; bin < sums.size(); ++bin) {
    if (sums[bin].count == 0) continue;
    const double count = static_cast<double>(sums[bin].count);
    const double place = static_cast<double>(sums[bin].places) / count / (1 << cpu::kPlaceBits);
    const double mean = low + (static_cast<double>(bin) + place) * points.spacing;
    points.value.push_back(static_cast<float>(std::min<double>(mean, high)));
    points.weight.push_back(static_cast<float>(count));
  }
  return points;
}

WeightedPoints merged_points(const WeightedPoints& points, double width) {
  WeightedPoints merged;
  merged.spacing = width;
  double sum = 0;
  double weight = 0;
  double end = -std::numeric_limits<double>::infinity();
  auto finish = [&] {
    if (weight == 0) return;
    merged.value.push_back(static_cast<float>(sum / weight));
    merged.weight.push_back(static_cast<float>(weight));
    sum = weight = 0;
  };
  for (size_t i = 0; i < points.value.size(); ++i) {
    if (points.value[i] >= end) {
      finish();
      end = points.value[i] + width;
    }
    sum += static_cast<double>(points.value[i]) * points.weight[i];
    weight += points.weight[i];
  }
  finish();
  return merged;
}

}  // namespace ptqbench
