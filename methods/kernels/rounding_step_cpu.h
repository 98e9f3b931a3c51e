#pragma once

#include <cstdint>

namespace ptqbench {

/// Adam's usual betas and epsilon (arXiv:1412.6980).
constexpr double kAdamBeta1 = 0.9;
constexpr double kAdamBeta2 = 0.999;
constexpr double kAdamEpsilon = 1e-8;

}  // namespace ptqbench

namespace ptqbench::cpu {

/// One update of learned rounding (AdaRound, arXiv:2004.10568, eq. 22 to 25) with Adam.
struct RoundingStep {
  float quant_min;
  float quant_max;
  /// Exponent and weight of the regulariser; weight 0 switches it off.
  float beta;
  float round_weight;
  /// Learning rate over 1 - beta1^t, and 1 / sqrt(1 - beta2^t), of Adam.
  float rate;
  float second_moment_factor;
};

/// One output channel of a weight: `n` elements each.
struct RoundingRow {
  float scale;
  float zero_point;
  /// floor(w / scale) + zero_point.
  const float* floor;
  /// Gradient of the loss for the soft weight.
  const float* grad_weight;
  float* alpha;
  float* first_moment;
  float* second_moment;
  /// Receives the soft weight of the updated alpha.
  float* soft;
};

/// Gradient, update and next soft weight in one pass. Returns the sum of 1 - |2 h(alpha) - 1|^beta
/// before the update, 0 without regulariser.
double rounding_step(const RoundingStep& step, const RoundingRow& row, int64_t n);

/// Adam on `n` elements; `rate` and `second_moment_factor` as in RoundingStep.
void adam_step(float rate, float second_moment_factor, const float* gradient, float* parameter,
               float* first_moment, float* second_moment, int64_t n);

}  // namespace ptqbench::cpu
