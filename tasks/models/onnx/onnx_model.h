#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ptqbench::onnx {

/// A node's attribute. The file says of each which kind it is; only that member is filled.
struct Attribute {
  enum class Kind { kInt, kFloat, kString, kTensor, kInts, kFloats, kStrings, kOther };

  Kind kind = Kind::kOther;
  int64_t integer = 0;
  float number = 0;
  std::string text;
  at::Tensor tensor;
  std::vector<int64_t> integers;
  std::vector<float> numbers;
  std::vector<std::string> texts;
};

/// An operator in its place. Values go by name; an input that is left out is "".
struct NodeDef {
  std::string name;
  std::string op;
  /// "" and "ai.onnx" are ONNX's own operators, and are "" here.
  std::string domain;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, Attribute> attributes;
  std::map<std::string, std::string> metadata;

  /// The attribute's value, or `otherwise` where it is absent. One of another kind is an IoError.
  int64_t integer(const std::string& attribute, int64_t otherwise) const;
  double number(const std::string& attribute, double otherwise) const;
  std::string text(const std::string& attribute, const std::string& otherwise) const;
  std::vector<int64_t> integers(const std::string& attribute,
                                const std::vector<int64_t>& otherwise = {}) const;
  bool has(const std::string& attribute) const { return attributes.count(attribute) != 0; }

  /// "node 'conv1' (Conv)", for messages; a node without a name goes by its first output.
  std::string label() const;

 private:
  const Attribute* find(const std::string& attribute, Attribute::Kind kind) const;
};

/// An input or output of the graph.
struct ValueDef {
  std::string name;
  at::ScalarType type = at::kFloat;
  /// Sizes; -1 where the file leaves one open. Absent where it does not even say how many.
  std::optional<std::vector<int64_t>> sizes;
};

/// What a file holds.
struct ModelDef {
  /// Version of ONNX's own operators.
  int64_t opset = 0;
  std::string producer;
  std::vector<NodeDef> nodes;
  std::map<std::string, at::Tensor> initializers;
  /// Those that are no initializers.
  std::vector<ValueDef> inputs;
  std::vector<ValueDef> outputs;
  /// SHA-256 (hex) of the file; where weights lie in files beside it, of its hash and theirs.
  std::string content_hash;
};

}  // namespace ptqbench::onnx
