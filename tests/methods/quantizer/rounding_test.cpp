#include "methods/quantizer/rounding.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"
#include "tests/helpers/golden.h"

namespace ptqbench {
namespace {

using testing::close;
using testing::GoldenGroup;

AffineQuantizer golden_quantizer(const GoldenGroup& golden) {
  return {{static_cast<int64_t>(golden.number("quant_min")),
           static_cast<int64_t>(golden.number("quant_max"))},
          golden.tensor("scale"),
          golden.tensor("zero_point").to(at::kFloat)};
}

TEST(LearnedRounding, MatchesTheOfficialAdaRound) {
  const auto all = GoldenGroup::open("quant.h5").group("adaround");
  for (const auto& name : all.children()) {
    SCOPED_TRACE(name);
    const auto golden = all.group(name);
    const auto weight = golden.tensor("weight");
    const auto quantizer = golden_quantizer(golden);
    EXPECT_TRUE(close(fake_quantize(weight, quantizer), golden.tensor("nearest"), 1e-6, 1e-7));

    LearnedRounding rounding(weight, quantizer);
    // alpha is a logit: where w / s is almost an integer, a last-bit difference of the quotient is
    // magnified.
    EXPECT_TRUE(close(rounding.alpha(), golden.tensor("alpha_init"), 1e-3, 1e-4));
    EXPECT_TRUE(close(rounding.soft_weight(), golden.tensor("w_soft_at_init"), 1e-5, 1e-6));

    rounding.set_alpha(golden.tensor("alpha"));
    EXPECT_TRUE(
        close(rectified_sigmoid(rounding.alpha()), golden.tensor("rectified_sigmoid"), 1e-5, 1e-6));
    EXPECT_TRUE(close(rounding.soft_weight(), golden.tensor("w_soft"), 1e-5, 1e-6));
    EXPECT_TRUE(close(rounding.hard_weight(), golden.tensor("w_hard"), 1e-6, 1e-7));
    EXPECT_TRUE(close(rounding.alpha_gradient(golden.tensor("grad_w_soft")),
                      golden.tensor("grad_alpha"), 1e-4, 1e-6));
  }
}

TEST(LearnedRounding, RegulariserMatchesTheOfficialOne) {
  const auto all = GoldenGroup::open("quant.h5").group("adaround");
  for (const auto& name : all.children()) {
    const auto golden = all.group(name);
    LearnedRounding rounding(golden.tensor("weight"), golden_quantizer(golden));
    rounding.set_alpha(golden.tensor("alpha"));
    for (const auto& [part, beta] :
         {std::pair("round_loss_b2", 2.0), {"round_loss_b7.5", 7.5}, {"round_loss_b20", 20.0}}) {
      SCOPED_TRACE(name + " " + part);
      const auto expected = golden.group(part);
      const double weight = 0.01;
      const auto actual = rounding.regulariser(beta, weight);
      const double value = expected.tensor("value").item<double>();
      EXPECT_NEAR(actual.value, value, 1e-5 * value);
      EXPECT_TRUE(close(actual.gradient, expected.tensor("grad_alpha"), 2e-5, 1e-7));
    }
  }
}

TEST(CountFlipped, CountsOtherGridPointsThanTheNearest) {
  // Channels with steps of 0.5 and 0.25 and grids of [-1, 0.5] and [-0.5, 0.25].
  const AffineQuantizer quantizer{integer_range(2, false), at::tensor({0.5F, 0.25F}),
                                  at::tensor({2.0F, 2.0F})};
  // In steps: 0.4, -0.7, 0.5 (to even), 7 and 0.4, -0.7, 1.6, -3.
  const auto weight =
      at::tensor({0.2F, -0.35F, 0.25F, 3.5F, 0.1F, -0.175F, 0.4F, -0.75F}).view({2, 4});
  const auto nearest =
      at::tensor({0.0F, -0.5F, 0.0F, 0.5F, 0.0F, -0.25F, 0.25F, -0.5F}).view({2, 4});
  EXPECT_EQ(count_flipped(weight, nearest, quantizer), 0);
  EXPECT_EQ(count_flipped(weight, nearest * (1 + 1e-6F), quantizer), 0);
  // Up instead of down, the half up, down instead of up.
  const auto learned = at::tensor({0.5F, -0.5F, 0.5F, 0.5F, 0.0F, 0.0F, 0.25F, -0.5F}).view({2, 4});
  EXPECT_EQ(count_flipped(weight, learned, quantizer), 3);
}

TEST(RegulariserExponent, FollowsTheOfficialSchedule) {
  const auto all = GoldenGroup::open("quant.h5").group("temperature");
  for (const auto& name : all.children()) {
    const auto golden = all.group(name);
    const auto t = golden.tensor("t");
    const auto b = golden.tensor("b");
    for (int64_t i = 0; i < t.numel(); ++i) {
      EXPECT_NEAR(regulariser_exponent(
                      t[i].item<int64_t>(), static_cast<int64_t>(golden.number("iters")),
                      golden.number("warm_up"), golden.number("start_b"), golden.number("end_b")),
                  b[i].item<double>(), 1e-9)
          << name << " t " << t[i].item<int64_t>();
    }
  }
}

}  // namespace
}  // namespace ptqbench
