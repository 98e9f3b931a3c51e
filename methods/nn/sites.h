#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "methods/nn/nonlinearity.h"
#include "methods/quantizer/affine.h"

namespace ptqbench {

/// Where a site stands in the network, as far as first/last-layer policies ask (bit_policy.h).
enum class Place { kInner, kFirst, kLast };

/// What a weight is multiplied with: a feature map, or nothing, its rows being looked up.
enum class WeightRole { kProduct, kEmbedding };

/// A weight tensor that can be quantized, and the quantizer it has been given.
struct WeightSite {
  std::string name;
  WeightRole role = WeightRole::kProduct;
  Place place = Place::kInner;
  /// Quantized only where heads are (bit_policy.h).
  bool head = false;
  /// Full precision, [C_out, ...].
  at::Tensor value;
  /// 32: not quantized.
  int bits = 32;
  std::optional<AffineQuantizer> quantizer;
  /// Dequantized values on the grid, same shape as `value`; undefined until ranges are set.
  at::Tensor quantized;

  void move_to(const at::Device& device);
};

/// A place where a feature map passes a non-linearity and then, perhaps, a quantizer.
struct ActivationSite {
  std::string name;
  Nonlinearity nonlinearity = Nonlinearity::kNone;
  /// False where the published methods put no quantizer (before a residual addition, at the
  /// network's output).
  bool quantizable = false;
  Place place = Place::kInner;
  /// Quantized only where heads are (bit_policy.h).
  bool head = false;
  /// 32: not quantized.
  int bits = 32;
  std::optional<AffineQuantizer> quantizer;

  void move_to(const at::Device& device);
};

/// A site that may be quantized, without a non-linearity.
inline ActivationSite quantized_site(const std::string& name) {
  ActivationSite site;
  site.name = name;
  site.quantizable = true;
  return site;
}

/// Batch normalisation, parameters of shape [C].
struct BatchNorm {
  std::string name;
  at::Tensor weight, bias, running_mean, running_var;
  double eps = 1e-5;
  double momentum = 0.1;

  void move_to(const at::Device& device);
};

/// Replaces the tensor by its copy on the device; one that is undefined or there stays.
void move_to(at::Tensor& tensor, const at::Device& device);

}  // namespace ptqbench
