#include "tasks/models/faster_rcnn.h"

#include <fmt/format.h>

#include "methods/nn/bit_policy.h"
#include "tasks/models/detector_layers.h"
#include "tasks/models/pyramid_head.h"

namespace ptqbench {
namespace {

constexpr double kProposalHeadStd = 0.01;
/// Bins of a pooled region.
constexpr int64_t kBins = 49;

/// What the first stage says of every anchor.
struct FirstStage {
  ValueId objectness;
  ValueId deltas;
};

FirstStage add_first_stage(UnitGraph& graph, const std::vector<FeatureMap>& levels,
                           int64_t anchors) {
  PyramidHead head(graph, "rpn.head", levels);
  head.add_hidden("conv.0.0", kProposalHeadStd);
  const auto logits = head.add_output({"cls_logits", /*kernel=*/1, anchors, /*values=*/1});
  const auto deltas = head.add_output({"bbox_pred", /*kernel=*/1, anchors, /*values=*/4});
  return {graph.add("rpn.objectness", "", std::make_shared<JoinAnchors>(1), logits),
          graph.add("rpn.deltas", "", std::make_shared<JoinAnchors>(4), deltas)};
}

/// What the second stage says of every proposal.
struct SecondStage {
  ValueId logits;
  ValueId deltas;
};

SecondStage add_second_stage(UnitGraph& graph, const FasterRcnnShape& shape, int64_t classes,
                             const std::vector<ValueId>& pooling_inputs) {
  const std::string block = "roi_heads";
  const auto linear = [](const std::string& name, int64_t in, int64_t out, bool hidden) {
    return std::make_shared<QuantLinear>(
        name, in, out, hidden ? Nonlinearity::kRelu : Nonlinearity::kNone, hidden);
  };
  auto x =
      graph.add(block + ".box_roi_pool", block, std::make_shared<RoiPooling>(), pooling_inputs);
  const std::string fc6 = block + ".box_head.fc6";
  const std::string fc7 = block + ".box_head.fc7";
  x = graph.add(fc6, block, linear(fc6, shape.backbone.fpn.channels * kBins, shape.hidden, true),
                {x});
  const auto before = linear(fc7, shape.hidden, shape.hidden, true);
  x = graph.add(fc7, block, before, {x});
  const auto add_output = [&](const std::string& name, int64_t values) {
    const auto layer = linear(name, shape.hidden, values, false);
    mark_last(*layer, *before);
    return graph.add(name, block, layer, {x});
  };
  return {add_output(block + ".box_predictor.cls_score", classes),
          add_output(block + ".box_predictor.bbox_pred", 4 * classes)};
}

std::string pooled_map_name(size_t level) { return fmt::format("pooled_map.{}", level); }

}  // namespace

bool has_two_stages(const UnitGraph& detector) { return detector.has_named_value("proposals"); }

std::vector<ValueId> pooled_maps(const UnitGraph& detector) {
  std::vector<ValueId> maps;
  while (detector.has_named_value(pooled_map_name(maps.size())))
    maps.push_back(detector.named_value(pooled_map_name(maps.size())));
  return maps;
}

UnitGraph faster_rcnn(const FasterRcnnShape& shape, int64_t classes) {
  UnitGraph graph;
  const auto image = graph.add_input("image");
  const auto sizes = graph.add_input("size");
  const auto levels = add_detector_backbone(graph, shape.backbone, image);
  const size_t heads = graph.nodes().size();
  const auto first = add_first_stage(graph, levels, shape.anchors.anchors_per_position(0));
  const auto grid = anchor_grid(shape.anchors, levels);
  const auto anchors = graph.add("anchors", "", std::make_shared<AnchorLayer>(grid), {image});
  const auto proposals =
      graph.add("proposals", "", std::make_shared<ProposalLayer>(grid, shape.proposals),
                {first.objectness, first.deltas, anchors, image, sizes});
  std::vector<ValueId> pooling_inputs = {image, proposals};
  // The level of ExtraLevels::kMaxPool is for the first stage alone.
  const bool extra = shape.backbone.fpn.extra == ExtraLevels::kMaxPool;
  for (size_t i = 0; i + (extra ? 1 : 0) < levels.size(); ++i) {
    pooling_inputs.push_back(levels[i].value);
    graph.name_value(pooled_map_name(i), levels[i].value);
  }
  const auto second = add_second_stage(graph, shape, classes, pooling_inputs);
  const auto found =
      graph.add("detections", "", std::make_shared<ProposalDetections>(shape.detections),
                {second.logits, second.deltas, proposals, sizes}, 3);
  graph.set_outputs(found);
  graph.mark_choice(found);
  graph.mark_choice({anchors, proposals});
  graph.name_value("objectness", first.objectness);
  graph.name_value("anchor_deltas", first.deltas);
  graph.name_value("anchors", anchors);
  graph.name_value("proposals", proposals);
  graph.name_value("class_logits", second.logits);
  graph.name_value("box_deltas", second.deltas);
  mark_head(graph, heads);
  mark_first(graph);
  return graph;
}

}  // namespace ptqbench
