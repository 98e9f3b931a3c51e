#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "tasks/models/onnx/onnx_model.h"

namespace ptqbench::onnx {

/// Gathers a graph and makes an ONNX file of it (ModelProto of onnx.proto, weights inside).
class ModelWriter {
 public:
  /// Puts a tensor into the file; returns its name.
  std::string add_tensor(const std::string& name, const at::Tensor& value);
  /// Integers of four bits, two a byte, the first in the low half; from opset 21 on.
  std::string add_four_bit_tensor(const std::string& name, const at::Tensor& value);
  /// Appends a node; it goes by its first output. Returns that.
  std::string add_node(NodeDef node);
  /// A node without attributes and with one output.
  std::string add_node(const std::string& op, const std::vector<std::string>& inputs,
                       const std::string& output);

  /// The file's bytes. Throws std::logic_error when there is an attribute that cannot be written.
  std::string finish(int64_t opset, const std::vector<ValueDef>& inputs,
                     const std::vector<ValueDef>& outputs) const;

 private:
  std::vector<std::string> tensors_;
  std::vector<NodeDef> nodes_;
};

/// An attribute with a whole number.
Attribute integer_attribute(int64_t value);

}  // namespace ptqbench::onnx
