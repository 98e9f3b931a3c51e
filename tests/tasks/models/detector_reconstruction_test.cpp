#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "methods/analysis/comparable_outputs.h"
#include "methods/analysis/noise_ratio.h"
#include "methods/nn/value_sizes.h"
#include "methods/recipes/registry.h"
#include "methods/reconstruction/memory_estimate.h"
#include "methods/reconstruction/quantize.h"
#include "tests/tasks/models/tiny_detectors.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;

UnitGraph folded(UnitGraph model) {
  model.fold_batch_norm();
  return model;
}

UnitGraph tiny_retinanet() { return folded(testing::tiny_retinanet()); }

UnitGraph tiny_faster_rcnn() { return folded(testing::tiny_faster_rcnn()); }

QuantizationReport quantize(UnitGraph& model, const std::string& method, bool quantize_heads) {
  QuantizationRequest request;
  request.bits = {2, 4};
  request.method = method;
  request.settings.quantize_heads = quantize_heads;
  request.settings.iterations = 100;
  request.settings.step_iterations = 50;
  request.settings.batch_size = 4;
  request.settings.rounding_lr = 1e-2;
  request.settings.activation_range = "min_max";
  at::manual_seed(2);
  const auto images = at::randn({12, 3, 32, 32}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto sizes = at::full({12, 2}, 32, at::kLong);
  MemoryStorage storage;
  NoUnitCheckpoints checkpoints;
  LocalGroup alone;
  return quantize_model(
      model, request, {images, sizes}, [](const Phase&, const Unit&, size_t, size_t) {}, storage,
      checkpoints, alone);
}

std::vector<std::string> unit_names(const QuantizationReport& report) {
  std::vector<std::string> names;
  for (const auto& unit : report.units) names.push_back(unit.unit);
  return names;
}

void expect_less_error(const QuantizationReport& report, const std::string& unit) {
  const auto found = std::find_if(report.units.begin(), report.units.end(),
                                  [&](const UnitReport& u) { return u.unit == unit; });
  ASSERT_NE(found, report.units.end()) << unit;
  EXPECT_LT(found->error_after, found->error_before) << unit;
}

TEST(DetectorReconstruction, CutsTheBackboneIntoBlocksAndTheNeckIntoLayers) {
  auto model = tiny_retinanet();
  const auto report = quantize(model, "qdrop", false);
  const std::string body = "backbone.body.";
  const std::string fpn = "backbone.fpn.";
  EXPECT_THAT(unit_names(report),
              ElementsAre(body + "conv1", body + "layer1.0", body + "layer2.0", body + "layer3.0",
                          body + "layer4.0", fpn + "inner_blocks.2.0", fpn + "layer_blocks.2.0",
                          fpn + "inner_blocks.1.0", fpn + "layer_blocks.1.0",
                          fpn + "inner_blocks.0.0", fpn + "layer_blocks.0.0"));
  for (const auto& unit : unit_names(report)) expect_less_error(report, unit);
  for (const WeightSite* site : model.weight_sites())
    EXPECT_EQ(site->quantizer.has_value(), !site->head) << site->name;
}

TEST(DetectorReconstruction, LearnsAHeadOfAllLevelsAsOneUnit) {
  for (const char* method : {"brecq", "qdrop"}) {
    auto model = tiny_retinanet();
    const auto report = quantize(model, method, true);
    expect_less_error(report, "head.classification_head");
    expect_less_error(report, "head.regression_head");
    for (const WeightSite* site : model.weight_sites())
      EXPECT_TRUE(site->quantizer.has_value()) << site->name;
  }
}

TEST(DetectorReconstruction, LearnsBothStagesOfFasterRcnn) {
  auto model = tiny_faster_rcnn();
  const auto report = quantize(model, "qdrop", true);
  expect_less_error(report, "rpn.head");
  expect_less_error(report, "roi_heads");
}

TEST(DetectorReconstruction, AllPartsRunAtLayerGranularity) {
  auto model = tiny_faster_rcnn();
  const auto names = unit_names(quantize(model, "adaround", true));
  EXPECT_THAT(names, ::testing::IsSupersetOf({"rpn.head.conv.0.0", "rpn.head.bbox_pred",
                                              "roi_heads.box_head.fc6",
                                              "roi_heads.box_predictor.cls_score"}));
}

// Of the heads' outputs and what stands in front of them, 8 bits are kept.
TEST(DetectorReconstruction, FirstAndLastLayersKeepEightBits) {
  auto model = tiny_retinanet();
  quantize(model, "nearest", true);
  for (const WeightSite* site : model.weight_sites()) {
    const bool last = site->name.find("cls_logits") != std::string::npos ||
                      site->name.find("bbox_reg") != std::string::npos;
    const bool first = site->name == "backbone.body.conv1.weight";
    EXPECT_EQ(site->bits, first || last ? 8 : 2) << site->name;
  }
  for (const ActivationSite* site : model.activation_sites()) {
    if (!site->quantizable) continue;
    const bool before_last = site->name.find("head.") == 0;
    EXPECT_EQ(site->bits, before_last ? 8 : 4) << site->name;
  }
}

// What is behind the neck counts only if it is reconstructed: here the second stage's pooled maps.
TEST(DetectorReconstruction, MemoryOfHeadsIsCountedWhereTheyAreQuantized) {
  MethodSettings settings;
  settings.calibration_samples = 100;
  settings.range_samples = 1;
  const Tensors one_sample = {at::zeros({1, 3, 32, 32}), at::full({1, 2}, 32, at::kLong)};
  const auto beside_streams = [&] {
    const auto model = tiny_faster_rcnn();
    return estimate_memory(model, make_recipe("qdrop", settings), settings,
                           value_sizes(model, one_sample), {})
        .beside_streams;
  };
  const double neck = beside_streams();
  settings.quantize_heads = true;
  EXPECT_GT(beside_streams(), neck);
}

std::vector<ValueId> named(const UnitGraph& model, const std::vector<std::string>& names) {
  std::vector<ValueId> ids;
  for (const auto& name : names) ids.push_back(model.named_value(name));
  return ids;
}

TEST(ComparableOutputs, AreWhatDetectionsAndProposalsArePickedFrom) {
  const auto one_stage = tiny_retinanet();
  EXPECT_EQ(comparable_outputs(one_stage), named(one_stage, {"class_logits", "box_deltas"}));
  const auto two_stages = tiny_faster_rcnn();
  EXPECT_EQ(comparable_outputs(two_stages), named(two_stages, {"objectness", "anchor_deltas"}));
}

TEST(DetectorReconstruction, NoiseIsMeasuredOfEverythingButChoices) {
  auto model = tiny_faster_rcnn();
  quantize(model, "nearest", true);
  at::manual_seed(3);
  MemoryStorage storage;
  const auto noise =
      unit_noise(model, {at::randn({2, 3, 32, 32}), at::full({2, 2}, 32, at::kLong)}, storage);
  std::vector<std::string> units;
  for (const auto& unit : noise) {
    units.push_back(unit.unit);
    EXPECT_TRUE(std::isfinite(unit.decibels)) << unit.unit;
  }
  EXPECT_THAT(units, ::testing::IsSupersetOf({"backbone.body.layer1.0", "rpn.head", "roi_heads"}));
  EXPECT_THAT(units,
              ::testing::Each(::testing::AllOf(::testing::Ne("anchors"), ::testing::Ne("proposals"),
                                               ::testing::Ne("detections"))));
}

}  // namespace
}  // namespace ptqbench
