#include "methods/quantizer/range_observer.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "methods/quantizer/mse_search.h"
#include "methods/support/error.h"
#include "methods/support/nearest_name.h"

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

TrialQuantizer mse_search(const float* x, int64_t n, DataSide side, IntegerRange range,
                          bool symmetric) {
  const auto [low, high] = std::minmax_element(x, x + n);
  return least_error_candidate(x, n, mse_candidates(*low, *high, side, range, symmetric), range);
}

TrialQuantizer brecq_search(const float* x, int64_t n, IntegerRange range) {
  const auto [low, high] = std::minmax_element(x, x + n);
  return least_error_candidate(x, n, brecq_candidates(*low, *high, range), range);
}

/// In double precision, as there: a range centred on zero puts -min / scale exactly on a half.
TrialQuantizer brecq_extremes(const float* x, int64_t n, IntegerRange range, double factor,
                              bool symmetric) {
  const auto [least, greatest] = std::minmax_element(x, x + n);
  double low = std::min<double>(*least, 0) * factor;
  double high = std::max<double>(*greatest, 0) * factor;
  if (symmetric) {
    high = std::max(-low, high);
    low = low < 0 ? -high : 0;
  }
  const double scale = std::max((high - low) / static_cast<double>(range.steps()), 1e-8);
  return {static_cast<float>(low), static_cast<float>(high), static_cast<float>(scale),
          static_cast<float>(std::nearbyint(-low / scale))};
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
  const auto row_min = rows.amin({1});
  const auto row_max = rows.amax({1});
  if (!at::isfinite(row_min).all().item<bool>() || !at::isfinite(row_max).all().item<bool>()) {
    throw ConfigError("cannot find the range of a tensor with NaN or infinite values");
  }
  if (is_brecq(estimator_)) return observe_brecq(rows);
  if (!searches(estimator_)) return merge(row_min, row_max);

  if (batches_ == 0)
    side_ = row_min.min().item<float>() >= 0   ? DataSide::kNotNegative
            : row_max.max().item<float>() <= 0 ? DataSide::kNotPositive
                                               : DataSide::kBoth;
  auto best_min = at::empty_like(row_min);
  auto best_max = at::empty_like(row_max);
  const int64_t n = rows.size(1);
  at::parallel_for(0, rows.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const auto best =
          mse_search(rows.data_ptr<float>() + row * n, n, side_, range_, options_.symmetric);
      best_min.data_ptr<float>()[row] = best.minimum;
      best_max.data_ptr<float>()[row] = best.maximum;
    }
  });
  merge(best_min, best_max);
}

void RangeObserver::observe_brecq(const at::Tensor& rows) {
  if (batches_ > 0) throw std::logic_error("BRECQ's range estimators see one batch only");
  minimum_ = at::empty({rows.size(0)}, rows.options());
  maximum_ = at::empty_like(minimum_);
  brecq_scale_ = at::empty_like(minimum_);
  brecq_zero_point_ = at::empty_like(minimum_);
  const int64_t n = rows.size(1);
  const double factor =
      estimator_ == RangeEstimator::kBrecqMaxScale ? (options_.bits + 2) / 8.0 : 1.0;
  for (int64_t row = 0; row < rows.size(0); ++row) {
    const float* x = rows.data_ptr<float>() + row * n;
    const auto best = estimator_ == RangeEstimator::kBrecqMse
                          ? brecq_search(x, n, range_)
                          : brecq_extremes(x, n, range_, factor, options_.symmetric);
    minimum_.data_ptr<float>()[row] = best.minimum;
    maximum_.data_ptr<float>()[row] = best.maximum;
    brecq_scale_.data_ptr<float>()[row] = best.scale;
    brecq_zero_point_.data_ptr<float>()[row] = best.zero_point;
  }
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
  return observer.quantizer();
}

}  // namespace ptqbench
