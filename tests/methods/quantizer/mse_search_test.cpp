#include "methods/quantizer/mse_search.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/quantizer/range_observer.h"
#include "methods/quantizer/weighted_points.h"
#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

/// Long enough to be binned.
constexpr int64_t kMany = 9000;

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

std::vector<Data> constants(int64_t n) {
  return {{"zero", at::zeros({n})},
          {"equal", at::full({n}, 0.37)},
          {"equal, negative", at::full({n}, -2.5)},
          {"denormal", at::full({n}, 1e-42)}};
}

/// The found candidate is that of the exhaustive search, or has an error within 0.01 % of its.
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
  for (const auto& data : distributions(kMany)) {
    for (const int bits : {2, 3, 4}) expect_least_for_all_searches(data, bits);
  }
}

TEST(LeastErrorCandidate, EqualsTheExhaustiveSearchOnBinsOfEightBits) {
  at::manual_seed(8);
  for (const auto& data : distributions(kMany)) {
    if (data.name == "skewed" || data.name == "laplace" || data.name == "outliers" ||
        data.name == "relu6")
      expect_least_for_all_searches(data, 8);
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
  for (const int64_t n : {int64_t{3}, int64_t{40}, kMany}) {
    for (const auto& data : constants(n)) {
      for (const int bits : {2, 4}) expect_least_for_all_searches(data, bits);
    }
  }
}

TEST(LeastErrorCandidate, IsTheSameForAnyNumberOfThreads) {
  at::manual_seed(9);
  const auto x = at::randn({600001});
  const auto rows = at::randn({37, 300});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto points = binned_points(x.data_ptr<float>(), x.numel(), x.min().item<float>(),
                                    x.max().item<float>(), 14);
  const auto tensor = find_quantizer(x, RangeEstimator::kMse, {4, false, false});
  const auto channels = find_quantizer(rows, RangeEstimator::kMse, {4, false, true});
  for (const int count : {2, 3}) {
    at::set_num_threads(count);
    const auto again = binned_points(x.data_ptr<float>(), x.numel(), x.min().item<float>(),
                                     x.max().item<float>(), 14);
    EXPECT_EQ(again.value, points.value);
    EXPECT_EQ(again.weight, points.weight);
    EXPECT_TRUE(testing::identical(find_quantizer(x, RangeEstimator::kMse, {4, false, false}).scale,
                                   tensor.scale));
    EXPECT_TRUE(testing::identical(
        find_quantizer(rows, RangeEstimator::kMse, {4, false, true}).scale, channels.scale));
  }
  at::set_num_threads(threads);
}

TEST(WeightedPoints, AreTheDistinctValuesWithTheirCounts) {
  const std::vector<float> x = {2, -1, 2, 0.5F, -1, 2};
  const auto points = distinct_points(x.data(), static_cast<int64_t>(x.size()));
  EXPECT_EQ(points.value, (std::vector<float>{-1, 0.5F, 2}));
  EXPECT_EQ(points.weight, (std::vector<float>{2, 1, 3}));
}

TEST(WeightedPoints, AreTheMeansOfOccupiedBins) {
  // Four bins of width 1 from 0 on; the greatest value counts in the last.
  const std::vector<float> x = {0, 0.25F, 0.5F, 2.5F, 3, 4};
  const auto points = binned_points(x.data(), static_cast<int64_t>(x.size()), 0, 4, 2);
  ASSERT_EQ(points.weight, (std::vector<float>{3, 1, 2}));
  // Places are kept to 1/4096 of a bin.
  EXPECT_NEAR(points.value[0], 0.25, 1e-3);
  EXPECT_NEAR(points.value[1], 2.5, 1e-3);
  EXPECT_NEAR(points.value[2], 3.5, 1e-3);
  EXPECT_EQ(points.spacing, 1);
}

TEST(WeightedPoints, MergedKeepTheirWeightAndMean) {
  const WeightedPoints points = {{0, 0.25F, 0.5F, 2, 2.5F}, {1, 2, 1, 3, 1}, 0.25};
  const auto merged = merged_points(points, 0.5);
  EXPECT_EQ(merged.weight, (std::vector<float>{3, 1, 3, 1}));
  EXPECT_FLOAT_EQ(merged.value[0], 0.5F / 3);
  EXPECT_EQ(merged.value[1], 0.5F);
  EXPECT_EQ(merged.value[3], 2.5F);
  EXPECT_EQ(merged.spacing, 0.5);
}

}  // namespace
}  // namespace ptqbench
