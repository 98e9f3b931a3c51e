#pragma once

#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"
#include "tasks/models/feature_map.h"

namespace ptqbench {

/// MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381, table 2): inverted residuals with ReLU6.
/// Input [N, 3, H, W], made for 224x224; output [N, classes]. Parameter names are torchvision's;
/// tasks/checkpoint/naming.h tells those of the BRECQ and QDrop checkpoints.
UnitGraph mobilenet_v2(int64_t classes);

/// The same scaled to 32x32 images: the stem keeps the resolution, three of the groups halve it,
/// and channels are about half of the original's.
UnitGraph cifar_mobilenet_v2(int64_t classes);

/// Appends the convolutions of mobilenet_v2, parameters and blocks named with `prefix` and their
/// number, and returns the last map of every resolution: level 1 to 5.
std::vector<FeatureMap> add_mobilenet_v2_features(UnitGraph& graph, const std::string& prefix,
                                                  ValueId image);

}  // namespace ptqbench
