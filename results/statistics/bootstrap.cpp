#include "results/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>

#include "results/statistics/moments.h"

namespace ptqbench::statistics {
namespace {

double resampled_mean(const std::vector<double>& values, std::mt19937_64& random) {
  double sum = 0;
  // Not std::uniform_int_distribution, whose numbers differ between libraries.
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[random() % values.size()];
  return sum / static_cast<double>(values.size());
}

/// Between the two nearest of the sorted values.
double quantile(const std::vector<double>& sorted, double fraction) {
  const double place = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

template <class Draw>
Interval percentile_interval(const Bootstrap& bootstrap, double confidence, Draw draw) {
  std::mt19937_64 random(bootstrap.seed);
  std::vector<double> draws;
  for (int64_t i = 0; i < bootstrap.resamples; ++i) draws.push_back(draw(random));
  std::sort(draws.begin(), draws.end());
  return {quantile(draws, (1 - confidence) / 2), quantile(draws, (1 + confidence) / 2)};
}

}  // namespace

Interval bootstrap_interval(const std::vector<double>& differences, double confidence,
                            const Bootstrap& bootstrap) {
  if (differences.size() < 2) return {};
  return percentile_interval(bootstrap, confidence, [&](std::mt19937_64& random) {
    return resampled_mean(differences, random);
  });
}

Interval bootstrap_interval(const std::vector<double>& first, const std::vector<double>& second,
                            double confidence, const Bootstrap& bootstrap) {
  if (first.size() < 2 || second.size() < 2) return {};
  return percentile_interval(bootstrap, confidence, [&](std::mt19937_64& random) {
    const double first_mean = resampled_mean(first, random);
    return resampled_mean(second, random) - first_mean;
  });
}

}  // namespace ptqbench::statistics
