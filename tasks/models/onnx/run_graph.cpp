#include "tasks/models/onnx/run_graph.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <stdexcept>

namespace ptqbench::onnx {
namespace {

/// How often each value is still to be read.
std::map<std::string, int64_t> count_readers(const ModelDef& model) {
  std::map<std::string, int64_t> readers;
  for (const auto& node : model.nodes) {
    for (const auto& input : node.inputs) ++readers[input];
  }
  for (const auto& output : model.outputs) ++readers[output.name];
  return readers;
}

}  // namespace

Tensors run_graph(const ModelDef& model, const Tensors& inputs, const AfterNode& after) {
  if (inputs.size() != model.inputs.size()) {
    throw std::logic_error(
        fmt::format("{} tensors for {} inputs", inputs.size(), model.inputs.size()));
  }
  const torch::NoGradGuard no_grad;
  auto readers = count_readers(model);
  auto values = model.initializers;
  for (size_t i = 0; i < inputs.size(); ++i) values[model.inputs[i].name] = inputs[i];
  for (const auto& node : model.nodes) {
    Tensors arguments;
    for (const auto& input : node.inputs)
      arguments.push_back(input.empty() ? at::Tensor() : values.at(input));
    const auto outputs = evaluate(node, arguments, model.opset, kMostElements);
    if (after) after(node, outputs);
    for (const auto& input : node.inputs) {
      if (--readers[input] == 0) values.erase(input);
    }
    for (size_t i = 0; i < outputs.size() && i < node.outputs.size(); ++i) {
      if (readers[node.outputs[i]] > 0) values[node.outputs[i]] = outputs[i];
    }
  }
  Tensors results;
  for (const auto& output : model.outputs) {
    const auto found = values.find(output.name);
    if (found == values.end())
      throw std::logic_error("no node gave the output '" + output.name + "'");
    results.push_back(found->second);
  }
  return results;
}

}  // namespace ptqbench::onnx
