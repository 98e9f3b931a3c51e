#pragma once

#include <set>
#include <string>

#include "tasks/models/onnx/network.h"

namespace ptqbench::onnx {

/// The values that get a quantizer where they are computed. Needed is one for every tensor that a
/// product reads: Conv, ConvTranspose, Gemm and MatMul with a constant, and products of two
/// activations (MatMul, Gemm, Einsum, Conv). From there it moves up through nodes that only
/// re-arrange, pool or scale by one positive number, to what is computed; through Relu and Clip
/// where what they clip has a quantizer already. The network's inputs have none, and its outputs
/// only where a product reads them, too.
std::set<std::string> quantized_values(const Network& network);

/// Relu, or Clip from 0 to 6: what a site applies in front of its quantizer.
bool is_relu(const NodeDef& node);
bool is_relu6(const NodeDef& node, const Network& network);

}  // namespace ptqbench::onnx
