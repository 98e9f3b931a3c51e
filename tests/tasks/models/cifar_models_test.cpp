#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/nn/cost_pass.h"
#include "support/error.h"
#include "tasks/models/registry.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/generated_parameters.h"

namespace ptqbench {
namespace {

struct Reference {
  const char* model;
  std::vector<float> logits;
};

// Printed by make_references.py.
const Reference kReferences[] = {
    {"resnet20",
     {6.4369521F, 32.661865F, -21.98208F,  2.9455581F,  5.6228433F, 22.911936F,  18.914633F,
      -22.84993F, 16.525253F, -9.5434122F, 5.8952594F,  30.577831F, -20.410568F, 2.7465584F,
      5.1093464F, 21.231188F, 18.898487F,  -21.734465F, 15.453069F, -9.4537935F}},
    {"mobilenet_v2_cifar",
     {2.8587718F,   1.0662435F, 2.5252934F,  -4.2420273F,  5.3054023F,  5.0290432F, -1.4083364F,
      -0.37230855F, 1.3298454F, 4.6555958F,  3.5796518F,   0.95788366F, 3.1784232F, -4.0247078F,
      4.9007936F,   4.8551726F, -1.6103425F, -0.89129597F, 1.9078279F,  6.5208387F}}};

UnitGraph generated_model(const std::string& name) {
  auto model = make_image_classifier(name, 10);
  testing::fill_generated(model.parameters());
  testing::fill_generated(model.buffers());
  return model;
}

TEST(CifarModels, LogitsEqualThoseOfDefinitionsInPyTorch) {
  for (const auto& reference : kReferences) {
    SCOPED_TRACE(reference.model);
    auto model = generated_model(reference.model);
    const auto input = testing::generated_values("input", {2, 3, 32, 32});
    const auto expected = at::tensor(reference.logits).reshape({2, 10});
    const double scale = expected.abs().max().item<double>();
    FullPrecisionPass pass;
    EXPECT_TRUE(testing::close(model.forward({input}, pass).at(0), expected, 1e-4, 1e-5 * scale));
    model.fold_batch_norm();
    EXPECT_TRUE(testing::close(model.forward({input}, pass).at(0), expected, 1e-3, 1e-4 * scale));
  }
}

TEST(CifarModels, LayoutOfTheInputDoesNotMatter) {
  for (const auto& reference : kReferences) {
    const auto model = generated_model(reference.model);
    const auto input = testing::generated_values("input", {2, 3, 32, 32});
    FullPrecisionPass pass;
    const auto last = model.forward({input.contiguous(at::MemoryFormat::ChannelsLast)}, pass).at(0);
    EXPECT_TRUE(testing::close(last, model.forward({input}, pass).at(0), 1e-4, 1e-4));
  }
}

int64_t parameter_count(const UnitGraph& model) {
  int64_t count = 0;
  for (const auto& parameter : model.parameters()) count += parameter.value.numel();
  return count;
}

// He et al. 2016, table 6, gives 0.27, 0.46, 0.66 and 0.85 million parameters.
TEST(CifarModels, ResidualNetworksHaveThePublishedSizes) {
  EXPECT_EQ(parameter_count(make_image_classifier("resnet20", 10)), 269722);
  EXPECT_NEAR(static_cast<double>(parameter_count(make_image_classifier("resnet32", 10))), 0.46e6,
              0.01e6);
  EXPECT_NEAR(static_cast<double>(parameter_count(make_image_classifier("resnet44", 10))), 0.66e6,
              0.01e6);
  EXPECT_NEAR(static_cast<double>(parameter_count(make_image_classifier("resnet56", 10))), 0.85e6,
              0.01e6);
}

// The families of the ImageNet networks at a size that trains on a CPU; their blocks are held by
// the logits in imagenet_models_test.cpp.
TEST(CifarModels, SmallCounterpartsOfTheImageNetFamiliesHaveAFewHundredThousandParameters) {
  const torch::NoGradGuard no_grad;
  FullPrecisionPass pass;
  for (const char* name : {"regnetx_cifar", "mnasnet_cifar"}) {
    SCOPED_TRACE(name);
    const auto model = make_image_classifier(name, 10);
    EXPECT_GT(parameter_count(model), 200000);
    EXPECT_LT(parameter_count(model), 600000);
    EXPECT_EQ(model.forward({at::zeros({3, 3, 32, 32})}, pass).at(0).sizes(),
              (std::vector<int64_t>{3, 10}));
  }
}

// Hand count: stem 442,368, three stages of 6 x 2,359,296 less the halved first convolutions,
// classifier 640.
TEST(CountMacs, EqualsAHandCount) {
  const double expected = 442368 + 6 * 2359296.0 + 2 * (1179648 + 5 * 2359296.0) + 640;
  EXPECT_DOUBLE_EQ(count_macs(make_image_classifier("resnet20", 10), {at::zeros({1, 3, 32, 32})}),
                   expected);
}

TEST(Registry, UnknownModelSuggestsTheNearest) {
  try {
    make_image_classifier("resnet21", 10);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'resnet20'"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace ptqbench
