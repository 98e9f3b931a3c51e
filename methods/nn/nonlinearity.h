#pragma once

#include <ATen/core/Tensor.h>

namespace ptqbench {

enum class Nonlinearity { kNone, kRelu, kRelu6 };

at::Tensor apply_nonlinearity(Nonlinearity nonlinearity, const at::Tensor& x);

}  // namespace ptqbench
