#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Residual networks for ImageNet (He et al. 2016, arXiv:1512.03385, table 1): a 7x7 stem, max
/// pooling, four stages, global average, a linear classifier. Shortcuts that change the shape are
/// 1x1 convolutions. Input [N, 3, H, W], made for 224x224; output [N, classes]. Parameter names are
/// torchvision's, which the BRECQ and QDrop checkpoints share.

/// Basic blocks (two 3x3 convolutions), 2 a stage.
UnitGraph resnet18(int64_t classes);

/// Bottlenecks (1x1, 3x3, 1x1) with 3, 4, 6 and 3 blocks; the 3x3 convolution carries the stride.
UnitGraph resnet50(int64_t classes);

}  // namespace ptqbench
