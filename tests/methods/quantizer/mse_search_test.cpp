#include "methods/quantizer/mse_search.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/quantizer/range_observer.h"
#include "tests/support/expect_close.h"

namespace ptqbench {
namespace {

constexpr int64_t kSorted = 700;
constexpr int64_t kBinned = 20000;

struct Data {
  std::string name;
  at::Tensor x;
};

/// What weights and feature maps look like, and what they should not.
std::vector<Data> distributions(int64_t n) {
  const auto normal = at::randn({n});
  const auto uniform = at::rand({n});
  auto outlier = normal.clone();
  outlier[n / 2] = 300;
  auto outliers = normal * 0.1 + 0.2;
  outliers[0] = -40;
  outliers[n - 1] = 9;
  return {{"normal", normal},
          {"laplace", at::sign(uniform - 0.5) * at::log1p(-1.999 * (uniform - 0.5).abs())},
          {"heavy tails", normal * normal.abs() * normal.abs()},
          {"relu", at::relu(normal)},
          {"negative relu", -at::relu(normal)},
          {"relu6", at::hardtanh(normal * 4 + 1, 0, 6)},
          {"bounded", at::hardtanh(normal * 3 + 0.7, -1, 4)},
          {"skewed", at::where(normal < 0, normal * 0.05, normal)},
          {"mostly negative", normal * 0.2 - 1},
          {"far from zero", uniform + 50},
          {"uniform", uniform * 3 - 1},
          {"two clusters", at::where(uniform < 0.3, normal * 0.01 - 2, normal * 0.1 + 1)},
          {"one outlier", outlier},
          {"outliers", outliers},
          {"mostly zero", at::where(uniform < 0.9, at::zeros({n}), normal)},
          {"tiny", normal * 1e-5},
          {"large", normal * 1e6}};
}

/// Data that quantizers meet exactly, or nearly so.
std::vector<Data> degenerate(int64_t n) {
  const auto uniform = at::rand({n});
  return {{"zero", at::zeros({n})},
          {"equal", at::full({n}, 0.37)},
          {"equal, negative", at::full({n}, -2.5)},
          {"denormal", at::full({n}, 1e-42)}};
}

/// Error of the found candidate over the least error.
void expect_least(const at::Tensor& x, const std::vector<TrialQuantizer>& candidates,
                  IntegerRange range) {
  const float* values = x.data_ptr<float>();
  const auto found = least_error_candidate(values, x.numel(), x.min().item<float>(),
                                           x.max().item<float>(), candidates, range);
  const auto best = least_error_candidate_exhaustive(values, x.numel(), candidates, range);
  if (found.scale == best.scale && found.zero_point == best.zero_point) return;
  const double least = quantization_error(values, x.numel(), best, range);
  EXPECT_LE(quantization_error(values, x.numel(), found, range), least * 1.0001)
      << "scale " << found.scale << " instead of " << best.scale << ", zero point "
      << found.zero_point << " instead of " << best.zero_point;
}

void expect_least_for_all_searches(const Data& data, int bits) {
  const float low = data.x.min().item<float>();
  const float high = data.x.max().item<float>();
  const auto side = low >= 0    ? DataSide::kNotNegative
                    : high <= 0 ? DataSide::kNotPositive
                                : DataSide::kBoth;
  for (const bool symmetric : {false, true}) {
    SCOPED_TRACE(data.name + ", " + std::to_string(data.x.numel()) + " values, " +
                 std::to_string(bits) + " bits" + (symmetric ? ", symmetric" : ""));
    const auto range = integer_range(bits, symmetric);
    expect_least(data.x, mse_candidates(low, high, side, range, symmetric), range);
  }
  SCOPED_TRACE(data.name + ", " + std::to_string(data.x.numel()) + " values, " +
               std::to_string(bits) + " bits, BRECQ");
  const auto range = integer_range(bits, false);
  expect_least(data.x, brecq_candidates(low, high, range), range);
}

TEST(LeastErrorCandidate, EqualsTheExhaustiveSearchOnSortedValues) {
  at::manual_seed(5);
  for (const int64_t n : {17, 100, 700}) {
    for (const auto& data : distributions(n)) {
      for (const int bits : {2, 3, 4, 8}) {
        if (bits < 8 || n <= 100) expect_least_for_all_searches(data, bits);
      }
    }
  }
}

TEST(LeastErrorCandidate, EqualsTheExhaustiveSearchOnBins) {
  at::manual_seed(6);
  for (const auto& data : distributions(kBinned)) {
    for (const int bits : {2, 3, 4}) expect_least_for_all_searches(data, bits);
  }
}

TEST(LeastErrorCandidate, EqualsTheExhaustiveSearchForAFewValues) {
  at::manual_seed(7);
  for (const int64_t n : {1, 2, 3, 5, 16}) {
    for (const auto& data : distributions(n)) {
      for (const int bits : {2, 4, 8}) expect_least_for_all_searches(data, bits);
    }
  }
}

TEST(LeastErrorCandidate, EqualsTheExhaustiveSearchForOneValueRepeated) {
  for (const int64_t n : {3, 40, 20000}) {
    for (const auto& data : degenerate(n)) {
      for (const int bits : {2, 4}) expect_least_for_all_searches(data, bits);
    }
  }
}

}  // namespace
}  // namespace ptqbench
