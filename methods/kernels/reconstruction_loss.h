#pragma once

#include <ATen/core/Tensor.h>

#include "methods/kernels/gather.h"

namespace ptqbench {

/// Elements over which a loss is averaged after it was summed over channels, which are the last
/// dimension of sequences [N, L, C] and dimension 1 of all others, [N, C, ...].
double loss_positions(const at::Tensor& output);

/// `fraction` times |output - target|^p, summed over channels (see loss_positions) and averaged over
/// the rest. A float64 scalar with a gradient for `output`. Gradients begin here: it is handed to
/// backward() itself, or added to others that are.
at::Tensor reconstruction_loss(const at::Tensor& output, const Rows& target, double p,
                               double fraction);

/// The whole of it for a target [N, C, ...] that is at hand.
at::Tensor reconstruction_loss(const at::Tensor& output, const at::Tensor& target, double p);

/// The value alone, for tensors of equal shape.
double reconstruction_error(const at::Tensor& output, const at::Tensor& target, double p);

/// For functions that compute their gradients on the way forward. Throws std::logic_error where the
/// gradient of a loss is seen not to be one; other devices than the CPU are not waited for.
void require_unit_gradient(const at::Tensor& gradient);

}  // namespace ptqbench
