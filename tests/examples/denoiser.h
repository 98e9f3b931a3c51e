#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// A network that tells the noise in a picture, after DnCNN (Zhang et al. 2017, arXiv:1608.03981),
/// without batch norm: five 3x3 convolutions of 16 channels, [N, 3, H, W] -> [N, 3, H, W].
UnitGraph denoiser();

}  // namespace ptqbench
