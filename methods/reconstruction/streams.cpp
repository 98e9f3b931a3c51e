#include "methods/reconstruction/streams.h"

#include <torch/types.h>

#include <algorithm>
#include <stdexcept>

#include "methods/kernels/reconstruction_loss.h"

namespace ptqbench {
namespace {

/// Samples that go through a unit at a time.
constexpr int64_t kChunk = 32;

template <class Body>
void for_each_chunk(int64_t samples, const Body& body) {
  const torch::NoGradGuard no_grad;
  for (int64_t first = 0; first < samples; first += kChunk)
    body(first, std::min(first + kChunk, samples));
}

Tensors slices(const Tensors& tensors, int64_t first, int64_t last) {
  Tensors parts;
  for (const auto& tensor : tensors) parts.push_back(tensor.slice(0, first, last));
  return parts;
}

/// Summed over the samples of a chunk instead of averaged.
double chunk_error(const Tensors& outputs, const Tensors& targets, double norm) {
  double error = 0;
  for (size_t i = 0; i < outputs.size(); ++i)
    error += reconstruction_error(outputs[i], targets[i], norm) *
             static_cast<double>(targets[i].size(0));
  return error;
}

}  // namespace

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

Tensors run_unit(const UnitGraph& model, const Unit& unit, const Tensors& inputs, Pass& pass,
                 StreamStorage& storage) {
  const int64_t samples = inputs.at(0).size(0);
  Tensors whole(unit.outputs.size());
  for_each_chunk(samples, [&](int64_t first, int64_t last) {
    const auto outputs = model.forward(unit, slices(inputs, first, last), pass);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (first == 0) whole[i] = storage.allocate(samples, outputs[i]);
      whole[i].slice(0, first, last).copy_(outputs[i]);
    }
  });
  return whole;
}

double unit_error(const UnitGraph& model, const Unit& unit, const Tensors& inputs,
                  const Tensors& targets, Pass& pass, double norm) {
  double sum = 0;
  const int64_t samples = inputs.at(0).size(0);
  for_each_chunk(samples, [&](int64_t first, int64_t last) {
    sum += chunk_error(model.forward(unit, slices(inputs, first, last), pass),
                       slices(targets, first, last), norm);
  });
  return sum / static_cast<double>(samples);
}

double outputs_error(const Tensors& outputs, const Tensors& targets, double norm) {
  double sum = 0;
  const int64_t samples = targets.at(0).size(0);
  for_each_chunk(samples, [&](int64_t first, int64_t last) {
    sum += chunk_error(slices(outputs, first, last), slices(targets, first, last), norm);
  });
  return sum / static_cast<double>(samples);
}

}  // namespace ptqbench
