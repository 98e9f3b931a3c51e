#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "methods/quantizer/affine.h"

namespace ptqbench {

enum class Nonlinearity { kNone, kRelu, kRelu6 };

/// A weight tensor that can be quantized, and the quantizer it has been given.
struct WeightSite {
  std::string name;
  /// Full precision, [C_out, ...].
  at::Tensor value;
  /// 32: not quantized.
  int bits = 32;
  std::optional<AffineQuantizer> quantizer;
  /// Dequantized values on the grid, same shape as `value`; undefined until ranges are set.
  at::Tensor quantized;
};

/// A place where a feature map passes a non-linearity and then, perhaps, a quantizer.
struct ActivationSite {
  std::string name;
  Nonlinearity nonlinearity = Nonlinearity::kNone;
  /// False where the published methods put no quantizer (before a residual addition, at the
  /// network's output).
  bool quantizable = false;
  /// 32: not quantized.
  int bits = 32;
  std::optional<AffineQuantizer> quantizer;
};

/// Batch normalisation, parameters of shape [C].
struct BatchNorm {
  std::string name;
  at::Tensor weight, bias, running_mean, running_var;
  double eps = 1e-5;
  double momentum = 0.1;
};

at::Tensor apply_nonlinearity(Nonlinearity nonlinearity, const at::Tensor& x);

}  // namespace ptqbench
