#pragma once

#include <set>
#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"
#include "tasks/models/onnx/steps.h"

namespace ptqbench::onnx {

/// Makes layers of the steps, in their blocks, with quantizers behind the values named. A step
/// without weight and quantizer runs in the layer of the one that alone reads it, in the same
/// block. Layers are called as the modules of the original network where the file says (scopes.h).
UnitGraph build_graph(const Network& network, const std::vector<Step>& steps,
                      const std::vector<std::string>& blocks,
                      const std::set<std::string>& quantized);

}  // namespace ptqbench::onnx
