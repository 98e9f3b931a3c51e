#include "tasks/models/retinanet.h"

#include <fmt/format.h>

#include <cmath>

#include "methods/nn/bit_policy.h"
#include "methods/nn/pyramid_layers.h"
#include "tasks/models/detector_layers.h"

namespace ptqbench {
namespace {

/// Probability that an untrained network gives a class at an anchor (section 4.1).
constexpr double kPrior = 0.01;
constexpr double kOutputStd = 0.01;

/// A head's layers, one after another.
class Head {
 public:
  Head(UnitGraph& graph, std::string name, std::vector<ValueId> maps)
      : graph_(graph), name_(std::move(name)), maps_(std::move(maps)) {}

  std::shared_ptr<Layer> add(const std::string& name, const PyramidConvOptions& options) {
    const auto full = name_ + "." + name;
    auto layer = std::make_shared<PyramidConv>(full, options);
    maps_ = graph_.add(full, name_, layer, maps_, maps_.size());
    return layer;
  }

  /// `values` for each anchor, [N, A, values].
  ValueId join(int64_t values) {
    return graph_.add(name_ + ".join", "", std::make_shared<JoinAnchors>(values), maps_);
  }

 private:
  UnitGraph& graph_;
  std::string name_;
  std::vector<ValueId> maps_;
};

struct Output {
  std::string name;
  int64_t anchors;
  int64_t values;
  double initial_bias;
};

ValueId add_head(UnitGraph& graph, const std::string& name, const std::vector<FeatureMap>& levels,
                 int convs, const Output& output) {
  std::vector<ValueId> maps;
  for (const auto& level : levels) maps.push_back(level.value);
  Head head(graph, name, maps);
  PyramidConvOptions tower;
  tower.in_channels = tower.out_channels = levels.front().channels;
  tower.nonlinearity = Nonlinearity::kRelu;
  std::shared_ptr<Layer> before;
  for (int i = 0; i < convs; ++i) before = head.add(fmt::format("conv.{}.0", i), tower);
  PyramidConvOptions last;
  last.in_channels = tower.out_channels;
  last.out_channels = output.anchors * output.values;
  last.quantize_output = false;
  last.initial_std = kOutputStd;
  last.initial_bias = output.initial_bias;
  mark_last(*head.add(output.name, last), *before);
  return head.join(output.values);
}

}  // namespace

UnitGraph retinanet(const RetinaNetShape& shape, int64_t classes) {
  UnitGraph graph;
  const auto image = graph.add_input("image");
  const auto sizes = graph.add_input("size");
  const auto levels = add_detector_backbone(graph, shape.backbone, image);
  const size_t heads = graph.nodes().size();
  const int64_t anchors = shape.anchors.anchors_per_position(0);
  const auto logits = add_head(graph, "head.classification_head", levels, shape.head_convs,
                               {"cls_logits", anchors, classes, -std::log((1 - kPrior) / kPrior)});
  const auto deltas = add_head(graph, "head.regression_head", levels, shape.head_convs,
                               {"bbox_reg", anchors, 4, 0});
  const auto grid = anchor_grid(shape.anchors, levels);
  const auto places = graph.add("anchors", "", std::make_shared<AnchorLayer>(grid), {image});
  const auto found =
      graph.add("detections", "", std::make_shared<AnchorDetections>(grid, shape.detections),
                {logits, deltas, places, image, sizes}, 3);
  graph.set_outputs(found);
  graph.mark_choice(found);
  graph.mark_choice({places});
  graph.name_value("class_logits", logits);
  graph.name_value("box_deltas", deltas);
  graph.name_value("anchors", places);
  mark_head(graph, heads);
  mark_first(graph);
  return graph;
}

}  // namespace ptqbench
