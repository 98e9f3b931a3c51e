#pragma once

#include <cstdint>
#include <cstring>

#include "methods/kernels/element/compiler.h"

namespace ptqbench::element {

/// Nearest integer, halves to even, for |x| < 2^22: adding 1.5 * 2^23 leaves no fraction bits.
/// Vectorises on every instruction set, unlike std::nearbyint.
PTQ_ELEMENT float round_to_even(float x) {
  constexpr float kMagic = 12582912.0F;
  return (x + kMagic) - kMagic;
}

PTQ_ELEMENT float larger(float x, float y) { return x < y ? y : x; }

PTQ_ELEMENT float clip(float x, float low, float high) {
  const float above = larger(x, low);
  return high < above ? high : above;
}

PTQ_ELEMENT int32_t float_bits(float x) {
  int32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

PTQ_ELEMENT float float_from_bits(int32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

/// exp(x) with a relative error below 3e-7, limited to x in [-87, 88]; vectorises. The argument is
/// split into a multiple of log 2 (in two parts) and a rest for the power series.
PTQ_ELEMENT float fast_exp(float x) {
  const float limited = clip(x, -87.0F, 88.0F);
  const float n = round_to_even(limited * 1.44269504F);
  const float r = (limited - n * 0.693359375F) + n * 2.12194440e-4F;
  float series = 1.0F / 5040;
  series = series * r + 1.0F / 720;
  series = series * r + 1.0F / 120;
  series = series * r + 1.0F / 24;
  series = series * r + 1.0F / 6;
  series = series * r + 0.5F;
  series = series * r + 1.0F;
  series = series * r + 1.0F;
  return series * float_from_bits((static_cast<int32_t>(n) + 127) * (1 << 23));
}

/// log(x) of a positive normal number with an absolute error below 1e-6 times max(1, |log x|);
/// vectorises. The mantissa is brought to [1/sqrt 2, sqrt 2), whose logarithm is 2 artanh(s).
PTQ_ELEMENT float fast_log(float x) {
  const int32_t bits = float_bits(x);
  const int32_t exponent = (bits - 0x3F3504F3) >> 23;
  const float mantissa = float_from_bits(bits - exponent * (1 << 23));
  const float s = (mantissa - 1.0F) / (mantissa + 1.0F);
  const float square = s * s;
  float series = 2.0F / 9;
  series = series * square + 2.0F / 7;
  series = series * square + 2.0F / 5;
  series = series * square + 2.0F / 3;
  series = series * square + 2.0F;
  return series * s + static_cast<float>(exponent) * 0.693147181F;
}

/// x^p for x >= 0 and p > 0, exactly 0 below 1e-30.
PTQ_ELEMENT float fast_pow(float x, float p) {
  const float power = fast_exp(p * fast_log(larger(x, 1e-30F)));
  return x < 1e-30F ? 0.0F : power;
}

PTQ_ELEMENT float sigmoid(float x) { return 1.0F / (1.0F + fast_exp(-x)); }

}  // namespace ptqbench::element
