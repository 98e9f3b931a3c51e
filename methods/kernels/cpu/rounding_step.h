#pragma once

#include <cstdint>

#include "methods/kernels/element/rounding.h"

namespace ptqbench::cpu {

using element::RoundingScalars;

/// One output channel of a weight: `n` elements each.
struct RoundingRow {
  float scale;
  float zero_point;
  /// floor(w / scale) + zero_point.
  const float* floor;
  /// Gradient of the loss for the soft weight.
  const float* grad_weight;
  float* alpha;
  float* first_moment;
  float* second_moment;
  /// Receives the soft weight of the updated alpha.
  float* soft;
};

/// Gradient, update and next soft weight in one pass (element::rounding_step). Returns the sum of 1 - |2 h(alpha) - 1|^beta
/// before the update, 0 without regulariser.
double rounding_step(const RoundingScalars& scalars, const RoundingRow& row, int64_t n);

/// Adam on `n` elements; `rate` and `second_moment_factor` as in RoundingScalars.
void adam_step(float rate, float second_moment_factor, const float* gradient, float* parameter,
               float* first_moment, float* second_moment, int64_t n);

}  // namespace ptqbench::cpu
