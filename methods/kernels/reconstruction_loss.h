#pragma once

#include <ATen/core/Tensor.h>

#include "methods/kernels/gather.h"

namespace ptqbench {

/// Elements over which a loss is averaged after it was summed over channels, which are the last
/// dimension of sequences [N, L, C] and dimension 1 of all others, [N, C, ...].
double loss_positions(const at::Tensor& output);

/// |output - target|^p summed over channels (see loss_positions) and averaged over the rest.
/// A float64 scalar with a gradient for `output`; on the CPU one pass.
at::Tensor reconstruction_loss(const at::Tensor& output, const Rows& target, double p);

/// The same for a target [N, C, ...] that is at hand.
at::Tensor reconstruction_loss(const at::Tensor& output, const at::Tensor& target, double p);

/// The value alone, for tensors of equal shape.
double reconstruction_error(const at::Tensor& output, const at::Tensor& target, double p);

}  // namespace ptqbench
