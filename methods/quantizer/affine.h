#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "methods/kernels/element/activation.h"

namespace ptqbench {

/// The integers a quantizer may use: 0 .. 2^b - 1, or -2^(b-1) .. 2^(b-1) - 1 when symmetric.
struct IntegerRange {
  int64_t minimum = 0;
  int64_t maximum = 255;

  int64_t steps() const { return maximum - minimum; }
};

/// Throws ConfigError unless 2 <= bits <= 8.
IntegerRange integer_range(int bits, bool symmetric);

/// Uniform affine quantizer x_q = (clamp(round(x / scale) + zero_point) - zero_point) * scale.
/// `scale` and `zero_point` are float32 of shape [1] (per tensor) or [C_out] (per output channel,
/// axis 0).
struct AffineQuantizer {
  IntegerRange range;
  at::Tensor scale;
  at::Tensor zero_point;

  bool per_channel() const;
};

using element::kSmallestScale;

/// The quantizer whose range is [minimum, maximum] widened to contain zero (shape [1] or [C_out],
/// float32). Asymmetric: scale = (max - min) / steps, zero point = qmin - round(min / scale),
/// clamped to the range. Symmetric: scale = 2 max(-min, max) / steps, zero point 0.
AffineQuantizer quantizer_from_range(const at::Tensor& minimum, const at::Tensor& maximum,
                                     IntegerRange range, bool symmetric);

/// `parameter` ([1] or [C_out]) shaped to broadcast against `x` along axis 0.
at::Tensor broadcast_to_channels(const at::Tensor& parameter, const at::Tensor& x);

/// Quantized and dequantized to nearest (halves to even), shape of `x`.
at::Tensor fake_quantize(const at::Tensor& x, const AffineQuantizer& quantizer);

/// The integers x_q / scale + zero_point of a tensor that lies on the quantizer's grid: uint8, or
/// int8 where the range has negative ones, laid out as `on_grid`.
at::Tensor grid_integers(const at::Tensor& on_grid, const AffineQuantizer& quantizer);

/// (integers - zero_point) * scale, float32: the tensor whose grid_integers they are, bit for bit.
at::Tensor dequantize(const at::Tensor& integers, const AffineQuantizer& quantizer);

}  // namespace ptqbench
