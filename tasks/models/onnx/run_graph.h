#pragma once

#include <functional>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {

/// Called after each node with its outputs.
using AfterNode = std::function<void(const NodeDef&, const Tensors&)>;

/// Evaluates the nodes in order as they stand, without quantizers; `inputs` as in `model.inputs`,
/// the result as in `model.outputs`. For a few samples: a value has at most kMostElements. A value
/// is released after its last use. Throws IoError naming the node that cannot be evaluated.
Tensors run_graph(const ModelDef& model, const Tensors& inputs, const AfterNode& after = {});

}  // namespace ptqbench::onnx
