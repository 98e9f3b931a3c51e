#pragma once

#include "methods/kernels/element/functions.h"

namespace ptqbench::element {

/// Scalars of one activation quantizer, and the clipping limits of its non-linearity (infinite
/// where there is none).
struct ActivationQuant {
  float low;
  float high;
  float scale;
  float zero_point;
  float quant_min;
  float quant_max;
};

/// One activation and what its gradients need.
struct Quantized {
  float value;
  /// 1 inside the integer range, 0 where it is clipped.
  float inside;
  /// d value / d scale under straight-through rounding.
  float scale_slope;
};

/// Integer codes are limited to one step beyond the range: enough to see clipping, and small enough
/// for round_to_even.
PTQ_ELEMENT Quantized quantize(const ActivationQuant& q, float activated) {
  const float steps = activated / q.scale;
  const float low = q.quant_min - q.zero_point;
  const float high = q.quant_max - q.zero_point;
  const float level = round_to_even(clip(steps, low - 1.0F, high + 1.0F));
  const float clipped = clip(level, low, high);
  const float inside = level == clipped ? 1.0F : 0.0F;
  return {clipped * q.scale, inside, clipped - inside * steps};
}

/// Where the non-linearity lets gradients through.
PTQ_ELEMENT float open_slope(const ActivationQuant& q, float x) {
  return (x > q.low ? 1.0F : 0.0F) * (x < q.high ? 1.0F : 0.0F);
}

/// What an element adds to the gradients, for a gradient `g` of its mixed quantized value: LSQ
/// (arXiv:1902.08153, eq. 3) and LSQ+ (arXiv:2004.09576, eq. 5) before their factors.
struct ActivationGradient {
  float x;
  float scale;
  float zero_point;
};

PTQ_ELEMENT ActivationGradient activation_gradient(const ActivationQuant& q,
                                                   const Quantized& quantized, float x, bool kept,
                                                   float g) {
  const float quantized_gradient = kept ? g : 0.0F;
  return {open_slope(q, x) * (kept ? g * quantized.inside : g),
          quantized_gradient * quantized.scale_slope,
          quantized_gradient * (1.0F - quantized.inside)};
}

/// Smallest scale that is used; keeps constant tensors quantizable.
constexpr float kSmallestScale = 1.1920928955078125e-07F;

/// A learned number of a quantizer after an update: scales stay positive, zero points within
/// [minimum, maximum].
PTQ_ELEMENT float bounded_step(bool is_scale, float value, float minimum, float maximum) {
  if (is_scale) return larger(value < 0.0F ? -value : value, kSmallestScale);
  return clip(value, minimum, maximum);
}

/// |d|^p of the difference from a target, and its slope.
struct Power {
  float value;
  float slope;
};

template <bool kSquare>
PTQ_ELEMENT Power power(float d, float p) {
  if (kSquare) return {d * d, 2.0F * d};
  const float distance = d < 0.0F ? -d : d;
  const float lower = fast_pow(distance, p - 1.0F);
  return {lower * distance, d < 0.0F ? -p * lower : p * lower};
}

}  // namespace ptqbench::element
