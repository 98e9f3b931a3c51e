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

/// One number of Adam's textbook update.
void plain_adam(const at::Tensor& gradient, const AdamScalars& scalars, const AdamMoments& moments,
                at::Tensor value) {
  auto first = moments.first, second = moments.second;
  first.mul_(kAdamBeta1).add_(gradient, 1 - kAdamBeta1);
  second.mul_(kAdamBeta2).addcmul_(gradient, gradient, 1 - kAdamBeta2);
  value.sub_(scalars.rate * first / (second.sqrt() * scalars.second_moment_factor + kAdamEpsilon));
}

// Both implementations against LearnedRounding's own functions, over several updates of two weights
// at once.
TEST_P(FusedRounding, EqualsTheComposition) {
  const auto [per_channel, regularised] = GetParam();
  for (const Kernels* kernels : {&kernels_on(at::kCPU), &composed_kernels()}) {
    at::manual_seed(3);
    WeightSite sites[] = {site_of(at::randn({6, 5, 3, 3}), per_channel),
                          site_of(at::randn({7, 9}), per_channel)};
    RoundingVariable variables[] = {RoundingVariable(sites[0]), RoundingVariable(sites[1])};
    LearnedRounding references[] = {LearnedRounding(sites[0].value, *sites[0].quantizer),
                                    LearnedRounding(sites[1].value, *sites[1].quantizer)};
    const AdamMoments moments[] = {AdamMoments(references[0].alpha()),
                                   AdamMoments(references[1].alpha())};
    auto scalars = at::zeros({kScalarCount}, at::kDouble);
    for (int64_t step = 1; step <= 12; ++step) {
      SCOPED_TRACE(step);
      const double beta = 21 - static_cast<double>(step);
      const double round_weight = regularised ? 0.01 : 0;
      const auto adam = adam_scalars(0.05, step);
      scalars[kBeta] = beta;
      scalars[kRoundWeight] = round_weight;
      scalars[kRoundingRate] = adam.rate;
      scalars[kRoundingMoment] = adam.second_moment_factor;
      std::vector<RoundingState> updates;
      double expected_value = 0;
      for (size_t i = 0; i < 2; ++i) {
        const auto gradient = at::randn_like(variables[i].soft().detach());
        updates.push_back(variables[i].update(gradient.clone()));
        const auto regulariser = references[i].regulariser(at::scalar_tensor(beta));
        expected_value += round_weight * regulariser.value.item<double>();
        plain_adam(references[i].alpha_gradient(gradient) + round_weight * regulariser.gradient,
                   adam, moments[i], references[i].alpha());
      }
      const double value = kernels->step_roundings(updates, scalars).item<double>();
      EXPECT_NEAR(value, expected_value, 1e-5 * expected_value + 1e-12);
      for (size_t i = 0; i < 2; ++i) {
        EXPECT_TRUE(testing::close(variables[i].soft().detach(), references[i].soft_weight(), 1e-4,
                                   1e-5));
        std::vector<NamedTensor> state;
        variables[i].append_state(state);
        // |first moment| is at most the largest gradient.
        EXPECT_TRUE(testing::close(state.at(1).value, moments[i].first, 1e-4, 1e-5));
      }
    }
    for (size_t i = 0; i < 2; ++i) {
      variables[i].finish();
      EXPECT_TRUE(testing::close(sites[i].quantized, references[i].hard_weight(), 1e-6, 1e-6));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, FusedRounding,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool()));

}  // namespace
}  // namespace ptqbench
