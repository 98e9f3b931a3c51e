#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// RegNetX (Radosavovic et al. 2020, arXiv:2003.13678, table 7): a 3x3 stem, four stages of
/// bottlenecks without narrowing whose 3x3 convolutions are grouped, global average, a linear
/// classifier. The number is the cost in millions of multiply-adds at 224x224. Input [N, 3, H, W],
/// output [N, classes]. Parameter names are those of the BRECQ and QDrop checkpoints;
/// tasks/checkpoint/naming.h tells torchvision's.
UnitGraph regnetx_400mf(int64_t classes);
UnitGraph regnetx_600mf(int64_t classes);
UnitGraph regnetx_3200mf(int64_t classes);

/// The same kind of network for 32x32 images: the stem and the first of three stages keep the
/// resolution.
UnitGraph cifar_regnetx(int64_t classes);

}  // namespace ptqbench
