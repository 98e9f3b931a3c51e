#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/models/registry.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;

/// The nodes of a block in the order of execution; what has a quantizer at its output is marked
/// with "> " and its non-linearity.
std::vector<std::string> describe(const UnitGraph& model, const std::string& block) {
  const char* const kNames[] = {"none", "relu", "relu6"};
  std::vector<std::string> lines;
  for (const Node& node : model.nodes()) {
    if (node.block != block) continue;
    std::string line = node.name.substr(block.empty() ? 0 : block.size() + 1);
    for (const ActivationSite* site : node.layer->activation_sites()) {
      line += site->quantizable ? " > " : " | ";
      line += kNames[static_cast<size_t>(site->nonlinearity)];
    }
    lines.push_back(line);
  }
  return lines;
}

TEST(QuantizationSites, OfABasicBlock) {
  const auto model = make_image_classifier("resnet18", 10);
  EXPECT_THAT(describe(model, "layer1.0"),
              ElementsAre("conv1 > relu", "conv2 | none", "add > relu"));
  EXPECT_THAT(describe(model, "layer2.0"),
              ElementsAre("conv1 > relu", "conv2 | none", "downsample.0 | none", "add > relu"));
}

TEST(QuantizationSites, OfABottleneck) {
  const auto model = make_image_classifier("resnet50", 10);
  EXPECT_THAT(describe(model, "layer1.0"),
              ElementsAre("conv1 > relu", "conv2 > relu", "conv3 | none", "downsample.0 | none",
                          "add > relu"));
  EXPECT_THAT(describe(model, "layer1.1"),
              ElementsAre("conv1 > relu", "conv2 > relu", "conv3 | none", "add > relu"));
}

TEST(QuantizationSites, OfARegNetBlock) {
  const auto model = make_image_classifier("regnetx_600mf", 10);
  EXPECT_THAT(describe(model, "s1.b1"),
              ElementsAre("f.a > relu", "f.b > relu", "f.c | none", "proj | none", "add > relu"));
  EXPECT_THAT(describe(model, "s2.b2"),
              ElementsAre("f.a > relu", "f.b > relu", "f.c | none", "add > relu"));
}

TEST(QuantizationSites, OfAnInvertedResidualWithRelu6) {
  const auto model = make_image_classifier("mobilenet_v2", 10);
  // Without expansion, with expansion and without shortcut, with both.
  EXPECT_THAT(describe(model, "features.1"), ElementsAre("conv.0.0 > relu6", "conv.1 > none"));
  EXPECT_THAT(describe(model, "features.2"),
              ElementsAre("conv.0.0 > relu6", "conv.1.0 > relu6", "conv.2 > none"));
  EXPECT_THAT(describe(model, "features.3"),
              ElementsAre("conv.0.0 > relu6", "conv.1.0 > relu6", "conv.2 | none", "add > none"));
}

TEST(QuantizationSites, OfAnMnasnetBlock) {
  const auto model = make_image_classifier("mnasnet_2_0", 10);
  EXPECT_THAT(describe(model, "layers.8.0"),
              ElementsAre("layers.0 > relu", "layers.3 > relu", "layers.6 > none"));
  EXPECT_THAT(describe(model, "layers.8.1"),
              ElementsAre("layers.0 > relu", "layers.3 > relu", "layers.6 | none", "add > none"));
}

// The stem and the classifier are units of their own; the classifier's output has no quantizer.
TEST(QuantizationSites, OutsideOfTheBlocks) {
  EXPECT_THAT(describe(make_image_classifier("resnet18", 10), ""),
              ElementsAre("conv1 > relu", "maxpool", "avgpool", "fc | none"));
  EXPECT_THAT(
      describe(make_image_classifier("mobilenet_v2", 10), ""),
      ElementsAre("features.0.0 > relu6", "features.18.0 > relu6", "pool", "classifier.1 | none"));
  EXPECT_THAT(describe(make_image_classifier("regnetx_600mf", 10), ""),
              ElementsAre("stem.conv > relu", "pool", "head.fc | none"));
  EXPECT_THAT(describe(make_image_classifier("mnasnet_2_0", 10), ""),
              ElementsAre("layers.0 > relu", "layers.3 > relu", "layers.6 > none",
                          "layers.14 > relu", "pool", "classifier.1 | none"));
}

TEST(QuantizationSites, BlocksAreTheUnitsOfBlockwiseReconstruction) {
  std::vector<std::string> units;
  for (const Unit& unit : make_image_classifier("resnet18", 10).units(Granularity::kBlock)) {
    if (unit.has_weights) units.push_back(unit.name);
  }
  EXPECT_THAT(units, ElementsAre("conv1", "layer1.0", "layer1.1", "layer2.0", "layer2.1",
                                 "layer3.0", "layer3.1", "layer4.0", "layer4.1", "fc"));
}

}  // namespace
}  // namespace ptqbench
