#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench::testing {

/// Detectors small enough to be learned in a test, for three classes (background included) and
/// images with sides that are multiples of 32; levels 3 to 5, one anchor at a position. The
/// parameters are always the same.
UnitGraph tiny_retinanet();
UnitGraph tiny_faster_rcnn();

}  // namespace ptqbench::testing
