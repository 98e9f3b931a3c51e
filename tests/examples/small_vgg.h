#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// A small VGG (Simonyan & Zisserman 2015, arXiv:1409.1556) with batch norm for images of about 32
/// pixels: three stages of 16, 32 and 64 channels, each ended by a pooling that halves the sides,
/// the mean over positions, a linear classifier. Input [N, 3, H, W] with H, W >= 8, output
/// [N, classes]. Parameters are numbered as in torchvision's VGG ("features.0.weight").
UnitGraph small_vgg(int64_t classes);

}  // namespace ptqbench
