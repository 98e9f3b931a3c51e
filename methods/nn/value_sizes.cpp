#include "methods/nn/value_sizes.h"

#include <torch/types.h>

namespace ptqbench {

std::vector<int64_t> value_sizes(const UnitGraph& model, const Tensors& inputs) {
  const torch::NoGradGuard no_grad;
  Tensors values(static_cast<size_t>(model.value_count()));
  for (size_t i = 0; i < inputs.size(); ++i)
    values[static_cast<size_t>(model.inputs()[i])] = inputs[i];
  FullPrecisionPass pass;
  for (const Unit& node : model.units(Granularity::kLayer)) {
    Tensors arguments;
    for (const ValueId id : node.inputs) arguments.push_back(values[static_cast<size_t>(id)]);
    const auto outputs = model.forward(node, arguments, pass);
    for (size_t i = 0; i < outputs.size(); ++i)
      values[static_cast<size_t>(node.outputs[i])] = outputs[i];
  }
  std::vector<int64_t> sizes;
  for (const auto& value : values) sizes.push_back(value.defined() ? value.numel() : 0);
  return sizes;
}

}  // namespace ptqbench
