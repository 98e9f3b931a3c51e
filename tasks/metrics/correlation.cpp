#include "tasks/metrics/correlation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace ptqbench {
namespace {

void check(const std::vector<double>& predictions, const std::vector<double>& labels) {
  if (labels.empty() || predictions.size() != labels.size())
    throw std::logic_error("metric: not one prediction for each label");
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return std::isfinite(value); });
}

bool all_equal(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [&](double value) { return value == values.front(); });
}

/// What is left after the mean is taken off, of length 1.
std::vector<double> standardized(std::vector<double> values) {
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0;
  for (double& value : values) {
    value -= mean;
    squares += value * value;
  }
  for (double& value : values) value /= std::sqrt(squares);
  return values;
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double shared = 0.5 * static_cast<double>(begin + end - 1);
    for (; begin < end; ++begin) result[order[begin]] = shared;
  }
  return result;
}

}  // namespace

double pearson_correlation(const std::vector<double>& predictions,
                           const std::vector<double>& labels) {
  check(predictions, labels);
  if (!all_finite(predictions) || !all_finite(labels))
    return std::numeric_limits<double>::quiet_NaN();
  if (all_equal(predictions) || all_equal(labels)) return 0;
  const auto x = standardized(predictions);
  const auto y = standardized(labels);
  return 100.0 * std::clamp(std::inner_product(x.begin(), x.end(), y.begin(), 0.0), -1.0, 1.0);
}

double spearman_correlation(const std::vector<double>& predictions,
                            const std::vector<double>& labels) {
  check(predictions, labels);
  if (!all_finite(predictions) || !all_finite(labels))
    return std::numeric_limits<double>::quiet_NaN();
  return pearson_correlation(ranks(predictions), ranks(labels));
}

}  // namespace ptqbench
