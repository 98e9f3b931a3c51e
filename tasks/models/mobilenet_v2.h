#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381, table 2): inverted residuals with ReLU6.
/// Input [N, 3, H, W], made for 224x224; output [N, classes]. Parameter names are torchvision's;
/// tasks/checkpoint/naming.h tells those of the BRECQ and QDrop checkpoints.
UnitGraph mobilenet_v2(int64_t classes);

/// The same scaled to 32x32 images: the stem keeps the resolution, three of the groups halve it,
/// and channels are about half of the original's.
UnitGraph cifar_mobilenet_v2(int64_t classes);

}  // namespace ptqbench
