#include "tasks/models/onnx/network.h"

#include <torch/types.h>

#include <algorithm>

namespace ptqbench::onnx {

at::Tensor Constant::for_batch(int64_t samples) const {
  if (growth.defined()) return value + growth * samples;
  if (batch_axis < 0) return value;
  auto sizes = value.sizes().vec();
  sizes[static_cast<size_t>(batch_axis)] = repeats.at(samples);
  return value.expand(sizes);
}

bool Network::is_output(const std::string& value) const {
  return std::find(outputs.begin(), outputs.end(), value) != outputs.end();
}

int Network::weight_input(const NodeDef& node) const {
  const bool product = (node.domain.empty() && node.op == "Conv") || node.domain == "ptqbench";
  if (product) return is_constant(node.inputs[1]) ? 1 : -1;
  if (node.op != "Gather" || !is_constant(node.inputs[0]) || is_constant(node.inputs[1])) return -1;
  const auto& table = constants.at(node.inputs[0]);
  const bool rows = table.value.dim() == 2 && table.value.is_floating_point() &&
                    !table.depends_on_batch() && node.integer("axis", 0) == 0;
  return rows ? 0 : -1;
}

Readers readers_of(const Network& network) {
  Readers readers;
  for (size_t n = 0; n < network.nodes.size(); ++n) {
    for (const auto& input : network.nodes[n].inputs) {
      auto& all = readers[input];
      if (all.empty() || all.back() != n) all.push_back(n);
    }
  }
  return readers;
}

std::map<std::string, size_t> producers_of(const Network& network) {
  std::map<std::string, size_t> producers;
  for (size_t n = 0; n < network.nodes.size(); ++n) {
    for (const auto& output : network.nodes[n].outputs) producers[output] = n;
  }
  return producers;
}

}  // namespace ptqbench::onnx
