#include "methods/reconstruction/rounding_variable.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

WeightSite site_of(const at::Tensor& weight, bool per_channel) {
  WeightSite site;
  site.name = "w";
  site.value = weight;
  site.bits = 4;
  const auto rows = per_channel ? weight.reshape({weight.size(0), -1}) : weight.reshape({1, -1});
  site.quantizer = quantizer_from_range(rows.amin({1}) * 0.8, rows.amax({1}) * 0.8,
                                        integer_range(4, false), false);
  return site;
}

class FusedRounding : public ::testing::TestWithParam<std::tuple<bool, bool>> {};

// The fused pass against LearnedRounding's own functions and Adam, over several updates.
TEST_P(FusedRounding, EqualsTheComposition) {
  const auto [per_channel, regularised] = GetParam();
  at::manual_seed(3);
  const auto weight = at::randn({6, 5, 3, 3});
  auto site = site_of(weight, per_channel);
  RoundingVariable fused(site);
  LearnedRounding reference(weight, *site.quantizer);
  Adam adam(reference.alpha());
  for (int step = 0; step < 12; ++step) {
    const double beta = 20 - step;
    const double round_weight = regularised ? 0.01 : 0;
    const auto gradient = at::randn_like(fused.soft().detach());
    fused.soft().mutable_grad() = gradient.clone();
    const double value = fused.step({beta, round_weight}, 0.05);

    auto expected = reference.alpha_gradient(gradient);
    const auto regulariser = reference.regulariser(beta, round_weight);
    expected += regulariser.gradient;
    auto alpha = reference.alpha();
    adam.step(alpha, expected, 0.05);

    EXPECT_NEAR(value, regularised ? regulariser.value : 0, 1e-5 * regulariser.value + 1e-12);
    EXPECT_TRUE(testing::close(fused.soft().detach(), reference.soft_weight(), 1e-4, 1e-5)) << step;
    EXPECT_FALSE(fused.soft().grad().defined()) << "the gradient is used up";
    std::vector<NamedTensor> state;
    fused.append_state(state);
    // |first moment| is at most the largest gradient.
    EXPECT_TRUE(testing::close(state.at(1).value, adam.first_moment(), 1e-4, 1e-5)) << step;
  }
  fused.finish();
  EXPECT_TRUE(testing::close(site.quantized, reference.hard_weight(), 1e-6, 1e-6));
}

INSTANTIATE_TEST_SUITE_P(All, FusedRounding,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool()));

}  // namespace
}  // namespace ptqbench
