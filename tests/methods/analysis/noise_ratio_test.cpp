#include "methods/analysis/noise_ratio.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "methods/analysis/comparable_outputs.h"
#include "methods/nn/bit_policy.h"
#include "methods/reconstruction/calibrate.h"
#include "tests/helpers/tiny_models.h"

namespace ptqbench {
namespace {

TEST(NoiseRatio, IsSignalOverDifferenceInDecibels) {
  NoiseRatio ratio;
  ratio.add({torch::tensor({3.0F, 4.0F})}, {torch::tensor({3.0F, 3.0F})});
  EXPECT_NEAR(ratio.decibels(), 10 * std::log10(25.0), 1e-12);
  // Energies add up over parts and over the outputs of a part.
  ratio.add({torch::tensor({1.0F}), torch::tensor({2.0F})},
            {torch::tensor({0.0F}), torch::tensor({4.0F})});
  EXPECT_NEAR(ratio.decibels(), 10 * std::log10(30.0 / 6.0), 1e-12);
}

TEST(NoiseRatio, IsInfiniteWithoutNoiseAndNoNumberWithoutSignal) {
  NoiseRatio exact;
  exact.add({at::ones({2})}, {at::ones({2})});
  EXPECT_EQ(exact.decibels(), INFINITY);
  NoiseRatio nothing;
  nothing.add({at::zeros({2})}, {at::zeros({2})});
  EXPECT_TRUE(std::isnan(nothing.decibels()));
}

UnitGraph quantized_model(int bits) {
  at::manual_seed(1);
  auto model = testing::tiny_resnet();
  const MethodSettings settings;
  assign_bits(model, {bits, bits}, {"none"});
  calibrate_weights(model, settings);
  calibrate_activations(model, settings, RangeSource::kFullPrecision, {at::randn({64, 3, 8, 8})});
  return model;
}

// 70 samples: two whole chunks of a stream and a rest.
Tensors fresh_samples() {
  at::manual_seed(2);
  return {at::randn({70, 3, 8, 8})};
}

std::vector<UnitNoise> noise_of(const UnitGraph& model, const Tensors& inputs = fresh_samples()) {
  MemoryStorage storage;
  return unit_noise(model, inputs, storage);
}

TEST(UnitNoise, KnowsEveryBlockWhateverIsLearnedInIt) {
  std::vector<std::string> units;
  for (const auto& unit : noise_of(quantized_model(4)))
    units.push_back(unit.unit + " " + unit.kind);
  EXPECT_EQ(units, (std::vector<std::string>{"conv1 conv 3x3", "layer1.0 block", "layer2.0 block",
                                             "pool average pool", "linear linear"}));
}

TEST(UnitNoise, IsThatOfTheNetworkUpToTheUnit) {
  const auto model = quantized_model(4);
  const auto inputs = fresh_samples();
  const torch::NoGradGuard no_grad;
  FullPrecisionPass full_precision;
  QuantizedPass quantized(QuantizedPass::Activations::kQuantized);
  const auto units = noise_of(model, inputs);
  NoiseRatio whole;
  whole.add(model.forward(inputs, full_precision), model.forward(inputs, quantized));
  EXPECT_NEAR(units.back().decibels, whole.decibels(), 1e-3);

  const Unit stem = model.units(Granularity::kBlock).front();
  NoiseRatio first;
  first.add(model.forward(stem, inputs, full_precision), model.forward(stem, inputs, quantized));
  EXPECT_NEAR(units.front().decibels, first.decibels(), 1e-3);
}

TEST(UnitNoise, FallsWithTheBits) {
  const auto eight = noise_of(quantized_model(8));
  const auto four = noise_of(quantized_model(4));
  const auto two = noise_of(quantized_model(2));
  for (size_t u = 0; u < eight.size(); ++u) {
    // A bit is worth about 6 dB.
    EXPECT_GT(eight[u].decibels, four[u].decibels + 10) << eight[u].unit;
    EXPECT_GT(four[u].decibels, two[u].decibels + 3) << eight[u].unit;
  }
}

TEST(UnitNoise, IsInfiniteInAModelThatIsNotQuantized) {
  at::manual_seed(1);
  for (const auto& unit : noise_of(testing::tiny_resnet()))
    EXPECT_EQ(unit.decibels, INFINITY) << unit.unit;
}

TEST(ComparableOutputs, AreTheOutputsWhereNothingIsChosen) {
  const auto model = testing::tiny_resnet();
  EXPECT_EQ(comparable_outputs(model), model.outputs());
}

/// Counts the values that it keeps.
class CountingStorage : public StreamStorage {
 public:
  at::Tensor allocate(int64_t samples, const at::Tensor& like) override {
    values += samples * like[0].numel();
    return memory_.allocate(samples, like);
  }
  int64_t values = 0;

 private:
  MemoryStorage memory_;
};

TEST(UnitNoise, KeepsBothStreamsInTheStorage) {
  const auto model = quantized_model(4);
  CountingStorage storage;
  const auto units = unit_noise(model, fresh_samples(), storage);
  EXPECT_EQ(units.back().decibels, noise_of(model).back().decibels);
  // Stem, two blocks, pool and classes of 70 samples, each twice.
  EXPECT_EQ(storage.values, 2 * 70 * (256 + 256 + 128 + 8 + 3));
}

}  // namespace
}  // namespace ptqbench
