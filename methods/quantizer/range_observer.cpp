#include "methods/quantizer/range_observer.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "methods/kernels/cpu/histogram.h"
#include "methods/quantizer/mse_search.h"
#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

const std::vector<std::pair<std::string, RangeEstimator>>& estimators() {
  static const std::vector<std::pair<std::string, RangeEstimator>> all = {
      {"min_max", RangeEstimator::kMinMax},
      {"average_min_max", RangeEstimator::kAverageMinMax},
      {"mse", RangeEstimator::kMse},
      {"average_mse", RangeEstimator::kAverageMse},
      {"brecq_mse", RangeEstimator::kBrecqMse},
      {"brecq_max", RangeEstimator::kBrecqMax},
      {"brecq_max_scale", RangeEstimator::kBrecqMaxScale},
  };
  return all;
}

bool is_brecq(RangeEstimator e) {
  return e == RangeEstimator::kBrecqMse || e == RangeEstimator::kBrecqMax ||
         e == RangeEstimator::kBrecqMaxScale;
}

bool averages(RangeEstimator e) {
  return e == RangeEstimator::kAverageMinMax || e == RangeEstimator::kAverageMse;
}

bool searches(RangeEstimator e) {
  return e == RangeEstimator::kMse || e == RangeEstimator::kAverageMse;
}

/// In double precision, as there: a range centred on zero puts -min / scale exactly on a half.
TrialQuantizer brecq_extremes(float least, float greatest, IntegerRange range, double factor,
                              bool symmetric) {
  double low = std::min<double>(least, 0) * factor;
  double high = std::max<double>(greatest, 0) * factor;
  if (symmetric) {
    high = std::max(-low, high);
    low = low < 0 ? -high : 0;
  }
  const double scale = std::max((high - low) / static_cast<double>(range.steps()), 1e-8);
  return {static_cast<float>(low), static_cast<float>(high), static_cast<float>(scale),
          static_cast<float>(std::nearbyint(-low / scale))};
}

constexpr int64_t kExtentChunk = 65536;

/// Sets the least and greatest value of each row. Throws ConfigError on NaN or infinity.
void find_extents(const at::Tensor& rows, at::Tensor& row_min, at::Tensor& row_max) {
  const int64_t n = rows.size(1);
  const int64_t chunks = (n + kExtentChunk - 1) / kExtentChunk;
  std::vector<cpu::Extent> extents(static_cast<size_t>(rows.size(0) * chunks));
  const float* x = rows.data_ptr<float>();
  at::parallel_for(0, rows.size(0) * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t start = i % chunks * kExtentChunk;
      extents[static_cast<size_t>(i)] =
          cpu::extent(x + i / chunks * n + start, std::min(kExtentChunk, n - start));
    }
  });
  row_min = at::empty({rows.size(0)}, rows.options());
  row_max = at::empty_like(row_min);
  for (int64_t row = 0; row < rows.size(0); ++row) {
    cpu::Extent all = extents[static_cast<size_t>(row * chunks)];
    for (int64_t chunk = 0; chunk < chunks; ++chunk) {
      const auto& part = extents[static_cast<size_t>(row * chunks + chunk)];
      if (!part.finite)
        throw ConfigError("cannot find the range of a tensor with NaN or infinite values");
      all.low = std::min(all.low, part.low);
      all.high = std::max(all.high, part.high);
    }
    row_min.data_ptr<float>()[row] = all.low;
    row_max.data_ptr<float>()[row] = all.high;
  }
}

/// Calls search(values, n, least, greatest, row) for each row.
template <class Search>
void for_each_row(const at::Tensor& rows, const at::Tensor& row_min, const at::Tensor& row_max,
                  const Search& search) {
  const int64_t n = rows.size(1);
  const float* x = rows.data_ptr<float>();
  const float* low = row_min.data_ptr<float>();
  const float* high = row_max.data_ptr<float>();
  // A single row is left outside of a parallel region, so that its own passes can be parallel.
  if (rows.size(0) == 1) return search(x, n, low[0], high[0], 0);
  at::parallel_for(0, rows.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) search(x + row * n, n, low[row], high[row], row);
  });
}

}  // namespace

RangeEstimator range_estimator(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [known, estimator] : estimators()) {
    if (known == name) return estimator;
    names.push_back(known);
  }
  throw ConfigError("unknown range estimator '" + name + "'" + valid_names_hint(name, names));
}

RangeObserver::RangeObserver(RangeEstimator estimator, const QuantizerOptions& options)
    : estimator_(estimator),
      options_(options),
      // BRECQ keeps 0 .. 2^b - 1 for symmetric ranges too.
      range_(integer_range(options.bits, options.symmetric && !is_brecq(estimator))) {}

void RangeObserver::observe(const at::Tensor& x) {
  if (x.numel() == 0) throw ConfigError("cannot find the range of an empty tensor");
  // Rows: channels, or the tensor as a whole in its own memory order.
  const auto rows =
      options_.per_channel ? x.detach().reshape({x.size(0), -1}).contiguous().cpu()
      : x.is_non_overlapping_and_dense()
          ? x.detach().as_strided({1, x.numel()}, {x.numel(), 1}, x.storage_offset()).cpu()
          : x.detach().reshape({1, -1}).cpu();
  at::Tensor row_min, row_max;
  find_extents(rows, row_min, row_max);
  if (is_brecq(estimator_)) return observe_brecq(rows, row_min, row_max);
  if (!searches(estimator_)) return merge(row_min, row_max);

  if (batches_ == 0)
    side_ = row_min.min().item<float>() >= 0   ? DataSide::kNotNegative
            : row_max.max().item<float>() <= 0 ? DataSide::kNotPositive
                                               : DataSide::kBoth;
  auto best_min = at::empty_like(row_min);
  auto best_max = at::empty_like(row_max);
  float* const found_min = best_min.data_ptr<float>();
  float* const found_max = best_max.data_ptr<float>();
  for_each_row(
      rows, row_min, row_max, [&](const float* x, int64_t n, float low, float high, int64_t row) {
        const auto best = least_error_candidate(
            x, n, low, high, mse_candidates(low, high, side_, range_, options_.symmetric), range_);
        found_min[row] = best.minimum;
        found_max[row] = best.maximum;
      });
  merge(best_min, best_max);
}

void RangeObserver::observe_brecq(const at::Tensor& rows, const at::Tensor& row_min,
                                  const at::Tensor& row_max) {
  if (batches_ > 0) throw std::logic_error("BRECQ's range estimators see one batch only");
  minimum_ = at::empty_like(row_min);
  maximum_ = at::empty_like(row_min);
  brecq_scale_ = at::empty_like(row_min);
  brecq_zero_point_ = at::empty_like(row_min);
  const double factor =
      estimator_ == RangeEstimator::kBrecqMaxScale ? (options_.bits + 2) / 8.0 : 1.0;
  for_each_row(
      rows, row_min, row_max, [&](const float* x, int64_t n, float low, float high, int64_t row) {
        const auto best = estimator_ == RangeEstimator::kBrecqMse
                              ? least_error_candidate(x, n, low, high,
                                                      brecq_candidates(low, high, range_), range_)
                              : brecq_extremes(low, high, range_, factor, options_.symmetric);
        minimum_.data_ptr<float>()[row] = best.minimum;
        maximum_.data_ptr<float>()[row] = best.maximum;
        brecq_scale_.data_ptr<float>()[row] = best.scale;
        brecq_zero_point_.data_ptr<float>()[row] = best.zero_point;
      });
  ++batches_;
}

void RangeObserver::merge(const at::Tensor& minimum, const at::Tensor& maximum) {
  if (batches_ == 0) {
    minimum_ = minimum.clone();
    maximum_ = maximum.clone();
  } else if (averages(estimator_)) {
    minimum_ = (minimum_ * batches_ + minimum) / (batches_ + 1);
    maximum_ = (maximum_ * batches_ + maximum) / (batches_ + 1);
  } else {
    minimum_ = at::minimum(minimum_, minimum);
    maximum_ = at::maximum(maximum_, maximum);
  }
  ++batches_;
}

AffineQuantizer RangeObserver::quantizer() const {
  if (batches_ == 0) throw std::logic_error("no data was observed");
  if (is_brecq(estimator_)) return {range_, brecq_scale_, brecq_zero_point_};
  return quantizer_from_range(minimum_, maximum_, range_, options_.symmetric);
}

AffineQuantizer find_quantizer(const at::Tensor& x, RangeEstimator estimator,
                               const QuantizerOptions& options) {
  RangeObserver observer(estimator, options);
  observer.observe(x);
  auto quantizer = observer.quantizer();
  quantizer.scale = quantizer.scale.to(x.device());
  quantizer.zero_point = quantizer.zero_point.to(x.device());
  return quantizer;
}

}  // namespace ptqbench
