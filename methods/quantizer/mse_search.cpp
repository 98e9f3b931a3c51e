#include "methods/quantizer/mse_search.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "methods/kernels/cpu/quantization_error.h"
#include "methods/quantizer/candidate_rating.h"
#include "methods/quantizer/weighted_points.h"

namespace ptqbench {
namespace {

/// So few values are searched exhaustively: they may be hit to the last bit.
constexpr int64_t kExhaustiveLimit = 16;
/// Longer arrays are binned.
constexpr int64_t kSortLimit = 8192;
/// Values whose error is one partial sum.
constexpr int64_t kErrorChunk = 65536;

/// At the full width a step is at least 256 bins, so it is 25 at a tenth of the width; in bins of
/// 1/25 of a step the error is off by less than 1/600 (see candidate_rating), which the shortlist
/// allows for.
int bin_bits(IntegerRange range) {
  constexpr int kLeast = 14;
  int bits = kLeast;
  while ((int64_t{1} << bits) < 256 * range.steps()) ++bits;
  return bits;
}

}  // namespace

double quantization_error(const float* x, int64_t n, const TrialQuantizer& q, IntegerRange range) {
  const int64_t chunks = (n + kErrorChunk - 1) / kErrorChunk;
  std::vector<double> partial(static_cast<size_t>(chunks));
  at::parallel_for(0, chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t chunk = begin; chunk < end; ++chunk) {
      const int64_t start = chunk * kErrorChunk;
      partial[static_cast<size_t>(chunk)] = cpu::quantization_error(
          x + start, nullptr, std::min(kErrorChunk, n - start), q.scale, q.zero_point,
          static_cast<float>(range.minimum), static_cast<float>(range.maximum));
    }
  });
  return std::accumulate(partial.begin(), partial.end(), 0.0);
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

TrialQuantizer least_error_candidate(const float* x, int64_t n, float low, float high,
                                     const std::vector<TrialQuantizer>& candidates,
                                     IntegerRange range) {
  if (n <= kExhaustiveLimit) return least_error_candidate_exhaustive(x, n, candidates, range);
  const auto points =
      n <= kSortLimit ? distinct_points(x, n) : binned_points(x, n, low, high, bin_bits(range));
  const auto best = best_rated(points, candidates, range);
  if (best.size() == 1) return candidates[best.front()];
  // None when every error overflows.
  if (best.empty()) return candidates.front();
  std::vector<TrialQuantizer> shortlist;
  for (const size_t i : best) shortlist.push_back(candidates[i]);
  return least_error_candidate_exhaustive(x, n, shortlist, range);
}

}  // namespace ptqbench
