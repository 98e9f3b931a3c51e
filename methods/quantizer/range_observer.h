#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "methods/quantizer/affine.h"
#include "methods/quantizer/range_candidates.h"

namespace ptqbench {

/// How a quantizer's range is found from data.
enum class RangeEstimator {
  kMinMax,         ///< least and greatest value seen
  kAverageMinMax,  ///< their mean over batches
  kMse,            ///< search for the least L_2.4 error; widest range over batches
  kAverageMse,     ///< the same, mean over batches
  kBrecqMse,       ///< BRECQ: both ends shrunk together by 0 to 79 %
  kBrecqMax,       ///< BRECQ: least and greatest value, widened to contain zero
  kBrecqMaxScale,  ///< BRECQ: the same times (bits + 2) / 8
};

/// From its name in configurations ("mse", "brecq_max", ...). Throws ConfigError on an unknown one.
RangeEstimator range_estimator(const std::string& name);

struct QuantizerOptions {
  int bits = 8;
  bool symmetric = false;
  /// One scale for each index of axis 0 instead of one a tensor.
  bool per_channel = false;
};

/// Sees batches of one tensor, then gives its quantizer. For two-sided asymmetric data the MSE
/// search also tries every zero point (as the published implementation of QDrop does); one-sided
/// data keeps its zero end. BRECQ's estimators see one batch only and do not limit the zero point
/// to the integer range.
class RangeObserver {
 public:
  /// Throws ConfigError unless 2 <= bits <= 8.
  RangeObserver(RangeEstimator estimator, const QuantizerOptions& options);

  /// `x` float32, [C, ...] when per channel. Throws ConfigError on an empty tensor or one with NaN
  /// or infinity.
  void observe(const at::Tensor& x);

  /// Ends of the range so far, [1] or [C].
  const at::Tensor& minimum() const { return minimum_; }
  const at::Tensor& maximum() const { return maximum_; }

  AffineQuantizer quantizer() const;

 private:
  void observe_brecq(const at::Tensor& rows, const at::Tensor& row_min, const at::Tensor& row_max);
  void merge(const at::Tensor& minimum, const at::Tensor& maximum);

  RangeEstimator estimator_;
  QuantizerOptions options_;
  IntegerRange range_;
  int batches_ = 0;
  at::Tensor minimum_, maximum_;
  /// BRECQ's estimators find these themselves.
  at::Tensor brecq_scale_, brecq_zero_point_;
  /// Decided by the first batch.
  DataSide side_ = DataSide::kBoth;
};

/// The quantizer of one tensor, seen as a single batch.
AffineQuantizer find_quantizer(const at::Tensor& x, RangeEstimator estimator,
                               const QuantizerOptions& options);

}  // namespace ptqbench
