#include "methods/analysis/flatness.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "methods/nn/bit_policy.h"
#include "methods/reconstruction/calibrate.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/tiny_models.h"

namespace ptqbench {
namespace {

TEST(Direction, HasTheNormOfEachFilter) {
  at::manual_seed(1);
  const auto weight =
      at::randn({5, 3, 3, 3}) * torch::tensor({1.0F, 0.1F, 20.0F, 0.0F, 3.0F}).view({5, 1, 1, 1});
  const auto direction = filter_normalised_direction(weight, "conv", 1, 0);
  ASSERT_EQ(direction.sizes(), weight.sizes());
  EXPECT_TRUE(testing::close(direction.flatten(1).norm(2, 1), weight.flatten(1).norm(2, 1), 1e-6));
  EXPECT_TRUE(testing::identical(direction[3], at::zeros({3, 3, 3})));
}

TEST(Direction, IsNormallyDistributed) {
  const int64_t count = 40000;
  const auto x = filter_normalised_direction(at::ones({1, count}), "w", 1, 0).to(at::kDouble);
  // Standard errors of the mean and the fourth moment of normal numbers: 0.005 and 0.05.
  EXPECT_NEAR(x.mean().item<double>(), 0, 0.02);
  EXPECT_NEAR(x.pow(4).mean().item<double>(), 3, 0.2);
}

TEST(Direction, DependsOnSeedNameAndNumberButNotOnLayout) {
  at::manual_seed(1);
  const auto weight = at::randn({4, 3, 3, 3});
  const auto direction = filter_normalised_direction(weight, "a", 1, 0);
  EXPECT_TRUE(testing::identical(filter_normalised_direction(weight, "a", 1, 0), direction));
  EXPECT_TRUE(testing::identical(
      filter_normalised_direction(weight.contiguous(at::MemoryFormat::ChannelsLast), "a", 1, 0),
      direction));
  EXPECT_FALSE(at::equal(filter_normalised_direction(weight, "a", 2, 0), direction));
  EXPECT_FALSE(at::equal(filter_normalised_direction(weight, "b", 1, 0), direction));
  EXPECT_FALSE(at::equal(filter_normalised_direction(weight, "a", 1, 1), direction));
}

UnitGraph quantized_model() {
  at::manual_seed(1);
  auto model = testing::tiny_resnet();
  const MethodSettings settings;
  assign_bits(model, {4, 4}, {"none"});
  calibrate_weights(model, settings);
  calibrate_activations(model, settings, RangeSource::kFullPrecision, {at::randn({64, 3, 8, 8})});
  return model;
}

/// The squared norm of all weights: a loss of which every change is known.
double squared_norm(const UnitGraph& model, Pass& pass) {
  double sum = 0;
  for (const WeightSite* site : model.weight_sites())
    sum += pass.weight(*site).to(at::kDouble).square().sum().item<double>();
  return sum;
}

TEST(Flatness, IsTheMeanLossChangeOverTheDirections) {
  const auto model = quantized_model();
  const FlatnessOptions options{3, 2, {0.05, 0.5}};
  const auto flatness = measure_flatness(
      model, {[&](Pass& pass) { return squared_norm(model, pass); }, [](Pass&) { return 7.0; }},
      options);
  ASSERT_EQ(flatness.size(), 2U);

  // |w + m d|^2 - |w|^2 = 2 m <w, d> + m^2 |w|^2, since |d| = |w|.
  double norm = 0;
  double product = 0;
  for (const WeightSite* site : model.weight_sites()) {
    const auto w = site->quantized.to(at::kDouble);
    norm += w.square().sum().item<double>();
    for (int64_t i = 0; i < options.directions; ++i) {
      const auto d = filter_normalised_direction(site->quantized, site->name, options.seed, i);
      product += (w * d).sum().item<double>() / static_cast<double>(options.directions);
    }
  }
  EXPECT_NEAR(flatness[0].loss, norm, 1e-6 * norm);
  for (size_t m = 0; m < 2; ++m) {
    const double magnitude = options.magnitudes[m];
    EXPECT_NEAR(flatness[0].loss_change.at(m),
                2 * magnitude * product + magnitude * magnitude * norm, 1e-6 * norm);
  }
  EXPECT_EQ(flatness[1].loss, 7);
  EXPECT_EQ(flatness[1].loss_change, (std::vector<double>{0, 0}));
}

TEST(Flatness, PerturbsQuantizedWeightsAndLeavesThemAlone) {
  const auto model = quantized_model();
  at::manual_seed(5);
  const Tensors inputs = {at::randn({8, 3, 8, 8})};
  const torch::NoGradGuard no_grad;
  QuantizedPass quantized(QuantizedPass::Activations::kFullPrecision);
  const auto before = model.forward(inputs, quantized).at(0);
  const LossOfPass distance = [&](Pass& pass) {
    return (model.forward(inputs, pass).at(0) - before).square().sum().item<double>();
  };
  const auto flatness = measure_flatness(model, {distance}, {1, 3, {0.01, 0.1, 1}});
  EXPECT_EQ(flatness[0].loss, 0);
  const auto& change = flatness[0].loss_change;
  EXPECT_GT(change[0], 0);
  EXPECT_GT(change[1], change[0]);
  EXPECT_GT(change[2], change[1]);
  EXPECT_TRUE(testing::identical(model.forward(inputs, quantized).at(0), before));
}

}  // namespace
}  // namespace ptqbench
