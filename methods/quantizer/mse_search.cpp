#include "methods/quantizer/mse_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "methods/kernels/quantization_error_cpu.h"

namespace ptqbench {
namespace {

/// Longer arrays are binned first.
constexpr int64_t kExhaustiveLimit = 32768;
constexpr size_t kBins = 8192;
/// So many of the best rated candidates get their exact error.
constexpr size_t kShortlist = 8;

struct Histogram {
  std::vector<float> mean;
  std::vector<float> count;
};

/// Occupied bins of equal width between the least and greatest value, each with the mean of its
/// values.
Histogram bin_values(const float* x, int64_t n) {
  const auto [low, high] = std::minmax_element(x, x + n);
  const double origin = *low;
  const double bins_per_unit =
      static_cast<double>(kBins) / std::max<double>(static_cast<double>(*high) - origin, 1e-30);
  std::vector<double> sum(kBins, 0.0);
  std::vector<double> count(kBins, 0.0);
  for (int64_t i = 0; i < n; ++i) {
    const auto bin = std::min(static_cast<size_t>((x[i] - origin) * bins_per_unit), kBins - 1);
    sum[bin] += x[i];
    count[bin] += 1;
  }
  Histogram histogram;
  for (size_t bin = 0; bin < kBins; ++bin) {
    if (count[bin] == 0) continue;
    histogram.mean.push_back(static_cast<float>(sum[bin] / count[bin]));
    histogram.count.push_back(static_cast<float>(count[bin]));
  }
  return histogram;
}

double binned_error(const Histogram& histogram, const TrialQuantizer& q, IntegerRange range) {
  return cpu::quantization_error(
      histogram.mean.data(), histogram.count.data(), static_cast<int64_t>(histogram.mean.size()),
      q.scale, q.zero_point, static_cast<float>(range.minimum), static_cast<float>(range.maximum));
}

}  // namespace

double quantization_error(const float* x, int64_t n, const TrialQuantizer& q, IntegerRange range) {
  return cpu::quantization_error(x, nullptr, n, q.scale, q.zero_point,
                                 static_cast<float>(range.minimum),
                                 static_cast<float>(range.maximum));
}

TrialQuantizer least_error_candidate_exhaustive(const float* x, int64_t n,
                                                const std::vector<TrialQuantizer>& candidates,
                                                IntegerRange range) {
  double least = std::numeric_limits<double>::infinity();
  TrialQuantizer best = candidates.front();
  for (const auto& candidate : candidates) {
    const double error = quantization_error(x, n, candidate, range);
    if (error < least) {
      least = error;
      best = candidate;
    }
  }
  return best;
}

TrialQuantizer least_error_candidate(const float* x, int64_t n,
                                     const std::vector<TrialQuantizer>& candidates,
                                     IntegerRange range) {
  if (n <= kExhaustiveLimit) return least_error_candidate_exhaustive(x, n, candidates, range);
  const Histogram histogram = bin_values(x, n);
  std::vector<double> rating(candidates.size());
  std::transform(candidates.begin(), candidates.end(), rating.begin(),
                 [&](const TrialQuantizer& q) { return binned_error(histogram, q, range); });
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t kept = std::min(kShortlist, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](size_t a, size_t b) {
                      return rating[a] < rating[b] || (rating[a] == rating[b] && a < b);
                    });
  // In candidate order, so that the first of equals wins here too.
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept));
  std::vector<TrialQuantizer> shortlist;
  for (size_t i = 0; i < kept; ++i) shortlist.push_back(candidates[order[i]]);
  return least_error_candidate_exhaustive(x, n, shortlist, range);
}

}  // namespace ptqbench
