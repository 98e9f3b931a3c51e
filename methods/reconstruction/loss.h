#pragma once

#include <ATen/core/Tensor.h>

namespace ptqbench {

struct Loss {
  double value = 0;
  /// Gradient for the output, same shape.
  at::Tensor gradient;
};

/// |output - target|^p summed over channels (dimension 1) and averaged over the rest; [N, C, ...].
Loss reconstruction_loss(const at::Tensor& output, const at::Tensor& target, double p);

}  // namespace ptqbench
