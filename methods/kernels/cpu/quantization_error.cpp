#include "methods/kernels/cpu/quantization_error.h"

#include <algorithm>
#include <cstring>

#include "methods/kernels/cpu/vector_loop.h"

namespace ptqbench::cpu {
namespace {

/// Short chunks keep the float partial sums exact to about 1e-6.
constexpr int64_t kErrorChunk = 2048;

/// d^2.4 = q q^(1/5) with q = d^2; the fifth root from an estimate on the exponent bits by one step
/// of Halley's and one of Newton's method, relative error below 1e-6. Plain arithmetic, so that it
/// vectorises. The small addend keeps every intermediate result a normal number.
inline float power_2_4(float d) {
  const float square = d * d + 1e-30F;
  int32_t bits;
  std::memcpy(&bits, &square, sizeof bits);
  bits = static_cast<int32_t>(static_cast<float>(bits) * 0.2F) + 0x32CA0000;
  float root;
  std::memcpy(&root, &bits, sizeof root);
  const float second = root * root;
  const float fifth = second * second * root;
  root *= (2.0F * fifth + 3.0F * square) / (3.0F * fifth + 2.0F * square);
  const float fourth = root * root * (root * root);
  return square * (root * 0.8F + 0.2F * square / fourth);
}

/// Calls add(values, weights, count) on whole multiples of kSumLanes, the rest filled up with
/// values that weigh nothing.
template <class Add>
void in_whole_lanes(const float* x, const float* weights, int64_t n, Add add) {
  const int64_t whole = n / kSumLanes * kSumLanes;
  add(x, weights, whole);
  if (whole == n) return;
  float xs[kSumLanes] = {}, ws[kSumLanes] = {};
  std::copy_n(x + whole, n - whole, xs);
  std::copy_n(weights + whole, n - whole, ws);
  add(xs, ws, kSumLanes);
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

PTQ_MULTIVERSION
static void add_distances(const float* x, const float* weights, int64_t n, float centre,
                          float* sums) {
  for (int64_t i = 0; i < n; i += kSumLanes) {
    for (int64_t lane = 0; lane < kSumLanes; ++lane)
      sums[lane] += weights[i + lane] * power_2_4(x[i + lane] - centre);
  }
}

PTQ_MULTIVERSION
void rounding_errors(const float* x, const float* weights, int64_t n, float scale, float first,
                     int32_t intervals, float* errors, int32_t* interval) {
  const float last = static_cast<float>(intervals - 1);
  for (int64_t i = 0; i < n; ++i) {
    const float position = x[i] / scale;
    errors[i] = weights[i] * power_2_4(round_to_even(position) * scale - x[i]);
    // The ends may be missed by the rounding of the division.
    interval[i] = static_cast<int32_t>(std::min(std::max(position - first, 0.0F), last));
  }
}

double quantization_error(const float* x, const float* weights, int64_t n, float scale,
                          float zero_point, float quant_min, float quant_max) {
  static const auto* const ones = [] {
    auto* all = new float[kErrorChunk];
    std::fill(all, all + kErrorChunk, 1.0F);
    return all;
  }();
  double total = 0;
  for (int64_t start = 0; start < n; start += kErrorChunk) {
    float sums[kSumLanes] = {};
    in_whole_lanes(x + start, weights == nullptr ? ones : weights + start,
                   std::min(kErrorChunk, n - start),
                   [&](const float* values, const float* w, int64_t count) {
                     add_errors(values, w, count, scale, zero_point, quant_min, quant_max, sums);
                   });
    for (const float sum : sums) total += sum;
  }
  return total;
}

double distance_sum(const float* x, const float* weights, int64_t n, float centre) {
  double total = 0;
  for (int64_t start = 0; start < n; start += kErrorChunk) {
    float sums[kSumLanes] = {};
    in_whole_lanes(x + start, weights + start, std::min(kErrorChunk, n - start),
                   [&](const float* values, const float* w, int64_t count) {
                     add_distances(values, w, count, centre, sums);
                   });
    for (const float sum : sums) total += sum;
  }
  return total;
}

}  // namespace ptqbench::cpu
