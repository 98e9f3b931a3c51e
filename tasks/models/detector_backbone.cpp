#include "tasks/models/detector_backbone.h"

#include "tasks/models/mobilenet_v2.h"

namespace ptqbench {

std::vector<FeatureMap> add_detector_backbone(UnitGraph& graph, const DetectorBackbone& shape,
                                              ValueId image) {
  const std::string body = "backbone.body.";
  const auto all = shape.kind == DetectorBackbone::Kind::kResNet
                       ? add_resnet_stages(graph, body, shape.resnet, image)
                       : add_mobilenet_v2_features(graph, body, image);
  std::vector<FeatureMap> maps;
  for (const auto& map : all) {
    if (map.level >= shape.first_level) maps.push_back(map);
  }
  return add_fpn(graph, "backbone.fpn.", maps, shape.fpn);
}

AnchorGrid anchor_grid(const AnchorOptions& options, const std::vector<FeatureMap>& levels) {
  AnchorGrid grid{options, {}};
  for (const auto& level : levels) grid.exponents.push_back(level.level);
  return grid;
}

}  // namespace ptqbench
