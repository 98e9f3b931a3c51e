#pragma once

#include <ATen/core/Tensor.h>

namespace ptqbench {

/// The feature vectors of a batch that count. Sequences [N, L, C], or [N, H, L, C] with heads,
/// become the [M, C] or [M, H, C] of the M positions where `mask` [N, L] is not zero, in order;
/// padding enters no range, loss or statistic. Everything else, and everything where `mask` is
/// undefined, comes back as it is. Differentiable in `x`. Where the mask lies on the CPU, the device
/// of `x` is not waited for.
at::Tensor real_positions(const at::Tensor& x, const at::Tensor& mask);

}  // namespace ptqbench
