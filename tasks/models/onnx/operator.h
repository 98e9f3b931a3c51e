#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "methods/nn/layers.h"
#include "tasks/models/onnx/onnx_model.h"

namespace ptqbench::onnx {

/// Elements that a value may have when a file is looked at, with a few samples of zeros: in a few
/// bytes it can ask for any size.
inline constexpr int64_t kMostElements = int64_t{1} << 28;

/// One evaluation of a node. `inputs` as in the node; an undefined one is left out.
struct Call {
  const NodeDef& node;
  const Tensors& inputs;
  int64_t opset;
  /// Elements that no value may exceed.
  int64_t most_elements;

  bool has(size_t input) const { return input < inputs.size() && inputs[input].defined(); }
  /// The input; throws IoError where it is left out.
  const at::Tensor& in(size_t input) const;
  /// What decides shapes: the input's numbers, in order.
  std::vector<int64_t> integers(size_t input) const;
  /// The only number of the input.
  double number(size_t input) const;
  /// Axes that older operator sets have as an attribute and newer ones as an input, from 0; those
  /// of the node or else `otherwise`. Throws IoError on one that `dimensions` do not have, or
  /// twice.
  std::vector<int64_t> axes(size_t input, int64_t dimensions,
                            const std::vector<int64_t>& otherwise) const;
  /// The axis from 0. Throws IoError where `dimensions` do not have it.
  int64_t axis(int64_t axis, int64_t dimensions) const;
  /// Throws IoError where a tensor of these sizes would have more than most_elements.
  void check_size(at::IntArrayRef sizes) const;
  /// The same of what two tensors are when each fills the other's sizes of 1.
  void check_broadcast(const at::Tensor& a, const at::Tensor& b) const;
  /// Throws IoError "node ...: problem".
  [[noreturn]] void fail(const std::string& problem) const;
};

/// How nodes of one type are evaluated by LibTorch, in operator sets 11 to the newest.
struct Operator {
  std::string name;
  /// Of the inputs; the others may be left out.
  size_t needed_inputs = 1;
  size_t most_inputs = 1;
  /// All that it may have; those of older operator sets included.
  std::vector<std::string> attributes;
  std::function<Tensors(const Call&)> evaluate;
  /// Inputs whose numbers are read on the host: shapes, axes, scales.
  std::vector<size_t> host_inputs = {};
};

/// Operators of one kind, in a file each.
std::vector<Operator> arithmetic_operators();
std::vector<Operator> activation_operators();
std::vector<Operator> comparison_operators();
std::vector<Operator> product_operators();
std::vector<Operator> normalization_operators();
std::vector<Operator> pooling_operators();
std::vector<Operator> reduction_operators();
std::vector<Operator> movement_operators();
std::vector<Operator> selection_operators();
std::vector<Operator> constant_operators();
std::vector<Operator> resize_operators();
std::vector<Operator> quantization_operators();

/// The operator of a node; null where there is none.
const Operator* find_operator(const NodeDef& node);
/// Names of all operators of ONNX that are there, sorted.
std::vector<std::string> operator_names();

/// The node's outputs. Throws IoError naming the node when LibTorch refuses the inputs, or sizes
/// that the node asks for are more than `most_elements`.
Tensors evaluate(const NodeDef& node, const Tensors& inputs, int64_t opset,
                 int64_t most_elements = std::numeric_limits<int64_t>::max());

/// The weight of a transposed convolution with its channels exchanged within each group:
/// [C_in, C_out / groups, ...] <-> [C_out, C_in / groups, ...].
at::Tensor transpose_channels(const at::Tensor& weight, int64_t groups);

/// One IoError that lists all nodes whose operator, attribute or number of inputs is not supported,
/// with what would be near.
void check_operators(const ModelDef& model);

}  // namespace ptqbench::onnx
