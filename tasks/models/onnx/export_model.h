#pragma once

#include <filesystem>
#include <string>

#include "methods/nn/unit_graph.h"

namespace ptqbench::onnx {

/// A quantized network (imported from `original`, with the quantizers that a cell left) as the
/// bytes of an ONNX file of the same inputs, outputs and opset. Weights are integers of 8 bits, of
/// up to 4 in opsets from 21 on of 4, behind which DequantizeLinear stands; every activation
/// quantizer is a QuantizeLinear, a Clip where it has fewer than 8 bits, and a DequantizeLinear.
/// Throws ConfigError naming what cannot be said in ONNX: an opset before 13, layers that were not
/// imported, a weight of a grouped transposed convolution with one step a channel, and values that
/// follow the batch in other ways than a size that Reshape or Expand takes.
std::string export_model(const UnitGraph& graph, const std::filesystem::path& original);

}  // namespace ptqbench::onnx
