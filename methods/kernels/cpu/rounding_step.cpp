#include "methods/kernels/cpu/rounding_step.h"

#include <algorithm>

#include "methods/kernels/cpu/vector_loop.h"

namespace ptqbench::cpu {
namespace {

/// Elements of an inner loop: compilers unroll shorter ones instead of vectorising them.
constexpr int64_t kLanes = 32;

/// `kRegularise` false saves the power. The pointers stand apart from the row because `__restrict`
/// counts on parameters only.
template <bool kRegularise>
PTQ_BODY void step_words(const RoundingScalars& step, float scale, float zero_point,
                         const float* __restrict floor, const float* __restrict grad_weight,
                         float* __restrict alpha, float* __restrict first_moment,
                         float* __restrict second_moment, float* __restrict soft,
                         float* __restrict lane_sums, int64_t words) {
  const RoundingScalars s = step;
  float sums[kLanes] = {};
  for (int64_t w = 0; w < words; ++w) {
    for (int64_t k = 0; k < kLanes; ++k) {
      const int64_t i = w * kLanes + k;
      RoundingElement e{alpha[i], first_moment[i], second_moment[i]};
      soft[i] = element::rounding_step<kRegularise>(s, scale, zero_point, floor[i], grad_weight[i],
                                                    e, sums[k]);
      alpha[i] = e.alpha;
      first_moment[i] = e.first_moment;
      second_moment[i] = e.second_moment;
    }
  }
  for (int64_t k = 0; k < kLanes; ++k) lane_sums[k] += sums[k];
}

PTQ_MULTIVERSION
void step_plain(const RoundingScalars& step, const RoundingRow& row, float* lane_sums, int64_t words) {
  step_words<false>(step, row.scale, row.zero_point, row.floor, row.grad_weight, row.alpha,
                    row.first_moment, row.second_moment, row.soft, lane_sums, words);
}

PTQ_MULTIVERSION
void step_regularised(const RoundingScalars& step, const RoundingRow& row, float* lane_sums,
                      int64_t words) {
  step_words<true>(step, row.scale, row.zero_point, row.floor, row.grad_weight, row.alpha,
                   row.first_moment, row.second_moment, row.soft, lane_sums, words);
}

/// The last elements of a row, padded to a whole vector.
struct PaddedRow {
  float floor[kLanes] = {}, grad_weight[kLanes] = {}, alpha[kLanes] = {};
  float first_moment[kLanes] = {}, second_moment[kLanes] = {}, soft[kLanes] = {};
};

}  // namespace

double rounding_step(const RoundingScalars& step, const RoundingRow& row, int64_t n) {
  const bool regularise = step.round_weight != 0.0F;
  const auto body = regularise ? step_regularised : step_plain;
  const int64_t whole = n / kLanes * kLanes;
  float sums[kLanes] = {};
  body(step, row, sums, whole / kLanes);
  double total = 0;
  if (whole < n) {
    const int64_t rest = n - whole;
    PaddedRow p;
    std::copy_n(row.floor + whole, rest, p.floor);
    std::copy_n(row.grad_weight + whole, rest, p.grad_weight);
    std::copy_n(row.alpha + whole, rest, p.alpha);
    std::copy_n(row.first_moment + whole, rest, p.first_moment);
    std::copy_n(row.second_moment + whole, rest, p.second_moment);
    body(step,
         {row.scale, row.zero_point, p.floor, p.grad_weight, p.alpha, p.first_moment,
          p.second_moment, p.soft},
         sums, 1);
    std::copy_n(p.alpha, rest, row.alpha + whole);
    std::copy_n(p.first_moment, rest, row.first_moment + whole);
    std::copy_n(p.second_moment, rest, row.second_moment + whole);
    std::copy_n(p.soft, rest, row.soft + whole);
    // Padding has alpha 0, so h = 1/2, and counts 1 each.
    if (regularise) total -= static_cast<double>(kLanes - rest);
  }
  for (const float sum : sums) total += sum;
  return total;
}

PTQ_MULTIVERSION
void adam_step(float rate, float second_moment_factor, const float* gradient, float* parameter,
               float* first_moment, float* second_moment, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    adam(rate, second_moment_factor, gradient[i], parameter[i], first_moment[i],
           second_moment[i]);
  }
}

}  // namespace ptqbench::cpu
