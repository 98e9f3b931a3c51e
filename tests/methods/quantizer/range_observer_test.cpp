#include "methods/quantizer/range_observer.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <map>

#include "methods/quantizer/mse_search.h"
#include "support/error.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/golden.h"

namespace ptqbench {
namespace {

using testing::close;
using testing::GoldenGroup;

TEST(RangeObserver, MatchesTheOfficialObservers) {
  const std::map<std::string, RangeEstimator> names = {
      {"MinMaxObserver", RangeEstimator::kMinMax},
      {"AvgMinMaxObserver", RangeEstimator::kAverageMinMax},
      {"MSEObserver", RangeEstimator::kMse},
      {"AvgMSEObserver", RangeEstimator::kAverageMse}};
  const auto all = GoldenGroup::open("quant.h5").group("observer");
  for (const auto& name : all.children()) {
    SCOPED_TRACE(name);
    const auto golden = all.group(name);
    QuantizerOptions options;
    options.bits = static_cast<int>(golden.number("bit"));
    options.symmetric = golden.number("symmetric") != 0;
    options.per_channel = golden.number("ch_axis") == 0;
    RangeObserver observer(names.at(golden.text("observer")), options);
    for (const char* batch : {"batch0", "batch1"}) {
      if (golden.has(batch)) observer.observe(golden.tensor(batch));
    }
    const auto quantizer = observer.quantizer();
    EXPECT_EQ(quantizer.range.minimum, golden.number("quant_min"));
    EXPECT_EQ(quantizer.range.maximum, golden.number("quant_max"));
    EXPECT_TRUE(close(observer.minimum(), golden.tensor("min_val").reshape({-1}), 1e-5, 1e-7));
    EXPECT_TRUE(close(observer.maximum(), golden.tensor("max_val").reshape({-1}), 1e-5, 1e-7));
    EXPECT_TRUE(close(quantizer.scale, golden.tensor("scale").reshape({-1}), 1e-5));
    EXPECT_TRUE(close(quantizer.zero_point, golden.tensor("zero_point").reshape({-1}), 0));
  }
}

TEST(RangeObserver, MatchesBrecqsScaleSearch) {
  const std::map<std::string, RangeEstimator> names = {
      {"mse", RangeEstimator::kBrecqMse},
      {"max", RangeEstimator::kBrecqMax},
      {"max_scale", RangeEstimator::kBrecqMaxScale}};
  const auto all = GoldenGroup::open("brecq.h5");
  for (const auto& name : all.children()) {
    SCOPED_TRACE(name);
    const auto golden = all.group(name);
    QuantizerOptions options;
    options.bits = static_cast<int>(golden.number("bit"));
    options.symmetric = golden.number("symmetric") != 0;
    options.per_channel = golden.number("channel_wise") != 0;
    const auto x = golden.tensor("x");
    const auto quantizer = find_quantizer(x, names.at(golden.text("scale_method")), options);
    EXPECT_TRUE(close(quantizer.scale, golden.tensor("delta").reshape({-1}), 1e-5));
    EXPECT_TRUE(close(quantizer.zero_point, golden.tensor("zero_point").reshape({-1}), 0));
    // A value on a rounding boundary may fall to the other side, one step away; none else may. The
    // scales agree to 1e-5, and there are at most 256 steps.
    const auto scale = broadcast_to_channels(quantizer.scale, x);
    const auto steps = ((fake_quantize(x, quantizer) - golden.tensor("y")) / scale).abs();
    EXPECT_LE(steps.max().item<float>(), 1.001F);
    const auto position = x / scale;
    const auto on_boundary = (position - at::floor(position) - 0.5).abs().lt(3e-3);
    EXPECT_FALSE(steps.gt(0.01).logical_and(on_boundary.logical_not()).any().item<bool>());
  }
}

TEST(QuantizationError, EqualsTheFormulaInDoublePrecision) {
  at::manual_seed(4);
  // 1003 is no multiple of the vector width.
  const auto x = at::randn({1003}) * 2;
  const IntegerRange range = integer_range(4, false);
  const auto q = trial_quantizer(-1.0F, 2.0F, range, false);
  const AffineQuantizer quantizer{range, at::full({1}, q.scale), at::full({1}, q.zero_point)};
  const double expected =
      (fake_quantize(x, quantizer) - x).to(at::kDouble).abs().pow(2.4).sum().item<double>();
  EXPECT_NEAR(quantization_error(x.data_ptr<float>(), x.numel(), q, range), expected,
              expected * 1e-5);
}

TEST(RangeObserver, RefusesBitsItCannotDo) {
  for (const int bits : {0, 1, 9, 33}) {
    EXPECT_THROW(RangeObserver(RangeEstimator::kMse, {bits, false, false}), ConfigError) << bits;
  }
}

TEST(RangeObserver, RefusesNotANumber) {
  auto x = at::ones({8});
  x[3] = std::nan("");
  EXPECT_THROW(find_quantizer(x, RangeEstimator::kMse, {4, false, false}), ConfigError);
  // Far into a long tensor, where neither the first chunk nor the first vector sees it.
  for (const float bad : {std::nanf(""), -INFINITY}) {
    auto many = at::ones({200003});
    many[200002] = bad;
    EXPECT_THROW(find_quantizer(many, RangeEstimator::kMinMax, {4, false, false}), ConfigError);
    many[200002] = 1;
    many[150001] = bad;
    EXPECT_THROW(find_quantizer(many, RangeEstimator::kBrecqMax, {4, false, false}), ConfigError);
  }
  EXPECT_THROW(find_quantizer(at::empty({0}), RangeEstimator::kMse, {4, false, false}),
               ConfigError);
}

TEST(RangeObserver, ConstantZeroStaysQuantizable) {
  const auto quantizer = find_quantizer(at::zeros({64}), RangeEstimator::kMse, {4, false, false});
  EXPECT_TRUE(testing::identical(fake_quantize(at::zeros({64}), quantizer), at::zeros({64})));
}

TEST(RangeEstimatorName, SuggestsTheNearest) {
  try {
    range_estimator("mes");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'mse'"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace ptqbench
