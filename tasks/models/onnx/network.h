#pragma once

#include <map>
#include <string>
#include <vector>

#include "tasks/models/onnx/onnx_model.h"

namespace ptqbench::onnx {

/// A number that grows with the samples of a batch: fixed + per_sample * samples.
struct BatchNumber {
  int64_t fixed = 0;
  int64_t per_sample = 0;

  int64_t at(int64_t samples) const { return fixed + per_sample * samples; }
};

/// A value that needs no data, only perhaps the number of samples.
struct Constant {
  /// What it is for all batches; else where `growth` is defined its part for no samples, or where
  /// there is a batch axis one place of it.
  at::Tensor value;
  /// By how much each element grows with each sample.
  at::Tensor growth = {};
  /// An axis along which `value` is repeated, so often.
  int64_t batch_axis = -1;
  BatchNumber repeats = {};

  bool depends_on_batch() const { return growth.defined() || batch_axis >= 0; }
  at::Tensor for_batch(int64_t samples) const;
};

/// A value that depends on the data.
struct ValueShape {
  std::vector<BatchNumber> sizes;
  at::ScalarType type = at::kFloat;
};

/// A model without what only computes shapes.
struct Network {
  int64_t opset = 0;
  std::vector<NodeDef> nodes;
  std::map<std::string, Constant> constants;
  std::map<std::string, ValueShape> shapes;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;

  bool is_constant(const std::string& value) const { return constants.count(value) != 0; }
  bool is_output(const std::string& value) const;
  /// Which input of the node is a weight that can be quantized: that of a product with a constant
  /// (weights.h), or the table that rows are looked up in; -1: none.
  int weight_input(const NodeDef& node) const;
};

/// The nodes that read a value, by their places.
using Readers = std::map<std::string, std::vector<size_t>>;
Readers readers_of(const Network& network);

/// The node that gives each value, by its place.
std::map<std::string, size_t> producers_of(const Network& network);

}  // namespace ptqbench::onnx
