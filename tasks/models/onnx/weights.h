#pragma once

#include "tasks/models/onnx/network.h"

namespace ptqbench::onnx {

/// Key of a node's metadata: what the file calls its weight.
inline constexpr const char* kWeightName = "ptqbench.weight";

/// Gives all products with a constant one form: weight [C_out, ...] as input 1, bias [C_out] as
/// input 2. Gemm and MatMul with a constant matrix become ptqbench.Linear, ConvTranspose
/// ptqbench.ConvTranspose. What follows such a product and is one with it goes into it: the sum
/// with a constant a channel, and batch normalisation.
void gather_weights(Network& network);

}  // namespace ptqbench::onnx
