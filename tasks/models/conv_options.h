#pragma once

#include <string>

#include "methods/nn/layers.h"

namespace ptqbench {

/// A convolution that keeps the size (but for the stride), batch norm `norm`, ReLU, quantized
/// output.
Conv2dOptions conv_relu(int64_t in_channels, int64_t out_channels, int64_t kernel, int64_t stride,
                        const std::string& norm);

/// The same as the last of its branch before a residual sum: no non-linearity, and the sum is
/// quantized instead.
Conv2dOptions before_sum(Conv2dOptions options);

}  // namespace ptqbench
