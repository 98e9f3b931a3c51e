#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <set>
#include <string>

namespace ptqbench::onnx {

/// A tensor under its name in the file.
struct TensorDef {
  std::string name;
  at::Tensor value;
};

/// Where the bytes of a model's tensors may lie beside its file.
struct ExternalFiles {
  /// The model's; the only one that may be read from.
  std::filesystem::path folder;
  /// Relative to the folder: those that were read from, in order of their names.
  std::set<std::string> used = {};
};

/// Reads a TensorProto. float16 and bfloat16 become float32; everything else stays what it is, bool
/// included. Throws IoError naming the tensor when its bytes do not fit its shape, when its type is
/// none that a network computes with, or when its file lies outside of the folder.
TensorDef read_tensor(protozero::pbf_reader message, ExternalFiles& files);

/// LibTorch's type for one of TensorProto.DataType; empty where there is none.
std::optional<at::ScalarType> scalar_type(int64_t data_type);

}  // namespace ptqbench::onnx
