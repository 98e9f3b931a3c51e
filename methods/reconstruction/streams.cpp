#include "methods/reconstruction/streams.h"

#include <torch/types.h>

#include <algorithm>
#include <stdexcept>

namespace ptqbench {

Stream::Stream(const UnitGraph& model, const Tensors& inputs)
    : model_(model),
      values_(static_cast<size_t>(model.value_count())),
      last_reader_(static_cast<size_t>(model.value_count()), 0) {
  if (inputs.size() != model.inputs().size())
    throw std::logic_error("the model takes another number of inputs");
  for (size_t i = 0; i < inputs.size(); ++i)
    values_[static_cast<size_t>(model.inputs()[i])] = inputs[i];
  const auto& nodes = model.nodes();
  for (size_t n = 0; n < nodes.size(); ++n) {
    for (const ValueId id : nodes[n].inputs) last_reader_[static_cast<size_t>(id)] = n;
  }
}

Tensors Stream::inputs(const Unit& unit) const {
  Tensors inputs;
  for (const ValueId id : unit.inputs) {
    const auto& value = values_[static_cast<size_t>(id)];
    if (!value.defined())
      throw std::logic_error("unit '" + unit.name + "' reads a value the stream does not hold");
    inputs.push_back(value);
  }
  return inputs;
}

void Stream::push(const Unit& unit, const Tensors& outputs) {
  for (size_t i = 0; i < unit.outputs.size(); ++i)
    values_[static_cast<size_t>(unit.outputs[i])] = outputs.at(i);
  for (const ValueId id : unit.inputs) {
    if (last_reader_[static_cast<size_t>(id)] < unit.last)
      values_[static_cast<size_t>(id)] = at::Tensor();
  }
}

Tensors run_chunked(const UnitGraph& model, const Unit& unit, const Tensors& inputs, Pass& pass,
                    int64_t chunk) {
  const torch::NoGradGuard no_grad;
  const int64_t samples = inputs.at(0).size(0);
  std::vector<Tensors> parts(unit.outputs.size());
  for (int64_t first = 0; first < samples; first += chunk) {
    Tensors slices;
    for (const auto& input : inputs)
      slices.push_back(input.slice(0, first, std::min(first + chunk, samples)));
    const auto outputs = model.forward(unit, slices, pass);
    for (size_t i = 0; i < outputs.size(); ++i) parts[i].push_back(outputs[i]);
  }
  Tensors whole;
  for (const auto& part : parts) whole.push_back(at::cat(part, 0));
  return whole;
}

}  // namespace ptqbench
