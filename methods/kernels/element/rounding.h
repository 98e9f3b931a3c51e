#pragma once

#include <cmath>

#include "methods/kernels/element/functions.h"

namespace ptqbench {

/// Adam's usual betas and epsilon (arXiv:1412.6980).
constexpr double kAdamBeta1 = 0.9;
constexpr double kAdamBeta2 = 0.999;
constexpr double kAdamEpsilon = 1e-8;

}  // namespace ptqbench

namespace ptqbench::element {

/// One Adam update (arXiv:1412.6980, algorithm 1): `rate` is the learning rate over 1 - beta1^t,
/// `second_moment_factor` is 1 / sqrt(1 - beta2^t).
PTQ_ELEMENT void adam(float rate, float second_moment_factor, float gradient, float& parameter,
                      float& first_moment, float& second_moment) {
  constexpr auto kBeta1 = static_cast<float>(kAdamBeta1);
  constexpr auto kBeta2 = static_cast<float>(kAdamBeta2);
  constexpr auto kRest1 = static_cast<float>(1 - kAdamBeta1);
  constexpr auto kRest2 = static_cast<float>(1 - kAdamBeta2);
  constexpr auto kEpsilon = static_cast<float>(kAdamEpsilon);
  first_moment = first_moment * kBeta1 + gradient * kRest1;
  second_moment = second_moment * kBeta2 + gradient * gradient * kRest2;
  const float denominator = sqrtf(second_moment) * second_moment_factor + kEpsilon;
  parameter -= rate * (first_moment / denominator);
}

/// Scalars of one update of learned roundings; see adam().
struct RoundingScalars {
  float quant_min;
  float quant_max;
  float beta;
  /// 0: no regulariser.
  float round_weight;
  float rate;
  float second_moment_factor;
};

/// AdaRound's rectified sigmoid (arXiv:2004.10568, eq. 23) and its slope.
struct Rectified {
  float value;
  float slope;
};

PTQ_ELEMENT Rectified rectified_sigmoid(float alpha) {
  constexpr float kLow = -0.1F;
  constexpr float kStretch = 1.2F;
  const float up = sigmoid(alpha);
  const float stretched = up * kStretch + kLow;
  const float h = clip(stretched, 0.0F, 1.0F);
  return {h, h == stretched ? up * (1.0F - up) * kStretch : 0.0F};
}

/// The state of one weight under learned rounding.
struct RoundingElement {
  float alpha;
  float first_moment;
  float second_moment;
};

/// One update: the gradient of the loss for the soft weight, the regulariser's (eq. 24; its value
/// goes to `regulariser` where kRegularise), Adam. Returns the next soft weight (eq. 22).
template <bool kRegularise>
PTQ_ELEMENT float rounding_step(const RoundingScalars& s, float scale, float zero_point,
                                float floor, float grad_weight, RoundingElement& e,
                                float& regulariser) {
  const Rectified h = rectified_sigmoid(e.alpha);
  const float integer = floor + h.value;
  const float inside = integer == clip(integer, s.quant_min, s.quant_max) ? scale : 0.0F;
  float gradient = grad_weight * inside * h.slope;
  if (kRegularise) {
    const float centred = 2.0F * h.value - 1.0F;
    const float distance = centred < 0.0F ? -centred : centred;
    const float power = fast_pow(distance, s.beta - 1.0F);
    regulariser += 1.0F - power * distance;
    const float pull = 2.0F * s.beta * s.round_weight * power * h.slope;
    gradient += centred < 0.0F ? pull : -pull;
  }
  adam(s.rate, s.second_moment_factor, gradient, e.alpha, e.first_moment, e.second_moment);
  const float next = rectified_sigmoid(e.alpha).value;
  return (clip(floor + next, s.quant_min, s.quant_max) - zero_point) * scale;
}

}  // namespace ptqbench::element
