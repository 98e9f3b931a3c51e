#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/support/error.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/models/registry.h"
#include "tests/support/expect_close.h"
#include "tests/support/generated_parameters.h"
#include "tests/support/golden.h"

namespace ptqbench {
namespace {

struct Definition {
  const char* golden;
  const char* model;
};

// Groups of tests/golden/models.h5: other people's definitions of the architectures.
const Definition kDefinitions[] = {
    {"brecq_zoo/resnet18", "resnet18"},
    {"brecq_zoo/resnet50", "resnet50"},
    {"brecq_zoo/mobilenet_v2", "mobilenet_v2"},
    {"brecq_zoo/regnetx_600mf", "regnetx_600mf"},
    {"brecq_zoo/regnetx_3200mf", "regnetx_3200mf"},
    {"brecq_zoo/mnasnet_2_0", "mnasnet_2_0"},
    {"torchvision/resnet18", "resnet18"},
    {"torchvision/resnet50", "resnet50"},
    {"torchvision/mobilenet_v2", "mobilenet_v2"},
    {"torchvision/regnet_x_400mf", "regnetx_400mf"},
    {"torchvision/regnet_x_3_2gf", "regnetx_3200mf"},
    {"torchvision/mnasnet1_0", "mnasnet_1_0"},
};

testing::GoldenGroup golden(const std::string& path) {
  const size_t slash = path.find('/');
  return testing::GoldenGroup::open("models.h5")
      .group(path.substr(0, slash))
      .group(path.substr(slash + 1));
}

std::vector<int64_t> shape_of(const std::string& json) {
  std::vector<int64_t> shape;
  for (size_t at = json.find_first_of("0123456789"); at != std::string::npos;) {
    size_t length = 0;
    shape.push_back(std::stoll(json.substr(at), &length));
    at = json.find_first_of("0123456789", at + length);
  }
  return shape;
}

/// What a file of this definition would hold, under the definition's own names.
Checkpoint checkpoint_of(const testing::GoldenGroup& group) {
  const auto names = group.texts("parameter_names");
  const auto shapes = group.texts("parameter_shapes");
  Checkpoint checkpoint;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto shape = shape_of(shapes[i]);
    checkpoint.tensors.push_back({names[i], shape.empty()
                                                ? at::zeros({}, at::kLong)
                                                : testing::generated_values(names[i], shape)});
  }
  return checkpoint;
}

std::vector<NamedTensor> all_tensors(const UnitGraph& model) {
  auto tensors = model.parameters();
  for (const auto& buffer : model.buffers()) tensors.push_back(buffer);
  return tensors;
}

class ImageNetModels : public ::testing::TestWithParam<Definition> {};

TEST_P(ImageNetModels, LogitsEqualThoseOfOtherDefinitions) {
  const auto group = golden(GetParam().golden);
  auto model = make_image_classifier(GetParam().model, 1000);
  assign_parameters(checkpoint_of(group), all_tensors(model));
  const torch::NoGradGuard no_grad;
  const auto input = testing::generated_values("input", {2, 3, 64, 64});
  const auto expected = group.tensor("logits");
  // Single logits may be near zero; the deviation of float32 is relative to the largest.
  const double scale = expected.abs().max().item<double>();
  FullPrecisionPass pass;
  EXPECT_TRUE(testing::close(model.forward({input}, pass).at(0), expected, 1e-4, 1e-5 * scale));
  model.fold_batch_norm();
  EXPECT_TRUE(testing::close(model.forward({input}, pass).at(0), expected, 1e-3, 1e-4 * scale));
}

INSTANTIATE_TEST_SUITE_P(AllDefinitions, ImageNetModels, ::testing::ValuesIn(kDefinitions),
                         [](const auto& info) {
                           std::string name = info.param.golden;
                           std::replace(name.begin(), name.end(), '/', '_');
                           return name;
                         });

TEST(ImageNetModels, AMisfittingCheckpointIsReportedInItsOwnNames) {
  auto checkpoint = checkpoint_of(golden("torchvision/regnet_x_400mf"));
  checkpoint.tensors.erase(checkpoint.tensors.begin());
  checkpoint.tensors.push_back({"trunk_output.block5.weight", at::zeros({1})});
  const auto model = make_image_classifier("regnetx_400mf", 1000);
  try {
    assign_parameters(checkpoint, all_tensors(model));
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
