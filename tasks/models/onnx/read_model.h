#pragma once

#include <filesystem>

#include "tasks/models/onnx/onnx_model.h"

namespace ptqbench::onnx {

/// Operator sets that are read; opset 11 is of 2019.
inline constexpr int64_t kOldestOpset = 11;

/// Reads an ONNX file (a ModelProto of onnx.proto) and the weights beside it. Nodes come in an
/// order in which each reads only what stands before it. Nothing is evaluated. Throws IoError that
/// names the file, and where it can the node or tensor: a file that is none of ONNX, is cut short,
/// has a cycle, values that nothing produces or that two nodes do, subgraphs, sparse tensors,
/// functions of its own, or an older opset than `oldest_opset`.
ModelDef read_model(const std::filesystem::path& path, int64_t oldest_opset = kOldestOpset);

/// A TensorProto in a file of its own, as ONNX's test data are.
at::Tensor read_tensor_file(const std::filesystem::path& path);

}  // namespace ptqbench::onnx
