#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// MNASNet-B1 (Tan et al. 2019, arXiv:1807.11626): inverted residuals with ReLU and 3x3 or 5x5
/// depthwise convolutions behind a stem of one convolution and one depthwise-separable
/// convolution. Input [N, 3, H, W], made for 224x224; output [N, classes]. Parameter names are
/// torchvision's, which the BRECQ and QDrop checkpoints share. The number is the width multiplier,
/// which also scales the stem.
UnitGraph mnasnet_1_0(int64_t classes);
UnitGraph mnasnet_2_0(int64_t classes);

/// The same kind of network for 32x32 images: the stem keeps the resolution, three of the stacks
/// halve it.
UnitGraph cifar_mnasnet(int64_t classes);

}  // namespace ptqbench
