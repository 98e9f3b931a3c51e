#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "methods/quantizer/affine.h"

namespace ptqbench {

/// Stretch of AdaRound's rectified sigmoid (arXiv:2004.10568, eq. 23).
constexpr double kGamma = -0.1;
constexpr double kZeta = 1.1;

/// h(alpha) = clamp(sigmoid(alpha) (zeta - gamma) + gamma, 0, 1), elementwise.
at::Tensor rectified_sigmoid(const at::Tensor& alpha);

/// Exponent beta of the rounding regulariser at step `t` (from 1) of `iterations`: `start` during
/// the warm-up, then linearly down to `end`.
double regulariser_exponent(int64_t t, int64_t iterations, double warm_up, double start,
                            double end);

/// `weight` in the memory layout in which its rounding is learned, and left.
at::Tensor in_rounding_layout(const at::Tensor& weight);

/// How many elements of `quantized` (on the quantizer's grid, shape of `weight`) lie on another
/// grid point than `weight` rounded to nearest, halves to even, does.
int64_t count_flipped(const at::Tensor& weight, const at::Tensor& quantized,
                      const AffineQuantizer& quantizer);

/// Learned rounding of one weight tensor: w = s (clamp(floor(w0 / s) + h(alpha) + z) - z)
/// (AdaRound, arXiv:2004.10568, eq. 22), with alpha set so that w equals w0 at first wherever w0
/// lies inside the quantizer's range.
class LearnedRounding {
 public:
  /// `weight` float32 [C_out, ...]. Tensors of four dimensions are kept channels-last, the layout
  /// that convolutions are fastest in.
  LearnedRounding(const at::Tensor& weight, const AffineQuantizer& quantizer);
  /// One on its way: `floor` and `alpha` as the functions below give them.
  LearnedRounding(const at::Tensor& floor, const at::Tensor& alpha,
                  const AffineQuantizer& quantizer);

  /// Soft-rounded, dequantized weight for the present alpha.
  at::Tensor soft_weight() const;
  /// Every weight rounded up where h(alpha) >= 1/2 and down elsewhere.
  at::Tensor hard_weight() const;

  /// Gradient for alpha of a loss with gradient `grad_weight` for the soft weight.
  at::Tensor alpha_gradient(const at::Tensor& grad_weight) const;

  struct Regulariser {
    at::Tensor value;
    at::Tensor gradient;
  };
  /// sum(1 - |2 h(alpha) - 1|^beta) (eq. 24, float64 []) and its gradient for alpha, for an exponent
  /// [] on the same device.
  Regulariser regulariser(const at::Tensor& beta) const;

  const AffineQuantizer& quantizer() const { return quantizer_; }
  /// floor(w0 / s) + z, laid out as alpha().
  const at::Tensor& floor() const { return floor_; }
  const at::Tensor& alpha() const { return alpha_; }
  void set_alpha(const at::Tensor& alpha) { alpha_ = alpha; }

 private:
  AffineQuantizer quantizer_;
  at::Tensor scale_;
  at::Tensor zero_point_;
  at::Tensor floor_;
  at::Tensor alpha_;
};

}  // namespace ptqbench
