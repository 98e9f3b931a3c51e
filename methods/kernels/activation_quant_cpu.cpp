#include "methods/kernels/activation_quant_cpu.h"

#include <algorithm>

#include "methods/kernels/elementwise.h"

namespace ptqbench::cpu {
namespace {

/// Integer code before clamping to the quantizer's range, limited to one step beyond it: enough to
/// see clipping, and small enough for round_to_even.
inline float code(const ActivationQuant& q, float activated) {
  const float steps = activated / q.scale;
  const float limited = std::min(std::max(steps, q.quant_min - q.zero_point - 1.0F),
                                 q.quant_max - q.zero_point + 1.0F);
  return round_to_even(limited) + q.zero_point;
}

inline float clip(float x, float low, float high) { return std::min(std::max(x, low), high); }

}  // namespace

PTQ_MULTIVERSION
static void forward_all(const ActivationQuant& q, const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float activated = clip(x[i], q.low, q.high);
    y[i] = (clip(code(q, activated), q.quant_min, q.quant_max) - q.zero_point) * q.scale;
  }
}

PTQ_MULTIVERSION
static void forward_mixed(const ActivationQuant& q, const float* x, const uint8_t* keep, float* y,
                          int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float activated = clip(x[i], q.low, q.high);
    const float quantized =
        (clip(code(q, activated), q.quant_min, q.quant_max) - q.zero_point) * q.scale;
    y[i] = keep[i] != 0 ? quantized : activated;
  }
}

void activation_quant_forward(const ActivationQuant& q, const float* x, const uint8_t* keep,
                              float* y, int64_t n) {
  if (keep == nullptr) {
    forward_all(q, x, y, n);
  } else {
    forward_mixed(q, x, keep, y, n);
  }
}

/// Elements whose contributions to the sums are kept before they are added up; a multiple of
/// kSumLanes.
constexpr int64_t kBlock = 256;

/// One block: the loop over elements vectorises because nothing in it is carried from one to the
/// next, and conditions are factors of 0 and 1 (branches on bytes and floats mixed do not
/// vectorise).
PTQ_MULTIVERSION
static void backward_block(const ActivationQuant& quantizer, const float* __restrict x,
                           const uint8_t* __restrict keep, const float* __restrict grad_y,
                           float* __restrict grad_x, float* __restrict scale_sums,
                           float* __restrict zero_point_sums) {
  const ActivationQuant q = quantizer;
  float for_scale[kBlock];
  float for_zero_point[kBlock];
  for (int64_t k = 0; k < kBlock; ++k) {
    const float activated = clip(x[k], q.low, q.high);
    const float integer = code(q, activated);
    const float clamped = clip(integer, q.quant_min, q.quant_max);
    const float inside = integer == clamped ? 1.0F : 0.0F;
    const auto quantized = static_cast<float>(keep[k]);
    const float open = (x[k] > q.low ? 1.0F : 0.0F) * (x[k] < q.high ? 1.0F : 0.0F);
    const float g = grad_y[k];
    grad_x[k] = g * (open * (1.0F - quantized * (1.0F - inside)));
    const float gq = g * quantized;
    for_scale[k] = gq * (clamped - q.zero_point - inside * (activated / q.scale));
    for_zero_point[k] = -gq * q.scale * (1.0F - inside);
  }
  for (int64_t k = 0; k < kBlock; k += kSumLanes) {
    for (int64_t lane = 0; lane < kSumLanes; ++lane) {
      scale_sums[lane] += for_scale[k + lane];
      zero_point_sums[lane] += for_zero_point[k + lane];
    }
  }
}

StepGradients activation_quant_backward(const ActivationQuant& q, const float* x,
                                        const uint8_t* keep, const float* grad_y, float* grad_x,
                                        int64_t n) {
  uint8_t all_kept[kBlock];
  std::fill(all_kept, all_kept + kBlock, uint8_t{1});
  float scale_sums[kSumLanes] = {};
  float zero_point_sums[kSumLanes] = {};
  const int64_t whole = n / kBlock * kBlock;
  for (int64_t i = 0; i < whole; i += kBlock) {
    backward_block(q, x + i, keep == nullptr ? all_kept : keep + i, grad_y + i, grad_x + i,
                   scale_sums, zero_point_sums);
  }
  if (whole < n) {
    // The rest is padded with elements whose gradient is zero.
    float xs[kBlock] = {}, gs[kBlock] = {}, out[kBlock] = {};
    uint8_t ks[kBlock] = {};
    const int64_t rest = n - whole;
    std::copy_n(x + whole, rest, xs);
    std::copy_n(grad_y + whole, rest, gs);
    std::copy_n(keep == nullptr ? all_kept : keep + whole, rest, ks);
    backward_block(q, xs, ks, gs, out, scale_sums, zero_point_sums);
    std::copy_n(out, rest, grad_x + whole);
  }
  StepGradients total;
  for (int64_t lane = 0; lane < kSumLanes; ++lane) {
    total.scale += scale_sums[lane];
    total.zero_point += zero_point_sums[lane];
  }
  return total;
}

}  // namespace ptqbench::cpu
