#pragma once

#include <cstdint>

namespace ptqbench::cpu {

/// Sum over `n` values of weight * |fake_quantize(x) - x|^2.4; `weights` may be null (all 1).
/// fake_quantize(x) = (clamp(round(x / scale) + zero_point, quant_min, quant_max) - zero_point) *
/// scale.
double quantization_error(const float* x, const float* weights, int64_t n, float scale,
                          float zero_point, float quant_min, float quant_max);

/// Sum over `n` values of weight * |x - centre|^2.4.
double distance_sum(const float* x, const float* weights, int64_t n, float centre);

/// For each of `n` values between first * scale and (first + intervals) * scale: `errors` gets
/// weight * |round(x / scale) * scale - x|^2.4, `interval` the number of the interval between
/// neighbouring multiples of the scale that x lies in, 0 .. intervals - 1.
void rounding_errors(const float* x, const float* weights, int64_t n, float scale, float first,
                     int32_t intervals, float* errors, int32_t* interval);

}  // namespace ptqbench::cpu
