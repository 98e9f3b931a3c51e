#include "tasks/models/detectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <map>

#include "methods/nn/cost_pass.h"
#include "support/error.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/generated_parameters.h"
#include "tests/helpers/golden.h"
#include "tests/tasks/models/definitions.h"

namespace ptqbench {
namespace {

using testing::GoldenGroup;

constexpr int64_t kClasses = 7;

bool starts_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

/// The parameters of tests/golden/detection.h5: those of the heads are smaller.
UnitGraph generated_detector(const std::string& name) {
  auto model = make_detector(name, kClasses);
  for (const auto& [tensor, value] : testing::all_tensors(model)) {
    const bool head = starts_with(tensor, "head") || starts_with(tensor, "rpn") ||
                      starts_with(tensor, "roi_heads");
    at::Tensor(value).copy_(testing::generated_values(tensor, value.sizes().vec()));
    if (head && value.dim() >= 2) at::Tensor(value).mul_(0.1);
  }
  return model;
}

ValueId output_of(const UnitGraph& model, const std::string& node) {
  for (const Node& n : model.nodes()) {
    if (n.name == node) return n.outputs.front();
  }
  ADD_FAILURE() << "no node is called " << node;
  return -1;
}

/// Single values may be near zero; the deviation of float32 is relative to the largest.
void expect_close_to(const at::Tensor& actual, const at::Tensor& expected) {
  const double scale = expected.abs().max().item<double>();
  EXPECT_TRUE(testing::close(actual, expected, 1e-4, 1e-5 * scale));
}

/// Runs a detector on the input of the golden numbers.
class GoldenDetector {
 public:
  GoldenDetector(const std::string& model, const std::string& golden)
      : golden_(GoldenGroup::open("detection.h5").group(golden)),
        model_(generated_detector(model)) {}

  const GoldenGroup& golden() const { return golden_; }
  const UnitGraph& model() const { return model_; }
  void fold_batch_norm() { model_.fold_batch_norm(); }

  Tensors compute(const std::vector<ValueId>& wanted) const {
    const torch::NoGradGuard no_grad;
    FullPrecisionPass pass;
    return model_.compute(wanted, {model_.inputs().at(0)}, {image_}, pass);
  }

  at::Tensor named(const std::string& name) const {
    return compute({model_.named_value(name)}).at(0);
  }

  void expect_level(const std::string& node, const std::string& name) const {
    SCOPED_TRACE(name);
    const auto map = compute({output_of(model_, node)}).at(0);
    expect_close_to(map.mean({2, 3}), golden_.tensor(name));
  }

 private:
  GoldenGroup golden_;
  UnitGraph model_;
  at::Tensor image_ = testing::generated_values("input", {1, 3, 128, 160});
};

TEST(RetinaNet, PyramidHeadsAndAnchorsEqualTorchvision) {
  GoldenDetector detector("retinanet_resnet50", "retinanet_resnet50");
  const std::string fpn = "backbone.fpn.";
  for (int i = 0; i < 3; ++i) {
    detector.expect_level(fpn + "layer_blocks." + std::to_string(i) + ".0",
                          "fpn_mean_" + std::to_string(i));
  }
  detector.expect_level(fpn + "extra_blocks.p6", "fpn_mean_p6");
  detector.expect_level(fpn + "extra_blocks.p7", "fpn_mean_p7");
  expect_close_to(detector.named("class_logits"), detector.golden().tensor("cls_logits"));
  expect_close_to(detector.named("box_deltas"), detector.golden().tensor("bbox_regression"));
  EXPECT_TRUE(testing::identical(detector.named("anchors").squeeze(0),
                                 detector.golden().tensor("anchors")));
}

/// What a head of the reference gives for one level, [1, A * values, H, W], by anchor.
at::Tensor by_anchor(const at::Tensor& map, int64_t values) {
  return map.reshape({1, -1, values, map.size(2), map.size(3)})
      .permute({0, 3, 4, 1, 2})
      .reshape({1, -1, values});
}

TEST(FasterRcnn, PyramidAndFirstStageEqualTorchvision) {
  GoldenDetector detector("faster_rcnn_resnet50", "faster_rcnn_resnet50");
  const auto& golden = detector.golden();
  Tensors objectness, deltas;
  for (int i = 0; i < 5; ++i) {
    const auto level = std::to_string(i);
    if (i < 4)
      detector.expect_level("backbone.fpn.layer_blocks." + level + ".0", "fpn_mean_" + level);
    objectness.push_back(by_anchor(golden.tensor("rpn_objectness_" + level), 1));
    deltas.push_back(by_anchor(golden.tensor("rpn_deltas_" + level), 4));
  }
  detector.expect_level("backbone.fpn.extra_blocks.pool", "fpn_mean_pool");
  expect_close_to(detector.named("objectness"), at::cat(objectness, 1));
  expect_close_to(detector.named("anchor_deltas"), at::cat(deltas, 1));
  EXPECT_TRUE(
      testing::identical(detector.named("anchors").squeeze(0), golden.tensor("rpn_anchors")));
}

TEST(FasterRcnn, SecondStageEqualsTorchvision) {
  GoldenDetector detector("faster_rcnn_resnet50", "faster_rcnn_resnet50");
  const auto& model = detector.model();
  const auto image = testing::generated_values("input", {1, 3, 128, 160});
  const auto proposals = detector.golden().tensor("proposals").unsqueeze(0);
  const torch::NoGradGuard no_grad;
  FullPrecisionPass pass;
  const auto values = model.compute(
      {output_of(model, "roi_heads.box_roi_pool"), model.named_value("class_logits"),
       model.named_value("box_deltas")},
      {model.inputs().at(0), model.named_value("proposals")}, {image, proposals}, pass);
  expect_close_to(values[0].reshape({4, 256, 49}).mean(2),
                  detector.golden().tensor("roi_features_mean"));
  expect_close_to(values[1].squeeze(0), detector.golden().tensor("class_logits"));
  expect_close_to(values[2].squeeze(0), detector.golden().tensor("box_regression"));
}

class DetectorParameters : public ::testing::TestWithParam<const char*> {};

TEST_P(DetectorParameters, HaveTorchvisionsNamesAndShapes) {
  std::map<std::string, std::vector<int64_t>> expected, actual;
  for (const auto& [name, shape] : testing::parameters_of("detection.h5", GetParam())) {
    if (name.find("num_batches_tracked") == std::string::npos) expected[name] = shape;
  }
  for (const auto& [name, value] : testing::all_tensors(make_detector(GetParam(), kClasses)))
    actual[name] = value.sizes().vec();
  EXPECT_EQ(actual, expected);
}

INSTANTIATE_TEST_SUITE_P(Models, DetectorParameters,
                         ::testing::Values("retinanet_resnet50", "faster_rcnn_resnet50"));

class EveryDetector : public ::testing::TestWithParam<std::string> {};

Tensors detect(const UnitGraph& model, const at::Tensor& images, const at::Tensor& sizes) {
  const torch::NoGradGuard no_grad;
  FullPrecisionPass pass;
  return model.forward({images, sizes}, pass);
}

TEST_P(EveryDetector, FindsBoxesWithinEachImage) {
  at::manual_seed(1);
  const auto model = make_detector(GetParam(), 4);
  const auto sizes = at::tensor({96, 128, 70, 100}, at::kLong).view({2, 2});
  const auto found = detect(model, at::randn({2, 3, 96, 128}), sizes);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].sizes(), (std::vector<int64_t>{2, 100, 4}));
  EXPECT_EQ(found[1].sizes(), (std::vector<int64_t>{2, 100}));
  EXPECT_EQ(found[2].sizes(), (std::vector<int64_t>{2, 100}));
  EXPECT_GE(found[0].min().item<float>(), 0);
  EXPECT_LE(found[0][1].select(1, 2).max().item<float>(), 100);
  EXPECT_LE(found[0][1].select(1, 3).max().item<float>(), 70);
  EXPECT_LE(found[2].max().item<int64_t>(), 3);
  EXPECT_GT(found[2].count_nonzero().item<int64_t>(), 0) << "or nothing is tested";

  // Maps have the sizes that anchors are placed by, also where no stride divides a side.
  const torch::NoGradGuard no_grad;
  FullPrecisionPass pass;
  const auto deltas = GetParam().find("faster") == 0 ? "anchor_deltas" : "box_deltas";
  const auto values = model.compute({model.named_value(deltas), model.named_value("anchors")},
                                    {model.inputs().at(0)}, {at::zeros({1, 3, 75, 101})}, pass);
  EXPECT_EQ(values[0].sizes(), values[1].sizes());
}

INSTANTIATE_TEST_SUITE_P(Models, EveryDetector,
                         ::testing::Values("retinanet_resnet18_narrow",
                                           "faster_rcnn_resnet18_narrow", "retinanet_resnet18",
                                           "retinanet_resnet50", "retinanet_mobilenet_v2",
                                           "faster_rcnn_mobilenet_v2"));

int64_t parameter_count(const UnitGraph& model) {
  int64_t count = 0;
  for (const auto& [name, value] : testing::all_tensors(model)) count += value.numel();
  return count;
}

// They are trained on two CPU cores in minutes, and their checkpoints come with the program.
TEST(NarrowDetectors, AreSmall) {
  for (const char* name : {"retinanet_resnet18_narrow", "faster_rcnn_resnet18_narrow"}) {
    SCOPED_TRACE(name);
    const auto model = make_detector(name, 11);
    const auto inputs = Tensors{at::zeros({1, 3, 128, 128}), at::full({1, 2}, 128, at::kLong)};
    const double macs = count_macs(model, inputs);
    RecordProperty(std::string(name) + "_mmacs", std::to_string(macs / 1e6));
    RecordProperty(std::string(name) + "_parameters", std::to_string(parameter_count(model)));
    EXPECT_LT(macs, 150e6);
    EXPECT_LT(parameter_count(model), 4e6);
  }
}

// torchvision's documentation counts 34,014,999 and 41,755,286 for 91 classes, without the 53,120
// scales and shifts of the batch norm, which it keeps as buffers.
TEST(Detectors, HaveThePublishedSizes) {
  const auto trainable = [](const char* name) {
    int64_t count = 0;
    for (const auto& [parameter, value] : make_detector(name, 91).parameters())
      count += value.numel();
    return count;
  };
  EXPECT_EQ(trainable("retinanet_resnet50"), 34014999 + 53120);
  EXPECT_EQ(trainable("faster_rcnn_resnet50"), 41755286 + 53120);
}

/// A checkpoint under the names of torchvision before 0.13, with a distinct value in each tensor.
Checkpoint early_checkpoint(const std::vector<NamedTensor>& parameters) {
  const std::vector<std::pair<std::string, std::string>> renamed = {
      {"blocks.0.0.", "blocks.0."},         {"blocks.1.0.", "blocks.1."},
      {"blocks.2.0.", "blocks.2."},         {"rpn.head.conv.0.0.", "rpn.head.conv."},
      {"_head.conv.0.0.", "_head.conv.0."}, {"_head.conv.1.0.", "_head.conv.2."}};
  Checkpoint checkpoint;
  for (const auto& [name, value] : parameters) {
    std::string early = name;
    for (const auto& [now, then] : renamed) {
      const auto place = early.find(now);
      if (place != std::string::npos) early.replace(place, now.size(), then);
    }
    checkpoint.tensors.push_back({early, testing::generated_values(name, value.sizes().vec())});
  }
  return checkpoint;
}

TEST(Detectors, LoadTheNamesOfEarlierTorchvisionFiles) {
  for (const char* name : {"retinanet_resnet18_narrow", "faster_rcnn_resnet18_narrow"}) {
    const auto parameters = make_detector(name, 4).parameters();
    assign_parameters(early_checkpoint(parameters), parameters);
    for (const auto& [parameter, value] : parameters)
      EXPECT_TRUE(at::equal(value, testing::generated_values(parameter, value.sizes().vec())))
          << parameter;
  }
}

TEST(Detectors, OfTorchvisionsFirstWeightsHaveNoEpsilon) {
  const auto stem = [](const char* name) {
    auto model = make_detector(name, 4);
    for (const auto& buffer : model.buffers()) {
      if (buffer.name == "backbone.body.bn1.running_var") at::Tensor(buffer.value).fill_(1e-4);
    }
    model.fold_batch_norm();
    return model.weight_sites().front()->value.abs().mean().item<double>();
  };
  at::manual_seed(1);
  const double with = stem("retinanet_resnet50");
  at::manual_seed(1);
  EXPECT_NEAR(stem("retinanet_resnet50_coco_v1") / with, std::sqrt(1.1), 1e-5);
}

TEST(Detectors, SuggestAName) {
  EXPECT_THAT([] { make_detector("retinanet_resnet5", 3); },
              ::testing::ThrowsMessage<ConfigError>(::testing::HasSubstr("retinanet_resnet50")));
}

}  // namespace
}  // namespace ptqbench
