#include "tasks/models/onnx/layer_kind.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>

namespace ptqbench::onnx {
namespace {

/// What exporters make several nodes of, by the sorted types of these.
const std::map<std::string, std::string> kDecomposed = {
    {"Mul Sigmoid", "silu"},
    {"Add Clip Div Mul", "hard swish"},
    {"HardSigmoid Mul", "hard swish"},
    {"Add Div Erf Mul Mul", "gelu"},
    {"Add Erf Mul Mul Mul", "gelu"},
    {"Add Div Mul Pow ReduceMean ReduceMean Sqrt Sub", "layer norm"},
    {"Add Add Div Mul Pow ReduceMean ReduceMean Sqrt Sub", "layer norm"},
    {"Mul Softplus Tanh", "mish"},
};

std::string weighted_kind(const NodeDef& node, const at::Tensor& weight) {
  if (node.op == "Gather") return "embedding";
  if (node.op == "Linear") return "linear";
  const auto kernel = fmt::format("{}", fmt::join(weight.sizes().slice(2), "x"));
  if (node.op == "ConvTranspose") return "transposed conv " + kernel;
  const int64_t groups = node.integer("group", 1);
  const bool depthwise = groups > 1 && weight.size(1) == 1;
  return fmt::format("{} {}", depthwise ? "depthwise conv" : "conv", kernel);
}

}  // namespace

std::string operator_words(const std::string& op) {
  std::string words;
  for (size_t i = 0; i < op.size(); ++i) {
    const auto c = static_cast<unsigned char>(op[i]);
    const bool starts_word =
        std::isupper(c) != 0 && i > 0 && std::islower(static_cast<unsigned char>(op[i - 1])) != 0;
    if (starts_word) words += ' ';
    words += static_cast<char>(std::tolower(c));
  }
  return words;
}

std::string layer_kind(const LayerDef& layer, const at::Tensor& weight) {
  if (weight.defined()) {
    for (const auto& step : layer.steps) {
      for (const auto& argument : step.arguments) {
        if (argument.kind == Argument::Kind::kWeight) return weighted_kind(step.node, weight);
      }
    }
  }
  std::vector<std::string> ops;
  for (const auto& step : layer.steps) ops.push_back(step.node.op);
  const auto last = operator_words(ops.back());
  std::sort(ops.begin(), ops.end());
  const auto known = kDecomposed.find(fmt::format("{}", fmt::join(ops, " ")));
  if (known != kDecomposed.end()) return known->second;
  return ops.size() == 1 ? last : fmt::format("{} (+{})", last, ops.size() - 1);
}

}  // namespace ptqbench::onnx
