#include "methods/kernels/quantization_error_cpu.h"

#include <algorithm>
#include <cstring>

#include "methods/kernels/elementwise.h"

namespace ptqbench::cpu {
namespace {

/// d^2.4 = d^2 * (d^2)^(1/5), the fifth root by Newton's method from an estimate on the exponent
/// bits; relative error below 1e-6. Plain arithmetic, so that it vectorises.
inline float power_2_4(float d) {
  const float square = d * d + 1e-36F;
  uint32_t bits;
  std::memcpy(&bits, &square, sizeof bits);
  bits = static_cast<uint32_t>(static_cast<float>(bits) * 0.2F) + 0x32CA0000U;
  float root;
  std::memcpy(&root, &bits, sizeof root);
  for (int i = 0; i < 3; ++i) {
    const float fourth = root * root * (root * root);
    root = root * 0.8F + 0.2F * square / fourth;
  }
  return square * root;
}

}  // namespace

PTQ_MULTIVERSION
static void add_errors(const float* x, const float* weights, int64_t n, float scale,
                       float zero_point, float quant_min, float quant_max, float* sums) {
  const float low = quant_min - zero_point;
  const float high = quant_max - zero_point;
  for (int64_t i = 0; i < n; i += kSumLanes) {
    for (int64_t lane = 0; lane < kSumLanes; ++lane) {
      const float value = x[i + lane];
      const float level = round_to_even(std::min(std::max(value / scale, low), high));
      sums[lane] += weights[i + lane] * power_2_4(level * scale - value);
    }
  }
}

double quantization_error(const float* x, const float* weights, int64_t n, float scale,
                          float zero_point, float quant_min, float quant_max) {
  // Short chunks keep the float partial sums exact to about 1e-6.
  constexpr int64_t kErrorChunk = 2048;
  static const auto* const ones = [] {
    auto* all = new float[kErrorChunk];
    std::fill(all, all + kErrorChunk, 1.0F);
    return all;
  }();
  double total = 0;
  for (int64_t start = 0; start < n; start += kErrorChunk) {
    const int64_t count = std::min(kErrorChunk, n - start);
    const int64_t whole = count / kSumLanes * kSumLanes;
    const float* w = weights == nullptr ? ones : weights + start;
    float sums[kSumLanes] = {};
    add_errors(x + start, w, whole, scale, zero_point, quant_min, quant_max, sums);
    if (whole < count) {
      float xs[kSumLanes] = {}, ws[kSumLanes] = {};
      std::copy_n(x + start + whole, count - whole, xs);
      std::copy_n(w + whole, count - whole, ws);
      add_errors(xs, ws, kSumLanes, scale, zero_point, quant_min, quant_max, sums);
    }
    for (const float sum : sums) total += sum;
  }
  return total;
}

}  // namespace ptqbench::cpu
