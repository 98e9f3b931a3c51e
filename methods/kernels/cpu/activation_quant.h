#pragma once

#include <cstdint>

#include "methods/kernels/element/activation.h"

namespace ptqbench::cpu {

using element::ActivationQuant;

/// What enters an activation: `x`, or x + addend; all dense, as long as the call says.
struct ActivationInput {
  const float* x;
  /// Null: none.
  const float* addend;
  /// One bit an element (see keep_mask.h); null: all quantized.
  const uint32_t* keep;
};

/// Sums over elements: gradients for scale and zero point before LSQ's factor, and a loss.
struct ActivationSums {
  double scale = 0;
  double zero_point = 0;
  double loss = 0;
};

/// y = the clipped input, not quantized; `input.keep` and the quantizer's scalars do not matter.
void activate(const ActivationQuant& q, const ActivationInput& input, float* y, int64_t n);

/// y = mixed fake quantization of the clipped input over `n` elements.
void activation_forward(const ActivationQuant& q, const ActivationInput& input, float* y,
                        int64_t n);

/// grad_x from grad_y; the loss is left at 0.
ActivationSums activation_backward(const ActivationQuant& q, const ActivationInput& input,
                                   const float* grad_y, float* grad_x, int64_t n);

/// Forward, loss and backward in one: the loss is sum |y - target|^p, and the gradients are those
/// of `factor` times it.
ActivationSums activation_loss(const ActivationQuant& q, const ActivationInput& input,
                               const float* target, float p, float factor, float* grad_x,
                               int64_t n);

/// Sum of |y - target|^p over `n` elements; `grad_y` receives the gradient of `factor` times it.
double power_loss(const float* y, const float* target, float p, float factor, float* grad_y,
                  int64_t n);

}  // namespace ptqbench::cpu
