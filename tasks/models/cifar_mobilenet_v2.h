#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) scaled to 32x32 images: the stem keeps the
/// resolution, three of the inverted residual groups halve it, and channels are about half of the
/// original's. Blocks are inverted residuals (1x1 expansion, 3x3 depthwise, linear 1x1 projection;
/// ReLU6). Input [N, 3, 32, 32], output [N, classes]. Parameter names follow torchvision's
/// MobileNetV2.
UnitGraph cifar_mobilenet_v2(int64_t classes);

}  // namespace ptqbench
