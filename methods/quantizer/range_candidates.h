#pragma once

#include <vector>

#include "methods/quantizer/affine.h"

namespace ptqbench {

/// Scalars of a quantizer under trial.
struct TrialQuantizer {
  float minimum = 0;
  float maximum = 0;
  float scale = 1;
  float zero_point = 0;
};

/// The trial quantizer whose range is [minimum, maximum]; see quantizer_from_range.
TrialQuantizer trial_quantizer(float minimum, float maximum, IntegerRange range, bool symmetric);

/// Which sides of zero data lie on.
enum class DataSide { kNotPositive, kBoth, kNotNegative };

/// What the MSE search of QDrop's official implementation tries for data within [low, high]: 100
/// widths, 1/100 to 100/100 of the full range. One-sided data keeps its end at zero and a symmetric
/// range is centred on it; otherwise every width comes with every zero point.
std::vector<TrialQuantizer> mse_candidates(float low, float high, DataSide side, IntegerRange range,
                                           bool symmetric);

/// BRECQ's arithmetic (its UniformAffineQuantizer): the zero point is -low / scale, rounded, not
/// clamped.
TrialQuantizer brecq_quantizer(float low, float high, IntegerRange range);

/// What BRECQ's search tries: the range shrunk on both ends by 0 to 79 hundredths.
std::vector<TrialQuantizer> brecq_candidates(float low, float high, IntegerRange range);

}  // namespace ptqbench
