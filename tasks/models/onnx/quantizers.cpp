#include "tasks/models/onnx/quantizers.h"

#include <torch/types.h>

#include <algorithm>

namespace ptqbench::onnx {
namespace {

const std::set<std::string> kRearranging = {
    "Reshape",      "Flatten",      "Transpose",      "Squeeze",  "Unsqueeze",
    "Split",        "Slice",        "Expand",         "Tile",     "Pad",
    "DepthToSpace", "SpaceToDepth", "GatherElements", "GatherND", "Identity"};

const std::set<std::string> kPooling = {"MaxPool",       "AveragePool", "GlobalAveragePool",
                                        "GlobalMaxPool", "Resize",      "ReduceMean",
                                        "ReduceMax"};

class Places {
 public:
  explicit Places(const Network& network) : network_(network), producers_(producers_of(network)) {}

  std::set<std::string> find() {
    for (const auto& node : network_.nodes) {
      for (const auto& value : product_operands(node)) place(value);
    }
    // In the order of execution: what a clip reads is decided before its output is.
    for (const auto& node : network_.nodes) {
      const auto& output = node.outputs[0];
      if (clipped_.count(output) == 0) continue;
      // A clip behind a clip asks the first.
      const auto& source = node.inputs[0];
      if (quantized_.count(computed(source)) == 0) quantized_.insert(output);
    }
    return quantized_;
  }

 private:
  bool is_data(const std::string& value) const {
    return !value.empty() && !network_.is_constant(value);
  }

  /// What the node multiplies, data only.
  std::vector<std::string> product_operands(const NodeDef& node) const {
    const bool product = node.domain == "ptqbench" || node.op == "Conv" ||
                         node.op == "ConvTranspose" || node.op == "MatMul" || node.op == "Gemm" ||
                         node.op == "Einsum";
    if (!product) return {};
    std::vector<std::string> operands;
    const size_t factors = node.op == "Einsum" ? node.inputs.size() : 2;
    for (size_t i = 0; i < factors; ++i) {
      if (is_data(node.inputs[i])) operands.push_back(node.inputs[i]);
    }
    // An einsum of one tensor only re-arranges or sums; with a constant that is no weight it stays
    // in full precision, as MatMul with one of more than two dimensions.
    const bool has_weight = network_.weight_input(node) == 1;
    return has_weight || operands.size() > 1 ? operands : std::vector<std::string>();
  }

  /// Multiplies by one positive number, which a quantizer's step takes up.
  bool scales(const NodeDef& node) const {
    if (node.op != "Mul" && node.op != "Div") return false;
    for (const size_t side : {size_t{0}, size_t{1}}) {
      const auto found = network_.constants.find(node.inputs[side]);
      if (found == network_.constants.end() || found->second.depends_on_batch()) continue;
      if (node.op == "Div" && side == 0) continue;
      const auto& number = found->second.value;
      if (number.numel() == 1 && number.item().toDouble() > 0) return true;
    }
    return false;
  }

  /// Values that the output is made of without computing; empty where it is computed.
  std::vector<std::string> moved_from(const NodeDef& node) const {
    if (node.op == "Concat") return node.inputs;
    if (network_.weight_input(node) >= 0) return {};
    if (scales(node)) return {is_data(node.inputs[0]) ? node.inputs[0] : node.inputs[1]};
    const bool moves =
        kRearranging.count(node.op) != 0 || node.op == "Gather" || kPooling.count(node.op) != 0;
    return moves && is_data(node.inputs[0]) ? std::vector<std::string>{node.inputs[0]}
                                            : std::vector<std::string>();
  }

  const NodeDef* producer(const std::string& value) const {
    const auto found = producers_.find(value);
    return found == producers_.end() ? nullptr : &network_.nodes[found->second];
  }

  /// Puts a quantizer where the value is computed. The network's input is computed nowhere.
  void place(const std::string& wanted) {
    std::vector<std::string> waiting = {wanted};
    while (!waiting.empty()) {
      const auto value = waiting.back();
      waiting.pop_back();
      const NodeDef* node = producer(value);
      if (node == nullptr || !visited_.insert(value).second) continue;
      const auto sources = moved_from(*node);
      for (const auto& source : sources) {
        if (is_data(source)) waiting.push_back(source);
      }
      if (!sources.empty()) continue;
      const bool clips = node->op == "Relu" || node->op == "Clip";
      (clips ? clipped_ : quantized_).insert(value);
    }
  }

  /// Where a value that only moves comes from, along its first source.
  std::string computed(std::string value) const {
    for (const NodeDef* node = producer(value); node != nullptr; node = producer(value)) {
      const auto sources = moved_from(*node);
      if (sources.empty() || !is_data(sources[0])) break;
      value = sources[0];
    }
    return value;
  }

  const Network& network_;
  std::map<std::string, size_t> producers_;
  std::set<std::string> quantized_;
  std::set<std::string> clipped_;
  std::set<std::string> visited_;
};

}  // namespace

std::set<std::string> quantized_values(const Network& network) { return Places(network).find(); }

bool is_relu(const NodeDef& node) { return node.domain.empty() && node.op == "Relu"; }

bool is_relu6(const NodeDef& node, const Network& network) {
  if (node.op != "Clip" || node.inputs.size() != 3) return false;
  const auto is_number = [&](const std::string& name, double number) {
    const auto found = network.constants.find(name);
    return found != network.constants.end() && found->second.value.numel() == 1 &&
           found->second.value.item().toDouble() == number;
  };
  return is_number(node.inputs[1], 0) && is_number(node.inputs[2], 6);
}

}  // namespace ptqbench::onnx
