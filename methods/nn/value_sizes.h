#pragma once

#include <vector>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Elements of each value of the model for the given inputs, by ValueId.
std::vector<int64_t> value_sizes(const UnitGraph& model, const Tensors& inputs);

}  // namespace ptqbench
