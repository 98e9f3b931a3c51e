#pragma once

#include <vector>

#include "tasks/detection/anchor_grid.h"
#include "tasks/models/feature_map.h"
#include "tasks/models/fpn.h"
#include "tasks/models/resnet.h"

namespace ptqbench {

/// The network below a detector's heads.
struct DetectorBackbone {
  enum class Kind { kResNet, kMobileNetV2 };
  Kind kind = Kind::kResNet;
  /// Of a residual network.
  ResNetShape resnet;
  /// Of the finest map that the pyramid is built on, of those of 2 to 5.
  int first_level = 2;
  FpnShape fpn;
};

/// Appends backbone and pyramid, parameters under "backbone.body." and "backbone.fpn." as in
/// torchvision. Returns the pyramid's levels, finest first.
std::vector<FeatureMap> add_detector_backbone(UnitGraph& graph, const DetectorBackbone& shape,
                                              ValueId image);

/// Anchors on these levels.
AnchorGrid anchor_grid(const AnchorOptions& options, const std::vector<FeatureMap>& levels);

}  // namespace ptqbench
