#include "methods/kernels/rounding_step_cpu.h"

#include <algorithm>
#include <cmath>

#include "methods/kernels/elementwise.h"

namespace ptqbench::cpu {
namespace {

constexpr auto kBeta1 = static_cast<float>(kAdamBeta1);
constexpr auto kBeta2 = static_cast<float>(kAdamBeta2);
constexpr auto kRest1 = static_cast<float>(1 - kAdamBeta1);
constexpr auto kRest2 = static_cast<float>(1 - kAdamBeta2);
constexpr auto kEpsilon = static_cast<float>(kAdamEpsilon);
/// Elements of an inner loop: compilers unroll shorter ones instead of vectorising them.
constexpr int64_t kLanes = 32;
/// Stretch of the rectified sigmoid (see quantizer/rounding.h).
constexpr float kLow = -0.1F;
constexpr float kStretch = 1.2F;

PTQ_BODY void update(float rate, float second_moment_factor, float gradient, float& parameter,
                     float& first_moment, float& second_moment) {
  first_moment = first_moment * kBeta1 + gradient * kRest1;
  second_moment = second_moment * kBeta2 + gradient * gradient * kRest2;
  const float denominator = std::sqrt(second_moment) * second_moment_factor + kEpsilon;
  parameter -= rate * (first_moment / denominator);
}

PTQ_BODY float sigmoid(float x) { return 1.0F / (1.0F + fast_exp(-x)); }

/// `kRegularise` false saves the power. The pointers stand apart from the row because `__restrict`
/// counts on parameters only.
template <bool kRegularise>
PTQ_BODY void step_words(const RoundingStep& step, float scale, float zero_point,
                         const float* __restrict floor, const float* __restrict grad_weight,
                         float* __restrict alpha, float* __restrict first_moment,
                         float* __restrict second_moment, float* __restrict soft,
                         float* __restrict lane_sums, int64_t words) {
  const RoundingStep s = step;
  float sums[kLanes] = {};
  for (int64_t w = 0; w < words; ++w) {
    for (int64_t k = 0; k < kLanes; ++k) {
      const int64_t i = w * kLanes + k;
      const float up = sigmoid(alpha[i]);
      const float stretched = up * kStretch + kLow;
      const float h = clip(stretched, 0.0F, 1.0F);
      const float slope = h == stretched ? up * (1.0F - up) * kStretch : 0.0F;
      const float integer = floor[i] + h;
      const float inside = integer == clip(integer, s.quant_min, s.quant_max) ? scale : 0.0F;
      float gradient = grad_weight[i] * inside * slope;
      if (kRegularise) {
        const float centred = 2.0F * h - 1.0F;
        const float distance = centred < 0.0F ? -centred : centred;
        const float power = fast_pow(distance, s.beta - 1.0F);
        sums[k] += 1.0F - power * distance;
        const float pull = 2.0F * s.beta * s.round_weight * power * slope;
        gradient += centred < 0.0F ? pull : -pull;
      }
      float a = alpha[i], m = first_moment[i], v = second_moment[i];
      update(s.rate, s.second_moment_factor, gradient, a, m, v);
      alpha[i] = a;
      first_moment[i] = m;
      second_moment[i] = v;
      const float next = clip(sigmoid(a) * kStretch + kLow, 0.0F, 1.0F);
      soft[i] = (clip(floor[i] + next, s.quant_min, s.quant_max) - zero_point) * scale;
    }
  }
  for (int64_t k = 0; k < kLanes; ++k) lane_sums[k] += sums[k];
}

PTQ_MULTIVERSION
void step_plain(const RoundingStep& step, const RoundingRow& row, float* lane_sums, int64_t words) {
  step_words<false>(step, row.scale, row.zero_point, row.floor, row.grad_weight, row.alpha,
                    row.first_moment, row.second_moment, row.soft, lane_sums, words);
}

PTQ_MULTIVERSION
void step_regularised(const RoundingStep& step, const RoundingRow& row, float* lane_sums,
                      int64_t words) {
  step_words<true>(step, row.scale, row.zero_point, row.floor, row.grad_weight, row.alpha,
                   row.first_moment, row.second_moment, row.soft, lane_sums, words);
}

/// The last elements of a row, padded to a whole vector.
struct PaddedRow {
  float floor[kLanes] = {}, grad_weight[kLanes] = {}, alpha[kLanes] = {};
  float first_moment[kLanes] = {}, second_moment[kLanes] = {}, soft[kLanes] = {};
};

}  // namespace

double rounding_step(const RoundingStep& step, const RoundingRow& row, int64_t n) {
  const bool regularise = step.round_weight != 0.0F;
  const auto body = regularise ? step_regularised : step_plain;
  const int64_t whole = n / kLanes * kLanes;
  float sums[kLanes] = {};
  body(step, row, sums, whole / kLanes);
  double total = 0;
  if (whole < n) {
    const int64_t rest = n - whole;
    PaddedRow p;
    std::copy_n(row.floor + whole, rest, p.floor);
    std::copy_n(row.grad_weight + whole, rest, p.grad_weight);
    std::copy_n(row.alpha + whole, rest, p.alpha);
    std::copy_n(row.first_moment + whole, rest, p.first_moment);
    std::copy_n(row.second_moment + whole, rest, p.second_moment);
    body(step,
         {row.scale, row.zero_point, p.floor, p.grad_weight, p.alpha, p.first_moment,
          p.second_moment, p.soft},
         sums, 1);
    std::copy_n(p.alpha, rest, row.alpha + whole);
    std::copy_n(p.first_moment, rest, row.first_moment + whole);
    std::copy_n(p.second_moment, rest, row.second_moment + whole);
    std::copy_n(p.soft, rest, row.soft + whole);
    // Padding has alpha 0, so h = 1/2, and counts 1 each.
    if (regularise) total -= static_cast<double>(kLanes - rest);
  }
  for (const float sum : sums) total += sum;
  return total;
}

PTQ_MULTIVERSION
void adam_step(float rate, float second_moment_factor, const float* gradient, float* parameter,
               float* first_moment, float* second_moment, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    update(rate, second_moment_factor, gradient[i], parameter[i], first_moment[i],
           second_moment[i]);
  }
}

}  // namespace ptqbench::cpu
