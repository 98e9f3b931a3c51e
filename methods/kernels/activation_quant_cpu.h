#pragma once

#include <cstdint>

namespace ptqbench::cpu {

/// Scalars of one activation quantizer, and the clipping limits of its non-linearity (infinite
/// where there is none).
struct ActivationQuant {
  float low;
  float high;
  float scale;
  float zero_point;
  float quant_min;
  float quant_max;
};

/// y = mixed fake quantization of the clipped x over `n` dense elements; `keep` may be null (all
/// quantized).
void activation_quant_forward(const ActivationQuant& q, const float* x, const uint8_t* keep,
                              float* y, int64_t n);

struct StepGradients {
  double scale = 0;
  double zero_point = 0;
};

/// grad_x from grad_y, and the sums for scale and zero point (before LSQ's factor) over these `n`
/// elements. Sums are single precision: call it on a chunk (kChunk) at a time.
StepGradients activation_quant_backward(const ActivationQuant& q, const float* x,
                                        const uint8_t* keep, const float* grad_y, float* grad_x,
                                        int64_t n);

}  // namespace ptqbench::cpu
