#pragma once

#include <string>

#include "tasks/models/onnx/onnx_layer.h"

namespace ptqbench::onnx {

/// A word for `describe`: "conv 3x3", "add", "gelu" also where it is made of several nodes.
/// `weight` is undefined where the layer has none.
std::string layer_kind(const LayerDef& layer, const at::Tensor& weight);

/// "max pool" of MaxPool.
std::string operator_words(const std::string& op);

}  // namespace ptqbench::onnx
