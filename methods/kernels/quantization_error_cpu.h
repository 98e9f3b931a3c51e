#pragma once

#include <cstdint>

namespace ptqbench::cpu {

/// Sum over `n` values of weight * |fake_quantize(x) - x|^2.4; `weights` may be null (all 1).
/// fake_quantize(x) = (clamp(round(x / scale) + zero_point, quant_min, quant_max) - zero_point) *
/// scale.
double quantization_error(const float* x, const float* weights, int64_t n, float scale,
                          float zero_point, float quant_min, float quant_max);

}  // namespace ptqbench::cpu
