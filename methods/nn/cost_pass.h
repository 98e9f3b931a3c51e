#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Multiply-accumulates of convolutions and linear layers in one forward pass over `inputs`.
double count_macs(const UnitGraph& model, const Tensors& inputs);

}  // namespace ptqbench
