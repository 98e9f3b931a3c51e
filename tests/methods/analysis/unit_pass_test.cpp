#include "methods/analysis/unit_pass.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/nn/bit_policy.h"
#include "methods/reconstruction/calibrate.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/tiny_models.h"

namespace ptqbench {
namespace {

UnitGraph quantized_model() {
  at::manual_seed(1);
  auto model = testing::tiny_resnet();
  const MethodSettings settings;
  assign_bits(model, {3, 3}, {"none"});
  calibrate_weights(model, settings);
  calibrate_activations(model, settings, RangeSource::kFullPrecision, {at::randn({64, 3, 8, 8})});
  return model;
}

TEST(UnitPass, QuantizesTheUnitAndNothingElse) {
  const auto model = quantized_model();
  const torch::NoGradGuard no_grad;
  FullPrecisionPass full_precision;
  QuantizedPass quantized(QuantizedPass::Activations::kQuantized);
  const auto units = model.units(Granularity::kBlock);
  for (size_t chosen = 0; chosen < units.size(); ++chosen) {
    UnitPass pass(model, units[chosen]);
    Tensors values = {at::randn({4, 3, 8, 8})};
    // Units of this model follow each other.
    auto expected = values;
    for (size_t u = 0; u < units.size(); ++u) {
      if (u == chosen) {
        expected = model.forward(units[u], expected, quantized);
      } else {
        expected = model.forward(units[u], expected, full_precision);
      }
    }
    EXPECT_TRUE(testing::identical(model.forward(values, pass).at(0), expected.at(0)))
        << units[chosen].name;
    const bool changes = !at::equal(expected.at(0), model.forward(values, full_precision).at(0));
    EXPECT_EQ(changes, has_quantized_sites(model, units[chosen])) << units[chosen].name;
  }
}

TEST(UnitPass, KnowsUnitsWithNothingToQuantize) {
  auto model = quantized_model();
  const auto units = model.units(Granularity::kBlock);
  EXPECT_FALSE(has_quantized_sites(model, units[3])) << "pooling";
  // With weights alone the classifier is quantized, without weights it has nothing.
  EXPECT_TRUE(has_quantized_sites(model, units[4]));
  assign_bits(model, {32, 3}, {"none"});
  EXPECT_FALSE(has_quantized_sites(model, units[4]));
  EXPECT_TRUE(has_quantized_sites(model, units[1]));
}

}  // namespace
}  // namespace ptqbench
