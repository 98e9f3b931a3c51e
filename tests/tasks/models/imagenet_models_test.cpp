#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/error.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/models/registry.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/generated_parameters.h"
#include "tests/tasks/models/definitions.h"

namespace ptqbench {
namespace {

using testing::Definition;

/// What a file of this definition would hold, under the definition's own names.
Checkpoint checkpoint_of(const std::string& definition) {
  Checkpoint checkpoint;
  for (const auto& [name, shape] : testing::parameters_of(definition)) {
    checkpoint.tensors.push_back(
        {name, shape.empty() ? at::zeros({}, at::kLong) : testing::generated_values(name, shape)});
  }
  return checkpoint;
}

class ImageNetModels : public ::testing::TestWithParam<Definition> {};

TEST_P(ImageNetModels, LogitsEqualThoseOfOtherDefinitions) {
  auto model = make_image_classifier(GetParam().model, 1000);
  assign_parameters(checkpoint_of(GetParam().golden), testing::all_tensors(model));
  const torch::NoGradGuard no_grad;
  const auto input = testing::generated_values("input", {2, 3, 64, 64});
  const auto expected = testing::logits_of(GetParam().golden);
  // Single logits may be near zero; the deviation of float32 is relative to the largest.
  const double scale = expected.abs().max().item<double>();
  FullPrecisionPass pass;
  EXPECT_TRUE(testing::close(model.forward({input}, pass).at(0), expected, 1e-4, 1e-5 * scale));
  model.fold_batch_norm();
  EXPECT_TRUE(testing::close(model.forward({input}, pass).at(0), expected, 1e-3, 1e-4 * scale));
}

INSTANTIATE_TEST_SUITE_P(AllDefinitions, ImageNetModels,
                         ::testing::ValuesIn(testing::all_definitions()),
                         [](const auto& info) { return testing::test_name(info.param); });

TEST(ImageNetModels, AMisfittingCheckpointIsReportedInItsOwnNames) {
  auto checkpoint = checkpoint_of("torchvision/regnet_x_400mf");
  checkpoint.tensors.erase(checkpoint.tensors.begin());
  checkpoint.tensors.push_back({"trunk_output.block5.weight", at::zeros({1})});
  const auto model = make_image_classifier("regnetx_400mf", 1000);
  try {
    assign_parameters(checkpoint, testing::all_tensors(model));
    FAIL();
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(),
                ::testing::AllOf(::testing::HasSubstr("1 missing: stem.0.weight;"),
                                 ::testing::HasSubstr("1 unexpected: trunk_output.block5.weight")));
  }
}

TEST(ImageNetModels, AcceptTheImageSizeOfImageNet) {
  const torch::NoGradGuard no_grad;
  FullPrecisionPass pass;
  for (const char* name : {"resnet18", "mobilenet_v2", "regnetx_400mf", "mnasnet_1_0"}) {
    SCOPED_TRACE(name);
    const auto model = make_image_classifier(name, 7);
    EXPECT_EQ(model.forward({at::zeros({1, 3, 224, 224})}, pass).at(0).sizes(),
              (std::vector<int64_t>{1, 7}));
  }
}

int64_t parameter_count(const std::string& name, int64_t classes) {
  int64_t count = 0;
  for (const auto& parameter : make_image_classifier(name, classes).parameters())
    count += parameter.value.numel();
  return count;
}

// torchvision's documentation lists these counts; the two RegNets and the width-2 MNASNet of the
// BRECQ release are held by the logits above.
TEST(ImageNetModels, HaveThePublishedSizes) {
  EXPECT_EQ(parameter_count("resnet18", 1000), 11689512);
  EXPECT_EQ(parameter_count("resnet50", 1000), 25557032);
  EXPECT_EQ(parameter_count("mobilenet_v2", 1000), 3504872);
  EXPECT_EQ(parameter_count("regnetx_400mf", 1000), 5495976);
  EXPECT_EQ(parameter_count("regnetx_3200mf", 1000), 15296552);
  EXPECT_EQ(parameter_count("mnasnet_1_0", 1000), 4383312);
}

}  // namespace
}  // namespace ptqbench
