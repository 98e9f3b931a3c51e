#include "tasks/models/onnx/steps.h"

#include "tasks/models/onnx/quantizers.h"

namespace ptqbench::onnx {

std::vector<Step> steps_of(const Network& network, const std::set<std::string>& quantized) {
  const auto readers = readers_of(network);
  std::vector<Step> steps;
  std::map<std::string, size_t> producers;
  for (const auto& node : network.nodes) {
    const bool relu = is_relu(node), relu6 = is_relu6(node, network);
    const auto& source = node.inputs.empty() ? std::string() : node.inputs[0];
    const auto before = producers.find(source);
    const bool alone = (relu || relu6) && before != producers.end() &&
                       readers.at(source).size() == 1 && !network.is_output(source) &&
                       quantized.count(source) == 0;
    if (alone) {
      Step& step = steps[before->second];
      if (step.nonlinearity == Nonlinearity::kNone && step.node.outputs.size() == 1) {
        step.nonlinearity = relu ? Nonlinearity::kRelu : Nonlinearity::kRelu6;
        step.node.outputs[0] = node.outputs[0];
        producers[node.outputs[0]] = before->second;
        continue;
      }
    }
    for (const auto& output : node.outputs) producers[output] = steps.size();
    steps.push_back({node});
  }
  return steps;
}

}  // namespace ptqbench::onnx
