#pragma once

#include <ATen/core/Tensor.h>

#include <cmath>
#include <cstdint>

#include "methods/quantizer/affine.h"

namespace ptqbench {

/// LSQ's factor of the gradient for a step that quantizes so many elements (arXiv:1902.08153,
/// section 2.2).
inline double step_gradient_factor(int64_t elements, IntegerRange range) {
  return 1 / std::sqrt(static_cast<double>(elements) * static_cast<double>(range.maximum));
}

}  // namespace ptqbench
