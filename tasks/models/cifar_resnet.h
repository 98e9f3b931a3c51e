#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Residual networks for 32x32 images (He et al. 2016, arXiv:1512.03385, section 4.2): a 3x3 stem,
/// three stages of `blocks_per_stage` basic blocks with 16, 32 and 64 channels and parameter-free
/// shortcuts, global average, a linear classifier. Depth is 6 * blocks_per_stage + 2. Input [N, 3,
/// 32, 32], output [N, classes].
UnitGraph cifar_resnet(int blocks_per_stage, int64_t classes);

}  // namespace ptqbench
