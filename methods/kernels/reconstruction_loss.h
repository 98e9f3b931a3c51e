#pragma once

#include <ATen/core/Tensor.h>

#include "methods/kernels/gather.h"

namespace ptqbench {

/// Elements of [N, C, ...] over which a loss is averaged after it was summed over channels.
double loss_positions(const at::Tensor& output);

/// |output - target|^p summed over channels (dimension 1) and averaged over the rest; [N, C, ...].
/// A float64 scalar with a gradient for `output`; on the CPU one pass.
at::Tensor reconstruction_loss(const at::Tensor& output, const Rows& target, double p);

/// The same for a target [N, C, ...] that is at hand.
at::Tensor reconstruction_loss(const at::Tensor& output, const at::Tensor& target, double p);

/// The value alone, for tensors of equal shape.
double reconstruction_error(const at::Tensor& output, const at::Tensor& target, double p);

}  // namespace ptqbench
