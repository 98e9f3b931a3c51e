#include "tasks/models/onnx/weights.h"

#include <torch/types.h>

#include <optional>
#include <set>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

class Gatherer {
 public:
  explicit Gatherer(Network& network) : network_(network) {}

  void run() {
    for (auto& node : network_.nodes) unify(node);
    readers_ = readers_of(network_);
    producers_ = producers_of(network_);
    for (size_t n = 0; n < network_.nodes.size(); ++n) {
      if (!absorb_bias(n)) absorb_batch_norm(n);
    }
    std::vector<NodeDef> kept;
    for (size_t n = 0; n < network_.nodes.size(); ++n) {
      if (absorbed_.count(n) == 0) kept.push_back(std::move(network_.nodes[n]));
    }
    network_.nodes = std::move(kept);
  }

 private:
  /// The constant; undefined where it is none or follows the batch.
  at::Tensor constant(const std::string& name) const {
    const auto found = network_.constants.find(name);
    if (found == network_.constants.end() || found->second.depends_on_batch()) return {};
    return found->second.value;
  }

  std::string add_constant(const std::string& name, const at::Tensor& value) {
    network_.constants[name] = {value.contiguous()};
    return name;
  }

  void unify(NodeDef& node) {
    if (!node.domain.empty()) return;
    // What the file calls the weight, before it becomes another.
    const auto weight = network_.weight_input(node);
    const bool product = node.op == "Gemm" || node.op == "MatMul" || node.op == "ConvTranspose";
    if (weight >= 0 || product)
      node.metadata[kWeightName] = node.inputs[weight >= 0 ? static_cast<size_t>(weight) : 1];
    if (node.op == "Gemm") unify_gemm(node);
    if (node.op == "MatMul") unify_matmul(node);
    if (node.op == "ConvTranspose") unify_transposed(node);
  }

  void make_linear(NodeDef& node, const at::Tensor& weight, const at::Tensor& bias) {
    node.domain = "ptqbench";
    node.op = "Linear";
    node.attributes.clear();
    node.inputs = {node.inputs[0], add_constant(node.outputs[0] + ".weight", weight)};
    if (bias.defined()) node.inputs.push_back(add_constant(node.outputs[0] + ".bias", bias));
  }

  void unify_gemm(NodeDef& node) {
    auto weight = constant(node.inputs[1]);
    const bool has_bias = node.inputs.size() > 2 && !node.inputs[2].empty();
    if (!weight.defined() || network_.is_constant(node.inputs[0]) || node.integer("transA", 0) != 0)
      return;
    if (node.integer("transB", 0) == 0) weight = weight.t();
    const double alpha = node.number("alpha", 1), beta = node.number("beta", 1);
    at::Tensor bias;
    if (has_bias) {
      bias = constant(node.inputs[2]);
      if (!bias.defined() || (bias.dim() == 2 && bias.size(0) != 1) || bias.dim() > 2) return;
      bias = bias.reshape({-1}).expand({weight.size(0)});
      if (beta != 1) bias = bias * beta;
    }
    make_linear(node, alpha == 1 ? weight : weight * alpha, bias);
  }

  void unify_matmul(NodeDef& node) {
    const auto weight = constant(node.inputs[1]);
    if (!weight.defined() || weight.dim() != 2 || network_.is_constant(node.inputs[0])) return;
    make_linear(node, weight.t(), {});
  }

  void unify_transposed(NodeDef& node) {
    const auto weight = constant(node.inputs[1]);
    if (!weight.defined()) return;
    node.domain = "ptqbench";
    node.inputs[1] = add_constant(node.outputs[0] + ".weight",
                                  transpose_channels(weight, node.integer("group", 1)));
  }

  /// The product whose output only this node reads; null: there is none.
  NodeDef* product_before(const std::string& value, size_t reader) {
    const auto found = producers_.find(value);
    if (found == producers_.end() || network_.is_output(value)) return nullptr;
    NodeDef& node = network_.nodes[found->second];
    const auto& readers = readers_[value];
    const bool product = network_.weight_input(node) == 1 && node.outputs.size() == 1;
    return product && readers == std::vector<size_t>{reader} ? &node : nullptr;
  }

  /// The value's channels: behind the batch, and of a linear layer the last.
  bool is_linear(const NodeDef& node) const { return node.op == "Linear"; }

  /// The constant as [C_out] where it is one number a channel of the product.
  at::Tensor per_channel(const NodeDef& product, const at::Tensor& value) const {
    const int64_t channels = network_.constants.at(product.inputs[1]).value.size(0);
    if (value.numel() != channels) return {};
    const auto rank = static_cast<int64_t>(network_.shapes.at(product.outputs[0]).sizes.size());
    const int64_t axis = is_linear(product) ? rank - 1 : 1;
    // Aligned at the back, as sums are.
    const int64_t own = axis - (rank - value.dim());
    if (value.dim() > rank) return {};
    const bool fits = channels == 1 || (own >= 0 && value.size(own) == channels);
    return fits ? value.reshape({-1}) : at::Tensor();
  }

  /// Takes the node into the product: its output comes from there.
  void absorb(size_t n, NodeDef& product) {
    const std::string& output = network_.nodes[n].outputs[0];
    const auto place = producers_.at(product.outputs[0]);
    product.outputs[0] = output;
    producers_[output] = place;
    absorbed_.insert(n);
  }

  bool absorb_bias(size_t n) {
    const NodeDef& node = network_.nodes[n];
    if (node.op != "Add" || !node.domain.empty()) return false;
    for (const size_t side : {size_t{0}, size_t{1}}) {
      const auto value = constant(node.inputs[1 - side]);
      if (!value.defined()) continue;
      NodeDef* product = product_before(node.inputs[side], n);
      if (product == nullptr || product->inputs.size() > 2) continue;
      const auto bias = per_channel(*product, value);
      if (!bias.defined()) continue;
      product->inputs.push_back(add_constant(node.outputs[0] + ".bias", bias));
      absorb(n, *product);
      return true;
    }
    return false;
  }

  void absorb_batch_norm(size_t n) {
    const NodeDef& node = network_.nodes[n];
    if (node.op != "BatchNormalization") return;
    NodeDef* product = product_before(node.inputs[0], n);
    if (product == nullptr) return;
    if (is_linear(*product) && network_.shapes.at(node.inputs[0]).sizes.size() != 2) return;
    const auto scale = constant(node.inputs[1]), shift = constant(node.inputs[2]);
    const auto mean = constant(node.inputs[3]), variance = constant(node.inputs[4]);
    if (!scale.defined() || !shift.defined() || !mean.defined() || !variance.defined()) return;
    const auto& weight = network_.constants.at(product->inputs[1]).value;
    const auto factor = scale / at::sqrt(variance + node.number("epsilon", 1e-5F));
    std::vector<int64_t> shape(static_cast<size_t>(weight.dim()), 1);
    shape[0] = -1;
    const bool has_bias = product->inputs.size() > 2;
    const auto bias = has_bias ? constant(product->inputs[2]) : at::zeros_like(factor);
    product->inputs.resize(3);
    product->inputs[2] = add_constant(node.outputs[0] + ".bias", (bias - mean) * factor + shift);
    product->inputs[1] = add_constant(node.outputs[0] + ".weight", weight * factor.reshape(shape));
    absorb(n, *product);
  }

  Network& network_;
  Readers readers_;
  std::map<std::string, size_t> producers_;
  std::set<size_t> absorbed_;
};

}  // namespace

void gather_weights(Network& network) { Gatherer(network).run(); }

}  // namespace ptqbench::onnx
