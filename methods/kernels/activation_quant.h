#pragma once

#include <ATen/core/Tensor.h>

#include "methods/kernels/gather.h"
#include "methods/nn/nonlinearity.h"
#include "methods/quantizer/affine.h"

namespace ptqbench {

/// What enters an activation: a feature map [N, ...], or the sum of two of equal shape.
struct ActivationTerms {
  at::Tensor x;
  /// Undefined: none.
  at::Tensor addend = {};

  at::Tensor sum() const;
};

/// Non-linearity alone; one pass where no gradient is asked for.
at::Tensor activate(const ActivationTerms& terms, Nonlinearity nonlinearity);

/// Non-linearity and per-tensor fake quantization in one pass, without gradient; shape and layout
/// of `x`.
at::Tensor activate_and_quantize(const ActivationTerms& terms, Nonlinearity nonlinearity,
                                 const AffineQuantizer& quantizer);

/// What a learned activation quantizer works with during reconstruction.
struct LearnedQuantizer {
  /// [1], float32; receives the LSQ gradient when it requires grad.
  at::Tensor scale;
  /// [1], float32; receives the LSQ+ gradient when it requires grad. Rounded before use.
  at::Tensor zero_point;
  IntegerRange range;
};

/// Non-linearity, fake quantization with straight-through rounding, and QDrop's mixing
/// (arXiv:2203.05740, eq. 7): an element is quantized where the keep mask (see keep_mask.h) is 1
/// and passes in full precision where it is 0; an undefined mask quantizes everything. Gradients:
/// LSQ (arXiv:1902.08153, eq. 3) for the scale and LSQ+ (arXiv:2004.09576, eq. 5) for the zero
/// point, each scaled by 1 / sqrt(numel * quant_max), and the clipped straight-through estimator
/// for the terms.
at::Tensor activate_and_quantize(const ActivationTerms& terms, Nonlinearity nonlinearity,
                                 const LearnedQuantizer& quantizer, const at::Tensor& keep);

/// The same function written as plain tensor operations under autograd: what tests compare with, and
/// devices without kernels of their own run.
at::Tensor activate_and_quantize_composed(const ActivationTerms& terms, Nonlinearity nonlinearity,
                                          const LearnedQuantizer& quantizer,
                                          const at::Tensor& keep);

/// reconstruction_loss(activate_and_quantize(terms, ...), target, p, fraction) for a unit that ends
/// in a quantized activation, in one pass where target and terms are laid out alike.
at::Tensor activation_loss(const ActivationTerms& terms, Nonlinearity nonlinearity,
                           const LearnedQuantizer& quantizer, const at::Tensor& keep,
                           const Rows& target, double p, double fraction);

/// clamp whose gradient is one at the bounds, too, as the published code's was; clamp of newer
/// LibTorch (2.15) has none there, where many quantized values lie.
at::Tensor clamp_with_bounds(const at::Tensor& x, double minimum, double maximum);

}  // namespace ptqbench
