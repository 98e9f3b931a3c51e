#include "tasks/models/retinanet.h"

#include <fmt/format.h>

#include <cmath>

#include "methods/nn/bit_policy.h"
#include "tasks/models/detector_layers.h"
#include "tasks/models/pyramid_head.h"

namespace ptqbench {
namespace {

/// Probability that an untrained network gives a class at an anchor (section 4.1).
constexpr double kPrior = 0.01;

/// `output.values` for each anchor, [N, A, values].
ValueId add_head(UnitGraph& graph, const std::string& name, const std::vector<FeatureMap>& levels,
                 int convs, const PyramidHeadOutput& output) {
  PyramidHead head(graph, name, levels);
  for (int i = 0; i < convs; ++i) head.add_hidden(fmt::format("conv.{}.0", i), /*initial_std=*/0);
  return graph.add(name + ".join", "", std::make_shared<JoinAnchors>(output.values),
                   head.add_output(output));
}

}  // namespace

UnitGraph retinanet(const RetinaNetShape& shape, int64_t classes) {
  UnitGraph graph;
  const auto image = graph.add_input("image");
  const auto sizes = graph.add_input("size");
  const auto levels = add_detector_backbone(graph, shape.backbone, image);
  const size_t heads = graph.nodes().size();
  const int64_t anchors = shape.anchors.anchors_per_position(0);
  const auto logits =
      add_head(graph, "head.classification_head", levels, shape.head_convs,
               {"cls_logits", 3, anchors, classes, -std::log((1 - kPrior) / kPrior)});
  const auto deltas = add_head(graph, "head.regression_head", levels, shape.head_convs,
                               {"bbox_reg", 3, anchors, 4});
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
