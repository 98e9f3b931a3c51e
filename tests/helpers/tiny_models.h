#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench::testing {

/// A residual network small enough for exhaustive checks: a stem, two basic blocks of 4 and 8
/// channels (the second with a padded shortcut), pooling and a linear classifier of 3 classes.
/// Convolutions have biases and no batch norm.
UnitGraph tiny_resnet();

}  // namespace ptqbench::testing
