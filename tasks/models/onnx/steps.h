#pragma once

#include <set>
#include <string>
#include <vector>

#include "methods/nn/sites.h"
#include "tasks/models/onnx/network.h"

namespace ptqbench::onnx {

/// A node with the non-linearity that follows it, which a quantizer's site applies.
struct Step {
  NodeDef node;
  Nonlinearity nonlinearity = Nonlinearity::kNone;
};

/// The nodes in order, each Relu and Clip from 0 to 6 taken into what it alone reads, unless there
/// is a quantizer between the two. Steps write under the names that others read.
std::vector<Step> steps_of(const Network& network, const std::set<std::string>& quantized);

}  // namespace ptqbench::onnx
